import type { Cluster, Redis, Result } from 'ioredis'
import { type LeasePoints, SPARE_DIVISOR } from '../limits/point-lease.js'

// Leases points of a fixed window. The value is the number of points that are spent or leased, which 0.1.0 reads and
// writes too. The key expires with the window; INCRBY keeps its time to live, and both clocks are those of the server.
// ARGV: limit, length of the window in ms, first, need, spare, owed, returned, end of the window of the returned points.
// Returns the points granted, the points left, the ms until the window ends, and its end in ms since 1970.
const LEASE_POINTS = `
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local first, need, spare = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local owed, returned, ended = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = tonumber(redis.call('GET', KEYS[1]) or '0')
local ttl = redis.call('PTTL', KEYS[1])
local open = ttl > 0
if not open then known, ttl = 0, window end
local ends = now + ttl
if not open or math.abs(ends - ended) > math.min(1000, window / 2) then returned = 0 end
local spent = math.max(0, known + owed - returned)
local left = limit - spent
local granted = 0
if left >= first then
  local more = math.max(0, math.min(spare, math.floor((left - need) / ${SPARE_DIVISOR})))
  granted = math.max(0, math.min(left, need + more))
end
spent = spent + granted
if open then
  if spent ~= known then redis.call('INCRBY', KEYS[1], spent - known) end
elseif spent > 0 then
  redis.call('SET', KEYS[1], spent, 'PX', window)
else
  ttl, ends = 0, 0
end
return {granted, limit - spent, ttl, ends}`

declare module 'ioredis' {
  interface RedisCommander<Context> {
    leasePoints(
      name: string,
      limit: number,
      windowMs: number,
      first: number,
      need: number,
      spare: number,
      owed: number,
      returned: number,
      endsAt: number,
    ): Result<[granted: number, left: number, resetMs: number, endsAt: number], Context>
  }
}

export const counterScripts = { leasePoints: { lua: LEASE_POINTS, numberOfKeys: 1 } }

/** Leases points through Redis. */
export const redisLeases =
  (redis: Redis | Cluster): LeasePoints =>
  async (name, limit, windowMs, { first, need, spare, owed, returned, endsAt }) => {
    const reply = await redis.leasePoints(name, limit, windowMs, first, need, spare, owed, returned, endsAt)
    const [granted, left, resetMs, end] = reply
    return { granted, left, resetMs, endsAt: end }
  }
