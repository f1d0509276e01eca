import type { LeasePoints } from '../limits/point-lease.js'
import type { PermitStore } from './permits.js'

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
  readonly ping: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Raw store with rate limit windows. Their names are not hashed here: callers hash those with personal data. */
export interface CountingStore extends RawStore {
  readonly lease: LeasePoints
  /** Semaphores over all processes; absent where there is only this one. */
  readonly permits?: PermitStore
}
