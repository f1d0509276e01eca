import { awsWrapper } from './aws-wrapper.js'
import { type DataKey, type DataKeys, KEY_BYTES, keyIdOf, PURPOSES, sharedKeys } from './data-keys.js'
import { errorClass } from '../observability/error-class.js'
import type { KeyConfig, KeyServices } from './key-settings.js'
import { localWrapper } from './local-wrapper.js'
import { vaultWrapper } from './vault-wrapper.js'
import { type KeyWrapper, type RingPurpose, type Wrapping, WRAPPINGS } from './wrapper.js'

/**
 * `pending`: read, and not used yet, until every process has it. `current`: used. `previous`: read. `retired`: not loaded
 * by the server; the verification of the audit trail still reads it.
 */
const STATES = ['pending', 'current', 'previous', 'retired'] as const
type KeyState = (typeof STATES)[number]

/** A wrapped data key in the ring. */
export interface RingKey {
  readonly id: string
  readonly purpose: RingPurpose
  readonly state: KeyState
  readonly created: string
  readonly wrapping: Wrapping
  readonly wrapped: string
}

/** The key ring, or a key of it, cannot be used. The message holds no key. */
export class KeyRingError extends Error {}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
const isOneOf = (values: readonly string[], value: unknown): boolean => values.some((known) => known === value)

function isRingKey(value: unknown): value is RingKey {
  if (typeof value !== 'object' || value === null) return false
  const { id, purpose, state, created, wrapping, wrapped } = value as Readonly<Record<string, unknown>>
  return (
    isText(id) &&
    /^[0-9a-f]{8}$/.test(id) &&
    isOneOf([...PURPOSES, 'all'], purpose) &&
    isOneOf(STATES, state) &&
    isText(created) &&
    isOneOf(WRAPPINGS, wrapping) &&
    isText(wrapped)
  )
}

/** Parses the text of a ring; a missing or empty file is a ring without keys. */
export function parseRing(text: string): readonly RingKey[] {
  if (text.trim() === '') return []
  let ring: unknown
  try {
    ring = JSON.parse(text)
  } catch {
    throw new KeyRingError('STORE_KEY_RING_FILE is not JSON')
  }
  const { version, keys } = (ring ?? {}) as { readonly version?: unknown; readonly keys?: unknown }
  if (version !== 1 || !Array.isArray(keys) || !keys.every(isRingKey))
    throw new KeyRingError('STORE_KEY_RING_FILE is no key ring of version 1')
  if (new Set(keys.map(({ id }) => id)).size < keys.length)
    throw new KeyRingError('STORE_KEY_RING_FILE has two keys with one id')
  return keys
}

export const ringText = (keys: readonly RingKey[]): string => `${JSON.stringify({ version: 1, keys }, null, 2)}\n`

/** The wrapper of a way to wrap. */
export function wrapperOf(wrapping: Wrapping, { local, aws, awsKeyId, vault }: KeyServices): KeyWrapper {
  if (wrapping === 'local' && local) return localWrapper(local)
  if (wrapping === 'aws-kms' && aws && awsKeyId !== undefined) return awsWrapper(aws, awsKeyId)
  if (wrapping === 'vault' && vault && vault.key !== '') return vaultWrapper(vault)
  throw new KeyRingError(`the key ring has a key that ${wrapping} wrapped, which is not configured`)
}

/** Unwraps a key of the ring, and compares it with its id. */
export async function unwrapKey(key: RingKey, services: KeyServices): Promise<DataKey> {
  let secret: Buffer
  try {
    secret = await wrapperOf(key.wrapping, services).unwrap(key.wrapped, key.purpose)
  } catch (error) {
    if (error instanceof KeyRingError) throw error
    throw new KeyRingError(
      `key ${key.id} of the key ring cannot be unwrapped by ${key.wrapping} (${errorClass(error)})`,
    )
  }
  if (secret.length !== KEY_BYTES || keyIdOf(secret) !== key.id)
    throw new KeyRingError(`key ${key.id} of the key ring is another key than it says`)
  return { id: key.id, secret, isShared: key.purpose === 'all' }
}

/** Order of the keys of one purpose; the first one is the current one. Keys of `STORE_ENCRYPTION_KEY` rank second. */
const RANK: Readonly<Record<KeyState, number>> = { current: 0, previous: 2, pending: 3, retired: 4 }
const SHARED_RANK = 1

/** Puts the keys of the ring and of `STORE_ENCRYPTION_KEY` in order. */
function ordered(
  ring: readonly { readonly entry: RingKey; readonly key: DataKey }[],
  shared: DataKeys,
): Pick<DataKeys, (typeof PURPOSES)[number]> {
  const keysOf = (purpose: (typeof PURPOSES)[number]): readonly DataKey[] => {
    const ranked = [
      ...ring
        .filter(({ entry }) => entry.purpose === purpose || entry.purpose === 'all')
        .map(({ entry, key }) => ({ key, rank: RANK[entry.state] })),
      ...shared[purpose].map((key) => ({ key, rank: SHARED_RANK })),
    ].sort((a, b) => a.rank - b.rank)
    if (ranked.length === 0 || ranked[0]!.rank >= RANK.pending)
      throw new KeyRingError(`the key ring has no current key for ${purpose}`)
    const known = new Set<string>()
    return ranked.map(({ key }) => key).filter(({ id }) => !known.has(id) && known.add(id))
  }
  return { values: keysOf('values'), names: keysOf('names'), seals: keysOf('seals') }
}

/**
 * The data keys of a configuration; undefined where there are none. Asks the key service once for each key of the ring,
 * of the retired ones only with `withRetired`.
 */
export async function loadKeys(
  { encryptionKeys, keyRing, keyServices }: KeyConfig,
  { withRetired = false } = {},
): Promise<DataKeys | undefined> {
  const shared = sharedKeys(encryptionKeys ?? [])
  if (keyRing === undefined) return encryptionKeys && shared
  const entries = parseRing(keyRing.text)
  const isRetired = ({ state }: RingKey) => state === 'retired'
  const loaded = entries.filter((entry) => withRetired || !isRetired(entry))
  const ring = await Promise.all(loaded.map(async (entry) => ({ entry, key: await unwrapKey(entry, keyServices) })))
  return { ...ordered(ring, shared), retired: entries.filter(isRetired).map(({ id }) => id) }
}
