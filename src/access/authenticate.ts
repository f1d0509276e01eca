import { errors, type JWTPayload, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import type { Caller } from '../../datasources/contract/caller.js'
import { ApiError } from '../../datasources/contract/errors.js'
import type { Config } from '../config.js'
import { consentClaimsOf } from '../consent/claims.js'
import { type IssuerKeys, REFRESH_MS } from './issuer-keys.js'

/** Signature algorithms that are accepted. The issuer, the audience and the JWKS address are settings (`AUTH_ISSUER`, `AUTH_AUDIENCE`, `AUTH_JWKS_URL` in `src/config.ts`). */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']
const CLOCK_TOLERANCE_SECONDS = 5

/** Time to live of a verified token. */
const CACHE_MS = REFRESH_MS
const MAX_CACHED = 10_000
/** The memory of the cached callers: each holds its header, the token in it and the claims, and objects around them. */
const MAX_CACHED_BYTES = 24 * 1024 * 1024
const BYTES_PER_CALLER = 500
/** Characters of a header's end that are its cache key: 192 bits of the signature. */
const CACHE_KEY_LENGTH = 32

/** Errors of an invalid token; any other error means that its key could not be read. */
const INVALID_TOKEN = [
  errors.JWTClaimValidationFailed,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
]

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []

/** The current actor of a delegated token (RFC 8693, 4.1). Nested actors are the history of the delegation. */
const actorOf = (claim: unknown): string | undefined =>
  typeof claim === 'object' && claim !== null ? textOf((claim as { sub?: unknown }).sub) : undefined

/** The banks of a token. A claim always restricts: with an unreadable claim, no bank is permitted. */
const banksOf = (claim: unknown): string[] =>
  typeof claim === 'string' ? claim.split(/[ ,]+/).filter(Boolean) : textsOf(claim)

const scopesOf = (claims: JWTPayload): Set<string> =>
  new Set(
    [
      ...(textOf(claims['scope'])?.split(' ') ?? []),
      ...(textOf(claims['scp'])?.split(' ') ?? textsOf(claims['scp'])),
    ].filter(Boolean),
  )

function callerOf(claims: JWTPayload, token: string): Caller {
  const subject = textOf(claims.sub)
  const namedClient = textOf(claims['client_id']) ?? textOf(claims['azp'])
  const client = namedClient ?? subject
  const tenant = textOf(claims['tenant']) ?? textOf(claims['org_id'])
  if (client === undefined) throw new ApiError('UNAUTHENTICATED', { message: 'The token names no subject.' })
  return {
    subject: subject ?? client,
    client,
    namedClient,
    tenant: tenant === undefined ? `client:${client}` : `tenant:${tenant}`,
    scopes: scopesOf(claims),
    actor: actorOf(claims['act']),
    banks: claims['banks'] === undefined ? undefined : banksOf(claims['banks']),
    token,
  }
}

/** The error of a token that does not verify. */
function authenticationError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof errors.JWTExpired)
    return new ApiError('UNAUTHENTICATED', { message: 'The token has expired.', cause: error })
  if (INVALID_TOKEN.some((kind) => error instanceof kind))
    return new ApiError('UNAUTHENTICATED', { message: 'The token is not valid here.', cause: error })
  // The issuer published the token's key in a form that cannot be read.
  return new ApiError('ISSUER_UNAVAILABLE', { retryAfterSeconds: REFRESH_MS / 1000 })
}

/** The caller of a verified token, until the token expires or must be verified again. */
interface CachedCaller {
  /** The whole header, compared on each hit because the cache key is only its end. */
  readonly authorization: string
  readonly caller: Caller
  readonly expiresAt: number
}

const cacheKeyOf = (authorization: string): string => authorization.slice(-CACHE_KEY_LENGTH)

/**
 * Authenticator: verifies bearer tokens (RFC 6750) with the issuer's keys and returns the caller. A verified token is
 * cached for a minute, at most until it expires; a change of the keys clears the cache. Throws `UNAUTHENTICATED`, or
 * `ISSUER_UNAVAILABLE` where the keys cannot be read.
 */
export function createAuthenticator(
  { issuer, audience }: Pick<Config['auth'], 'issuer' | 'audience'>,
  keys: IssuerKeys,
  consentClaims: Pick<Config['consent'], 'purposeClaim' | 'consentClaim'>,
  maxCached = MAX_CACHED,
): (authorization: string | undefined) => Caller | Promise<Caller> {
  const cache = new LRUCache<string, CachedCaller>({
    max: maxCached,
    maxSize: MAX_CACHED_BYTES,
    sizeCalculation: ({ authorization }) => 2 * authorization.length + BYTES_PER_CALLER,
  })
  /** Counts changes of the keys. */
  let generation = 0
  keys.onChange(() => {
    generation += 1
    cache.clear()
  })

  async function verify(authorization: string): Promise<Caller> {
    const token = /^Bearer +([\w.~+/=-]+)$/i.exec(authorization)?.[1]
    if (token === undefined) throw new ApiError('UNAUTHENTICATED')
    const began = generation
    try {
      const now = Date.now()
      const { payload } = await jwtVerify(token, keys.find, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(now),
      })
      const caller = { ...callerOf(payload, token), ...consentClaimsOf(payload, consentClaims) }
      const expiresAt = Math.min(payload.exp! * 1000, now + CACHE_MS)
      // Not after a change of the keys meanwhile: the cache was cleared for it.
      if (began === generation) cache.set(cacheKeyOf(authorization), { authorization, caller, expiresAt })
      return caller
    } catch (error) {
      throw authenticationError(error)
    }
  }

  return (authorization = '') => {
    const now = Date.now()
    keys.refreshIfDue()
    const cached = cache.get(cacheKeyOf(authorization))
    return cached?.authorization === authorization && now < cached.expiresAt ? cached.caller : verify(authorization)
  }
}
