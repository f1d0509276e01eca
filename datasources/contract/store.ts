import type { Namespace } from './namespaces.js'
import type { OperationTrace } from './trace.js'

/**
 * Key of a stored value: a declared namespace in clear, then parts that are never stored in clear (the stored key is a
 * keyed hash of them).
 */
export type StoreKey = readonly [namespace: Namespace, ...parts: string[]]

/** What a writer says of a value beside the value itself. */
export interface Labels {
  /** Ids of the persons that the value concerns: it keeps a keyed hash of each, so that their values can be found. */
  readonly subjects?: readonly string[] | undefined
  /** The tenant that it belongs to, where it belongs to one: kept as a keyed hash too. */
  readonly tenant?: string | undefined
  /** The bank of its customer, where it names one: kept as a keyed hash too. */
  readonly bank?: string | undefined
}

/** The keys of a write's record: its own name, and the name under which version 0.1.0 looks for it. */
export interface WriteKeys {
  readonly record: StoreKey
  readonly earlier: StoreKey
}

/** The records of a write under its two names. */
export interface WritePair<T> {
  readonly record: T | null
  readonly earlier: T | null
}

/** What the names of a write had after a change: only the store reads it. */
export interface Revision {
  readonly record: object
  readonly earlier: object
}

export interface WriteOptions extends Labels {
  /** What the change begins from, where that is known: it is then not read before. */
  readonly from?: Revision | undefined
  /** True for a change that lets a write be run: refused unless the store is known to have forgotten nothing. */
  readonly isClaim?: boolean | undefined
}

/**
 * Key-value store for state that outlives an operation. Values are plain JSON and are encrypted before they leave the
 * process. Every method rejects with `STORE_UNAVAILABLE` when the store cannot be reached in time.
 */
export interface Store {
  readonly get: <T>(key: StoreKey) => Promise<T | null>
  readonly set: (key: StoreKey, value: unknown, ttlSeconds: number, labels?: Labels) => Promise<void>
  /**
   * Atomic update (compare and swap): `change` gets the current value and returns the next one, null to remove it, or
   * undefined to keep it. It may run more than once. `now` is the store's time in ms since 1970, read with the value:
   * leases and schedules go by it, because the clocks of the replicas may differ. Returns the stored value and whether
   * this call changed it.
   */
  readonly update: <T>(
    key: StoreKey,
    ttlSeconds: number,
    change: (current: T | null, now: number) => T | null | undefined,
    labels?: Labels,
  ) => Promise<{ readonly value: T | null; readonly changed: boolean }>
  /**
   * Atomic update of the records of a keyed write: both names change, or none does. A name that `change` leaves out is
   * kept. A claim's `change` may first get absent records, before it is known that
   * they are: what it returns last counts. Rejects with `STORE_UNTRUSTED` where a record cannot be read, and for a claim where the store may have
   * forgotten records: a known key would be taken for a new one.
   */
  readonly updateWrite: <T extends object>(
    keys: WriteKeys,
    ttlSeconds: number,
    change: (current: WritePair<T>, now: number) => Partial<WritePair<T>> | undefined,
    options?: WriteOptions,
  ) => Promise<{ readonly value: WritePair<T>; readonly changed: boolean; readonly revision: Revision }>
  /**
   * Begins the lifetime of a value anew, under the name of the current key: a value that has no end would else need every
   * key under which it was ever named.
   */
  readonly renew: (key: StoreKey, ttlSeconds: number) => Promise<void>
  /** The store's time in ms since 1970, as of its latest reply; the time of this machine until it has replied. */
  readonly now: () => number
  /** Keyed hash (HMAC) of input, for keys and comparisons of personal values. */
  readonly digest: (...parts: string[]) => string
  /** True when `digest` is the hash of this input, with the current key or a rotated one. */
  readonly isDigest: (digest: string, ...parts: string[]) => boolean
  /** Encrypts a value as a text that a caller keeps, bound to its context; equal values have equal texts. */
  readonly seal: (value: unknown, ...context: string[]) => string
  /** This store with its commands recorded as spans; absent where no other machine is asked. */
  readonly traced?: ((trace: OperationTrace) => Store) | undefined
  /** The value of a text that `seal` made for this context, with the current key or a rotated one; null for any other text. */
  readonly unseal: (text: string, ...context: string[]) => unknown
}
