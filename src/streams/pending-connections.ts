import type { IncomingMessage } from 'node:http'
import { ApiError } from '../../datasources/contract/errors.js'
import { withHttp } from '../graphql/http-head.js'
import { clientOf, type trustOf } from '../http/client-address.js'

/** WebSockets of one address, and of all, that have not said yet who has opened them. */
const MAX_PER_ADDRESS = 32
const MAX = 1_000
const RETRY_SECONDS = 1

const tooMany = (): ApiError =>
  withHttp(
    new ApiError('RATE_LIMITED', {
      message: 'Too many WebSockets of this address have not sent connection_init yet.',
      retryAfterSeconds: RETRY_SECONDS,
      refusal: 'pending_websockets',
    }),
    429,
    [['retry-after', String(RETRY_SECONDS)]],
  )

/** Limits the WebSockets that are open and not authenticated: an address that opens many takes no place of others. */
export class PendingConnections {
  readonly #trusts: ReturnType<typeof trustOf>
  readonly #counts = new Map<string, number>()
  #all = 0

  constructor(trusts: ReturnType<typeof trustOf>) {
    this.#trusts = trusts
  }

  /** Counts one; returns the end of it. Throws `RATE_LIMITED`. */
  begin(request: IncomingMessage): () => void {
    const address = clientOf(request, this.#trusts)
    const count = this.#counts.get(address) ?? 0
    if (count >= MAX_PER_ADDRESS || this.#all >= MAX) throw tooMany()
    this.#counts.set(address, count + 1)
    this.#all += 1
    let isPending = true
    return () => {
      if (!isPending) return
      isPending = false
      this.#all -= 1
      const left = this.#counts.get(address)! - 1
      if (left === 0) this.#counts.delete(address)
      else this.#counts.set(address, left)
    }
  }
}
