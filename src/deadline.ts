import { setMaxListeners } from 'node:events'
import type { CallVisit } from '../datasources/call.js'
import { Failure } from '../datasources/errors.js'

/** What a client, or the proxy before this server, says of how long it waits; what is not a number of ms is not looked at. */
const HEADER = 'x-request-timeout-ms'

/** What hands the answer over: a response of Node's. */
interface Answering {
  once(event: 'close', listener: () => void): unknown
  readonly writableFinished: boolean
}

/** How long one operation may take, and what of it goes on when that time is over. */
export interface Deadline extends Pick<CallVisit, 'signal' | 'endsAt' | 'left' | 'writes'> {
  /**
   * A write's answer, or at the deadline what can be said by then. What has left is heard to its end and its outcome
   * stored, whether anybody still waits or not; none begins later. `keyed`: whether its idempotency key tells how it ended.
   */
  readonly answerOf: <T>(write: () => Promise<T>, keyed: boolean) => Promise<T>
}

export interface Deadlines {
  readonly begin: (headers: Readonly<Record<string, unknown>>, answering: Answering) => Deadline
  /** Resolves when no write goes on that nobody waits for. */
  readonly settled: () => Promise<void>
}

const unfinished = (keyed: boolean): Failure =>
  new Failure('OUTCOME_UNKNOWN', {
    retryable: keyed,
    message: keyed
      ? 'The deadline of this operation has passed while the request was under way; it goes on. Repeat it with the same idempotencyKey and input to learn how it ended: it is not done twice.'
      : 'The deadline of this operation has passed while the request was under way; it goes on. Read the record back before you try again.',
  })

/** The deadlines of a server's operations. One timer each: provider calls hang on its signal. */
export function deadlines(longestMs: number): Deadlines {
  const going = new Set<Promise<unknown>>()

  return {
    begin(headers, answering) {
      const asked = headers[HEADER]
      const ms = typeof asked === 'string' && /^[1-9]\d{0,8}$/.test(asked) ? Math.min(Number(asked), longestMs) : longestMs
      const end = new AbortController()
      // One for each call under way, taken off when it ends.
      setMaxListeners(0, end.signal)
      const timer = setTimeout(() => end.abort(), ms)
      answering.once('close', () => {
        clearTimeout(timer)
        if (!answering.writableFinished) end.abort()
      })
      let sent = 0
      let writes = false

      return {
        signal: end.signal,
        endsAt: performance.now() + ms,
        left: () => void (sent += 1),
        writes: () => writes,
        answerOf(begin, keyed) {
          if (end.signal.aborted) return Promise.reject(new Failure('DEADLINE_EXCEEDED'))
          writes = true
          const before = sent
          const write = begin()
          const over = write.then(
            () => undefined,
            () => undefined,
          )
          going.add(over)
          void over.then(() => going.delete(over))
          return new Promise((resolve, reject) => {
            const stop = () => reject(sent > before ? unfinished(keyed) : new Failure('DEADLINE_EXCEEDED'))
            end.signal.addEventListener('abort', stop, { once: true })
            void write.then(resolve, reject).finally(() => end.signal.removeEventListener('abort', stop))
          })
        },
      }
    },
    async settled() {
      while (going.size > 0) await Promise.all(going)
    },
  }
}
