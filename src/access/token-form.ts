import type { ProtectedHeaderParameters } from 'jose'
import { ApiError } from '../../datasources/contract/errors.js'
import type { Claims } from './caller-claims.js'
import type { Confirmation } from './confirmation.js'
import { CLOCK_TOLERANCE_SECONDS } from './clock-tolerance.js'

/** Which tokens of an issuer are access tokens for this API. */
export interface FormRules {
  /** `at+jwt` demands the header of RFC 9068; `any` takes `JWT` and no `typ` too. */
  readonly tokenType: 'any' | 'at+jwt'
  /** The greatest time between `iat` and `exp`. */
  readonly maxLifetimeSeconds: number
}

const refused = (message: string, refusal: string): ApiError => new ApiError('UNAUTHENTICATED', { message, refusal })
const noAccessToken = (): ApiError => refused('The token is not an access token.', 'token_kind')

/** A media type as RFC 7515, 4.1.9 shortens it. */
const typeOf = (typ: string): string => typ.toLowerCase().replace(/^application\//, '')

/** Values of the header `typ`; undefined stands for a token without one. Logout tokens, proofs and answers have others. */
const HEADER_TYPES: Readonly<Record<FormRules['tokenType'], readonly (string | undefined)[]>> = {
  any: [undefined, 'jwt', 'at+jwt'],
  'at+jwt': ['at+jwt'],
}
/** Values of the claim `typ`, by which Keycloak tells access tokens from others. */
const CLAIM_TYPES: readonly unknown[] = [undefined, 'bearer', 'dpop', 'jwt', 'at+jwt']
/** Values of the claim `token_use`, by which Cognito and Hydra do. */
const TOKEN_USES: readonly unknown[] = [undefined, 'access', 'access_token']
/** Values of the member `token_type` of an introspection (RFC 6749, 7.1). */
const TOKEN_TYPES: readonly unknown[] = [undefined, 'bearer', 'dpop', 'access_token', 'jwt', 'at+jwt']
/** Claims of ID tokens and logout tokens that no access token has. */
const OTHER_CLAIMS = ['at_hash', 'c_hash', 's_hash', 'events']

const lowerCase = (value: unknown): unknown => (typeof value === 'string' ? typeOf(value) : value)

/** Refuses the header of a token that is no access token. It stands before the verification: any key may have signed it. */
export function refuseOtherHeader({ typ }: ProtectedHeaderParameters, { tokenType }: FormRules): void {
  const type: unknown = lowerCase(typ)
  if (!HEADER_TYPES[tokenType].some((known) => known === type)) throw noAccessToken()
}

/** Refuses the claims of an ID token, a logout token or a refresh token (RFC 8725, 3.12). */
export function refuseOtherClaims(claims: Claims, headerType?: unknown): void {
  const type = lowerCase(claims['typ'])
  if (!CLAIM_TYPES.includes(type) || !TOKEN_USES.includes(claims['token_use'])) throw noAccessToken()
  if (OTHER_CLAIMS.some((name) => Object.hasOwn(claims, name))) throw noAccessToken()
  // Older versions of Keycloak copy the nonce of an ID token into access tokens, which say what they are.
  const isNamed = type !== undefined || lowerCase(headerType) === 'at+jwt'
  if (Object.hasOwn(claims, 'nonce') && !isNamed) throw noAccessToken()
}

/** Refuses an introspected token that is no access token: its kind stands beside its claims. */
export function refuseOtherTokenType(claims: Claims): void {
  if (!TOKEN_TYPES.includes(lowerCase(claims['token_type']))) throw noAccessToken()
}

/** Refuses a token that names DPoP as its type, and no key: as a bearer token anyone could use it. */
export function refuseUnboundDpop(claims: Claims, confirmation: Confirmation | undefined): void {
  const isDpop = [claims['typ'], claims['token_type']].some((type) => lowerCase(type) === 'dpop')
  if (isDpop && confirmation?.jkt === undefined)
    throw refused('The token is a DPoP token that is bound to no key.', 'token_unbound')
}

/** Refuses a token that was issued in the future, or lives for too long; one without `iat` cannot be judged. */
export function refuseLongLife({ iat, exp }: Claims, nowSeconds: number, { maxLifetimeSeconds }: FormRules): void {
  if (typeof iat !== 'number' || typeof exp !== 'number')
    throw refused('The token does not say when it was issued.', 'token_lifetime')
  if (!(iat <= nowSeconds + CLOCK_TOLERANCE_SECONDS))
    throw refused('The token was issued in the future.', 'token_lifetime')
  if (!(exp - iat <= maxLifetimeSeconds))
    throw refused('The token lives for longer than is accepted here.', 'token_lifetime')
}

/** Refuses a token with an audience where none is configured: it was issued for another API. */
export function refuseOtherAudience(claims: Claims, audience: string | undefined): void {
  const { aud } = claims
  const isMeant = audience === undefined ? aud === undefined : [aud].flat().includes(audience)
  if (!isMeant) throw refused('The token is not valid here.', 'token_audience')
}
