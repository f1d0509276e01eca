/** The work that may be begun at once after a time without work, in ms. */
const MAX_CREDIT_MS = 10
/**
 * The work begun beyond the rate that is made up for, in ms. Few operations are begun whatever the rate is; without a
 * bound a long time of them would keep all others waiting after it.
 */
const MAX_DEBT_MS = 10
/** The rate changes at most once in this time. */
const INTERVAL_MS = 100
/** The part of an interval in which the event loop is to wait for events. */
const IDLE = 0.03
/** How much the rate changes for each part of an interval that the event loop waited more or less, and its bounds. */
const GAIN = 4
const MAX_DECREASE = 0.88
const MAX_INCREASE = 1.5
/** Bounds of the rate. The work of an operation is measured without its share of garbage collection and HTTP. */
const MIN_RATE = 0.05
const MAX_RATE = 8

/**
 * Pace: a token bucket of work, in ms of the process's time. Its rate, the work that may be begun in each ms, adapts by
 * multiplicative increase and decrease so that the event loop keeps a little time in which it waits for events: then
 * all that arrives is read at once, also what is refused, however much of it comes. What operations wait for does not
 * count as work, so that a slow provider does not lower the pace.
 */
export class WorkPace {
  #rate = 1
  #credit = MAX_CREDIT_MS
  #refilledAt = 0
  #intervalBegin = 0
  #idleAtBegin = 0
  #begunMs = 0

  /** The work that may be begun in a ms, in ms. */
  get rate(): number {
    return this.#rate
  }

  /** True where an operation may be begun now. */
  allows(now: number): boolean {
    this.#credit = Math.min(MAX_CREDIT_MS, this.#credit + (now - this.#refilledAt) * this.#rate)
    this.#refilledAt = now
    return this.#credit > 0
  }

  /** The time until an operation may be begun, in ms. */
  get waitMs(): number {
    return Math.max(0, -this.#credit / this.#rate)
  }

  /** Takes the work of an operation that begins. */
  take(workMs: number): void {
    this.#credit = Math.max(-MAX_DEBT_MS, this.#credit - workMs)
    this.#begunMs += workMs
  }

  /** Begins an interval: a queue has formed. `idleMs` is the time that the event loop has waited since its start. */
  observeFrom(now: number, idleMs: number): void {
    this.#intervalBegin = now
    this.#idleAtBegin = idleMs
    this.#begunMs = 0
  }

  /** Adapts the rate after an interval in which requests were queued. */
  observe(now: number, idleMs: number): void {
    const elapsed = now - this.#intervalBegin
    if (elapsed < INTERVAL_MS) return
    const idle = (idleMs - this.#idleAtBegin) / elapsed
    // Work that was begun though the rate did not allow it is no surplus: the rate follows it (anti-windup).
    const begun = this.#begunMs / elapsed
    const factor = Math.min(MAX_INCREASE, Math.max(MAX_DECREASE, 1 + GAIN * (idle - IDLE)))
    this.#rate = Math.min(MAX_RATE, Math.max(MIN_RATE, Math.max(this.#rate, begun) * factor))
    this.observeFrom(now, idleMs)
  }
}
