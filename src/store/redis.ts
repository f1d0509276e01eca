import { detachedScope } from '../../datasources/http/call.js'
import { ApiError } from '../../datasources/contract/errors.js'
import { createBulkhead } from '../../datasources/http/bulkhead.js'
import { connect, type RedisAddress } from './connection.js'
import type { CountingStore } from './raw-store.js'

/** How long a change waits for the replicas that must have it. */
const REPLICAS_TIMEOUT_MS = 500
/** So many changes wait for replicas at once: one behind them would be made after its caller was told that it was not. */
const SIDE_BY_SIDE = 2
const LONGEST_LINE = 1_000
const PATIENCE_MS = 1_000

interface RedisOptions {
  /** How many replicas must have a swap before it counts: a claim that a failover forgets is a write done twice. */
  readonly replicas?: number
}

/** The store that replicas share. Every failure is `STORE_UNAVAILABLE`; the connection heals by itself. */
export function redisStore(
  address: RedisAddress,
  log: (message: string) => void,
  { replicas = 0 }: RedisOptions = {},
): CountingStore {
  const redis = connect(address)
  // Waiting for replicas holds up a whole connection, so swaps have one of their own.
  const confirmed = replicas > 0 ? connect(address) : undefined
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
  confirmed?.on('error', () => undefined)
  const line = createBulkhead(SIDE_BY_SIDE, LONGEST_LINE)

  const unavailable = (): never => {
    throw new ApiError('STORE_UNAVAILABLE', { retryAfterSeconds: 1 })
  }
  const ask = <T>(answer: Promise<T>): Promise<T> => answer.catch(unavailable)

  /** Down one connection one after the other: what is waited for is this swap. */
  async function confirm(
    by: NonNullable<typeof confirmed>,
    ...swap: Parameters<typeof redis.compareAndSwap>
  ): Promise<number> {
    if ((await line.acquire(detachedScope.signal, PATIENCE_MS)) !== 'acquired') throw new Error('too many are waiting')
    try {
      const [swapped, waited] =
        (await by
          .pipeline()
          .compareAndSwap(...swap)
          .wait(replicas, REPLICAS_TIMEOUT_MS)
          .exec()) ?? []
      const failed = swapped?.[0] ?? waited?.[0]
      if (failed) throw failed
      if (swapped?.[1] === 1 && Number(waited?.[1]) < replicas) throw new Error('too few replicas have it')
      return Number(swapped?.[1])
    } finally {
      line.release()
    }
  }

  /** What is given up may come back; only what is taken must not be lost. */
  const swap = (name: string, expected: Buffer | string, next: Buffer | string, ttlMs: number): Promise<number> =>
    confirmed && next !== ''
      ? confirm(confirmed, name, expected, next, ttlMs)
      : redis.compareAndSwap(name, expected, next, ttlMs)

  return {
    get: (name) => ask(redis.getBuffer(name)),
    set: async (name, value, ttlMs) => void (await ask(redis.set(name, value, 'PX', ttlMs))),
    compareAndSwap: async (name, expected, next, ttlMs) =>
      (await ask(swap(name, expected ?? '', next ?? '', ttlMs))) === 1,
    spend: async (name, points, most, windowMs, owed = 0) => {
      const [paid, spent, resetMs] = await ask(redis.consumePoints(name, points, most, windowMs, owed))
      return { paid: paid === 1, spent, resetMs }
    },
    ping: async () => void (await ask(redis.ping())),
    close: () => {
      redis.disconnect()
      confirmed?.disconnect()
      return Promise.resolve()
    },
  }
}
