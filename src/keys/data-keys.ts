import { createHash } from 'node:crypto'

/**
 * What a data key is for: `values` encrypts stored values, `names` hashes names and persons, `seals` authenticates the
 * audit trail and encrypts what callers keep (cursors).
 */
export const PURPOSES = ['values', 'names', 'seals'] as const
export type Purpose = (typeof PURPOSES)[number]

/** Length of a data key. */
export const KEY_BYTES = 32
const ID_BYTES = 4

/** Data key: encrypts or authenticates data, as opposed to a wrapping key, which encrypts data keys. */
export interface DataKey {
  /** Key id in hexadecimal: the start of a hash, which discloses nothing of the key. */
  readonly id: string
  readonly secret: Buffer
  /** True of a key of `STORE_ENCRYPTION_KEY`, which serves all purposes; names under it do not state its id. */
  readonly isShared: boolean
}

/** The data keys of each purpose. The first one is the current one; the others read what was made under them. */
export interface DataKeys extends Readonly<Record<Purpose, readonly DataKey[]>> {
  /** The ids of keys that nothing in the store needs any more: `npm run keys -- retire` has looked. */
  readonly retired: readonly string[]
}

/** The id of a secret. */
export const keyIdOf = (secret: Buffer): string =>
  createHash('sha256')
    .update(secret)
    .digest('hex')
    .slice(0, 2 * ID_BYTES)

/** The data keys of `STORE_ENCRYPTION_KEY`: each serves all purposes. */
export function sharedKeys(secrets: readonly Buffer[]): DataKeys {
  const keys = secrets.map((secret) => ({ id: keyIdOf(secret), secret, isShared: true }))
  return { values: keys, names: keys, seals: keys, retired: [] }
}
