/** Messages that a connection may send in a window: far more than a client that opens as many streams as it may. */
const MAX_MESSAGES = 200
const WINDOW_MS = 10_000

/** Limits the messages of one connection. */
export class MessageRate {
  #count = 0
  #windowEnds = 0

  /** Counts a message; false for one too many. */
  take(): boolean {
    const now = performance.now()
    if (now >= this.#windowEnds) {
      this.#windowEnds = now + WINDOW_MS
      this.#count = 0
    }
    this.#count += 1
    return this.#count <= MAX_MESSAGES
  }
}
