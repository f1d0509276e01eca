import { ApiError } from '../../datasources/contract/errors.js'
import type { OperationScope } from '../../datasources/contract/operation-scope.js'
import type { Attempt } from '../../datasources/contract/operations.js'
import { cursorsOf } from '../../datasources/support/cursor.js'
import { changeOwn } from '../../datasources/support/own-write.js'
import { DEFAULT_PAGE, type Page } from '../../schema/page.js'
import type { WebhookDelivery, WebhookDeliveryState } from '../../schema/webhook-endpoint.js'
import type { EventLog } from '../events/event-log.js'
import type { DeliveryIds, DeliveryPosition, DeliveryQueue, ListedDelivery, QueuedDelivery } from './contract.js'
import { queuedStateOf, toDelivery } from './mapping.js'

/** Deliveries that are looked at for one page of a state; a page may then have fewer than there are. */
const MAX_SCANNED = 1_000
const SCAN_PAGE = 100

/** Which deliveries are asked for. */
export interface DeliveriesKey {
  readonly endpointId: string
  readonly first?: number | null
  readonly after?: string | null
  readonly state?: WebhookDeliveryState | null
}

interface DeliveryListOptions {
  readonly queue: DeliveryQueue
  readonly events: Pick<EventLog, 'find'>
}

/** A delivery that is there. */
type Found = ListedDelivery & { readonly delivery: QueuedDelivery }

interface Scanned {
  readonly found: readonly Found[]
  /** Behind the last delivery that was looked at; undefined where none was. */
  readonly end: DeliveryPosition | undefined
  readonly hasMore: boolean
}

/** An error of the queue as that of the store, which it shares Redis with. */
async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    throw cause instanceof ApiError ? cause : new ApiError('STORE_UNAVAILABLE', { retryAfterSeconds: 1, cause })
  }
}

/** The deliveries of endpoints, as the graph shows them. */
export class DeliveryList {
  readonly #queue: DeliveryQueue
  readonly #events: Pick<EventLog, 'find'>

  constructor({ queue, events }: DeliveryListOptions) {
    this.#queue = queue
    this.#events = events
  }

  /** A page of an endpoint's deliveries, newest first. */
  async page(
    operation: OperationScope,
    { endpointId, first, after, state }: DeliveriesKey,
  ): Promise<Page<WebhookDelivery>> {
    const cursors = cursorsOf<DeliveryPosition>(operation, 'webhookDeliveries', [endpointId, state ?? null])
    const position = after == null ? undefined : cursors.decode(after)
    const wanted = state == null ? undefined : queuedStateOf(state)
    const { found, end, hasMore } = await orUnavailable(this.#scan(endpointId, first ?? DEFAULT_PAGE, position, wanted))
    return {
      nodes: await Promise.all(found.map(({ delivery }) => this.#shown(delivery))),
      cursorAt: (i) => cursors.encode(found[i]!.position),
      endCursor: end === undefined ? null : cursors.encode(end),
      hasNextPage: hasMore,
      hasPreviousPage: position !== undefined,
    }
  }

  /**
   * Attempts a delivery again; undefined where there is none, and unchanged where it has not ended. A repeat leaves it as
   * it is also where the first call has replayed it, or another one has since.
   */
  async replay(
    operation: OperationScope,
    ids: DeliveryIds,
    { id, isRetry, begunAt }: Attempt,
  ): Promise<{ readonly delivery: WebhookDelivery; readonly isReplayed: boolean } | undefined> {
    const found = await orUnavailable(this.#queue.find(ids))
    if (found === undefined) return undefined
    const { replay } = found
    if (isRetry && replay !== undefined && (replay.by === id || replay.at >= begunAt))
      return { delivery: await this.#shown(found), isReplayed: false }
    return changeOwn(operation, async () => {
      const isReplayed = await orUnavailable(this.#queue.replay(ids, { by: id, at: operation.store.now() }))
      const delivery = await orUnavailable(this.#queue.find(ids))
      return delivery && { delivery: await this.#shown(delivery), isReplayed }
    })
  }

  /** The deliveries of a state, up to a bound of those that are looked at; one more than is asked for tells of a next page. */
  async #scan(
    endpointId: string,
    count: number,
    after: DeliveryPosition | undefined,
    wanted: QueuedDelivery['state'] | undefined,
  ): Promise<Scanned> {
    const found: Found[] = []
    const isFound = (one: ListedDelivery): one is Found =>
      one.delivery !== undefined && (wanted === undefined || one.delivery.state === wanted)
    const size = wanted === undefined ? count + 1 : SCAN_PAGE
    let end = after
    for (let scanned = 0; scanned < MAX_SCANNED;) {
      const listed = await this.#queue.list(endpointId, size, end)
      for (const one of listed) {
        if (isFound(one) && found.length === count) return { found, end, hasMore: true }
        if (isFound(one)) found.push(one)
        end = one.position
      }
      if (listed.length < size) return { found, end: found.length > 0 ? end : undefined, hasMore: false }
      scanned += listed.length
    }
    return { found, end, hasMore: true }
  }

  async #shown(delivery: QueuedDelivery): Promise<WebhookDelivery> {
    const event = await this.#events.find(delivery.eventId).catch((error: unknown) => {
      // The event is there and cannot be read; the delivery is known all the same.
      if (error instanceof ApiError && error.code === 'STORE_UNTRUSTED') return null
      throw error
    })
    return toDelivery(delivery, event)
  }
}
