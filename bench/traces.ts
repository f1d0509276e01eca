import { Environment } from './environment.js'
import { type EntryResult, type Plan, type Progress, roundRatio, takeTurns } from './measure.js'
import { ask, CORE, helper } from './processes.js'
import { line, short, spreadText } from './report.js'
import { ROOT } from './server.js'
import { median } from './statistics.js'
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

function verdict(name: string, ratio: number, noise: number): string {
  if (name !== TENTH) return ''
  // What differs by no more than the build differs from itself says nothing.
  return ratio <= MAX_SAMPLED_RATIO ? 'met (≤ 1.05)' : ratio <= noise ? 'within the noise' : 'missed (≤ 1.05)'
}

function rowsOf(results: readonly EntryResult[]): string[] {
  const off = results[0]!
  const ratioOf = (result: EntryResult) => roundRatio(result, off, ({ cpuMs }) => cpuMs)
  const noise = ratioOf(results[1]!)?.max ?? 1
  return results.map((result) => {
    const { contender, workload, samples, invalid } = result
    const ratio = result === off ? undefined : ratioOf(result)
    const cpuMs = median(samples.map((sample) => sample.cpuMs))
    return line([
      workload.title,
      result === off ? 'traces off' : contender.name,
      invalid ?? short(cpuMs),
      spreadText(ratio),
      ratio ? verdict(contender.name, ratio.median, noise) : '',
    ])
  })
}

/** Measures this build without traces, twice, and with traces of a part and of all operations, in turns. */
export async function measureTraces(
  isWanted: (workload: Workload) => boolean,
  plan: Plan,
  crowd: number,
  progress: Progress,
): Promise<string> {
  const { port } = await ask<{ port: number }>(helper('./collector.ts', CORE.others), {})
  const builds = Object.entries(settingsOf(`http://127.0.0.1:${port}`)).map(([name, settings]) => ({
    name,
    root: ROOT,
    settings,
  }))
  const environment = await Environment.open({ names: [], builds, crowd }, progress)
  const contenders = ['server', AGAIN, TENTH, ALL].map((name) => environment.contender(name)!)
  const { success } = environment.errorWorkloads
  const head = ['workload', 'traces', 'CPU ms/op', '÷ traces off', 'target']
  const table = [line(head), line(head.map(() => '---'))]
  for (const workload of [success, ...environment.workloads].filter(isWanted)) {
    const entries = contenders.map((contender) => ({ contender, workload }))
    table.push(...rowsOf(await takeTurns(environment, entries, plan, (done) => progress(`${workload.title}: ${done}`))))
  }
  await environment.close()
  return table.join('\n')
}
