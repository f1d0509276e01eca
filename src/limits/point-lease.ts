import { monotonicClock } from '../../datasources/support/monotonic-clock.js'

/** The part of what is left in the window that one request may lease beyond what it needs. */
export const SPARE_DIVISOR = 10

/** A request for points of one client's window, for one process. */
export interface LeaseRequest {
  /** Points without which the lease is of no use: with fewer left nothing is granted. */
  readonly first: number
  /** Points that are needed now, `first` included; as many as are left are granted. */
  readonly need: number
  /** Points that are wanted in advance; at most a tenth of what is left beyond the need. */
  readonly spare: number
  /** Points that were spent without a lease; they count in any case, even beyond the limit. */
  readonly owed: number
  /** Unused points that are given back, and the end of the window that they were leased in; of another window they are void. */
  readonly returned: number
  readonly endsAt: number
}

/** The answer: what was leased, and the state of the window after it. */
export interface PointLease {
  readonly granted: number
  /** Points that are left for further leases; below 0 where more was owed than was left. */
  readonly left: number
  /** Milliseconds until the window ends; 0 when no window is open. */
  readonly resetMs: number
  /** The end of the window in ms by the clock of the store, by which windows are told apart; 0 when no window is open. */
  readonly endsAt: number
}

/**
 * Leases points of a fixed window with `limit` points for each name. The window begins with the first lease or debt,
 * and what is leased counts as spent, so all processes together never lease more than the limit. Rejects when the
 * store cannot be reached.
 */
export type LeasePoints = (name: string, limit: number, windowMs: number, request: LeaseRequest) => Promise<PointLease>

/** Leases points in this process, for the in-memory store. */
export function createMemoryLeases(): LeasePoints {
  const windows = new Map<string, { spent: number; readonly endsAt: number }>()
  let sweepAt = 0

  const lease = (name: string, limit: number, windowMs: number, request: LeaseRequest): PointLease => {
    const { first, need, spare, owed, returned, endsAt } = request
    const now = monotonicClock.now()
    if (now >= sweepAt) {
      for (const [other, window] of windows) if (window.endsAt <= now) windows.delete(other)
      sweepAt = now + windowMs
    }
    const open = windows.get(name)
    const window = open !== undefined && open.endsAt > now ? open : { spent: 0, endsAt: now + windowMs }
    const spent = Math.max(0, window.spent + owed - (window.endsAt === endsAt ? returned : 0))
    const left = limit - spent
    const more = Math.max(0, Math.min(spare, Math.floor((left - need) / SPARE_DIVISOR)))
    const granted = left < first ? 0 : Math.max(0, Math.min(left, need + more))
    window.spent = spent + granted
    if (window !== open && window.spent === 0) return { granted, left, resetMs: 0, endsAt: 0 }
    windows.set(name, window)
    return { granted, left: left - granted, resetMs: window.endsAt - now, endsAt: window.endsAt }
  }
  return (...args) => Promise.resolve(lease(...args))
}
