import { ConfigError, type Reading } from '../config.js'
import { KeyRingError } from '../keys/key-ring.js'
import { errorClass } from '../observability/error-class.js'
import type { Log } from '../observability/log.js'
import type { Metrics } from '../observability/metrics/all-metrics.js'
import type { ReloadedPart } from '../observability/metrics/reloads.js'
import { WatchedFiles } from './watched-files.js'

/** How long after a failed attempt the next one follows: Redis may accept a password, or a key service answer, later. */
const RETRY_MS = 2_000

interface PartReloadOptions<Part> {
  /** What the log and the metrics call the part. */
  readonly name: ReloadedPart
  readonly read: () => Reading<Part>
  /** Takes it in use; rejects where that is not possible yet. */
  readonly use: (part: Part) => void | Promise<void>
  readonly log: Pick<Log, 'warn'>
  readonly metrics: Pick<Metrics, 'settingsRead'>
}

/** The names of settings, or the class of the cause; never a value. */
function causeOf(error: unknown): readonly string[] {
  if (error instanceof ConfigError) return error.problems
  return [error instanceof KeyRingError ? error.message : errorClass(error)]
}

/**
 * Reads a part of the configuration again when one of its files changes. What cannot be used is told, and the earlier one
 * stays until it can.
 */
export class PartReload<Part> {
  readonly #options: PartReloadOptions<Part>
  readonly #files: WatchedFiles
  #watched: readonly string[] = []
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #isAskedAgain = false
  #isClosed = false
  #told = ''

  constructor(options: PartReloadOptions<Part>) {
    this.#options = options
    this.#files = new WatchedFiles(() => this.#start())
    this.#read()
  }

  close(): void {
    this.#isClosed = true
    this.#files.close()
    clearTimeout(this.#timer)
  }

  /** Reads the part, all of whose files are watched since before they were read: a file may name others. */
  #read(): Reading<Part> {
    const reading = this.#options.read()
    const isCovered = reading.files.every((file) => this.#watched.includes(file))
    this.#watched = reading.files
    this.#files.set(this.#watched)
    return isCovered ? reading : this.#read()
  }

  /** Starts a reload; a change during one is followed by another. */
  #start(): void {
    if (this.#isClosed) return
    clearTimeout(this.#timer)
    if (this.#running) this.#isAskedAgain = true
    else this.#running = this.#reload().finally(() => this.#end())
  }

  #end(): void {
    this.#running = undefined
    if (this.#isAskedAgain) {
      this.#isAskedAgain = false
      this.#start()
    }
  }

  async #reload(): Promise<void> {
    try {
      const { part, problems } = this.#read()
      if (part === undefined) throw new ConfigError(problems)
      await this.#options.use(part)
      this.#told = ''
      this.#options.metrics.settingsRead(this.#options.name, 'read')
    } catch (error) {
      this.#options.metrics.settingsRead(this.#options.name, 'refused')
      this.#tell(causeOf(error))
      if (!this.#isClosed) this.#timer = setTimeout(() => this.#start(), RETRY_MS).unref()
    }
  }

  /** Tells a cause once. */
  #tell(causes: readonly string[]): void {
    const text = causes.join('\n')
    if (text === this.#told) return
    this.#told = text
    const { name: part, log } = this.#options
    log.warn({ part, causes }, 'secrets cannot be read again; the earlier ones stay')
  }
}
