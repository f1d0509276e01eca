import type { WindowCounter } from '../limits/window-counter.js'

/** Raw store: a key-value store of bytes with time to live. */
export interface RawStore {
  readonly get: (name: string) => Promise<Buffer | null>
  readonly set: (name: string, value: Buffer, ttlMs: number) => Promise<void>
  /** Compare-and-swap: writes `next` (null removes) if the value is `expected` (null: absent); true when it was written. */
  readonly compareAndSwap: (
    name: string,
    expected: Buffer | null,
    next: Buffer | null,
    ttlMs: number,
  ) => Promise<boolean>
  /**
   * Does what a claim of a keyed write does, on a record of its own: a store that would refuse the claim rejects, with a
   * cause that `errorClass` can name.
   */
  readonly probe: () => Promise<void>
  readonly close: () => Promise<void>
}

/**
 * Called when the state of the store may have changed: `connection` when a connection was made, failed or was closed,
 * `command` when a command failed. It says when to probe; only the probe tells the state.
 */
export type StoreObserver = (what: 'connection' | 'command') => void

/** Raw store with window counters. */
export interface CountingStore extends RawStore {
  readonly spend: WindowCounter
}
