import type { StateChange, WatchedType } from '../../datasources/contract/state-change.js'

/** A recorded change of state. It holds ids and words of the graph only. */
export interface StateEvent extends Pick<StateChange, 'type' | 'state' | 'isFinal'> {
  /** Unique over all events; it grows with time. */
  readonly eventId: string
  /** The id of the tenant, undefined in a deployment without tenants. */
  readonly tenant: string | undefined
  readonly objectId: string
  /** Counts the events of this object from 1. */
  readonly sequence: number
  /** ISO 8601. */
  readonly at: string
}

/** An object of a tenant. */
export interface Watched {
  readonly tenant: string | undefined
  readonly type: WatchedType
  readonly id: string
}

/**
 * Changes of state over all replicas, each recorded once, capped by time and length. Subscriptions, webhooks to partners
 * and invalidations are fed from it; the audit trail is not.
 */
export interface EventLog {
  /** Records a change, unless it is the state that was recorded last; resolves to undefined then. */
  readonly record: (tenant: string | undefined, change: StateChange) => Promise<StateEvent | undefined>
  /** Calls back for each event of an object that any replica records from now on; returns the end of it. */
  readonly subscribe: (object: Watched, listener: (event: StateEvent) => void) => () => void
  /** An event by its id; null once it is no longer kept. */
  readonly find: (eventId: string) => Promise<StateEvent | null>
  /**
   * Handles each event in one process of all replicas, at least once: an event whose handler rejects, or whose process
   * ends, is handled again.
   */
  readonly consume: (group: string, handle: (event: StateEvent) => Promise<void>) => void
  readonly close: () => Promise<void>
}
