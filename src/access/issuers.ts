import { isDeepStrictEqual } from 'node:util'
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
import { IssuerKeys, type KeyAccess, REFRESH_MS } from './issuer-keys.js'
import {
  refuseLongLife,
  refuseOtherAudience,
  refuseOtherClaims,
  refuseOtherHeader,
  refuseOtherTokenType,
  refuseUnboundDpop,
} from './token-form.js'
import { CLOCK_TOLERANCE_SECONDS } from './clock-tolerance.js'
import type { IssuerConfig } from './token-settings.js'
import { JWT_CACHE_MS } from './verified-tokens.js'

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
interface Verified {
  readonly caller: Caller
  readonly confirmation: Confirmation | undefined
  /** Until when it need not be verified again, in ms since 1970. */
  readonly until: number
  /** When the token ends, in ms since 1970; Infinity where its issuer does not say it. */
  readonly endsAt: number
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
    refuseOtherHeader(header, config)
    if (keys === undefined) return this.verifyOpaque(token, decodeJwt(token))
    const now = this.now()
    const { payload } = await jwtVerify(token, keys.find, {
      issuer: config.issuer,
      ...(config.audience === undefined ? {} : { audience: config.audience }),
      algorithms: [...config.algorithms],
      requiredClaims: ['exp'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(now),
    })
    refuseLongLife(payload, now / 1000, config)
    return this.#verified(token, payload, { endsAt: payload.exp! * 1000, until: now + JWT_CACHE_MS }, header.typ)
  }

  /**
   * Asks the issuer about a token. `own` are the claims of a JWT that is not verified here: the key that it names counts
   * where the answer names none, else anyone could use it as a bearer token.
   */
  async verifyOpaque(token: string, own: Claims = {}): Promise<Verified> {
    const { config, introspection } = this
    if (introspection === undefined) throw notValid({ refusal: 'token_opaque' })
    const now = this.now()
    const claims: Claims = { cnf: own['cnf'], ...(await introspection.claimsOf(token)) }
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
    return this.#verified(token, claims, { endsAt: ends * 1000, until: now + introspection.cacheMs })
  }

  #verified(
    token: string,
    claims: Claims,
    { endsAt, until }: Pick<Verified, 'endsAt' | 'until'>,
    headerType?: string,
  ): Verified {
    refuseOtherClaims(claims, headerType)
    refuseOtherAudience(claims, this.config.audience)
    const confirmation = confirmationOf(claims['cnf'])
    refuseUnboundDpop(claims, confirmation)
    const caller = { ...callerOf(claims, token, this.config), ...consentClaimsOf(claims, this.consentClaims) }
    return { caller, confirmation, until: Math.min(endsAt, until), endsAt }
  }
}

type ConsentClaimNames = Pick<ConsentConfig, 'purposeClaim' | 'consentClaim'>

/** What tokens are verified with: the keys of an issuer, counted from 0, or the introspection endpoint. */
export type IssuerPart = number | 'introspection'
/** What is told of the parts. */
export interface IssuerReports {
  /** The state of a part; without a cause it is usable. `isUsable`: it fails, and tokens are verified nevertheless. */
  readonly report: (part: IssuerPart, cause: string | undefined, isUsable: boolean) => void
  /** There is no such part any more. */
  readonly gone: (part: IssuerPart) => void
}

const UNTOLD: IssuerReports = { report: () => undefined, gone: () => undefined }

const keyAccess = ({ issuer, keys, staleMs, ca }: IssuerConfig, proxies: ProxySettings): KeyAccess | undefined =>
  keys && { source: keys === 'discovered' ? { issuer } : keys, staleMs, proxies, ca }

/** The header and the claims of a JWT that is not verified; undefined for an opaque token. */
function decode(token: string): { readonly header: ProtectedHeaderParameters; readonly iss: unknown } | undefined {
  try {
    return { header: decodeProtectedHeader(token), iss: decodeJwt(token).iss }
  } catch {
    return undefined
  }
}

/** What of the settings verifies tokens. */
type TokenSources = Pick<Config, 'auth' | 'proxies'>

