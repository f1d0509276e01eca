import type { Cluster, Redis } from 'ioredis'
import { ApiError } from '../../datasources/contract/errors.js'
import type { StateChange } from '../../datasources/contract/state-change.js'
import type { StoreCipher } from '../store/cipher.js'
import { ConnectionCauses } from '../store/connection-causes.js'
import { connect, connectionError } from '../store/connection.js'
import type { RedisAddress } from '../store/redis-address.js'
import { untrusted } from '../store/trust.js'
import { EVENT_STREAM, EventCodec, type StreamEntry, timeOf } from './event-codec.js'
import { EventConsumer } from './event-consumer.js'
import type { EventListener, EventLog, StateEvent, Watched } from './event-log.js'
import { BLOCK_MS, EventReader } from './event-reader.js'
import type { EventSettings } from './event-settings.js'
import { Listeners } from './listeners.js'

const EVENT_ID = /^\d{1,16}-\d{1,10}$/

interface RedisEventLogOptions {
  readonly address: RedisAddress
  readonly cipher: StoreCipher
  readonly settings: EventSettings
  /** Told what a listener throws. */
  readonly onFault: (error: unknown) => void
  /** Told when each event was recorded, in ms since 1970 by the store's clock, before the listeners are called. */
  readonly onRead?: ((recordedAt: number) => void) | undefined
  /** How long a consumer leaves an event to the process that took it. @default 30 s */
  readonly claimAfterMs?: number | undefined
}

/** The events of all replicas: a Redis Stream, with a record of the last state of each object beside it. */
export class RedisEventLog implements EventLog {
  readonly #options: RedisEventLogOptions
  readonly #codec: EventCodec
  readonly #causes: ConnectionCauses
  readonly #writer: Redis | Cluster
  readonly #reader: EventReader
  readonly #listeners: Listeners
  readonly #consumers: EventConsumer[] = []

  constructor(options: RedisEventLogOptions) {
    const { address, cipher, onFault } = options
    this.#options = options
    this.#codec = new EventCodec(cipher)
    this.#listeners = new Listeners(onFault)
    this.#causes = new ConnectionCauses(
      () => undefined,
      () => connectionError(address),
    )
    this.#writer = this.#causes.watch(connect(address, this.#causes.left))
    const connection = this.#connectWaiting()
    const tell = (entries: readonly StreamEntry[]) => this.#tell(connection, entries)
    this.#reader = new EventReader(connection, tell, () => this.#listeners.areAny)
  }

  async record(tenant: string | undefined, change: StateChange, ageMs = 0): Promise<StateEvent | undefined> {
    const { maxCount, retentionMs, sequenceMs } = this.#options.settings
    const { type, id, state, isFinal, owner, isObserved } = change
    const object: Watched = { tenant, type, id }
    const names = this.#codec.namesOf(object)
    const value = this.#codec.encode(tenant, change)
    const reply = await this.#orUnavailable(
      this.#writer.recordEvent(
        2 + names.length,
        EVENT_STREAM,
        value.name,
        ...names,
        value.bytes,
        value.id,
        isFinal ? 1 : 0,
        isObserved ? 1 : 0,
        Math.ceil(ageMs),
        maxCount,
        retentionMs,
        // A final state is recorded once; its record only has to outlive the events.
        isFinal ? retentionMs : sequenceMs,
        ...this.#codec.digestsOf(object, change),
      ),
    )
    if (reply === 0) return undefined
    const [eventId, sequence] = reply
    const at = new Date(timeOf(eventId)).toISOString()
    return { eventId, tenant, type, objectId: id, state, isFinal, owner, sequence, at }
  }

  subscribe(object: Watched, listener: EventListener): () => void {
    const end = this.#listeners.add(object, listener)
    this.#reader.hurry()
    return end
  }

  subscribeAll(listener: EventListener): () => void {
    return this.#listeners.addToAll(listener)
  }

  isWatched(object: Watched): boolean {
    return this.#listeners.has(object)
  }

  async find(eventId: string): Promise<StateEvent | null> {
    if (!EVENT_ID.test(eventId)) return null
    const entries = await this.#orUnavailable(this.#writer.xrange(EVENT_STREAM, eventId, eventId))
    if (entries.length === 0) return null
    const [event] = await this.#orUnavailable(this.#codec.load(this.#writer, entries))
    // It is there: a process with another key reads it.
    if (event === undefined) throw untrusted()
    return event
  }

  consume(group: string, handle: (event: StateEvent) => Promise<void>, isReady?: () => Promise<boolean>): void {
    const { claimAfterMs } = this.#options
    const connection = this.#connectWaiting()
    const load = (entries: readonly StreamEntry[]) => this.#codec.load(connection, entries)
    this.#consumers.push(new EventConsumer({ connection, group, handle, isReady, load, claimAfterMs }))
  }

  async close(): Promise<void> {
    await Promise.all([this.#reader.close(), ...this.#consumers.map((consumer) => consumer.close())])
    this.#writer.disconnect()
  }

  /** A connection whose commands wait for entries. */
  #connectWaiting(): Redis | Cluster {
    return connect(this.#options.address, undefined, BLOCK_MS)
  }

  async #tell(connection: Redis | Cluster, entries: readonly StreamEntry[]): Promise<void> {
    for (const event of await this.#codec.load(connection, entries)) {
      if (!event) continue
      this.#options.onRead?.(timeOf(event.eventId))
      this.#listeners.tell(event)
    }
  }

  async #orUnavailable<T>(reply: Promise<T>): Promise<T> {
    try {
      return await reply
    } catch (error) {
      throw new ApiError('STORE_UNAVAILABLE', { retryAfterSeconds: 1, cause: this.#causes.of(error) })
    }
  }
}
