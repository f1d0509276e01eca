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
  /** Of values that callers keep: the encryption, and the hash that gives each value its nonce. */
  readonly seals: Buffer
  readonly nonces: Buffer
}

/** Key derivation (HKDF): names and values have separate keys. */
function deriveKey(secret: Buffer): CipherKey {
  const derive = (use: string) => Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `kyc-graph ${use}`, 32))
  const id = createHash('sha256').update(secret).digest().subarray(0, KEY_ID_BYTES)
  return {
    prefix: Buffer.concat([Buffer.from([VERSION]), id]),
    encryption: derive('values'),
    names: derive('names'),
    seals: derive('seals'),
    nonces: derive('nonces of seals'),
  }
}

/** A list as one text. Each part has its length as a prefix, so that different lists never collide. */
function joined(parts: readonly string[]): string {
  let text = ''
  for (const part of parts) text += `${Buffer.byteLength(part)}:${part}`
  return text
}

/** Keyed hash (HMAC-SHA256) of a list. */
const keyedHash = (key: Buffer, parts: readonly string[]): string =>
  createHmac('sha256', key).update(joined(parts)).digest('base64url')

/** AES-256-GCM: the tag and the text, bound to `bound`. */
function encryptGcm(key: Buffer, iv: Buffer, bound: string, text: string): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(bound))
  const encrypted = cipher.update(text, 'utf8')
  // GCM has no padding: `final` returns no text, it computes the tag.
  cipher.final()
  return Buffer.concat([cipher.getAuthTag(), encrypted])
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
    const { prefix, encryption } = this.#current
    return Buffer.concat([prefix, iv, encryptGcm(encryption, iv, name, JSON.stringify(value))])
  }

  /** Decrypts a value; null, as for an absent one, when its key is not configured or its tag is not valid. */
  decrypt(name: string, bytes: Buffer): unknown {
    return this.#decrypt('encryption', name, bytes)
  }

  /**
   * Encrypts a value for its caller to keep, bound to a context. The nonce is a keyed hash of the context and the value
   * (a synthetic IV): an equal value has an equal text, and two values have the same nonce as rarely as random ones do.
   */
  seal(value: unknown, context: readonly string[]): string {
    const text = JSON.stringify(value)
    const bound = joined(context)
    const { prefix, seals, nonces } = this.#current
    const iv = createHmac('sha256', nonces)
      .update(joined([bound, text]))
      .digest()
      .subarray(0, IV_BYTES)
    return Buffer.concat([prefix, iv, encryptGcm(seals, iv, bound, text)]).toString('base64url')
  }

  /** The value of a text that `seal` made for this context, under any of the secrets; null for any other text. */
  unseal(text: string, context: readonly string[]): unknown {
    const bytes = Buffer.from(text, 'base64url')
    // Node reads other characters and loose bits too; there is one text for each value.
    return bytes.toString('base64url') === text ? this.#decrypt('seals', joined(context), bytes) : null
  }

  #decrypt(use: 'encryption' | 'seals', bound: string, bytes: Buffer): unknown {
    if (bytes.length < TEXT_START) return null
    const key = this.#keys.find(({ prefix }) => bytes.compare(prefix, 0, prefix.length, 0, prefix.length) === 0)
    if (!key) return null
    const decipher = createDecipheriv('aes-256-gcm', key[use], bytes.subarray(IV_START, TAG_START))
      .setAAD(Buffer.from(bound))
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
