import type { SpanFacts } from '../../datasources/contract/trace.js'
import type { LeasePoints } from '../limits/point-lease.js'
import type { PermitStore } from './permits.js'
import type { ClaimCheck } from './trust.js'

/** The command that each method sends, and the script that it runs. */
export type RawCommands = Readonly<
  Record<'read' | 'get' | 'set' | 'compareAndSwap' | 'compareAndSwapAll', SpanFacts['command']>
>

/** A change of one name from the value that it is expected to have. */
export interface Change {
  readonly name: string
  /** Null: absent. */
  readonly expected: Buffer | null
  /** Null removes; undefined only compares. */
  readonly next?: Buffer | null | undefined
}

/** Changes that are made together. */
export interface Swap {
  readonly changes: readonly Change[]
  readonly ttlMs: number
  /** The epoch that the store must state, beside the first change. */
  readonly check?: ClaimCheck | undefined
  /** The store's time that the changes go by, in ms since 1970: nothing is changed where the store has another one. */
  readonly at?: number | undefined
}

/** How a swap ended. */
export interface Swapped {
  /** `made`: every value was as expected, and is changed; `epoch`: the store states another epoch. */
  readonly outcome: 'made' | 'other' | 'epoch'
  /** The store's time. */
  readonly now: number
  /** What the names have, where the swap was not made. */
  readonly found?: readonly (Buffer | null)[] | undefined
}

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
  /**
   * Compare-and-swap of several names by one request: all are changed or none is. A cluster gets a request for each name
   * at once, and what was changed is undone where another one was not.
   */
  readonly compareAndSwapAll: (swap: Swap) => Promise<Swapped>
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
