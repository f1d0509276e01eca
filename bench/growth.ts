import type { Environment } from './environment.js'
import { type Plan, type Progress, takeTurns } from './measure.js'
import { median } from './statistics.js'

/** The cost of one operation at one size. */
export interface Point {
  readonly at: number
  readonly connections: number
  readonly calls: number
  readonly cpuMs: number
  readonly rssMb: number
  readonly rps: number
  /** Requests that were refused because of too much load, of all. */
  readonly refused: number
  readonly invalid?: string | undefined
}

export interface PageGrowth {
  readonly points: readonly Point[]
  /** CPU time for a row of a thousand divided by that of a row of ten, round by round. */
  readonly perRow: readonly number[]
}

const CONNECTIONS = [1, 10, 100, 500]
const SECONDS = 4
/** The sizes whose cost for a row is compared. */
const [SMALL, LARGE] = [10, 1_000]

/** The cost of one operation as the page grows; all rows in flight are distinct. */
export async function growthByRows(environment: Environment, plan: Plan, progress: Progress): Promise<PageGrowth> {
  const workloads = environment.growthWorkloads
  const entries = workloads.map((workload) => ({ contender: environment.server, workload }))
  const results = await takeTurns(environment, entries, plan, (done) => progress(`growth: ${done}`))
  const points = results.map(({ workload, samples, invalid }, i) => ({
    at: workloads[i]!.rows,
    connections: workload.connections,
    calls: median(samples.map(({ calls }) => calls)),
    cpuMs: median(samples.map(({ cpuMs }) => cpuMs)),
    rssMb: Math.max(...samples.map(({ rssMb }) => rssMb)),
    rps: median(samples.map(({ rps }) => rps)),
    refused: 0,
    invalid,
  }))
  const samplesAt = (rows: number) => results[workloads.findIndex((workload) => workload.rows === rows)]!.samples
  const small = samplesAt(SMALL)
  const perRow = samplesAt(LARGE).map(({ cpuMs }, i) => cpuMs / LARGE / (small[i]!.cpuMs / SMALL))
  return { points, perRow }
}

/** The cost of (c) as the number of connections grows, each of which sends its next request at once. */
export async function growthByConnections(environment: Environment, progress: Progress): Promise<Point[]> {
  const workload = environment.workload('c')
  await environment.warm(environment.server, workload)
  const points: Point[] = []
  for (const at of CONNECTIONS) {
    progress(`connections: ${at}`)
    const load = { ...workload, connections: at }
    const sample = await environment.measure(environment.server, load, { seconds: SECONDS })
    const { operations, errors, firstError } = sample
    points.push({
      ...sample,
      at,
      connections: at,
      refused: sample.refused / (operations + sample.refused),
      invalid: errors > 0 ? firstError : undefined,
    })
  }
  return points
}
