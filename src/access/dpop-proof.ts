import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, type CryptoKey, EmbeddedJWK, errors, type JWK, jwtVerify } from 'jose'
import type { Store } from '../../datasources/contract/store.js'
import type { DpopNonces } from './dpop-nonce.js'
import type { Refusals } from './refusals.js'
import { normalAddress } from './request-address.js'

/** How far the `iat` of a proof may be from this server's clock. */
const WINDOW_SECONDS = 60
/** How long a proof is known: for as long as its `iat` would be accepted, and a little longer. */
const KNOWN_SECONDS = 2 * WINDOW_SECONDS + 30
/** Members of private keys and of shared secrets. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** A request, as far as a proof speaks of it. */
interface ProofRequest {
  readonly method: string
  /** The addresses that it may have been sent to. */
  readonly addresses: readonly string[]
}

interface ProofsOptions {
  readonly refusals: Refusals
  /** The algorithms by which proofs may be signed. */
  readonly algorithms: readonly string[]
  readonly store: Pick<Store, 'update' | 'now'>
  /** Absent where proofs need no nonce. */
  readonly nonces: DpopNonces | undefined
}

/** What a token says of the key that it is bound to, and what is known of that key from earlier proofs. */
export class BoundKey {
  /** Hash of the token, for the claim `ath`. */
  readonly tokenHash: string
  readonly thumbprint: string
  /** The key of the last valid proof, and its text: to import a key and hash it takes as long as to verify a signature. */
  known: { readonly text: string; readonly key: CryptoKey } | undefined

  constructor(token: string, thumbprint: string) {
    this.tokenHash = createHash('sha256').update(token).digest('base64url')
    this.thumbprint = thumbprint
  }
}

/** The key of a proof's header, which must be public and that of the token. */
async function keyOf(header: { readonly alg: string; readonly jwk?: unknown }, bound: BoundKey): Promise<CryptoKey> {
  const { jwk } = header as { readonly jwk?: JWK }
  const text = JSON.stringify(jwk)
  if (bound.known !== undefined && bound.known.text === text) return bound.known.key
  if (typeof jwk !== 'object' || jwk === null || PRIVATE_MEMBERS.some((name) => name in jwk))
    throw new errors.JWSInvalid('no public key')
  const key = await EmbeddedJWK(header as Parameters<typeof EmbeddedJWK>[0])
  if ((await calculateJwkThumbprint(jwk, 'sha256')) !== bound.thumbprint) throw new errors.JWKSNoMatchingKey()
  bound.known = { text, key }
  return key
}

/** DPoP proofs of possession (RFC 9449, 4.3): each is verified for its own request, and taken once over all replicas. */
export class DpopProofs {
  readonly #options: ProofsOptions

  constructor(options: ProofsOptions) {
    this.#options = options
  }

  /** Verifies the proof of a request; rejects with `UNAUTHENTICATED`, or with `STORE_UNAVAILABLE` where a replay cannot be told. */
  async verify(proof: string | undefined, request: ProofRequest, bound: BoundKey): Promise<void> {
    const { refusals, nonces } = this.#options
    if (proof === undefined) throw refusals.badProof('missing')
    const claims = await this.#claimsOf(proof, bound)
    const { jti, htm, htu, iat, ath, nonce } = claims
    if (htm !== request.method) throw refusals.badProof('method')
    const address = typeof htu === 'string' ? normalAddress(htu) : undefined
    if (address === undefined || !request.addresses.includes(address)) throw refusals.badProof('address')
    if (ath !== bound.tokenHash) throw refusals.badProof('token')
    if (typeof iat !== 'number' || !(Math.abs(this.#options.store.now() / 1000 - iat) <= WINDOW_SECONDS))
      throw refusals.badProof('time')
    if (typeof jti !== 'string' || jti === '') throw refusals.badProof('id')
    if (nonces !== undefined && !nonces.isValid(nonce)) throw refusals.nonceNeeded(nonces.current())
    if (!(await this.#isFirst(bound.thumbprint, jti))) throw refusals.badProof('replayed')
  }

  /** The claims of a proof that the key of the token has signed. */
  async #claimsOf(proof: string, bound: BoundKey): Promise<Readonly<Record<string, unknown>>> {
    const { refusals, algorithms } = this.#options
    if (!COMPACT.test(proof)) throw refusals.badProof('form')
    try {
      const { payload } = await jwtVerify(proof, (header) => keyOf(header, bound), {
        typ: 'dpop+jwt',
        algorithms: [...algorithms],
        currentDate: new Date(this.#options.store.now()),
        clockTolerance: WINDOW_SECONDS,
      })
      return payload
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) throw refusals.badProof('key')
      // What jose and Web Crypto cannot read is the proof: nothing of it comes from elsewhere.
      throw refusals.badProof('signature')
    }
  }

  /** Remembers a proof, by a keyed hash; false for one that is known. */
  async #isFirst(thumbprint: string, jti: string): Promise<boolean> {
    const { changed } = await this.#options.store.update<number>(['dpop', thumbprint, jti], KNOWN_SECONDS, (known) =>
      known === null ? 1 : undefined,
    )
    return changed
  }
}
