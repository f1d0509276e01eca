import { LRUCache } from 'lru-cache'
import type { Caller } from '../../datasources/contract/caller.js'
import { ApiError } from '../../datasources/contract/errors.js'
import type { Store } from '../../datasources/contract/store.js'
import { LeasedQuota } from './leased-quota.js'
import type { LeasePoints, LeaseRequest } from './point-lease.js'

const WINDOW_MS = 60_000
/** How long an operation waits for the store; then this process decides, and no other operation waits meanwhile. */
const STORE_TIMEOUT_MS = 1_000
/** After a failure the store is asked again, beside the operations: first after this time, then after twice as long each time. */
const MIN_RETRY_MS = 100
const MAX_RETRY_MS = 2_000
/** The delay until points that were charged are reported to the store, together with those charged meanwhile. */
const REPORT_DELAY_MS = 50
/** Leased points that were not used for this long are given back. */
const IDLE_MS = 2_000
const MAX_QUOTAS = 10_000

/** The cost of an operation, and the points left in its client's window (absent without a limit). */
export interface RateLimitStatus {
  readonly requested: number
  readonly limit?: number
  readonly remaining?: number
  readonly resetSeconds?: number
}

export interface Consumption {
  readonly allowed: boolean
  readonly status: RateLimitStatus
}

export interface RateLimitConfig {
  readonly perMinute: number
  /** The part of the limit that a client may spend in this process while the store is away, in percent. */
  readonly fallbackPercent: number
  readonly lease: LeasePoints
  readonly digest: Store['digest']
}

export interface RateLimit {
  /** Pays for an operation; a promise only when the store must be asked first. */
  readonly consume: (caller: Caller, cost: number) => Consumption | Promise<Consumption>
  /**
   * Charges for work that was done already, such as parsing a document that is refused then. It never waits; `allowed`
   * is false where the client had no points left, as far as this process knows.
   */
  readonly charge: (caller: Caller, points: number) => Consumption
  /** Pays debts to the store and gives leased points back; called once, at the end of the process. */
  readonly close: () => Promise<void>
}

function withTimeout<T>(promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new ApiError('STORE_UNAVAILABLE')), STORE_TIMEOUT_MS)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** Creates the rate limit of a server, or none when `perMinute` is 0. */
export function createRateLimit(config: RateLimitConfig): RateLimit {
  if (config.perMinute > 0) return new StoreRateLimit(config)
  const pass = (_caller: Caller, cost: number): Consumption => ({ allowed: true, status: { requested: cost } })
  return { consume: pass, charge: pass, close: () => Promise.resolve() }
}

/** The names that own a quota, from the widest to the narrowest. */
const ownerOf = ({ tenant, client }: Caller): readonly string[] => [tenant, client]

/**
 * Rate limit: each client of a tenant has points per minute, which all processes share through the store. A process
 * spends only points that it has leased there, and leases more before they run out, so an operation waits for the
 * store only at first and where the window is nearly spent.
 */
class StoreRateLimit implements RateLimit {
  readonly #config: RateLimitConfig
  readonly #fallbackLimit: number
  /** A token that is presented again has the same caller object. */
  readonly #names = new WeakMap<Caller, string>()
  readonly #quotas = new LRUCache<string, LeasedQuota>({ max: MAX_QUOTAS })
  #sweepAt = 0
  /** Quotas that the store is to be asked for beside the operations. */
  #due = new Set<LeasedQuota>()
  #timer: NodeJS.Timeout | undefined
  /** Quotas that may hold unused points. */
  readonly #holding = new Set<LeasedQuota>()
  #idleTimer: NodeJS.Timeout | undefined
  /** The delay of the next attempt while the store is away, else 0. */
  #retryMs = 0

  constructor(config: RateLimitConfig) {
    this.#config = config
    this.#fallbackLimit = Math.floor((config.perMinute * config.fallbackPercent) / 100)
  }

