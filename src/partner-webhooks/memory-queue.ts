import { PendingTasks } from '../../datasources/support/pending-tasks.js'
import type {
  Attempt,
  Attempted,
  DeliveryCounts,
  DeliveryIds,
  DeliveryPosition,
  DeliveryQueue,
  ListedDelivery,
  QueuedDelivery,
  Replay,
} from './contract.js'
import type { RetrySchedule } from './retry-schedule.js'

/** Deliveries that are kept; the oldest that has ended goes first. */
const MAX_DELIVERIES = 10_000

interface MemoryQueueOptions {
  readonly schedule: RetrySchedule
  readonly now: () => number
}

const keyOf = ({ eventId, endpointId }: DeliveryIds): string => `${eventId}.${endpointId}`

/** The deliveries of a single process, for development: they end with it. */
export class MemoryDeliveryQueue implements DeliveryQueue {
  readonly #options: MemoryQueueOptions
  /** From the oldest to the newest. */
  readonly #deliveries = new Map<string, QueuedDelivery>()
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #running = new PendingTasks()
  #active = 0
  #attempt: Attempt | undefined

  constructor(options: MemoryQueueOptions) {
    this.#options = options
  }

  add(ids: DeliveryIds): Promise<void> {
    const { eventId, endpointId } = ids
    if (!this.#deliveries.has(keyOf(ids))) {
      const createdAt = this.#options.now()
      const begun = { attempts: 0, lastOutcome: undefined, state: 'pending', endedAt: undefined } as const
      this.#trim()
      this.#deliveries.set(keyOf(ids), { eventId, endpointId, createdAt, nextAttemptAt: createdAt, ...begun })
      this.#plan(ids, 0)
    }
    return Promise.resolve()
  }

  list(endpointId: string, count: number, after: DeliveryPosition | undefined): Promise<readonly ListedDelivery[]> {
    const own = [...this.#deliveries.values()].filter((delivery) => delivery.endpointId === endpointId).reverse()
    const listed: ListedDelivery[] = []
    let position: DeliveryPosition = { at: Infinity, seen: 0 }
    for (const delivery of own) {
      const at = delivery.createdAt
      position = { at, seen: at === position.at ? position.seen + 1 : 1 }
      const isBefore = after !== undefined && (at > after.at || (at === after.at && position.seen <= after.seen))
      if (!isBefore && listed.length < count) listed.push({ delivery, position })
    }
    return Promise.resolve(listed)
  }

  find(ids: DeliveryIds): Promise<QueuedDelivery | undefined> {
    return Promise.resolve(this.#deliveries.get(keyOf(ids)))
  }

  replay(ids: DeliveryIds, replay: Replay): Promise<boolean> {
    const delivery = this.#deliveries.get(keyOf(ids))
    const hasEnded = delivery?.endedAt !== undefined
    if (hasEnded) {
      const nextAttemptAt = this.#options.now()
      this.#set(delivery, { attempts: 0, state: 'pending', endedAt: undefined, nextAttemptAt, replay })
      this.#plan(ids, 0)
    }
    return Promise.resolve(hasEnded)
  }

  work(attempt: Attempt): void {
    this.#attempt = attempt
  }

  counts(): Promise<DeliveryCounts> {
    const states = [...this.#deliveries.values()].map(({ state }) => state)
    const count = (state: QueuedDelivery['state']) => states.filter((one) => one === state).length
    return Promise.resolve({
      waiting: count('pending'),
      active: this.#active,
      delayed: count('retrying'),
      dead: count('dead'),
    })
  }

  async stop(): Promise<void> {
    this.#attempt = undefined
    for (const timer of this.#timers.values()) clearTimeout(timer)
    await this.#running.settled()
  }

  close(): Promise<void> {
    return this.stop()
  }

  #plan(ids: DeliveryIds, ms: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(keyOf(ids))
      this.#running.add(this.#run(ids))
    }, ms).unref()
    this.#timers.set(keyOf(ids), timer)
  }

  async #run(ids: DeliveryIds): Promise<void> {
    if (this.#attempt === undefined) return
    this.#active += 1
    const attempted = await this.#attempt(ids).finally(() => (this.#active -= 1))
    const delivery = this.#deliveries.get(keyOf(ids))
    if (delivery !== undefined) this.#end(delivery, attempted)
  }

  #end(delivery: QueuedDelivery, { outcome, verdict, waitMs }: Attempted): void {
    const { schedule, now } = this.#options
    if (verdict === 'busy') return this.#plan(delivery, waitMs ?? 0)
    const attempts = delivery.attempts + 1
    if (verdict === 'failed' && attempts < schedule.maxAttempts) {
      const delayMs = schedule.delayMs(attempts, waitMs)
      this.#set(delivery, { attempts, lastOutcome: outcome, state: 'retrying', nextAttemptAt: now() + delayMs })
      return this.#plan(delivery, delayMs)
    }
    const state = verdict === 'delivered' ? 'delivered' : 'dead'
    this.#set(delivery, { attempts, lastOutcome: outcome, state, endedAt: now(), nextAttemptAt: undefined })
  }

  #set(delivery: QueuedDelivery, change: Partial<QueuedDelivery>): void {
    this.#deliveries.set(keyOf(delivery), { ...delivery, ...change })
  }

  #trim(): void {
    for (const [key, { endedAt }] of this.#deliveries) {
      if (this.#deliveries.size < MAX_DELIVERIES) return
      if (endedAt !== undefined) this.#deliveries.delete(key)
    }
  }
}
