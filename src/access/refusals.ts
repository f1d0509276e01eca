import { ApiError } from '../../datasources/contract/errors.js'
import { withHttp } from '../graphql/http-head.js'
import type { DpopMode, TokenConfig } from './token-settings.js'

/** How a token is presented (RFC 6750, RFC 9449). */
export type Scheme = 'Bearer' | 'DPoP'

/** The challenge of this scheme; it needs a parameter (RFC 6750, 3). */
export const BEARER = 'Bearer realm="kyc-graph"'

/** What says by itself why it is refused. */
const NONE: Pick<ApiError, 'refusal' | 'cause'> = { refusal: undefined, cause: undefined }

/** What may be wrong with a DPoP proof (RFC 9449, 4.3), by the class that security events name. */
const PROOF_FAULTS = {
  missing: 'the header DPoP is missing',
  form: 'the header DPoP must hold one JWT',
  signature: 'it cannot be verified',
  key: 'its key is not that of the token',
  method: 'htm is not the method of the request',
  address: 'htu is not the address of the request',
  token: 'ath is not the hash of the token',
  time: 'iat is not the present time',
  id: 'jti is missing',
  replayed: 'it was used before',
} as const

type ProofFault = keyof typeof PROOF_FAULTS

/** The class of a refusal, for security events alone. */
type Why = Pick<ApiError, 'refusal' | 'cause'>

/** A request that is refused because of its token or proof; `isFault`: it counts against its address. */
export class TokenRefusal extends ApiError {
  constructor(
    message: string | undefined,
    readonly isFault: boolean,
    why: Why,
  ) {
    super('UNAUTHENTICATED', { ...(message !== undefined && { message }), refusal: why.refusal, cause: why.cause })
  }
}

/**
 * The refusals of tokens, with the challenge that tells a client what to send (RFC 6750, 3; RFC 9449, 7.1): that of DPoP
 * where it is required, or where the token is bound to a key.
 */
export class Refusals {
  readonly #mode: DpopMode
  readonly #algorithms: string

  /** `dpopAlgorithms`: those by which proofs may be signed, as the challenge tells them. */
  constructor({ dpop, dpopAlgorithms }: Pick<TokenConfig, 'dpop' | 'dpopAlgorithms'>) {
    this.#mode = dpop
    this.#algorithms = `algs="${dpopAlgorithms.join(' ')}"`
  }

  /** Of a request without a token, or with one in no known form. */
  noToken(): ApiError {
    return this.#refusal(undefined, {})
  }

  /** Of a token that is not valid as it is presented. */
  badToken(scheme: Scheme, message: string, why: Why): ApiError {
    return this.#refusal(message, { scheme, error: 'invalid_token', why })
  }

  /** Of a DPoP proof; the message names what is wrong with it, never its value. */
  badProof(fault: ProofFault): ApiError {
    return this.#refusal(`The DPoP proof is not valid: ${PROOF_FAULTS[fault]}.`, {
      scheme: 'DPoP',
      error: 'invalid_dpop_proof',
      why: { refusal: `proof_${fault}`, cause: undefined },
    })
  }

  /** Of a DPoP proof without the present nonce: the client repeats the request with this one, so it is no fault. */
  nonceNeeded(nonce: string): ApiError {
    const message = 'The DPoP proof needs the nonce of the header DPoP-Nonce.'
    return this.#refusal(message, {
      scheme: 'DPoP',
      error: 'use_dpop_nonce',
      nonce,
      why: { refusal: 'proof_nonce', cause: undefined },
    })
  }

  #refusal(message: string | undefined, { scheme = 'Bearer', error, nonce, why = NONE }: Challenge): ApiError {
    const isDpop = this.#mode === 'require' || (this.#mode === 'allow' && scheme === 'DPoP')
    // What is said of one scheme is said in its own challenge alone.
    const told = error !== undefined && isDpop === (scheme === 'DPoP') ? [`error="${error}"`] : []
    const challenge = isDpop ? `DPoP ${[...told, this.#algorithms].join(', ')}` : [BEARER, ...told].join(', ')
    const headers: [string, string][] = [['www-authenticate', challenge]]
    if (nonce !== undefined) headers.push(['dpop-nonce', nonce])
    return withHttp(new TokenRefusal(message, nonce === undefined, why), 401, headers)
  }
}

/** What a challenge says beside its scheme. */
interface Challenge {
  readonly scheme?: Scheme
  readonly error?: string
  readonly nonce?: string
  readonly why?: Why
}
