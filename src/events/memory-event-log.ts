import { setTimeout as delay } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { StateChange } from '../../datasources/contract/state-change.js'
import { CLOSE_PATIENCE_MS } from './event-consumer.js'
import type { EventListener, EventLog, StateEvent, Watched } from './event-log.js'
import type { EventSettings } from './event-settings.js'
import { Listeners } from './listeners.js'
import { objectKey } from './watched.js'

/** How long an event waits whose handler has rejected. */
const RETRY_MS = 1_000
/** Objects whose last state is kept: an object that is told of after so many others begins anew. */
const MAX_RECORDED = 10_000

type Handle = (event: StateEvent) => Promise<void>

/** The state of an object that was recorded last. */
interface Recorded {
  readonly sequence: number
  readonly state: string
  readonly revision: string | undefined
  readonly isFinal: boolean
  /** When, by the monotonic clock. */
  readonly at: number
}

/** The events of a single process, for development: they end with it. */
export class MemoryEventLog implements EventLog {
  readonly #settings: EventSettings
  readonly #listeners: Listeners
  /** From the oldest to the newest. */
  readonly #events = new Map<string, StateEvent>()
  readonly #recorded = new LRUCache<string, Recorded>({ max: MAX_RECORDED })
  readonly #consumers = new Map<string, Handle>()
  readonly #closing = new AbortController()
  readonly #handling = new Set<Promise<void>>()
  #count = 0

  constructor(settings: EventSettings, onFault: (error: unknown) => void) {
    this.#settings = settings
    this.#listeners = new Listeners(onFault)
  }

  record(tenant: string | undefined, change: StateChange, ageMs = 0): Promise<StateEvent | undefined> {
    const { type, id, state, isFinal, revision, owner, isObserved } = change
    const key = objectKey({ tenant, type, id })
    const last = this.#recorded.get(key)
    const isRepeated = last?.state === state && last.revision === revision
    const isOutdated = ageMs > 0 && last !== undefined && last.at > performance.now() - ageMs
    if (isRepeated || isOutdated || last?.isFinal) return Promise.resolve(undefined)
    const isFirstSeen = isObserved === true && last === undefined
    const sequence = isFirstSeen ? 0 : (last?.sequence ?? 0) + 1
    this.#recorded.set(key, { sequence, state, revision, isFinal, at: performance.now() })
    if (isFirstSeen) return Promise.resolve(undefined)
    const now = Date.now()
    const eventId = `${now}-${(this.#count += 1)}`
    const at = new Date(now).toISOString()
    const event: StateEvent = { eventId, tenant, type, objectId: id, state, isFinal, owner, sequence, at }
    this.#keep(event)
    this.#listeners.tell(event)
    for (const handle of this.#consumers.values()) this.#handle(event, handle)
    return Promise.resolve(event)
  }

  subscribe(object: Watched, listener: EventListener): () => void {
    return this.#listeners.add(object, listener)
  }

  subscribeAll(listener: EventListener): () => void {
    return this.#listeners.addToAll(listener)
  }

  isWatched(object: Watched): boolean {
    return this.#listeners.has(object)
  }

  find(eventId: string): Promise<StateEvent | null> {
    this.#trim()
    return Promise.resolve(this.#events.get(eventId) ?? null)
  }

  consume(group: string, handle: Handle): void {
    this.#consumers.set(group, handle)
    for (const event of this.#events.values()) this.#handle(event, handle)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.race([Promise.all(this.#handling), delay(CLOSE_PATIENCE_MS, undefined, { ref: false })])
  }

  #keep(event: StateEvent): void {
    this.#events.set(event.eventId, event)
    this.#trim()
  }

  #trim(): void {
    const oldest = Date.now() - this.#settings.retentionMs
    for (const [eventId, { at }] of this.#events) {
      if (this.#events.size <= this.#settings.maxCount && Date.parse(at) >= oldest) return
      this.#events.delete(eventId)
    }
  }

  #handle(event: StateEvent, handle: Handle): void {
    const handling = this.#untilHandled(event, handle).finally(() => this.#handling.delete(handling))
    this.#handling.add(handling)
  }

  async #untilHandled(event: StateEvent, handle: Handle): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted)
      try {
        return await handle(event)
      } catch {
        await delay(RETRY_MS, undefined, { signal, ref: false }).catch(() => undefined)
      }
  }
}
