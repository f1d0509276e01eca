import { type AccountEntitlement, type AccountEntitlementSet, type AccountRoles } from '../../schema/entitlement.js'
import type { Caller } from '../contract/caller.js'
import { ApiError } from '../contract/errors.js'
import { PROVIDER_RETENTION_MS } from '../contract/operations.js'
import type { Labels, Store, StoreKey } from '../contract/store.js'
import { retryUntilStored } from '../support/retry-until-stored.js'
import type { AssignmentBody, Assignments } from './contract.js'
import { fromStoredEntitlement, type StoredEntitlement, toStoredEntitlement } from './stored-entitlement.js'

/** Longer than any write can run: the process of a write that is still open after this has died. */
const MAX_WRITE_MS = 15 * 60_000
/** The maximum time in which the provider may still execute a write after its answer was lost. */
const MAX_ARRIVAL_MS = 60_000
/** For how long it is tried to withdraw the record of a write that is not sent. */
const WITHDRAW_MS = 60_000
/** For how long times count: no write that began before is repeated, and a repeat is judged before it would have ended. */
const TIMES_MS = PROVIDER_RETENTION_MS + MAX_WRITE_MS

/** One attempt of a write: the accounts that it names and what it sets. */
interface Write {
  readonly id: string
  /** Attempt id of the command, the same for each repeat; absent in the records of versions that did not keep it. */
  readonly attempt?: string | undefined
  readonly accounts: readonly string[]
  readonly assignments: Assignments
}

/** A write that is running or has an unknown outcome. */
interface OpenWrite extends Write {
  /** When it began; absent in the records of versions that did not keep it. */
  readonly begunAt?: number | undefined
  /** From this time on it cannot reach the provider any more, so a write that begins later is executed after it. */
  readonly overAt: number
  /** True when a different write to one of its accounts was executed while it was open, so their order is not known. */
  readonly raced: boolean
  /** Ids of lost writes that this one repeats or overwrites; they are closed when it is confirmed. */
  readonly settles: readonly string[]
}

/** What the write set that the time of an account is of. */
interface NewestWrite {
  readonly assignments: Assignments
  /** The last time of a write that set something else. */
  readonly otherAt?: number | undefined
}

interface Snapshot {
  readonly items: readonly AccountEntitlement[]
  readonly asOf: string | null
  readonly open: readonly OpenWrite[]
  /** The last confirmed assignments by account; absent where several writes raced. */
  readonly last: Readonly<Record<string, Assignments>>
  /** When a write to the account was last confirmed, or may have been executed and was closed, in ms since 1970. */
  readonly confirmedAt: Readonly<Record<string, number>>
  /** What was set at these times; absent for times that a version kept which did not keep this. */
  readonly newest: Readonly<Record<string, NewestWrite>>
  /** When it was made: it knows no write before. Absent in the records of versions that did not keep it. */
  readonly since?: number | undefined
}

type Times = Pick<Snapshot, 'confirmedAt' | 'newest'>

/** The times are absent in the records of versions that did not keep them. */
interface StoredSnapshot extends Omit<Snapshot, 'items' | keyof Times>, Partial<Times> {
  readonly items: readonly StoredEntitlement[]
}

const toStored = (snapshot: Snapshot): StoredSnapshot => ({
  ...snapshot,
  items: snapshot.items.map(toStoredEntitlement),
})

/** A version that does not keep the time of each account keeps that of all that it knows. */
const sharedTimes = ({ items, last, asOf }: StoredSnapshot): Snapshot['confirmedAt'] =>
  asOf === null
    ? {}
    : timesOf([...items.map(({ account }) => account.accountNumber), ...Object.keys(last)], Date.parse(asOf))

function fromStored(stored: StoredSnapshot | null, now: number): Snapshot {
  if (stored === null) return { ...EMPTY, since: now }
  const { confirmedAt = {}, newest } = stored
  return {
    ...stored,
    items: stored.items.map(fromStoredEntitlement),
    confirmedAt: newest ? confirmedAt : { ...sharedTimes(stored), ...confirmedAt },
    newest: newest ?? {},
  }
}

const EMPTY: Snapshot = { items: [], asOf: null, open: [], last: {}, confirmedAt: {}, newest: {} }

const storeKey = (bankingCustomerId: string): StoreKey => ['entitlements', bankingCustomerId]

export const toWrite = (
  { id, attempt }: Required<Pick<Write, 'id' | 'attempt'>>,
  { accounts, assignments }: AssignmentBody,
): Write => ({
  id,
  attempt,
  accounts: accounts.map(({ accountNumber }) => accountNumber),
  assignments,
})

/** The time for each of the accounts. */
const timesOf = (accounts: readonly string[], time: number): Readonly<Record<string, number>> =>
  Object.fromEntries(accounts.map((account) => [account, time]))

const isSubset = (subset: readonly string[], set: readonly string[]) => subset.every((one) => set.includes(one))

/** True when `later` sets everything that `earlier` sets. Both elections are part of every write. */
const covers = (later: Write, earlier: Write) =>
  isSubset(earlier.accounts, later.accounts) &&
  isSubset(Object.keys(earlier.assignments.roles), Object.keys(later.assignments.roles))

const isOver = ({ overAt }: OpenWrite, now: number) => now >= overAt

const isSame = (x: Assignments, y: Assignments) =>
  x.electronicStatementElection === y.electronicStatementElection &&
  x.electronicDocumentElection === y.electronicDocumentElection &&
  Object.entries(x.roles).every(([role, value]) => y.roles[role as keyof AccountRoles] === value) &&
  Object.keys(x.roles).length === Object.keys(y.roles).length

/** True when the order of the two writes decides the result. */
const collide = (a: Write, b: Write): boolean =>
  a.accounts.some((account) => b.accounts.includes(account)) && !isSame(a.assignments, b.assignments)

/** True when the write would change nothing, as it equals the last confirmed state of all its accounts. */
const isRedundant = ({ accounts, assignments }: Write, last: Snapshot['last']) =>
  accounts.every((account) => Object.hasOwn(last, account) && isSame(last[account]!, assignments))

/** The last time of a write to the account that set something else, if any. */
function otherTimeOf(account: string, assignments: Assignments, { confirmedAt, newest }: Times): number | undefined {
  if (!Object.hasOwn(confirmedAt, account)) return undefined
  const isOwn = Object.hasOwn(newest, account) && isSame(newest[account]!.assignments, assignments)
  return isOwn ? newest[account]!.otherAt : confirmedAt[account]
}

/** The times after a write that may have been executed. Those that no repeat is judged by any more are forgotten. */
function timesAfter(before: Times, { accounts, assignments }: Write, now: number): Times {
  const confirmedAt = Object.fromEntries(Object.entries(before.confirmedAt).filter(([, time]) => time > now - TIMES_MS))
  const newest = Object.fromEntries(
    Object.entries(before.newest).filter(([account]) => Object.hasOwn(confirmedAt, account)),
  )
  const own = accounts.map((account): [string, NewestWrite] => [
    account,
    { assignments, otherAt: otherTimeOf(account, assignments, { confirmedAt, newest }) },
  ])
  return {
    confirmedAt: { ...confirmedAt, ...timesOf(accounts, now) },
    newest: { ...newest, ...Object.fromEntries(own) },
  }
}

/** True for an open attempt of the same write. */
const isOwn = ({ attempt }: Write, other: OpenWrite): boolean => attempt !== undefined && other.attempt === attempt

/** The earliest time at which one of the writes began; undefined where none of them tells. */
function earliest(writes: readonly OpenWrite[]): number | undefined {
  const times = writes.flatMap(({ begunAt }) => begunAt ?? [])
  return times.length === 0 ? undefined : Math.min(...times)
}

/**
 * The time by which a repeat is judged: when the first of its attempts began that may have been executed. `begunAt` is
 * that of the first call with the key, which may have been refused.
 */
const judgedFrom = (write: Write, { open }: Snapshot, begunAt: number): number =>
  earliest(open.filter((other) => isOwn(write, other))) ?? begunAt

/**
 * True when a repeat of the write could revert another one: a different write to one of its accounts was confirmed after
 * `begunAt`, or began after it and may have been executed. Its own earlier attempts, and writes that set the same, do not
 * count.
 */
const isOvertaken = (write: Write, { open, last, ...times }: Snapshot, begunAt: number): boolean =>
  open.some((other) => collide(write, other) && (other.begunAt ?? begunAt) >= begunAt) ||
  write.accounts.some(
    (account) =>
      (otherTimeOf(account, write.assignments, times) ?? -Infinity) >= begunAt &&
      !isRedundant({ ...write, accounts: [account] }, last),
  )

/**
 * True when a write that came after `begunAt` may be forgotten, because the snapshot was made later: an earlier one has
 * ended or was erased. It does not matter where the repeat sets what was confirmed last.
 */
const isForgotten = (write: Write, { last, since = -Infinity }: Snapshot, begunAt: number): boolean =>
  begunAt < since && !isRedundant(write, last)

/** True when the repeat of a write that began at `begunAt` must not be sent. */
function isRefused(write: Write, snapshot: Snapshot, begunAt: number): boolean {
  const from = judgedFrom(write, snapshot, begunAt)
  return isForgotten(write, snapshot, from) || isOvertaken(write, snapshot, from)
}

