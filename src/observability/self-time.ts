import type { OperationTrace } from '../../datasources/support/operation-trace.js'

/**
 * Self time: the time of an operation without the time in which it waits for a provider or the store. Concurrent waits
 * count once.
 */
export class SelfTime implements OperationTrace {
  readonly #startedAt = performance.now()
  #openWaits = 0
  #waitingSince = 0
  #waited = 0

  beginWait(): void {
    this.#openWaits += 1
    if (this.#openWaits === 1) this.#waitingSince = performance.now()
  }

  endWait(): void {
    this.#openWaits -= 1
    if (this.#openWaits === 0) this.#waited += performance.now() - this.#waitingSince
  }

  /** Own and waiting time so far, in milliseconds. */
  read(): { readonly own: number; readonly waited: number } {
    const now = performance.now()
    const waited = this.#waited + (this.#openWaits > 0 ? now - this.#waitingSince : 0)
    return { own: now - this.#startedAt - waited, waited }
  }
}
