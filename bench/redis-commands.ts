import type { Redis } from 'ioredis'

/** How often each Redis command ran, those inside scripts included. */
export type CommandCounts = Readonly<Record<string, number>>

/** Commands of the benchmark itself. */
const OWN = ['info', 'hello', 'client', 'select']

/** Reads the counts of `INFO commandstats`. */
export function parseCommandStats(info: string): CommandCounts {
  const counts: Record<string, number> = {}
  for (const [, name, calls] of info.matchAll(/^cmdstat_([^:|]+)[^:]*:calls=(\d+)/gm))
    if (!OWN.includes(name!)) counts[name!] = (counts[name!] ?? 0) + Number(calls)
  return counts
}

export const commandCounts = async (redis: Redis): Promise<CommandCounts> =>
  parseCommandStats(await redis.info('commandstats'))

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
