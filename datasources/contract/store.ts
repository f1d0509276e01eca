/**
 * Key of a stored value: a namespace in clear, then parts that are never stored in clear (the stored key is a keyed
 * hash of them).
 */
export type StoreKey = readonly [namespace: string, ...parts: string[]]

/**
 * Key-value store for state that outlives an operation. Values are plain JSON and are encrypted before they leave the
 * process. Every method rejects with `STORE_UNAVAILABLE` when the store cannot be reached in time.
 */
export interface Store {
  readonly get: <T>(key: StoreKey) => Promise<T | null>
  readonly set: (key: StoreKey, value: unknown, ttlSeconds: number) => Promise<void>
  /**
   * Atomic update (compare and swap): `change` gets the current value and returns the next one, null to remove it, or
   * undefined to keep it. It may run more than once. Returns the stored value and whether this call changed it.
   */
  readonly update: <T>(
    key: StoreKey,
    ttlSeconds: number,
    change: (current: T | null) => T | null | undefined,
  ) => Promise<{ readonly value: T | null; readonly changed: boolean }>
  /** Keyed hash (HMAC) of input, for keys and comparisons of personal values. */
  readonly digest: (...parts: string[]) => string
  /** True when `digest` is the hash of this input, with the current key or a rotated one. */
  readonly isDigest: (digest: string, ...parts: string[]) => boolean
  /** Encrypts a value as a text that a caller keeps, bound to its context; equal values have equal texts. */
  readonly seal: (value: unknown, ...context: string[]) => string
  /** The value of a text that `seal` made for this context, with the current key or a rotated one; null for any other text. */
  readonly unseal: (text: string, ...context: string[]) => unknown
}
