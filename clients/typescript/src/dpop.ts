import * as dpop from 'dpop'

/** The request that a proof is for. */
export interface ProofOf {
  readonly method: string
  /** The address without query and fragment. */
  readonly url: string
  /** The token that the proof goes with; none for a request to the issuer. */
  readonly accessToken?: string | undefined
  /** The nonce of the last `DPoP-Nonce`. */
  readonly nonce?: string | undefined
}

/** A key pair to which access tokens are bound (RFC 9449). Its private key need not be extractable, so a browser may keep it in IndexedDB. */
export class DpopKey {
  readonly keyPair: CryptoKeyPair

  constructor(keyPair: CryptoKeyPair) {
    this.keyPair = keyPair
  }

  /** A new key pair (ES256), whose private key cannot be extracted. */
  static async generate(): Promise<DpopKey> {
    return new DpopKey(await dpop.generateKeyPair('ES256'))
  }

  /** A proof for one request, to be sent in the header `DPoP`; also for the request of a token to the issuer. */
  proof({ method, url, accessToken, nonce }: ProofOf): Promise<string> {
    const { origin, pathname } = new URL(url)
    return dpop.generateProof(this.keyPair, origin + pathname, method, nonce, accessToken)
  }

  /** The thumbprint (`jkt`) by which a token names this key. */
  thumbprint(): Promise<string> {
    return dpop.calculateThumbprint(this.keyPair.publicKey)
  }
}
