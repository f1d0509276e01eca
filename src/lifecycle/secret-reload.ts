import { ConfigError, type Config, type SecretConfig } from '../config.js'
import type { DataKeys } from '../keys/data-keys.js'
import { PURPOSES } from '../keys/data-keys.js'
import type { KeyHolder } from '../keys/key-holder.js'
import { KeyRingError, loadKeys } from '../keys/key-ring.js'
import { errorClass } from '../observability/error-class.js'
import type { Log } from '../observability/log.js'
import { replaceCredentials } from '../store/redis-access.js'
import type { RedisAddress } from '../store/redis-address.js'
import { WatchedFiles } from './watched-files.js'

/** How long after a failed attempt the next one follows: Redis may accept a password, or a key service answer, later. */
const RETRY_MS = 2_000

interface ReloadOptions {
  readonly config: Pick<Config, 'redis' | 'secrets'>
  readonly keys: KeyHolder
  readonly log: Log
}

const idsOf = (keys: DataKeys): Readonly<Record<string, string>> =>
  Object.fromEntries(PURPOSES.map((purpose) => [purpose, keys[purpose].map(({ id }) => id).join(' ')]))

const placeOf = ({ nodes, kind, tls, database }: RedisAddress): string =>
  JSON.stringify([nodes, kind, tls, database ?? 0])

/** The names of settings, or the class of the cause; never a value. */
function causeOf(error: unknown): readonly string[] {
  if (error instanceof ConfigError) return error.problems
  return [error instanceof KeyRingError ? error.message : errorClass(error)]
}

/**
 * Reads secrets again when their files change: the credentials and certificates of Redis, and the data keys. What cannot
 * be used is told, and the earlier ones stay until it can.
 */
export class SecretReload {
  readonly #options: ReloadOptions
  readonly #files: WatchedFiles
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #isAskedAgain = false
  #isClosed = false
  #told = ''

  constructor(options: ReloadOptions) {
    this.#options = options
    this.#files = new WatchedFiles(() => this.#start())
    this.#files.set(options.config.secrets.paths)
  }

  close(): void {
    this.#isClosed = true
    this.#files.close()
    clearTimeout(this.#timer)
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
      const next = this.#options.config.secrets.read()
      // Both, so that one that fails does not keep the other from being used.
      const [keys, redis] = await Promise.allSettled([this.#replaceKeys(next), this.#replaceRedis(next)])
      for (const result of [keys, redis]) if (result.status === 'rejected') throw result.reason
      this.#told = ''
    } catch (error) {
      this.#tell(causeOf(error))
      if (!this.#isClosed) this.#timer = setTimeout(() => this.#start(), RETRY_MS).unref()
    }
  }

  async #replaceKeys(next: SecretConfig): Promise<void> {
    const { keys, log } = this.#options
    const loaded = await loadKeys(next)
    if (loaded === undefined || this.#isClosed) return
    const ids = idsOf(loaded)
    if (JSON.stringify(ids) === JSON.stringify(idsOf(keys.current))) return
    keys.replace(loaded)
    log.info({ keys: ids }, 'data keys were read again')
  }

  async #replaceRedis({ redis: next }: SecretConfig): Promise<void> {
    const { config, log } = this.#options
    if (config.redis === undefined || next === undefined) return
    if (placeOf(next) !== placeOf(config.redis)) throw new ConfigError(['another REDIS_URL needs a restart'])
    if (await replaceCredentials(config.redis, next)) log.info('the access to Redis was read again')
  }

  /** Tells a cause once. */
  #tell(causes: readonly string[]): void {
    const text = causes.join('\n')
    if (text === this.#told) return
    this.#told = text
    this.#options.log.warn({ causes }, 'secrets cannot be read again; the earlier ones stay')
  }
}
