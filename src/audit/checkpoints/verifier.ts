import type { KeyObject } from 'node:crypto'
import type { Head } from '../chain.js'
import { hashOfLine, isCertified, isSigned, readCheckpoint, type SignedCheckpoint } from './checkpoint.js'

/** The checkpoints of one process. */
export interface VerifiedSequence {
  readonly sequence: string
  readonly from: string
  readonly to: string
  readonly count: number
  readonly hasEnded: boolean
  /** The interval of checkpoints, in seconds. */
  readonly every: number
  /** What valid checkpoints state of the chains of their own process, in their order. */
  readonly chains: readonly Head[]
  /** What they state of chains of other processes: only the process itself tells that it goes on. */
  readonly known: readonly Head[]
}

/** The result of the verification of checkpoints. */
export interface VerifiedCheckpoints {
  readonly sequences: readonly VerifiedSequence[]
  readonly problems: readonly string[]
}

/** The checkpoints by sequence, each in order of its numbers, without exact copies. */
function grouped(lines: readonly string[], problems: string[]): ReadonlyMap<string, readonly SignedCheckpoint[]> {
  const sequences = new Map<string, Map<number, SignedCheckpoint>>()
  for (const line of lines) {
    const read = readCheckpoint(line)
    // A line may be torn; the whole one follows it, or its number is missing.
    if (!read) continue
    const { checkpoint, n } = read.checkpoint
    const sequence = sequences.get(checkpoint) ?? new Map<number, SignedCheckpoint>()
    const other = sequence.get(n)
    if (other === undefined) sequences.set(checkpoint, sequence.set(n, read))
    else if (other.line !== read.line) problems.push(`checkpoint ${n} of sequence ${checkpoint} exists in two forms`)
  }
  return new Map(
    [...sequences].map(([id, sequence]) => [
      id,
      [...sequence.values()].sort((a, b) => a.checkpoint.n - b.checkpoint.n),
    ]),
  )
}

/** Verifies one sequence; what follows the first violation counts no more. */
function verifySequence(
  checkpoints: readonly SignedCheckpoint[],
  roots: readonly KeyObject[],
  problems: string[],
): readonly SignedCheckpoint[] {
  const valid: SignedCheckpoint[] = []
  let key: string | undefined
  let prev = ''
  for (const signed of checkpoints) {
    const { line, checkpoint } = signed
    const { checkpoint: sequence, n } = checkpoint
    const isCertifiedFirst = n !== 0 || isCertified(checkpoint, roots)
    const problem =
      n !== valid.length
        ? `checkpoints ${valid.length} to ${n - 1} of sequence ${sequence} are missing`
        : !isCertifiedFirst
          ? `sequence ${sequence} was not signed with a root key that is given`
          : checkpoint.prev !== prev || !isSigned(line, n === 0 ? checkpoint.certificate?.key : key)
            ? `checkpoint ${n} of sequence ${sequence} was changed, or is not of its sequence`
            : undefined
    if (problem !== undefined) {
      problems.push(problem)
      break
    }
    valid.push(signed)
    key = checkpoint.next
    prev = hashOfLine(line)
  }
  return valid
}

/** Verifies the checkpoints of all processes with the public root keys. */
export function verifyCheckpoints(lines: readonly string[], roots: readonly KeyObject[]): VerifiedCheckpoints {
  const problems: string[] = []
  const sequences: VerifiedSequence[] = []
  for (const [sequence, checkpoints] of grouped(lines, problems)) {
    const valid = verifySequence(checkpoints, roots, problems)
    const last = valid.at(-1)?.checkpoint
    if (last === undefined) continue
    sequences.push({
      sequence,
      from: valid[0]!.checkpoint.at,
      to: last.at,
      count: valid.length,
      hasEnded: last.state === 'ended',
      every: last.every,
      chains: valid.flatMap(({ checkpoint: { chains } }) => chains),
      known: valid.flatMap(({ checkpoint: { known = [] } }) => known),
    })
  }
  return { sequences, problems }
}

/** All that sequences state of chains. */
export const headsOf = (sequences: readonly VerifiedSequence[]): readonly Head[] =>
  sequences.flatMap(({ chains, known }) => [...chains, ...known])

/** The newest of these statements of each chain. */
export function newestHeads(heads: readonly Head[]): readonly Head[] {
  const newest = new Map<string, Head>()
  for (const head of heads) if (head.count > (newest.get(head.chain)?.count ?? 0)) newest.set(head.chain, head)
  return [...newest.values()]
}
