import { setTimeout as delay } from 'node:timers/promises'
import { request } from 'undici'
import { startProxy, upstreamOf } from '../proxies.js'
import type { ChaosContext } from '../scenario.js'
import type { World } from '../world.js'
import { sendMix } from './load.js'
import type { RedisCluster } from './redis-cluster.js'

type Replica = World['replicas'][number]

/** How much is sent to each replica, whatever their number. */
export interface Rate {
  readonly perSecond: number
  readonly seconds: number
  readonly warmUpSeconds: number
}

/** What one operation costs. */
export interface Cost {
  readonly replicas: number
  readonly operations: number
  readonly failed: number
  /** Of the replicas together, in ms. */
  readonly cpuMs: number
  readonly commands: number
  /** Redis commands by name, each per operation. */
  readonly byCommand: ReadonlyMap<string, number>
}

/** CPU time of a process so far, user and system, in s. */
async function cpuSeconds({ adminUrl }: Replica): Promise<number> {
  const text = await (await request(`${adminUrl}/metrics`)).body.text()
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1])
}

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0)

/** Sends the same load to each of some replicas through nginx, and says what an operation costs. */
export async function costOf(
  world: World,
  replicas: readonly Replica[],
  cluster: RedisCluster,
  { perSecond, seconds, warmUpSeconds }: Rate,
  folder: string,
): Promise<Cost> {
  const proxy = await startProxy('nginx', folder, replicas.map(upstreamOf), 4)
  try {
    const total = perSecond * replicas.length
    await sendMix(world, proxy.url, total, warmUpSeconds)
    // Points of the rate limit that were leased are used first.
    await delay(100)
    const cpuBefore = await Promise.all(replicas.map(cpuSeconds))
    const before = await cluster.commands()
    const { operations, failed } = await sendMix(world, proxy.url, total, seconds)
    const after = await cluster.commands()
    const cpuAfter = await Promise.all(replicas.map(cpuSeconds))
    const byCommand = new Map([...after].map(([name, calls]) => [name, (calls - (before.get(name) ?? 0)) / operations]))
    return {
      replicas: replicas.length,
      operations,
      failed,
      cpuMs: (1000 * (sum(cpuAfter) - sum(cpuBefore))) / operations,
      commands: sum(byCommand.values()),
      byCommand,
    }
  } finally {
    await proxy.close()
  }
}

/** One replica, then all of them, with the same load for each. */
export async function compareCosts(
  world: World,
  cluster: RedisCluster,
  rate: Rate,
  { folder, progress }: Pick<ChaosContext, 'folder' | 'progress'>,
): Promise<readonly [one: Cost, all: Cost]> {
  const [first, ...others] = world.replicas as [Replica, ...Replica[]]
  progress(`one replica, ${rate.perSecond} operations a second`)
  const one = await costOf(world, [first], cluster, rate, folder)
  await Promise.all(others.map((replica) => replica.start()))
  progress(`${world.replicas.length} replicas, ${rate.perSecond} operations a second each`)
  return [one, await costOf(world, world.replicas, cluster, rate, folder)]
}