/** The issuers whose tokens are accepted. The claim `iss` chooses one before anything is verified, and its keys alone count. */
export class Issuers {
  readonly #consentClaims: ConsentClaimNames
  readonly #reports: IssuerReports
  readonly #listeners: (() => void)[] = []
  #sources: TokenSources
  #all: readonly Issuer[] = []
  #byName: ReadonlyMap<unknown, Issuer> = new Map()
  #opaque: Issuer | undefined
  #isStarted = false

  constructor(
    { auth, proxies, consent }: Pick<Config, 'auth' | 'proxies' | 'consent'>,
    reports: IssuerReports = UNTOLD,
    /** The time in ms since 1970 by which tokens begin and end: a replica whose clock is wrong judges as the others do. */
    readonly now: () => number = () => Date.now(),
  ) {
    this.#consentClaims = consent
    this.#reports = reports
    this.#sources = { auth, proxies }
    this.#take(this.#sources)
  }

  /**
   * Takes other issuers in use; what is the same goes on with the keys that it has. Tokens whose verification has begun
   * are verified as they were. Returns whether they are others.
   */
  use({ auth, proxies }: TokenSources): boolean {
    const sources = { auth, proxies }
    if (isDeepStrictEqual(sources, this.#sources)) return false
    this.#sources = sources
    this.#take(sources)
    this.#changed()
    return true
  }

  /** Reads the keys of all issuers, and from then on again and again. */
  start(): void {
    this.#isStarted = true
    for (const { keys } of this.#all) keys?.start()
  }

  refreshIfDue(): void {
    for (const { keys } of this.#all) keys?.refreshIfDue()
  }

  /** Calls the listener when keys of an issuer have changed, or the issuers have. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
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

  #take({ auth, proxies }: TokenSources): void {
    const before = this.#all
    const known = this.#byName
    this.#all = auth.issuers.map((config) => {
      const earlier = known.get(config.issuer)
      const keys = this.#keysOf(config, proxies, earlier)
      return new Issuer(config, keys, this.#introspectionOf(config, proxies, earlier), this.#consentClaims, this.now)
    })
    this.#byName = new Map(this.#all.map((issuer) => [issuer.config.issuer, issuer]))
    this.#opaque = this.#all.find(({ introspection }) => introspection !== undefined)
    for (const { keys, introspection } of before) {
      if (!this.#all.some((issuer) => issuer.keys === keys)) keys?.retire()
      if (!this.#all.some((issuer) => issuer.introspection === introspection)) void introspection?.retire()
    }
    this.#reportMoved(before)
  }

  /** The states of issuers that have another place now, and the places that have no issuer with keys any more. */
  #reportMoved(before: readonly Issuer[]): void {
    for (const [part, { keys }] of this.#all.entries())
      if (before.length > 0 && before[part]?.keys !== keys) keys?.reportAgain()
    for (const [part, { keys }] of before.entries())
      if (keys !== undefined && this.#all[part]?.keys === undefined) this.#reports.gone(part)
    const introspects = (issuers: readonly Issuer[]) => issuers.some(({ introspection }) => introspection !== undefined)
    if (introspects(before) && !introspects(this.#all)) this.#reports.gone('introspection')
  }

  #keysOf(config: IssuerConfig, proxies: ProxySettings, earlier: Issuer | undefined): IssuerKeys | undefined {
    const access = keyAccess(config, proxies)
    if (access === undefined) return undefined
    if (earlier?.keys !== undefined && isDeepStrictEqual(earlier.keys.access, access)) return earlier.keys
    const keys: IssuerKeys = new IssuerKeys({
      ...access,
      report: (cause, isUsable) => {
        const part = this.#all.findIndex((issuer) => issuer.keys === keys)
        if (part !== -1) this.#reports.report(part, cause, isUsable)
      },
    })
    keys.onChange(() => this.#changed())
    if (this.#isStarted) keys.start()
    return keys
  }

  #introspectionOf(
    { introspection, ca }: IssuerConfig,
    proxies: ProxySettings,
    earlier: Issuer | undefined,
  ): Introspection | undefined {
    if (introspection === undefined) return undefined
    const access = { ...introspection, ca, proxies }
    earlier?.introspection?.use(access)
    if (earlier?.introspection !== undefined) return earlier.introspection
    const opened: Introspection = new Introspection({
      ...access,
      report: (cause) => {
        const isIts = this.#all.some((issuer) => issuer.introspection === opened)
        if (isIts) this.#reports.report('introspection', cause, true)
      },
    })
    return opened
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }
}
