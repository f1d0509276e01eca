/** The kinds of objects whose state changes after the operation that began them, by the root field that reads them. */
export const WATCHED_TYPES = [
  'verificationResult',
  'accountAttributesJob',
  'accountVerifications',
  'personVerification',
  'kycOverview',
] as const
export type WatchedType = (typeof WATCHED_TYPES)[number]

/** A state of an object, as a provider folder learns of it. It holds no personal value. */
export interface StateChange {
  readonly type: WatchedType
  /** The id by which the graph's root field reads the object. */
  readonly id: string
  /** The word of the graph for the state, such as `COMPLETED`. */
  readonly state: string
  /** True where the state does not change any more. */
  readonly isFinal: boolean
  /** Ids of the persons that the object concerns, for the erasure of what is stored; never in an event. */
  readonly subjects?: readonly string[] | undefined
}

/** Records a change of state, once for each state of an object; it never rejects and never delays the operation's answer. */
export type RecordChange = (change: StateChange) => void
