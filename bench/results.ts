import type { PageGrowth, Point } from './growth.js'
import type { HalfLoad } from './half-load.js'
import type { Plan, Row } from './measure.js'
import { commandSum } from './redis-commands.js'
import type { Startup } from './startup.js'
import type { Subscriptions } from './subscriptions.js'

/** What was measured, and where. A run replaces what it measures and keeps the rest. */
export interface Results {
  readonly runs: readonly Run[]
  readonly rows: readonly Row[]
  readonly growth?: PageGrowth | undefined
  readonly connections?: readonly Point[] | undefined
  readonly halfLoad?: readonly HalfLoad[] | undefined
  readonly startup?: Startup | undefined
  readonly subscriptions?: Subscriptions | undefined
}

/** One run of the benchmark. */
export interface Run {
  /** The workloads and parts that this run measured. */
  readonly measured: readonly string[]
  readonly node: string
  readonly cores: number
  readonly pinned: boolean
  /** The load average when it began. */
  readonly load: number
  readonly plan: Plan
  /** Contenders that did not run, with the reason. */
  readonly missing: Readonly<Record<string, string>>
}

export const NO_RESULTS: Results = { runs: [], rows: [] }

/** Results with those of a later run in place of the same workloads and parts. */
export function mergeResults(before: Results, after: Results): Results {
  const replaced = new Set(after.runs.flatMap(({ measured }) => measured))
  const runs = before.runs.map((run) => ({ ...run, measured: run.measured.filter((id) => !replaced.has(id)) }))
  return {
    ...before,
    ...after,
    runs: [...runs.filter(({ measured }) => measured.length > 0), ...after.runs],
    rows: [...before.rows.filter(({ id }) => !replaced.has(id)), ...after.rows],
  }
}

const quotients = (dividends: readonly number[], divisors: readonly number[]): number[] =>
  dividends.map((value, i) => value / divisors[i]!)

/** Every figure by its name, one value for each round. */
export function figuresOf(results: Results): ReadonlyMap<string, readonly number[]> {
  const { rows, growth, connections, halfLoad = [], startup, subscriptions } = results
  const figures = new Map<string, readonly number[]>()
  for (const { id, contender, ratios, redis, sent, invalid } of rows) {
    if (ratios) figures.set(`${id} ${contender}`, ratios)
    if (contender !== 'server' || invalid !== undefined) continue
    figures.set(`${id} redis`, [commandSum(redis)])
    if (sent !== undefined) figures.set(`${id} sent`, [sent])
  }
  for (const { id, p50, p99, p999, invalid } of halfLoad) {
    if (invalid !== undefined) continue
    figures.set(`half-load ${id} p99`, quotients(p99, p50))
    figures.set(`half-load ${id} p99.9`, quotients(p999, p50))
  }
  const crowded = connections?.find(({ at }) => at === 500)
  if (crowded && crowded.invalid === undefined) figures.set('connections 500', [crowded.rssMb])
  if (growth?.points.every(({ invalid }) => invalid === undefined)) figures.set('growth', growth.perRow)
  if (startup) {
    figures.set('start', quotients(startup.readyMs, startup.emptyMs))
    figures.set(
      'idle',
      startup.idleMb.map((mb, i) => mb - startup.importsMb[i]!),
    )
  }
  if (subscriptions) figures.set('subscriptions', subscriptions.cpuMs)
  return figures
}
