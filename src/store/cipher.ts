import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import type { StoreKey } from '../../datasources/contract/store.js'

const VERSION = 1
const KEY_ID_BYTES = 4
const IV_BYTES = 12
const TAG_BYTES = 16
const IV_START = 1 + KEY_ID_BYTES
const TAG_START = IV_START + IV_BYTES
const TEXT_START = TAG_START + TAG_BYTES

interface CipherKey {
  /** Prefix of every value that is encrypted with the key: format version and key id. */
  readonly prefix: Buffer
  readonly encryption: Buffer
  readonly names: Buffer
}

/** Key derivation (HKDF): names and values have separate keys. */
function deriveKey(secret: Buffer): CipherKey {
  const derive = (use: string) => Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `kyc-graph ${use}`, 32))
  const id = createHash('sha256').update(secret).digest().subarray(0, KEY_ID_BYTES)
  return { prefix: Buffer.concat([Buffer.from([VERSION]), id]), encryption: derive('values'), names: derive('names') }
}

/** Keyed hash (HMAC-SHA256) of a list. Each part has its length as a prefix, so that different lists never collide. */
function keyedHash(key: Buffer, parts: readonly string[]): string {
  let text = ''
  for (const part of parts) text += `${Buffer.byteLength(part)}:${part}`
  return createHmac('sha256', key).update(text).digest('base64url')
}

const nameUnder = (key: CipherKey, [namespace, ...parts]: StoreKey): string =>
  `kyc:${namespace}:${keyedHash(key.names, [namespace, ...parts])}`

/**
 * Cipher of the store: names are keyed hashes, values are encrypted with AES-256-GCM and bound to their name. The first
 * secret is the current one (`STORE_ENCRYPTION_KEY`, a comma list); the others still decrypt, so that keys can be rotated.
 */
export class StoreCipher {
  readonly #keys: readonly CipherKey[]
  readonly #current: CipherKey

  constructor(secrets: readonly Buffer[]) {
    this.#keys = secrets.map(deriveKey)
    const [current] = this.#keys
    if (!current) throw new Error('a store needs at least one key')
    this.#current = current
  }

  /** The name of a store key under the current secret. */
  nameOf(key: StoreKey): string {
    return nameUnder(this.#current, key)
  }

  /** The names of a store key under the other secrets. */
  olderNamesOf(key: StoreKey): string[] {
    return this.#keys.slice(1).map((candidate) => nameUnder(candidate, key))
  }

  encrypt(name: string, value: unknown): Buffer {
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#current.encryption, iv).setAAD(Buffer.from(name))
    const text = cipher.update(JSON.stringify(value), 'utf8')
    // GCM has no padding: `final` returns no text, it computes the tag.
    cipher.final()
    return Buffer.concat([this.#current.prefix, iv, cipher.getAuthTag(), text])
  }

  /** Decrypts a value; null, as for an absent one, when its key is not configured or its tag is not valid. */
  decrypt(name: string, bytes: Buffer): unknown {
    if (bytes.length < TEXT_START) return null
    const key = this.#keys.find(({ prefix }) => bytes.compare(prefix, 0, prefix.length, 0, prefix.length) === 0)
    if (!key) return null
    const decipher = createDecipheriv('aes-256-gcm', key.encryption, bytes.subarray(IV_START, TAG_START))
      .setAAD(Buffer.from(name))
      .setAuthTag(bytes.subarray(TAG_START, TEXT_START))
    try {
      const text = decipher.update(bytes.subarray(TEXT_START))
      // Throws when the tag is not valid, before the text is parsed.
      decipher.final()
      return JSON.parse(text.toString('utf8')) as unknown
    } catch {
      return null
    }
  }

  digest(parts: readonly string[]): string {
    return keyedHash(this.#current.names, ['digest', ...parts])
  }

  /** True when a digest of the parts was made under one of the secrets. */
  isDigest(digest: string, parts: readonly string[]): boolean {
    return this.#keys.some((key) => keyedHash(key.names, ['digest', ...parts]) === digest)
  }
}
