import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Exchange } from '../graphql/exchange.js'

/** The place of the HTTP response for an operation that is one event of a stream. */
export class EventExchange extends EventEmitter implements Exchange {
  closed = false
  writableFinished = false

  constructor(readonly req: IncomingMessage) {
    super()
  }

  /** Ends the operation: it was answered. */
  finish(): void {
    this.writableFinished = true
    this.leave()
  }

  /** Ends the operation: its client has left where it was not answered. */
  leave(): void {
    if (this.closed) return
    this.closed = true
    this.emit('close')
  }
}
