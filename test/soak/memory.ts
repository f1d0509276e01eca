import type { Replica, Sample } from './replica.js'

/** A sample with its place in the run. */
export interface Reading extends Sample {
  readonly replica: string
  /** Since the beginning. */
  readonly second: number
  /** Which life of the replica it is of. */
  readonly life: number
}

const MB = 1024 * 1024

/** Least squares: MB a minute. */
export function slope(points: readonly { readonly second: number; readonly bytes: number }[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(points.map(({ second }) => second)), mean(points.map(({ bytes }) => bytes))]
  const spread = points.reduce((sum, { second }) => sum + (second - x) ** 2, 0)
  return spread === 0
    ? 0
    : (points.reduce((sum, { second, bytes }) => sum + (second - x) * (bytes - y), 0) / spread) * (60 / MB)
}

/** What memory a replica has gained, in MB a minute. */
export interface Growth {
  /** Over which time. */
  readonly seconds: number
  readonly rss: number
  readonly heap: number
  readonly held: number
  readonly external: number
}

/** Memory of the replicas, second by second. */
export class Memory {
  readonly readings: Reading[] = []

  constructor(private readonly begun: number) {}

  async take(replicas: readonly Replica[]): Promise<void> {
    await Promise.all(
      replicas.map(async (replica) => {
        const sample = replica.isUp() ? await replica.sample() : undefined
        if (sample)
          this.readings.push({
            replica: replica.name,
            second: (Date.now() - this.begun) / 1000,
            life: replica.lives(),
            ...sample,
          })
      }),
    )
  }

  /** How fast a replica grew in its longest life, its first seconds left out. */
  growth(replica: string, warmUpSeconds: number): Growth {
    const lives: Reading[][] = []
    for (const reading of this.readings) if (reading.replica === replica) (lives[reading.life] ??= []).push(reading)
    const [longest = []] = lives.flatMap((life) => [life]).sort((a, b) => b.length - a.length)
    const warm = longest.filter(({ second }) => second >= (longest[0]?.second ?? 0) + warmUpSeconds)
    const slopeOf = (bytesOf: (reading: Reading) => number): number =>
      slope(warm.map((reading) => ({ second: reading.second, bytes: bytesOf(reading) })))
    return {
      seconds: Math.round((warm.at(-1)?.second ?? 0) - (warm[0]?.second ?? 0)),
      rss: slopeOf(({ rssBytes }) => rssBytes),
      heap: slopeOf(({ heapBytes }) => heapBytes),
      held: slopeOf(({ heldBytes }) => heldBytes),
      external: slopeOf(({ externalBytes }) => externalBytes),
    }
  }
}
