import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import { ApiError } from '../../datasources/contract/errors.js'
import type { Caller } from '../../datasources/contract/caller.js'
import type { Config } from '../config.js'

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']

/** How long a token that was verified is taken for good, and how old the issuer's keys may be before they are asked for again. */
const TRUST_MS = 60_000
/** Callers that are remembered by their `Authorization` headers, and the length of all those together. */
const MOST_REMEMBERED = 10_000
const MOST_LETTERS = 16 * 1024 * 1024

/** What is wrong with a token, as opposed to what keeps us from its issuer's keys. */
const BAD_TOKEN = [
  errors.JWTClaimValidationFailed,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
]

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
/** The current actor of a delegated token (RFC 8693, 4.1); those further in only tell how it came about. */
const actorOf = (claim: unknown): string | undefined =>
  typeof claim === 'object' && claim !== null ? text((claim as { sub?: unknown }).sub) : undefined
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []

/** A claim that is there narrows, whatever form it has: one that cannot be read opens no bank. */
const banksOf = (claim: unknown): string[] =>
  typeof claim === 'string' ? claim.split(/[ ,]+/).filter(Boolean) : texts(claim)

function callerOf(claims: JWTPayload, token: string): Caller {
  const subject = text(claims.sub)
  const client = text(claims['client_id']) ?? text(claims['azp']) ?? subject
  const tenant = text(claims['tenant']) ?? text(claims['org_id'])
  if (client === undefined) throw new ApiError('UNAUTHENTICATED', { message: 'The token names no subject.' })
  return {
    subject: subject ?? client,
    client,
    tenant: tenant === undefined ? `client:${client}` : `tenant:${tenant}`,
    scopes: new Set(
      [
        ...(text(claims['scope'])?.split(' ') ?? []),
        ...(text(claims['scp'])?.split(' ') ?? texts(claims['scp'])),
      ].filter(Boolean),
    ),
    actor: actorOf(claims['act']),
    banks: claims['banks'] === undefined ? undefined : banksOf(claims['banks']),
    token,
  }
}

/** So many of a header's last letters are 192 bits of its signature, and tell it from every other. */
const TAIL = 32

/** A caller until the second in which the token ends, or must be verified again. */
interface Remembered {
  /** The whole header: by its tail it is only found. */
  readonly authorization: string
  readonly caller: Caller
  readonly until: number
}

const tailOf = (authorization: string): string => authorization.slice(-TAIL)

/**
 * Checks bearer tokens (RFC 6750) against the issuer's keys and says who calls. A token that comes again is the same
 * caller for a minute, though never past its end; when the issuer's keys change, all are verified anew.
 */
export function createAuthenticator(
  { issuer, audience, jwksUrl }: Config['auth'],
  most = MOST_REMEMBERED,
): (authorization: string | undefined) => Caller | Promise<Caller> {
  const keys = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: 5_000, cooldownDuration: 5_000 })
  const remembered = new LRUCache<string, Remembered>({
    max: most,
    maxSize: MOST_LETTERS,
    sizeCalculation: ({ authorization }) => authorization.length,
  })
  let askAt = 0
  let published = ''

  /** In passing: nobody waits for keys while those at hand are good for the caller's token. */
  async function renew(): Promise<void> {
    askAt = Date.now() + TRUST_MS
    await keys.reload()
    const now = JSON.stringify(keys.jwks())
    if (now !== published) remembered.clear()
    published = now
  }

  async function verify(authorization: string): Promise<Caller> {
    const token = /^Bearer +([\w.~+/=-]+)$/i.exec(authorization)?.[1]
    if (token === undefined) throw new ApiError('UNAUTHENTICATED')
    const by = published
    try {
      const now = Date.now()
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp'],
        clockTolerance: 5,
        currentDate: new Date(now),
      })
      const caller = callerOf(payload, token)
      const until = Math.min(payload.exp! * 1000, now + TRUST_MS)
      if (by === published) remembered.set(tailOf(authorization), { authorization, caller, until })
      return caller
    } catch (error) {
      if (error instanceof ApiError) throw error
      if (error instanceof errors.JWTExpired)
        throw new ApiError('UNAUTHENTICATED', { message: 'The token has expired.' })
      if (BAD_TOKEN.some((kind) => error instanceof kind))
        throw new ApiError('UNAUTHENTICATED', { message: 'The token is not valid here.' })
      // Nothing is wrong with the token as far as we know, so the caller may try again.
      throw new ApiError('UNAUTHENTICATED', {
        message: "The issuer's keys cannot be read at the moment.",
        retryable: true,
      })
    }
  }

  return (authorization = '') => {
    const now = Date.now()
    if (now >= askAt) renew().catch(() => undefined)
    const known = remembered.get(tailOf(authorization))
    return known?.authorization === authorization && now < known.until ? known.caller : verify(authorization)
  }
}
