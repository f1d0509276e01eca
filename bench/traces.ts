import { Environment } from './environment.js'
import { type EntryResult, type Plan, type Progress, takeTurns } from './measure.js'
import { ask, CORE, helper } from './processes.js'
import { line } from './report.js'
import { ROOT } from './server.js'
import { median, type Spread, spread } from './statistics.js'
import type { Workload } from './workloads.js'

/** The largest CPU time of an operation at 10 % sampling, as a multiple of that without traces. */
export const MAX_SAMPLED_RATIO = 1.05

const OFF = 'traces off'
const AGAIN = 'traces off, again'
const TENTH = 'traces of 10 %'
const ALL = 'traces of all'

/** Processes of each setting. What V8 compiles differs by process, and so does the CPU time, by more than that of traces. */
const PROCESSES = 3
/** What one of ten operations runs must be as warm as the rest. */
const WARM_UP_FACTOR = 2

/** Settings of the same build by its name in the table. */
const settingsOf = (endpoint: string): Readonly<Record<string, Readonly<Record<string, string>>>> => ({
  [OFF]: {},
  [AGAIN]: {},
  [TENTH]: {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_TRACES_SAMPLER: 'traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.1',
  },
  [ALL]: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
})

/** Each turn is so long that a full garbage collection falls into it: one takes as much as 300 operations. */
export const TRACES_PLAN: Plan = { rounds: 6, seconds: 2 }

const nameOf = (setting: string, process: number): string => `${setting} ${process}`

/** The processes of all settings in turns, so that none has another's place in the order. */
const contendersOf = (settings: Readonly<Record<string, Readonly<Record<string, string>>>>) =>
  Array.from({ length: PROCESSES }, (_, i) => i + 1).flatMap((process) =>
    Object.entries(settings).map(([setting, values]) => ({
      name: nameOf(setting, process),
      root: ROOT,
      settings: values,
    })),
  )

/** The CPU time of an operation in each process of a setting, in ms: the median of its turns. */
const cpuMsOf = (results: readonly EntryResult[], setting: string): readonly number[] =>
  results
    .filter(({ contender }) => contender.name.startsWith(`${setting} `))
    .map(({ samples }) => median(samples.map(({ cpuMs }) => cpuMs)))

const shownRatio = ({ median: middle, min, max }: Spread): string =>
  `${middle.toFixed(3)} (${min.toFixed(2)}…${max.toFixed(2)})`

function verdict(setting: string, ratio: number): string {
  if (setting !== TENTH) return ''
  return ratio <= MAX_SAMPLED_RATIO ? 'met (≤ 1.05)' : 'missed (≤ 1.05)'
}

function rowsOf({ title }: Workload, results: readonly EntryResult[], settings: readonly string[]): string[] {
  const invalid = results.find((result) => result.invalid !== undefined)?.invalid
  if (invalid !== undefined) return [line([title, `INVALID: ${invalid}`, '', '', ''])]
  const off = median(cpuMsOf(results, OFF))
  return settings.map((setting) => {
    const times = cpuMsOf(results, setting)
    const ratios = spread(times.map((time) => time / off))
    return line([title, setting, median(times).toFixed(3), shownRatio(ratios), verdict(setting, ratios.median)])
  })
}

/** Measures this build without traces, twice, and with traces of a part and of all operations, in turns. */
export async function measureTraces(
  isWanted: (workload: Workload) => boolean,
  plan: Plan,
  progress: Progress,
): Promise<string> {
  const { port } = await ask<{ port: number }>(helper('./collector.ts', CORE.others), {})
  const settings = settingsOf(`http://127.0.0.1:${port}`)
  const builds = contendersOf(settings)
  const environment = await Environment.open({ hasContenders: false, builds }, progress)
  const { success } = environment.errorWorkloads
  const head = ['workload', 'traces', 'CPU ms/op', '÷ traces off (each process)', 'target']
  const table = [line(head), line(head.map(() => '---'))]
  for (const workload of [success, ...environment.workloads].filter(isWanted)) {
    const warm = { ...workload, warmUp: workload.warmUp * WARM_UP_FACTOR }
    const entries = builds.map(({ name }) => ({ contender: environment.contender(name)!, workload: warm }))
    const results = await takeTurns(environment, entries, plan, (done) => progress(`${workload.title}: ${done}`))
    table.push(...rowsOf(workload, results, Object.keys(settings)))
  }
  await environment.close()
  return table.join('\n')
}
