import type { Anchor } from './anchors.js'
import { type AuthenticatedText, type ChainKey, type Head, isMacValid, splitMac } from './chain.js'

/** Members of an entry that the verification reads. */
interface Link {
  readonly chain: string
  readonly seq: number
  readonly prev: string
  readonly at: string
  readonly kind: string
  readonly key?: string
}

/** State of one chain after the lines so far. */
interface ChainState {
  /** The first entry here. */
  readonly first: number
  /** Times of the first and the newest entry here. */
  readonly from: string
  to: string
  /** The key of its MACs; undefined when it is not given. */
  readonly key: ChainKey | undefined
  seq: number
  mac: string
  hasEnded: boolean
  /** MACs of the newest entries: after a lost acknowledgement a writer may append the same lines again. */
  readonly newest: Set<string>
}

/** A chain, as far as it is here. */
export interface ChainFound {
  readonly chain: string
  /** Number of its first entry here. */
  readonly first: number
  /** Number of its entries, those in earlier files included. */
  readonly entries: number
  readonly from: string
  readonly to: string
  readonly state: 'ended' | 'open'
}

/** Options of a verification. */
interface VerifierOptions {
  /** Heads that checkpoints state: the entry before `count` has this MAC. */
  readonly heads?: readonly Head[]
  /** With it chains may begin in earlier files, as far as the range permits. */
  readonly since?: string | undefined
}

/** Result of a verification. */
interface Report {
  readonly chains: readonly ChainFound[]
  readonly entries: number
  /** Number of exact duplicates. */
  readonly repeated: number
  /** Number of lines that are not of a trail, such as the log of the process on the same stdout. */
  readonly others: number
  /** Number of anchored chains without a line here that ended before the first line here. */
  readonly earlier: number
  /** Violations with their position, in the order of the lines. */
  readonly problems: readonly string[]
}

const ENTRY_START = '{"chain":"'
const CHAIN_ID_LENGTH = 36
/** MACs that are kept for each chain to detect duplicates: more than the largest batch that a writer repeats. */
const MAX_NEWEST = 2_000

function linkOf(body: string): Link | undefined {
  try {
    const link = JSON.parse(body) as Link
    return typeof link.chain === 'string' && Number.isInteger(link.seq) && typeof link.prev === 'string'
      ? link
      : undefined
  } catch {
    return undefined
  }
}

/** The first violation of the hash chain by an entry. */
function violationOf(state: ChainState, link: Link, isChanged: boolean): string | undefined {
  if (isChanged) return `entry ${link.seq} of chain ${link.chain} was changed`
  if (state.hasEnded) return `chain ${link.chain} goes on after its end`
  if (link.seq > state.seq + 1) return `entries ${state.seq + 1} to ${link.seq - 1} of chain ${link.chain} are missing`
  if (link.seq <= state.seq) return `entry ${link.seq} of chain ${link.chain} is out of order`
  if (link.prev !== state.mac) return `entry ${link.seq} of chain ${link.chain} does not follow the one before it`
  return undefined
}

/** Moves a chain to an entry, also to an invalid one: one bad line is then one problem. */
function advance(state: ChainState, link: Link, mac: string): void {
  if (link.seq <= state.seq) return
  state.seq = link.seq
  state.to = link.at
  state.mac = mac
  state.hasEnded = link.kind === 'end'
  state.newest.add(mac)
  if (state.newest.size > MAX_NEWEST) state.newest.delete(state.newest.values().next().value!)
}

/**
 * Verifier of hash chains: reads a trail line by line, with constant memory for each chain. Lines of several chains
 * may be mixed; lines of one chain must be in order, over all its files. Without keys it verifies the structure only.
 */
export class TrailVerifier {
  readonly #keys: readonly ChainKey[]
  readonly #chains = new Map<string, ChainState>()
  /** Partial lines by chain. The writer repeats such an entry, unless it is the last. */
  readonly #partial = new Map<string, { readonly text: string; readonly where: string }>()
  readonly #problems: string[] = []
  #entries = 0
  #repeated = 0
  #others = 0
  #earliest: string | undefined

  readonly #since: string | undefined
  /** MACs that checkpoints state, by chain and count. */
  readonly #stated = new Map<string, string>()

  constructor(keys: readonly ChainKey[], { heads = [], since }: VerifierOptions = {}) {
    this.#keys = keys
    this.#since = since
    for (const { chain, count, head } of heads) this.#stated.set(`${chain} ${count}`, head)
  }

