import type { CircuitBreaker, OpenCause, OpenListener } from './circuit-breaker.js'
import type { Abortable, AbortWatch } from './transport.js'

/** Why a request was aborted: its time-out, the end of its operation, or a circuit that opened because of silence. */
export type AbortReason = 'timeout' | 'operation' | 'silence'

/**
 * The reasons to abort one request, watched from when it is sent until it has ended. The watch is emptied then: V8 keeps
 * removed entries of maps and sets, and all that they lead to, until the next full collection.
 */
export class RequestAbort implements AbortWatch, OpenListener {
  /** The first reason; undefined where there was none. */
  reason: AbortReason | undefined
  #request: Abortable | undefined
  #timer: NodeJS.Timeout | undefined
  readonly #timeoutMs: number
  #signal: AbortSignal | undefined
  #circuit: CircuitBreaker | undefined

  /**
   * `signal` is that of the operation, and `circuit` the one whose opening because of silence ends the request; undefined
   * where the request goes on.
   */
  constructor(timeoutMs: number, signal: AbortSignal | undefined, circuit: CircuitBreaker | undefined) {
    this.#timeoutMs = timeoutMs
    this.#signal = signal
    this.#circuit = circuit
  }

  begin(request: Abortable): void {
    this.#request = request
    this.#timer = setTimeout(onTimeout, this.#timeoutMs, this)
    this.#signal?.addEventListener('abort', this, { once: true })
    this.#circuit?.onOpen(this)
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#signal?.removeEventListener('abort', this)
    this.#circuit?.offOpen(this)
    this.#request = this.#timer = this.#signal = this.#circuit = undefined
  }

  /** The operation has ended. */
  handleEvent(): void {
    this.#abort('operation')
  }

  /** The circuit has opened. */
  opened(cause: OpenCause): void {
    if (cause === 'silence') this.#abort('silence')
  }

  /** The time-out has passed. */
  expire(): void {
    this.#abort('timeout')
  }

  #abort(reason: AbortReason): void {
    this.reason ??= reason
    this.#request?.abort()
  }
}

const onTimeout = (request: RequestAbort): void => request.expire()
