import type { SpanFacts } from '../../datasources/contract/trace.js'
import type { LeasePoints } from '../limits/point-lease.js'
import type { PermitStore } from './permits.js'
import type { ClaimCheck } from './trust.js'

/** The command that each method sends, and the script that it runs. A `claim` is a compare-and-swap with a check. */
export type RawCommands = Readonly<Record<'read' | 'get' | 'set' | 'compareAndSwap' | 'claim', SpanFacts['command']>>

/** Raw store: a key-value store of bytes with time to live. */
export interface RawStore {
  /** A value and the store's time in ms since 1970, by one request. */
  readonly read: (name: string) => Promise<{ readonly bytes: Buffer | null; readonly now: number }>
  /** The store's time as of its latest reply. */
  readonly now: () => number
  readonly get: (name: string) => Promise<Buffer | null>
  readonly set: (name: string, value: Buffer, ttlMs: number) => Promise<void>
  /**
   * Compare-and-swap: writes `next` (null removes) if the value is `expected` (null: absent); true when it was written.
   * With a check it rejects with `EpochChanged`, and writes nothing, where the store states another epoch.
   */
  readonly compareAndSwap: (
    name: string,
    expected: Buffer | null,
    next: Buffer | null,
    ttlMs: number,
    check?: ClaimCheck,
  ) => Promise<boolean>
  /**
   * Does what a claim of a keyed write does, on a record of its own: a store that would refuse the claim rejects, with a
   * cause that `errorClass` can name.
   */
  readonly probe: () => Promise<void>
  readonly close: () => Promise<void>
  /** The commands of a store on another machine, for their spans; absent for the memory of this process. */
  readonly commands?: RawCommands | undefined
}

/**
 * Called when the state of the store may have changed: `connection` when a connection was made, failed or was closed,
 * `command` when a command failed. It says when to probe; only the probe tells the state.
 */
export type StoreObserver = (what: 'connection' | 'command') => void

/** Raw store with rate limit windows. Their names are not hashed here: callers hash those with personal data. */
export interface CountingStore extends RawStore {
  readonly lease: LeasePoints
  /** Semaphores over all processes; absent where there is only this one. */
  readonly permits?: PermitStore
}
