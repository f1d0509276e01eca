import type { Caller } from '../../datasources/contract/caller.js'
import type { StoreKey, WriteKeys, WritePair } from '../../datasources/contract/store.js'
import { NO_INPUT, type WriteRecord } from './record.js'

/**
 * The version that drops the names of 0.1.0, with `PairedRecord`, `WriteKeys.earlier` and `WriteRecords`' second name.
 * An upgrade to it passes by a version before it, for as long as records are retained.
 */
export const EARLIER_NAMES_END = '0.3.0'

/** Whose key it is. A token whose subject is the client, or that has none, belongs to no user. */
type Holder = Pick<Caller, 'tenant' | 'client'> & Partial<Pick<Caller, 'subject'>>

const userOf = ({ client, subject = client }: Holder): readonly string[] => (subject === client ? [] : [subject])

/** The parts of a write's name. Those of a client's own key are the parts that 0.1.0 knows. */
export const nameParts = (caller: Holder, mutation: string, key: string): readonly string[] => [
  caller.tenant,
  caller.client,
  mutation,
  key,
  ...userOf(caller),
]

/** The store keys of a write. Version 0.1.0 does not know users: those of one client share a name there. */
export const writeKeys = (caller: Holder, mutation: string, key: string): WriteKeys => ({
  record: ['write', ...nameParts(caller, mutation, key)],
  earlier: ['write', caller.tenant, caller.client, mutation, key],
})

/** The store key of a write's payload, where it is a value of its own: each runner has another. */
export const payloadKey = (caller: Holder, mutation: string, key: string, runner?: string): StoreKey => [
  'write-payload',
  ...nameParts(caller, mutation, key),
  ...(runner === undefined ? [] : [runner]),
]

type Pair = WritePair<WriteRecord>

const guard = (begun: number): WriteRecord => ({
  form: 2,
  input: NO_INPUT,
  attempt: '',
  begun,
  state: 'done',
  payload: {},
})

const isGuard = ({ input }: WriteRecord): boolean => input === NO_INPUT

/**
 * One write's record under its two names, for as long as processes of version 0.1.0 may run beside this one. Under the
 * earlier name is one of:
 *
 * - a record of 0.1.0 (no `form`): it decides, and is continued there;
 * - the mirror of this record, which 0.1.0 reads and obeys;
 * - a guard, once a second user of the client has the same key: 0.1.0 refuses the key.
 */
export class PairedRecord {
  readonly #pair: Pair
  readonly #isOwn: (record: WriteRecord) => boolean

  /** `isOwn`: whether a mirror is that of this write. */
  constructor(pair: Pair, isOwn: (record: WriteRecord) => boolean) {
    this.#pair = pair
    this.#isOwn = isOwn
  }

  /** The record that decides. */
  get value(): WriteRecord | null {
    const { record, earlier } = this.#pair
    if (this.#isEarlierForm) return earlier
    return record ?? (earlier && this.#isMirror(earlier) ? earlier : null)
  }

  /** The change of both names that makes the next record the one that decides. */
  next(value: WriteRecord | null, owner: string, now: number): Partial<Pair> {
    const isFree = value?.state === 'free'
    if (this.#isEarlierForm) return { earlier: isFree ? null : value }
    const record = value && { ...value, form: 2 as const }
    const { earlier } = this.#pair
    // 0.1.0 cannot replay a payload that is a value of its own.
    const mirror = record?.isApart ? guard(record.begun) : record && { ...record, owner }
    if (earlier === null || this.#isMirror(earlier)) return { record, earlier: isFree ? null : mirror }
    // A new record begins its retention, so the guard does too: it outlasts the records of every user.
    const isNew = this.#pair.record === null && value !== null
    return isNew || (value !== null && !isGuard(earlier)) ? { record, earlier: guard(now) } : { record }
  }

  get #isEarlierForm(): boolean {
    const { earlier } = this.#pair
    return earlier !== null && earlier.form === undefined
  }

  #isMirror(earlier: WriteRecord): boolean {
    return !isGuard(earlier) && this.#isOwn(earlier)
  }
}
