import { detachedScope } from '../../datasources/http/call.js'
import { ApiError } from '../../datasources/contract/errors.js'
import { Bulkhead } from '../../datasources/http/bulkhead.js'
import { connect, type RedisAddress } from './connection.js'
import type { CountingStore } from './raw-store.js'

/** How long a change waits for its replicas. */
const REPLICAS_TIMEOUT_MS = 500
/** Changes that wait for replicas at once: a change behind more of them would be made after its caller had timed out. */
const MAX_CONCURRENT_WAITS = 2
const MAX_QUEUED_WAITS = 1_000
const MAX_QUEUE_MS = 1_000

interface RedisOptions {
  /** The replicas that must have a change before it counts: after a failover, a lost lease would mean a write done twice. */
  readonly replicas?: number
}

/** The store that all processes share. Every failure is `STORE_UNAVAILABLE`; the connection is re-established automatically. */
export function redisStore(
  address: RedisAddress,
  log: (message: string) => void,
  { replicas = 0 }: RedisOptions = {},
): CountingStore {
  const redis = connect(address)
  // WAIT blocks its connection, so changes have one of their own.
  const confirmed = replicas > 0 ? connect(address) : undefined
  let healthy = true
  redis.on('error', () => {
    // Logged once per outage, without the driver's message, which may contain the address.
    if (healthy) log('the store cannot be reached')
    healthy = false
  })
  redis.on('ready', () => {
    if (!healthy) log('the store is back')
    healthy = true
  })
  confirmed?.on('error', () => undefined)
  const bulkhead = new Bulkhead(MAX_CONCURRENT_WAITS, MAX_QUEUED_WAITS)

  const unavailable = (): never => {
    throw new ApiError('STORE_UNAVAILABLE', { retryAfterSeconds: 1 })
  }
  const orUnavailable = <T>(reply: Promise<T>): Promise<T> => reply.catch(unavailable)

  /** Swaps and waits for the replicas. Both run in order on one connection, so WAIT is for this swap. */
  async function confirm(
    by: NonNullable<typeof confirmed>,
    ...swap: Parameters<typeof redis.compareAndSwap>
  ): Promise<number> {
    if ((await bulkhead.acquire(detachedScope.signal, MAX_QUEUE_MS)) !== 'acquired')
      throw new Error('too many changes wait for replicas')
    try {
      const [swapped, waited] =
        (await by
          .pipeline()
          .compareAndSwap(...swap)
          .wait(replicas, REPLICAS_TIMEOUT_MS)
          .exec()) ?? []
      const failed = swapped?.[0] ?? waited?.[0]
      if (failed) throw failed
      if (swapped?.[1] === 1 && Number(waited?.[1]) < replicas) throw new Error('too few replicas have the change')
      return Number(swapped?.[1])
    } finally {
      bulkhead.release()
    }
  }

  /** Only a value that is set must not be lost; a removed one may come back. */
  const swap = (name: string, expected: Buffer | string, next: Buffer | string, ttlMs: number): Promise<number> =>
    confirmed && next !== ''
      ? confirm(confirmed, name, expected, next, ttlMs)
      : redis.compareAndSwap(name, expected, next, ttlMs)

  return {
    get: (name) => orUnavailable(redis.getBuffer(name)),
    set: async (name, value, ttlMs) => void (await orUnavailable(redis.set(name, value, 'PX', ttlMs))),
    compareAndSwap: async (name, expected, next, ttlMs) =>
      (await orUnavailable(swap(name, expected ?? '', next ?? '', ttlMs))) === 1,
    spend: async (name, points, limit, windowMs, owed = 0) => {
      const [paid, spent, resetMs] = await orUnavailable(redis.consumePoints(name, points, limit, windowMs, owed))
      return { paid: paid === 1, spent, resetMs }
    },
    ping: async () => void (await orUnavailable(redis.ping())),
    close: () => {
      redis.disconnect()
      confirmed?.disconnect()
      return Promise.resolve()
    },
  }
}
