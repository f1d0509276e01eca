import { type AccountEntitlement, type AccountEntitlementSet, type AccountRoles } from '../../schema/entitlement.js'
import { ApiError } from '../contract/errors.js'
import type { Store, StoreKey } from '../contract/store.js'
import type { AssignmentBody, Assignments } from './contract.js'

const KEPT_SECONDS = 400 * 24 * 3600
/** Longer than any write can run: one that is still noted after this belonged to a process that died. */
const LONGEST_WRITE_MS = 15 * 60_000
/** How long the provider may still be at a write whose answer was lost. */
const LATEST_ARRIVAL_MS = 60_000

/** One try of a write, as far as it says what may have changed. */
export interface Touch {
  readonly id: string
  readonly accounts: readonly string[]
  readonly assignments: Assignments
}

/** A write that is on its way, or whose outcome is not known. */
interface OpenWrite extends Touch {
  /** From when on it cannot reach the provider any more, so that a write which begins then comes after it. */
  readonly overAt: number
  /** A different write to one of its accounts was carried out meanwhile, so which of them came last is not known. */
  readonly raced: boolean
  /** Lost writes that this one does again or undoes: they stop mattering once it is confirmed. */
  readonly settles: readonly string[]
}

interface Snapshot {
  readonly items: readonly AccountEntitlement[]
  readonly asOf: string | null
  readonly open: readonly OpenWrite[]
  /** What was confirmed last of each account; nothing where several writes raced. */
  readonly last: Readonly<Record<string, Assignments>>
}

const EMPTY: Snapshot = { items: [], asOf: null, open: [], last: {} }

const key = (bankingCustomerId: string): StoreKey => ['entitlements', bankingCustomerId]

export const touchOf = (id: string, { accounts, assignments }: AssignmentBody): Touch => ({
  id,
  accounts: accounts.map(({ accountNumber }) => accountNumber),
  assignments,
})

const within = (few: readonly string[], many: readonly string[]) => few.every((one) => many.includes(one))

/** After `later` it no longer matters whether `earlier` was carried out. Both elections are part of every write. */
const covers = (later: Touch, earlier: Touch) =>
  within(earlier.accounts, later.accounts) &&
  within(Object.keys(earlier.assignments.roles), Object.keys(later.assignments.roles))

const isOver = ({ overAt }: OpenWrite, now: number) => now >= overAt

const isSame = (x: Assignments, y: Assignments) =>
  x.electronicStatementElection === y.electronicStatementElection &&
  x.electronicDocumentElection === y.electronicDocumentElection &&
  Object.entries(x.roles).every(([role, value]) => y.roles[role as keyof AccountRoles] === value) &&
  Object.keys(x.roles).length === Object.keys(y.roles).length

/** Two writes whose order decides what is true afterwards. */
const collide = (a: Touch, b: Touch): boolean =>
  a.accounts.some((account) => b.accounts.includes(account)) && !isSame(a.assignments, b.assignments)

/** Whether the provider carries it out or not, and when, all is as it was confirmed last. */
const isHarmless = ({ accounts, assignments }: Touch, last: Snapshot['last']) =>
  accounts.every((account) => Object.hasOwn(last, account) && isSame(last[account]!, assignments))

/** What a refusal of a write says of the accounts it named. */
export type Refused = 'nothing' | 'perhaps some' | 'unknown'

/**
 * A refusal other than `OUTCOME_UNKNOWN` did nothing, except one that looked at the accounts themselves: whether the
 * provider carries out some of several is not documented.
 */
export function refusedBy(error: unknown, { accounts }: Touch): Refused {
  if (!(error instanceof ApiError) || error.code === 'OUTCOME_UNKNOWN') return 'unknown'
  const status = error.extensions['providerStatus']
  return accounts.length > 1 && (status === 409 || status === 422) ? 'perhaps some' : 'nothing'
}

