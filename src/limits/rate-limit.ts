import { LRUCache } from 'lru-cache'
import { ApiError } from '../../datasources/contract/errors.js'
import type { Caller } from '../../datasources/contract/caller.js'
import type { Store } from '../../datasources/contract/store.js'
import { createWindowCounter, type WindowCounter } from './window-counter.js'
import { LocalQuota } from './local-quota.js'

const WINDOW_MS = 60_000
/** How long an operation waits for Redis to count it; then this process counts. */
const PATIENCE_MS = 250
/** How long this process goes on counting before it asks Redis again. */
const REST_MS = 2_000
/** How long after something was spent here Redis is told, with all that was spent until then. */
const REPORT_MS = 50
const MOST_TABS = 10_000

/** What an operation costs, and what its client has left in this window (unless nothing limits it). */
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
  /** Pays for an operation; a promise only where Redis must be asked first. */
  readonly consume: (caller: Caller, cost: number) => Consumption | Promise<Consumption>
  /** Tells Redis what it has not been told yet: the last thing that a process does. */
  readonly close: () => Promise<void>
}

function soon<T>(answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const patience = setTimeout(() => reject(new ApiError('STORE_UNAVAILABLE')), PATIENCE_MS)
    answer.then(resolve, reject).finally(() => clearTimeout(patience))
  })
}

/**
 * Every client of a tenant has a budget of its own, which all replicas share through the store. Far from its limit a
 * client is believed and Redis told in passing; near it, and at first, Redis is asked (`Tab` says how much that leaves
 * to chance).
 */
export function createRateLimit({ perMinute, spend, digest }: RateLimitConfig): RateLimit {
  const standIn = createWindowCounter()
  // A caller whose token comes again is the same object.
  const names = new WeakMap<Caller, string>()
  const tabs = new LRUCache<string, LocalQuota>({ max: MOST_TABS })
  let unreported = new Set<LocalQuota>()
  let timer: NodeJS.Timeout | undefined
  let restUntil = 0
  let sweepAt = 0

  function nameOf(caller: Caller): string {
    const known = names.get(caller) ?? `kyc:spent:${digest('spent', caller.tenant, caller.client)}`
    names.set(caller, known)
    return known
  }

  function newTab(name: string, now: number): LocalQuota {
    if (now >= sweepAt) {
      for (const [other, tab] of [...tabs]) if (tab.isOver(now)) tabs.delete(other)
      sweepAt = now + WINDOW_MS
    }
    const tab = new LocalQuota(name, perMinute)
    tabs.set(name, tab)
    return tab
  }

  const payment = (cost: number, paid: boolean, remaining: number, resetMs: number): Consumption => ({
    allowed: paid,
    status: { requested: cost, limit: perMinute, remaining, resetSeconds: Math.ceil(resetMs / 1000) },
  })

  /** Asks Redis to pay for an operation (or for none), and tells it in the same breath what was spent here. */
  async function ask(tab: LocalQuota, cost: number): Promise<Consumption> {
    const askedAt = Date.now()
    const owed = tab.ask(cost, askedAt)
    unreported.delete(tab)
    try {
      const account = await spend(tab.name, cost, perMinute, WINDOW_MS, owed)
      tab.answered(cost, owed, account, askedAt)
      return payment(cost, account.paid, tab.remaining, account.resetMs)
    } catch (error) {
      tab.unanswered(cost, owed)
      reportSoon(tab)
      throw error
    }
  }

  const rest = () => (restUntil = Date.now() + REST_MS)

  function reportSoon(tab: LocalQuota): void {
    unreported.add(tab)
    timer ??= setTimeout(report, Math.max(REPORT_MS, restUntil - Date.now())).unref()
  }

  /** All clients in one go. */
  function report(): void {
    timer = undefined
    const now = Date.now()
    const due = unreported
    // A new one each time, as with a `BriefMap`.
    unreported = new Set()
    for (const tab of due) {
      if (tab.isTelling || now < restUntil) reportSoon(tab)
      else if (tab.owed(now) > 0) ask(tab, 0).catch(rest)
    }
  }

  /** While Redis is away each replica counts by itself: more may pass than the budget allows, and nobody waits. */
  function payHere(name: string, cost: number): Consumption {
    const { paid, spent, resetMs } = standIn(name, cost, perMinute, WINDOW_MS)
    return payment(cost, paid, Math.max(0, perMinute - spent), resetMs)
  }

  async function payThere(tab: LocalQuota, cost: number): Promise<Consumption> {
    try {
      return await soon(ask(tab, cost))
    } catch {
      rest()
      return payHere(tab.name, cost)
    }
  }

  return {
    consume(caller, cost) {
      if (perMinute === 0) return { status: { requested: cost }, allowed: true }
      const now = Date.now()
      const name = nameOf(caller)
      if (now < restUntil) return payHere(name, cost)
      const tab = tabs.get(name) ?? newTab(name, now)
      if (!tab.spend(cost, now)) return payThere(tab, cost)
      reportSoon(tab)
      return payment(cost, true, tab.remaining, tab.resetMs(now))
    },

    async close() {
      clearTimeout(timer)
      const now = Date.now()
      const owing = [...unreported].filter((tab) => tab.owed(now) > 0)
      await soon(Promise.all(owing.map((tab) => ask(tab, 0)))).catch(() => undefined)
    },
  }
}
