import { randomBytes } from 'node:crypto'
import { type DataKey, KEY_BYTES, keyIdOf, type Purpose } from './data-keys.js'
import { KeyRingError, type RingKey, unwrapKey, wrapperOf } from './key-ring.js'
import type { KeyServices } from './key-settings.js'
import type { RingPurpose, Wrapping } from './wrapper.js'

/** What wraps keys. */
interface Wrap {
  readonly wrapping: Wrapping
  readonly services: KeyServices
}

type Ring = readonly RingKey[]

async function wrapped(
  secret: Buffer,
  { purpose, state }: { purpose: RingPurpose; state: RingKey['state'] },
  { wrapping, services }: Wrap,
): Promise<RingKey> {
  return {
    id: keyIdOf(secret),
    purpose,
    state,
    created: new Date().toISOString(),
    wrapping,
    wrapped: await wrapperOf(wrapping, services).wrap(secret, purpose),
  }
}

/** Adds a new key for each purpose: `pending`, until every process has it. */
export async function withNewKeys(ring: Ring, purposes: readonly Purpose[], wrap: Wrap): Promise<Ring> {
  for (const purpose of purposes)
    if (ring.some((key) => key.purpose === purpose && key.state === 'pending'))
      throw new KeyRingError(`there is a pending key for ${purpose} already: rotate first`)
  const added = purposes.map((purpose) => wrapped(randomBytes(KEY_BYTES), { purpose, state: 'pending' }, wrap))
  return [...ring, ...(await Promise.all(added))]
}

/** Adds the keys of `STORE_ENCRYPTION_KEY`, which are read from then on without that setting. */
export async function withSharedKeys(ring: Ring, secrets: readonly Buffer[], wrap: Wrap): Promise<Ring> {
  const known = new Set(ring.map(({ id }) => id))
  const missing = secrets.filter((secret) => !known.has(keyIdOf(secret)))
  const added = missing.map((secret) => wrapped(secret, { purpose: 'all', state: 'previous' }, wrap))
  return [...ring, ...(await Promise.all(added))]
}

/** Makes the pending keys current, and the current ones previous. */
export function rotated(ring: Ring, purposes: readonly Purpose[]): Ring {
  for (const purpose of purposes)
    if (!ring.some((key) => key.purpose === purpose && key.state === 'pending'))
      throw new KeyRingError(`there is no pending key for ${purpose}: make a new one first`)
  return ring.map((key) => {
    if (!purposes.some((purpose) => purpose === key.purpose)) return key
    if (key.state === 'pending') return { ...key, state: 'current' as const }
    return key.state === 'current' ? { ...key, state: 'previous' as const } : key
  })
}

/** Wraps all keys again, with the present wrapping key. */
export const rewrapped = (ring: Ring, { wrapping, services }: Wrap): Promise<Ring> =>
  Promise.all(
    ring.map(async (key) => {
      const { secret }: DataKey = await unwrapKey(key, services)
      return { ...key, wrapping, wrapped: await wrapperOf(wrapping, services).wrap(secret, key.purpose) }
    }),
  )

/** Retires a key that is neither current nor pending. */
export function retired(ring: Ring, id: string): Ring {
  const found = ring.find((key) => key.id === id)
  if (!found) throw new KeyRingError(`the key ring has no key ${id}`)
  if (found.state === 'current' || found.state === 'pending') throw new KeyRingError(`key ${id} is ${found.state}`)
  return ring.map((key) => (key.id === id ? { ...key, state: 'retired' } : key))
}
