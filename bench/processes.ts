import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const runs = (command: string, ...args: string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const pinnable = process.platform === 'linux' && runs('taskset', '-c', '1', 'true')

/** The measured process has the first core for itself; all others share the second. */
export const CORE = { measured: 0, others: 1 } as const
export const pinned = pinnable

/** Ends a program with this process, also where this one is killed. */
const TIE = runs('setpriv', '--pdeathsig', 'KILL', 'true') ? ['setpriv', '--pdeathsig', 'KILL'] : []

const started = new Set<ChildProcess>()

/** Pins every thread of a process to a core, those of the garbage collector included. */
export function pin(pid: number, core: number): void {
  if (pinnable) execFileSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' })
}

function keep(child: ChildProcess, core: number): ChildProcess {
  started.add(child)
  child.once('exit', () => started.delete(child))
  pin(child.pid!, core)
  return child
}

/** Starts a file of this folder as a process that receives and sends messages. */
export const helper = (file: string, core: number): ChildProcess =>
  keep(
    fork(fileURLToPath(new URL(file, import.meta.url)), [], {
      serialization: 'advanced',
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    }),
    core,
  )

/** Starts a program; its standard error is written to a file. */
export const program = (
  command: string,
  args: readonly string[],
  core: number,
  options: { env?: Record<string, string>; cwd?: string; log: string },
): ChildProcess => {
  const [tied, ...rest] = [...TIE, command, ...args]
  return keep(spawn(tied!, rest, { ...options, stdio: ['ignore', 'ignore', openSync(options.log, 'a')] }), core)
}

/** Sends a message and waits for the reply. */
export function ask<T>(child: ChildProcess, message: object | string): Promise<T> {
  return new Promise((resolve, reject) => {
    const answered = (answer: T) => {
      child.off('exit', gone)
      resolve(answer)
    }
    const gone = () => {
      child.off('message', answered)
      reject(new Error('A process of the benchmark ended early.'))
    }
    child.once('message', answered).once('exit', gone)
    child.send(message)
  })
}

/** Returns a free port. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Polls until `ready` is true; fails after 30 s. */
export async function until(ready: () => Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 3_000; tries += 1) {
    if (await ready().catch(() => false)) return
    await delay(10)
  }
  throw new Error(`${what} did not start within 30 s.`)
}

/** CPU time of all threads, in seconds, as the scheduler counts it: in nanoseconds, where `stat` has ticks of 10 ms. */
export function cpuSeconds(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const ns = threads.map((id) => Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ')[0]))
  return ns.reduce((sum, each) => sum + each, 0) / 1e9
}

/** The current resident set size in MB. */
export function residentMb(pid: number): number {
  const [, kb] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!
  return Number(kb) / 1024
}

/** Kills every process that was started here. */
export async function stopAll(): Promise<void> {
  await Promise.all([...started].map(stop))
}

/** Ends a process that was started here, at once. */
export async function stop(child: ChildProcess): Promise<void> {
  if (!started.has(child)) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
