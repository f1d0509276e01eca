import type { Redis } from 'ioredis'

/** How often each Redis command ran, those inside scripts included. */
export type CommandCounts = Readonly<Record<string, number>>

/** Commands of the benchmark itself. */
const OWN = ['info', 'hello', 'client', 'select']
/** WAIT only waits for replicas. */
const NOT_COUNTED = [...OWN, 'wait']

/** Reads the counts of `INFO commandstats`. */
export function parseCommandStats(info: string): CommandCounts {
  const counts: Record<string, number> = {}
  for (const [, name, calls] of info.matchAll(/^cmdstat_([^:|]+)[^:]*:calls=(\d+)/gm))
    if (!OWN.includes(name!)) counts[name!] = (counts[name!] ?? 0) + Number(calls)
  return counts
}

export const commandCounts = async (redis: Redis): Promise<CommandCounts> =>
  parseCommandStats(await redis.info('commandstats'))

/** How many commands clients send while `run` runs. `MONITOR` names no client for those that scripts run. */
export async function countSent(redis: Redis, run: () => Promise<unknown>): Promise<number> {
  let sent = 0
  const monitor = await redis.monitor()
  const ended = new Promise((resolve) =>
    monitor.on('monitor', (_time: string, [name = '']: readonly string[], client: string) => {
      // It hears of the commands in order: after this one of all that were sent before it.
      if (name.toLowerCase() === 'echo') resolve(undefined)
      else if (client !== 'lua' && !NOT_COUNTED.includes(name.toLowerCase())) sent += 1
    }),
  )
  try {
    await run()
    await redis.echo('end')
    await ended
    return sent
  } finally {
    monitor.disconnect()
  }
}

/** The commands between two counts, divided by the operations that sent them. */
export const commandsPerOperation = (before: CommandCounts, after: CommandCounts, operations: number): CommandCounts =>
  Object.fromEntries(
    Object.entries(after)
      .map(([name, count]) => [name, (count - (before[name] ?? 0)) / operations] as const)
      .filter(([, count]) => count > 0),
  )

/** All commands but WAIT, which only waits for replicas. */
export const commandSum = (counts: CommandCounts): number =>
  Object.entries(counts).reduce((sum, [name, count]) => (name === 'wait' ? sum : sum + count), 0)
