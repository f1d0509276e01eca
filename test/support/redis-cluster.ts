import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { PrivateRedis } from './redis.js'

const SLOTS = 16_384
const PATIENCE_MS = 30_000
const POLL_MS = 100

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !(await holds()); await delay(POLL_MS))
    if (performance.now() > end) throw new Error(`The cluster: ${what} did not come.`)
}

/**
 * Makes a Redis Cluster of nodes that were started with `--cluster-enabled yes`: gives each master its slots, lets all
 * nodes meet, and makes each node beyond the masters the replica of one. Returns a connection to each node.
 */
export async function formCluster(nodes: readonly PrivateRedis[], masterCount = nodes.length): Promise<Redis[]> {
  const admins = nodes.map(({ url }) => new Redis(url))
  const masters = admins.slice(0, masterCount)
  const edge = (i: number): number => Math.ceil((i * SLOTS) / masterCount)
  await Promise.all(masters.map((admin, i) => admin.call('CLUSTER', 'ADDSLOTSRANGE', edge(i), edge(i + 1) - 1)))
  for (const { port } of nodes.slice(1)) await admins[0]!.call('CLUSTER', 'MEET', '127.0.0.1', port)
  const all = async (text: string): Promise<boolean> =>
    (await Promise.all(admins.map((admin) => admin.call('CLUSTER', 'INFO')))).every((info) =>
      String(info).includes(text),
    )
  await until('all nodes', () => all(`cluster_known_nodes:${nodes.length}`))
  await until('all slots', () => all('cluster_state:ok'))
  const ids = await Promise.all(masters.map(async (admin) => String(await admin.call('CLUSTER', 'MYID'))))
  await Promise.all(admins.slice(masterCount).map((admin, i) => admin.call('CLUSTER', 'REPLICATE', ids[i]!)))
  if (nodes.length > masterCount)
    await until('all replicas', async () =>
      (await Promise.all(masters.map((admin) => admin.info('replication')))).every((info) =>
        info.includes('state=online'),
      ),
    )
  return admins
}
