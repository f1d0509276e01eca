import { randomUUID } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import type { StateChange } from '../../datasources/contract/state-change.js'
import { type StoreCipher, Unreadable } from '../store/cipher.js'
import { tenantName } from '../tenants/tenant.js'
import type { StateEvent, Watched } from './event-log.js'
import { canonicalId } from './watched.js'

/** The hash tag of all keys of events: one script needs the stream, the value of an event and the record of its object. */
const HASH_TAG = 'events'
/** The stream of events. An entry holds the sequence number, and the id in the name of the event's value. */
export const EVENT_STREAM = `kyc:events:{${HASH_TAG}}`

/** An entry of the stream: its id, then names and values in turn; null where the entry is gone. */
export type StreamEntry = readonly [eventId: string, fields: readonly string[] | null]

/** The event of an entry; null where it is no longer kept, undefined where it cannot be read. */
export type Decoded = StateEvent | null | undefined

/** What a value holds. */
interface Sealed {
  readonly tenant?: string | undefined
  readonly type: StateEvent['type']
  readonly id: string
  readonly state: string
  readonly final: boolean
  readonly owner?: string | undefined
}

/** An encrypted event, before it is recorded. */
interface Encoded {
  readonly id: string
  readonly name: string
  readonly bytes: Buffer
}

const valueName = (id: string): string => `kyc:event:{${HASH_TAG}}:${id}`

/** The name of an entry's value; of an entry that is gone, a name that no value has. */
const valueNameOf = ([, fields]: StreamEntry): string => valueName(fields?.[3] ?? '')

/** When an event was recorded, in ms since 1970 by the store's clock. */
export const timeOf = (eventId: string): number => Number(eventId.split('-', 1)[0])

const partsOf = (object: Watched): readonly string[] => [
  ...(object.tenant === undefined ? [] : [tenantName(object.tenant)]),
  object.type,
  canonicalId(object),
]

/** Names and values of events in Redis: ids, tenant, type and state leave the process encrypted or as keyed hashes. */
export class EventCodec {
  readonly #cipher: StoreCipher

  constructor(cipher: StoreCipher) {
    this.#cipher = cipher
  }

  /** The names of an object's record: under the current key first. */
  namesOf(object: Watched): readonly string[] {
    return this.#cipher.taggedNamesOf(HASH_TAG, 'event-sequence', partsOf(object))
  }

  /** The digests of a state: under the current key first. */
  digestsOf(object: Watched, { state, revision }: StateChange): readonly string[] {
    return this.#cipher.digestsOf(['event', ...partsOf(object), state, ...(revision === undefined ? [] : [revision])])
  }

  encode(tenant: string | undefined, { type, id, state, isFinal, owner, subjects }: StateChange): Encoded {
    const valueId = randomUUID()
    const name = valueName(valueId)
    const sealed: Sealed = { tenant, type, id, state, final: isFinal, owner }
    const labels = { subjects, tenant: tenant === undefined ? owner : tenantName(tenant) }
    return { id: valueId, name, bytes: this.#cipher.encrypt(name, sealed, labels) }
  }

  /** Reads the events of entries. */
  async load(redis: Redis | Cluster, entries: readonly StreamEntry[]): Promise<readonly Decoded[]> {
    const values = await redis.mgetBuffer(...entries.map(valueNameOf))
    return entries.map((entry, i) => this.#decode(entry, values[i] ?? null))
  }

  #decode(entry: StreamEntry, bytes: Buffer | null): Decoded {
    if (bytes === null) return null
    const [eventId, fields] = entry
    let sealed: Sealed
    try {
      sealed = this.#cipher.open(valueNameOf(entry), bytes) as Sealed
    } catch (error) {
      if (error instanceof Unreadable) return undefined
      throw error
    }
    const { tenant, type, id, state, final, owner } = sealed
    const at = new Date(timeOf(eventId)).toISOString()
    return { eventId, tenant, type, objectId: id, state, isFinal: final, owner, sequence: Number(fields?.[1]), at }
  }
}
