import type { CircuitBreaker, OpenCause } from './circuit-breaker.js'

/** Why a request was aborted: its time-out, the end of its operation, or a circuit that opened because of silence. */
export type AbortReason = 'timeout' | 'operation' | 'silence'

/** What may abort a request. */
interface AbortCauses {
  readonly timeoutMs: number
  /** The signal of its operation; undefined where the request goes on. */
  readonly signal: AbortSignal | undefined
  /** The circuit whose opening because of silence ends it; undefined where it goes on. */
  readonly circuit: CircuitBreaker | undefined
}

/**
 * The reasons to abort one request, watched from when it is sent until it has ended. What listens is emptied then: V8
 * keeps removed entries of maps and sets, and all that they lead to, until the next full collection.
 */
export class RequestAbort {
  /** The first reason; undefined where there was none. */
  reason: AbortReason | undefined
  #abort: (() => void) | undefined
  #signal: AbortSignal | undefined
  #timer: NodeJS.Timeout | undefined
  #endListening: (() => void) | undefined
  readonly #onOperationEnd = () => this.#end('operation')
  readonly #onOpen = (cause: OpenCause) => {
    if (cause === 'silence') this.#end('silence')
  }

  /** Begins to watch; returns what ends the watch. */
  watch(abort: () => void, { timeoutMs, signal, circuit }: AbortCauses): () => void {
    this.#abort = abort
    this.#timer = setTimeout(onTimeout, timeoutMs, this)
    this.#signal = signal
    signal?.addEventListener('abort', this.#onOperationEnd, { once: true })
    this.#endListening = circuit?.onOpen(this.#onOpen)
    return () => this.#release()
  }

  /** The time-out has passed. */
  expire(): void {
    this.#end('timeout')
  }

  #end(reason: AbortReason): void {
    this.reason ??= reason
    this.#abort?.()
  }

  #release(): void {
    clearTimeout(this.#timer)
    this.#signal?.removeEventListener('abort', this.#onOperationEnd)
    this.#endListening?.()
    this.#abort = this.#timer = this.#signal = this.#endListening = undefined
  }
}

const onTimeout = (request: RequestAbort): void => request.expire()
