import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { type PrivateRedis, privateRedis } from '../../support/redis.js'
import { formCluster } from '../../support/redis-cluster.js'

const MASTERS = 3
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

const startNode = (folder: string, name: string): Promise<PrivateRedis> => {
  const dir = join(folder, name)
  mkdirSync(dir, { recursive: true })
  return privateRedis([
    ...['--dir', dir, '--cluster-enabled', 'yes', '--cluster-node-timeout', '5000', '--databases', '1'],
    ...['--repl-diskless-sync-delay', '0'],
  ])
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
  const admins = await formCluster(nodes, MASTERS)
  const masters = admins.slice(0, MASTERS)
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
