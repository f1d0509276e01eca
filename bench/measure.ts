import type { Contender } from './contender.js'
import type { Environment, Sample } from './environment.js'
import { expectedText, requestsOf, sendOnce } from './requests.js'
import { median, type Spread, spread } from './statistics.js'
import type { ErrorWorkloads, Target, Workload } from './workloads.js'

export type Progress = (line: string) => void

export interface Plan {
  readonly rounds: number
  readonly warmSeconds: number
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

export interface Row {
  readonly workload: string
  readonly contender: string
  readonly rps: number
  readonly p50: number
  readonly p99: number
  readonly cpuMs: number
  readonly busy: number
  readonly calls: number
  readonly bytes: number
  readonly rssMb: number
  /** This server's requests a second divided by this contender's, round by round. */
  readonly ratio?: Spread | undefined
  /** This contender's CPU time for an operation divided by this server's, round by round. */
  readonly cpuRatio?: Spread | undefined
  readonly target?: Target | undefined
  /** The reason why the row is not valid. */
  readonly invalid?: string | undefined
}

/** The largest CPU time of an operation that ends in an error, as a multiple of the same operation that succeeds. */
export const MAX_ERROR_RATIO = 1.5

/** What an error costs: this row's CPU time for an operation divided by that of the same operation that succeeds. */
export interface ErrorRow extends Row {
  readonly errorRatio?: Spread | undefined
}

/** The rest of the rate limit differs between responses, and the raw server has none. */
const withoutCost = (response: string): string => response.replace(/,"extensions":\{"cost":\{[^}]*\}\}\}(\s*)$/, '}$1')

/** The first difference of two responses, with the text around it. */
function difference(ours: string, theirs: string): string {
  const at = [...ours].findIndex((letter, i) => letter !== theirs[i])
  const around = (text: string) => text.slice(Math.max(0, at - 40), at + 60)
  return `other bytes at ${at}: ${around(ours)} / ${around(theirs)}`
}

/** Sends each operation once; returns why a response is wrong, or not the same as this server's where it has to be. */
async function verify(environment: Environment, { contender, workload }: Entry): Promise<string | undefined> {
  const { tokens } = environment.recording
  const expected = expectedText(workload)
  try {
    for (const request of requestsOf(workload, tokens, contender).slice(0, workload.operations.length)) {
      const theirs = await sendOnce(contender, request, expected)
      if (!contender.name.startsWith('raw')) continue
      const ours = withoutCost(await sendOnce(environment.server, request))
      if (ours !== theirs) return difference(ours, theirs)
    }
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** Measures entries in turns: a warm-up round, and then the rounds that count. */
export async function takeTurns(
  environment: Environment,
  entries: readonly Entry[],
  plan: Plan,
  report: (done: string) => void,
): Promise<EntryResult[]> {
  const results = await Promise.all(
    entries.map(async (entry) => ({
      ...entry,
      samples: [] as Sample[],
      invalid: await verify(environment, entry),
    })),
  )
  for (let round = 0; round <= plan.rounds; round += 1) {
    const isWarmUp = round === 0
    // The order is reversed in each round, so that a drift of the machine affects all entries alike.
    for (const result of round % 2 === 0 ? results : [...results].reverse()) {
      if (result.invalid !== undefined) continue
      const seconds = isWarmUp ? plan.warmSeconds : plan.seconds
      const sample = await environment.measure(result.contender, result.workload, { seconds })
      if (sample.errors > 0)
        result.invalid = `${sample.errors} wrong responses, such as ${sample.firstError?.replaceAll('\r\n', ' ') ?? ''}`
      if (!isWarmUp) result.samples.push(sample)
    }
    report(isWarmUp ? 'warm' : `round ${round} of ${plan.rounds}`)
  }
  return results
}

function excessCalls(calls: number, maxCalls: number | undefined): string | undefined {
  if (maxCalls === undefined || !(calls > maxCalls + 0.05)) return undefined
  return `${calls.toFixed(2)} provider calls, where ${maxCalls} are enough`
}

function rowOf({ contender: { name }, workload, samples, invalid }: EntryResult): Row {
  const middle = (pick: (sample: Sample) => number) => median(samples.map(pick))
  const calls = middle((sample) => sample.calls)
  return {
    workload: workload.title,
    contender: name,
    rps: middle((sample) => sample.rps),
    p50: middle((sample) => sample.p50),
    p99: middle((sample) => sample.p99),
    cpuMs: middle((sample) => sample.cpuMs),
    busy: middle((sample) => sample.busy),
    calls,
    bytes: middle((sample) => sample.bytes),
    rssMb: Math.max(...samples.map((sample) => sample.rssMb)),
    target: workload.targets.find(({ against }) => against === name),
    invalid: invalid ?? (name === 'server' ? excessCalls(calls, workload.maxCalls) : undefined),
  }
}

/** A figure of one entry divided by another entry's, round by round; undefined where one of them is not valid. */
export function roundRatio(
  dividend: EntryResult,
  divisor: EntryResult,
  pick: (sample: Sample) => number,
): Spread | undefined {
  if ((dividend.invalid ?? divisor.invalid) !== undefined) return undefined
  return spread(dividend.samples.map((sample, i) => pick(sample) / pick(divisor.samples[i]!)))
}

/** Measures a workload on this server and on the contenders beside it. */
export async function measureWorkload(
  environment: Environment,
  workload: Workload,
  plan: Plan,
  progress: Progress,
): Promise<Row[]> {
  const contenders = ['server', ...workload.contenders].flatMap((name) => environment.contender(name) ?? [])
  const entries = contenders.map((contender) => ({ contender, workload }))
  const results = await takeTurns(environment, entries, plan, (done) => progress(`${workload.title}: ${done}`))
  const [ours, ...others] = results as [EntryResult, ...EntryResult[]]
  return [
    rowOf(ours),
    ...others.map((theirs) => ({
      ...rowOf(theirs),
      ratio: roundRatio(ours, theirs, ({ rps }) => rps),
      cpuRatio: roundRatio(theirs, ours, ({ cpuMs }) => cpuMs),
    })),
  ]
}

/** Measures an operation that succeeds and the same operation with each error, all on this server. */
export async function measureErrors(
  environment: Environment,
  { success, errors }: ErrorWorkloads,
  plan: Plan,
  progress: Progress,
): Promise<ErrorRow[]> {
  const entries = [success, ...errors].map((workload) => ({ contender: environment.server, workload }))
  const results = await takeTurns(environment, entries, plan, (done) => progress(`cost of errors: ${done}`))
  const [succeeded, ...failed] = results as [EntryResult, ...EntryResult[]]
  return [
    rowOf(succeeded),
    ...failed.map((result) => ({
      ...rowOf(result),
      errorRatio: roundRatio(result, succeeded, ({ cpuMs }) => cpuMs),
    })),
  ]
}
