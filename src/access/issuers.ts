import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, type ProtectedHeaderParameters } from 'jose'
import type { Caller } from '../../datasources/contract/caller.js'
import { ApiError } from '../../datasources/contract/errors.js'
import type { ProxySettings } from '../../datasources/http/proxy.js'
import type { Config } from '../config.js'
import { consentClaimsOf } from '../consent/claims.js'
import type { ConsentConfig } from '../consent/settings.js'
import { callerOf, type Claims } from './caller-claims.js'
import { type Confirmation, confirmationOf } from './confirmation.js'
import { Introspection } from './introspection.js'
import { IssuerKeys, REFRESH_MS } from './issuer-keys.js'
import {
  CLOCK_TOLERANCE_SECONDS,
  refuseLongLife,
  refuseOtherAudience,
  refuseOtherClaims,
  refuseOtherHeader,
  refuseOtherTokenType,
  refuseUnboundDpop,
} from './token-form.js'
import type { IssuerConfig } from './token-settings.js'

/** Signature algorithms that are accepted: asymmetric ones. `Ed25519` is the newer name of `EdDSA` with that curve (RFC 9864). */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']

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

/** A token that is verified. */
export interface Verified {
  readonly caller: Caller
  readonly confirmation: Confirmation | undefined
  /** Until when it need not be verified again, in ms since 1970. */
  readonly until: number
}

const notValid = (why: { readonly refusal?: string; readonly cause?: unknown }): ApiError =>
  new ApiError('UNAUTHENTICATED', { message: 'The token is not valid here.', ...why })

/** The error of a token that does not verify. */
function authenticationError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof errors.JWTExpired)
    return new ApiError('UNAUTHENTICATED', { message: 'The token has expired.', cause: error })
  if (INVALID_TOKEN.some((kind) => error instanceof kind)) return notValid({ cause: error })
  // The issuer published the token's key in a form that cannot be read.
  return new ApiError('ISSUER_UNAVAILABLE', { retryAfterSeconds: REFRESH_MS / 1000 })
}

/** One issuer with what its tokens are verified with. */
class Issuer {
  constructor(
    readonly config: IssuerConfig,
    readonly keys: IssuerKeys | undefined,
    readonly introspection: Introspection | undefined,
    readonly consentClaims: ConsentClaimNames,
    readonly now: () => number,
  ) {}

  /** Verifies a JWT by the keys of this issuer alone. */
  async verifyJwt(token: string, header: ProtectedHeaderParameters): Promise<Verified> {
    const { config, keys } = this
    if (keys === undefined) return this.verifyOpaque(token)
    refuseOtherHeader(header, config)
    const now = this.now()
    const { payload } = await jwtVerify(token, keys.find, {
      issuer: config.issuer,
      ...(config.audience === undefined ? {} : { audience: config.audience }),
      algorithms: ALGORITHMS,
      requiredClaims: ['exp'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(now),
    })
    refuseLongLife(payload, now / 1000, config)
    return this.#verified(token, payload, Math.min(payload.exp! * 1000, now + REFRESH_MS), header.typ)
  }

  /** Asks the issuer about a token that it alone can read. */
  async verifyOpaque(token: string): Promise<Verified> {
    const { config, introspection } = this
    if (introspection === undefined) throw notValid({ refusal: 'token_opaque' })
    const now = this.now()
    const claims = await introspection.claimsOf(token)
    const { iss = config.issuer, exp, nbf = 0, iat } = claims
    const ends = exp === undefined ? Infinity : exp
    if (iss !== config.issuer || typeof ends !== 'number' || typeof nbf !== 'number')
      throw notValid({ refusal: 'token_claims' })
    if (!(ends * 1000 > now))
      throw new ApiError('UNAUTHENTICATED', { message: 'The token has expired.', refusal: 'token_expired' })
    if (nbf > now / 1000 + CLOCK_TOLERANCE_SECONDS) throw notValid({ refusal: 'token_not_yet' })
    refuseOtherTokenType(claims)
    // Both may be absent here; what is there obeys the rules of a JWT.
    const seconds = now / 1000
    if (iat !== undefined || exp !== undefined)
      refuseLongLife({ iat: iat === undefined ? seconds : iat, exp: exp === undefined ? iat : exp }, seconds, config)
    return this.#verified(token, claims, Math.min(ends * 1000, now + introspection.cacheMs))
  }

  #verified(token: string, claims: Claims, until: number, headerType?: string): Verified {
    refuseOtherClaims(claims, headerType)
    refuseOtherAudience(claims, this.config.audience)
    const confirmation = confirmationOf(claims['cnf'])
    refuseUnboundDpop(claims, confirmation)
    const caller = { ...callerOf(claims, token, this.config), ...consentClaimsOf(claims, this.consentClaims) }
    return { caller, confirmation, until }
  }
}

