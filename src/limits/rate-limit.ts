import type { Caller } from '../../datasources/contract/caller.js'
import type { Store } from '../../datasources/contract/store.js'
import type { LeasedQuota } from './leased-quota.js'
import type { LeasePoints } from './point-lease.js'
import { type LevelName, QuotaLevel } from './quota-level.js'
import type { RateLimitSettings } from './rate-limit-settings.js'

/** The cost of an operation, and the points left in the window that is nearest to its end (absent without a limit). */
export interface RateLimitStatus {
  readonly requested: number
  readonly limit?: number
  readonly remaining?: number
  readonly resetSeconds?: number
  /** Whose window it is; absent for the client's. */
  readonly level?: Exclude<LevelName, 'client'>
}

export interface Consumption {
  readonly allowed: boolean
  readonly status: RateLimitStatus
}

/** The limits that may be absent. @default no limit */
type WiderOrNarrower = 'userPerMinute' | 'tenantPerMinute'

export interface RateLimitConfig
  extends Omit<RateLimitSettings, WiderOrNarrower>, Partial<Pick<RateLimitSettings, WiderOrNarrower>> {
  /** The points of a tenant that has a limit of its own; absent where there are no such tenants. */
  readonly tenantLimitOf?: ((caller: Caller) => number | undefined) | undefined
  readonly lease: LeasePoints
  readonly digest: Store['digest']
}

export interface RateLimit {
  /** The smallest limit of a caller; undefined where it has none. */
  readonly smallest: (caller: Caller) => { readonly level: LevelName; readonly perMinute: number } | undefined
  /** Pays for an operation at every level or at none; a promise only when the store must be asked first. */
  readonly consume: (caller: Caller, cost: number) => Consumption | Promise<Consumption>
  /**
   * Charges for work that was done already, such as parsing a document that is refused then. It never waits; `allowed`
   * is false where a level had no points left, as far as this process knows, and then the others are not charged.
   */
  readonly charge: (caller: Caller, points: number) => Consumption
  /** Pays debts to the store and gives leased points back; called once, at the end of the process. */
  readonly close: () => Promise<void>
}

/** Creates the rate limit of a server, or none when every limit is 0. */
export function createRateLimit(config: RateLimitConfig): RateLimit {
  const { perMinute, userPerMinute = 0, tenantPerMinute = 0, tenantLimitOf } = config
  if (perMinute > 0 || userPerMinute > 0 || tenantPerMinute > 0 || tenantLimitOf) return new StoreRateLimit(config)
  const pass = (_caller: Caller, cost: number): Consumption => ({ allowed: true, status: { requested: cost } })
  return { smallest: () => undefined, consume: pass, charge: pass, close: () => Promise.resolve() }
}

/**
 * The names that own a window of a caller, by level. A caller that stands for itself at two levels has one window: a
 * subject that is the client, and a client without a tenant.
 */
function ownersOf({ tenant, client, subject }: Caller): Readonly<Record<LevelName, readonly string[] | undefined>> {
  return {
    user: subject === client ? undefined : ['spent-user', tenant, client, subject],
    client: ['spent', tenant, client],
    tenant: tenant === `client:${client}` ? undefined : ['spent-tenant', tenant],
  }
}

/** Whose window it is, by a hashed name, and its points. */
interface Owner {
  readonly level: QuotaLevel
  readonly name: string
  readonly perMinute: number
}

/** A window of a caller. */
interface Held {
  readonly level: QuotaLevel
  readonly quota: LeasedQuota
}

/** Rate limit: each user, client and tenant has points per minute, and an operation is paid from the windows of all three. */
class StoreRateLimit implements RateLimit {
  /** From the narrowest to the widest, so that what a user may not spend is never held back from other users. */
  readonly #levels: readonly QuotaLevel[]
  readonly #digest: Store['digest']
  readonly #tenantLimitOf: RateLimitConfig['tenantLimitOf']
  /** A token that is presented again has the same caller object. */
  readonly #owners = new WeakMap<Caller, readonly Owner[]>()

