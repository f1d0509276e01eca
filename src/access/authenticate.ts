import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import type { Caller } from '../../datasources/contract/caller.js'
import { ApiError } from '../../datasources/contract/errors.js'
import { NO_PROXIES } from '../../datasources/http/proxy.js'
import type { Config } from '../config.js'
import { errorClass } from '../observability/error-class.js'
import { createJwksFetch } from './jwks-fetch.js'

/** Signature algorithms that are accepted. The issuer, the audience and the JWKS address are settings (`AUTH_ISSUER`, `AUTH_AUDIENCE`, `AUTH_JWKS_URL` in `src/config.ts`). */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']
const CLOCK_TOLERANCE_SECONDS = 5

/** Time to live of a verified token, and refresh interval of the JWKS. */
const CACHE_MS = 60_000
const MAX_CACHED = 10_000
/** Total length of the cached `Authorization` headers. */
const MAX_CACHED_CHARACTERS = 16 * 1024 * 1024
/** Characters of a header's end that are its cache key: 192 bits of the signature. */
const CACHE_KEY_LENGTH = 32
const JWKS_TIMEOUT_MS = 5_000
/** Minimum time between two requests for the JWKS because of an unknown key id. */
const JWKS_COOLDOWN_MS = 5_000

/** Errors of an invalid token; any other error means that the JWKS could not be read. */
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

function authenticationError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof errors.JWTExpired) return new ApiError('UNAUTHENTICATED', { message: 'The token has expired.' })
  if (INVALID_TOKEN.some((kind) => error instanceof kind))
    return new ApiError('UNAUTHENTICATED', { message: 'The token is not valid here.' })
  // The token may be valid, so the caller may try again.
  return new ApiError('UNAUTHENTICATED', {
    message: "The issuer's keys cannot be read at the moment.",
    retryable: true,
  })
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
 * Authenticator: verifies bearer tokens (RFC 6750) with the issuer's JWKS and returns the caller. A verified token is
 * cached for a minute, at most until it expires; a change of the JWKS clears the cache.
 */
export function createAuthenticator(
  { issuer, audience, jwksUrl }: Config['auth'],
  maxCached = MAX_CACHED,
  network: Pick<Config, 'httpClient' | 'proxies'> = { httpClient: 'undici', proxies: NO_PROXIES },
  report: (cause: string | undefined) => void = () => undefined,
): (authorization: string | undefined) => Caller | Promise<Caller> {
  const jwks = createRemoteJWKSet(new URL(jwksUrl), {
    timeoutDuration: JWKS_TIMEOUT_MS,
    cooldownDuration: JWKS_COOLDOWN_MS,
    [customFetch]: createJwksFetch(network, JWKS_TIMEOUT_MS),
  })
  const cache = new LRUCache<string, CachedCaller>({
    max: maxCached,
    maxSize: MAX_CACHED_CHARACTERS,
    sizeCalculation: ({ authorization }) => authorization.length,
  })
  let refreshAt = 0
  let published = ''

  /** Refreshes the JWKS in the background: no caller waits while the known keys verify its token. */
  async function refresh(): Promise<void> {
    refreshAt = Date.now() + CACHE_MS
    await jwks.reload().catch((error: unknown) => {
      report(errorClass(error))
      throw error
    })
    report(undefined)
    const current = JSON.stringify(jwks.jwks())
    if (current !== published) cache.clear()
    published = current
  }

  async function verify(authorization: string): Promise<Caller> {
    const token = /^Bearer +([\w.~+/=-]+)$/i.exec(authorization)?.[1]
    if (token === undefined) throw new ApiError('UNAUTHENTICATED')
    const publishedBefore = published
    try {
      const now = Date.now()
      const { payload } = await jwtVerify(token, jwks, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(now),
      })
      const caller = callerOf(payload, token)
      const expiresAt = Math.min(payload.exp! * 1000, now + CACHE_MS)
      // Not after a change of the JWKS meanwhile: the cache was cleared for it.
      if (publishedBefore === published) cache.set(cacheKeyOf(authorization), { authorization, caller, expiresAt })
      return caller
    } catch (error) {
      throw authenticationError(error)
    }
  }

  return (authorization = '') => {
    const now = Date.now()
    if (now >= refreshAt) refresh().catch(() => undefined)
    const cached = cache.get(cacheKeyOf(authorization))
    return cached?.authorization === authorization && now < cached.expiresAt ? cached.caller : verify(authorization)
  }
}
