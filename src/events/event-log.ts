import type { StateChange, WatchedType } from '../../datasources/contract/state-change.js'

/** A recorded change of state. It holds ids and words of the graph only. */
export interface StateEvent extends Pick<StateChange, 'type' | 'state' | 'isFinal' | 'owner'> {
  /** Unique over all events; it grows with time. */
  readonly eventId: string
  /** The id of the tenant, undefined in a deployment without tenants. */
  readonly tenant: string | undefined
  readonly objectId: string
  /** Counts the events of this object from 1. */
  readonly sequence: number
  /** ISO 8601, by the store's clock. */
  readonly at: string
}

/** An object of a tenant. */
export interface Watched {
  readonly tenant: string | undefined
  readonly type: WatchedType
  readonly id: string
}

export type EventListener = (event: StateEvent) => void

/**
 * Changes of state over all replicas, each recorded once, capped by time and length. Subscriptions, webhooks to partners
 * and invalidations are fed from it; the audit trail is not.
 */
export interface EventLog {
  /**
   * Records a change that was seen this many ms ago. Resolves to undefined, and records nothing, where it is the state
   * that was recorded last, where that state is final, and where another change was recorded since. Rejects where the
   * store does not take it: the provider folders have a `RecordChange`, which tries again.
   */
  readonly record: (tenant: string | undefined, change: StateChange, ageMs?: number) => Promise<StateEvent | undefined>
  /** Calls back for each event of an object that any replica records from now on; returns the end of it. */
  readonly subscribe: (object: Watched, listener: EventListener) => () => void
  /** Calls back for each event of every object and tenant; returns the end of it. */
  readonly subscribeAll: (listener: EventListener) => () => void
  /** True while this process has a listener of the object. */
  readonly isWatched: (object: Watched) => boolean
  /** An event by its id; null once it is no longer kept. Rejects where the store cannot be reached, and with `STORE_UNTRUSTED` where it cannot be read. */
  readonly find: (eventId: string) => Promise<StateEvent | null>
  /**
   * Handles each event in one process of all replicas, at least once and in no promised order: an event whose handler
   * rejects, or whose process ends, is handled again. A new group begins with the oldest event that is kept. While
   * `isReady` says no, this process takes none.
   */
  readonly consume: (
    group: string,
    handle: (event: StateEvent) => Promise<void>,
    isReady?: () => Promise<boolean>,
  ) => void
  /** Ends the calls to listeners and handlers, when the handlers that run have ended or after five seconds. */
  readonly close: () => Promise<void>
}
