import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { unwritable } from './disk.js'

/** Another run is at work on the same results. */
export class Locked extends Error {}

/** The process that holds a lock, as the lock file has it. */
interface Owner {
  readonly pid: number
  readonly host: string
  /** The time at which the process began, in the system's own form; empty where the system does not tell. */
  readonly began: string
  readonly id: string
}

/** The 20th of the fields behind the name of the command: when the process began, in ticks since the system did. */
const BEGAN_FIELD = 19

function beginningOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[BEGAN_FIELD] ?? ''
  } catch {
    return ''
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** False for a process that has ended, also where another one has its number now. That of another machine may be alive. */
const isAlive = ({ pid, host, began }: Owner): boolean =>
  host !== hostname() || (exists(pid) && (began === '' || began === beginningOf(pid)))

/** The owner of a lock; undefined where there is no lock, or none that can be read: then it may just have been made. */
function ownerIn(path: string): Owner | undefined {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as Owner | null) ?? undefined
  } catch {
    return undefined
  }
}

/** Makes the lock file; false where there is one. */
function create(path: string, owner: Owner): boolean {
  try {
    writeFileSync(path, JSON.stringify(owner), { mode: 0o600, flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    // On a full disk the file is there, and empty.
    rmSync(path, { force: true })
    throw unwritable(error)
  }
}

function locked(path: string): Locked {
  const owner = ownerIn(path)
  const who = owner === undefined ? '' : ` (process ${owner.pid} on ${owner.host})`
  return new Locked(
    `Another run is at work on these results${who}. Wait for its end. If it does not run any more, delete ${path}.`,
  )
}

/** Removes the lock of a process that has ended. Only one process at a time does so, under a lock of its own. */
function removeStale(path: string, owner: Owner): void {
  const guard = `${path}.stale`
  if (!create(guard, owner)) throw locked(guard)
  try {
    const holder = ownerIn(path)
    if (holder && !isAlive(holder)) unlinkSync(path)
  } finally {
    unlinkSync(guard)
  }
}

/** The lock of a run: one process at a time works on a results file and its journal. */
export class RunLock {
  readonly #path: string
  readonly #owner: Owner = { pid: process.pid, host: hostname(), began: beginningOf(process.pid), id: randomUUID() }
  readonly #release = () => this.release()

  /** Takes the lock; throws `Locked` while another process has it. The lock of a process that was killed is taken over. */
  constructor(path: string) {
    this.#path = path
    const holder = ownerIn(path)
    if (holder && !isAlive(holder)) removeStale(path, this.#owner)
    if (!create(path, this.#owner)) throw locked(path)
    process.once('exit', this.#release)
  }

  release(): void {
    process.removeListener('exit', this.#release)
    if (ownerIn(this.#path)?.id === this.#owner.id) unlinkSync(this.#path)
  }
}
