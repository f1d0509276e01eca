import { randomUUID } from 'node:crypto'
import { ApiError } from '../../datasources/contract/errors.js'
import { PROVIDER_RETENTION_MS } from '../../datasources/contract/operations.js'
import type { Labels, Revision, Store, StoreKey, WriteKeys, WriteOptions } from '../../datasources/contract/store.js'
import { monotonicClock } from '../../datasources/support/monotonic-clock.js'
import { freed, isAbandoned, isHeldBy, isStored, retained, type WriteRecord } from './record.js'
import { PairedRecord } from './write-name.js'

/** The time in s for which a running mutation holds its key unless `WRITE_LEASE_SECONDS` says otherwise; renewed while it runs. */
export const DEFAULT_LEASE_SECONDS = 30

type Change = (record: WriteRecord | null, now: number) => WriteRecord | null | undefined

interface LeaseOptions {
  readonly store: Store
  readonly keys: WriteKeys
  /** What the record concerns: the tenant, and the bank and the persons that the input names. */
  readonly labels: Labels
  /** The canonical form of the input. */
  readonly canonicalInput: string
  /** The attempt id of a write that begins now: the idempotency key that the provider gets. */
  readonly attemptId: (begun: number) => string
  readonly leaseMs: number
  /** How long the key is kept. */
  readonly keyMs: number
  /** Where the payload is kept as a value of its own; undefined where it is a part of the record. */
  readonly payload?: { readonly keyOf: (runner: string) => StoreKey; readonly ttlSeconds: number } | undefined
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
  /** What the owner of a mirror is the hash of. */
  readonly #ownName: readonly string[]
  readonly #owner: string
  #renewal: NodeJS.Timeout | undefined
  /** The record as this runner saw it last. */
  #revision: Revision | undefined

  constructor(options: LeaseOptions) {
    this.#options = options
    this.#ownName = ['write owner', ...options.keys.record]
    this.#owner = options.store.digest(...this.#ownName)
  }

