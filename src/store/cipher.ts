import { createCipheriv, createDecipheriv, type DecipherGCM, createHmac, randomFillSync } from 'node:crypto'
import type { Labels, StoreKey } from '../../datasources/contract/store.js'
import type { DataKeys } from '../keys/data-keys.js'
import { type CipherKeys, cipherKeysOf, KEY_ID_BYTES, VERSION } from './cipher-keys.js'

const IV_BYTES = 12
const TAG_BYTES = 16
const IV_START = 1 + KEY_ID_BYTES
const TAG_START = IV_START + IV_BYTES
const TEXT_START = TAG_START + TAG_BYTES

/** The version of the form of stored objects: what they say of themselves is in the member `_`, which 0.1.0 ignores. */
const FORM = 2
/** Parts of the names of writes. Each part has one slot of a cluster, with a record of the store's epoch. */
export const PARTS = 64

/** Why a stored value cannot be read. */
export type UnreadableCause = 'OTHER_KEY' | 'UNKNOWN_VERSION' | 'ALTERED'

/** A stored value that cannot be read: another key encrypted it, a newer version wrote it, or it was altered. */
export class Unreadable extends Error {
  constructor(readonly code: UnreadableCause) {
    super(code)
  }
}

/** What a stored object states of what it concerns, as keyed hashes. */
export interface Statement {
  /** Of the persons' ids. */
  readonly s?: readonly string[] | undefined
  /** Of the tenant. */
  readonly t?: string | undefined
  /** Of the bank. */
  readonly b?: string | undefined
}

/** What a stored object says of itself. */
interface Stated extends Statement {
  readonly v: number
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

/** Random nonces, drawn many at once: a draw costs more than to encrypt a small value. */
class Nonces {
  readonly #drawn = Buffer.alloc(256 * IV_BYTES)
  #used = this.#drawn.length

  /** One that was not returned before; it is valid until the next one is asked for. */
  next(): Buffer {
    if (this.#used === this.#drawn.length) {
      randomFillSync(this.#drawn)
      this.#used = 0
    }
    return this.#drawn.subarray(this.#used, (this.#used += IV_BYTES))
  }
}

type NameKey = CipherKeys['names'][number]

const nameUnder = (key: NameKey, [namespace, ...parts]: StoreKey): string =>
  `kyc:${namespace}:${key.label}${keyedHash(key.names, [namespace, ...parts])}`

/** A name with a hash tag, which puts it beside other names with that tag. */
const taggedNameUnder = (key: NameKey, tag: string, namespace: string, parts: readonly string[]): string =>
  `kyc:${namespace}:{${tag}}:${key.label}${keyedHash(key.names, [namespace, ...parts])}`

/** The name of a write's record: version of the form, key id, and the hash tag that puts it beside its part's epoch. */
function writeNameUnder(key: NameKey, parts: StoreKey): string {
  const hash = keyedHash(key.names, [`write ${FORM}`, ...parts])
  return `kyc:write:${FORM}:${key.id}:{${partOf(hash)}}:${hash}`
}

/** The part of a hash: its first character names six bits. */
const partOf = (hash: string): number => Buffer.from(`${hash[0]}A`, 'base64url')[0]! >> 2

/** Adds what an object says of itself; other values say nothing. */
function stated(value: unknown, statement: Statement): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const _: Stated = { v: FORM, ...statement }
  return { ...value, _ }
}

/** A value without what it says of itself. */
function unstated(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('_' in value)) return value
  const { _, ...rest } = value as { readonly _: Partial<Stated> | null }
  if (typeof _?.v !== 'number' || _.v > FORM) throw new Unreadable('UNKNOWN_VERSION')
  return rest
}

/** The JSON of a decipher's text, which is read only where its tag is valid. */
function parsed(decipher: DecipherGCM, bytes: Buffer): unknown {
  try {
    const text = decipher.update(bytes)
    decipher.final()
    return JSON.parse(text.toString('utf8')) as unknown
  } catch {
    throw new Unreadable('ALTERED')
  }
}

/** A value, or null, as for an absent one, when it cannot be read. */
function orNull(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    if (error instanceof Unreadable) return null
    throw error
  }
}

/**
 * Cipher of the store: names are keyed hashes, values are encrypted with AES-256-GCM and bound to their name. The first
 * key of each purpose is the current one; the others still read, so that keys can be rotated.
 */
export class StoreCipher {
  #keys: CipherKeys
  readonly #nonces = new Nonces()
  readonly #onUnreadable: (cause: UnreadableCause) => void

  /** `onUnreadable` is told the cause of each value that cannot be read. */
  constructor(keys: DataKeys, onUnreadable: (cause: UnreadableCause) => void = () => undefined) {
    this.#keys = cipherKeysOf(keys)
    this.#onUnreadable = onUnreadable
  }

  /** Goes on with other keys, as from the next call. */
  use(keys: DataKeys): void {
    this.#keys = cipherKeysOf(keys)
  }

