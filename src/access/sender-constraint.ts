import type { IncomingMessage } from 'node:http'
import type { Store } from '../../datasources/contract/store.js'
import type { Config } from '../config.js'
import type { trustOf } from '../http/client-address.js'
import type { Confirmation } from './confirmation.js'
import { ClientCertificates } from './client-certificate.js'
import { DpopNonces } from './dpop-nonce.js'
import { BoundKey, DpopProofs } from './dpop-proof.js'
import type { Refusals, Scheme } from './refusals.js'
import { addressesOf } from './request-address.js'
import type { DpopMode } from './token-settings.js'

/** What of a request shows who has sent it. */
export type Sender = Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'socket'>

/** Takes the headers of an answer. */
export interface AnswerHeaders {
  readonly setHeader: (name: string, value: string) => unknown
}

/** What a sender must show beside its token, each time. */
export interface Possession {
  readonly key: BoundKey | undefined
  readonly certificate: string | undefined
}

interface ConstraintOptions {
  readonly mode: DpopMode
  readonly refusals: Refusals
  readonly proofs: DpopProofs
  readonly nonces: DpopNonces | undefined
  readonly certificates: ClientCertificates
  readonly addresses: Parameters<typeof addressesOf>[1]
}

/** The class of a refusal, as security events name it. */
const why = (refusal: string) => ({ refusal, cause: undefined })

const NOT_SHOWN = 'The token is bound to a client certificate, which this request does not show.'

/** Sender-constrained tokens: a token that is bound to a key is valid with a proof of that key alone. */
export class SenderConstraint {
  readonly #options: ConstraintOptions

  constructor(options: ConstraintOptions) {
    this.#options = options
  }

  /**
   * What the senders of a token must show; undefined for a bearer token. Throws where the token is not accepted with this
   * scheme (RFC 9449, 7.1 and 7.2).
   */
  possessionOf(token: string, scheme: Scheme, confirmation: Confirmation | undefined): Possession | undefined {
    const { mode, refusals } = this.#options
    const { jkt, certificate } = confirmation ?? {}
    if (scheme === 'DPoP' && mode === 'off')
      throw refusals.badToken('DPoP', 'DPoP is not accepted here.', why('dpop_off'))
    if (scheme === 'DPoP' && jkt === undefined)
      throw refusals.badToken(
        'DPoP',
        'The token is not bound to a DPoP key: send it as a bearer token.',
        why('token_unbound'),
      )
    if (scheme === 'Bearer' && jkt !== undefined)
      throw refusals.badToken(
        'DPoP',
        'The token is bound to a DPoP key: send it with the scheme DPoP and a proof.',
        why('token_bound'),
      )
    if (mode === 'require' && confirmation === undefined)
      throw refusals.badToken('Bearer', 'Only tokens that are bound to a key are accepted here.', why('token_unbound'))
    if (confirmation === undefined) return undefined
    return { key: jkt === undefined ? undefined : new BoundKey(token, jkt), certificate }
  }

  /** Verifies what a sender shows; a promise only where a proof must be verified. */
  verify({ key, certificate }: Possession, sender: Sender, response: AnswerHeaders): void | Promise<void> {
    const { refusals, certificates } = this.#options
    if (certificate !== undefined) {
      const shown = certificates.thumbprintOf(sender)
      const refusal = shown === undefined ? 'certificate_missing' : 'certificate_other'
      if (shown !== certificate) throw refusals.badToken(key === undefined ? 'Bearer' : 'DPoP', NOT_SHOWN, why(refusal))
    }
    return key && this.#verifyProof(key, sender, response)
  }

  async #verifyProof(key: BoundKey, sender: Sender, response: AnswerHeaders): Promise<void> {
    const { proofs, nonces, addresses } = this.#options
    const proof = [sender.headers['dpop']].flat()[0]
    await proofs.verify(proof, { method: sender.method ?? '', addresses: addressesOf(sender, addresses) }, key)
    // The client takes the next nonce before the present one ends (RFC 9449, 8.2).
    if (nonces !== undefined) response.setHeader('dpop-nonce', nonces.current())
  }
}

interface OpenOptions {
  readonly refusals: Refusals
  readonly store: Store
  readonly trusts: ReturnType<typeof trustOf>
}

/** Creates what verifies the senders of tokens, by the settings. */
export function createSenderConstraint(
  { auth, tls }: Pick<Config, 'auth' | 'tls'>,
  { refusals, store, trusts }: OpenOptions,
): SenderConstraint {
  const nonces = auth.needsDpopNonce ? new DpopNonces(store) : undefined
  return new SenderConstraint({
    mode: auth.dpop,
    refusals,
    nonces,
    proofs: new DpopProofs({ refusals, store, nonces, algorithms: auth.dpopAlgorithms }),
    certificates: new ClientCertificates({
      header: auth.certificateHeader,
      trusts,
      needsAuthority: tls?.ca !== undefined,
    }),
    addresses: { publicUrls: auth.publicUrls, trusts },
  })
}
