import { ApiError } from '../../datasources/contract/errors.js'
import { withHttp } from '../graphql/format-error.js'
import type { DpopMode } from './token-settings.js'

/** How a token is presented (RFC 6750, RFC 9449). */
export type Scheme = 'Bearer' | 'DPoP'

/** Algorithms of DPoP proofs: asymmetric ones. */
export const PROOF_ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
  'EdDSA',
  'Ed25519',
]
const ALGS = `algs="${PROOF_ALGORITHMS.join(' ')}"`

/** A request that is refused because of its token or proof; `isFault`: it counts against its address. */
export class TokenRefusal extends ApiError {
  constructor(
    message: string | undefined,
    readonly isFault: boolean,
  ) {
    super('UNAUTHENTICATED', message === undefined ? {} : { message })
  }
}

/** The refusals of tokens, with the challenges that tell a client what to send (RFC 6750, 3; RFC 9449, 7.1). */
export class Refusals {
  readonly #mode: DpopMode

  constructor(mode: DpopMode) {
    this.#mode = mode
  }

  /** Of a request without a token, or with one in no known form. */
  noToken(): ApiError {
    return this.#refusal(undefined, {})
  }

  /** Of a token that is not valid as it is presented. */
  badToken(scheme: Scheme, message: string): ApiError {
    return this.#refusal(message, { scheme, error: 'invalid_token' })
  }

  /** Of a DPoP proof; `what` names what is wrong with it, never its value. */
  badProof(what: string): ApiError {
    return this.#refusal(`The DPoP proof is not valid: ${what}.`, { scheme: 'DPoP', error: 'invalid_dpop_proof' })
  }

  /** Of a DPoP proof without the present nonce: the client repeats the request with this one, so it is no fault. */
  nonceNeeded(nonce: string): ApiError {
    const message = 'The DPoP proof needs the nonce of the header DPoP-Nonce.'
    return this.#refusal(message, { scheme: 'DPoP', error: 'use_dpop_nonce', nonce })
  }

  #refusal(message: string | undefined, { scheme, error, nonce }: Challenge): ApiError {
    const told = error === undefined ? '' : `error="${error}"`
    const bearer = this.#mode === 'require' ? [] : [scheme === 'DPoP' ? 'Bearer' : joined('Bearer', told)]
    const dpop = this.#mode === 'off' ? [] : [joined('DPoP', scheme === 'Bearer' ? '' : told, ALGS)]
    // One that was presented comes first.
    const challenges = scheme === 'DPoP' ? [...dpop, ...bearer] : [...bearer, ...dpop]
    const headers: [string, string][] = [['www-authenticate', challenges.join(', ')]]
    if (nonce !== undefined) headers.push(['dpop-nonce', nonce])
    return withHttp(new TokenRefusal(message, nonce === undefined), 401, headers)
  }
}

/** What a challenge says beside its scheme. */
interface Challenge {
  readonly scheme?: Scheme
  readonly error?: string
  readonly nonce?: string
}

/** A challenge: the scheme, then its parameters. */
const joined = (scheme: string, ...parameters: readonly string[]): string =>
  [scheme, parameters.filter(Boolean).join(', ')].filter(Boolean).join(' ')
