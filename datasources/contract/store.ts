/**
 * A name in the store: a namespace in clear, then parts that are never stored in clear
 * (the key that is written is a keyed hash of them).
 */
export type StoreKey = readonly [namespace: string, ...parts: string[]]

/**
 * What outlives an operation. Values are plain JSON and are encrypted before they leave the process.
 * Every method rejects with `STORE_UNAVAILABLE` when the store cannot be reached in time.
 */
export interface Store {
  readonly get: <T>(key: StoreKey) => Promise<T | null>
  readonly set: (key: StoreKey, value: unknown, ttlSeconds: number) => Promise<void>
  /**
   * Changes a value atomically: `change` sees the current value and answers the next one, null to remove it, or undefined to leave it
   * as it is. It may run more than once. Answers what is stored afterwards and whether this call changed it.
   */
  readonly update: <T>(
    key: StoreKey,
    ttlSeconds: number,
    change: (current: T | null) => T | null | undefined,
  ) => Promise<{ readonly value: T | null; readonly changed: boolean }>
  /** A keyed hash of a question, for keys and comparisons of personal input. */
  readonly digest: (...parts: string[]) => string
  /** True of a `digest` of this question, also of one that was made before the key was rotated. */
  readonly isDigest: (digest: string, ...parts: string[]) => boolean
}
