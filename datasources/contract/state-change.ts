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
  /** True where the state does not change any more: a later change of the object is not recorded. */
  readonly isFinal: boolean
  /** Tells apart two changes with the same word, such as the id of the write that made each; absent where the word tells. */
  readonly revision?: string | undefined
  /**
   * True of a state that was only read. It is recorded where another state was recorded before, and where this process
   * has a subscriber; the first one that is read is not a change.
   */
  readonly isObserved?: boolean | undefined
  /** The tenant of the caller who began the object, as the token names it; absent where it is no caller's own. */
  readonly owner?: string | undefined
  /** Ids of the persons that the object concerns, for the erasure of what is stored; an event keeps keyed hashes of them. */
  readonly subjects?: readonly string[] | undefined
}

/** Records a change of state, once for each state of an object; it never throws and never delays the operation's answer. */
export type RecordChange = (change: StateChange) => void
