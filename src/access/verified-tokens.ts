import { LRUCache } from 'lru-cache'
import type { Caller } from '../../datasources/contract/caller.js'
import type { Possession } from './sender-constraint.js'

/** How long a verified JWT is cached, unless it ends sooner; for an opaque token it is a setting of the introspection. */
export const JWT_CACHE_MS = 60_000
const MAX_CACHED = 10_000
/** The memory of the cached callers: each holds its header, the token in it and the claims, and objects around them. */
const MAX_CACHED_BYTES = 24 * 1024 * 1024
const BYTES_PER_CALLER = 500
const BYTES_PER_KEY = 1_000
/** Characters of a header's end that are its cache key: 192 bits of the signature. */
const CACHE_KEY_LENGTH = 32

/** The caller of a verified token, until the token expires or must be verified again. */
export interface CachedCaller {
  /** The whole header, compared on each hit because the cache key is only its end. */
  readonly authorization: string
  readonly caller: Caller
  /** What each request must show beside the token; undefined for a bearer token. */
  readonly possession: Possession | undefined
  readonly expiresAt: number
  readonly endsAt: number
}

const cacheKeyOf = (authorization: string): string => authorization.slice(-CACHE_KEY_LENGTH)

/** The memory that a cached caller takes, in bytes. */
const sizeOf = ({ authorization, possession }: CachedCaller): number =>
  2 * authorization.length + BYTES_PER_CALLER + (possession === undefined ? 0 : BYTES_PER_KEY)

/** The cache of verified tokens: their callers, by the header `authorization`. */
export class VerifiedTokens {
  readonly #now: () => number
  readonly #cache: LRUCache<string, CachedCaller>

  constructor(now: () => number, maxCached = MAX_CACHED) {
    this.#now = now
    this.#cache = new LRUCache({ max: maxCached, maxSize: MAX_CACHED_BYTES, sizeCalculation: sizeOf })
  }

  get(authorization: string): CachedCaller | undefined {
    const cached = this.#cache.get(cacheKeyOf(authorization))
    return cached?.authorization === authorization && this.#now() < cached.expiresAt ? cached : undefined
  }

  add(verified: CachedCaller): void {
    if (verified.expiresAt > this.#now()) this.#cache.set(cacheKeyOf(verified.authorization), verified)
  }

  clear(): void {
    this.#cache.clear()
  }
}
