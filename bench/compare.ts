import type { Row } from './measure.js'
import { short } from './report.js'

/** More than this much more CPU for an operation is no noise. */
const TOLERANCE = 1.1

/**
 * This server's CPU time for an operation by the raw server's in the same run, beside the same of the baseline: what
 * the machine is falls out.
 */
export function compared(baseline: readonly Row[], rows: readonly Row[]): { text: string; worse: boolean } {
  let worse = false
  const costOf = (from: readonly Row[], title: string): number | undefined => {
    const raw = from.find(
      ({ workload, contender, void: reason }) => workload === title && contender === 'raw' && reason === undefined,
    )
    return raw?.cpuRatio && 1 / raw.cpuRatio.median
  }
  const lines = rows
    .filter(({ contender }) => contender === 'server')
    .map(({ workload, void: reason }) => {
      const [before, now] = [costOf(baseline, workload), costOf(rows, workload)]
      if (reason !== undefined || before === undefined || now === undefined) {
        worse = true
        return `${workload}: VOID ${reason ?? 'there is nothing to compare'}`
      }
      const change = now / before
      worse ||= change > TOLERANCE
      return `${workload}: ${short(before)} → ${short(now)} times the raw server's CPU (${change >= 1 ? '+' : ''}${((change - 1) * 100).toFixed(1)} %)${change > TOLERANCE ? '  WORSE' : ''}`
    })
  return { text: lines.join('\n'), worse }
}
