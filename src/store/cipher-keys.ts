import { hkdfSync } from 'node:crypto'
import type { DataKey, DataKeys } from '../keys/data-keys.js'

/** The version of the encryption: the first byte of every encrypted value. */
export const VERSION = 1
export const KEY_ID_BYTES = 4

/** A key whose id is in what it encrypts. */
interface EncryptingKey {
  /** Key id in hexadecimal. */
  readonly id: string
  /** Prefix of every value that is encrypted with the key: format version and key id. */
  readonly prefix: Buffer
  readonly encryption: Buffer
}

/** Encrypts what callers keep. */
interface SealKey extends EncryptingKey {
  /** Of the hash that gives each value its nonce. */
  readonly nonces: Buffer
}

interface NameKey {
  readonly id: string
  readonly names: Buffer
  /** In the names of values: the key id, unless the key is one of `STORE_ENCRYPTION_KEY`. */
  readonly label: string
}

/** The derived keys of the cipher. The first one of each is the current one. */
export interface CipherKeys {
  readonly values: readonly EncryptingKey[]
  readonly names: readonly NameKey[]
  readonly seals: readonly SealKey[]
  /** The ids of keys that nothing in the store needs. */
  readonly retired: readonly string[]
}

/** Key derivation (HKDF): each use of a data key has a separate key. */
const derive = ({ secret }: DataKey, use: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `kyc-graph ${use}`, 32))

const encrypting = (key: DataKey, use: string): EncryptingKey => ({
  id: key.id,
  prefix: Buffer.concat([Buffer.from([VERSION]), Buffer.from(key.id, 'hex')]),
  encryption: derive(key, use),
})

/** Derives the keys of the cipher from data keys. */
export const cipherKeysOf = ({ values, names, seals, retired }: DataKeys): CipherKeys => ({
  values: values.map((key) => encrypting(key, 'values')),
  names: names.map((key) => ({
    id: key.id,
    names: derive(key, 'names'),
    label: key.isShared ? '' : `${key.id}:`,
  })),
  seals: seals.map((key) => ({ ...encrypting(key, 'seals'), nonces: derive(key, 'nonces of seals') })),
  retired,
})
