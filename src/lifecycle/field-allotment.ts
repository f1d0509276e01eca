import { setMaxListeners } from 'node:events'

/** Left for each root field that waits; most writes take a tenth of it. */
const RESERVED_MS = 3_000

/** A signal that aborts at a deadline, on the clock of `performance.now()`. */
export interface Allotment {
  readonly signal: AbortSignal
  readonly deadline: number
}

/**
 * The time of a root field of a mutation. Root fields run one after the other, so one that hangs would take the time of
 * those that wait: three seconds are left for each of them, or equal parts where the operation has less.
 */
export class FieldAllotment implements Allotment {
  readonly deadline: number
  readonly signal: AbortSignal
  readonly #operation: Allotment
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly #abort = () => this.#controller.abort()

  constructor(operation: Allotment, waiting: number) {
    const leftMs = Math.max(0, operation.deadline - performance.now())
    const reservedMs = Math.min(RESERVED_MS, leftMs / (waiting + 1))
    this.deadline = operation.deadline - waiting * reservedMs
    this.#operation = operation
    this.signal = this.#controller.signal
    // Each provider call of the field listens.
    setMaxListeners(0, this.signal)
    this.#timer = setTimeout(this.#abort, leftMs - waiting * reservedMs)
    if (operation.signal.aborted) this.#abort()
    else operation.signal.addEventListener('abort', this.#abort, { once: true })
  }

  /** Called when the field has ended. */
  end(): void {
    clearTimeout(this.#timer)
    this.#operation.signal.removeEventListener('abort', this.#abort)
  }
}