/** The items by account number, the answer's in place of what was known of the same accounts. */
function merge(
  items: readonly AccountEntitlement[],
  { accounts, assignments }: Touch,
  answered: readonly AccountEntitlement[],
): AccountEntitlement[] {
  const before = new Map(items.map((item) => [item.account.accountNumber, item]))
  const after = new Map(before)
  // An account that the answer leaves out was changed all the same, so what was known of it no longer holds.
  for (const account of accounts) after.delete(account)
  for (const item of answered) {
    const { accountNumber } = item.account
    const was = before.get(accountNumber)?.roles
    // A role that the answer leaves out is as it was, unless this write was to change it.
    const role = (name: keyof AccountRoles) =>
      item.roles[name] ??
      (accounts.includes(accountNumber) && assignments.roles[name] !== undefined ? null : (was?.[name] ?? null))
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
    : { bankingCustomerId, items: [...items], asOf, confirmed: open.every((write) => isHarmless(write, last)) }

/**
 * What the provider last confirmed of each customer; the only memory there is of it, and never more certain than it
 * may be: a write is noted before it leaves, and the note goes only when its outcome is known.
 */
export function createSnapshotStore(store: Store) {
  const update = (bankingCustomerId: string, change: (current: Snapshot) => Snapshot) =>
    store.update<Snapshot>(key(bankingCustomerId), KEPT_SECONDS, (current) => change(current ?? EMPTY))

  return {
    async read(bankingCustomerId: string): Promise<AccountEntitlementSet | null> {
      return toSet(bankingCustomerId, (await store.get<Snapshot>(key(bankingCustomerId))) ?? EMPTY)
    },

    /** Notes a write that is about to leave. */
    async begin(bankingCustomerId: string, touch: Touch): Promise<void> {
      const now = Date.now()
      await update(bankingCustomerId, ({ open, ...rest }) => {
        const settles = open.filter((other) => isOver(other, now) && covers(touch, other)).map(({ id }) => id)
        return { ...rest, open: [...open, { ...touch, overAt: now + LONGEST_WRITE_MS, raced: false, settles }] }
      })
    },

    /** The provider carried it out and answered these items; answers all that is confirmed by now. */
    async confirm(
      bankingCustomerId: string,
      touch: Touch,
      answered: readonly AccountEntitlement[],
    ): Promise<AccountEntitlementSet> {
      const now = Date.now()
      const asOf = new Date(now).toISOString()
      const { value } = await update(bankingCustomerId, ({ items, open, last: known }) => {
        const mine = open.find(({ id }) => id === touch.id)
        const raced = mine?.raced === true
        const last = { ...known, ...Object.fromEntries(touch.accounts.map((account) => [account, touch.assignments])) }
        if (raced) for (const account of touch.accounts) delete last[account]
        const others = open
          .filter(
            (other) =>
              other.id !== touch.id &&
              !mine?.settles.includes(other.id) &&
              !(isOver(other, now) && isHarmless(other, last)),
          )
          .map((other) => (collide(touch, other) ? { ...other, raced: true } : other))
        return {
          items: merge(items, touch, answered),
          asOf,
          last,
          open: raced ? [...others, { ...mine, overAt: now }] : others,
        }
      })
      return toSet(bankingCustomerId, value!)!
    },

    async refuse(bankingCustomerId: string, touch: Touch, refused: Refused): Promise<void> {
      const now = Date.now()
      await update(bankingCustomerId, (current) => {
        const { items, open } = current
        const others = open.filter(({ id }) => id !== touch.id)
        const mine = open.find(({ id }) => id === touch.id)
        if (!mine || refused === 'nothing') return { ...current, open: others }
        // What it covers is as uncertain as it is itself, so one note is enough.
        if (refused === 'unknown')
          return {
            ...current,
            open: [
              ...others.filter(({ id }) => !mine.settles.includes(id)),
              { ...mine, overAt: now + LATEST_ARRIVAL_MS },
            ],
          }
        // One of the accounts may not even exist and could never be confirmed; only those that are known count.
        const accounts = mine.accounts.filter((account) => items.some((item) => item.account.accountNumber === account))
        return { ...current, open: accounts.length === 0 ? others : [...others, { ...mine, accounts, overAt: now }] }
      })
    },

    /** The answer by itself, for when the store fails after the provider has answered. */
    alone: (bankingCustomerId: string, answered: readonly AccountEntitlement[]): AccountEntitlementSet => ({
      bankingCustomerId,
      items: [...answered],
      asOf: new Date().toISOString(),
      confirmed: true,
    }),
  }
}

export type SnapshotStore = ReturnType<typeof createSnapshotStore>