type ConsentClaimNames = Pick<ConsentConfig, 'purposeClaim' | 'consentClaim'>

/** What tokens are verified with: the keys of an issuer, counted from 0, or the introspection endpoint. */
export type IssuerPart = number | 'introspection'
/** Told the state of a part; without a cause it is usable. `isUsable`: it fails, and tokens are verified nevertheless. */
export type IssuerReport = (part: IssuerPart, cause: string | undefined, isUsable: boolean) => void

interface OpenOptions {
  readonly proxies: ProxySettings
  /** The claims with purposes and a consent. */
  readonly consent: ConsentClaimNames
  readonly report: IssuerReport
  readonly now: () => number
}

function openIssuer(config: IssuerConfig, index: number, { proxies, consent, report, now }: OpenOptions): Issuer {
  const { jwksUrl, staleMs, introspection } = config
  const keys =
    jwksUrl === undefined
      ? undefined
      : new IssuerKeys({
          jwksUrl,
          staleMs,
          proxies,
          report: (cause, isUsable) => report(index, cause, isUsable),
        })
  const reportCall = (cause: string | undefined) => report('introspection', cause, true)
  return new Issuer(
    config,
    keys,
    introspection && new Introspection({ ...introspection, proxies, report: reportCall }),
    consent,
    now,
  )
}

/** The header and the claims of a JWT that is not verified; undefined for an opaque token. */
function decode(token: string): { readonly header: ProtectedHeaderParameters; readonly iss: unknown } | undefined {
  try {
    return { header: decodeProtectedHeader(token), iss: decodeJwt(token).iss }
  } catch {
    return undefined
  }
}

/** The issuers whose tokens are accepted. The claim `iss` chooses one before anything is verified, and its keys alone count. */
export class Issuers {
  readonly #byName: ReadonlyMap<unknown, Issuer>
  readonly #all: readonly Issuer[]
  readonly #opaque: Issuer | undefined

  constructor(
    { auth, proxies, consent }: Pick<Config, 'auth' | 'proxies' | 'consent'>,
    report: IssuerReport = () => undefined,
    /** The time in ms since 1970 by which tokens begin and end: a replica whose clock is wrong judges as the others do. */
    readonly now: () => number = () => Date.now(),
  ) {
    this.#all = auth.issuers.map((config, index) => openIssuer(config, index, { proxies, consent, report, now }))
    this.#byName = new Map(this.#all.map((issuer) => [issuer.config.issuer, issuer]))
    this.#opaque = this.#all.find(({ introspection }) => introspection !== undefined)
  }

  /** Reads the keys of all issuers, and from then on again and again. */
  start(): void {
    for (const { keys } of this.#all) keys?.start()
  }

  refreshIfDue(): void {
    for (const { keys } of this.#all) keys?.refreshIfDue()
  }

  /** Calls the listener when keys of an issuer have changed. */
  onChange(listener: () => void): void {
    for (const { keys } of this.#all) keys?.onChange(listener)
  }

  /** Verifies a token. Rejects with `UNAUTHENTICATED`, or with `ISSUER_UNAVAILABLE` where the issuer cannot be asked. */
  async verify(token: string): Promise<Verified> {
    const jwt = decode(token)
    const issuer = jwt === undefined ? this.#opaque : this.#byName.get(jwt.iss)
    if (issuer === undefined) throw notValid({ refusal: jwt === undefined ? 'token_opaque' : 'issuer_unknown' })
    try {
      return await (jwt === undefined ? issuer.verifyOpaque(token) : issuer.verifyJwt(token, jwt.header))
    } catch (error) {
      throw authenticationError(error)
    }
  }

  async close(): Promise<void> {
    for (const { keys } of this.#all) keys?.close()
    await Promise.all(this.#all.flatMap(({ introspection }) => introspection?.close() ?? []))
  }
}
