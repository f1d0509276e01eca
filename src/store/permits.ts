import { randomUUID } from 'node:crypto'
import type { Cluster, Redis, Result } from 'ioredis'
import type { SharedPermits } from '../../datasources/http/shared-permits.js'

// Takes a permit of a distributed semaphore: a sorted set of permits with the time of their end, by the server's clock.
// ARGV: the permit's id, the number of permits, time to live in ms. Returns 1 when it was taken.
const TAKE_PERMIT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return 1`

declare module 'ioredis' {
  interface RedisCommander<Context> {
    takePermit(name: string, id: string, permits: number, ttlMs: number): Result<number, Context>
  }
}

export const permitScripts = { takePermit: { lua: TAKE_PERMIT, numberOfKeys: 1 } }

/** Opens the semaphore with this name. */
export type PermitStore = (name: string, permits: number) => SharedPermits

/** Distributed semaphores in Redis. */
export const redisPermits =
  (redis: Redis | Cluster): PermitStore =>
  (name, permits) => ({
    async tryAcquire(ttlMs) {
      const id = randomUUID()
      if ((await redis.takePermit(`kyc:permits:${name}`, id, permits, ttlMs)) !== 1) return undefined
      // A permit that is not given back ends by itself.
      return () => void redis.zrem(`kyc:permits:${name}`, id).catch(() => undefined)
    },
  })
