import { Environment } from './environment.js'
import { type Entry, type Plan, type Progress, takeTurns } from './measure.js'
import { ask, CORE, helper, stop } from './processes.js'
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

/**
 * How often each setting gets a new process. What V8 compiles differs by process, and so does the CPU time, by more than that
 * of traces.
 */
const BATCHES = 6
/** The batches with traces of all operations: their cost is large beside the spread of processes. */
const BATCHES_OF_ALL = 2
/** Of 10 % the code of a sampled operation runs ten times more rarely, and V8 compiles it ten times later. */
const WARM_UP_FACTOR = 10

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
export const TRACES_PLAN: Plan = { rounds: 3, seconds: 2 }

/** The CPU time of an operation by setting, in ms: the median of the turns of one process. */
type Batch = ReadonlyMap<string, number>

/**
 * Measures one process of each setting, in turns. There are no others meanwhile: of many processes each would be idle
 * for so long that V8 lets go of what it has compiled.
 */
async function measureBatch(
  environment: Environment,
  workload: Workload,
  settings: Readonly<Record<string, Readonly<Record<string, string>>>>,
  plan: Plan,
): Promise<Batch> {
  const entries: Entry[] = []
  for (const [name, values] of Object.entries(settings))
    entries.push({ contender: await environment.start({ name, root: ROOT, settings: values }), workload })
  const results = await takeTurns(environment, entries, plan, () => undefined)
  for (const { contender } of entries) await stop(contender.child)
  const invalid = results.find((result) => result.invalid !== undefined)?.invalid
  if (invalid !== undefined) throw new Error(`${workload.title}: ${invalid}`)
  return new Map(results.map(({ contender, samples }) => [contender.name, median(samples.map(({ cpuMs }) => cpuMs))]))
}

const shownRatio = ({ median: middle, min, max }: Spread): string =>
  `${middle.toFixed(3)} (${min.toFixed(2)}…${max.toFixed(2)})`

function verdict(setting: string, ratio: number): string {
  if (setting !== TENTH) return ''
  return ratio <= MAX_SAMPLED_RATIO ? 'met (≤ 1.05)' : 'missed (≤ 1.05)'
}

/** Without traces there are two processes in each batch: the others are held against their mean. */
const offOf = (batch: Batch): number => (batch.get(OFF)! + batch.get(AGAIN)!) / 2

function rowsOf({ title }: Workload, batches: readonly Batch[]): string[] {
  return [...batches[0]!.keys()].map((setting) => {
    const measured = batches.filter((batch) => batch.has(setting))
    const times = measured.map((batch) => batch.get(setting)!)
    const ratios = spread(measured.map((batch) => batch.get(setting)! / offOf(batch)))
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
  const environment = await Environment.open({ hasContenders: false }, progress)
  const { success } = environment.errorWorkloads
  const head = ['workload', 'traces', 'CPU ms/op', '÷ traces off (each batch)', 'target']
  const table = [line(head), line(head.map(() => '---'))]
  for (const workload of [success, ...environment.workloads].filter(isWanted)) {
    const warm = { ...workload, warmUp: workload.warmUp * WARM_UP_FACTOR }
    const batches: Batch[] = []
    for (let batch = 1; batch <= BATCHES; batch += 1) {
      const { [ALL]: all, ...others } = settings
      const measured = batch <= BATCHES_OF_ALL ? { ...others, [ALL]: all! } : others
      batches.push(await measureBatch(environment, warm, measured, plan))
      progress(`${workload.title}: processes ${batch} of ${BATCHES}`)
    }
    table.push(...rowsOf(workload, batches))
  }
  await environment.close()
  return table.join('\n')
}
