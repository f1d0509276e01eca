import { startDelayProxy } from '../../support/delay-proxy.js'
import { privateRedis } from '../../support/redis.js'
import { atLeast, atMost, type Check, type Scenario } from '../scenario.js'
import { startWorld, type World } from '../world.js'

const LIMIT = 1_200
const REPLICAS = 4
/** Operations that a client sends to each replica at the same time. */
const WORKERS = 8
const VIEWER = '{ viewer { id } }'
/** Bytes to and from Redis arrive this much later, in each direction. */
const DISTANCES_MS = [0, 150, 300]

interface Outcome {
  readonly passed: number
  readonly refused: number
  readonly others: number
  readonly seconds: number
}

/** A client that sends to all replicas until the limit refuses it at each. */
async function spendAll({ query, replicas }: World, client: string): Promise<Outcome> {
  const begun = performance.now()
  const outcome = { passed: 0, refused: 0, others: 0 }
  const worker = async (url: string) => {
    for (;;) {
      const { status } = await query(url, VIEWER, {}, { client })
      if (status === 200) outcome.passed += 1
      else if (status === 429) outcome.refused += 1
      else outcome.others += 1
      if (status !== 200) return
    }
  }
  await Promise.all(replicas.flatMap(({ url }) => Array.from({ length: WORKERS }, () => worker(url))))
  return { ...outcome, seconds: (performance.now() - begun) / 1000 }
}

/** Checks of one distance of Redis. */
async function atDistance(delayMs: number, world: World): Promise<{ checks: Check[]; row: readonly string[] }> {
  const { passed, refused, others, seconds } = await spendAll(world, `client-${delayMs}`)
  const what = `with Redis ${delayMs} ms away in each direction`
  return {
    checks: [
      atMost(`passed ${what}`, (100 * passed) / LIMIT, 110, ' %'),
      atLeast(`usable ${what}`, (100 * passed) / LIMIT, 70, ' %'),
      atMost(`neither passed nor refused by the limit ${what}`, others, 0),
    ],
    row: [`${delayMs} ms`, String(passed), String(refused), String(others), `${seconds.toFixed(1)} s`],
  }
}

/** One client against four replicas that share its limit through Redis, at hand and far away. */
export const rateLimitScenario: Scenario = {
  name: 'rate-limit',
  title: 'The rate limit over four replicas',
  async run({ isShort, folder, program, progress }) {
    const checks: Check[] = []
    const table: (readonly string[])[] = [['Redis away', 'passed', 'refused', 'other', 'time']]
    const redis = await privateRedis()
    const proxy = await startDelayProxy(redis.port, 0)
    const settings = {
      REDIS_URL: `redis://127.0.0.1:${proxy.port}`,
      RATE_LIMIT_COST_PER_MINUTE: String(LIMIT),
      // Only the rate limit refuses.
      ADMISSION: 'off',
    }
    const world = await startWorld({ folder, program, replicas: REPLICAS, redis: false, settings })
    try {
      for (const delayMs of isShort ? DISTANCES_MS.slice(-1) : DISTANCES_MS) {
        progress(`Redis ${delayMs} ms away in each direction`)
        proxy.setDelay(delayMs)
        const { checks: more, row } = await atDistance(delayMs, world)
        checks.push(...more)
        table.push(row)
      }
    } finally {
      await world.close()
      proxy.close()
      await redis.kill()
    }
    return { checks, table }
  },
}
