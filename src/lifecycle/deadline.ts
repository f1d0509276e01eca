import { setMaxListeners } from 'node:events'
import type { CallScope } from '../../datasources/http/call.js'
import { ApiError } from '../../datasources/contract/errors.js'
import { PendingTasks } from '../../datasources/support/pending-tasks.js'
import { type Allotment, FieldAllotment } from './field-allotment.js'

/** The header by which a client, or the proxy before this server, states its time-out; ignored unless it is a number of ms. */
const HEADER = 'x-request-timeout-ms'

/** The deadline of an operation in ms unless `REQUEST_TIMEOUT_MS` says otherwise. */
export const DEFAULT_DEADLINE_MS = 15_000

/** The part of Node's response that a deadline needs. */
interface ResponseEvents {
  on(event: 'close', listener: () => void): unknown
  readonly closed: boolean
  readonly writableFinished: boolean
}

/** The deadline of one operation, and what happens to its writes when it passes. */
export interface Deadline extends Pick<CallScope, 'signal' | 'deadline' | 'markSent' | 'isWriting'> {
  /** What the root field that runs may take: the whole operation, or a part of it while other root fields wait. */
  readonly field: Allotment
  /** Begins a root field of a mutation, of which so many others wait for this one to end. */
  readonly beginField: (waiting: number) => void
  /**
   * Runs a write, and rejects at the deadline of its root field if it has not ended. A write that was sent still goes on to its end, and
   * its outcome is stored; no write begins after the deadline. `keyed`: whether an idempotency key tells the outcome.
   */
  readonly raceWrite: <T>(write: (field: Allotment) => Promise<T>, keyed: boolean) => Promise<T>
}

/** Creates the deadlines of a server's operations. */
export interface Deadlines {
  /** When an operation that is asked for now must have ended, by `performance.now()`. */
  readonly of: (headers: Readonly<Record<string, unknown>>) => number
  /** The deadline of an operation that must have ended at this moment. */
  readonly begin: (deadlineAt: number, response: ResponseEvents) => Deadline
  /** Resolves when no write runs any more. */
  readonly settled: () => Promise<void>
}

const outcomeUnknown = (keyed: boolean): ApiError =>
  new ApiError('OUTCOME_UNKNOWN', {
    retryable: keyed,
    message: keyed
      ? 'The deadline of this operation has passed while the request was under way; it goes on. Repeat it with the same idempotencyKey and input to learn how it ended.'
      : 'The deadline of this operation has passed while the request was under way; it goes on. Read the record back before you try again.',
  })

const abort = (controller: AbortController): void => controller.abort()

/**
 * Its members are its own and its methods bound, because they are passed on one by one. It does not refer to its response,
 * because it outlives that (`docs/performance.md`).
 */
class OperationDeadline implements Deadline {
  readonly deadline: number
  readonly #controller = new AbortController()
  readonly signal = this.#controller.signal
  readonly #writes: PendingTasks
  field: Allotment = this
  #allotment: FieldAllotment | undefined
  #sent = 0
  #isWriting = false
  readonly #timer: NodeJS.Timeout

  constructor(deadlineAt: number, writes: PendingTasks) {
    this.#writes = writes
    this.deadline = deadlineAt
    // Each provider call of the operation listens.
    setMaxListeners(0, this.signal)
    this.#timer = setTimeout(abort, Math.ceil(deadlineAt - performance.now()), this.#controller)
  }

  /** The response has closed: it was written to its end, or its client has left. */
  end(isFinished: boolean): void {
    clearTimeout(this.#timer)
    this.#allotment?.end()
    if (!isFinished) this.#controller.abort()
  }

  readonly markSent = (): void => void (this.#sent += 1)
  readonly isWriting = (): boolean => this.#isWriting

  readonly beginField = (waiting: number): void => {
    this.#allotment?.end()
    this.#allotment = waiting > 0 ? new FieldAllotment(this, waiting) : undefined
    this.field = this.#allotment ?? this
  }

  readonly raceWrite = <T>(write: (field: Allotment) => Promise<T>, keyed: boolean): Promise<T> => {
    const { field } = this
    const { signal } = field
    if (signal.aborted) return Promise.reject(new ApiError('DEADLINE_EXCEEDED'))
    this.#isWriting = true
    const sentBefore = this.#sent
    return new Promise((resolve, reject) => {
      const stop = () => reject(this.#sent > sentBefore ? outcomeUnknown(keyed) : new ApiError('DEADLINE_EXCEEDED'))
      this.#writes.add(
        write(field)
          .then(resolve, reject)
          .finally(() => signal.removeEventListener('abort', stop)),
      )
      signal.addEventListener('abort', stop, { once: true })
    })
  }
}

/** Creates deadlines of at most `maxMs`: one timer and one signal for each operation. */
export function createDeadlines(maxMs: number): Deadlines {
  const writes = new PendingTasks()

  return {
    of(headers) {
      const requested = headers[HEADER]
      const ms =
        typeof requested === 'string' && /^[1-9]\d{0,8}$/.test(requested) ? Math.min(Number(requested), maxMs) : maxMs
      return performance.now() + ms
    },
    begin(deadlineAt, response) {
      const deadline = new OperationDeadline(deadlineAt, writes)
      const end = (): void => deadline.end(response.writableFinished)
      // A client may have left before its operation begins.
      if (response.closed) end()
      else response.on('close', end)
      return deadline
    },
    settled: () => writes.settled(),
  }
}
