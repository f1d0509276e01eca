import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { type PrivateRedis, privateRedis } from '../../support/redis.js'

const MASTERS = 3
const SLOTS = 16_384
const PATIENCE_MS = 30_000
const POLL_MS = 100
/** What is no command of a server for an operation: what this file and a connection ask, and what the replicas of Redis say. */
const OTHER_COMMANDS = ['info', 'cluster', 'hello', 'client', 'replconf']

/** A Redis Cluster of real processes: three masters, each with a replica. */
export interface RedisCluster {
  /** `REDIS_URL` of a server. */
  readonly url: string
  /** A connection to each master. */
  readonly masters: readonly Redis[]
  /** Commands that the masters have executed so far, those of scripts included, by name. */
  readonly commands: () => Promise<ReadonlyMap<string, number>>
  readonly close: () => Promise<void>
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !(await holds()); await delay(POLL_MS))
    if (performance.now() > end) throw new Error(`The cluster: ${what} did not come.`)
}

const startNode = (folder: string, name: string): Promise<PrivateRedis> => {
  const dir = join(folder, name)
  mkdirSync(dir, { recursive: true })
  return privateRedis([
    ...['--dir', dir, '--cluster-enabled', 'yes', '--cluster-node-timeout', '5000', '--databases', '1'],
    ...['--repl-diskless-sync-delay', '0'],
  ])
}

/** Gives each master its slots, lets all nodes meet, and gives each master a replica. */
async function formCluster(nodes: readonly PrivateRedis[], admins: readonly Redis[]): Promise<void> {
  const masters = admins.slice(0, MASTERS)
  const edge = (i: number): number => Math.ceil((i * SLOTS) / MASTERS)
  await Promise.all(masters.map((admin, i) => admin.call('CLUSTER', 'ADDSLOTSRANGE', edge(i), edge(i + 1) - 1)))
  for (const { port } of nodes.slice(1)) await admins[0]!.call('CLUSTER', 'MEET', '127.0.0.1', port)
  const all = async (text: string): Promise<boolean> =>
    (await Promise.all(admins.map((admin) => admin.call('CLUSTER', 'INFO')))).every((info) =>
      String(info).includes(text),
    )
  await until('all nodes', () => all(`cluster_known_nodes:${nodes.length}`))
  await until('all slots', () => all('cluster_state:ok'))
  const ids = await Promise.all(masters.map(async (admin) => String(await admin.call('CLUSTER', 'MYID'))))
  await Promise.all(admins.slice(MASTERS).map((admin, i) => admin.call('CLUSTER', 'REPLICATE', ids[i]!)))
  await until('all replicas', async () =>
    (await Promise.all(masters.map((admin) => admin.info('replication')))).every((info) =>
      info.includes('state=online'),
    ),
  )
}

function countCommands(stats: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const [, name, calls] of stats.join('\n').matchAll(/^cmdstat_(\w+)[|\w-]*:calls=(\d+)/gm))
    if (!OTHER_COMMANDS.includes(name!)) counts.set(name!, (counts.get(name!) ?? 0) + Number(calls))
  return counts
}

export async function startRedisCluster(folder: string): Promise<RedisCluster> {
  const names = Array.from({ length: 2 * MASTERS }, (_, i) => `redis-${i + 1}`)
  const nodes = await Promise.all(names.map((name) => startNode(folder, name)))
  const admins = nodes.map(({ url }) => new Redis(url))
  const masters = admins.slice(0, MASTERS)
  await formCluster(nodes, admins)
  return {
    url: nodes
      .slice(0, MASTERS)
      .map(({ url }) => url)
      .join(','),
    masters,
    commands: async () => countCommands(await Promise.all(masters.map((admin) => admin.info('commandstats')))),
    async close() {
      for (const admin of admins) admin.disconnect()
      await Promise.all(nodes.map((node) => node.kill()))
    },
  }
}
