import type { Environment } from './environment.js'
import type { Plan, Progress } from './measure.js'
import { median } from './statistics.js'

/** Latencies of one workload at half of what the server can do, in ms from when a request was due. */
export interface HalfLoad {
  readonly id: string
  readonly title: string
  /** Requests a second of the closed loop. */
  readonly capacity: number
  readonly p50: readonly number[]
  readonly p99: readonly number[]
  readonly p999: readonly number[]
  readonly invalid?: string | undefined
}

/** The workloads whose latency is measured. */
const WANTED = ['a', 'b', 'c', 'f', 'h']
const CAPACITY_ROUNDS = 3
/** So that the slowest of a thousand requests is not the slowest of all. */
const MIN_REQUESTS = 2_000
const MIN_SECONDS = 2
const MAX_SECONDS = 8
/** Rounds at most: each is long. */
const MAX_ROUNDS = 3

/** Measures latencies of this server in an open loop at half of its capacity. */
export async function measureHalfLoad(environment: Environment, plan: Plan, progress: Progress): Promise<HalfLoad[]> {
  const { server } = environment
  const rows: HalfLoad[] = []
  for (const id of WANTED) {
    const workload = environment.workload(id)
    await environment.warm(server, workload)
    const closed: number[] = []
    for (let round = 0; round < CAPACITY_ROUNDS; round += 1)
      closed.push((await environment.measure(server, workload, { seconds: 1 })).rps)
    const capacity = median(closed)
    const rate = capacity / 2
    const seconds = Math.min(MAX_SECONDS, Math.max(MIN_SECONDS, MIN_REQUESTS / rate))
    const samples = []
    for (let round = 0; round < Math.min(MAX_ROUNDS, plan.rounds); round += 1)
      samples.push(await environment.measure(server, workload, { seconds, rate }))
    const wrong = samples.find(({ errors, refused }) => errors + refused > 0)
    rows.push({
      id,
      title: workload.title,
      capacity,
      p50: samples.map(({ p50 }) => p50),
      p99: samples.map(({ p99 }) => p99),
      p999: samples.map(({ p999 }) => p999),
      invalid: wrong && `${wrong.errors} wrong responses, ${wrong.refused} refused requests`,
    })
    progress(`half load: ${id} at ${rate.toFixed(0)} requests a second`)
  }
  return rows
}
