import type { StateChange } from '../../datasources/contract/state-change.js'
import type { StoreCipher } from '../store/cipher.js'
import { EVENT_STREAM, EVENT_TAG, sequenceOf, type StreamEntry, valueOf } from '../store/event-stream.js'
import { tenantName } from '../tenants/tenant.js'
import type { StateEvent, Watched } from './event-log.js'
import { canonicalId } from './watched.js'

/** What an entry holds encrypted; short names, as each event has them. */
interface Sealed {
  readonly tenant?: string | undefined
  readonly type: StateEvent['type']
  readonly id: string
  readonly state: string
  readonly final: boolean
  readonly owner?: string | undefined
}

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
    return this.#cipher.taggedNamesOf(EVENT_TAG, 'event', partsOf(object))
  }

  /** The digests of a state: under the current key first. */
  digestsOf(object: Watched, { state, revision }: StateChange): readonly string[] {
    return this.#cipher.digestsOf(['event', ...partsOf(object), state, ...(revision === undefined ? [] : [revision])])
  }

  encode(tenant: string | undefined, { type, id, state, isFinal, owner, subjects }: StateChange): Buffer {
    const sealed: Sealed = { tenant, type, id, state, final: isFinal, owner }
    const labels = { subjects, tenant: tenant === undefined ? owner : tenantName(tenant) }
    return this.#cipher.encrypt(EVENT_STREAM, sealed, labels)
  }

  /** The event of an entry; null where the entry is gone or cannot be read. */
  decode(entry: StreamEntry): StateEvent | null {
    const value = valueOf(entry)
    const sealed = value && (this.#cipher.decrypt(EVENT_STREAM, value) as Sealed | null)
    if (!sealed) return null
    const eventId = entry[0].toString()
    return {
      eventId,
      tenant: sealed.tenant,
      type: sealed.type,
      objectId: sealed.id,
      state: sealed.state,
      isFinal: sealed.final,
      owner: sealed.owner,
      sequence: sequenceOf(entry),
      at: new Date(timeOf(eventId)).toISOString(),
    }
  }
}

/** When an entry was added, in ms since 1970 by the store's clock. */
export const timeOf = (eventId: string): number => Number(eventId.split('-', 1)[0])