  constructor(config: RateLimitConfig) {
    const { perMinute, userPerMinute = 0, tenantPerMinute = 0, tenantLimitOf, fallbackPercent, lease, digest } = config
    const limits: Readonly<Record<LevelName, number>> = {
      user: userPerMinute,
      client: perMinute,
      tenant: tenantPerMinute,
    }
    this.#digest = digest
    this.#tenantLimitOf = tenantLimitOf
    this.#levels = (Object.keys(limits) as LevelName[])
      .filter((name) => limits[name] > 0 || (name === 'tenant' && tenantLimitOf))
      .map((name) => new QuotaLevel({ name, perMinute: limits[name], fallbackPercent, lease }))
  }

  readonly smallest = (caller: Caller) => {
    let found: Owner | undefined
    for (const owner of this.#ownersOf(caller))
      if (found === undefined || owner.perMinute < found.perMinute) found = owner
    return found && { level: found.level.name, perMinute: found.perMinute }
  }

  readonly consume = (caller: Caller, cost: number): Consumption | Promise<Consumption> => {
    const now = performance.now()
    const held = this.#held(caller, now)
    if (!held.every(({ quota }) => quota.canSpend(cost, now))) return this.#reserve(held, cost, now)
    for (const { level, quota } of held) level.spend(quota, cost, now)
    return { allowed: true, status: statusOf(held, cost, now) }
  }

  readonly charge = (caller: Caller, points: number): Consumption => {
    const now = performance.now()
    const held = this.#held(caller, now)
    for (const { quota } of held) if (quota.isOver(now)) quota.begin(now)
    const spent = held.find(({ level, quota }) => level.remaining(quota) <= 0)
    const charged = spent ? [spent] : held
    for (const { level, quota } of charged) level.charge(quota, points, now)
    return { allowed: spent === undefined, status: statusOf(charged, points, now) }
  }

  readonly close = async (): Promise<void> => {
    await Promise.all(this.#levels.map((level) => level.close()))
  }

  #ownersOf(caller: Caller): readonly Owner[] {
    let owners = this.#owners.get(caller)
    if (owners === undefined) {
      const names = ownersOf(caller)
      owners = this.#levels.flatMap((level) => {
        const name = names[level.name]
        const perMinute = (level.name === 'tenant' ? this.#tenantLimitOf?.(caller) : undefined) ?? level.perMinute
        if (name === undefined || perMinute === 0) return []
        return [{ level, name: `kyc:spent:${this.#digest(...name)}`, perMinute }]
      })
      this.#owners.set(caller, owners)
    }
    return owners
  }

  #held(caller: Caller, now: number): readonly Held[] {
    return this.#ownersOf(caller).map(({ level, name, perMinute }) => ({
      level,
      quota: level.quotaOf(name, perMinute, now),
    }))
  }

  /**
   * Reserves the cost at one level after the other, and takes it back where a wider one refuses. The store is asked for
   * all levels side by side, so the operation waits once.
   */
  #reserve(held: readonly Held[], cost: number, now: number): Consumption | Promise<Consumption> {
    const reserved: (Held & { readonly window: number })[] = []
    let decided: Consumption | undefined
    let resolve: ((consumption: Consumption) => void) | undefined
    const decide = (allowed: boolean, by: readonly Held[]) => {
      decided = { allowed, status: statusOf(by, cost, performance.now()) }
      resolve?.(decided)
    }
    const reserveAt = (i: number): void => {
      const next = held[i]
      if (next === undefined) return decide(true, held)
      next.level.reserve(next.quota, cost, performance.now(), (isReserved) => {
        if (!isReserved) {
          for (const { level, quota, window } of reserved) level.refund(quota, cost, window)
          return decide(false, [next])
        }
        reserved.push({ ...next, window: next.quota.window })
        reserveAt(i + 1)
      })
    }
    for (const { level, quota } of held.slice(1)) level.prepare(quota, cost, now)
    reserveAt(0)
    return decided ?? new Promise((settle) => (resolve = settle))
  }
}

/** The status of the window with the fewest points left. */
function statusOf(held: readonly Held[], cost: number, now: number): RateLimitStatus {
  let tightest: Held | undefined
  let remaining = Infinity
  for (const one of held) {
    const left = one.level.remaining(one.quota)
    if (left >= remaining) continue
    remaining = left
    tightest = one
  }
  if (tightest === undefined) return { requested: cost }
  const { level, quota } = tightest
  return {
    requested: cost,
    limit: quota.limit,
    remaining,
    resetSeconds: Math.ceil(quota.resetMs(now) / 1000),
    ...(level.name === 'client' ? {} : { level: level.name }),
  }
}
