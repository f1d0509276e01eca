import type { Environment } from './environment.js'
import { type EntryResult, type Plan, type Progress, roundRatio, takeTurns } from './measure.js'
import { line, short, spreadText } from './report.js'
import { median, type Spread } from './statistics.js'
import type { Workload } from './workloads.js'

/** The earlier build, and the same build once more: their difference is the noise of the run (A/A). */
export const BEFORE = ['before', 'before again'] as const

/** One workload: this build and the earlier one, in CPU time for an operation. */
export interface Comparison {
  readonly workload: string
  readonly beforeMs: number
  readonly nowMs: number
  /** Now divided by the mean of both runs of the earlier build, round by round. */
  readonly change: Spread | undefined
  /** The earlier build divided by itself, round by round. */
  readonly noise: Spread | undefined
  readonly invalid: string | undefined
}

/** The largest factor by which the earlier build differed from itself in a round. */
const maxNoise = ({ min, max }: Spread): number => Math.max(max, 1 / min)

/** True when the median change is larger than the noise of the same run, or when nothing valid was measured. */
export const isWorse = ({ change, noise }: Comparison): boolean =>
  change === undefined || noise === undefined || change.median > maxNoise(noise)

/** Both runs of the earlier build as one. */
function mean(a: EntryResult, b: EntryResult): EntryResult {
  const samples = a.samples.map((sample, i) => ({ ...sample, cpuMs: (sample.cpuMs + b.samples[i]!.cpuMs) / 2 }))
  return { ...a, samples, invalid: a.invalid ?? b.invalid }
}

const medianCpu = ({ samples }: EntryResult): number => median(samples.map(({ cpuMs }) => cpuMs))

/** Measures workloads on this build and twice on the earlier one, all three in turns. */
export async function compareBuilds(
  environment: Environment,
  workloads: readonly Workload[],
  plan: Plan,
  progress: Progress,
): Promise<Comparison[]> {
  const contenders = ['server', ...BEFORE].map((name) => environment.contender(name)!)
  const comparisons: Comparison[] = []
  for (const workload of workloads) {
    const entries = contenders.map((contender) => ({ contender, workload }))
    const results = await takeTurns(environment, entries, plan, (done) => progress(`${workload.title}: ${done}`))
    const [now, first, second] = results as [EntryResult, EntryResult, EntryResult]
    const invalid = now.invalid ?? first.invalid ?? second.invalid
    const before = invalid === undefined ? mean(first, second) : first
    comparisons.push({
      workload: workload.title,
      beforeMs: medianCpu(before),
      nowMs: medianCpu(now),
      change: roundRatio(now, before, ({ cpuMs }) => cpuMs),
      noise: roundRatio(second, first, ({ cpuMs }) => cpuMs),
      invalid,
    })
  }
  return comparisons
}

function verdict(comparison: Comparison): string {
  const { change, noise, invalid } = comparison
  if (!change || !noise) return `INVALID: ${(invalid ?? '').replaceAll('|', '/').replaceAll('\n', ' ').slice(0, 200)}`
  return `${isWorse(comparison) ? 'WORSE' : 'ok'} (≤ ${short(maxNoise(noise))})`
}

/** The comparison as a Markdown table. */
export function comparisonTable(comparisons: readonly Comparison[]): string {
  const head = ['workload', 'before, CPU ms/op', 'now, CPU ms/op', 'now ÷ before', 'before ÷ itself (A/A)', 'verdict']
  return [
    line(head),
    line(head.map(() => '---')),
    ...comparisons.map((comparison) => {
      const { workload, beforeMs, nowMs, change, noise } = comparison
      const times = [beforeMs, nowMs].map((ms) => (Number.isFinite(ms) ? ms.toFixed(3) : ''))
      return line([workload, ...times, spreadText(change), spreadText(noise), verdict(comparison)])
    }),
  ].join('\n')
}
