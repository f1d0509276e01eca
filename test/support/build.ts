import { type ChildProcess, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, inject, vi } from 'vitest'
import type { TestProject } from 'vitest/node'
import { startProcess } from './processes.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the compiled server, once a test file has needed it. */
    built: string
  }
}

const PATIENCE_MS = 120_000
/** Imported as JSON, which the compiler copies only where it resolves imports. */
const MANIFEST = 'schema/operations/manifest.json'
const folder = () => inject('built')

/** Vitest's global setup: a place for one build, which all workers share. */
export default function setup(project: TestProject): () => void {
  const place = mkdtempSync(join(tmpdir(), 'kyc-graph-'))
  project.provide('built', place)
  return () => rmSync(place, { recursive: true, force: true })
}

/** True for the first caller. */
function isFirst(): boolean {
  try {
    mkdirSync(join(folder(), 'begun'))
    return true
  } catch {
    return false
  }
}

/** Compiles the server as a container runs it, once for all test files. Each file by itself, without the types of packages: `npm run types` checks types. */
export function build(): void {
  const done = join(folder(), 'done')
  if (existsSync(done)) return
  if (!isFirst()) {
    const pause = new Int32Array(new SharedArrayBuffer(4))
    for (const until = Date.now() + PATIENCE_MS; !existsSync(done); Atomics.wait(pause, 0, 0, 50))
      if (Date.now() > until) throw new Error('the server was not built')
    return
  }
  execFileSync(process.execPath, [
    'node_modules/typescript/bin/tsc',
    '-p',
    'tsconfig.build.json',
    '--noCheck',
    '--noResolve',
    '--outDir',
    folder(),
  ])
  cpSync(MANIFEST, join(folder(), MANIFEST))
  for (const name of ['node_modules', 'package.json']) symlinkSync(resolve(name), join(folder(), name))
  execFileSync(process.execPath, ['--import', 'tsx', 'src/tools/bundle.ts', folder()])
  writeFileSync(done, '')
}

interface Started {
  readonly child: ChildProcess
  readonly output: () => string
}

/** What a process gets beside its settings. Node 22 and later keep the compiled code, so that a start takes a third less. */
export const nodeEnvironment = (): Readonly<Record<string, string | undefined>> => ({
  PATH: process.env['PATH'],
  NODE_COMPILE_CACHE: join(folder(), 'compiled'),
})

/** The file that `node` runs. */
export const program = (): string => join(folder(), 'src/main.js')

/** Starts it with these settings and no others; `options` are Node's. */
export const run = (settings: Readonly<Record<string, string>>, options: readonly string[] = []): Started =>
  startNode([...options, program()], { AUDIT_LOG: join(folder(), 'audit.log'), ...settings })

/** How a command ended. */
export interface CommandResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a tool of the compiled server with these settings and no others, in the folder of the tests; `input` is what it reads. */
export async function runTool(
  name: string,
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
  input?: string,
): Promise<CommandResult> {
  build()
  const child = startProcess(process.execPath, [join(folder(), `src/tools/${name}.js`), ...args], {
    env: { ...nodeEnvironment(), ...settings },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  child.stdin?.end(input)
  const [stdout, stderr] = [child.stdout!, child.stderr!].map((stream) => stream.setEncoding('utf8').toArray())
  const [[code]] = await Promise.all([once(child, 'close') as Promise<[number | null]>, stdout, stderr])
  return { code, stdout: (await stdout!).join(''), stderr: (await stderr!).join('') }
}

/** Starts a process with this module, which imports what it needs of the compiled server. */
export const runModule = (source: string): Started => startNode(['--input-type=module', '--eval', source], {})

function startNode(args: readonly string[], settings: Readonly<Record<string, string>>): Started {
  const child = startProcess(process.execPath, args, {
    cwd: folder(),
    env: { ...nodeEnvironment(), ...settings },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return { child, output: () => output }
}

/** The address that a server logs once it listens. */
export async function urlOf({ output }: { output: () => string }): Promise<string> {
  await vi.waitFor(() => expect(output()).toContain('listening'), { timeout: 60_000 })
  return (
    JSON.parse(
      output()
        .split('\n')
        .find((line) => line.includes('listening'))!,
    ) as { 'url.full': string }
  )['url.full']
}

export const exitOf = async (child: ChildProcess): Promise<number | null> =>
  child.exitCode === null && child.signalCode === null
    ? ((await once(child, 'exit')) as [number | null])[0]
    : child.exitCode
