import type { Cluster, Redis } from 'ioredis'
import { ApiError } from '../../datasources/contract/errors.js'
import { Bulkhead } from '../../datasources/http/bulkhead.js'
import { detachedScope } from '../../datasources/http/call.js'
import { connect, type RedisAddress } from './connection.js'
import { redisLeases } from './counters.js'
import { redisPermits } from './permits.js'
import type { CountingStore } from './raw-store.js'

/** How long a change waits for its replicas. */
const REPLICAS_TIMEOUT_MS = 500
/** Changes that wait for replicas at once: a change behind more of them would be made after its caller had timed out. */
const MAX_CONCURRENT_WAITS = 2
const MAX_QUEUED_WAITS = 1_000
const MAX_QUEUE_MS = 1_000

type Connection = Redis | Cluster
type Swap = Parameters<Connection['compareAndSwap']>

interface RedisOptions {
  /** The replicas that must have a change before it counts: after a failover, a lost lease would mean a write done twice. */
  readonly replicas?: number
}

async function orUnavailable<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply
  } catch {
    throw new ApiError('STORE_UNAVAILABLE', { retryAfterSeconds: 1 })
  }
}

/** Logs each outage once, without the driver's message, which may contain the address. */
function logOutages(redis: Connection, log: (message: string) => void): void {
  let isHealthy = true
  redis.on('error', () => {
    if (isHealthy) log('the store cannot be reached')
    isHealthy = false
  })
  redis.on('ready', () => {
    if (!isHealthy) log('the store is back')
    isHealthy = true
  })
}

/** A connection for changes that WAIT for replicas: WAIT blocks its connection, so they have one of their own. */
class ReplicatedSwaps {
  readonly #connection: Connection
  readonly #replicas: number
  readonly #bulkhead = new Bulkhead(MAX_CONCURRENT_WAITS, MAX_QUEUED_WAITS)

  constructor(address: RedisAddress, replicas: number) {
    this.#connection = connect(address)
    this.#replicas = replicas
    // The other connection logs the outage.
    this.#connection.on('error', () => undefined)
  }

  /** Swaps and waits for the replicas. Both run in order on one connection, so WAIT is for this swap. */
  async swap(...swap: Swap): Promise<number> {
    if ((await this.#bulkhead.acquire(detachedScope.signal, MAX_QUEUE_MS)) !== 'acquired')
      throw new Error('too many changes wait for replicas')
    try {
      const pipeline = this.#connection.pipeline().compareAndSwap(...swap)
      const [swapped, waited] = (await pipeline.wait(this.#replicas, REPLICAS_TIMEOUT_MS).exec()) ?? []
      const failed = swapped?.[0] ?? waited?.[0]
      if (failed) throw failed
      if (swapped?.[1] === 1 && Number(waited?.[1]) < this.#replicas)
        throw new Error('too few replicas have the change')
      return Number(swapped?.[1])
    } finally {
      this.#bulkhead.release()
    }
  }

  disconnect(): void {
    this.#connection.disconnect()
  }
}

/** The store that all processes share. Every failure is `STORE_UNAVAILABLE`; the connection is re-established automatically. */
export function redisStore(
  address: RedisAddress,
  log: (message: string) => void,
  { replicas = 0 }: RedisOptions = {},
): CountingStore {
  const redis = connect(address)
  logOutages(redis, log)
  const lease = redisLeases(redis)
  const replicated = replicas > 0 ? new ReplicatedSwaps(address, replicas) : undefined
  /** Only a value that is set must not be lost; a removed one may come back. */
  const swap = (...args: Swap): Promise<number> =>
    replicated && args[2] !== '' ? replicated.swap(...args) : redis.compareAndSwap(...args)

  return {
    get: (name) => orUnavailable(redis.getBuffer(name)),
    set: async (name, value, ttlMs) => void (await orUnavailable(redis.set(name, value, 'PX', ttlMs))),
    compareAndSwap: async (name, expected, next, ttlMs) =>
      (await orUnavailable(swap(name, expected ?? '', next ?? '', ttlMs))) === 1,
    lease: (...args) => orUnavailable(lease(...args)),
    permits: redisPermits(redis),
    ping: async () => void (await orUnavailable(redis.ping())),
    close: () => {
      redis.disconnect()
      replicated?.disconnect()
      return Promise.resolve()
    },
  }
}
