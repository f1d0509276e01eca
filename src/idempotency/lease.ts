import { randomUUID } from 'node:crypto'
import type { Store, StoreKey } from '../../datasources/contract/store.js'
import { isAbandoned, isHeldBy, retained, RETENTION_SECONDS, type WriteRecord } from './record.js'
import { retryUntilStored } from './retry-until-stored.js'

/** The time in s for which a running mutation holds its key unless `WRITE_LEASE_SECONDS` says otherwise; renewed while it runs. */
export const DEFAULT_LEASE_SECONDS = 30

type Change = (record: WriteRecord | null) => WriteRecord | null | undefined

export interface LeaseOptions {
  readonly store: Store
  readonly key: StoreKey
  /** The canonical form of the input. */
  readonly canonicalInput: string
  /** The attempt id: the idempotency key that the provider gets. */
  readonly attempt: string
  readonly leaseMs: number
  /** Retries a change that the store did not take, in the background. */
  readonly persist: (change: () => Promise<unknown>) => void
}

/** The record under an idempotency key after `acquire`. */
export interface Acquired {
  readonly record: WriteRecord
  /** True when this process holds the lease and is to run the write. */
  readonly isHolder: boolean
  /** True when the key was used with another input. */
  readonly isOtherInput: boolean
}

/**
 * Lease on one idempotency key, as one runner sees it. The record in the store is the lease: while its state is
 * `running` and its time is not over, no other process runs the write.
 */
export class Lease {
  readonly #options: LeaseOptions
  readonly #runner = randomUUID()
  #renewal: NodeJS.Timeout | undefined

  constructor(options: LeaseOptions) {
    this.#options = options
  }

  /** Acquires the lease where the key is free, or where an unfinished write may be repeated. */
  async acquire(mayRepeat: (record: WriteRecord) => boolean): Promise<Acquired> {
    const { leaseMs } = this.#options
    const { value, changed } = await this.#update((record) => {
      if (record === null) return this.#newRecord()
      if (this.#isOtherInput(record)) return undefined
      // A write that a crash or a lost answer left open is run again only where a repeat does no harm.
      if ((record.state === 'unknown' || isAbandoned(record)) && mayRepeat(record)) return this.#running(record, true)
      return isAbandoned(record) ? { ...record, state: 'unknown' } : undefined
    }).catch((error: unknown) => {
      // The store may have taken the change although its answer was lost; it is undone for as long as the lease would last.
      void retryUntilStored(() => this.#update((record) => this.#released(record)), leaseMs)
      throw error
    })
    const record = value!
    return { record, isHolder: changed && record.state === 'running', isOtherInput: this.#isOtherInput(record) }
  }

  /** Renews the lease until `complete`. */
  keepAlive(record: WriteRecord): void {
    this.#renewal = setInterval(() => {
      const renew = () => this.#running(record, record.again === true)
      this.#update((now) => (isHeldBy(now, this.#runner) ? renew() : undefined)).catch(() => undefined)
    }, this.#options.leaseMs / 3)
  }

  /** Ends the lease with the outcome; null frees the key. The caller gets its answer even when the store takes it later. */
  async complete(outcome: WriteRecord | null): Promise<void> {
    // First: a renewal after this would hold the key for no runner.
    clearInterval(this.#renewal)
    const store = () => this.#update((now) => (isHeldBy(now, this.#runner) ? outcome : undefined))
    await store().catch(() => this.#options.persist(store))
  }

  /** Stores the outcome of an unfinished write that no process runs any more; without the store it is found again later. */
  async resolveUnknown(outcome: WriteRecord | null): Promise<void> {
    await this.#update((now) => (now?.state === 'unknown' ? outcome : undefined)).catch(() => undefined)
  }

  #update(change: Change) {
    const { store, key } = this.#options
    return store.update<WriteRecord>(key, RETENTION_SECONDS, (record) => change(retained(record)))
  }

  #isOtherInput(record: WriteRecord): boolean {
    const { store, canonicalInput } = this.#options
    return !store.isDigest(record.input, 'write input', canonicalInput)
  }

  #running({ input, attempt, begun, unkept }: WriteRecord, again: boolean): WriteRecord {
    const until = Date.now() + this.#options.leaseMs
    const record: WriteRecord = { input, attempt, begun, again, state: 'running', runner: this.#runner, until }
    return unkept ? { ...record, unkept } : record
  }

  #newRecord(): WriteRecord {
    const { store, canonicalInput, attempt } = this.#options
    const input = store.digest('write input', canonicalInput)
    return this.#running({ input, attempt, begun: Date.now(), state: 'running' }, false)
  }

  /** The record without this runner's claim. */
  #released(record: WriteRecord | null): WriteRecord | null | undefined {
    if (record?.runner !== this.#runner) return undefined
    return record.again ? { ...record, state: 'unknown' } : null
  }
}
