import { type ChildProcess, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, openSync, readFileSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { request } from 'undici'
import { startProcess } from '../support/processes.js'

/** What a process says of itself in `/metrics`. */
export interface Sample {
  readonly rssBytes: number
  readonly heapBytes: number
  /** What V8 holds of the system for its heap, used or not. */
  readonly heldBytes: number
  /** Memory outside the heap that its objects refer to. */
  readonly externalBytes: number
  readonly openFiles: number
}

/** One server process on an address of its own, which it keeps when it is started again. */
export interface Replica {
  readonly name: string
  readonly url: string
  /** Where `/health`, `/ready` and `/metrics` are: the address itself unless `ADMIN_PORT` is set. */
  readonly adminUrl: string
  readonly audit: string
  readonly isUp: () => boolean
  /** Of the running process. */
  readonly pid: () => number | undefined
  /** How often it was started. */
  readonly lives: () => number
  /** Whether it was killed, or was not there, at a moment of the window. */
  readonly wasDown: (from: number, to: number) => boolean
  readonly start: () => Promise<void>
  readonly kill: () => Promise<void>
  /** Sends a signal to the running process. */
  readonly signal: (signal: NodeJS.Signals) => void
  /** Asks it to stop and answers its exit code. */
  readonly stop: () => Promise<number | null>
  readonly sample: () => Promise<Sample | undefined>
  /** All that it wrote, over all its lives. */
  readonly written: () => { readonly stdout: string; readonly stderr: string }
}

const START_MS = 180_000
/** The arguments of `node` in `npm start`. */
export const NODE_ARGUMENTS = [
  '--min-semi-space-size=8',
  '--max-semi-space-size=24',
  '--max-old-space-size=512',
  '--no-allocation-site-pretenuring',
]
/** Settings of glibc in the image and in the unit of systemd. */
export const GLIBC_SETTINGS = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' } as const
/**
 * A small heap is swept often, so its growth is seen soon. The young generation has one size: V8 gives it more over minutes,
 * which is no leak.
 */
const NODE_OPTIONS = ['--min-semi-space-size=16', '--max-semi-space-size=16', '--max-old-space-size=192']

/** Compiles the server as a container runs it. */
export function build(folder: string): string {
  mkdirSync(folder, { recursive: true })
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', folder])
  for (const name of ['node_modules', 'package.json']) symlinkSync(resolve(name), join(folder, name))
  return join(folder, 'src/main.js')
}

/** Nothing where the replica was never started. */
const textOf = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '')

const metric = (text: string, name: string): number =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? NaN)

export function replica(
  name: string,
  program: string,
  folder: string,
  port: number,
  settings: Readonly<Record<string, string>>,
  nodeOptions: readonly string[] = NODE_OPTIONS,
): Replica {
  const url = `http://127.0.0.1:${port}`
  const { ADMIN_PORT: adminPort } = settings
  const adminUrl = adminPort === undefined ? url : `http://127.0.0.1:${adminPort}`
  const [audit, stdout, stderr] = ['audit.log', 'out.log', 'err.log'].map((file) =>
    join(folder, `${name}-${file}`),
  ) as [string, string, string]
  const downs: { from: number; to: number }[] = []
  let child: ChildProcess | undefined
  let up = false
  let lives = 0

  async function start(): Promise<void> {
    child = startProcess(process.execPath, [...nodeOptions, program], {
      env: { PATH: process.env['PATH'], ...GLIBC_SETTINGS, ...settings, PORT: String(port), AUDIT_LOG: audit },
      stdio: ['ignore', openSync(stdout, 'a'), openSync(stderr, 'a')],
    })
    for (const begun = Date.now(); ; await delay(50)) {
      const answers = await request(`${adminUrl}/health`).then(
        async ({ statusCode, body }) => (await body.dump(), statusCode === 200),
        () => false,
      )
      if (answers) break
      if (child.exitCode !== null || Date.now() - begun > START_MS)
        throw new Error(`replica ${name} did not start: ${readFileSync(stderr, 'utf8')}`)
    }
    up = true
    lives += 1
    const down = downs.at(-1)
    if (down) down.to = Date.now()
  }

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    up = false
    downs.push({ from: Date.now(), to: Infinity })
    const running = child
    if (running === undefined || running.exitCode !== null || running.signalCode !== null)
      return running?.exitCode ?? null
    const ended = once(running, 'exit')
    running.kill(signal)
    const [code] = (await ended) as [number | null]
    return code
  }

  return {
    name,
    url,
    adminUrl,
    audit,
    start,
    isUp: () => up,
    pid: () => child?.pid,
    lives: () => lives,
    wasDown: (from, to) => downs.some((down) => down.from <= to && down.to >= from),
    kill: async () => void (await end('SIGKILL')),
    signal: (signal) => void child?.kill(signal),
    stop: () => end('SIGTERM'),
    async sample() {
      try {
        const answer = await request(`${adminUrl}/metrics`, { headersTimeout: 2_000 })
        const text = await answer.body.text()
        return {
          rssBytes: metric(text, 'process_resident_memory_bytes'),
          heapBytes: metric(text, 'nodejs_heap_size_used_bytes'),
          heldBytes: metric(text, 'nodejs_heap_size_total_bytes'),
          externalBytes: metric(text, 'nodejs_external_memory_bytes'),
          openFiles: metric(text, 'process_open_fds'),
        }
      } catch {
        return undefined
      }
    },
    written: () => ({ stdout: textOf(stdout), stderr: textOf(stderr) }),
  }
}
