import type { IncomingMessage } from 'node:http'
import { LRUCache } from 'lru-cache'
import { ApiError } from '../../datasources/contract/errors.js'
import { withHttp } from '../graphql/http-head.js'
import { clientOf, type trustOf } from './client-address.js'

const MINUTE_MS = 60_000
/** Addresses that are counted at one time; of more, those are forgotten that were quiet for longest. */
const MAX_ADDRESSES = 10_000

/** A token bucket: so many requests may still be refused plainly, as of a moment. */
interface Bucket {
  left: number
  at: number
}

/** Counts a request that is refused because of its token, address or signature; throws `RATE_LIMITED` where its client had too many of them. */
export type FailureLimit = (request: IncomingMessage) => void

function tooMany(perMinute: number, seconds: number): ApiError {
  const message = `This address has sent more than ${perMinute} requests that were refused in a minute.`
  return withHttp(
    new ApiError('RATE_LIMITED', { message, retryAfterSeconds: seconds, refusal: 'unauthenticated_requests' }),
    429,
    [
      ['retry-after', String(seconds)],
      ['connection', 'close'],
    ],
  )
}

/** Creates the limit of failed requests for each address; 0 is no limit. */
export function createFailureLimit(perMinute: number, trust: ReturnType<typeof trustOf>): FailureLimit {
  if (perMinute === 0) return () => undefined
  const buckets = new LRUCache<string, Bucket>({ max: MAX_ADDRESSES })
  return (request) => {
    const now = performance.now()
    const client = clientOf(request, trust)
    const { left, at } = buckets.get(client) ?? { left: perMinute, at: now }
    const refilled = Math.min(perMinute, left + ((now - at) / MINUTE_MS) * perMinute)
    buckets.set(client, { left: Math.max(0, refilled - 1), at: now })
    if (refilled < 1) throw tooMany(perMinute, Math.max(1, Math.ceil(MINUTE_MS / 1000 / perMinute)))
  }
}
