import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

const START_MS = 120_000
const POLL_MS = 100
const STOP_MS = 30_000

/** A program that runs, and what it has printed. */
export interface Program {
  readonly output: () => string
  readonly stop: () => Promise<void>
}

interface ProgramOptions {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly isReady: (output: string) => boolean | Promise<boolean>
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await ended
  clearTimeout(timer)
}

/** Starts a Node.js program and waits until it is ready. */
export async function startProgram(name: string, args: readonly string[], options: ProgramOptions): Promise<Program> {
  const { cwd, env, isReady } = options
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [...args], {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  for (const until = Date.now() + START_MS; !(await isReady(output)); await delay(POLL_MS)) {
    if (child.exitCode === null && Date.now() < until) continue
    await end(child)
    throw new Error(`${name} did not start:\n${output}`)
  }
  return { output: () => output, stop: () => end(child) }
}

/** Whether an address answers with success. */
export const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )
