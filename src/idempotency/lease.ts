import { randomUUID } from 'node:crypto'
import { ApiError } from '../../datasources/contract/errors.js'
import type { Store, WriteKeys } from '../../datasources/contract/store.js'
import { isAbandoned, isHeldBy, isStored, retained, RETENTION_SECONDS, type WriteRecord } from './record.js'
import { retryUntilStored } from './retry-until-stored.js'
import { PairedRecord } from './write-name.js'

/** The time in s for which a running mutation holds its key unless `WRITE_LEASE_SECONDS` says otherwise; renewed while it runs. */
export const DEFAULT_LEASE_SECONDS = 30

type Change = (record: WriteRecord | null, now: number) => WriteRecord | null | undefined

export interface LeaseOptions {
  readonly store: Store
  readonly keys: WriteKeys
  /** Ids of the persons that the input names. */
  readonly subjects: readonly string[]
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
    const claim: Change = (record, now) => {
      if (record === null) return this.#newRecord(now)
      if (this.#isOtherInput(record)) return undefined
      const isOver = isAbandoned(record, now)
      // A write that a crash or a lost answer left open is run again only where a repeat does no harm.
      if ((record.state === 'unknown' || isOver) && mayRepeat(record)) return this.#running(record, true, now)
      return isOver ? { ...record, state: 'unknown' } : undefined
    }
    const { value, changed } = await this.#update(claim, { isClaim: true }).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === 'STORE_UNTRUSTED') throw error
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
      const renew: Change = (current, now) =>
        isHeldBy(current, this.#runner) ? this.#running(record, record.again === true, now) : undefined
      this.#update(renew).catch(() => undefined)
    }, this.#options.leaseMs / 3)
  }

  /** Ends the lease with the outcome; null frees the key. The caller gets its answer even when the store takes it later. */
  async complete(outcome: WriteRecord | null, subjects: readonly string[] = []): Promise<void> {
    // First: a renewal after this would hold the key for no runner.
    clearInterval(this.#renewal)
    // Where too few replicas had the change, it is written again: a failover would forget it.
    const change: Change = (current) =>
      isHeldBy(current, this.#runner) || isStored(current, outcome) ? outcome : undefined
    const store = () => this.#update(change, { subjects })
    await store().catch(() => this.#options.persist(store))
  }

  /** Stores the outcome of an unfinished write that no process runs any more; without the store it is found again later. */
  async resolveUnknown(outcome: WriteRecord | null, subjects: readonly string[]): Promise<void> {
    const change: Change = (current) => (current?.state === 'unknown' ? outcome : undefined)
    await this.#update(change, { subjects }).catch(() => undefined)
  }

  /** Changes the record that decides; returns it. A claim is refused where the store is not trusted. */
  async #update(
    change: Change,
    { isClaim = false, subjects = [] }: { readonly isClaim?: boolean; readonly subjects?: readonly string[] } = {},
  ): Promise<{ value: WriteRecord | null; changed: boolean }> {
    const { store, keys } = this.#options
    const owner = store.digest(...this.#ownName)
    let value: WriteRecord | null | undefined
    const { changed } = await store.updateWrite<WriteRecord>(
      keys,
      RETENTION_SECONDS,
      ({ record, earlier }, now) => {
        const pair = { record: retained(record, now), earlier: retained(earlier, now) }
        const paired = new PairedRecord(pair, (mirror) => store.isDigest(mirror.owner ?? '', ...this.#ownName))
        const next = change(paired.value, now)
        value = next === undefined ? paired.value : next
        return next === undefined ? undefined : paired.next(next, owner, now)
      },
      { isClaim, subjects: [...this.#options.subjects, ...subjects] },
    )
    return { value: value ?? null, changed }
  }

  /** What the owner of a mirror is the hash of. */
  get #ownName(): readonly string[] {
    return ['write owner', ...this.#options.keys.record]
  }

  #isOtherInput(record: WriteRecord): boolean {
    const { store, canonicalInput } = this.#options
    return !store.isDigest(record.input, 'write input', canonicalInput)
  }

  #running({ input, attempt, begun, unkept }: WriteRecord, again: boolean, now: number): WriteRecord {
    const until = now + this.#options.leaseMs
    const record: WriteRecord = { input, attempt, begun, again, state: 'running', runner: this.#runner, until }
    return unkept ? { ...record, unkept } : record
  }

  #newRecord(now: number): WriteRecord {
    const { store, canonicalInput, attempt } = this.#options
    const input = store.digest('write input', canonicalInput)
    return this.#running({ input, attempt, begun: now, state: 'running' }, false, now)
  }

  /** The record without this runner's claim. */
  #released(record: WriteRecord | null): WriteRecord | null | undefined {
    if (record?.runner !== this.#runner) return undefined
    return record.again ? { ...record, state: 'unknown' } : null
  }
}
