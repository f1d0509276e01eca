import { ApiError } from '../../datasources/contract/errors.js'
import { createSingleTask } from './single-task.js'
import type { StoreCipher } from './cipher.js'
import {
  type EpochRecord,
  type Evicted,
  isOlderKey,
  newEpoch,
  openEpoch,
  sealEpoch,
  statedKeys,
} from './epoch-record.js'
import type { RawStore } from './raw-store.js'
import type { ServerFacts } from './server-facts.js'
import { type ClaimCheck, type Distrust, type Trust, untrusted } from './trust.js'
import { missingKeys, type UsedKeys, withKeysInUse } from './used-keys.js'

/** An epoch's record does not expire. */
export const EPOCH_TTL_MS = 10 * 365 * 24 * 3_600_000

/**
 * How many records of a cluster a check reads while the store is trusted: the first one, and the others in turn. Every
 * claim checks its own, so this bounds only how late a loss is told where no claim meets it.
 */
const SAMPLE_SIZE = 8

/** What the epoch needs of the store. */
export interface EpochServer extends Pick<RawStore, 'read' | 'compareAndSwap'> {
  /** The names of the epoch's records: one, or one for each part of a cluster. */
  readonly epochNames: readonly string[]
  readonly epochNameOf: (name: string) => string
  /** What each primary says of itself; undefined where the user may not ask. */
  readonly facts: () => Promise<readonly ServerFacts[] | undefined>
}

/** What is told of the epoch, once per change. */
interface EpochEvents {
  /** The present cause of distrust; undefined: the store is trusted. */
  readonly changed: (cause: Distrust | undefined) => void
  readonly created: (id: string) => void
  /** Server facts that can be read for the first time, or undefined where they cannot be read. */
  readonly described: (facts: readonly ServerFacts[] | undefined) => void
}

/** What a process expects of the epoch. */
interface EpochOptions {
  /** The only epoch that is trusted; without it, the one that is found first. */
  readonly pinned?: string | undefined
  /** How long the records of writes are kept. */
  readonly keyMs: number
}

/** Attempts to state the keys in use against other processes that do so at the same time. */
const MAX_STATEMENTS = 20

/** One stored record of the epoch. */
interface Stored {
  readonly name: string
  readonly bytes: Buffer | null
  readonly epoch: EpochRecord | Distrust | undefined
}

type Verdict = { readonly epoch: EpochRecord } | { readonly cause: Distrust }

/** The keys that each server has evicted so far. */
export const evictedOf = (facts: readonly ServerFacts[] | undefined): Evicted =>
  Object.fromEntries((facts ?? []).map(({ runId, evictedKeys }) => [runId, evictedKeys]))

/** True where a server has removed keys since the epoch began. */
const hasEvicted = ({ evicted }: EpochRecord, facts: readonly ServerFacts[] | undefined): boolean =>
  (facts ?? []).some(({ runId, evictedKeys }) => evictedKeys > (evicted[runId] ?? 0))

/**
 * The epoch of the store, as one process knows it. The epoch's record is written once, when the store is first used; a
 * store without the epoch that was known has forgotten. Its id is checked in the script of each claim, so that a store
 * that was emptied a moment ago takes none.
 */
export class StoreEpoch implements Trust {
  readonly #server: EpochServer
  readonly #cipher: StoreCipher
  readonly #events: EpochEvents
  /** The epoch that this process trusts, or trusted last; the pinned one before it was found. */
  #known: string | undefined
  /** When that epoch began, by the store's clock; undefined until it was found. */
  #knownAt: number | undefined
  /** The first record as it was last found, before the epoch was lost: it states the keys in use, the other parts do not. */
  #found: EpochRecord | undefined
  readonly #options: EpochOptions
  #cause: Distrust | undefined
  #isChecked = false
  /** Changes of the keys so far, and how many of them the latest check knew. */
  #keyChanges = 0
  #checkedKeys = -1
  /** False while the record says that records may be under a key that is not given, whatever else is wrong. */
  #hasAllKeys = true
  #isDescribed = false
  /** True until the record is known to be encrypted with the current key. */
  #mayBeOutdated = true
  /** Where the next sample begins, among the records after the first. */
  #sampledFrom = 0
  /** Checks that a trusted store is unchanged, by a sample of its records; a caller that finds a running check waits for it. */
  readonly check: () => Promise<void>
  /** The same, by every record. */
  readonly #checkAll: () => Promise<void>

