import { NAMESPACES, type NamespaceRule, UNSTORED } from '../../datasources/contract/namespaces.js'
import { retained, tombstoneOf, type WriteRecord } from '../idempotency/record.js'
import { type StoreCipher, Unreadable } from '../store/cipher.js'
import type { RawStore } from '../store/raw-store.js'
import { type Person, PersonMatch } from './person-match.js'

/** Passes over the store: values that change meanwhile are met again in the next one. */
const MAX_PASSES = 3
const PROGRESS_NAMES = 100_000

/** The raw store that is walked through. */
type ErasableStore = Pick<RawStore, 'get' | 'compareAndSwap' | 'now'> & {
  readonly scan: () => AsyncIterable<readonly string[]>
}

interface ErasureOptions {
  readonly store: ErasableStore
  readonly cipher: StoreCipher
  /** How long idempotency keys are kept: tombstones live as long as their records would. */
  readonly keyMs: number
  /** True to count only. */
  readonly isDryRun: boolean
  readonly progress: (names: number) => void
}

/** Counts by namespace. */
export type Counts = Readonly<Record<string, number>>

/** What an erasure did. */
export interface ErasureReport {
  /** Names that were looked at. */
  readonly scanned: number
  readonly removed: Counts
  readonly tombstones: Counts
  /** Values of namespaces that concern persons which no given key can read: they may be the person's. */
  readonly unreadable: Counts
  /** Values with one of the ids that state another tenant or bank than is given: they were left. */
  readonly elsewhere: Counts
  /** Names of namespaces that this version does not know. */
  readonly unknown: Counts
  /** Values that were there after the last pass. */
  readonly remaining: Counts
}

type Found = 'removed' | 'tombstones' | 'elsewhere' | 'unreadable' | 'unknown' | 'remaining'

/** Counts of one pass. */
class Tally {
  scanned = 0
  readonly counts: Record<Found, Record<string, number>> = {
    removed: {},
    tombstones: {},
    elsewhere: {},
    unreadable: {},
    unknown: {},
    remaining: {},
  }

  add(found: Found, namespace: string): void {
    this.counts[found][namespace] = (this.counts[found][namespace] ?? 0) + 1
  }
}

const sum = (...all: readonly Counts[]): Counts => {
  const total: Record<string, number> = {}
  for (const counts of all)
    for (const [namespace, count] of Object.entries(counts)) total[namespace] = (total[namespace] ?? 0) + count
  return total
}

const isEmpty = (counts: Counts): boolean => Object.keys(counts).length === 0

/** One erasure of a person from a store. */
class Eraser {
  readonly #options: ErasureOptions
  readonly #match: PersonMatch
  #scanned = 0

  constructor(person: Person, options: ErasureOptions) {
    this.#options = options
    this.#match = new PersonMatch(person, options.cipher)
  }

  async pass(): Promise<Tally> {
    const tally = new Tally()
    const { store, progress } = this.#options
    for await (const names of store.scan()) {
      // Together: one round trip for a batch.
      await Promise.all([...new Set(names)].map((name) => this.#visit(name, tally)))
      const before = Math.floor(this.#scanned / PROGRESS_NAMES)
      this.#scanned += names.length
      tally.scanned += names.length
      if (Math.floor(this.#scanned / PROGRESS_NAMES) > before) progress(this.#scanned)
    }
    return tally
  }

  async #visit(name: string, tally: Tally): Promise<void> {
    const [, namespace = ''] = name.split(':')
    if (Object.hasOwn(UNSTORED, namespace)) return
    if (!Object.hasOwn(NAMESPACES, namespace)) return tally.add('unknown', namespace)
    const rule: NamespaceRule = NAMESPACES[namespace as keyof typeof NAMESPACES]
    if (rule.erasure === 'not needed') return
    const bytes = await this.#options.store.get(name)
    if (bytes !== null) await this.#erase(name, namespace, rule, bytes, tally)
  }

  async #erase(name: string, namespace: string, rule: NamespaceRule, bytes: Buffer, tally: Tally): Promise<void> {
    const { cipher, isDryRun, store, keyMs } = this.#options
    let value: unknown
    try {
      value = cipher.open(name, bytes)
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      return tally.add('unreadable', namespace)
    }
    const statement = cipher.statementOf(name, bytes)
    if (!this.#match.concerns(name, rule, statement, value)) return
    if (this.#match.isElsewhere(statement)) return tally.add('elsewhere', namespace)
    const isTombstone = rule.erasure === 'tombstone'
    const record = isTombstone ? retained(value as WriteRecord, store.now(), keyMs) : null
    const tombstone = record && tombstoneOf(record)
    const next = tombstone && cipher.encrypt(name, tombstone)
    const ttlMs = tombstone ? tombstone.begun + keyMs - store.now() : 0
    const isDone = isDryRun || (await store.compareAndSwap(name, bytes, next, ttlMs))
    tally.add(isDone ? (next ? 'tombstones' : 'removed') : 'remaining', namespace)
  }
}

/**
 * Erases a person from the store: removes their values, and leaves a tombstone in place of each write's record, so that
 * its key stays taken. Walks over the store until a pass finds nothing. A dry run walks once.
 */
export async function erasePerson(person: Person, options: ErasureOptions): Promise<ErasureReport> {
  const eraser = new Eraser(person, options)
  const passes: Tally[] = []
  for (let isOver = false; !isOver;) {
    const tally = await eraser.pass()
    passes.push(tally)
    const { removed, tombstones, remaining } = tally.counts
    const isClean = isEmpty(removed) && isEmpty(tombstones) && isEmpty(remaining)
    isOver = isClean || options.isDryRun || passes.length === MAX_PASSES
  }
  const last = passes.at(-1)!
  const { removed, tombstones, remaining, unreadable, unknown, elsewhere } = last.counts
  return {
    scanned: passes.reduce((names, { scanned }) => names + scanned, 0),
    removed: sum(...passes.map(({ counts }) => counts.removed)),
    tombstones: sum(...passes.map(({ counts }) => counts.tombstones)),
    elsewhere,
    unreadable,
    unknown,
    // What the last of several passes still found is written faster than it is erased.
    remaining: passes.length === MAX_PASSES ? sum(removed, tombstones, remaining) : remaining,
  }
}
