import type { Contender } from './contender.js'
import type { Environment, Sample } from './environment.js'
import { expectedText, requestAt, type Requests, requestsOf, sendOnce } from './requests.js'
import type { CommandCounts } from './redis-commands.js'
import { median, type Spread, spread } from './statistics.js'
import type { ErrorWorkloads, Workload } from './workloads.js'

export type Progress = (line: string) => void

/**
 * How long a process is under load before each of its turns. While the others had theirs it was idle: V8 has made its
 * young generation small, and may have let go of compiled code.
 */
const SETTLE_SECONDS = 0.5

export interface Plan {
  readonly rounds: number
  readonly seconds: number
}

/** One workload on one contender. */
export interface Entry {
  readonly contender: Contender
  readonly workload: Workload
}

export interface EntryResult extends Entry {
  /** One sample for each round. */
  readonly samples: readonly Sample[]
  /** The reason why the samples are not valid. */
  readonly invalid: string | undefined
}

/** A row of the report: medians of the rounds. */
export interface Row {
  readonly id: string
  readonly workload: string
  readonly contender: string
  readonly connections: number
  readonly warmUp: number
  readonly rps: number
  readonly cpuMs: number
  readonly busy: number
  readonly calls: number
  /** Redis commands for an operation, those inside scripts included. */
  readonly redis: CommandCounts
  /** Those of them that were sent, WAIT aside; absent in a kept row of an earlier benchmark. */
  readonly sent?: number | undefined
  readonly bytes: number
  readonly rssMb: number
  /** This contender's CPU time for an operation divided by this server's; of an error, this row's divided by that of the success. */
  readonly ratios?: readonly number[] | undefined
  /** The reason why the row is not valid. */
  readonly invalid?: string | undefined
}

/**
 * The data of a response. The raw server does not tell the cost, what is left of the rate limit and which values are
 * masked, and its cursors are not encrypted.
 */
const dataOf = (response: string): string =>
  response.replace(/,"extensions":\{"cost":.*\}(\s*)$/, '}$1').replace(/"endCursor":"[^"]*"/, '"endCursor":""')

/** The first difference of two responses, with the text around it. */
function difference(ours: string, theirs: string): string {
  const at = [...ours].findIndex((letter, i) => letter !== theirs[i])
  const around = (text: string) => text.slice(Math.max(0, at - 40), at + 60)
  return `other bytes at ${at}: ${around(ours)} / ${around(theirs)}`
}

/** Operations of a workload that are compared at most. */
const MAX_VERIFIED = 64

/** Sends operations once; returns why a response is wrong, or not the same as this server's where it has to be. */
async function verify(environment: Environment, { contender, workload }: Entry): Promise<string | undefined> {
  const { tokens } = environment.recording
  const expected = expectedText(workload)
  const [requests, own] = [contender, environment.server].map((each) => requestsOf(workload, tokens, each)) as [
    Requests,
    Requests,
  ]
  try {
    for (let i = 0; i < Math.min(MAX_VERIFIED, workload.operations.length); i += 1) {
      const theirs = dataOf(await sendOnce(contender, requestAt(requests, i), expected))
      if (!contender.name.startsWith('raw')) continue
      const ours = dataOf(await sendOnce(environment.server, requestAt(own, i)))
      if (ours !== theirs) return difference(ours, theirs)
    }
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

function problemOf({ errors, refused, firstError }: Sample): string | undefined {
  if (errors + refused === 0) return undefined
  return `${errors} wrong responses and ${refused} refused requests, such as ${firstError?.replaceAll('\r\n', ' ') ?? ''}`
}

/** Measures entries in turns: verifies and warms each, and then the rounds that count. */
export async function takeTurns(
  environment: Environment,
  entries: readonly Entry[],
  plan: Plan,
  report: (done: string) => void,
): Promise<EntryResult[]> {
  const results = entries.map((entry) => ({
    ...entry,
    samples: [] as Sample[],
    invalid: undefined as string | undefined,
  }))
  for (const result of results) {
    result.invalid = await verify(environment, result)
    if (result.invalid === undefined)
      result.invalid = problemOf(await environment.warm(result.contender, result.workload))
  }
  report('warm')
  for (let round = 1; round <= plan.rounds; round += 1) {
    // The order is reversed in each round, so that a drift of the machine affects all entries alike.
    for (const result of round % 2 === 0 ? results : [...results].reverse()) {
      if (result.invalid !== undefined) continue
      await environment.measure(result.contender, result.workload, { seconds: SETTLE_SECONDS })
      const sample = await environment.measure(result.contender, result.workload, plan)
      result.invalid = problemOf(sample)
      result.samples.push(sample)
    }
    report(`round ${round} of ${plan.rounds}`)
  }
  return results
}

/** Why the number of provider calls shows that a row does not measure what its title says. */
export function callsProblem(calls: number, { atMost, atLeast = 0 }: Workload['calls']): string | undefined {
  if (calls > atMost + 0.05) return `${calls.toFixed(2)} provider calls, where ${atMost} are enough`
  return calls < atLeast - 0.05 ? `${calls.toFixed(2)} provider calls, so operations in flight were shared` : undefined
}

/** The mean count of each Redis command. */
function meanCommands(samples: readonly Sample[]): CommandCounts {
  const names = new Set(samples.flatMap(({ redis }) => Object.keys(redis)))
  const total = samples.reduce((sum, { operations }) => sum + operations, 0)
  const countOf = (name: string) =>
    samples.reduce((sum, { redis, operations }) => sum + (redis[name] ?? 0) * operations, 0)
  return Object.fromEntries([...names].map((name) => [name, countOf(name) / total]))
}

async function rowOf(environment: Environment, { contender, workload, samples, invalid }: EntryResult): Promise<Row> {
  const { name } = contender
  const middle = (pick: (sample: Sample) => number) => median(samples.map(pick))
  const calls = middle((sample) => sample.calls)
  return {
    id: workload.id,
    workload: workload.title,
    contender: name,
    connections: workload.connections,
    warmUp: workload.warmUp,
    rps: middle((sample) => sample.rps),
    cpuMs: middle((sample) => sample.cpuMs),
    busy: middle((sample) => sample.busy),
    calls,
    redis: meanCommands(samples),
    sent: invalid === undefined ? await environment.countSent(contender, workload) : undefined,
    bytes: middle((sample) => sample.bytes),
    rssMb: Math.max(...samples.map((sample) => sample.rssMb)),
    invalid: invalid ?? (name === 'server' ? callsProblem(calls, workload.calls) : undefined),
  }
}

/** A figure of one entry divided by another entry's, round by round; undefined where one of them is not valid. */
export function roundRatios(
  dividend: EntryResult,
  divisor: EntryResult,
  pick: (sample: Sample) => number,
): number[] | undefined {
  if ((dividend.invalid ?? divisor.invalid) !== undefined) return undefined
  return dividend.samples.map((sample, i) => pick(sample) / pick(divisor.samples[i]!))
}

export function roundRatio(...from: Parameters<typeof roundRatios>): Spread | undefined {
  const ratios = roundRatios(...from)
  return ratios && spread(ratios)
}

const cpuOf = ({ cpuMs }: Sample): number => cpuMs

/** Measures a workload on this server and on the contenders beside it. */
export async function measureWorkload(
  environment: Environment,
  workload: Workload,
  plan: Plan,
  progress: Progress,
): Promise<Row[]> {
  const contenders = ['server', ...workload.contenders].flatMap((name) => environment.contender(name) ?? [])
  const entries = contenders.map((contender) => ({ contender, workload }))
  const results = await takeTurns(environment, entries, plan, (done) => progress(`${workload.id}: ${done}`))
  const [ours, ...others] = results as [EntryResult, ...EntryResult[]]
  const rows = [await rowOf(environment, ours)]
  for (const theirs of others)
    rows.push({ ...(await rowOf(environment, theirs)), ratios: roundRatios(theirs, ours, cpuOf) })
  return rows
}

/** Measures an operation that succeeds and the same operation with each error, all on this server. */
export async function measureErrors(
  environment: Environment,
  { success, errors }: ErrorWorkloads,
  plan: Plan,
  progress: Progress,
): Promise<Row[]> {
  const entries = [success, ...errors].map((workload) => ({ contender: environment.server, workload }))
  const results = await takeTurns(environment, entries, plan, (done) => progress(`errors: ${done}`))
  const [succeeded, ...failed] = results as [EntryResult, ...EntryResult[]]
  const rows = [await rowOf(environment, succeeded)]
  for (const error of failed)
    rows.push({ ...(await rowOf(environment, error)), ratios: roundRatios(error, succeeded, cpuOf) })
  return rows
}
