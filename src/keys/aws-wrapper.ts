import { type AwsAccess, callKms } from './aws.js'
import { bytesOf, textOf } from './key-service.js'
import type { KeyWrapper } from './wrapper.js'

/** Wraps with a symmetric key of AWS KMS (`Encrypt`, `Decrypt`); the purpose is the encryption context. */
export function awsWrapper(access: AwsAccess, keyId: string): KeyWrapper {
  const contextOf = (purpose: string) => ({ EncryptionContext: { 'kyc-graph': purpose } })
  return {
    async wrap(secret, purpose) {
      const input = { Plaintext: secret.toString('base64'), ...contextOf(purpose) }
      return textOf((await callKms(access, keyId, 'Encrypt', input))['CiphertextBlob'])
    },
    async unwrap(wrapped, purpose) {
      return bytesOf(
        (await callKms(access, keyId, 'Decrypt', { CiphertextBlob: wrapped, ...contextOf(purpose) }))['Plaintext'],
      )
    },
  }
}
