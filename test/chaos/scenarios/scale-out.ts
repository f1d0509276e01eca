import type { Exchange } from '../../../datasources/emulator/run.js'
import { startProxy, upstreamOf } from '../proxies.js'
import { type Bench, compareCosts, type Cost, costOf, type Costs, costsOfKinds, type Rate } from '../scale-out/costs.js'
import { startRedisCluster } from '../scale-out/redis-cluster.js'
import {
  type Fleet,
  keepsBudget,
  keepsInvalidations,
  keepsKeys,
  keepsPolls,
  keepsWebhooks,
  USER_LIMIT,
} from '../scale-out/rules.js'
import { atMost, type ChaosContext, type Check, type Outcome, type Scenario } from '../scenario.js'
import { startWorld } from '../world.js'

const REPLICAS = 4
const SHORT: Rate = { perSecond: 60, seconds: 5, warmUpSeconds: 1, idleSeconds: 4 }
const WHOLE: Rate = { perSecond: 50, seconds: 12, warmUpSeconds: 6, idleSeconds: 10 }
const BOUND_PERCENT = 10
/** Pairs of measurements of the CPU time, in the whole form. */
const CPU_ROUNDS = 3

interface Asked {
  readonly provider: string
  readonly call: string
  readonly at: number
}

/** By how much an operation costs more with all replicas than with one. */
const percentMore = (one: number, all: number): number => 100 * (all / one - 1)
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!

/** One replica under load beside all of them, in turn, while all of them run. */
async function compareInTurn(bench: Bench): Promise<readonly (readonly [one: Costs, all: Costs])[]> {
  const { replicas } = bench.world
  const rounds: (readonly [Costs, Costs])[] = []
  for (let round = 1; round <= CPU_ROUNDS; round += 1) {
    bench.progress(`CPU time, round ${round} of ${CPU_ROUNDS}`)
    const one = await costOf(bench, replicas.slice(0, 1), WHOLE)
    rounds.push([one, await costOf(bench, replicas, WHOLE)])
  }
  return rounds
}

const HEAD = ['of', 'operations', 'failed', 'CPU ms', 'Redis commands', 'of these']

const rowOf = ({ what, operations, failed, cpuMs, commands, byCommand }: Cost): readonly string[] => [
  what,
  String(operations),
  String(failed),
  cpuMs.toFixed(3),
  commands.toFixed(3),
  [...byCommand]
    .filter(([, calls]) => calls >= 0.0005)
    .sort(([, a], [, b]) => b - a)
    .map(([name, calls]) => `${name} ${calls.toFixed(3)}`)
    .join(', '),
]

async function costs(
  bench: Bench,
  isShort: boolean,
): Promise<{ checks: readonly Check[]; table: readonly (readonly string[])[] }> {
  const [one, all] = await compareCosts(bench, isShort ? SHORT : WHOLE)
  const rounds = isShort ? [] : await compareInTurn(bench)
  const kinds = isShort ? [] : await costsOfKinds(bench, all.idle, WHOLE)
  const loads = [one.loaded, all.loaded, ...rounds.flat().map(({ loaded }) => loaded), ...kinds]
  const total = (name: 'operations' | 'failed') => loads.reduce((sum, cost) => sum + cost[name], 0)
  const cpu = rounds.map(([alone, together]) => percentMore(alone.loaded.cpuMs, together.loaded.cpuMs))
  const beside = `more with ${REPLICAS} replicas than with one`
  const bound = (what: string, more: number): Check => atMost(`${what}, ${beside}`, more, BOUND_PERCENT, ' %')
  return {
    checks: [
      bound('Redis commands of an operation', percentMore(one.loaded.commands, all.loaded.commands)),
      // These need time, and a quiet machine.
      ...(isShort
        ? []
        : [
            bound('Redis commands of an idle replica', percentMore(one.idle.commands, all.idle.commands / REPLICAS)),
            bound('CPU time of an operation (median)', median(cpu)),
          ]),
      // A machine that is busy for longer than a command of Redis may take makes a write fail.
      atMost('operations that failed', (100 * total('failed')) / total('operations'), 1, ' %'),
    ],
    table: [HEAD, ...[one.idle, all.idle, ...loads].map(rowOf)],
  }
}

async function rules(fleet: Fleet, progress: ChaosContext['progress']): Promise<readonly Check[]> {
  const checks: Check[] = []
  for (const [name, rule] of [
    ['idempotency keys', keepsKeys],
    ['poll schedules', keepsPolls],
    ['webhooks', keepsWebhooks],
    ['invalidations', keepsInvalidations],
    ["a user's quota", keepsBudget],
  ] as const) {
    progress(name)
    checks.push(...(await rule(fleet)))
  }
  return checks
}

async function run(context: ChaosContext): Promise<Outcome> {
  const { folder, program, isShort, progress } = context
  const seen: Asked[] = []
  const watch = (provider: string, { method, url }: Exchange): void =>
    void seen.push({ provider, call: `${method} ${url.split('?')[0]!}`, at: performance.now() })
  const asked: Fleet['asked'] = (provider, match) =>
    seen.flatMap((each) => (each.provider === provider && match.test(each.call) ? [each.at] : []))
  progress('three masters with a replica each')
  const cluster = await startRedisCluster(folder)
  const settings = {
    REDIS_URL: cluster.url,
    REDIS_REPLICAS: '1',
    ADMISSION: 'off',
    RATE_LIMIT_COST_PER_MINUTE: '1000000',
    RATE_LIMIT_USER_COST_PER_MINUTE: String(USER_LIMIT),
  }
  const replicas = Array.from({ length: REPLICAS }, (_, i) => ({ isLate: i > 0 }))
  const world = await startWorld({ folder, program, redis: false, settings, replicas, watch })
  try {
    const { checks, table } = await costs({ world, cluster, folder, progress }, isShort)
    const proxy = await startProxy('nginx', folder, world.replicas.map(upstreamOf), 4)
    try {
      const kept = await rules({ world, url: proxy.url, cluster, asked, isShort }, progress)
      return { checks: [...kept, ...checks], table }
    } finally {
      await proxy.close()
    }
  } finally {
    await world.close()
    await cluster.close()
  }
}

/** Four replicas behind nginx on a Redis Cluster: the rules that they share, and what an operation costs. */
export const scaleOut: Scenario = { name: 'scale-out', title: 'Four replicas on a Redis Cluster', run }
