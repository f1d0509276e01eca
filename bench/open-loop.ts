/**
 * The schedule of an open loop: a request is due each `interval` ms, whether or not earlier ones are answered. What is
 * due and finds no idle connection waits, and its latency counts from when it was due.
 */
export class OpenLoop {
  readonly #begun: number
  readonly #interval: number
  readonly #total: number
  #taken = 0

  constructor(rate: number, begun: number, seconds: number) {
    this.#begun = begun
    this.#interval = 1000 / rate
    this.#total = Math.floor(rate * seconds)
  }

  get isOver(): boolean {
    return this.#taken >= this.#total
  }

  /** Takes the next request that is due by now and returns when it was due; undefined when none is. */
  take(now: number): number | undefined {
    const due = this.#begun + this.#taken * this.#interval
    if (this.isOver || due > now) return undefined
    this.#taken += 1
    return due
  }
}
