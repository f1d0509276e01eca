import type { WindowCounter } from '../limits/window-counter.js'

/** Bytes under a name for a while: what a store must be able to do. */
export interface RawStore {
  readonly get: (name: string) => Promise<Buffer | null>
  readonly set: (name: string, value: Buffer, ttlMs: number) => Promise<void>
  /** Writes `next` (null removes) only when `expected` is what is there (null: nothing); answers whether it did. */
  readonly compareAndSwap: (
    name: string,
    expected: Buffer | null,
    next: Buffer | null,
    ttlMs: number,
  ) => Promise<boolean>
  readonly ping: () => Promise<void>
  readonly close: () => Promise<void>
}

/** A store that also counts. */
export interface CountingStore extends RawStore {
  readonly spend: WindowCounter
}