  /** The name of a store key under the current key. */
  nameOf(key: StoreKey): string {
    return nameUnder(this.#keys.names[0]!, key)
  }

  /** The names of a store key under the other keys. */
  olderNamesOf(key: StoreKey): string[] {
    return this.#keys.names.slice(1).map((candidate) => nameUnder(candidate, key))
  }

  /** All names of a store key: under the current key first. */
  namesOf(key: StoreKey): readonly [current: string, ...older: string[]] {
    return [this.nameOf(key), ...this.olderNamesOf(key)]
  }

  /** The names of a record with a hash tag: under the current key first. */
  taggedNamesOf(tag: string, namespace: string, parts: readonly string[]): readonly string[] {
    return this.#keys.names.map((candidate) => taggedNameUnder(candidate, tag, namespace, parts))
  }

  /** The names of a write's record: under the current key first. */
  writeNamesOf(key: StoreKey): readonly [current: string, ...older: string[]] {
    const [current, ...older] = this.#keys.names
    return [writeNameUnder(current!, key), ...older.map((candidate) => writeNameUnder(candidate, key))]
  }

  /** The id of the key that encrypts values. */
  get currentId(): string {
    return this.#keys.values[0]!.id
  }

  /** The ids of the keys under which records are made: those of their names and of their values. */
  get usedIds(): readonly string[] {
    return [...new Set([this.#keys.names[0]!.id, this.currentId])]
  }

  /** True of a key that is given, or that nothing in the store needs any more. */
  knows(id: string): boolean {
    const { names, values, retired } = this.#keys
    return retired.includes(id) || [...names, ...values].some((key) => key.id === id)
  }

  /** Encrypts with the current key what another one encrypted; undefined where it cannot be read. */
  reencrypt(name: string, bytes: Buffer): Buffer | undefined {
    const value = orNull(() => this.#decrypt('values', name, bytes))
    return value === null ? undefined : this.#encrypt(name, JSON.stringify(value))
  }

  /** True of bytes that the current key encrypted. */
  isCurrent(bytes: Buffer): boolean {
    const { prefix } = this.#keys.values[0]!
    return bytes.subarray(0, prefix.length).equals(prefix)
  }

  /** Encrypts a value, with keyed hashes of its labels; `before` is what it states already. */
  encrypt(name: string, value: unknown, labels: Labels = {}, before: Statement = {}): Buffer {
    return this.#encrypt(name, JSON.stringify(stated(value, this.state(labels, before))))
  }

  /** Decrypts a value; null, as for an absent one, when it cannot be read. */
  decrypt(name: string, bytes: Buffer): unknown {
    return orNull(() => this.open(name, bytes))
  }

  /** Decrypts a value; throws `Unreadable` when it cannot be read. */
  open(name: string, bytes: Buffer): unknown {
    try {
      return unstated(this.#decrypt('values', name, bytes))
    } catch (error) {
      if (error instanceof Unreadable) this.#onUnreadable(error.code)
      throw error
    }
  }

  /** What a value states of what it concerns; nothing where it cannot be read. */
  statementOf(name: string, bytes: Buffer): Statement {
    const value = orNull(() => this.#decrypt('values', name, bytes)) as {
      readonly _?: Partial<Stated> | null
    } | null
    const { v: _v, ...statement } = value?._ ?? {}
    return statement
  }

  /**
   * Encrypts a value for its caller to keep, bound to a context. The nonce is a keyed hash of the context and the value
   * (a synthetic IV): an equal value has an equal text, and two values have the same nonce as rarely as random ones do.
   */
  seal(value: unknown, context: readonly string[]): string {
    const text = JSON.stringify(value)
    const bound = joined(context)
    const { prefix, encryption, nonces } = this.#keys.seals[0]!
    const iv = createHmac('sha256', nonces)
      .update(joined([bound, text]))
      .digest()
      .subarray(0, IV_BYTES)
    return Buffer.concat([prefix, iv, encryptGcm(encryption, iv, bound, text)]).toString('base64url')
  }

  /** The value of a text that `seal` made for this context, under any of the keys; null for any other text. */
  unseal(text: string, context: readonly string[]): unknown {
    const bytes = Buffer.from(text, 'base64url')
    // Node reads other characters and loose bits too; there is one text for each value.
    return bytes.toString('base64url') === text ? orNull(() => this.#decrypt('seals', joined(context), bytes)) : null
  }

  #encrypt(name: string, text: string): Buffer {
    const iv = this.#nonces.next()
    const { prefix, encryption } = this.#keys.values[0]!
    return Buffer.concat([prefix, iv, encryptGcm(encryption, iv, name, text)])
  }

  #decrypt(use: 'values' | 'seals', bound: string, bytes: Buffer): unknown {
    if (bytes[0] !== VERSION) throw new Unreadable('UNKNOWN_VERSION')
    if (bytes.length < TEXT_START) throw new Unreadable('ALTERED')
    const key = this.#keys[use].find(({ prefix }) => bytes.compare(prefix, 0, prefix.length, 0, prefix.length) === 0)
    if (!key) throw new Unreadable('OTHER_KEY')
    const decipher = createDecipheriv('aes-256-gcm', key.encryption, bytes.subarray(IV_START, TAG_START))
      .setAAD(Buffer.from(bound))
      .setAuthTag(bytes.subarray(TAG_START, TEXT_START))
    return parsed(decipher, bytes.subarray(TEXT_START))
  }

  /** What a value with these labels states, and `before` has stated. */
  state({ subjects = [], tenant, bank }: Labels, before: Statement = {}): Statement {
    const s = new Set([...(before.s ?? []), ...subjects.map((id) => this.digest(['subject', id]))])
    const t = tenant === undefined ? before.t : this.digest(['tenant', tenant])
    const b = bank === undefined ? before.b : this.digest(['bank', bank])
    return {
      ...(s.size > 0 ? { s: [...s] } : {}),
      ...(t === undefined ? {} : { t }),
      ...(b === undefined ? {} : { b }),
    }
  }

  /** The digests of the parts under every key: what a value of any age states of them. */
  digestsOf(parts: readonly string[]): readonly string[] {
    return this.#keys.names.map((key) => keyedHash(key.names, ['digest', ...parts]))
  }

  digest(parts: readonly string[]): string {
    return keyedHash(this.#keys.names[0]!.names, ['digest', ...parts])
  }

  /** True when a digest of the parts was made under one of the keys. */
  isDigest(digest: string, parts: readonly string[]): boolean {
    return this.#keys.names.some((key) => keyedHash(key.names, ['digest', ...parts]) === digest)
  }
}
