/** Turns of the event loop may take this long; a longer one is late. */
const TARGET_TURN_MS = 30
/** The limit changes at most once in this time, by the shortest turn in it: a standing delay counts, a single pause does not. */
const INTERVAL_MS = 100
/** The part of what is in flight that remains after an interval of late turns. */
const DECREASE = 0.8
/** The growth of a limit that held back requests while no turn was late. */
const INCREASE = 2

/**
 * Adaptive concurrency limit (multiplicative increase and decrease): the number of operations in flight that the process
 * can serve. The signal is how long a turn of the event loop takes. Operations that wait for a provider do not lengthen
 * it, so that a slow provider does not lower the limit.
 */
export class ConcurrencyLimit {
  #value: number
  #intervalEnd = 0
  #shortestTurn = Infinity
  #heldBack = false

  constructor(
    readonly floor: number,
    readonly ceiling: number,
  ) {
    this.#value = ceiling
  }

  /** The operations that may be in flight now. */
  get value(): number {
    return this.#value
  }

  /** Notes that a request waits because the limit is reached. */
  holdBack(): void {
    this.#heldBack = true
  }

  /** Notes how long a turn of the event loop took, with this many operations in flight; times are in ms. */
  observe(turnMs: number, inFlight: number, now: number): void {
    this.#shortestTurn = Math.min(this.#shortestTurn, turnMs)
    if (now < this.#intervalEnd) return
    if (this.#shortestTurn > TARGET_TURN_MS)
      this.#value = Math.max(this.floor, Math.floor(Math.min(this.#value, inFlight) * DECREASE))
    else if (this.#heldBack) this.#value = Math.min(this.ceiling, this.#value * INCREASE)
    this.#intervalEnd = now + INTERVAL_MS
    this.#shortestTurn = Infinity
    this.#heldBack = false
  }
}
