/** The latencies of one load, in ms. */
export class Latencies {
  readonly #all: number[] = []
  #isSorted = true

  get count(): number {
    return this.#all.length
  }

  add(ms: number): void {
    this.#all.push(ms)
    this.#isSorted = false
  }

  /** The latency that this part of all requests does not exceed; 0 without requests. */
  quantile(part: number): number {
    if (!this.#isSorted) this.#all.sort((a, b) => a - b)
    this.#isSorted = true
    return this.#all[Math.max(0, Math.ceil(this.#all.length * part) - 1)] ?? 0
  }
}
