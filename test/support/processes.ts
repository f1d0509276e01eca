import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'

const running = new Set<ChildProcess>()

/** Starts a process that ends with this one at the latest, also where a hook that should have ended it timed out. */
export function startProcess(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, args, options)
  running.add(child)
  child.once('exit', () => running.delete(child))
  child.once('error', () => running.delete(child))
  return child
}

/** Kills what is still running. */
export function killProcesses(): void {
  for (const child of running) child.kill('SIGKILL')
}

process.once('exit', killProcesses)
