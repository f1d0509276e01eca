import { Cluster, Redis, type RedisOptions, type Result } from 'ioredis'
import { Failure } from '../../datasources/errors.js'
import type { CountingStore } from './raw.js'

/** Longer than any healthy answer, short enough that nobody waits for a dead server. */
const COMMAND_TIMEOUT_MS = 1_000

// One key only, so it runs on a cluster too. ARGV: expected ('' means absent), next ('' removes), ttl in ms.
const SWAP = `
local current = redis.call('GET', KEYS[1])
if (current or '') ~= ARGV[1] then return 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1`

// ARGV: points, the most of a window, its length in ms. Answers what was paid, what is spent and the ms that are left.
const SPEND = `
local spent = tonumber(redis.call('GET', KEYS[1]) or '0')
local left = redis.call('PTTL', KEYS[1])
if left < 1 then spent, left = 0, tonumber(ARGV[3]) end
if spent + tonumber(ARGV[1]) > tonumber(ARGV[2]) then return {0, spent, left} end
redis.call('SET', KEYS[1], spent + tonumber(ARGV[1]), 'PX', left)
return {1, spent + tonumber(ARGV[1]), left}`

declare module 'ioredis' {
  interface RedisCommander<Context> {
    swapValue(name: string, expected: Buffer | string, next: Buffer | string, ttlMs: number): Result<number, Context>
    spendPoints(name: string, points: number, most: number, windowMs: number): Result<[paid: number, spent: number, resetMs: number], Context>
  }
}

const OPTIONS: RedisOptions = {
  // Nothing hangs: a command fails at once while there is no connection, and soon when there is no answer.
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  commandTimeout: COMMAND_TIMEOUT_MS,
  connectTimeout: COMMAND_TIMEOUT_MS,
  enableAutoPipelining: true,
  retryStrategy: (attempt) => Math.min(attempt * 100, 1_000),
}

/** A connection that fails soon and heals by itself. */
export function connect(url: string, ca: string | undefined): Redis | Cluster {
  const urls = url.split(',').map((part) => part.trim())
  const scripts = { swapValue: { lua: SWAP, numberOfKeys: 1 }, spendPoints: { lua: SPEND, numberOfKeys: 1 } }
  if (urls.length === 1) return new Redis(urls[0]!, { ...OPTIONS, scripts, ...(ca === undefined ? {} : { tls: { ca } }) })
  const first = new URL(urls[0]!)
  return new Cluster(urls, {
    scripts,
    enableOfflineQueue: false,
    clusterRetryStrategy: OPTIONS.retryStrategy!,
    redisOptions: {
      ...OPTIONS,
      ...(first.username ? { username: decodeURIComponent(first.username) } : {}),
      ...(first.password ? { password: decodeURIComponent(first.password) } : {}),
      ...(first.protocol === 'rediss:' ? { tls: ca === undefined ? {} : { ca } } : {}),
    },
  })
}

/** The store that replicas share. Every failure is `STORE_UNAVAILABLE`; the connection heals by itself. */
export function redisStore(url: string, log: (message: string) => void, ca?: string): CountingStore {
  const redis = connect(url, ca)
  let healthy = true
  redis.on('error', () => {
    // Once per outage: the message of the driver may hold the address and is not needed.
    if (healthy) log('the store cannot be reached')
    healthy = false
  })
  redis.on('ready', () => {
    if (!healthy) log('the store is back')
    healthy = true
  })

  const ask = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer
    } catch {
      throw new Failure('STORE_UNAVAILABLE', { retryAfterSeconds: 1 })
    }
  }

  return {
    get: (name) => ask(redis.getBuffer(name)),
    set: async (name, value, ttlMs) => void (await ask(redis.set(name, value, 'PX', ttlMs))),
    swap: async (name, expected, next, ttlMs) => (await ask(redis.swapValue(name, expected ?? '', next ?? '', ttlMs))) === 1,
    spend: async (name, points, most, windowMs) => {
      const [paid, spent, resetMs] = await ask(redis.spendPoints(name, points, most, windowMs))
      return { paid: paid === 1, spent, resetMs }
    },
    ping: async () => void (await ask(redis.ping())),
    close: async () => redis.disconnect(),
  }
}
