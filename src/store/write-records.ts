import { setTimeout as delay } from 'node:timers/promises'
import { ApiError } from '../../datasources/contract/errors.js'
import type { Labels, WriteKeys, WriteOptions, WritePair } from '../../datasources/contract/store.js'
import { type StoreCipher, Unreadable } from './cipher.js'
import type { RawStore } from './raw-store.js'
import { type ClaimCheck, EpochChanged, type Trust, untrusted } from './trust.js'

const MAX_ATTEMPTS = 50
const MAX_RETRY_DELAY_MS = 50

/** A record under one of its names. */
interface Found<T> {
  readonly name: string
  /** Its names under the other keys, where it must not exist too. */
  readonly otherNames: readonly string[]
  readonly bytes: Buffer | null
  readonly value: T | null
  readonly now: number
}

/** A change of one name, from the bytes that were read. */
interface Swap {
  readonly name: string
  readonly before: Buffer | null
  readonly after: Buffer | null
  readonly otherNames: readonly string[]
  readonly check?: ClaimCheck | undefined
}

/** How the swaps of one change ended. */
type Ended = 'all' | 'none' | 'epoch'

/**
 * The records of keyed writes, each under two names: that of this version and that of 0.1.0. Both are changed or none
 * is: the swaps are sent together, and those of an attempt that lost one are undone. What cannot be read is refused
 * here, never taken for absent.
 */
export class WriteRecords {
  readonly #raw: RawStore
  readonly #cipher: StoreCipher
  readonly #trust: Trust

  constructor(raw: RawStore, cipher: StoreCipher, trust: Trust) {
    this.#raw = raw
    this.#cipher = cipher
    this.#trust = trust
  }

  /** Optimistic locking over both names. */
  async update<T extends object>(
    keys: WriteKeys,
    ttlMs: number,
    change: (current: WritePair<T>, now: number) => Partial<WritePair<T>> | undefined,
    { isClaim = false, ...labels }: WriteOptions = {},
  ): Promise<{ value: WritePair<T>; changed: boolean }> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      if (attempt > 0) await delay(Math.random() * Math.min(2 ** attempt, MAX_RETRY_DELAY_MS))
      // Together: one round trip.
      const [record, earlier] = await Promise.all([
        this.#find<T>(this.#cipher.writeNamesOf(keys.record)),
        this.#find<T>(this.#cipher.namesOf(keys.earlier)),
      ])
      const current = { record: record.value, earlier: earlier.value }
      const next = change(current, record.now)
      if (next === undefined) return { value: current, changed: false }
      const check = isClaim ? await this.#trust.checkOf(record.name) : undefined
      const ended = await this.#swapAll(
        [
          ...this.#swapOf(earlier, next.earlier, labels),
          ...this.#swapOf(record, next.record, labels).map((swap) => ({ ...swap, check })),
        ],
        ttlMs,
      )
      if (ended === 'all') return { value: { ...current, ...next }, changed: true }
      if (ended === 'epoch') await this.#trust.recheck()
    }
    throw new ApiError('STORE_UNAVAILABLE', { retryAfterSeconds: 1 })
  }

  /** Finds a record under its first name, else under one of an older key. */
  async #find<T>(names: readonly string[]): Promise<Found<T>> {
    const reads = await Promise.all(names.map((name) => this.#raw.read(name)))
    const at = Math.max(
      0,
      reads.findIndex(({ bytes }) => bytes !== null),
    )
    const name = names[at]!
    const { bytes, now } = reads[at]!
    const otherNames = names.filter((other) => other !== name)
    return { name, otherNames, bytes, now, value: bytes && (this.#open(name, bytes) as T) }
  }

  #open(name: string, bytes: Buffer): unknown {
    try {
      return this.#cipher.open(name, bytes)
    } catch (error) {
      throw error instanceof Unreadable ? untrusted() : error
    }
  }

  #swapOf<T>({ name, otherNames, bytes }: Found<T>, next: T | null | undefined, labels: Labels): Swap[] {
    if (next === undefined || (next === null && bytes === null)) return []
    const after = next === null ? null : this.#cipher.encrypt(name, next, labels)
    return [{ name, otherNames, before: bytes, after }]
  }

  /** Makes every swap, or undoes those that were made. */
  async #swapAll(swaps: readonly Swap[], ttlMs: number): Promise<Ended> {
    const results = await Promise.allSettled(
      swaps.map(({ name, before, after, check }) => this.#raw.compareAndSwap(name, before, after, ttlMs, check)),
    )
    const made = swaps.filter((_swap, i) => (results[i] as { readonly value?: boolean }).value === true)
    if (made.length === swaps.length && !(await this.#existsElsewhere(swaps))) return 'all'
    await Promise.all(made.map(({ name, before, after }) => this.#raw.compareAndSwap(name, after, before, ttlMs)))
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
    const failure = failures.find((reason) => !(reason instanceof EpochChanged))
    if (failure !== undefined) return Promise.reject(failure)
    return failures.length > 0 ? 'epoch' : 'none'
  }

  /**
   * True when a new record also exists under the name of another key: during key rotation, replicas with another current
   * key write it there. At most one of two concurrent writers keeps its record.
   */
  async #existsElsewhere(swaps: readonly Swap[]): Promise<boolean> {
    const names = swaps.flatMap(({ before, after, otherNames }) => (before === null && after ? otherNames : []))
    const found = await Promise.all(names.map((name) => this.#raw.get(name)))
    return found.some((bytes) => bytes !== null)
  }
}
