/** Counts what is under way, for whoever waits until nothing is. A set that lives long makes a new, old table whenever it empties (`BriefMap`). */
export class PendingTasks {
  #count = 0
  #waiting: (() => void)[] = []

  /** Counts this until it is settled. */
  add(work: Promise<unknown>): void {
    this.#count += 1
    work.then(this.#over, this.#over)
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#count > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  readonly #over = (): void => {
    this.#count -= 1
    if (this.#count > 0) return
    for (const tell of this.#waiting.splice(0)) tell()
  }
}
