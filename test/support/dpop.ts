import { createHash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

/** A DPoP key of a client (RFC 9449). */
export interface DpopKey {
  readonly publicJwk: JWK
  readonly privateJwk: JWK
  readonly thumbprint: string
  /** A proof for a request; claims and header members override, and undefined takes one away. */
  readonly proof: (of: ProofOf, claims?: object, header?: object) => Promise<string>
}

export interface ProofOf {
  readonly method?: string
  readonly url: string
  readonly token: string
}

export const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url')

export async function createDpopKey(algorithm = 'ES256'): Promise<DpopKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
  const publicJwk = await exportJWK(publicKey)
  return {
    publicJwk,
    privateJwk: await exportJWK(privateKey),
    thumbprint: await calculateJwkThumbprint(publicJwk),
    proof: ({ method = 'POST', url, token }, claims = {}, header = {}) =>
      new SignJWT({
        jti: randomUUID(),
        htm: method,
        htu: url,
        iat: Math.floor(Date.now() / 1000),
        ath: hashOf(token),
        ...claims,
      })
        .setProtectedHeader({ alg: algorithm, typ: 'dpop+jwt', jwk: publicJwk, ...header })
        .sign(privateKey, { crit: { 'x-unknown': true } }),
  }
}
