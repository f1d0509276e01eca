import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { ErrorCode } from '../contract/error-codes.js'
import { ApiError, type ApiErrorDetails, copyError } from '../contract/errors.js'
import type { Store, StoreKey } from '../contract/store.js'
import { nextRefusedPauseMs } from './login-pause.js'

/** Longer than the longest pause, so that the next one is twice as long. */
const TTL_SECONDS = 24 * 3600
/** Longer than a login takes; the lease of a process that ended during its login expires after this. */
const LEASE_MS = 15_000
/** How long a process waits for the login of another one; then it logs in beside it. */
const MAX_WAIT_MS = 5_000
/** How often it looks. */
const POLL_MS = 50
/** How long logins need no lease after one that was not refused. */
const OPEN_MS = 10_000

/** The error of a refused login, as it is stored. */
interface StoredError {
  readonly code: ErrorCode
  readonly message: string
  readonly details: ApiErrorDetails
}

/** The stored record; its times are the store's. */
interface Stored {
  /** The last refusal: until when no process logs in, and for how long that is. */
  readonly refused?: { readonly until: number; readonly pauseMs: number; readonly error: StoredError } | undefined
  readonly lease?: { readonly by: string; readonly until: number } | undefined
  readonly openUntil?: number | undefined
}

/** A pause that this process knows of, by its own clock. */
interface Pause {
  readonly error: ApiError
  readonly until: number
  readonly pauseMs: number
}

const isRefusal = (error: ApiError): boolean => error.code === 'PROVIDER_REFUSED'

const toStored = ({ code, message, extensions }: ApiError): StoredError => {
  const { code: _code, retryAfterSeconds: _seconds, ...details } = extensions
  return { code, message, details }
}

/** The error of a paused login. */
const paused = (error: ApiError, leftMs: number): ApiError =>
  copyError(error, { retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)) })

/**
 * Login gate: the logins of all replicas with one credential. Some providers lock an account after five wrong secrets,
 * so a refused login is recorded in the store and pauses all replicas, also those that start later. Logins are made one
 * at a time until one was not refused. The credential is a part of the record's key: a corrected one is tried at once.
 * Without a reachable store each process pauses for itself.
 */
export class LoginGate {
  readonly #store: Store
  readonly #key: StoreKey
  #pause: Pause | undefined

  constructor(
    { store, tenant }: { readonly store: Store; readonly tenant: string },
    provider: string,
    credential: readonly string[],
  ) {
    this.#store = store
    this.#key = ['login-refusal', tenant, provider, store.digest(provider, ...credential)]
  }

  /**
   * Logs in, unless logins pause; then it rejects with the error of the refused login. `refuses`: whether an error
   * refuses this credential.
   */
  async logIn<T>(login: () => Promise<T>, refuses: (error: ApiError) => boolean = isRefusal): Promise<T> {
    const by = randomUUID()
    await this.#enter(by)
    try {
      const result = await login()
      this.#pause = undefined
      void this.#leave(by)
      return result
    } catch (error) {
      if (error instanceof ApiError && refuses(error)) throw await this.#refuse(error)
      await this.#leave(by)
      throw error
    }
  }

  /** Waits for the login of another process, and takes the lease where one is needed. */
  async #enter(by: string): Promise<void> {
    this.#throwIfPaused()
    const waitsUntil = performance.now() + MAX_WAIT_MS
    while ((await this.#ask(by)) === 'wait' && performance.now() < waitsUntil) await delay(POLL_MS)
    this.#throwIfPaused()
  }

  #throwIfPaused(): void {
    const leftMs = (this.#pause?.until ?? 0) - Date.now()
    if (this.#pause && leftMs > 0) throw paused(this.#pause.error, leftMs)
  }

  async #ask(by: string): Promise<'enter' | 'wait'> {
    let at = 0
    const take = (stored: Stored | null, now: number): Stored | undefined => {
      at = now
      if (stored?.refused && now < stored.refused.until) return undefined
      if (stored?.openUntil !== undefined && now < stored.openUntil) return undefined
      if (stored?.lease && now < stored.lease.until) return undefined
      return { refused: stored?.refused, lease: { by, until: now + LEASE_MS } }
    }
    const { value, changed } = await this.#update(take)
    if (value === undefined || changed) return 'enter'
    if (this.#takeOver(value?.refused, at)) return 'enter'
    const isOpen = value?.openUntil !== undefined && at < value.openUntil
    return isOpen || value?.lease?.by === by ? 'enter' : 'wait'
  }

  /** Records the refusal for all replicas; the error that callers get. */
  async #refuse(error: ApiError): Promise<ApiError> {
    let at = 0
    const record = (stored: Stored | null, now: number): Stored | undefined => {
      at = now
      if (stored?.refused && now < stored.refused.until) return undefined
      const pauseMs = nextRefusedPauseMs(stored?.refused?.pauseMs)
      return { refused: { until: now + pauseMs, pauseMs, error: toStored(error) } }
    }
    const { value } = await this.#update(record)
    if (value === undefined || !this.#takeOver(value?.refused, at)) {
      const pauseMs = nextRefusedPauseMs(this.#pause?.pauseMs)
      this.#pause = { error, until: Date.now() + pauseMs, pauseMs }
    }
    return paused(error, this.#pause!.until - Date.now())
  }

  /** Ends the lease: the login was not refused. */
  async #leave(by: string): Promise<void> {
    await this.#update((stored, now) => (stored?.lease?.by === by ? { openUntil: now + OPEN_MS } : undefined))
  }

  /** Takes over a stored refusal that still pauses logins. */
  #takeOver(refused: Stored['refused'], now: number): boolean {
    if (refused === undefined || refused.until <= now) return false
    const { until, pauseMs, error } = refused
    const { code, message, details } = error
    this.#pause = { error: new ApiError(code, { ...details, message }), until: Date.now() + until - now, pauseMs }
    return true
  }

  /** Updates the record; undefined in place of its value where the store cannot be reached. */
  async #update(
    change: (stored: Stored | null, now: number) => Stored | undefined,
  ): Promise<{ readonly value: Stored | null | undefined; readonly changed: boolean }> {
    try {
      return await this.#store.update<Stored>(this.#key, TTL_SECONDS, change)
    } catch (error) {
      if (error instanceof ApiError) return { value: undefined, changed: false }
      throw error
    }
  }
}
