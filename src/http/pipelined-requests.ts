import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ApiError } from '../../datasources/contract/errors.js'
import { withHttp } from '../graphql/http-head.js'
import { MAX_BODY_BYTES } from './request-body-limit.js'

const RETRY_SECONDS = 1

/** What a request that waits is counted as, beside its body. */
const REQUEST_BYTES = 10 * 1024
/** Requests without a body that may wait for the answers before theirs on one connection; with bodies they are fewer. */
export const MAX_WAITING = 100
const MAX_WAITING_BYTES = MAX_WAITING * REQUEST_BYTES

/** One error for all: an error of its own costs a stack trace, and these come in numbers. Its header lets Node read no more of the connection. */
const TOO_MANY = withHttp(
  new ApiError('RATE_LIMITED', {
    message: `More than ${MAX_WAITING} requests, or ${MAX_WAITING_BYTES / 1024} KB, of one connection wait for the answers before theirs.`,
    retryAfterSeconds: RETRY_SECONDS,
    refusal: 'waiting_requests',
  }),
  429,
  [
    ['retry-after', String(RETRY_SECONDS)],
    ['connection', 'close'],
  ],
)

function bytesOf({ headers }: IncomingMessage): number {
  const { 'content-length': length = '0', 'transfer-encoding': coding } = headers
  return REQUEST_BYTES + (coding === undefined ? Number(length) : MAX_BODY_BYTES)
}

/**
 * Limits the requests of one connection that wait for the answers before theirs (pipelining): they are not admitted
 * yet, and an answer may take as long as an event stream is open.
 */
export class PipelinedRequests {
  readonly #bytes = new WeakMap<Socket, number>()

  /** Counts a request until it is the next to be answered; throws `RATE_LIMITED` where those of its connection are too many. */
  begin(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request
    const bytes = bytesOf(request)
    const sum = (this.#bytes.get(socket) ?? 0) + bytes
    if (sum > MAX_WAITING_BYTES) throw TOO_MANY
    this.#bytes.set(socket, sum)
    response.once('socket', () => this.#bytes.set(socket, this.#bytes.get(socket)! - bytes))
  }
}
