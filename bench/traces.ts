import { Environment } from './environment.js'
import { type EntryResult, type Plan, type Progress, takeTurns } from './measure.js'
import { ask, CORE, helper } from './processes.js'
import { line } from './report.js'
import { ROOT } from './server.js'
import { median, spread } from './statistics.js'
import type { Workload } from './workloads.js'

/** The largest CPU time of an operation at 10 % sampling, as a multiple of that without traces. */
export const MAX_SAMPLED_RATIO = 1.05

const AGAIN = 'traces off, again'
const TENTH = 'traces of 10 %'
const ALL = 'traces of all'

/** Settings of the same build by its name in the table. */
const settingsOf = (endpoint: string): Readonly<Record<string, Readonly<Record<string, string>>>> => ({
  [AGAIN]: {},
  [TENTH]: {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_TRACES_SAMPLER: 'traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.1',
  },
  [ALL]: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
})

/** Many short turns: what else the machine does then falls on few of them, and the median leaves those out. */
export const TRACES_PLAN: Plan = { rounds: 40, seconds: 0.4 }

function verdict(name: string, ratio: number): string {
  if (name !== TENTH) return ''
  return ratio <= MAX_SAMPLED_RATIO ? 'met (≤ 1.05)' : 'missed (≤ 1.05)'
}

/** The CPU time of all operations of all turns together, in ms for one: it has what falls on few turns, such as a major garbage collection. */
function totalCpuMs({ samples }: EntryResult): number {
  const operations = samples.reduce((sum, each) => sum + each.operations, 0)
  return samples.reduce((sum, each) => sum + each.cpuMs * each.operations, 0) / operations
}

function rowOf(result: EntryResult, off: EntryResult): string {
  const { contender, workload, samples, invalid } = result
  const name = result === off ? 'traces off' : contender.name
  const cpuMs = median(samples.map((sample) => sample.cpuMs)).toFixed(3)
  if ((invalid ?? off.invalid) !== undefined)
    return line([workload.title, name, `INVALID: ${invalid ?? ''}`, '', '', ''])
  if (result === off) return line([workload.title, name, cpuMs, '', '', ''])
  const ratios = samples.map((sample, i) => sample.cpuMs / off.samples[i]!.cpuMs)
  const { median: middle, low, high } = spread(ratios)
  const text = `${middle.toFixed(3)} (${low.toFixed(2)}…${high.toFixed(2)})`
  const total = (totalCpuMs(result) / totalCpuMs(off)).toFixed(3)
  return line([workload.title, name, cpuMs, text, total, verdict(name, middle)])
}

/** Measures this build without traces, twice, and with traces of a part and of all operations, in turns. */
export async function measureTraces(
  isWanted: (workload: Workload) => boolean,
  plan: Plan,
  progress: Progress,
): Promise<string> {
  const { port } = await ask<{ port: number }>(helper('./collector.ts', CORE.others), {})
  const builds = Object.entries(settingsOf(`http://127.0.0.1:${port}`)).map(([name, settings]) => ({
    name,
    root: ROOT,
    settings,
  }))
  const environment = await Environment.open({ hasContenders: false, builds }, progress)
  const contenders = ['server', AGAIN, TENTH, ALL].map((name) => environment.contender(name)!)
  const { success } = environment.errorWorkloads
  const head = ['workload', 'traces', 'CPU ms/op', '÷ traces off, turn by turn', '÷ traces off, all turns', 'target']
  const table = [line(head), line(head.map(() => '---'))]
  for (const workload of [success, ...environment.workloads].filter(isWanted)) {
    const entries = contenders.map((contender) => ({ contender, workload }))
    const results = await takeTurns(environment, entries, plan, (done) => progress(`${workload.title}: ${done}`))
    table.push(...results.map((result) => rowOf(result, results[0]!)))
  }
  await environment.close()
  return table.join('\n')
}
