import { monotonicClock } from '../../datasources/support/monotonic-clock.js'

/** How long a delivery that found no room is put off at most; it is asked again then. */
const MAX_DEFERRAL_MS = 60_000
const MIN_DEFERRAL_MS = 50
/** How much one attempt counts in the average duration. */
const WEIGHT = 0.2
const FIRST_GUESS_MS = 200

interface Load {
  running: number
  /** Average duration of an attempt, in ms. */
  averageMs: number
  /** When a delivery that is put off now would find room, by the deliveries that were put off before. */
  nextAt: number
  /** No attempt before this time: the receiver asked for it. */
  pausedUntil: number
}

/**
 * Bulkhead of each endpoint in this process: a slow receiver has a few deliveries at once, and the others of it are put
 * off, each to about the time at which it will find room, so that they take no place of other endpoints' deliveries.
 */
export class EndpointPace {
  readonly #limit: number
  /** A clock that is never set. */
  readonly #now: () => number
  readonly #loads = new Map<string, Load>()

  constructor(limit: number, now: () => number = () => monotonicClock.now()) {
    this.#limit = limit
    this.#now = now
  }

  /** Takes a place; returns how long to put the delivery off, in ms, where there is none. */
  enter(endpoint: string): number | undefined {
    const load = this.#loads.get(endpoint) ?? { running: 0, averageMs: FIRST_GUESS_MS, nextAt: 0, pausedUntil: 0 }
    this.#loads.set(endpoint, load)
    const now = this.#now()
    if (load.running < this.#limit && now >= load.pausedUntil) {
      load.running += 1
      return undefined
    }
    const free = Math.max(load.nextAt, now, load.pausedUntil) + load.averageMs / this.#limit
    // Not beyond the longest deferral: what is put off again and again would else move the time away from all of them.
    load.nextAt = Math.min(free, now + MAX_DEFERRAL_MS)
    return Math.max(Math.ceil(load.nextAt - now), MIN_DEFERRAL_MS)
  }

  /** Gives the place back after an attempt of this duration; `waitMs` is what the receiver asked for. */
  leave(endpoint: string, durationMs: number, waitMs = 0): void {
    const load = this.#loads.get(endpoint)
    if (load === undefined) return
    load.running -= 1
    load.averageMs += WEIGHT * (durationMs - load.averageMs)
    const now = this.#now()
    if (waitMs > 0) load.pausedUntil = now + Math.min(waitMs, MAX_DEFERRAL_MS)
    if (load.running === 0 && load.nextAt <= now && load.pausedUntil <= now) this.#loads.delete(endpoint)
  }
}
