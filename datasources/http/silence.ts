/** What counts as a whole time-out: timers end a little early or late. */
const WHOLE = 0.95

/**
 * Silence: how long calls have waited since the provider last answered anything. It is complete when nothing came for
 * one time-out and the waits since then, of the calls that run as of those that ended, are two time-outs together: so
 * at least two calls have waited, also where calls are rare or their operations end before the time-out.
 */
export class Silence {
  readonly #timeoutMs: number
  #since = 0
  #answeredAt = -Infinity
  /** The waits of calls that ended without an answer. */
  #endedMs = 0
  #pending = 0
  /** The sum of the times from which the pending calls wait. */
  #sumOfBegins = 0

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  begin(now: number): void {
    if (this.#pending === 0 && this.#endedMs === 0) this.#since = now
    this.#pending += 1
    this.#sumOfBegins += now
  }

  /** A call ended with an answer: all others wait from now on. */
  answered(now: number): void {
    this.#pending -= 1
    this.#since = now
    this.#answeredAt = now
    this.#endedMs = 0
    this.#sumOfBegins = this.#pending * now
  }

  /** A call ended without an answer, or was given up. */
  unanswered(beganAt: number, now: number): void {
    const from = Math.max(beganAt, this.#answeredAt)
    this.#pending -= 1
    this.#sumOfBegins -= from
    this.#endedMs += now - from
  }

  /** True when an answer to any call came since this time. */
  answeredSince(time: number): boolean {
    return this.#answeredAt >= time
  }

  isComplete(now: number): boolean {
    const waitedMs = this.#endedMs + this.#pending * now - this.#sumOfBegins
    return now - this.#since >= WHOLE * this.#timeoutMs && waitedMs >= 2 * WHOLE * this.#timeoutMs
  }
}
