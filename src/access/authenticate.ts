import { LRUCache } from 'lru-cache'
import type { Caller } from '../../datasources/contract/caller.js'
import { ApiError } from '../../datasources/contract/errors.js'
import type { Issuers } from './issuers.js'
import type { Refusals, Scheme } from './refusals.js'
import type { AnswerHeaders, Possession, Sender, SenderConstraint } from './sender-constraint.js'

const MAX_CACHED = 10_000
/** The memory of the cached callers: each holds its header, the token in it and the claims, and objects around them. */
const MAX_CACHED_BYTES = 24 * 1024 * 1024
const BYTES_PER_CALLER = 500
const BYTES_PER_KEY = 1_000
/** Characters of a header's end that are its cache key: 192 bits of the signature. */
const CACHE_KEY_LENGTH = 32

/** The caller of a verified token, until the token expires or must be verified again. */
interface CachedCaller {
  /** The whole header, compared on each hit because the cache key is only its end. */
  readonly authorization: string
  readonly caller: Caller
  /** What each request must show beside the token; undefined for a bearer token. */
  readonly possession: Possession | undefined
  readonly expiresAt: number
  readonly endsAt: number
}

const cacheKeyOf = (authorization: string): string => authorization.slice(-CACHE_KEY_LENGTH)

/** A token with the scheme by which it is presented; undefined for a header in another form. */
function presented(authorization: string): { readonly scheme: Scheme; readonly token: string } | undefined {
  const [, scheme, token] = /^(Bearer|DPoP) +([\w.~+/=-]+)$/i.exec(authorization) ?? []
  return token === undefined ? undefined : { scheme: scheme!.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer', token }
}

interface AuthenticatorOptions {
  readonly issuers: Issuers
  readonly refusals: Refusals
  readonly constraint: SenderConstraint
  readonly maxCached?: number | undefined
}

/** The caller of a request, by its header `authorization` and what it shows beside that. */
export type Authenticate = (sender: Sender, response: AnswerHeaders) => Caller | Promise<Caller>

/** The caller of a stream, and when its token ends, in ms since 1970. */
export type StreamCaller = Pick<CachedCaller, 'caller' | 'endsAt'>

/** Authenticates requests, and the events of streams whose request was authenticated. */
export interface Authenticator extends Authenticate {
  /** Verifies a token again. What a bound token demands of its sender was shown when the stream was opened. */
  readonly again: (authorization: string) => StreamCaller | Promise<StreamCaller>
}

/** The memory that a cached caller takes, in bytes. */
const sizeOf = ({ authorization, possession }: CachedCaller): number =>
  2 * authorization.length + BYTES_PER_CALLER + (possession === undefined ? 0 : BYTES_PER_KEY)

/**
 * Authenticator: verifies access tokens with their issuer and returns the caller, without waiting where a bearer token
 * (RFC 6750) is known. A verified token is cached for a minute, at most until it expires; a change of keys clears the
 * cache. What a bound token demands of its sender is verified for each request. Throws `UNAUTHENTICATED` with its
 * challenges, `ISSUER_UNAVAILABLE` where the issuer cannot be asked, or `STORE_UNAVAILABLE`.
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { issuers, refusals, constraint, maxCached = MAX_CACHED } = options
  const cache = new LRUCache<string, CachedCaller>({
    max: maxCached,
    maxSize: MAX_CACHED_BYTES,
    sizeCalculation: sizeOf,
  })
  /** Counts changes of the keys. */
  let generation = 0
  issuers.onChange(() => {
    generation += 1
    cache.clear()
  })

  async function verify(authorization: string): Promise<CachedCaller> {
    const { scheme, token } = presented(authorization) ?? {}
    if (scheme === undefined || token === undefined) throw refusals.noToken()
    const began = generation
    try {
      const { caller, confirmation, until: expiresAt, endsAt } = await issuers.verify(token)
      const possession = constraint.possessionOf(token, scheme, confirmation)
      const verified = { authorization, caller, possession, expiresAt, endsAt }
      // Not after a change of the keys meanwhile: the cache was cleared for it.
      if (began === generation && expiresAt > issuers.now()) cache.set(cacheKeyOf(authorization), verified)
      return verified
    } catch (error) {
      const isPlain = error instanceof ApiError && error.code === 'UNAUTHENTICATED' && !('http' in error.extensions)
      throw isPlain ? refusals.badToken(scheme, error.message, error) : error
    }
  }

  function admit(
    { caller, possession }: CachedCaller,
    sender: Sender,
    response: AnswerHeaders,
  ): Caller | Promise<Caller> {
    const shown = possession && constraint.verify(possession, sender, response)
    return shown === undefined ? caller : shown.then(() => caller)
  }

  function known(authorization: string): CachedCaller | undefined {
    const now = issuers.now()
    issuers.refreshIfDue()
    const cached = cache.get(cacheKeyOf(authorization))
    return cached?.authorization === authorization && now < cached.expiresAt ? cached : undefined
  }

  const authenticate: Authenticate = (sender, response) => {
    const { authorization } = sender.headers
    if (authorization === undefined) throw refusals.noToken()
    const cached = known(authorization)
    if (cached !== undefined) return admit(cached, sender, response)
    return verify(authorization).then((verified) => admit(verified, sender, response))
  }
  return Object.assign(authenticate, {
    again: (authorization: string) => known(authorization) ?? verify(authorization),
  })
}
