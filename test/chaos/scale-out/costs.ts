import { setTimeout as delay } from 'node:timers/promises'
import { request } from 'undici'
import { startProxy, upstreamOf } from '../proxies.js'
import type { ChaosContext } from '../scenario.js'
import type { World } from '../world.js'
import { KINDS, sendMix } from './load.js'
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
  readonly what: string
  readonly operations: number
  readonly failed: number
  /** Of the replicas together, in ms. */
  readonly cpuMs: number
  readonly commands: number
  /** Redis commands by name, each per operation. */
  readonly byCommand: ReadonlyMap<string, number>
}

/** Where costs are measured. */
export interface Bench {
  readonly world: World
  readonly cluster: RedisCluster
  readonly folder: string
  readonly progress: ChaosContext['progress']
}

/** nginx leaves idle connections before a replica closes them. */
const IDLE_SECONDS = 4
const IDLE_TEST_SECONDS = 10
const KIND_SECONDS = 10

/** CPU time of a process so far, user and system, in s. */
async function cpuSeconds({ adminUrl }: Replica): Promise<number> {
  const text = await (await request(`${adminUrl}/metrics`)).body.text()
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1])
}

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0)

/** What the replicas and the masters did while `load` ran. */
async function measure(
  what: string,
  { cluster }: Bench,
  replicas: readonly Replica[],
  load: () => Promise<{ readonly operations: number; readonly failed: number }>,
): Promise<Cost> {
  const cpuBefore = await Promise.all(replicas.map(cpuSeconds))
  const before = await cluster.commands()
  const { operations, failed } = await load()
  const after = await cluster.commands()
  const cpuAfter = await Promise.all(replicas.map(cpuSeconds))
  const byCommand = new Map([...after].map(([name, calls]) => [name, (calls - (before.get(name) ?? 0)) / operations]))
  const cpuMs = (1000 * (sum(cpuAfter) - sum(cpuBefore))) / operations
  return { what, operations, failed, cpuMs, commands: sum(byCommand.values()), byCommand }
}

/** Sends the same mix to each of some replicas through nginx. */
export async function costOf(
  bench: Bench,
  replicas: readonly Replica[],
  { perSecond, seconds, warmUpSeconds }: Rate,
): Promise<Cost> {
  const { world, folder } = bench
  const proxy = await startProxy('nginx', folder, replicas.map(upstreamOf), IDLE_SECONDS)
  try {
    const total = perSecond * replicas.length
    await sendMix(world, proxy.url, total, warmUpSeconds)
    const what = `the mix, ${replicas.length === 1 ? 'one replica' : `${replicas.length} replicas`}`
    return await measure(what, bench, replicas, () => sendMix(world, proxy.url, total, seconds))
  } finally {
    await proxy.close()
  }
}

/** One replica, then all of them, with the same load for each. */
export async function compareCosts(bench: Bench, rate: Rate): Promise<readonly [one: Cost, all: Cost]> {
  const { world, progress } = bench
  const [first, ...others] = world.replicas as [Replica, ...Replica[]]
  progress(`one replica, ${rate.perSecond} operations a second`)
  const one = await costOf(bench, [first], rate)
  await Promise.all(others.map((replica) => replica.start()))
  progress(`${world.replicas.length} replicas, ${rate.perSecond} operations a second each`)
  return [one, await costOf(bench, world.replicas, rate)]
}

/** What each kind of operation costs alone, at one of the replicas; the first row is a second of all of them without any. */
export async function costsOfKinds(bench: Bench, { perSecond }: Rate): Promise<readonly Cost[]> {
  const { world, progress } = bench
  const [first] = world.replicas as [Replica, ...Replica[]]
  progress('idle')
  const idle = await measure(`a second of ${world.replicas.length} idle replicas`, bench, world.replicas, async () => {
    await delay(IDLE_TEST_SECONDS * 1000)
    return { operations: IDLE_TEST_SECONDS, failed: 0 }
  })
  const costs = [idle]
  for (const [kind, operation] of Object.entries(KINDS)) {
    progress(kind)
    const cost = await measure(kind, bench, [first], () =>
      sendMix(world, first.url, perSecond, KIND_SECONDS, [operation]),
    )
    costs.push(withoutIdle(cost, idle, KIND_SECONDS / cost.operations))
  }
  return costs
}

/** The commands of an operation without those that the replicas send anyway. */
function withoutIdle(cost: Cost, idle: Cost, secondsOfOne: number): Cost {
  const byCommand = new Map(
    [...cost.byCommand].map(([name, calls]) => [
      name,
      Math.max(0, calls - (idle.byCommand.get(name) ?? 0) * secondsOfOne),
    ]),
  )
  return { ...cost, byCommand, commands: sum(byCommand.values()) }
}
