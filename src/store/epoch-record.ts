import { randomUUID } from 'node:crypto'
import { type StoreCipher, Unreadable } from './cipher.js'
import type { Distrust } from './trust.js'
import type { UsedKeys } from './used-keys.js'

/** Length of the epoch's id, a UUID, at the start of its record: the script of a claim compares it. */
export const EPOCH_ID_LENGTH = 36

/** The keys that each server had evicted when the epoch began, by the server's run id. */
export type Evicted = Readonly<Record<string, number>>

interface Sealed {
  /**
   * `created` by a process that found an empty store (`creating` until every part has it), `accepted` by an operator,
   * `lost` by a process that missed its epoch.
   */
  readonly state: 'creating' | 'created' | 'accepted' | 'lost'
  /** When the epoch began, by the store's clock, in ms since 1970. */
  readonly at: number
  readonly evicted: Evicted
  readonly cause?: Distrust | undefined
  readonly keys?: UsedKeys | undefined
}

/** Epoch: the time in which the store is known to have forgotten nothing. */
export interface EpochRecord extends Sealed {
  readonly id: string
}

export const newEpoch = (
  state: Sealed['state'],
  at: number,
  evicted: Evicted,
  cause?: Distrust,
  id: string = randomUUID(),
): EpochRecord => ({ id, state, at, evicted, ...(cause && { cause }) })

/** The keys that readable records state to be in use, each with its latest time. */
export const statedKeys = (epochs: readonly (EpochRecord | string | undefined)[]): UsedKeys =>
  Object.fromEntries(
    epochs
      .flatMap((epoch) => (typeof epoch === 'object' ? Object.entries(epoch.keys ?? {}) : []))
      .sort(([, a], [, b]) => a - b),
  )

/** The stored form: the id in clear, for the script of a claim, and all of it encrypted, which proves the key. */
export const sealEpoch = (cipher: StoreCipher, name: string, { id, ...sealed }: EpochRecord): Buffer =>
  Buffer.concat([Buffer.from(id), cipher.encrypt(`${name} ${id}`, sealed)])

/** Reads a stored epoch; the cause where it cannot be read. */
export function openEpoch(cipher: StoreCipher, name: string, bytes: Buffer): EpochRecord | Distrust {
  const id = bytes.toString('latin1', 0, EPOCH_ID_LENGTH)
  try {
    return { id, ...(cipher.open(`${name} ${id}`, bytes.subarray(EPOCH_ID_LENGTH)) as Sealed) }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    return error.code === 'ALTERED' ? 'OTHER_KEY' : error.code
  }
}

/** True where an older key encrypted the record. */
export const isOlderKey = (cipher: StoreCipher, bytes: Buffer): boolean =>
  !cipher.isCurrent(bytes.subarray(EPOCH_ID_LENGTH))
