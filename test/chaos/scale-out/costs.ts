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
  /** How long replicas are watched without a load. */
  readonly idleSeconds: number
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
const KIND_SECONDS = 10
const MAX_UNREST_SECONDS = 20

/** CPU time of a process so far, user and system, in s. */
async function cpuSeconds({ adminUrl }: Replica): Promise<number> {
  const text = await (await request(`${adminUrl}/metrics`)).body.text()
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1])
}

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0)

const withoutOf = (calls: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>, times = 1) =>
  new Map([...calls].map(([name, count]) => [name, Math.max(0, count - (before.get(name) ?? 0) * times)]))

/** Resolves once the replicas have written what they write after their start and after a load. */
async function untilQuiet({ cluster }: Bench): Promise<void> {
  const written = async (): Promise<number> => (await cluster.commands()).get('set') ?? 0
  let last = -1
  for (let second = 0; second < MAX_UNREST_SECONDS; second += 1) {
    const now = await written()
    // A process tells which keys it has each ten seconds.
    if (now - last <= 1) return
    last = now
    await delay(1_000)
  }
}

/** The commands that replicas send in a second without an operation. */
async function measureIdle({ cluster }: Bench, replicas: readonly Replica[], seconds: number): Promise<Cost> {
  const cpuBefore = await Promise.all(replicas.map(cpuSeconds))
  const before = await cluster.commands()
  await delay(seconds * 1000)
  const after = await cluster.commands()
  const cpuAfter = await Promise.all(replicas.map(cpuSeconds))
  const byCommand = new Map([...withoutOf(after, before)].map(([name, calls]) => [name, calls / seconds]))
  const cpuMs = (1000 * (sum(cpuAfter) - sum(cpuBefore))) / seconds
  return {
    what: `a second of ${named(replicas)} without operations`,
    operations: 0,
    failed: 0,
    cpuMs,
    commands: sum(byCommand.values()),
    byCommand,
  }
}

/** What an operation of a load costs, without what the replicas send to Redis without it. */
async function measure(
  what: string,
  { cluster }: Bench,
  replicas: readonly Replica[],
  idle: Cost,
  load: () => Promise<{ readonly operations: number; readonly failed: number }>,
): Promise<Cost> {
  const cpuBefore = await Promise.all(replicas.map(cpuSeconds))
  const begun = performance.now()
  const before = await cluster.commands()
  const { operations, failed } = await load()
  const after = await cluster.commands()
  const seconds = (performance.now() - begun) / 1000
  const cpuAfter = await Promise.all(replicas.map(cpuSeconds))
  const calls = withoutOf(withoutOf(after, before), idle.byCommand, seconds)
  const byCommand = new Map([...calls].map(([name, count]) => [name, count / operations]))
  const cpuMs = (1000 * (sum(cpuAfter) - sum(cpuBefore))) / operations
  return { what, operations, failed, cpuMs, commands: sum(byCommand.values()), byCommand }
}

const named = ({ length }: readonly Replica[]): string => (length === 1 ? 'one replica' : `${length} replicas`)

/** Replicas without operations and under load. */
export interface Costs {
  readonly idle: Cost
  readonly loaded: Cost
}

/** Sends the same mix to each of some replicas through nginx, after they have warmed up and rested. */
export async function costOf(bench: Bench, replicas: readonly Replica[], rate: Rate): Promise<Costs> {
  const { world, folder } = bench
  const proxy = await startProxy('nginx', folder, replicas.map(upstreamOf), IDLE_SECONDS)
  try {
    const total = rate.perSecond * replicas.length
    await sendMix(world, proxy.url, total, rate.warmUpSeconds)
    await untilQuiet(bench)
    const idle = await measureIdle(bench, replicas, rate.idleSeconds)
    const load = () => sendMix(world, proxy.url, total, rate.seconds)
    return { idle, loaded: await measure(`the mix, ${named(replicas)}`, bench, replicas, idle, load) }
  } finally {
    await proxy.close()
  }
}

/** One replica, then all of them, with the same load for each. */
export async function compareCosts(bench: Bench, rate: Rate): Promise<readonly [one: Costs, all: Costs]> {
  const { world, progress } = bench
  const [first, ...others] = world.replicas as [Replica, ...Replica[]]
  progress(`one replica, ${rate.perSecond} operations a second`)
  const one = await costOf(bench, [first], rate)
  await Promise.all(others.map((replica) => replica.start()))
  progress(`${world.replicas.length} replicas, ${rate.perSecond} operations a second each`)
  return [one, await costOf(bench, world.replicas, rate)]
}

/** What each kind of operation costs alone, at one of the replicas, while all of them run. */
export async function costsOfKinds(bench: Bench, idle: Cost, { perSecond }: Rate): Promise<readonly Cost[]> {
  const { world, progress } = bench
  const [first] = world.replicas as [Replica, ...Replica[]]
  const costs: Cost[] = []
  for (const [kind, operation] of Object.entries(KINDS)) {
    progress(kind)
    const load = () => sendMix(world, first.url, perSecond, KIND_SECONDS, [operation])
    costs.push(await measure(kind, bench, [first], idle, load))
  }
  return costs
}
