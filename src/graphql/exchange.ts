import type { IncomingMessage } from 'node:http'

/** What an operation is answered by, as far as its context looks at it: Node's response, or one event of a stream. */
export interface Exchange {
  readonly req: IncomingMessage
  /** True once it was answered, or its client has left. */
  readonly closed: boolean
  /** True once its answer was handed on as a whole. */
  readonly writableFinished: boolean
  on(event: 'close', listener: () => void): unknown
  once(event: 'close', listener: () => void): unknown
  off(event: 'close', listener: () => void): unknown
}
