import { bytesOf, textOf } from './key-service.js'
import { callTransit, type VaultKey } from './vault.js'
import type { KeyWrapper } from './wrapper.js'

/** Wraps with a key of Vault Transit (`aes256-gcm96` or `chacha20-poly1305`); the purpose is the associated data. */
export function vaultWrapper(key: VaultKey): KeyWrapper {
  const bound = (purpose: string) => ({ associated_data: Buffer.from(`kyc-graph ${purpose}`).toString('base64') })
  return {
    async wrap(secret, purpose) {
      const input = { plaintext: secret.toString('base64'), ...bound(purpose) }
      return textOf((await callTransit(key, 'encrypt', input))['ciphertext'])
    },
    async unwrap(wrapped, purpose) {
      return bytesOf((await callTransit(key, 'decrypt', { ciphertext: wrapped, ...bound(purpose) }))['plaintext'])
    },
  }
}
