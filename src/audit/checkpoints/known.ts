import type { KeyObject } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Head } from '../chain.js'
import {
  type Checkpoint,
  hashOfLine,
  isCertified,
  isSigned,
  readCheckpoint,
  type SignedCheckpoint,
} from './checkpoint.js'

/** How long checkpoints of later processes name a chain. */
const KNOWN_MS = 35 * 24 * 3_600_000
/** What is read first: whatever ends the reading, the chains of processes that have just ended are known. */
const RECENT_MS = 24 * 3_600_000
/** How many chains a checkpoint names at most: a line of some 2 MiB. */
const MAX_KNOWN = 10_000
/** How many sequences that began before the time are looked for. */
const MAX_OLDER = 1_000
/** How long the reading takes the event loop at one time. */
const TURN_MS = 5

/** What of a sequence was verified: how far it is, and what the next checkpoint must follow and be signed with. */
interface Followed {
  readonly n: number
  readonly prev: string
  readonly key: string | undefined
}

/** Where the checkpoints of a sink are read from. */
interface KnownSource {
  /** The lines since a time or from further back, oldest first. */
  readonly since: (time: number) => AsyncIterable<string>
  /** The public root keys; without any, signatures are not verified. */
  readonly roots: readonly KeyObject[]
  /** True when the reading must end with what it has. */
  readonly isOver: () => boolean
}

/** The chains that checkpoints state, each as its newest statement has it. Lines that are not valid are left out. */
class KnownChains {
  readonly #roots: readonly KeyObject[]
  readonly #oldest: string
  readonly #newest = new Map<string, Head>()
  readonly #sequences = new Map<string, Followed>()
  readonly #older = new Set<string>()

  constructor(roots: readonly KeyObject[], oldest: string) {
    this.#roots = roots
    this.#oldest = oldest
  }

  /** The sequences that were read from their first checkpoint on. */
  get followed(): ReadonlySet<string> {
    return new Set(this.#sequences.keys())
  }

  /** The sequences whose first checkpoint is further back than what was read. */
  get older(): ReadonlySet<string> {
    return new Set([...this.#older].filter((id) => !this.#sequences.has(id)))
  }

  /** The chains, the newest where there are too many. */
  get heads(): readonly Head[] {
    const heads = [...this.#newest.values()]
    if (heads.length <= MAX_KNOWN) return heads
    return heads.sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, MAX_KNOWN)
  }

  /** Takes a line, where it is a checkpoint of a sequence that is wanted. */
  add(line: string, isWanted: (id: string) => boolean): void {
    const read = readCheckpoint(line)
    if (read === undefined || !isWanted(read.checkpoint.checkpoint)) return
    if (this.#roots.length === 0 || this.#follow(read)) this.#take(read.checkpoint)
  }

  /** True where a checkpoint is the next valid one of its sequence. */
  #follow({ line, checkpoint }: SignedCheckpoint): boolean {
    const { checkpoint: id, n, prev, certificate, next } = checkpoint
    const before = this.#sequences.get(id)
    if (before === undefined && n !== 0) {
      if (this.#older.size < MAX_OLDER) this.#older.add(id)
      return false
    }
    const isNext = before === undefined ? isCertified(checkpoint, this.#roots) : n === before.n && prev === before.prev
    if (!isNext || !isSigned(line, before === undefined ? certificate?.key : before.key)) return false
    this.#sequences.set(id, { n: n + 1, prev: hashOfLine(line), key: next })
    return true
  }

  #take({ chains, known = [] }: Checkpoint): void {
    for (const heads of [chains, known])
      for (const head of heads)
        if (head.at > this.#oldest && head.count > (this.#newest.get(head.chain)?.count ?? 0))
          this.#newest.set(head.chain, head)
    if (this.#newest.size > 2 * MAX_KNOWN) this.#forgetOldest()
  }

  #forgetOldest(): void {
    const kept = this.heads
    this.#newest.clear()
    for (const head of kept) this.#newest.set(head.chain, head)
  }
}

/** Reads the chains that the checkpoints of the last 35 days state. */
export async function readKnown({ since, roots, isOver }: KnownSource): Promise<readonly Head[]> {
  const now = Date.now()
  const from = now - KNOWN_MS
  const known = new KnownChains(roots, new Date(from).toISOString())
  let turn = performance.now()

  async function read(time: number, isWanted: (id: string) => boolean): Promise<void> {
    for await (const line of since(time)) {
      if (isOver()) return
      known.add(line, isWanted)
      if (performance.now() - turn < TURN_MS) continue
      await nextTurn()
      turn = performance.now()
    }
  }

  await read(now - RECENT_MS, () => true)
  const { followed } = known
  if (!isOver()) await read(from, (id) => !followed.has(id))
  // A process that runs for longer than that is verified from its first checkpoint on.
  const { older } = known
  if (older.size > 0 && !isOver()) await read(0, (id) => older.has(id))
  return known.heads
}
