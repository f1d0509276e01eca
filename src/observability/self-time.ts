import type { OperationTrace, TraceContext } from '../../datasources/contract/trace.js'
import type { OperationEnd } from './operation-end.js'

/** The spans of a sampled operation. */
export interface OperationSpans {
  /** Begins a span below the operation. */
  readonly begin: NonNullable<OperationTrace['begin']>
  /** Ends the span of the operation. */
  readonly finish: (end: OperationEnd) => void
}

/**
 * Self time: the time of an operation without the time in which it waits for a provider or the store. Concurrent waits
 * count once.
 */
export class SelfTime implements OperationTrace {
  // Members of every operation, undefined where it is not sampled: two forms of objects would make all their users slower.
  readonly begin: OperationTrace['begin']
  readonly finish: OperationSpans['finish'] | undefined
  readonly #startedAt = performance.now()
  #openWaits = 0
  #waitingSince = 0
  #waited = 0
  #ownMs: number | undefined
  #calls = 0

  /** `context`: the position of the operation in a trace. */
  constructor(
    readonly context: TraceContext | undefined = undefined,
    spans: OperationSpans | undefined = undefined,
  ) {
    this.begin = spans?.begin
    this.finish = spans?.finish
  }

  /** Requests that were sent to providers. */
  get calls(): number {
    return this.#calls
  }

  /** The own time of an operation that has ended, in milliseconds. */
  get ownMs(): number | undefined {
    return this.#ownMs
  }

  countCall(): void {
    this.#calls += 1
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
