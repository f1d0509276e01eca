import type { StateChange } from '../../datasources/contract/state-change.js'
import type { StoreCipher } from '../store/cipher.js'
import { tenantName } from '../tenants/tenant.js'
import type { StateEvent, Watched } from './event-log.js'

/** The hash tag of all keys of events: one script needs the stream and the record of an object. */
const HASH_TAG = 'events'
/** The stream of events. */
export const STREAM = `kyc:events:{${HASH_TAG}}`

/** An entry of the stream: its id, then names and values in turn; null where the entry is gone. */
export type StreamEntry = readonly [id: Buffer, fields: readonly Buffer[] | null]

/** What an entry holds encrypted; short names, as each event has them. */
interface Sealed {
  readonly tenant?: string | undefined
  readonly type: StateEvent['type']
  readonly id: string
  readonly state: string
  readonly final: boolean
  readonly owner?: string | undefined
}

const partsOf = ({ tenant, type, id }: Watched): readonly string[] => [
  ...(tenant === undefined ? [] : [tenantName(tenant)]),
  type,
  id,
]

/** Names and values of events in Redis: ids, tenant, type and state leave the process encrypted or as keyed hashes. */
export class EventCodec {
  readonly #cipher: StoreCipher

  constructor(cipher: StoreCipher) {
    this.#cipher = cipher
  }

  /** The names of an object's record: under the current key first. */
  namesOf(object: Watched): readonly string[] {
    return this.#cipher.taggedNamesOf(HASH_TAG, ['event', ...partsOf(object)])
  }

  /** The digests of a state: under the current key first. */
  digestsOf(object: Watched, { state, revision }: StateChange): readonly string[] {
    return this.#cipher.digestsOf(['event', ...partsOf(object), state, ...(revision === undefined ? [] : [revision])])
  }

  encode(tenant: string | undefined, { type, id, state, isFinal, owner, subjects }: StateChange): Buffer {
    const sealed: Sealed = { tenant, type, id, state, final: isFinal, owner }
    const labels = { subjects, tenant: tenant === undefined ? owner : tenantName(tenant) }
    return this.#cipher.encrypt(STREAM, sealed, labels)
  }

  /** The event of an entry; null where the entry is gone or cannot be read. */
  decode([id, fields]: StreamEntry): StateEvent | null {
    const [, sequence, , value] = fields ?? []
    const sealed = value && (this.#cipher.decrypt(STREAM, value) as Sealed | null)
    if (!sealed) return null
    const eventId = id.toString()
    return {
      eventId,
      tenant: sealed.tenant,
      type: sealed.type,
      objectId: sealed.id,
      state: sealed.state,
      isFinal: sealed.final,
      owner: sealed.owner,
      sequence: Number(sequence!.toString()),
      at: new Date(timeOf(eventId)).toISOString(),
    }
  }
}

/** When an entry was added, in ms since 1970 by the store's clock. */
export const timeOf = (eventId: string): number => Number(eventId.split('-', 1)[0])