/**
 * The record of a failed write that the store has lost. It names no attempt: what came since the write began, and before
 * this, counts against its repeat.
 */
const unrecorded = ({ attempt: _attempt, ...write }: Write, now: number): OpenWrite => ({
  ...write,
  begunAt: now,
  overAt: now,
  raced: false,
  settles: [],
})

/** The record of a write with a lost answer, and the open writes beside it. */
function withLost(own: OpenWrite, others: readonly OpenWrite[], now: number): readonly OpenWrite[] {
  const isSettled = ({ id }: Write) => own.settles.includes(id)
  const attempts = others.filter((other) => isSettled(other) && isOwn(own, other))
  // The writes that it settles are as uncertain as the write itself, so one record is enough.
  return [
    ...others.filter((other) => !isSettled(other)),
    { ...own, begunAt: earliest([own, ...attempts]), overAt: now + MAX_ARRIVAL_MS },
  ]
}

/** How much of a failed write the provider may have executed. */
export type Executed = 'nothing' | 'a part' | 'unknown'

/** Problems that concern the customer, and so the write as a whole. */
const CUSTOMER_PROBLEMS: ReadonlySet<unknown> = new Set(['notFound', 'customerDisabled'])

/** True for a refusal that may concern one of the accounts; with which status Apiture tells that is not documented. */
function mayConcernAccount({ code, extensions }: ApiError): boolean {
  const { providerStatus: status, providerCode: name } = extensions
  const isRefusal = typeof status === 'number' && status >= 400 && status < 500 && status !== 401 && status !== 429
  return isRefusal && code !== 'CHALLENGE_REQUIRED' && !CUSTOMER_PROBLEMS.has(name)
}

/**
 * Classifies the error of a write. An error other than `OUTCOME_UNKNOWN` means that nothing was executed, except an error
 * about the accounts: whether Apiture executes the write for the other accounts is not documented.
 */
export function executedDespite(error: unknown, { accounts }: Write): Executed {
  if (!(error instanceof ApiError) || error.code === 'OUTCOME_UNKNOWN') return 'unknown'
  return accounts.length > 1 && mayConcernAccount(error) ? 'a part' : 'nothing'
}

/** Merges the items by account number; those of the answer replace the known ones. */
function merge(
  items: readonly AccountEntitlement[],
  { accounts, assignments }: Write,
  answered: readonly AccountEntitlement[],
): AccountEntitlement[] {
  const before = new Map(items.map((item) => [item.account.accountNumber, item]))
  const after = new Map(before)
  // The write also changed an account that the answer leaves out, so its known item is no longer true.
  for (const account of accounts) after.delete(account)
  for (const item of answered) {
    const { accountNumber } = item.account
    const known = before.get(accountNumber)?.roles
    // A role that the answer leaves out has not changed, unless this write sets it.
    const role = (name: keyof AccountRoles) =>
      item.roles[name] ??
      (accounts.includes(accountNumber) && assignments.roles[name] !== undefined ? null : (known?.[name] ?? null))
    const roles = {
      default: role('default'),
      view: role('view'),
      basic: role('basic'),
      billPay: role('billPay'),
      loanAdvance: role('loanAdvance'),
    }
    after.set(accountNumber, { ...item, roles })
  }
  return [...after.values()]
}

const toSet = (bankingCustomerId: string, { items, asOf, open, last }: Snapshot): AccountEntitlementSet | null =>
  asOf === null
    ? null
    : { bankingCustomerId, items: [...items], asOf, confirmed: open.every((write) => isRedundant(write, last)) }

/** The answer alone, for when the store fails after the provider has answered. */
export const unstoredSet = (
  bankingCustomerId: string,
  answered: readonly AccountEntitlement[],
): AccountEntitlementSet => ({
  bankingCustomerId,
  items: [...answered],
  asOf: new Date().toISOString(),
  confirmed: true,
})

/**
 * Snapshots of what the provider last confirmed, by customer. A write is recorded as open before it is sent and closed
 * only when its outcome is known, so a snapshot never claims more certainty than there is.
 */
export class SnapshotStore {
  readonly #store: Store
  readonly #tenant: string
  readonly #retentionSeconds: number

  constructor(store: Store, { tenant }: Pick<Caller, 'tenant'>, retentionSeconds: number) {
    this.#store = store
    this.#tenant = tenant
    this.#retentionSeconds = retentionSeconds
  }

