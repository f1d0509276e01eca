import type { IncomingMessage, ServerResponse } from 'node:http'
import { ApiError } from '../../datasources/contract/errors.js'
import { withHttp } from '../graphql/http-head.js'
import { hasBody, holdOnClose } from './lingering-close.js'

const RETRY_SECONDS = 1

function tooMany(): ApiError {
  const message = `More than ${ArrivingBodies.MAX} request bodies of this user or address are under way at once.`
  return withHttp(
    new ApiError('RATE_LIMITED', { message, retryAfterSeconds: RETRY_SECONDS, refusal: 'arriving_bodies' }),
    429,
    [
      ['retry-after', String(RETRY_SECONDS)],
      ['connection', 'close'],
    ],
  )
}

/**
 * Limits the request bodies of one owner, a user or an address, that are under way at one time: each holds memory, and
 * that of an operation a place of admission control, until it has arrived.
 */
export class ArrivingBodies {
  /** A body comes right after its header, so even a busy client has few of them under way. */
  static readonly MAX = 100
  readonly #counts = new Map<string, number>()

  /** Counts the body of a request until it has arrived or nothing waits for it; throws `RATE_LIMITED` where its owner has too many. */
  begin(owner: string, request: IncomingMessage, response: ServerResponse): void {
    if (!hasBody(request.headers)) return
    const count = (this.#counts.get(owner) ?? 0) + 1
    if (count > ArrivingBodies.MAX) {
      holdOnClose(request)
      throw tooMany()
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
