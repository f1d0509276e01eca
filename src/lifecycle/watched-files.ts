import { createHash } from 'node:crypto'
import { type FSWatcher, readFileSync, realpathSync, watch } from 'node:fs'
import { dirname } from 'node:path'

/** Events within this time are one, and a content that is told has stood still for it: a file may be half written. */
const SETTLE_MS = 100
/** A network file system may have no events. */
const POLL_INTERVAL_MS = 5_000
/** A file that so many polls cannot read is not about to be replaced: it is gone, or its rights are wrong. */
const ABSENT_POLLS = 2

interface Timing {
  readonly settleMs?: number
  readonly pollMs?: number
}

/** The hash of a file's content; undefined while it cannot be read. */
type Hash = string | undefined

/** A watched file: hashes of the content that was told, and of one that has not stood still yet. */
interface Watched {
  told: Hash
  arriving: Hash
  /** The polls that found no file that can be read, one after the other. */
  absences: number
}

function hashOf(path: string): Hash {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('base64')
  } catch {
    return undefined
  }
}

/** The directories in which a change of a file shows: that of its name, and that of the file behind a symbolic link. */
function directoriesOf(path: string): string[] {
  try {
    return [dirname(path), dirname(realpathSync(path))]
  } catch {
    return [dirname(path)]
  }
}

/**
 * Tells changes of the content of small files, whether a file is written, replaced by rename, or behind a symbolic link
 * that is replaced (a mounted Secret of Kubernetes). A file that is absent, or cannot be read, for a moment is no change; one
 * that two polls cannot read is told once. Does not keep the process alive.
 */
export class WatchedFiles {
  readonly #onChange: (paths: readonly string[]) => void
  readonly #settleMs: number
  readonly #files = new Map<string, Watched>()
  readonly #watchers = new Map<string, FSWatcher>()
  readonly #interval: NodeJS.Timeout
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  /** `onChange` gets the paths of all files that have changed, as they were given. */
  constructor(
    onChange: (paths: readonly string[]) => void,
    { settleMs = SETTLE_MS, pollMs = POLL_INTERVAL_MS }: Timing = {},
  ) {
    this.#onChange = onChange
    this.#settleMs = settleMs
    this.#interval = setInterval(() => this.#poll(), pollMs).unref()
  }

  /** Watches these files alone. Call it before reading them: their content from now on is what changes are against. */
  set(paths: readonly string[]): void {
    for (const path of this.#files.keys()) if (!paths.includes(path)) this.#files.delete(path)
    for (const path of paths)
      if (!this.#files.has(path)) this.#files.set(path, { told: hashOf(path), arriving: undefined, absences: 0 })
    this.#watchDirectories()
  }

  close(): void {
    this.#isClosed = true
    clearInterval(this.#interval)
    clearTimeout(this.#timer)
    this.#files.clear()
    this.#watchDirectories()
  }

  #checkLater(): void {
    if (this.#isClosed) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#check()
    }, this.#settleMs).unref()
  }

  #poll(): void {
    for (const [path, file] of this.#files) file.absences = hashOf(path) === undefined ? file.absences + 1 : 0
    this.#check()
  }

  #check(): void {
    const changed = [...this.#files].filter(([path, file]) => this.#isChanged(file, hashOf(path))).map(([path]) => path)
    // A link may lead to another directory now, and a directory may have been made again.
    this.#watchDirectories()
    if (changed.length > 0) this.#onChange(changed)
  }

  /** True where a file has changed since it was told, for good. */
  #isChanged(file: Watched, hash: Hash): boolean {
    const isSteady = hash === undefined ? file.absences >= ABSENT_POLLS : hash === file.arriving
    file.arriving = hash === file.told || isSteady ? undefined : hash
    if (file.arriving !== undefined) this.#checkLater()
    if (hash === file.told || !isSteady) return false
    file.told = hash
    return true
  }

  #watchDirectories(): void {
    const directories = new Set([...this.#files.keys()].flatMap(directoriesOf))
    for (const [directory, watcher] of this.#watchers) if (!directories.has(directory)) this.#drop(directory, watcher)
    for (const directory of directories) if (!this.#watchers.has(directory)) this.#watch(directory)
  }

  #watch(directory: string): void {
    try {
      const watcher = watch(directory, { persistent: false }, () => this.#checkLater())
      watcher.on('error', () => this.#drop(directory, watcher))
      this.#watchers.set(directory, watcher)
    } catch {
      // There is no such directory, or no more watches: the poll sees its files.
    }
  }

  #drop(directory: string, watcher: FSWatcher): void {
    watcher.close()
    if (this.#watchers.get(directory) === watcher) this.#watchers.delete(directory)
  }
}