  /** The chains, as far as they are here. */
  get chains(): readonly ChainFound[] {
    return [...this.#chains].map(([chain, { first, seq, from, to, hasEnded }]) => ({
      chain,
      first,
      entries: seq + 1,
      from,
      to,
      state: hasEnded ? 'ended' : 'open',
    }))
  }

  /** Verifies the next line; `where` is its position in messages. */
  add(line: string, where: string): void {
    // A partial line of another process may precede an entry on the same line.
    const start = line.lastIndexOf(ENTRY_START)
    if (start > 0) {
      this.add(line.slice(0, start), where)
      return this.add(line.slice(start), where)
    }
    if (start < 0) {
      if (line !== '') this.#others += 1
      return
    }
    const text = splitMac(line)
    const link = text && linkOf(text.body)
    if (text && link) this.#addEntry(line, where, text, link)
    else this.#addPartial(line, where)
  }

  /** Compares the chains with their anchors, where there are any, and returns the result. */
  report(anchors: readonly Anchor[] | undefined): Report {
    const missing = (anchors ?? []).filter((anchor) => !this.#compare(anchor))
    return {
      chains: this.chains,
      entries: this.#entries,
      repeated: this.#repeated,
      others: this.#others,
      earlier: missing.length,
      problems: this.#problems,
    }
  }

  #addEntry(line: string, where: string, text: AuthenticatedText, link: Link): void {
    if (this.#earliest === undefined || link.at < this.#earliest) this.#earliest = link.at
    const state = this.#chains.get(link.chain) ?? this.#begin(link, text, where)
    const isChanged = state.key !== undefined && !isMacValid(state.key, text)
    if (!isChanged && state.newest.has(text.mac)) {
      this.#repeated += 1
      return
    }
    this.#entries += 1
    this.#completePartial(line, link.chain)
    const violation = violationOf(state, link, isChanged) ?? this.#contradictionOf(link, text.mac)
    if (violation !== undefined) this.#problem(where, violation)
    advance(state, link, text.mac)
  }

  /** A checkpoint that states another entry. */
  #contradictionOf({ chain, seq }: Link, mac: string): string | undefined {
    const stated = this.#stated.get(`${chain} ${seq + 1}`)
    return stated === undefined || stated === mac
      ? undefined
      : `entry ${seq} of chain ${chain} is another one than a checkpoint states: the chain was written anew`
  }

  #begin(link: Link, text: AuthenticatedText, where: string): ChainState {
    const key =
      this.#keys.find((candidate) => isMacValid(candidate, text)) ?? this.#keys.find(({ id }) => id === link.key)
    if (this.#keys.length > 0 && !key)
      this.#problem(where, `chain ${link.chain} is sealed with a key that is not given`)
    if (link.seq !== 0 && this.#since === undefined)
      this.#problem(
        where,
        `chain ${link.chain} begins with entry ${link.seq}: what came before is missing, or in an earlier file`,
      )
    const state: ChainState = {
      key,
      first: link.seq,
      from: link.at,
      to: link.at,
      seq: link.seq - 1,
      mac: link.prev,
      hasEnded: false,
      newest: new Set(),
    }
    this.#chains.set(link.chain, state)
    return state
  }

  #addPartial(line: string, where: string): void {
    const chain = line.slice(ENTRY_START.length, ENTRY_START.length + CHAIN_ID_LENGTH)
    const before = this.#partial.get(chain)
    if (before === undefined || line.startsWith(before.text)) this.#partial.set(chain, { text: line, where })
    else if (!before.text.startsWith(line)) this.#problem(where, 'the line is torn or no entry')
  }

  /** Removes the partial line of a chain; it must be the beginning of the chain's next entry. */
  #completePartial(line: string, chain: string): void {
    const partial = this.#partial.get(chain)
    if (partial && !line.startsWith(partial.text)) this.#problem(partial.where, 'the line is torn or no entry')
    this.#partial.delete(chain)
  }

  /** Compares a chain with its anchor; false when the chain may be in earlier files. */
  #compare({ chain, count, head, at }: Anchor): boolean {
    const state = this.#chains.get(chain)
    if (!state) {
      if (this.#earliest !== undefined && at < this.#earliest) return false
      this.#problems.push(
        `chain ${chain} with ${count} entries is anchored (${at}) and not here: give the files of every process`,
      )
    } else if (state.seq + 1 < count)
      this.#problems.push(
        `chain ${chain} ends with entry ${state.seq}, and ${count} were anchored: its tail is cut off`,
      )
    else if (state.seq + 1 === count && state.mac !== head)
      this.#problems.push(`chain ${chain} does not end as it was anchored`)
    return true
  }

  #problem(where: string, text: string): void {
    this.#problems.push(`${where}: ${text}`)
  }
}