  /** Acquires the lease where the key is free, or where an unfinished write may be repeated. */
  async acquire(mayRepeat: (record: WriteRecord) => boolean): Promise<Acquired> {
    const { leaseMs } = this.#options
    const claim: Change = (record, now) => {
      if (record === null || record.state === 'free') return this.#newRecord(now, record)
      if (this.#isOtherInput(record)) return undefined
      const isOver = isAbandoned(record, now)
      // A write that a crash or a lost answer left open is run again only where a repeat does no harm.
      // The provider would take it for a new one, once it has forgotten its own key.
      const isKnown = record.begun > now - PROVIDER_RETENTION_MS
      if ((record.state === 'unknown' || isOver) && isKnown && mayRepeat(record))
        return this.#running(record, true, now)
      // The rest may have been executed before the process died.
      const { done: _done, ...abandoned } = record
      return isOver ? { ...abandoned, state: 'unknown' } : undefined
    }
    const { value, changed } = await this.#update(claim, { isClaim: true }).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === 'STORE_UNTRUSTED') throw error
      // The store may have taken the change although its answer was lost: it is undone once the store answers again.
      const lateUntil = monotonicClock.now() + leaseMs
      this.#options.persist(() => this.#release(lateUntil))
      throw error
    })
    const record = value!
    // A record of another input is not changed.
    const isOtherInput = !changed && this.#isOtherInput(record)
    return { record, isHolder: changed && record.state === 'running', isOtherInput }
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
  async complete(outcome: WriteRecord | null, labels: Labels = {}): Promise<void> {
    // First: a renewal after this would hold the key for no runner.
    clearInterval(this.#renewal)
    // Where too few replicas had the change, it is written again: a failover would forget it.
    const change = (next: WriteRecord | null) => (current: WriteRecord | null) =>
      isHeldBy(current, this.#runner) || isStored(current, next) ? next : undefined
    const store = () => this.#store(outcome, change, labels)
    await store().catch(() => this.#options.persist(store))
  }

  /** Stores the outcome of an unfinished write that no process runs any more; without the store it is found again later. */
  async resolveUnknown(outcome: WriteRecord | null, labels: Labels): Promise<void> {
    const change = (next: WriteRecord | null) => (current: WriteRecord | null) =>
      current?.state === 'unknown' ? next : undefined
    await this.#store(outcome, change, labels).catch(() => undefined)
  }

  /**
   * Stores an outcome: its payload first where that has a shorter life, under a name of this runner's, then the record
   * that tells whose payload it is. A record without a payload is then one whose payload has ended, also after a crash in
   * between. Where the record is not this runner's any more (taken over, or erased), the payload is removed again.
   */
  async #store(
    outcome: WriteRecord | null,
    change: (next: WriteRecord | null) => Change,
    labels: Labels,
  ): Promise<unknown> {
    const { store, payload: apart } = this.#options
    if (apart === undefined || outcome?.payload === undefined) return this.#update(change(outcome), labels)
    const { payload, ...record } = outcome
    const key = apart.keyOf(this.#runner)
    await store.set(key, payload, apart.ttlSeconds, this.#labelsWith(labels))
    const { changed } = await this.#update(change({ ...record, isApart: true, payloadBy: this.#runner }), labels)
    const remove = (stored: object | null) => (stored === null ? undefined : null)
    return changed || store.update<object>(key, apart.ttlSeconds, remove)
  }

  #labelsWith({ subjects = [], bank }: Labels): Labels {
    const { labels } = this.#options
    return { ...labels, subjects: [...(labels.subjects ?? []), ...subjects], bank: bank ?? labels.bank }
  }

  /** Changes the record that decides; returns it. A claim is refused where the store is not trusted. */
  async #update(
    change: Change,
    { isClaim = false, ...labels }: WriteOptions = {},
  ): Promise<{ value: WriteRecord | null; changed: boolean }> {
    const { store, keys, keyMs } = this.#options
    let value: WriteRecord | null | undefined
    const { changed, revision } = await store.updateWrite<WriteRecord>(
      keys,
      keyMs / 1000,
      ({ record, earlier }, now) => {
        const pair = { record: retained(record, now, keyMs), earlier: retained(earlier, now, keyMs) }
        const paired = new PairedRecord(pair, (mirror) => store.isDigest(mirror.owner ?? '', ...this.#ownName))
        const next = change(paired.value, now)
        value = next === undefined ? paired.value : next
        return next === undefined ? undefined : paired.next(next, this.#owner, now)
      },
      { ...this.#labelsWith(labels), isClaim, from: this.#revision },
    )
    this.#revision = revision
    return { value: value ?? null, changed }
  }

  #isOtherInput(record: WriteRecord): boolean {
    const { store, canonicalInput } = this.#options
    return !store.isDigest(record.input, 'write input', canonicalInput)
  }

  #running({ input, attempt, begun, wasFree, unkept, done }: WriteRecord, again: boolean, now: number): WriteRecord {
    const until = now + this.#options.leaseMs
    const record: WriteRecord = { input, attempt, begun, again, state: 'running', runner: this.#runner, until }
    return { ...record, ...(wasFree && { wasFree }), ...(unkept && { unkept }), ...(done && { done }) }
  }

  /** The record of a write that begins now. An earlier call with the same input that was not executed leaves its attempt id and its time. */
  #newRecord(now: number, free: WriteRecord | null): WriteRecord {
    if (free !== null && !this.#isOtherInput(free)) return this.#running({ ...free, wasFree: true }, false, now)
    const { store, canonicalInput, attemptId } = this.#options
    const input = store.digest('write input', canonicalInput)
    return this.#running({ input, attempt: attemptId(now), begun: now, state: 'running' }, false, now)
  }

  /**
   * Undoes the claim. Rejects where the key is free, until `lateUntil` of the monotonic clock: a claim that waits, on a
   * connection of its own, is made later. Beside the record of another claim it is not made any more.
   */
  async #release(lateUntil: number): Promise<void> {
    const { value, changed } = await this.#update((record) => this.#released(record))
    const isFree = !changed && (value === null || value.state === 'free')
    if (isFree && monotonicClock.now() < lateUntil) throw new Error('the claim is not made yet')
  }

  /** The record without this runner's claim, also where another process has found it abandoned: nothing was sent under it. */
  #released(record: WriteRecord | null): WriteRecord | null | undefined {
    if (record?.runner !== this.#runner) return undefined
    return record.again ? { ...record, state: 'unknown' } : freed(record, record.wasFree === true)
  }
}
