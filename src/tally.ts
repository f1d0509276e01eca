/** Counts what is under way, for whoever has to wait until nothing is. */
export class Tally {
  #open = 0
  #waiting: (() => void)[] = []

  /** Counts this until it has ended, however it ends. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#open += 1
    try {
      return await work
    } finally {
      this.#open -= 1
      if (this.#open === 0) for (const waiting of this.#waiting.splice(0)) waiting()
    }
  }

  /** Resolves when nothing is under way. */
  settled(): Promise<void> {
    return this.#open === 0 ? Promise.resolve() : new Promise((resolve) => void this.#waiting.push(resolve))
  }
}
