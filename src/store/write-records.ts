import { setTimeout as delay } from 'node:timers/promises'
import { ApiError } from '../../datasources/contract/errors.js'
import type { Revision, WriteKeys, WriteOptions, WritePair } from '../../datasources/contract/store.js'
import { type Statement, type StoreCipher, Unreadable } from './cipher.js'
import type { Change, RawStore, Swap } from './raw-store.js'
import { type ClaimCheck, type Trust, untrusted } from './trust.js'

const MAX_ATTEMPTS = 50
const MAX_RETRY_DELAY_MS = 50

/** A record under one of its names. */
interface Found<T> {
  /** Its names: under the current key first. */
  readonly names: readonly string[]
  /** What each name has. */
  readonly bytes: readonly (Buffer | null)[]
  /** The name under which the record is, or is to be. */
  readonly at: number
  readonly value: T | null
}

type Pair<T> = Readonly<Record<keyof WritePair<T>, Found<T>>>

/** What a change begins from: the pair, and the store's time where the pair was read. */
interface Known<T> {
  readonly pair: Pair<T>
  readonly now?: number | undefined
}

const absent = <T>(names: readonly string[]): Found<T> => ({ names, bytes: names.map(() => null), at: 0, value: null })

const valuesOf = <T>({ record, earlier }: Pair<T>): WritePair<T> => ({ record: record.value, earlier: earlier.value })

/** A pair after these changes. */
function changedPair<T>(pair: Pair<T>, next: Partial<WritePair<T>>, changes: readonly Change[]): Pair<T> {
  const nextBytes = new Map(changes.map((change) => [change.name, change.next]))
  const of = (found: Found<T>, value: T | null | undefined): Found<T> => ({
    ...found,
    bytes: found.names.map((name, i) => {
      const bytes = nextBytes.get(name)
      return bytes === undefined ? found.bytes[i]! : bytes
    }),
    value: value === undefined ? found.value : value,
  })
  return { record: of(pair.record, next.record), earlier: of(pair.earlier, next.earlier) }
}

/** The changes that undo these. */
const undoing = (changes: readonly Change[]): Change[] =>
  changes.flatMap(({ name, expected, next }) => (next === undefined ? [] : [{ name, expected: next, next: expected }]))

/**
 * The records of keyed writes, each under two names: that of this version and that of 0.1.0. Both are changed or none
 * is. A change is sent without a read before it where what it begins from is known, or assumed: a claim assumes that its
 * key is new. What the store has instead comes with its refusal. What cannot be read is refused here, never taken for
 * absent.
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
    { isClaim = false, from, ...labels }: WriteOptions = {},
  ): Promise<{ value: WritePair<T>; changed: boolean; revision: Revision }> {
    let known: Known<T> = { pair: (from as Pair<T> | undefined) ?? this.#absent(keys) }
    if (!isClaim && from === undefined) known = await this.#read(known, ttlMs)
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      if (attempt > 1) await delay(Math.random() * Math.min(2 ** (attempt - 1), MAX_RETRY_DELAY_MS))
      const { pair, now } = known
      const current = valuesOf(pair)
      const at = now ?? this.#raw.now()
      const next = change(current, at)
      if (next === undefined && now !== undefined) return { value: current, changed: false, revision: pair }
      const check = isClaim && next !== undefined ? await this.#checkOf(known) : undefined
      if (next === undefined || check === 'read') {
        known = await this.#read(known, ttlMs)
        continue
      }
      const changes = this.#changesOf(pair, next, this.#cipher.state(labels))
      const sent = await this.#send(known, { changes, ttlMs, check, ...(now === undefined ? { at } : {}) })
      if (!sent.isMade) known = sent
      else if (!(await this.#existsElsewhere(pair, changes)))
        return { value: { ...current, ...next }, changed: true, revision: changedPair(pair, next, changes) }
      else await this.#raw.compareAndSwapAll({ changes: undoing(changes), ttlMs })
    }
    throw new ApiError('STORE_UNAVAILABLE', { retryAfterSeconds: 1 })
  }

  #absent<T>({ record, earlier }: WriteKeys): Pair<T> {
    return { record: absent(this.#cipher.writeNamesOf(record)), earlier: absent(this.#cipher.namesOf(earlier)) }
  }

  /** The check of a claim. A claim of what is only assumed is not refused before it is read: an outcome is told always. */
  async #checkOf<T>({ pair: { record }, now }: Known<T>): Promise<ClaimCheck | undefined | 'read'> {
    try {
      return await this.#trust.checkOf(record.names[record.at]!)
    } catch (error) {
      if (now === undefined) return 'read'
      throw error
    }
  }

  #read<T>(known: Known<T>, ttlMs: number): Promise<Known<T>> {
    return this.#send(known, { changes: this.#changesOf(known.pair), ttlMs })
  }

  /** Sends a swap; returns what is known then. */
  async #send<T>({ pair }: Known<T>, swap: Swap): Promise<Known<T> & { readonly isMade: boolean }> {
    const { outcome, now, found } = await this.#raw.compareAndSwapAll(swap)
    if (outcome === 'made') return { pair, now, isMade: true }
    if (outcome === 'epoch') await this.#trust.recheck()
    const bytesOf = (name: string) => found![swap.changes.findIndex((change) => change.name === name)]!
    const foundOf = ({ names }: Found<T>) => this.#found<T>(names, names.map(bytesOf))
    return { pair: { record: foundOf(pair.record), earlier: foundOf(pair.earlier) }, now, isMade: false }
  }

  #found<T>(names: readonly string[], bytes: readonly (Buffer | null)[]): Found<T> {
    const at = Math.max(
      0,
      bytes.findIndex((each) => each !== null),
    )
    const own = bytes[at]!
    return { names, bytes, at, value: own && (this.#open(names[at]!, own) as T) }
  }

  #open(name: string, bytes: Buffer): unknown {
    try {
      return this.#cipher.open(name, bytes)
    } catch (error) {
      throw error instanceof Unreadable ? untrusted() : error
    }
  }

  /** The changes of both records, that of the name beside the epoch first; without a next pair they only compare. */
  #changesOf<T>(pair: Pair<T>, next: Partial<WritePair<T>> = {}, statement: Statement = {}): Change[] {
    const of = ({ names, bytes, at }: Found<T>, value: T | null | undefined): Change[] => {
      const comparisons = names.map((name, i): Change => ({ name, expected: bytes[i]! }))
      const [own, others] = [comparisons[at]!, comparisons.filter((_each, i) => i !== at)]
      if (value === undefined || (value === null && own.expected === null)) return [own, ...others]
      const after = value === null ? null : this.#cipher.encrypt(own.name, value, {}, statement)
      return [{ ...own, next: after }, ...others]
    }
    return [...of(pair.record, next.record), ...of(pair.earlier, next.earlier)]
  }

  /**
   * True when a new record also exists under the name of another key: during key rotation, replicas with another current
   * key write it there. On a cluster names are not compared at one moment, so at most one of two concurrent writers keeps
   * its record.
   */
  async #existsElsewhere<T>(pair: Pair<T>, changes: readonly Change[]): Promise<boolean> {
    const isNew = ({ names, at }: Found<T>) =>
      changes.some(({ name, expected, next }) => name === names[at] && expected === null && next != null)
    const names = [pair.record, pair.earlier].flatMap((found) =>
      isNew(found) ? found.names.filter((_name, i) => i !== found.at) : [],
    )
    const found = await Promise.all(names.map((name) => this.#raw.get(name)))
    return found.some((bytes) => bytes !== null)
  }
}
