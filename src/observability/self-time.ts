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
  #ownMs: number | undefined

  /** The own time of an operation that has ended, in milliseconds. */
  get ownMs(): number | undefined {
    return this.#ownMs
  }

  beginWait(): void {
    this.#openWaits += 1
    if (this.#openWaits === 1) this.#waitingSince = performance.now()
  }

  endWait(): void {
    this.#openWaits -= 1
    if (this.#openWaits === 0) this.#waited += performance.now() - this.#waitingSince
  }

  /** Ends the measurement when the answer is made, and returns the own time in milliseconds. */
  end(): number {
    this.#ownMs = this.read().own
    return this.#ownMs
  }

  /** Own and waiting time so far, in milliseconds. */
  read(): { readonly own: number; readonly waited: number } {
    const now = performance.now()
    const waited = this.#waited + (this.#openWaits > 0 ? now - this.#waitingSince : 0)
    return { own: now - this.#startedAt - waited, waited }
  }
}
