import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { commandsPerOperation, commandSum, countSent, parseCommandStats } from '../../bench/redis-commands.js'
import { privateRedis } from '../support/redis.js'

const INFO = (get: number, wait: number) => `# Commandstats\r
cmdstat_get:calls=${get},usec=2,usec_per_call=0.50,rejected_calls=0,failed_calls=0\r
cmdstat_wait:calls=${wait},usec=9,usec_per_call=1.00,rejected_calls=0,failed_calls=0\r
cmdstat_config|get:calls=3,usec=9,usec_per_call=1.00,rejected_calls=0,failed_calls=0\r
cmdstat_config|set:calls=2,usec=9,usec_per_call=1.00,rejected_calls=0,failed_calls=0\r
cmdstat_info:calls=7,usec=9,usec_per_call=1.00,rejected_calls=0,failed_calls=0\r
`

describe('the Redis commands of an operation', () => {
  it('reads the counts, with subcommands as one and without those of the benchmark', () => {
    expect(parseCommandStats(INFO(40, 10))).toEqual({ get: 40, wait: 10, config: 5 })
  })

  it('divides what came between two counts by the operations', () => {
    const [before, after] = [parseCommandStats(INFO(40, 10)), parseCommandStats(INFO(100, 40))]
    expect(commandsPerOperation(before, after, 30)).toEqual({ get: 2, wait: 1 })
    expect(commandsPerOperation({}, { get: 5 }, 5)).toEqual({ get: 1 })
  })

  it('counts what is sent, without WAIT and without what a script runs', async () => {
    const server = await privateRedis()
    const [redis, client] = [0, 1].map(() => new Redis(server.url)) as [Redis, Redis]
    const sent = await countSent(redis, async () => {
      await client.eval("redis.call('TIME') return redis.call('GET', KEYS[1])", 1, 'absent')
      await client.get('absent')
      await client.wait(0, 1)
    })
    expect(sent).toBe(2)
    redis.disconnect()
    client.disconnect()
    await server.kill()
  })

  it('sums all but WAIT', () => {
    expect(commandSum({ get: 2, wait: 1, evalsha: 1.5 })).toBe(3.5)
  })
})
