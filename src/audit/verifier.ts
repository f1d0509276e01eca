import type { Anchor } from './anchors.js'
import { type ChainKey, isSealedBy, unseal } from './chain.js'

/** An entry, as far as the chain goes. */
interface Link {
  readonly chain: string
  readonly seq: number
  readonly prev: string
  readonly at: string
  readonly kind: string
  readonly key?: string
}

interface Progress {
  /** The key it is sealed with; undefined when it is none of ours. */
  readonly key: ChainKey | undefined
  seq: number
  mac: string
  ended: boolean
  /** Seals of the newest entries: after a lost acknowledgement a writer may enter the same lines again. */
  readonly newest: Map<string, number>
}

export interface Report {
  readonly chains: readonly { readonly chain: string; readonly entries: number; readonly state: 'ended' | 'open' }[]
  readonly entries: number
  /** Lines that came twice as they are. */
  readonly repeated: number
  /** Lines that are no part of a trail, such as the process's log on stdout. */
  readonly others: number
  /** Anchored chains of which nothing is here, and which ended before the first line that is. */
  readonly earlier: number
  /** What does not hold, with its place, in the order it was met. */
  readonly problems: readonly string[]
}

const BEGINNING = '{"chain":"'
/** At least as many as a writer repeats at once. */
const REMEMBERED = 2_000

const linkOf = (body: string): Link | undefined => {
  try {
    const link = JSON.parse(body) as Link
    return typeof link.chain === 'string' && Number.isInteger(link.seq) && typeof link.prev === 'string'
      ? link
      : undefined
  } catch {
    return undefined
  }
}

/**
 * Checks a trail line by line, in constant memory per chain. Chains of several processes may be mixed; lines of one
 * chain must come in order, over all files that hold it. Without keys only the structure can be checked.
 */
export function verifier(keys: readonly ChainKey[]) {
  const chains = new Map<string, Progress>()
  /** Lines that were not written to their end, and where, by chain; such an entry comes again, unless it is the last. */
  const torn = new Map<string, { readonly text: string; readonly where: string }>()
  const problems: string[] = []
  let entries = 0
  let repeated = 0
  let others = 0
  let earliest: string | undefined

  function begin(link: Link, sealed: { body: string; mac: string }, problem: (text: string) => void): Progress {
    const key = keys.find((candidate) => isSealedBy(candidate, sealed)) ?? keys.find(({ id }) => id === link.key)
    if (keys.length > 0 && !key) problem(`chain ${link.chain} is sealed with a key that is not given`)
    if (link.seq !== 0)
      problem(`chain ${link.chain} begins with entry ${link.seq}: what came before is missing, or in an earlier file`)
    const progress: Progress = { key, seq: link.seq - 1, mac: link.prev, ended: false, newest: new Map() }
    chains.set(link.chain, progress)
    return progress
  }

  function take(line: string, where: string): void {
    // What another process had not written to its end: no entry holds this but at its beginning.
    const last = line.lastIndexOf(BEGINNING)
    if (last > 0) {
      take(line.slice(0, last), where)
      return take(line.slice(last), where)
    }
    if (!line.startsWith(BEGINNING)) {
      if (line !== '') others += 1
      return
    }
    const problem = (text: string): void => void problems.push(`${where}: ${text}`)
    const sealed = unseal(line)
    const link = sealed && linkOf(sealed.body)
    if (!sealed || !link) {
      const chain = line.slice(BEGINNING.length, BEGINNING.length + 36)
      const before = torn.get(chain)
      if (before === undefined || line.startsWith(before.text)) torn.set(chain, { text: line, where })
      else if (!before.text.startsWith(line)) problem('the line is torn or no entry')
      return
    }
    earliest = earliest === undefined || link.at < earliest ? link.at : earliest
    const progress = chains.get(link.chain) ?? begin(link, sealed, problem)
    const changed = progress.key !== undefined && !isSealedBy(progress.key, sealed)
    if (!changed && progress.newest.has(sealed.mac)) {
      repeated += 1
      return
    }
    entries += 1
    const fragment = torn.get(link.chain)
    if (fragment && !line.startsWith(fragment.text)) problems.push(`${fragment.where}: the line is torn or no entry`)
    torn.delete(link.chain)
    if (changed) problem(`entry ${link.seq} of chain ${link.chain} was changed`)
    else if (progress.ended) problem(`chain ${link.chain} goes on after its end`)
    else if (link.seq > progress.seq + 1)
      problem(`entries ${progress.seq + 1} to ${link.seq - 1} of chain ${link.chain} are missing`)
    else if (link.seq <= progress.seq) problem(`entry ${link.seq} of chain ${link.chain} is out of order`)
    else if (link.prev !== progress.mac)
      problem(`entry ${link.seq} of chain ${link.chain} does not follow the one before it`)
    // Goes on from here, so that one bad line is one problem.
    if (link.seq <= progress.seq) return
    progress.seq = link.seq
    progress.mac = sealed.mac
    progress.ended = link.kind === 'end'
    progress.newest.set(sealed.mac, link.seq)
    if (progress.newest.size > REMEMBERED) progress.newest.delete(progress.newest.keys().next().value!)
  }

  /** What the anchors say beside the lines; `undefined` where there are none to be had. */
  function finish(anchors: readonly Anchor[] | undefined): Report {
    let earlier = 0
    for (const { chain, count, head, at } of anchors ?? []) {
      const progress = chains.get(chain)
      if (!progress) {
        if (earliest !== undefined && at < earliest) earlier += 1
        else
          problems.push(
            `chain ${chain} with ${count} entries is anchored (${at}) and not here: give the files of every process`,
          )
      } else if (progress.seq + 1 < count)
        problems.push(`chain ${chain} ends with entry ${progress.seq}, and ${count} were anchored: its tail is cut off`)
      else if (progress.seq + 1 === count && progress.mac !== head)
        problems.push(`chain ${chain} does not end as it was anchored`)
    }
    return {
      chains: [...chains].map(([chain, { seq, ended }]) => ({
        chain,
        entries: seq + 1,
        state: ended ? 'ended' : 'open',
      })),
      entries,
      repeated,
      others,
      earlier,
      problems,
    }
  }

  return { take, finish, read: () => entries }
}
