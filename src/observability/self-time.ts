import type { OperationTrace } from '../../datasources/support/trace.js'

/**
 * What of an operation's time is this server's own: all of it, from its arrival to its answer, but the time in which
 * it waits for a provider or the store, however many of them at once.
 */
export class SelfTime implements OperationTrace {
  readonly #begun = performance.now()
  #waits = 0
  #since = 0
  #waited = 0

  beginWait(): void {
    this.#waits += 1
    if (this.#waits === 1) this.#since = performance.now()
  }

  endWait(): void {
    this.#waits -= 1
    if (this.#waits === 0) this.#waited += performance.now() - this.#since
  }

  /** Both in ms, as they stand now. */
  read(): { readonly own: number; readonly waited: number } {
    const now = performance.now()
    const waited = this.#waited + (this.#waits > 0 ? now - this.#since : 0)
    return { own: now - this.#begun - waited, waited }
  }
}