  async read(bankingCustomerId: string): Promise<AccountEntitlementSet | null> {
    const stored = await this.#store.get<StoredSnapshot>(storeKey(bankingCustomerId))
    return toSet(bankingCustomerId, fromStored(stored, this.#store.now()))
  }

  /**
   * Records a write that is about to be sent. False where it repeats one that began at `repeats`, and another write to
   * one of its accounts came after that, or may have been forgotten: then it must not be sent. The first attempt made a
   * snapshot before it was sent, so where there is none it was lost.
   */
  async begin(bankingCustomerId: string, write: Write, repeats?: number): Promise<boolean> {
    const change = (stored: StoredSnapshot | null, now: number) => {
      const current = fromStored(stored, now)
      const { open } = current
      if (repeats !== undefined && (stored === null || isRefused(write, current, repeats))) return undefined
      const settles = open.filter((other) => isOver(other, now) && covers(write, other)).map(({ id }) => id)
      const own = { ...write, begunAt: now, overAt: now + MAX_WRITE_MS, raced: false, settles }
      return toStored({ ...current, open: [...open, own] })
    }
    const { changed } = await this.#change(bankingCustomerId, change).catch((error: unknown) => {
      // The store may have taken the record although its reply was lost; the write is not sent, so nothing would close it.
      void retryUntilStored(() => this.#withdraw(bankingCustomerId, write), WITHDRAW_MS)
      throw error
    })
    return changed
  }

  /** Closes a write that the provider executed and answered with these items; returns everything that is confirmed now. */
  async confirm(
    bankingCustomerId: string,
    write: Write,
    answered: readonly AccountEntitlement[],
  ): Promise<AccountEntitlementSet> {
    const { value } = await this.#update(bankingCustomerId, ({ items, open, last: known, since, ...times }, now) => {
      const own = open.find(({ id }) => id === write.id)
      const raced = own?.raced === true
      const last = { ...known, ...Object.fromEntries(write.accounts.map((account) => [account, write.assignments])) }
      if (raced) for (const account of write.accounts) delete last[account]
      const others = open
        .filter(
          (other) =>
            other.id !== write.id &&
            !own?.settles.includes(other.id) &&
            !(isOver(other, now) && isRedundant(other, last)),
        )
        .map((other) => (collide(write, other) ? { ...other, raced: true } : other))
      return {
        items: merge(items, write, answered),
        asOf: new Date(now).toISOString(),
        last,
        ...timesAfter(times, write, now),
        open: raced ? [...others, { ...own, overAt: now }] : others,
        since,
      }
    })
    return toSet(bankingCustomerId, fromStored(value, this.#store.now()))!
  }

  /** Closes a write that failed, or keeps it open as long as it may have changed something. */
  async fail(bankingCustomerId: string, write: Write, executed: Executed): Promise<void> {
    await this.#update(bankingCustomerId, (current, now) => {
      const { items, open } = current
      const others = open.filter(({ id }) => id !== write.id)
      if (executed === 'nothing') return { ...current, open: others }
      const own = open.find(({ id }) => id === write.id) ?? unrecorded(write, now)
      if (executed === 'unknown') return { ...current, open: withLost(own, others, now) }
      // An account that does not exist could never be confirmed, so only the known accounts stay open.
      const accounts = own.accounts.filter((account) => items.some((item) => item.account.accountNumber === account))
      // An account that already was as the write sets it is so in either case.
      const last = Object.fromEntries(
        Object.entries(current.last).filter(
          ([account, assignments]) => !own.accounts.includes(account) || isSame(assignments, own.assignments),
        ),
      )
      return {
        ...current,
        last,
        ...timesAfter(current, own, now),
        open: accounts.length === 0 ? others : [...others, { ...own, accounts, overAt: now }],
      }
    })
  }

  #labelsOf(bankingCustomerId: string): Labels {
    return { subjects: [bankingCustomerId], tenant: this.#tenant }
  }

  /** Undoes `begin`. Rejects where it is not recorded: a change that waits, on a connection of its own, is made later. */
  async #withdraw(bankingCustomerId: string, write: Write): Promise<void> {
    const { changed } = await this.#change(bankingCustomerId, (stored) => {
      if (!stored?.open.some(({ id }) => id === write.id)) return undefined
      return { ...stored, open: stored.open.filter(({ id }) => id !== write.id) }
    })
    if (!changed) throw new Error('the write is not recorded yet')
  }

  #update(bankingCustomerId: string, change: (current: Snapshot, now: number) => Snapshot) {
    return this.#change(bankingCustomerId, (stored, now) => toStored(change(fromStored(stored, now), now)))
  }

  #change(
    bankingCustomerId: string,
    change: (stored: StoredSnapshot | null, now: number) => StoredSnapshot | undefined,
  ) {
    return this.#store.update<StoredSnapshot>(
      storeKey(bankingCustomerId),
      this.#retentionSeconds,
      change,
      this.#labelsOf(bankingCustomerId),
    )
  }
}
