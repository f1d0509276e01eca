import type { WindowCount } from './window-counter.js'

/** Up to this part of the limit, a client may spend without the store being asked. */
const MAX_LOCAL_USE = 1 / 2
/** The part of the remaining points that one process may spend before it asks the store again. */
const MAX_LOCAL_SHARE = 1 / 10

/**
 * Local quota: the state of a client's window in one process, and the points that it let the client spend since the
 * store last answered. These are at most a tenth of the limit, so what may pass beyond the limit is a tenth of it for
 * each process, and nothing with a single process, which knows its own spending.
 */
export class LocalQuota {
  /** The points that all processes had spent, and the end of the window, by the last answer of the store. */
  #spent = 0
  #until = 0
  /** Points spent here since then: not reported yet, and reported without an answer yet. */
  #unreported = 0
  #reporting = 0
  /** Points that the store was asked for and has not answered. */
  #requested = 0

  constructor(
    readonly name: string,
    readonly limit: number,
  ) {}

  /** The points left, as far as this process knows. */
  get remaining(): number {
    return Math.max(0, this.limit - this.#spent - this.#unreported - this.#reporting)
  }

  resetMs(now: number): number {
    return this.#until - now
  }

  isOver(now: number): boolean {
    return now >= this.#until
  }

  /** The points to report to the store; none once the window is over. */
  owed(now: number): number {
    return this.isOver(now) ? 0 : this.#unreported
  }

  /** True while a report is under way. */
  get isReporting(): boolean {
    return this.#reporting > 0
  }

  /** Spends points without asking the store, where that is safe. */
  spend(points: number, now: number): boolean {
    const local = this.#unreported + this.#reporting + points
    if (
      this.isOver(now) ||
      local > (this.limit - this.#spent) * MAX_LOCAL_SHARE ||
      this.#spent + local + this.#requested > this.limit * MAX_LOCAL_USE
    )
      return false
    this.#unreported += points
    return true
  }

  /** Begins a request to the store; returns the points to report with it. */
  request(points: number, now: number): number {
    const owed = this.owed(now)
    this.#unreported = 0
    this.#reporting += owed
    this.#requested += points
    return owed
  }

  /** The answer to a request made at `requestedAt`, when the window had at least `resetMs` left. */
  answered(points: number, owed: number, { spent, resetMs }: WindowCount, requestedAt: number): void {
    this.#requested -= points
    this.#reporting -= owed
    this.#spent = spent
    this.#until = requestedAt + resetMs
  }

  /** A request without an answer. Its points are reported again: counted twice rather than not at all. */
  unanswered(points: number, owed: number): void {
    this.#requested -= points
    this.#reporting -= owed
    this.#unreported += owed
  }
}