  constructor(server: EpochServer, cipher: StoreCipher, events: EpochEvents, options: EpochOptions) {
    this.#options = options
    this.#server = server
    this.#cipher = cipher
    this.#events = events
    this.#known = options.pinned
    this.check = createSingleTask(() => this.#check())
    this.#checkAll = createSingleTask(() => this.#checkEach())
  }

  /** The cause of distrust as of the latest check. */
  get cause(): Distrust | undefined {
    return this.#cause
  }

  async checkOf(name: string): Promise<ClaimCheck> {
    // An operator may have accepted the store since.
    if (!this.#isChecked || this.#cause !== undefined) await this.check()
    // A check that began before the keys changed says nothing of them.
    while (this.#checkedKeys !== this.#keyChanges) await this.check()
    if (this.#cause !== undefined) throw untrusted()
    return { epochName: this.#server.epochNameOf(name), epoch: this.#known! }
  }

  /** False while the store may hold values under keys or in versions that this process cannot read: it finds none of them. */
  async canReadAll(): Promise<boolean> {
    if (!this.#isChecked || this.#checkedKeys !== this.#keyChanges) await this.check()
    return this.#hasAllKeys && this.#cause !== 'OTHER_KEY' && this.#cause !== 'UNKNOWN_VERSION'
  }

  recheck(): Promise<void> {
    return this.#checkAll()
  }

  /** For when the keys have changed: the next claim waits for a check, which encrypts the record with the current key. */
  rekey(): void {
    this.#mayBeOutdated = true
    this.#keyChanges += 1
  }

  async #check(): Promise<void> {
    if (!(await this.#isUnchanged())) await this.#checkAll()
  }

  /** True where the store is trusted, and a sample of its records and the servers' facts say so still. */
  async #isUnchanged(): Promise<boolean> {
    if (!this.#isChecked || this.#cause !== undefined || this.#mayBeOutdated) return false
    if (this.#checkedKeys !== this.#keyChanges) return false
    const [facts, { now, stored }] = await Promise.all([this.#server.facts(), this.#read(this.#sample())])
    return (
      stored.every(({ epoch }) => typeof epoch === 'object' && this.#isTrusted(epoch) && !hasEvicted(epoch, facts)) &&
      this.#areKeysStated(stored[0]?.epoch, now) &&
      !facts?.some(({ evictionPolicy }) => evictionPolicy !== undefined)
    )
  }

  #isTrusted({ id, state }: EpochRecord): boolean {
    return id === this.#known && (state === 'created' || state === 'accepted')
  }

  /** True where the first record states the keys in use as they are. */
  #areKeysStated(first: Stored['epoch'], now: number): boolean {
    if (typeof first !== 'object') return false
    return (
      !this.#missesKeys(first, now) && withKeysInUse(first.keys ?? {}, this.#cipher, this.#lifeAt(now)) === undefined
    )
  }

  /** The first record, where evictions are told, and the next of the others. */
  #sample(): readonly string[] {
    const [first, ...others] = this.#server.epochNames
    if (others.length < SAMPLE_SIZE) return this.#server.epochNames
    const from = this.#sampledFrom
    this.#sampledFrom = (from + SAMPLE_SIZE - 1) % others.length
    return [first!, ...Array.from({ length: SAMPLE_SIZE - 1 }, (_, i) => others[(from + i) % others.length]!)]
  }

  async #checkEach(): Promise<void> {
    const keyChanges = this.#keyChanges
    const [facts, { now, stored }] = await Promise.all([this.#server.facts(), this.#read(this.#server.epochNames)])
    if (!this.#isDescribed) this.#events.described(facts)
    this.#isDescribed = true
    this.#hasAllKeys = !this.#missesKeys({ keys: this.#statedKeys(stored) }, now)
    const found = await this.#judge(stored, facts, now)
    const verdict = 'epoch' in found ? await this.#stateKeys(found.epoch, now) : found
    const cause = 'cause' in verdict ? verdict.cause : undefined
    if ('epoch' in verdict) [this.#known, this.#knownAt] = [verdict.epoch.id, verdict.epoch.at]
    if (!this.#isChecked || cause !== this.#cause) this.#events.changed(cause)
    this.#isChecked = true
    this.#cause = cause
    this.#checkedKeys = keyChanges
  }

  async #read(names: readonly string[]): Promise<{ now: number; stored: readonly Stored[] }> {
    const reads = await Promise.all(names.map((name) => this.#server.read(name)))
    const stored = reads.map(({ bytes }, i): Stored => {
      const name = names[i]!
      return { name, bytes, epoch: bytes === null ? undefined : openEpoch(this.#cipher, name, bytes) }
    })
    const [first] = stored as [Stored]
    if (typeof first.epoch === 'object' && first.epoch.state !== 'lost' && !this.#isForeign(first.epoch))
      this.#found = first.epoch
    return { now: reads[0]!.now, stored }
  }

  /** The keys that the store states to be in use, and those that it stated before it forgot. */
  #statedKeys(stored: readonly Stored[]): UsedKeys {
    return statedKeys([this.#found, ...stored.map(({ epoch }) => epoch)])
  }

  async #judge(stored: readonly Stored[], facts: readonly ServerFacts[] | undefined, now: number): Promise<Verdict> {
    const unreadable = stored.find(({ epoch }) => typeof epoch === 'string')?.epoch
    if (typeof unreadable === 'string') return { cause: unreadable }
    if (stored.every(({ bytes }) => bytes === null) && this.#known === undefined) return this.#create(facts, now)
    const begun = stored[0]!.epoch as EpochRecord | undefined
    if (begun?.state === 'creating')
      return this.#isForeign(begun) ? this.#lose(stored, 'EPOCH_LOST', now) : this.#spread(begun)
    if (stored.some(({ bytes }) => bytes === null)) return this.#lose(stored, 'EPOCH_LOST', now)
    const epochs = stored.map(({ epoch }) => epoch as EpochRecord)
    const lost = epochs.find(({ state }) => state === 'lost')
    if (lost) return { cause: lost.cause ?? 'EPOCH_LOST' }
    const [epoch] = epochs as [EpochRecord]
    // Of several parts some have another epoch while an operator accepts one.
    if (epochs.some(({ id }) => id !== epoch.id)) return { cause: 'EPOCH_LOST' }
    if (this.#isForeign(epoch) && this.#knownAt !== undefined) return this.#lose(stored, 'EPOCH_LOST', now)
    // One that is pinned and was never found may be mistyped, or outdated since an operator accepted another: not all stop.
    if (this.#options.pinned !== undefined && epoch.id !== this.#known) return { cause: 'EPOCH_LOST' }
    if (hasEvicted(epoch, facts)) return this.#lose(stored, 'EVICTING', now)
    if (facts?.some(({ evictionPolicy }) => evictionPolicy !== undefined)) return { cause: 'EVICTING' }
    if (this.#mayBeOutdated) await this.#reseal(stored)
    return { epoch }
  }

  /**
   * True of an epoch that shows the known one to be forgotten: a process began it on an emptied store, or it is that of a
   * backup from before. Another one that an operator has accepted since is no loss.
   */
  #isForeign({ id, state, at }: EpochRecord): boolean {
    if (this.#known === undefined || id === this.#known || state === 'lost') return false
    return state !== 'accepted' || at < (this.#knownAt ?? -Infinity)
  }

  /** Begins the first epoch of an empty store. Of several processes that begin one, the first one's counts. */
  async #create(facts: readonly ServerFacts[] | undefined, now: number): Promise<Verdict> {
    const [first] = this.#server.epochNames
    const begun = newEpoch('creating', now, evictedOf(facts))
    if (await this.#put(first!, null, begun)) this.#events.created(begun.id)
    const { bytes } = await this.#server.read(first!)
    const epoch = bytes === null ? 'EPOCH_LOST' : openEpoch(this.#cipher, first!, bytes)
    if (typeof epoch === 'string') return { cause: epoch }
    // A process that knows an earlier epoch was faster.
    return epoch.state === 'lost' ? { cause: epoch.cause ?? 'EPOCH_LOST' } : this.#spread(epoch)
  }

  /** Writes the first epoch to every part; any process may complete what another one has begun. */
  async #spread(begun: EpochRecord): Promise<Verdict> {
    const [first, ...others] = this.#server.epochNames
    const epoch: EpochRecord = { ...begun, state: 'created' }
    await Promise.all(others.map((name) => this.#put(name, null, epoch)))
    const { bytes } = await this.#server.read(first!)
    const current = bytes === null ? 'EPOCH_LOST' : openEpoch(this.#cipher, first!, bytes)
    if (typeof current === 'string') return { cause: current }
    if (current.state === 'creating') await this.#put(first!, bytes, { ...current, state: 'created' })
    return current.id === epoch.id && current.state !== 'lost' ? { epoch } : { cause: 'EPOCH_LOST' }
  }

  /**
   * Tells every process that the store has forgotten, those too that begin later, until an operator accepts it. What a
   * process writes meanwhile that has begun another epoch does not hinder it. The keys in use stay stated: there may still
   * be records under each of them.
   */
  async #lose(stored: readonly Stored[], cause: Distrust, now: number): Promise<Verdict> {
    const [first] = stored as [Stored]
    const isBegun = typeof first.epoch === 'object' && this.#isForeign(first.epoch)
    const { name, bytes } = (isBegun ? undefined : stored.find((each) => each.bytes === null)) ?? first
    let lost: EpochRecord = { ...newEpoch('lost', now, {}, cause), keys: this.#statedKeys(stored) }
    let before = bytes
    for (let attempt = 0; attempt < MAX_STATEMENTS && !(await this.#put(name, before, lost)); attempt += 1) {
      before = (await this.#server.read(name)).bytes
      const current = before === null ? undefined : openEpoch(this.#cipher, name, before)
      if (typeof current !== 'object' || !this.#isForeign(current)) break
      lost = { ...lost, keys: statedKeys([lost, current]) }
    }
    return { cause }
  }

  /**
   * States in the first record which keys are in use, and distrusts a store that may hold records under a key that is not
   * given: their names cannot be computed, so such a write would be taken for a new one.
   */
  async #stateKeys({ id }: EpochRecord, now: number): Promise<Verdict> {
    const [name] = this.#server.epochNames as [string]
    for (let attempt = 0; attempt < MAX_STATEMENTS; attempt += 1) {
      const { bytes } = await this.#server.read(name)
      const epoch = bytes === null ? 'EPOCH_LOST' : openEpoch(this.#cipher, name, bytes)
      if (typeof epoch === 'string') return { cause: epoch }
      if (epoch.id !== id || epoch.state === 'lost') return { cause: 'EPOCH_LOST' }
      if (this.#missesKeys(epoch, now)) return { cause: 'OTHER_KEY' }
      const stated = withKeysInUse(epoch.keys ?? {}, this.#cipher, this.#lifeAt(now))
      if (stated === undefined || (await this.#put(name, bytes, { ...epoch, keys: stated }))) return { epoch }
    }
    throw new ApiError('STORE_UNAVAILABLE', { retryAfterSeconds: 1 })
  }

  /** True where records may be under a key that is not given. */
  #missesKeys({ keys = {} }: Pick<EpochRecord, 'keys'>, now: number): boolean {
    return missingKeys(keys, this.#cipher, this.#lifeAt(now)).length > 0
  }

  #lifeAt(now: number) {
    return { now, keyMs: this.#options.keyMs }
  }

  /** Encrypts the epoch with the current key, so that an older one can be dropped. */
  async #reseal(stored: readonly Stored[]): Promise<void> {
    const outdated = stored.filter(({ bytes }) => bytes !== null && isOlderKey(this.#cipher, bytes))
    await Promise.all(outdated.map(({ name, bytes, epoch }) => this.#put(name, bytes, epoch as EpochRecord)))
    this.#mayBeOutdated = false
  }

  #put(name: string, before: Buffer | null, epoch: EpochRecord): Promise<boolean> {
    return this.#server.compareAndSwap(name, before, sealEpoch(this.#cipher, name, epoch), EPOCH_TTL_MS)
  }
}
