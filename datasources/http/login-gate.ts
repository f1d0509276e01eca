import { randomUUID } from 'node:crypto'
import type { KycProvider as Label } from '../../schema/shared.js'
import type { ErrorCode } from '../contract/error-codes.js'
import { ApiError, type ApiErrorDetails, copyError } from '../contract/errors.js'
import type { Store, StoreKey } from '../contract/store.js'
import { monotonicClock } from '../support/monotonic-clock.js'
import { detachedScope } from './call.js'
import { nextRefusedPauseMs } from './login-pause.js'
import { sleep } from './retry.js'

/** Longer than the longest pause, so that the next one is twice as long. */
const TTL_SECONDS = 24 * 3600
/** Renewed while the login runs; the lease of a process that ended during its login expires after this. */
const LEASE_MS = 15_000
/** How long a process waits for the login of another one before it gives up; less than an operation may take. */
const MAX_WAIT_MS = 10_000
/** How often it looks. */
const POLL_MS = 50
/** How long logins need no lease after one that was accepted. */
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

/** What the error of a login says of the credential: nothing, where it is undefined. */
export type JudgeLogin = (error: ApiError) => 'refused' | 'accepted' | undefined

const judgeByCode: JudgeLogin = ({ code }) => (code === 'PROVIDER_REFUSED' ? 'refused' : undefined)

/** Whose logins a gate is for: the name is a part of the record's key, the rest is told in errors. */
export interface GatedProvider {
  readonly name: string
  readonly label: Label
  readonly title: string
}

const toStored = ({ code, message, extensions }: ApiError): StoredError => {
  const { code: _code, retryAfterSeconds: _seconds, ...details } = extensions
  return { code, message, details }
}

/** The error of a paused login. */
const paused = (error: ApiError, leftMs: number): ApiError =>
  copyError(error, { retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)) })

/** The error while another process logs in with the credential: the issuer was not asked. */
export class LoginTaken extends ApiError {}

/**
 * Login gate: the logins of all replicas with one credential. Some providers lock an account after five wrong secrets,
 * so a refused login is recorded in the store and pauses all replicas, also those that start later. Logins are made one
 * at a time, by the holder of a lease, until one was accepted; a login that ends otherwise passes the lease on and keeps
 * the refusal before it. The credential is a part of the record's key: a corrected one is tried at once. Without a
 * reachable store each process pauses for itself.
 */
export class LoginGate {
  readonly #store: Store
  readonly #provider: GatedProvider
  readonly #key: StoreKey
  #pause: Pause | undefined

  constructor(
    { store, tenant }: { readonly store: Store; readonly tenant: string },
    { name, label, title }: GatedProvider,
    credential: readonly string[],
  ) {
    this.#store = store
    this.#provider = { name, label, title }
    this.#key = ['login-refusal', tenant, name, store.digest(name, ...credential)]
  }

  /**
   * Logs in, unless logins pause; then it rejects with the error of the refused login. Rejects with
   * `PROVIDER_UNAVAILABLE` where another process still logs in after `MAX_WAIT_MS`.
   */
  async logIn<T>(login: () => Promise<T>, judge: JudgeLogin = judgeByCode): Promise<T> {
    const by = randomUUID()
    await this.#enter(by)
    const renewal = setInterval(() => void this.#renew(by), LEASE_MS / 3)
    try {
      const result = await login()
      this.#pause = undefined
      void this.#open(by)
      return result
    } catch (error) {
      const verdict = error instanceof ApiError ? judge(error) : undefined
      if (verdict === 'refused') throw await this.#refuse(error as ApiError)
      await (verdict === 'accepted' ? this.#open(by) : this.#leave(by))
      throw error
    } finally {
      clearInterval(renewal)
    }
  }

  /** Waits for the login of another process, never logs in beside it, and takes the lease where one is needed. */
  async #enter(by: string): Promise<void> {
    this.#throwIfPaused()
    const waitsUntil = performance.now() + MAX_WAIT_MS
    for (let leftMs = await this.#ask(by); leftMs > 0; leftMs = await this.#ask(by)) {
      if (performance.now() >= waitsUntil) throw this.#taken(leftMs)
      await sleep(POLL_MS, detachedScope.signal)
    }
    this.#throwIfPaused()
  }

  /** The error while another process holds the lease. */
  #taken(leftMs: number): ApiError {
    const { label, title } = this.#provider
    return new LoginTaken('PROVIDER_UNAVAILABLE', {
      provider: label,
      title,
      retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)),
    })
  }

  #throwIfPaused(): void {
    const leftMs = (this.#pause?.until ?? 0) - monotonicClock.now()
    if (this.#pause && leftMs > 0) throw paused(this.#pause.error, leftMs)
  }

  /** Takes the lease where one is needed; how long that of another process lasts in ms, 0 where there is none to wait for. */
  async #ask(by: string): Promise<number> {
    let at = 0
    const take = (stored: Stored | null, now: number): Stored | undefined => {
      at = now
      if (stored?.refused && now < stored.refused.until) return undefined
      if (stored?.openUntil !== undefined && now < stored.openUntil) return undefined
      if (stored?.lease && now < stored.lease.until) return undefined
      return { refused: stored?.refused, lease: { by, until: now + LEASE_MS } }
    }
    const { value, changed } = await this.#update(take)
    if (value === undefined || changed) return 0
    if (this.#takeOver(value?.refused, at)) return 0
    const isOpen = value?.openUntil !== undefined && at < value.openUntil
    return isOpen || value?.lease === undefined || value.lease.by === by ? 0 : value.lease.until - at
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
      this.#pause = { error, until: monotonicClock.now() + pauseMs, pauseMs }
    }
    return paused(error, this.#pause!.until - monotonicClock.now())
  }

  /** Keeps the lease while the login runs, however long that is. */
  async #renew(by: string): Promise<void> {
    await this.#update((stored, now) =>
      stored?.lease?.by === by ? { ...stored, lease: { by, until: now + LEASE_MS } } : undefined,
    )
  }

  /** Ends the lease after a login that was accepted: for a while logins need none. */
  async #open(by: string): Promise<void> {
    await this.#update((stored, now) => (stored?.lease?.by === by ? { openUntil: now + OPEN_MS } : undefined))
  }

  /** Ends the lease after a login that says nothing of the credential: the last refusal still counts. */
  async #leave(by: string): Promise<void> {
    await this.#update((stored) => {
      if (stored?.lease?.by !== by) return undefined
      return stored.refused ? { refused: stored.refused } : null
    })
  }

  /** Takes over a stored refusal that still pauses logins. */
  #takeOver(refused: Stored['refused'], now: number): boolean {
    if (refused === undefined || refused.until <= now) return false
    const { until, pauseMs, error } = refused
    const { code, message, details } = error
    this.#pause = {
      error: new ApiError(code, { ...details, message }),
      until: monotonicClock.now() + until - now,
      pauseMs,
    }
    return true
  }

  /** Updates the record; undefined in place of its value where the store cannot be reached. */
  async #update(
    change: (stored: Stored | null, now: number) => Stored | null | undefined,
  ): Promise<{ readonly value: Stored | null | undefined; readonly changed: boolean }> {
    try {
      return await this.#store.update<Stored>(this.#key, TTL_SECONDS, change)
    } catch (error) {
      if (error instanceof ApiError) return { value: undefined, changed: false }
      throw error
    }
  }
}
