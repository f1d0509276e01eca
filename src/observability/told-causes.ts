/** The causes that a failure has been logged with: while it lasts its cause may change again and again, and each is told once. */
export class ToldCauses {
  readonly #causes = new Set<string>()

  /** True for a cause that was not told since the failure began. */
  isNew(cause: string): boolean {
    if (this.#causes.has(cause)) return false
    this.#causes.add(cause)
    return true
  }

  /** The failure has ended. */
  clear(): void {
    this.#causes.clear()
  }
}
