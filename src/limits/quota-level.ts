import { LRUCache } from 'lru-cache'
import { ApiError } from '../../datasources/contract/errors.js'
import { LeasedQuota } from './leased-quota.js'
import type { LeasePoints, LeaseRequest } from './point-lease.js'
import { WINDOW_MS } from './rate-limit-settings.js'
import { TransientSet } from '../../datasources/support/transient-map.js'

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

/** To whom a limit belongs, from the narrowest to the widest. */
export type LevelName = 'user' | 'client' | 'tenant'

interface QuotaLevelOptions {
  readonly name: LevelName
  /** The limit of each owner that has none of its own. */
  readonly perMinute: number
  /** The part of the limit that may be spent in this process while the store is away, in percent. */
  readonly fallbackPercent: number
  readonly lease: LeasePoints
}

function withTimeout<T>(promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new ApiError('STORE_UNAVAILABLE')), STORE_TIMEOUT_MS)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/**
 * One limit for all users, clients or tenants: each has points per minute, which all processes share through the store.
 * A process spends only points that it has leased there, and leases more before they run out, so an operation waits for
 * the store only at first and where the window is nearly spent.
 */
export class QuotaLevel {
  readonly name: LevelName
  readonly perMinute: number
  readonly #lease: LeasePoints
  readonly #fallbackPercent: number
  readonly #quotas = new LRUCache<string, LeasedQuota>({ max: MAX_QUOTAS })
  #sweepAt = 0
  /** Quotas that the store is to be asked for beside the operations. */
  #due = new Set<LeasedQuota>()
  #timer: NodeJS.Timeout | undefined
  /** Quotas that may hold unused points. */
  readonly #holding = new Set<LeasedQuota>()
  /** The requests under way. */
  readonly #sending = new TransientSet<Promise<boolean>>()
  #idleTimer: NodeJS.Timeout | undefined
  /** The delay of the next attempt while the store is away, else 0. */
  #retryMs = 0

  constructor({ name, perMinute, fallbackPercent, lease }: QuotaLevelOptions) {
    this.name = name
    this.perMinute = perMinute
    this.#lease = lease
    this.#fallbackPercent = fallbackPercent
  }

  /** The quota of an owner, by its limit: after a change of the limit another one. */
  quotaOf(name: string, limit: number, now: number): LeasedQuota {
    const known = this.#quotas.get(name)
    return known?.limit === limit ? known : this.#createQuota(name, limit, now)
  }

  #fallbackLimitOf({ limit }: LeasedQuota): number {
    return Math.floor((limit * this.#fallbackPercent) / 100)
  }

  /** Spends points that are leased, and leases more where few are left. */
  spend(quota: LeasedQuota, points: number, now: number): void {
    quota.spend(points, now)
    if (!quota.isRequesting && quota.isLow()) this.#refill(quota)
  }

  /** Asks the store at once for points that are reserved next, where too few are leased. */
  prepare(quota: LeasedQuota, points: number, now: number): void {
    if (this.#isAway || quota.isRequesting || quota.canSpend(points, now)) return
    this.#request(quota, quota.request(now, points))
  }

  /**
   * Spends points as soon as enough are leased, and tells it in the same turn, while what is left is known; false where
   * the window has too few. Waits only for the store.
   */
  reserve(quota: LeasedQuota, points: number, now: number, settle: (isReserved: boolean) => void): void {
    if (quota.canSpend(points, now)) {
      this.spend(quota, points, now)
      settle(true)
    } else if (this.#isAway) settle(this.#spendFallback(quota, points, now))
    else {
      quota.waiters.push({ points, settle })
      if (!quota.isRequesting) this.#request(quota, quota.request(now))
    }
  }

  /** Takes back what was reserved for an operation that another level refuses. */
  refund(quota: LeasedQuota, points: number, window: number): void {
    quota.refund(points, window)
    if (quota.rest > 0) this.#watch(quota)
  }

  /** Spends points that may not be leased, and reports them to the store later. */
  charge(quota: LeasedQuota, points: number, now: number): void {
    quota.force(points, now)
    if (quota.rest < 0) this.#askLater(quota)
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    clearTimeout(this.#idleTimer)
    // What a request under way leases goes back too.
    await Promise.all(this.#sending)
    const now = performance.now()
    const open = [...this.#quotas.values()].filter((quota) => quota.rest !== 0 && !quota.isOver(now))
    await Promise.all(open.map((quota) => this.#send(quota, quota.giveBack())))
  }

  /** The points left, as far as this process knows. */
  remaining(quota: LeasedQuota): number {
    return this.#isAway ? Math.max(0, quota.rest, this.#fallbackLimitOf(quota) - quota.spent) : quota.remaining
  }

  get #isAway(): boolean {
    return this.#retryMs > 0
  }

  #createQuota(name: string, limit: number, now: number): LeasedQuota {
    if (now >= this.#sweepAt) {
      for (const [other, quota] of [...this.#quotas])
        if (quota.isOver(now) && !quota.isRequesting) this.#quotas.delete(other)
      this.#sweepAt = now + WINDOW_MS
    }
    const quota = new LeasedQuota(name, limit, WINDOW_MS)
    this.#quotas.set(name, quota)
    return quota
  }

  /** Spends the part of the limit that this process may spend while the store is away, leased points included. */
  #spendFallback(quota: LeasedQuota, cost: number, now: number): boolean {
    if (quota.isOver(now)) quota.begin(now)
    const allowed = quota.spent + cost <= this.#fallbackLimitOf(quota)
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
  #send(quota: LeasedQuota, request: LeaseRequest): Promise<boolean> {
    const sending = this.#ask(quota, request).finally(() => this.#sending.delete(sending))
    this.#sending.add(sending)
    return sending
  }

  async #ask(quota: LeasedQuota, request: LeaseRequest): Promise<boolean> {
    const requestedAt = performance.now()
    try {
      const answer = await withTimeout(this.#lease(quota.name, quota.limit, WINDOW_MS, request))
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
    this.#timer ??= setTimeout(() => this.#askDue(), Math.max(REPORT_DELAY_MS, this.#retryMs)).unref()
  }

  /** Asks the store for the quotas that are due; while it is away for one of them, to see whether it is back. */
  #askDue(): void {
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
