import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { ApiError } from '../contract/errors.js'
import type { Store, StoreKey } from '../contract/store.js'
import type { Token } from './token-cache.js'

/** How long a token is kept whose lifetime the issuer does not state; one that has ended is refused and replaced. */
const TTL_SECONDS = 7 * 24 * 3600
/** A token this close to its end is not handed on. */
const MIN_LEFT_MS = 10_000
/** Renewed while the login runs; the lease of a process that ended during its login expires after this. */
const LEASE_MS = 15_000
/** How often a process looks for the token that another one obtains. */
const POLL_MS = 50

/** The stored record: the newest token, and the lease of the process that obtains the next one. */
interface Stored {
  readonly token?: { readonly value: string; readonly expiresAt?: number | undefined } | undefined
  readonly lease?: { readonly by: string; readonly until: number } | undefined
}

const isStoreError = (error: unknown): boolean => error instanceof ApiError && error.code === 'STORE_UNAVAILABLE'

/**
 * Shared token: the token of a login that ends the older token of the same user. All replicas use the one in the store,
 * and the holder of a lease obtains the next one. Without a reachable store each process logs in for itself.
 */
export class SharedToken {
  constructor(
    private readonly store: Store,
    private readonly key: StoreKey,
    private readonly logIn: () => Promise<Token>,
  ) {}

  /** The newest token in the store; undefined when the store cannot be reached or has none. */
  readonly newest = async (): Promise<string | undefined> => {
    const stored = await this.store.get<Stored>(this.key).catch(() => null)
    return stored?.token?.value
  }

  /** The token of the store unless it is the outdated one; else the next one, from this process or another. */
  readonly obtain = async (outdated: string | undefined): Promise<Token> => {
    const by = randomUUID()
    for (;;) {
      const turn = await this.#takeTurn(by, outdated)
      if (turn === 'login') return this.#renew(by)
      if (turn === 'alone') return this.logIn()
      if (turn !== 'wait') return turn
      await delay(POLL_MS)
    }
  }

  /** Finds the token, or takes the lease where there is none; otherwise another process has it. */
  async #takeTurn(by: string, outdated: string | undefined): Promise<Token | 'login' | 'wait' | 'alone'> {
    const find = (stored: Stored | null, now: number): Token | undefined => {
      const { value, expiresAt } = stored?.token ?? {}
      if (value === undefined || value === outdated) return undefined
      if (expiresAt === undefined) return { value, expiresIn: undefined }
      return expiresAt - now < MIN_LEFT_MS ? undefined : { value, expiresIn: (expiresAt - now) / 1000 }
    }
    const takeLease = (stored: Stored | null, now: number): Stored | undefined =>
      find(stored, now) || (stored?.lease && now < stored.lease.until)
        ? undefined
        : { ...stored, lease: { by, until: now + LEASE_MS } }
    try {
      const { value, changed } = await this.store.update<Stored>(this.key, TTL_SECONDS, takeLease)
      return find(value, this.store.now()) ?? (changed || value?.lease?.by === by ? 'login' : 'wait')
    } catch (error) {
      if (isStoreError(error)) return 'alone'
      throw error
    }
  }

  /** Logs in, and puts the token in place of the lease; without a token the lease ends too. */
  async #renew(by: string): Promise<Token> {
    let token: Token | undefined
    const renewal = setInterval(() => void this.#extend(by), LEASE_MS / 3)
    try {
      token = await this.logIn()
      return token
    } finally {
      clearInterval(renewal)
      const next: Stored = token === undefined ? {} : { token: { value: token.value, expiresAt: this.#endOf(token) } }
      // A lease that another process has taken meanwhile stays: its login is newer.
      const release = (stored: Stored | null): Stored | undefined =>
        stored?.lease?.by === by ? { token: stored.token, ...next } : undefined
      await this.store.update<Stored>(this.key, token?.expiresIn ?? TTL_SECONDS, release).catch(() => undefined)
    }
  }

  /** Keeps the lease while the login runs, however long that is. */
  async #extend(by: string): Promise<void> {
    const extend = (stored: Stored | null, now: number): Stored | undefined =>
      stored?.lease?.by === by ? { ...stored, lease: { by, until: now + LEASE_MS } } : undefined
    await this.store.update<Stored>(this.key, TTL_SECONDS, extend).catch(() => undefined)
  }

  /** By the store's clock, which all replicas share. */
  #endOf({ expiresIn }: Token): number | undefined {
    return expiresIn === undefined ? undefined : this.store.now() + expiresIn * 1000
  }
}
