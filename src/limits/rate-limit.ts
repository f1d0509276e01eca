import { LRUCache } from 'lru-cache'
import { ApiError } from '../../datasources/contract/errors.js'
import type { Caller } from '../../datasources/contract/caller.js'
import type { Store } from '../../datasources/contract/store.js'
import { createWindowCounter, type WindowCounter } from './window-counter.js'
import { LocalQuota } from './local-quota.js'

const WINDOW_MS = 60_000
/** How long an operation waits for the store to count it; then this process counts. */
const STORE_TIMEOUT_MS = 250
/** After a failure, how long this process counts alone before it asks the store again. */
const FALLBACK_MS = 2_000
/** The delay until points that were spent here are reported to the store, together with those spent meanwhile. */
const REPORT_DELAY_MS = 50
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
  readonly spend: WindowCounter
  readonly digest: Store['digest']
}

export interface RateLimit {
  /** Pays for an operation; a promise only when the store must be asked first. */
  readonly consume: (caller: Caller, cost: number) => Consumption | Promise<Consumption>
  /** Reports to the store what is not reported yet; called once, at the end of the process. */
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
  return {
    consume: (_caller, cost) => ({ allowed: true, status: { requested: cost } }),
    close: () => Promise.resolve(),
  }
}

/**
 * Rate limit: each client of a tenant has points per minute, which all processes share through the store. Far from its
 * limit a client spends from a local quota that is reported later (`LocalQuota` states the error); near the limit, and
 * at first, the store is asked.
 */
class StoreRateLimit implements RateLimit {
  readonly #config: RateLimitConfig
  /** Counts while the store is away. */
  readonly #fallback = createWindowCounter()
  /** A token that is presented again has the same caller object. */
  readonly #names = new WeakMap<Caller, string>()
  readonly #quotas = new LRUCache<string, LocalQuota>({ max: MAX_QUOTAS })
  #unreported = new Set<LocalQuota>()
  #timer: NodeJS.Timeout | undefined
  #fallbackUntil = 0
  #sweepAt = 0

  constructor(config: RateLimitConfig) {
    this.#config = config
  }

  readonly consume = (caller: Caller, cost: number): Consumption | Promise<Consumption> => {
    const now = Date.now()
    const name = this.#nameOf(caller)
    if (now < this.#fallbackUntil) return this.#consumeFallback(name, cost)
    const quota = this.#quotas.get(name) ?? this.#createQuota(name, now)
    if (!quota.spend(cost, now)) return this.#consumeStored(quota, cost)
    this.#reportLater(quota)
    return this.#consumption(cost, true, quota.remaining, quota.resetMs(now))
  }

  readonly close = async (): Promise<void> => {
    clearTimeout(this.#timer)
    const now = Date.now()
    const owing = [...this.#unreported].filter((quota) => quota.owed(now) > 0)
    await withTimeout(Promise.all(owing.map((quota) => this.#request(quota, 0)))).catch(() => undefined)
  }

  #nameOf(caller: Caller): string {
    const name = this.#names.get(caller) ?? `kyc:spent:${this.#config.digest('spent', caller.tenant, caller.client)}`
    this.#names.set(caller, name)
    return name
  }

  #createQuota(name: string, now: number): LocalQuota {
    if (now >= this.#sweepAt) {
      for (const [other, quota] of [...this.#quotas]) if (quota.isOver(now)) this.#quotas.delete(other)
      this.#sweepAt = now + WINDOW_MS
    }
    const quota = new LocalQuota(name, this.#config.perMinute)
    this.#quotas.set(name, quota)
    return quota
  }

  #consumption(cost: number, allowed: boolean, remaining: number, resetMs: number): Consumption {
    const { perMinute } = this.#config
    return {
      allowed,
      status: { requested: cost, limit: perMinute, remaining, resetSeconds: Math.ceil(resetMs / 1000) },
    }
  }

  /** Asks the store for points (or none), and reports in the same call what was spent here. */
  async #request(quota: LocalQuota, cost: number): Promise<Consumption> {
    const requestedAt = Date.now()
    const owed = quota.request(cost, requestedAt)
    this.#unreported.delete(quota)
    try {
      const count = await this.#config.spend(quota.name, cost, this.#config.perMinute, WINDOW_MS, owed)
      quota.answered(cost, owed, count, requestedAt)
      return this.#consumption(cost, count.paid, quota.remaining, count.resetMs)
    } catch (error) {
      quota.unanswered(cost, owed)
      this.#reportLater(quota)
      throw error
    }
  }

  #beginFallback(): void {
    this.#fallbackUntil = Date.now() + FALLBACK_MS
  }

  #reportLater(quota: LocalQuota): void {
    this.#unreported.add(quota)
    this.#timer ??= setTimeout(
      () => this.#report(),
      Math.max(REPORT_DELAY_MS, this.#fallbackUntil - Date.now()),
    ).unref()
  }

  /** Reports the quotas of all clients. */
  #report(): void {
    this.#timer = undefined
    const now = Date.now()
    const due = this.#unreported
    this.#unreported = new Set()
    for (const quota of due) {
      if (quota.isReporting || now < this.#fallbackUntil) this.#reportLater(quota)
      else if (quota.owed(now) > 0) this.#request(quota, 0).catch(() => this.#beginFallback())
    }
  }

  /** Counts in this process: while the store is away more than the limit may pass, and no operation waits. */
  #consumeFallback(name: string, cost: number): Consumption {
    const { perMinute } = this.#config
    const { paid, spent, resetMs } = this.#fallback(name, cost, perMinute, WINDOW_MS)
    return this.#consumption(cost, paid, Math.max(0, perMinute - spent), resetMs)
  }

  async #consumeStored(quota: LocalQuota, cost: number): Promise<Consumption> {
    try {
      return await withTimeout(this.#request(quota, cost))
    } catch {
      this.#beginFallback()
      return this.#consumeFallback(quota.name, cost)
    }
  }
}
