import type { Cluster, Redis } from 'ioredis'

/** The hash tag of all keys of events: one script needs the stream and the record of an object. */
export const EVENT_TAG = 'events'
/** The stream of changes of state; its values are bound to this name. */
export const EVENT_STREAM = `kyc:events:{${EVENT_TAG}}`

const BATCH = 500

/** An entry of the stream: its id, then names and values in turn; null where the entry is gone. */
export type StreamEntry = readonly [id: Buffer, fields: readonly Buffer[] | null]

/** The encrypted value of an entry. */
export const valueOf = ([, fields]: StreamEntry): Buffer | undefined => fields?.[3]
/** The sequence number of an entry. */
export const sequenceOf = ([, fields]: StreamEntry): number => Number(fields?.[1])

/** The stream as the tools see it: all of it, in batches. */
export interface EventStream {
  readonly entries: () => AsyncIterable<readonly StreamEntry[]>
  readonly remove: (ids: readonly Buffer[]) => Promise<unknown>
}

export const eventStream = (redis: Redis | Cluster): EventStream => ({
  async *entries() {
    for (let from = '-'; ;) {
      const batch = await redis.xrangeBuffer(EVENT_STREAM, from, '+', 'COUNT', BATCH)
      if (batch.length > 0) yield batch
      if (batch.length < BATCH) return
      from = `(${batch.at(-1)![0].toString()}`
    }
  },
  remove: (ids) => redis.xdel(EVENT_STREAM, ...ids),
})
