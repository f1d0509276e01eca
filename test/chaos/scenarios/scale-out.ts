import type { Exchange } from '../../../datasources/emulator/run.js'
import { startProxy, upstreamOf } from '../proxies.js'
import { compareCosts, type Cost, costOf, type Rate } from '../scale-out/costs.js'
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
import { startWorld, type World } from '../world.js'

const REPLICAS = 4
const SHORT: Rate = { perSecond: 25, seconds: 3, warmUpSeconds: 1 }
const WHOLE: Rate = { perSecond: 50, seconds: 30, warmUpSeconds: 20 }
const BOUND_PERCENT = 10
/** Pairs of measurements of the CPU time, in the whole form. */
const CPU_ROUNDS = 3

interface Asked {
  readonly provider: string
  readonly call: string
  readonly at: number
}

const percentOver = (one: number, all: number): number => 100 * Math.abs(all / one - 1)
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!

/** The CPU time of one replica under load beside that of all, in turn, with all of them running. */
async function compareCpu(
  world: World,
  cluster: Parameters<typeof costOf>[2],
  { folder, progress }: ChaosContext,
): Promise<readonly (readonly [one: Cost, all: Cost])[]> {
  const rounds: (readonly [Cost, Cost])[] = []
  for (let round = 1; round <= CPU_ROUNDS; round += 1) {
    progress(`CPU time, round ${round} of ${CPU_ROUNDS}`)
    const one = await costOf(world, world.replicas.slice(0, 1), cluster, WHOLE, folder)
    rounds.push([one, await costOf(world, world.replicas, cluster, WHOLE, folder)])
  }
  return rounds
}

const HEAD = ['replicas', 'operations', 'failed', 'CPU ms an operation', 'Redis commands an operation', 'of these']

const rowOf = ({ replicas, operations, failed, cpuMs, commands, byCommand }: Cost): readonly string[] => [
  String(replicas),
  String(operations),
  String(failed),
  cpuMs.toFixed(3),
  commands.toFixed(3),
  [...byCommand]
    .filter(([, calls]) => calls >= 0.001)
    .sort(([, a], [, b]) => b - a)
    .map(([name, calls]) => `${name} ${calls.toFixed(3)}`)
    .join(', '),
]

async function costs(
  world: World,
  cluster: Parameters<typeof costOf>[2],
  context: ChaosContext,
): Promise<{ checks: readonly Check[]; table: readonly (readonly string[])[] }> {
  const [one, all] = await compareCosts(world, cluster, context.isShort ? SHORT : WHOLE, context)
  const rounds = context.isShort ? [] : await compareCpu(world, cluster, context)
  const ratio = median(rounds.map(([alone, together]) => percentOver(alone.cpuMs, together.cpuMs)))
  const each = [one, all, ...rounds.flat()]
  return {
    checks: [
      atMost('Redis commands an operation: four replicas beside one', percentOver(one.commands, all.commands), BOUND_PERCENT, ' %'),
      atMost('operations that failed', each.reduce((sum, { failed }) => sum + failed, 0), 0),
      // Its bound needs a quiet machine.
      ...(rounds.length > 0
        ? [atMost('CPU time an operation: four replicas beside one (median of rounds)', ratio, BOUND_PERCENT, ' %')]
        : []),
    ],
    table: [HEAD, ...each.map(rowOf)],
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
    const { checks, table } = await costs(world, cluster, context)
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
