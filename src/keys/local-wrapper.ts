import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { KeyServiceError } from './key-service.js'
import type { KeyWrapper, RingPurpose } from './wrapper.js'

const IV_BYTES = 12
const TAG_BYTES = 16

const boundTo = (purpose: RingPurpose): Buffer => Buffer.from(`kyc-graph data key ${purpose}`)

function decrypt(key: Buffer, bytes: Buffer, purpose: RingPurpose): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(boundTo(purpose))
    .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
  const secret = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES))
  try {
    decipher.final()
    return secret
  } catch {
    return undefined
  }
}

/** Wraps with AES-256-GCM under keys of a file: the first one wraps, all of them unwrap. */
export function localWrapper(keys: readonly Buffer[]): KeyWrapper {
  return {
    wrap(secret, purpose) {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', keys[0]!, iv).setAAD(boundTo(purpose))
      const encrypted = Buffer.concat([cipher.update(secret), cipher.final()])
      return Promise.resolve(Buffer.concat([iv, cipher.getAuthTag(), encrypted]).toString('base64'))
    },
    unwrap(wrapped, purpose) {
      const bytes = Buffer.from(wrapped, 'base64')
      if (bytes.length > IV_BYTES + TAG_BYTES)
        for (const key of keys) {
          const secret = decrypt(key, bytes, purpose)
          if (secret) return Promise.resolve(secret)
        }
      return Promise.reject(new KeyServiceError('NOT_UNWRAPPED'))
    },
  }
}
