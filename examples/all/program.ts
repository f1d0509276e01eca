import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The programs of a user's shell, without those of the packages that npm has put before them. */
const PATH = process.env['PATH']!.split(delimiter)
  .filter((folder) => !folder.endsWith('node_modules/.bin'))
  .join(delimiter)

/** The environment of a user's shell: what npm has set for this program would reach the npm of the examples. */
const environment = (more: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))),
  PATH,
  NO_COLOR: '1',
  ...more,
})

/** A program that runs, with what it has printed. */
export interface Program {
  readonly output: () => string
  /** Resolves when the text has been printed; rejects when the program ends before. */
  readonly printed: (text: RegExp) => Promise<RegExpExecArray>
  readonly ended: Promise<number | null>
  /** Ends the program and all that it started. */
  readonly stop: () => Promise<void>
}

const running = new Set<ChildProcess>()
const kill = ({ pid }: ChildProcess): void => {
  try {
    process.kill(-pid!, 'SIGTERM')
  } catch {
    // It has ended.
  }
}
process.once('exit', () => running.forEach(kill))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

/** Starts a command of bash in a process group of its own. */
export function start(command: string, folder: string, env: NodeJS.ProcessEnv = {}): Program {
  const child = spawn('bash', ['-euc', command], {
    cwd: folder,
    env: environment(env),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  let output = ''
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child)
    return code as number | null
  })
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  return {
    output: () => output,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = text.exec(output)
          if (found) resolve(found)
        }
        look()
        for (const stream of [child.stdout, child.stderr]) stream.on('data', look)
        void ended.then((code) => reject(new Error(`${command} ended with ${code}:\n${output}`)))
      }),
    ended,
    async stop() {
      kill(child)
      await ended
    },
  }
}

/** Runs a command to its end; what it printed. */
export async function run(command: string, folder: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const program = start(command, folder, env)
  const code = await program.ended
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${program.output()}`)
  return program.output()
}

/** A folder that is removed when this program ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-examples-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

/** The first of six consecutive ports, which the server of development and its emulators take. */
export const freePorts = (): string => String(20_000 + Math.floor(Math.random() * 1_600) * 6)