  readonly consume = (caller: Caller, cost: number): Consumption | Promise<Consumption> => {
    const now = performance.now()
    const quota = this.#quotaOf(caller, now)
    if (quota.spend(cost, now)) {
      if (!quota.isRequesting && quota.isLow()) this.#refill(quota)
      return this.#consumption(quota, cost, true, now)
    }
    if (this.#isAway) return this.#consumption(quota, cost, this.#spendFallback(quota, cost, now), now)
    return new Promise((resolve) => {
      const settle = (allowed: boolean) => resolve(this.#consumption(quota, cost, allowed, performance.now()))
      quota.waiters.push({ points: cost, settle })
      if (!quota.isRequesting) this.#request(quota, quota.request(now))
    })
  }

  readonly charge = (caller: Caller, points: number): Consumption => {
    const now = performance.now()
    const quota = this.#quotaOf(caller, now)
    if (quota.isOver(now)) quota.begin(now)
    const allowed = this.#remaining(quota) > 0
    quota.force(points, now)
    if (quota.rest < 0) this.#askLater(quota)
    return this.#consumption(quota, points, allowed, now)
  }

  readonly close = async (): Promise<void> => {
    clearTimeout(this.#timer)
    clearTimeout(this.#idleTimer)
    const now = performance.now()
    const open = [...this.#quotas.values()].filter((quota) => quota.rest !== 0 && !quota.isOver(now))
    await Promise.all(open.map((quota) => this.#send(quota, quota.giveBack())))
  }

  get #isAway(): boolean {
    return this.#retryMs > 0
  }

  #quotaOf(caller: Caller, now: number): LeasedQuota {
    let name = this.#names.get(caller)
    if (name === undefined) {
      name = `kyc:spent:${this.#config.digest('spent', ...ownerOf(caller))}`
      this.#names.set(caller, name)
    }
    return this.#quotas.get(name) ?? this.#createQuota(name, now)
  }

  #createQuota(name: string, now: number): LeasedQuota {
    if (now >= this.#sweepAt) {
      for (const [other, quota] of [...this.#quotas])
        if (quota.isOver(now) && !quota.isRequesting) this.#quotas.delete(other)
      this.#sweepAt = now + WINDOW_MS
    }
    const quota = new LeasedQuota(name, this.#config.perMinute, WINDOW_MS)
    this.#quotas.set(name, quota)
    return quota
  }

  /** The points left, as far as this process knows. */
  #remaining(quota: LeasedQuota): number {
    return this.#isAway ? Math.max(0, quota.rest, this.#fallbackLimit - quota.spent) : quota.remaining
  }

  #consumption(quota: LeasedQuota, cost: number, allowed: boolean, now: number): Consumption {
    const status = {
      requested: cost,
      limit: this.#config.perMinute,
      remaining: this.#remaining(quota),
      resetSeconds: Math.ceil(quota.resetMs(now) / 1000),
    }
    return { allowed, status }
  }

  /** Lets a client spend its part of the limit in this process, leased points included, while the store is away. */
  #spendFallback(quota: LeasedQuota, cost: number, now: number): boolean {
    if (quota.isOver(now)) quota.begin(now)
    const allowed = quota.spent + cost <= this.#fallbackLimit
    if (allowed) quota.force(cost, now)
    this.#askLater(quota)
    return allowed
  }

  #refill(quota: LeasedQuota): void {
    if (this.#isAway) this.#askLater(quota)
    else this.#request(quota, quota.request(performance.now()))
  }

  /** Sends a request, and others after it for as long as operations wait. */
  #request(quota: LeasedQuota, request: LeaseRequest): void {
    void this.#send(quota, request).then((isAnswered) => {
      const now = performance.now()
      if (!isAnswered)
        for (const { points, settle } of quota.waiters.splice(0)) settle(this.#spendFallback(quota, points, now))
      if (quota.waiters.length > 0) this.#request(quota, quota.request(now))
      else if (quota.rest < 0 || !isAnswered) this.#askLater(quota)
    })
  }

  /** Sends a request and applies its answer; false when there was none. */
  async #send(quota: LeasedQuota, request: LeaseRequest): Promise<boolean> {
    const { lease, perMinute } = this.#config
    const requestedAt = performance.now()
    try {
      const answer = await withTimeout(lease(quota.name, perMinute, WINDOW_MS, request))
      this.#retryMs = 0
      quota.answered(request, answer, requestedAt, performance.now())
      if (quota.rest > 0) this.#watch(quota)
      return true
    } catch {
      this.#retryMs = Math.min(MAX_RETRY_MS, Math.max(MIN_RETRY_MS, this.#retryMs * 2))
      quota.failed()
      return false
    }
  }

  #askLater(quota: LeasedQuota): void {
    this.#due.add(quota)
    this.#timer ??= setTimeout(() => this.#ask(), Math.max(REPORT_DELAY_MS, this.#retryMs)).unref()
  }

  /** Asks the store for the quotas that are due; while it is away for one of them, to see whether it is back. */
  #ask(): void {
    this.#timer = undefined
    const due = [...this.#due].filter(({ isRequesting }) => !isRequesting)
    for (const quota of this.#isAway ? due.slice(0, 1) : due) {
      this.#due.delete(quota)
      this.#request(quota, quota.request(performance.now()))
    }
    const [next] = this.#due
    if (next !== undefined) this.#askLater(next)
  }

  /** Watches for leased points that are not used. */
  #watch(quota: LeasedQuota): void {
    this.#holding.add(quota)
    this.#idleTimer ??= setTimeout(() => this.#giveIdleBack(), IDLE_MS / 2).unref()
  }

  #giveIdleBack(): void {
    this.#idleTimer = undefined
    const now = performance.now()
    const quotas = [...this.#holding]
    this.#holding.clear()
    for (const quota of quotas) {
      if (quota.rest <= 0 || quota.isOver(now)) continue
      if (this.#isAway || quota.isRequesting || !quota.isIdle(now, IDLE_MS)) this.#watch(quota)
      // Without an answer the points are lost until the window ends.
      else this.#request(quota, quota.giveBack())
    }
  }
}
