import type { WindowCounter } from '../limits/window-counter.js'

/** Raw store: a key-value store of bytes with time to live. */
export interface RawStore {
  /** A value and the store's time in ms since 1970, by one request. */
  readonly read: (name: string) => Promise<{ readonly bytes: Buffer | null; readonly now: number }>
  /** The store's time as of its latest reply. */
  readonly now: () => number
  readonly get: (name: string) => Promise<Buffer | null>
  readonly set: (name: string, value: Buffer, ttlMs: number) => Promise<void>
  /** Compare-and-swap: writes `next` (null removes) if the value is `expected` (null: absent); true when it was written. */
  readonly compareAndSwap: (
    name: string,
    expected: Buffer | null,
    next: Buffer | null,
    ttlMs: number,
  ) => Promise<boolean>
  readonly ping: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Raw store with window counters. */
export interface CountingStore extends RawStore {
  readonly spend: WindowCounter
}
