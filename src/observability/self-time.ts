import type { OperationTrace, Span, SpanFacts, SpanKind, TraceContext } from '../../datasources/contract/trace.js'

import type { OperationEnd } from './operation-end.js'

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
  #calls = 0

  /** `context`: the position of the operation in a trace. */
  constructor(readonly context: TraceContext | undefined = undefined) {}

  /** Begins a span below the operation; absent where it is not sampled. */
  begin?<Kind extends SpanKind>(kind: Kind, facts: SpanFacts[Kind], links?: readonly OperationTrace[]): Span

  /** Ends the span of the operation; absent where it is not sampled. */
  finish?(end: OperationEnd): void

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
