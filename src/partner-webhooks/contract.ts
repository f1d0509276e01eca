import type { WatchedType } from '../../datasources/contract/state-change.js'
import type { WebhookDeliveryOutcome, WebhookDisabledReason } from '../../schema/webhook-endpoint.js'

/** A webhook endpoint, as it is stored. */
export interface StoredEndpoint {
  readonly id: string
  /** The tenant and the client of the caller who created it. */
  readonly tenant: string
  readonly client: string
  readonly url: string
  readonly types: readonly WatchedType[]
  readonly secret: string
  /** The secret before the last rotation, in use until `until` (ms since 1970). */
  readonly previous?: { readonly secret: string; readonly until: number } | undefined
  /** The attempt that rotated the secret last: a repeat of it does not rotate again. */
  readonly rotatedBy?: string | undefined
  readonly disabled?: { readonly reason: WebhookDisabledReason; readonly at: number } | undefined
  /** When it was last enabled or disabled, also where it was so already, in ms since 1970. */
  readonly switchedAt?: number | undefined
  /** Since when every attempt has failed, in ms since 1970. */
  readonly failingSince?: number | undefined
  /** In ms since 1970. */
  readonly createdAt: number
}

/** What one delivery is: an event, and the endpoint that gets it. */
export interface DeliveryIds {
  readonly eventId: string
  readonly endpointId: string
}

/** How an attempt ended. */
export interface Attempted {
  readonly outcome: WebhookDeliveryOutcome
  /** `delivered`, `failed` (tried again), `dead` (not tried again), or `busy` (the endpoint has no room: no attempt was made). */
  readonly verdict: 'delivered' | 'failed' | 'dead' | 'busy'
  /** How long to wait at least before the next attempt. */
  readonly waitMs?: number | undefined
}

/** Attempts a delivery. It never rejects for what the endpoint does. */
export type Attempt = (ids: DeliveryIds) => Promise<Attempted>

/** A replay of a delivery. */
export interface Replay {
  /** The id of the attempt of the caller's write. */
  readonly by: string
  /** When it was asked for, by the store's time in ms since 1970. */
  readonly at: number
}

/** A delivery in the queue. Times are in ms since 1970. */
export interface QueuedDelivery extends DeliveryIds {
  /** Attempts that have ended. */
  readonly attempts: number
  readonly lastOutcome: WebhookDeliveryOutcome | undefined
  readonly state: 'pending' | 'retrying' | 'delivered' | 'dead'
  readonly nextAttemptAt: number | undefined
  readonly createdAt: number
  readonly endedAt: number | undefined
  /** The last replay that was made. */
  readonly replay?: Replay | undefined
}

/** The place behind a delivery in the list of an endpoint: its time, and the number of deliveries of that time up to it. */
export interface DeliveryPosition {
  readonly at: number
  readonly seen: number
}

/** A delivery with the place behind it. */
export interface ListedDelivery {
  /** Undefined where it is no longer kept. */
  readonly delivery: QueuedDelivery | undefined
  readonly position: DeliveryPosition
}

/** How many deliveries are in which state. */
export type DeliveryCounts = Readonly<Record<'waiting' | 'active' | 'delayed' | 'dead', number>>

/** The name under which polls of outcomes are in the queue, in place of an endpoint. They are in no list. */
export const POLL = 'poll'

/**
 * The deliveries that wait, are attempted and have ended, of all replicas. It holds ids, numbers, times and outcomes
 * only.
 */
export interface DeliveryQueue {
  /** Adds a delivery; one that is there already is not added again. */
  readonly add: (ids: DeliveryIds) => Promise<void>
  /** The deliveries of an endpoint after a position, newest first, at most `count`. */
  readonly list: (
    endpointId: string,
    count: number,
    after: DeliveryPosition | undefined,
  ) => Promise<readonly ListedDelivery[]>
  readonly find: (ids: DeliveryIds) => Promise<QueuedDelivery | undefined>
  /** Attempts a delivery again that has ended; false where it has not. */
  readonly replay: (ids: DeliveryIds, replay: Replay) => Promise<boolean>
  /** Begins to attempt deliveries in this process. */
  readonly work: (attempt: Attempt) => void
  readonly counts: () => Promise<DeliveryCounts>
  /** Begins no attempt any more; resolves when those under way have ended. */
  readonly stop: () => Promise<void>
  readonly close: () => Promise<void>
}
