import type { IncomingMessage, ServerResponse } from 'node:http'
import { ApiError } from '../../datasources/contract/errors.js'
import { TransientMap } from '../../datasources/support/transient-map.js'
import { withHttp } from '../graphql/http-head.js'
import { hasBody, holdOnClose } from './lingering-close.js'

const RETRY_SECONDS = 1

/** A body comes right after its header, so even a busy client has few of them under way. */
export const MAX_ARRIVING = 100

/** One error for all: an error of its own costs a stack trace, and these come in numbers. */
const TOO_MANY = withHttp(
  new ApiError('RATE_LIMITED', {
    message: `More than ${MAX_ARRIVING} request bodies of this user or address are under way at once.`,
    retryAfterSeconds: RETRY_SECONDS,
    refusal: 'arriving_bodies',
  }),
  429,
  [
    ['retry-after', String(RETRY_SECONDS)],
    ['connection', 'close'],
  ],
)

/**
 * Limits the request bodies of one owner, a user or an address, that are under way at one time: each holds memory, and
 * that of an operation a place of admission control, until it has arrived.
 */
export class ArrivingBodies {
  readonly #counts = new TransientMap<string, number>()

  /** Counts the body of a request until it has arrived or nothing waits for it; throws `RATE_LIMITED` where its owner has too many. */
  begin(owner: string, request: IncomingMessage, response: ServerResponse): void {
    // What has closed does not tell of it again: the body has arrived while the token was verified, or never will.
    if (!hasBody(request.headers) || request.closed || response.closed) return
    const count = (this.#counts.get(owner) ?? 0) + 1
    if (count > MAX_ARRIVING) {
      holdOnClose(request)
      throw TOO_MANY
    }
    this.#counts.set(owner, count)
    let isUnderWay = true
    const end = (): void => {
      if (isUnderWay) this.#end(owner)
      isUnderWay = false
    }
    // A request closes when it has been read to its end, a response when it was written or its client has left.
    request.once('close', end)
    response.once('close', end)
  }

  #end(owner: string): void {
    const left = this.#counts.get(owner)! - 1
    if (left === 0) this.#counts.delete(owner)
    else this.#counts.set(owner, left)
  }
}
