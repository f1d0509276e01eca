import type { CallScope } from '../../datasources/http/call.js'
import { ApiError } from '../../datasources/contract/errors.js'
import { Departure } from '../../datasources/leaving.js'
import { PendingTasks } from './pending-tasks.js'

/** What a client, or the proxy before this server, says of how long it waits; what is not a number of ms is not looked at. */
const HEADER = 'x-request-timeout-ms'

/** What hands the answer over: a response of Node's. */
interface Answering {
  on(event: 'close', listener: () => void): unknown
  readonly writableFinished: boolean
}

/** How long one operation may take, and what of it goes on when that time is over. */
export interface Deadline extends Pick<CallScope, 'signal' | 'deadline' | 'markSent' | 'isWriting'> {
  /**
   * A write's answer, or at the deadline what can be said by then. What has left is heard to its end and its outcome
   * stored, whether anybody still waits or not; none begins later. `keyed`: whether its idempotency key tells how it ended.
   */
  readonly raceWrite: <T>(write: () => Promise<T>, keyed: boolean) => Promise<T>
}

export interface Deadlines {
  readonly begin: (headers: Readonly<Record<string, unknown>>, answering: Answering) => Deadline
  /** Resolves when no write goes on that nobody waits for. */
  readonly settled: () => Promise<void>
}

const unfinished = (keyed: boolean): ApiError =>
  new ApiError('OUTCOME_UNKNOWN', {
    retryable: keyed,
    message: keyed
      ? 'The deadline of this operation has passed while the request was under way; it goes on. Repeat it with the same idempotencyKey and input to learn how it ended: it is not done twice.'
      : 'The deadline of this operation has passed while the request was under way; it goes on. Read the record back before you try again.',
  })

const end = (signal: Departure): void => signal.abort()

/** One operation's. Its members are its own, so that they can be handed on one by one. */
class Running implements Deadline {
  readonly signal = new Departure()
  readonly deadline: number
  readonly #going: PendingTasks
  #sent = 0
  #writes = false

  constructor(ms: number, answering: Answering, going: PendingTasks) {
    this.#going = going
    this.deadline = performance.now() + ms
    const { signal } = this
    const timer = setTimeout(end, ms, signal)
    answering.on('close', () => {
      clearTimeout(timer)
      if (!answering.writableFinished) signal.abort()
    })
  }

  readonly markSent = (): void => void (this.#sent += 1)
  readonly isWriting = (): boolean => this.#writes

  readonly raceWrite = <T>(begin: () => Promise<T>, keyed: boolean): Promise<T> => {
    if (this.signal.aborted) return Promise.reject(new ApiError('DEADLINE_EXCEEDED'))
    this.#writes = true
    const before = this.#sent
    return new Promise((resolve, reject) => {
      const stop = () => reject(this.#sent > before ? unfinished(keyed) : new ApiError('DEADLINE_EXCEEDED'))
      this.#going.add(
        begin()
          .then(resolve, reject)
          .finally(() => this.signal.removeEventListener('abort', stop)),
      )
      this.signal.addEventListener('abort', stop)
    })
  }
}

/** The deadlines of a server's operations. One timer each: provider calls hang on its signal. */
export function createDeadlines(longestMs: number): Deadlines {
  const going = new PendingTasks()

  return {
    begin(headers, answering) {
      const asked = headers[HEADER]
      const ms =
        typeof asked === 'string' && /^[1-9]\d{0,8}$/.test(asked) ? Math.min(Number(asked), longestMs) : longestMs
      return new Running(ms, answering, going)
    },
    settled: () => going.settled(),
  }
}
