import type { Anchor } from './anchors.js'
import type { Head } from './chain.js'
import { headsOf, type VerifiedSequence } from './checkpoints/verifier.js'
import type { ChainFound } from './verifier.js'

/** The time that is verified; an absent end is open. */
export interface Range {
  readonly since?: string | undefined
  readonly until?: string | undefined
}

/** What was found: the trail, and what states how far it was. */
interface Evidence {
  readonly chains: readonly ChainFound[]
  readonly anchors: readonly Anchor[]
  readonly sequences: readonly VerifiedSequence[]
}

/** A statement of an anchor or a checkpoint: how far a chain was. */
type Mark = Pick<Head, 'chain' | 'since' | 'at' | 'count'>

/** Checkpoints may be late by this many intervals before their absence is told. */
const LATE_INTERVALS = 3
const MIN_LATE_MS = 60_000

const isBefore = (at: string, bound: string | undefined): boolean => bound !== undefined && at < bound
const isAfter = (at: string, bound: string | undefined): boolean => bound !== undefined && at > bound

/** Anchors of version 0.1.0 do not state when their chain began. */
const marksOf = ({ anchors, sequences }: Evidence): readonly Mark[] => [
  ...anchors.map((anchor) => ({ ...anchor, since: anchor.since ?? anchor.at })),
  ...headsOf(sequences),
]

function byChain(marks: readonly Mark[]): ReadonlyMap<string, readonly Mark[]> {
  const found = new Map<string, Mark[]>()
  for (const mark of marks) {
    const others = found.get(mark.chain)
    if (others === undefined) found.set(mark.chain, [mark])
    else others.push(mark)
  }
  return found
}

/** True where a chain was written to in the range, as far as is stated. */
const isIn = (marks: readonly Mark[], { since, until }: Range): boolean =>
  marks.some(({ at }) => !isBefore(at, since)) && marks.some((mark) => !isAfter(mark.since, until))

/** True where entries of a chain here may be in the range. */
const isFoundIn = ({ from, to }: ChainFound, { since, until }: Range): boolean =>
  !isBefore(to, since) && !isAfter(from, until)

/** What is missing at the beginning of a chain: its first entry here must be in the range, or before it. */
function missingBeginning({ chain, first, from }: ChainFound, marks: readonly Mark[], { since }: Range) {
  const isWhole = first === 0 || isBefore(from, since)
  const isStated = marks.some(({ at, count }) => isBefore(at, since) && count >= first)
  return isWhole || isStated
    ? []
    : [`chain ${chain} begins with entry ${first}: earlier entries of the range are missing`]
}

/** What is missing at the end of a chain. */
function missingEnd({ chain, entries, to, state }: ChainFound, marks: readonly Mark[], { until }: Range) {
  const stated = marks.reduce((most, { at, count }) => (isAfter(at, until) ? most : Math.max(most, count)), 0)
  if (entries < stated)
    return [`chain ${chain} ends with entry ${entries - 1}, and ${stated} are stated: its tail is cut off`]
  const later = marks.reduce((least, { at, count }) => (isAfter(at, until) ? Math.min(least, count) : least), Infinity)
  const isReached = later === Infinity || entries >= later || isAfter(to, until) || state === 'ended'
  return isReached
    ? []
    : [`chain ${chain} goes on after entry ${entries - 1}: entries up to the end of the range are missing`]
}

/** What the checkpoints of its own process state of a chain. */
interface OwnStatement {
  readonly count: number
  /** The last checkpoint of the process. */
  readonly last: string
  /** The interval of checkpoints, in seconds. */
  readonly every: number
}

/** The statements by chain. Checkpoints of other processes that name a chain do not count here. */
function ownStatements(sequences: readonly VerifiedSequence[]): ReadonlyMap<string, OwnStatement> {
  const own = new Map<string, OwnStatement>()
  for (const { chains, to, every } of sequences) {
    for (const { chain, count } of chains) {
      const before = own.get(chain)
      if (before !== undefined && before.count >= count && before.last >= to && before.every >= every) continue
      own.set(chain, {
        count: Math.max(count, before?.count ?? 0),
        last: before !== undefined && before.last > to ? before.last : to,
        every: Math.max(every, before?.every ?? 0),
      })
    }
  }
  return own
}

/**
 * Chains that go on after the last checkpoint of their process, for longer than one may be late, and chains that have
 * ended without a checkpoint of their end: a process that ends makes one, so the last ones were removed or never written.
 */
export function missingCheckpoints(range: Range, { chains, sequences }: Omit<Evidence, 'anchors'>): readonly string[] {
  const begun = sequences.map(({ from }) => from).sort()[0]
  if (begun === undefined) return []
  const statements = ownStatements(sequences)
  return chains
    .filter((found) => isFoundIn(found, range) && found.to >= begun)
    .flatMap(({ chain, to, entries, state }) => {
      const own = statements.get(chain)
      if (own === undefined) return [`chain ${chain} is in no checkpoint of its process`]
      if (entries <= own.count) return []
      const lateMs = Math.max(MIN_LATE_MS, LATE_INTERVALS * 1000 * own.every)
      if (Date.parse(to) - Date.parse(own.last) > lateMs)
        return [`chain ${chain} goes on after its last checkpoint (${own.last}): checkpoints are missing`]
      return state === 'ended' && !isAfter(to, range.until)
        ? [`chain ${chain} has ended, and no checkpoint states its end: the last checkpoints are missing`]
        : []
    })
}

/** Whether something here may be of a range: else what was verified says nothing about it. */
export const hasAnyIn = (range: Range, chains: readonly ChainFound[]): boolean =>
  chains.some((found) => isFoundIn(found, range))

/** What is missing of the trail in a range. */
export function missingIn(range: Range, evidence: Evidence): readonly string[] {
  const marks = marksOf(evidence)
  if (marks.length === 0)
    return ['there is no anchor and no checkpoint: nothing states which chains the range must hold']
  const here = new Map(evidence.chains.map((found) => [found.chain, found]))
  const stated = byChain(marks)
  const absent = [...stated].flatMap(([chain, known]) => {
    const { since, at } = known.reduce((newest, mark) => (mark.count > newest.count ? mark : newest))
    return !here.has(chain) && isIn(known, range)
      ? [`chain ${chain} (${since} to ${at}) is stated and not here: its file is missing`]
      : []
  })
  const incomplete = evidence.chains.flatMap((found) => {
    const known = stated.get(found.chain) ?? []
    const isConcerned = isFoundIn(found, range) || isIn(known, range)
    return isConcerned ? [...missingBeginning(found, known, range), ...missingEnd(found, known, range)] : []
  })
  return [...absent, ...incomplete, ...missingCheckpoints(range, evidence)]
}
