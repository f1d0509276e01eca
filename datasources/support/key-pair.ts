import { createPrivateKey, X509Certificate } from 'node:crypto'

/** True for the private key of the certificate (PEM). While both are replaced, one file is newer than the other. */
export function isKeyPair(cert: string, key: string): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}
