import type { Contender } from './contender.js'
import type { Environment, Sample } from './environment.js'
import type { Plan } from './measure.js'
import { median } from './statistics.js'
import type { Workload } from './workloads.js'

/** In ms. */
interface Times {
  readonly p50: number
  readonly p99: number
}

export interface Overhead {
  readonly rate: number
  /** This server's own time by its metric, rounded up to the next bound of the histogram. */
  readonly own: Times
  /** From request to response, as a client measures it. */
  readonly server: Times
  readonly raw: Times
}

/** The histogram of this server's own time: cumulative counts by the upper bound in seconds. */
async function ownTimes({ port }: Contender): Promise<ReadonlyMap<number, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  return new Map(
    [...text.matchAll(/^kyc_overhead_seconds_bucket\{le="(.+)"\} (\d+)$/gm)].map(([, bound, count]) => [
      bound === '+Inf' ? Infinity : Number(bound),
      Number(count),
    ]),
  )
}

const middle = (times: readonly Times[]): Times => ({
  p50: median(times.map(({ p50 }) => p50)),
  p99: median(times.map(({ p99 }) => p99)),
})

/** Measures latency at half of this server's throughput; this server and the raw server take turns. */
export async function overhead(
  environment: Environment,
  workload: Workload,
  rps: number,
  { rounds, seconds }: Pick<Plan, 'rounds' | 'seconds'>,
): Promise<Overhead> {
  const rate = Math.max(1, Math.floor(rps / 2))
  const samples: Record<'server' | 'raw', Sample[]> = { server: [], raw: [] }
  const before = await ownTimes(environment.server)
  for (let round = 0; round < rounds; round += 1) {
    for (const name of ['server', 'raw'] as const)
      samples[name].push(await environment.measure(environment.contender(name)!, workload, { seconds, rate }))
  }
  const after = await ownTimes(environment.server)
  const counts = [...after].map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)] as const)
  const all = after.get(Infinity)! - before.get(Infinity)!
  const quantile = (part: number) => counts.find(([, count]) => count >= all * part)![0] * 1000
  return {
    rate,
    own: { p50: quantile(0.5), p99: quantile(0.99) },
    server: middle(samples.server),
    raw: middle(samples.raw),
  }
}
