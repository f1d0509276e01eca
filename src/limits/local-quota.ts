import type { WindowCount } from './window-counter.js'

/** Up to here of the limit a client is far from it. */
const FAR = 1 / 2
/** Of what the store said was left, so much may be spent here before it is asked again. */
const SHARE = 1 / 10

/**
 * What one process knows of a client's window, and what it let the client spend since the store was last heard. That is
 * never more than a tenth of the limit, however fast the client or slow the store, so what may pass beyond the limit is
 * a tenth of it for each process, and nothing where there is but one: its own spending it knows.
 */
export class LocalQuota {
  /** What all processes had spent, and when the window ends, by the store's last word. */
  #spent = 0
  #until = 0
  /** Spent here since: what the store was not told yet, and what it was told without having answered. */
  #untold = 0
  #telling = 0
  /** What the store was asked to pay and has not answered. */
  #asked = 0

  constructor(
    readonly name: string,
    readonly limit: number,
  ) {}

  /** What is left, as far as it is known here. */
  get remaining(): number {
    return Math.max(0, this.limit - this.#spent - this.#untold - this.#telling)
  }

  resetMs(now: number): number {
    return this.#until - now
  }

  isOver(now: number): boolean {
    return now >= this.#until
  }

  /** What was spent here and the store can still be told: of a window that is over nobody asks any more. */
  owed(now: number): number {
    return this.isOver(now) ? 0 : this.#untold
  }

  /** Whether the store was told something and has not answered. */
  get isTelling(): boolean {
    return this.#telling > 0
  }

  /** Spends points without asking, where that is safe. */
  spend(points: number, now: number): boolean {
    const here = this.#untold + this.#telling + points
    if (
      this.isOver(now) ||
      here > (this.limit - this.#spent) * SHARE ||
      this.#spent + here + this.#asked > this.limit * FAR
    )
      return false
    this.#untold += points
    return true
  }

  /** The store is asked for points; answers what it is to be told along with that. */
  ask(points: number, now: number): number {
    const owed = this.owed(now)
    this.#untold = 0
    this.#telling += owed
    this.#asked += points
    return owed
  }

  /** The store's word on what was asked at a time: by then its window had at least so long to go. */
  answered(points: number, owed: number, { spent, resetMs }: WindowCount, askedAt: number): void {
    this.#asked -= points
    this.#telling -= owed
    this.#spent = spent
    this.#until = askedAt + resetMs
  }

  /** No word on what was asked. What it was told it is told again: rather counted twice than never. */
  unanswered(points: number, owed: number): void {
    this.#asked -= points
    this.#telling -= owed
    this.#untold += owed
  }
}
