import type { Environment } from './environment.js'
import type { Progress } from './measure.js'
import { customersPage } from './operations.js'
import type { Workload } from './workloads.js'

/** The cost of one operation at one size. */
export interface Point {
  readonly at: number
  readonly calls: number
  readonly cpuMs: number
  readonly rssMb: number
  readonly rps: number
  readonly p50: number
  readonly p99: number
}

export interface Growth {
  readonly pages: readonly Point[]
  readonly connections: readonly Point[]
  readonly errors: number
}

const CONNECTIONS = [1, 10, 100, 500, 1000]
const MAX_PAGE = 100

/** The cost of one operation as the page and the number of connections grow. */
export async function growth(
  environment: Environment,
  sizes: readonly number[],
  seconds: number,
  progress: Progress,
): Promise<Growth> {
  const { hundreds } = environment.recording.dataset
  const named = (name: string) => environment.workloads.find((workload) => workload.name === name)!
  const pageOf = (first: number): Workload => ({
    ...named('Customers'),
    operations:
      first > MAX_PAGE
        ? hundreds.slice(0, first / MAX_PAGE).map((after) => customersPage(MAX_PAGE, after))
        : [customersPage(first, null)],
  })
  let errors = 0
  /** A size above the largest page is several operations. */
  const point = async (at: number, workload: Workload, connections: number, times: number): Promise<Point> => {
    const sample = await environment.measure(environment.server, workload, { seconds, connections })
    const { calls, cpuMs, rssMb, rps, p50, p99 } = sample
    errors += sample.errors
    return {
      at,
      calls: calls * times,
      cpuMs: cpuMs * times,
      rssMb,
      rps: rps / times,
      p50: p50 * times,
      p99: p99 * times,
    }
  }
  const pages: Point[] = []
  for (const at of sizes) {
    progress(`cost as the page grows: ${at}`)
    pages.push(await point(at, pageOf(at), 8, Math.max(1, at / MAX_PAGE)))
  }
  const connections: Point[] = []
  for (const at of CONNECTIONS) {
    progress(`cost as connections grow: ${at}`)
    connections.push(await point(at, named('TenPersons'), at, 1))
  }
  return { pages, connections, errors }
}
