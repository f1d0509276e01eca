import type { FairQueue } from '../support/fair-queue.js'
import type { CircuitBreaker, OpenListener } from './circuit-breaker.js'

/** The result of `acquire`; only `acquired` must be released. `late`: the wait would be longer than the time that is left. */
export type Admission = 'acquired' | 'full' | 'late' | 'aborted' | 'timeout'

/** Who asks for a permit, and for what. */
export interface Claim {
  /** The owner from the widest to the narrowest share: tenant, client, user. Empty for calls of the process itself. */
  readonly share: readonly string[]
  readonly isWrite: boolean
}

/** What a wait for a permit is limited by. */
export interface WaitLimits {
  /** Ends the wait. */
  readonly signal: AbortSignal
  readonly timeoutMs: number
  /** On the clock of `performance.now()`: a wait that would be longer does not begin. Default: none. */
  readonly deadline?: number | undefined
  /** Ends the wait when it opens. */
  readonly circuit?: CircuitBreaker | undefined
}

/** A request that waits for a permit. It is emptied when the wait ends, as a `RequestAbort` is. */
export class PermitWait implements OpenListener {
  readonly admission: Promise<Admission>
  #resolve: ((admission: Admission) => void) | undefined
  #queue: FairQueue<PermitWait> | undefined
  #signal: AbortSignal | undefined
  #circuit: CircuitBreaker | undefined
  readonly #timer: NodeJS.Timeout

  constructor(
    readonly claim: Claim,
    queue: FairQueue<PermitWait>,
    { signal, timeoutMs, circuit }: WaitLimits,
  ) {
    this.admission = new Promise((resolve) => (this.#resolve = resolve))
    this.#queue = queue
    this.#signal = signal
    this.#circuit = circuit
    this.#timer = setTimeout(onTimeout, timeoutMs, this)
    signal.addEventListener('abort', this, { once: true })
    circuit?.onOpen(this)
    queue.enqueue(claim.share, this)
  }

  /** It holds a permit, and has left the queue. */
  admit(): void {
    this.#settle('acquired')
  }

  /** The signal has aborted. */
  handleEvent(): void {
    this.#leave('aborted')
  }

  /** The circuit has opened. */
  opened(): void {
    this.#leave('aborted')
  }

  /** The time-out has passed. */
  expire(): void {
    this.#leave('timeout')
  }

  #leave(admission: Admission): void {
    this.#queue?.remove(this.claim.share, this)
    this.#settle(admission)
  }

  #settle(admission: Admission): void {
    clearTimeout(this.#timer)
    this.#signal?.removeEventListener('abort', this)
    this.#circuit?.offOpen(this)
    this.#resolve?.(admission)
    this.#resolve = this.#queue = this.#signal = this.#circuit = undefined
  }
}

const onTimeout = (wait: PermitWait): void => wait.expire()
