import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { ApiError } from '../../datasources/contract/errors.js'
import { NO_PROXIES } from '../../datasources/http/proxy.js'
import { monotonicClock } from '../../datasources/support/monotonic-clock.js'
import type { Config } from '../config.js'
import { errorClass } from '../observability/error-class.js'
import { discoverJwksUrl } from './discovery.js'
import { readJwks } from './read-jwks.js'

const JWKS_TIMEOUT_MS = 5_000
/** The interval of reads while the issuer answers. */
export const REFRESH_MS = 60_000
/** The interval of reads while it does not, and of those because of an unknown key id. */
const RETRY_MS = 5_000
/** The same while no keys are known: every caller waits for them. */
const URGENT_RETRY_MS = 1_000
/** How often it is looked whether a read is due. */
const TICK_MS = 1_000

/** Where the keys of an issuer are, and how they are reached. */
export interface KeyAccess {
  readonly source: { readonly url: string } | { readonly issuer: string }
  /** How long keys that were read are used while the issuer cannot be read. */
  readonly staleMs: number
  readonly proxies?: Config['proxies'] | undefined
  readonly ca?: string | undefined
}

interface IssuerKeysOptions extends KeyAccess {
  /** Called after each read, with the class of the cause where it failed; `isUsable`: keys are there nevertheless. */
  readonly report?: ((cause: string | undefined, isUsable: boolean) => void) | undefined
}

interface KeyState {
  readonly cause: string | undefined
  readonly isUsable: boolean
}

/**
 * The issuer's keys (JWKS): read at the start, each minute, and for an unknown key id. Keys that were good stay in use
 * for a time while the issuer cannot be read: its outage is no reason to refuse a token.
 */
export class IssuerKeys {
  readonly #options: IssuerKeysOptions
  readonly #listeners: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined
  readonly #closing = new AbortController()
  #keys: { readonly text: string; readonly find: JWTVerifyGetKey } | undefined
  #readAt = -Infinity
  #triedAt = -Infinity
  #isAway = false
  #state: KeyState | undefined
  #reading: Promise<void> | undefined

  constructor(options: IssuerKeysOptions) {
    this.#options = options
  }

  /** How they are reached. */
  get access(): KeyAccess {
    const { source, staleMs, proxies, ca } = this.#options
    return { source, staleMs, proxies, ca }
  }

  /** Reads the keys, and from then on again and again. The issuer of development is this server, so its listener opens first. */
  start(): void {
    this.#timer = setInterval(() => this.refreshIfDue(), TICK_MS).unref()
    void this.#read()
  }

  /** Finds the key of a token; for `jwtVerify`. Throws `ISSUER_UNAVAILABLE` where the issuer's outage is why there is none. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    if (!this.#areUsable()) await this.#readUnlessTried(this.#retryMs())
    if (!this.#areUsable()) throw this.#unavailable()
    try {
      return await this.#keys!.find(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
    }
    // The key may be new.
    await this.#readUnlessTried(RETRY_MS)
    if (this.#isAway) throw this.#unavailable()
    return this.#keys!.find(header, token)
  }

  /** Starts a read in the background when one is due: no caller waits while the known keys verify its token. */
  refreshIfDue(): void {
    const intervalMs = this.#isAway ? this.#retryMs() : REFRESH_MS
    if (monotonicClock.now() - this.#triedAt >= intervalMs) void this.#read()
  }

  /** Calls the listener when the keys have changed. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Reports the state of the last read. */
  reportAgain(): void {
    if (this.#state !== undefined) this.#options.report?.(this.#state.cause, this.#state.isUsable)
  }

  /** Reads no more by itself: others are in its place, and only what has begun still needs it. */
  retire(): void {
    clearInterval(this.#timer)
  }

  close(): void {
    this.retire()
    this.#closing.abort()
  }

  #areUsable(): boolean {
    if (this.#keys === undefined) return false
    const ageMs = monotonicClock.now() - this.#readAt
    // A process that was stopped for long knows nothing of the time between.
    return this.#isAway ? ageMs < this.#options.staleMs : ageMs < Math.max(this.#options.staleMs, 2 * REFRESH_MS)
  }

  #retryMs(): number {
    return this.#areUsable() ? RETRY_MS : URGENT_RETRY_MS
  }

  #unavailable(): ApiError {
    const waitMs = this.#triedAt + this.#retryMs() - monotonicClock.now()
    return new ApiError('ISSUER_UNAVAILABLE', { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) })
  }

  /** Reads, or waits for the running read, unless the last one began less than this time ago. */
  async #readUnlessTried(intervalMs: number): Promise<void> {
    if (this.#reading !== undefined || monotonicClock.now() - this.#triedAt >= intervalMs) await this.#read()
  }

  /** One read at a time; never rejects. */
  #read(): Promise<void> {
    return (this.#reading ??= this.#readOnce().finally(() => (this.#reading = undefined)))
  }

  async #readOnce(): Promise<void> {
    const { source, proxies = NO_PROXIES, ca } = this.#options
    const access = { proxies, ca, timeoutMs: JWKS_TIMEOUT_MS, closed: this.#closing.signal }
    this.#triedAt = monotonicClock.now()
    try {
      // The metadata are read with the keys, so that what is stale is as old as they are.
      const url = 'url' in source ? source.url : await discoverJwksUrl(source.issuer, access)
      this.#take(await readJwks(url, access))
      this.#isAway = false
      this.#tell({ cause: undefined, isUsable: true })
    } catch (error) {
      if (this.#closing.signal.aborted) return
      this.#isAway = true
      this.#tell({ cause: errorClass(error), isUsable: this.#areUsable() })
    }
  }

  #tell(state: KeyState): void {
    this.#state = state
    this.reportAgain()
  }

  #take(jwks: JSONWebKeySet): void {
    this.#readAt = monotonicClock.now()
    const text = JSON.stringify(jwks)
    if (text === this.#keys?.text) return
    this.#keys = { text, find: createLocalJWKSet(jwks) }
    for (const listener of this.#listeners) listener()
  }
}
