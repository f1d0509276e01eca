import { Failure } from '../../datasources/errors.js'
import type { Caller } from '../../datasources/provider.js'
import type { Store } from '../../datasources/store.js'
import { type Account, memoryAccounts, type Spend } from '../store/counter.js'

const WINDOW_MS = 60_000
/** How long an operation waits for Redis to count it; then this process counts. */
const PATIENCE_MS = 250
/** How long this process goes on counting before it asks Redis again. */
const REST_MS = 2_000

/** What an operation costs, and what its client has left in this window (unless nothing limits it). */
export interface Bill {
  readonly requested: number
  readonly limit?: number
  readonly remaining?: number
  readonly resetSeconds?: number
}

export interface BudgetOptions {
  readonly perMinute: number
  readonly spend: Spend
  readonly digest: Store['digest']
}

function soon<T>(answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const patience = setTimeout(() => reject(new Failure('STORE_UNAVAILABLE')), PATIENCE_MS)
    answer.then(resolve, reject).finally(() => clearTimeout(patience))
  })
}

/** Every client of a tenant has a budget of its own, which all replicas share through the store. */
export function budget({ perMinute, spend, digest }: BudgetOptions): (caller: Caller, cost: number) => Promise<{ bill: Bill; paid: boolean }> {
  const standIn = memoryAccounts()
  // A caller whose token comes again is the same object.
  const names = new WeakMap<Caller, string>()

  function nameOf(caller: Caller): string {
    const known = names.get(caller) ?? `kyc:spent:${digest('spent', caller.tenant, caller.client)}`
    names.set(caller, known)
    return known
  }

  let restUntil = 0

  /** While Redis is away each replica counts by itself: more may pass than the budget allows, and nobody waits. */
  async function pay(name: string, cost: number): Promise<Account> {
    if (Date.now() < restUntil) return standIn(name, cost, perMinute, WINDOW_MS)
    try {
      return await soon(spend(name, cost, perMinute, WINDOW_MS))
    } catch {
      restUntil = Date.now() + REST_MS
      return standIn(name, cost, perMinute, WINDOW_MS)
    }
  }

  return async (caller, cost) => {
    if (perMinute === 0) return { bill: { requested: cost }, paid: true }
    const { paid, spent, resetMs } = await pay(nameOf(caller), cost)
    return { paid, bill: { requested: cost, limit: perMinute, remaining: Math.max(0, perMinute - spent), resetSeconds: Math.ceil(resetMs / 1000) } }
  }
}
