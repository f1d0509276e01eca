import { LRUCache } from 'lru-cache'
import type { RecordChange, StateChange, WatchedType } from '../../datasources/contract/state-change.js'
import { TransientSet } from '../../datasources/support/transient-map.js'
import type { Log } from '../observability/log.js'
import { errorClass } from '../observability/error-class.js'
import type { EventLog, StateEvent } from './event-log.js'
import { objectKey, objectOf } from './watched.js'

/** Changes that wait for a store that is away: 25 seconds at 200 a second. */
const MAX_WAITING = 5_000
const RETRY_MS = 500
const MAX_BATCH = 100
/** Objects whose last state this process remembers. */
const MAX_KNOWN = 10_000

export interface RecorderMetrics {
  readonly eventRecorded: (type: WatchedType) => void
  readonly eventDropped: (type: WatchedType) => void
  readonly eventsWait: (waiting: () => number) => void
}

interface RecorderOptions {
  readonly events: EventLog
  readonly log: Pick<Log, 'warn'>
  readonly metrics: RecorderMetrics
}

/** A change that the store has not taken yet. */
interface Waiting {
  readonly tenant: string | undefined
  readonly change: StateChange
  /** By the monotonic clock. */
  readonly since: number
}

const keyOf = (tenant: string | undefined, { type, id }: StateChange): string => objectKey({ tenant, type, id })

/**
 * Records the changes that provider folders tell. While the store does not take them they wait in memory, up to a bound,
 * and are tried again in their order; what an outage begins and ends with is logged once.
 */
export class EventRecorder {
  readonly #options: RecorderOptions
  /** The last state of an object as the events of all replicas tell it, and what this process has read itself. */
  readonly #known = new LRUCache<string, string>({ max: MAX_KNOWN })
  readonly #endListening: () => void
  #waiting: Waiting[] = []
  #dropped = 0
  /** The class of the cause for which changes wait. */
  #trouble: string | undefined
  #timer: NodeJS.Timeout | undefined
  #retrying: Promise<void> | undefined
  readonly #running = new TransientSet<Promise<void>>()

  constructor(options: RecorderOptions) {
    const { events, metrics } = options
    this.#options = options
    this.#endListening = events.subscribeAll((event: StateEvent) =>
      this.#known.set(objectKey(objectOf(event)), event.state),
    )
    metrics.eventsWait(() => this.#waiting.length)
  }

  /** What records the changes of a tenant; without an id, those of a deployment without tenants. */
  of(tenant: string | undefined): RecordChange {
    return (change) => {
      if (change.isObserved && !this.#isNews(tenant, change)) return
      const waiting: Waiting = { tenant, change, since: performance.now() }
      if (this.#trouble !== undefined) return this.#wait(waiting)
      const running = this.#try(waiting, 0).finally(() => this.#running.delete(running))
      this.#running.add(running)
    }
  }

  /** Tries once more to record what waits. */
  async close(): Promise<void> {
    await Promise.all(this.#running)
    await this.#retrying
    if (this.#waiting.length > 0) await this.#retry()
    clearTimeout(this.#timer)
    this.#endListening()
    for (const { change } of this.#waiting) this.#options.metrics.eventDropped(change.type)
  }

  /** True of a state that was read where this process knows another one, or a subscriber waits for one. */
  #isNews(tenant: string | undefined, change: StateChange): boolean {
    const { type, id, state } = change
    const key = keyOf(tenant, change)
    const known = this.#known.get(key)
    if (known === state || (known === undefined && !this.#options.events.isWatched({ tenant, type, id }))) return false
    this.#known.set(key, state)
    return true
  }

  async #try(waiting: Waiting, ageMs: number): Promise<void> {
    const { events, metrics } = this.#options
    const { tenant, change } = waiting
    try {
      if (await events.record(tenant, change, ageMs)) metrics.eventRecorded(change.type)
      // What a retry has under way waits too.
      if (this.#retrying === undefined) this.#recovered()
    } catch (error) {
      this.#fail(errorClass(error))
      this.#wait(waiting)
    }
  }

  #wait(waiting: Waiting): void {
    this.#waiting.push(waiting)
    if (this.#waiting.length > MAX_WAITING) {
      this.#dropped += 1
      this.#options.metrics.eventDropped(this.#waiting.shift()!.change.type)
    }
    this.#schedule()
  }

  /** Tries again after a delay, which no further change puts off. */
  #schedule(): void {
    if (this.#retrying !== undefined) return
    this.#timer ??= setTimeout(() => void this.#retry(), RETRY_MS).unref()
  }

  /** One run at a time; it schedules the next one itself. */
  #retry(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#retrying ??= this.#retryAll().finally(() => {
      this.#retrying = undefined
      if (this.#waiting.length > 0) this.#schedule()
    })
    return this.#retrying
  }

  /** Tries what waits, the first one alone: it tells whether the store is back. Ends at the first failure. */
  async #retryAll(): Promise<void> {
    for (let size = 1; this.#waiting.length > 0; size = MAX_BATCH) {
      const batch = this.#waiting.splice(0, size)
      const { events, metrics } = this.#options
      // Sent in their order on one connection.
      const results = await Promise.allSettled(
        batch.map(({ tenant, change, since }) => events.record(tenant, change, performance.now() - since)),
      )
      const failed = batch.filter((_waiting, i) => results[i]!.status === 'rejected')
      for (const [i, result] of results.entries())
        if (result.status === 'fulfilled' && result.value) metrics.eventRecorded(batch[i]!.change.type)
      if (failed.length === 0) continue
      const rejected = results.find((result) => result.status === 'rejected')
      this.#fail(errorClass(rejected?.reason))
      this.#waiting.unshift(...failed)
      return
    }
    this.#recovered()
  }

  #fail(cause: string): void {
    if (cause !== this.#trouble) this.#options.log.warn({ cause }, 'changes of state are not recorded')
    this.#trouble = cause
  }

  #recovered(): void {
    if (this.#trouble === undefined || this.#waiting.length > 0) return
    this.#options.log.warn({ dropped: this.#dropped }, 'changes of state are recorded again')
    this.#trouble = undefined
    this.#dropped = 0
  }
}
