import { Cluster, Redis, type RedisOptions, type Result } from 'ioredis'
import { CoalescingRedis } from './coalescing-redis.js'
import { counterScripts } from './counters.js'
import { eventScripts } from './event-scripts.js'
import { permitScripts } from './permits.js'
import { keepConnection, presentAddress, tlsOf } from './redis-access.js'
import type { RedisAddress } from './redis-address.js'
import { swapScripts } from './swap-script.js'

/** Command timeout: longer than any reply of a healthy server, and short enough for a request to wait. */
const COMMAND_TIMEOUT_MS = 1_000
/** Socket timeout: a connection without a reply for this long is closed, so that further commands fail at once. */
const SOCKET_TIMEOUT_MS = 2_000
const RETRY_STEP_MS = 100
const MAX_RETRY_DELAY_MS = 1_000

// Compare-and-swap. It has one key, so it runs on a cluster too. There, the driver repeats a command after its connection
// broke: as each encrypted value is unique, a current value that equals `next` was written by the first attempt.
// ARGV: expected ('' means absent), next ('' removes), ttl in ms.
const COMPARE_AND_SWAP = `
local current = redis.call('GET', KEYS[1]) or ''
if current ~= ARGV[1] then return (current ~= '' and current == ARGV[2]) and 1 or 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1`

// A value and the server's time, by one request: a local clock takes no part in what is decided by the value.
const READ_WITH_TIME = `return {redis.call('GET', KEYS[1]), redis.call('TIME')}`

declare module 'ioredis' {
  interface RedisCommander<Context> {
    compareAndSwap(
      name: string,
      expected: Buffer | string,
      next: Buffer | string,
      ttlMs: number,
    ): Result<number, Context>
    readWithTimeBuffer(name: string): Result<[bytes: Buffer | null, time: [seconds: Buffer, micros: Buffer]], Context>
  }
}

const scripts = {
  compareAndSwap: { lua: COMPARE_AND_SWAP, numberOfKeys: 1 },
  readWithTime: { lua: READ_WITH_TIME, numberOfKeys: 1 },
  ...swapScripts,
  ...counterScripts,
  ...permitScripts,
  ...eventScripts,
}

const retryStrategy = (attempt: number) => Math.min(attempt * RETRY_STEP_MS, MAX_RETRY_DELAY_MS)

/** Told of the error of a command for which a connection is left and made anew. */
type OnLeft = (error: Error) => void

/** Options of a connection to one server, whose commands wait up to `waitMs` for what they read. */
function optionsOf(address: RedisAddress, onLeft?: OnLeft, waitMs = 0): RedisOptions {
  const { username, password } = address
  return {
    // Fail fast: a command is not queued while there is no connection.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // A write of a broken connection may have been executed: its caller reads the value, the driver does not repeat it.
    autoResendUnfulfilledCommands: false,
    // Nothing would hear of a subscription of the driver's own that fails: the rejection would end the process.
    autoResubscribe: false,
    commandTimeout: COMMAND_TIMEOUT_MS + waitMs,
    socketTimeout: SOCKET_TIMEOUT_MS + waitMs,
    connectTimeout: COMMAND_TIMEOUT_MS,
    retryStrategy,
    // After a failover the server is a replica and read-only; a new connection resolves the address of the new primary.
    reconnectOnError(error) {
      if (!error.message.includes('READONLY')) return false
      onLeft?.(error)
      return true
    },
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    ...(address.tls ? { tls: tlsOf(address) } : {}),
  }
}

/** Socket timeout of a worker: longer than it waits for the next job. */
const WORKER_SOCKET_TIMEOUT_MS = 15_000

/** Options of a connection whose commands wait for a server that is away, and are repeated after a connection broke. */
function workerOptionsOf(address: RedisAddress): RedisOptions {
  const { commandTimeout: _commandTimeout, ...options } = optionsOf(address)
  return {
    ...options,
    enableOfflineQueue: true,
    maxRetriesPerRequest: null,
    autoResendUnfulfilledCommands: true,
    socketTimeout: WORKER_SOCKET_TIMEOUT_MS,
  }
}

function sentinelOptionsOf(address: RedisAddress): RedisOptions {
  const { nodes, primary, sentinelPassword } = address
  return {
    name: primary!,
    sentinels: [...nodes],
    failoverDetector: true,
    sentinelRetryStrategy: retryStrategy,
    sentinelCommandTimeout: COMMAND_TIMEOUT_MS,
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    ...(address.tls ? { enableTLSForSentinelMode: true, sentinelTLS: tlsOf(address) } : {}),
  }
}

/** The error of one attempt to connect to a node by itself; undefined where it succeeds. */
async function attemptError(address: RedisAddress, node: RedisAddress['nodes'][number]): Promise<unknown> {
  const { kind, sentinelPassword } = address
  // A Sentinel has credentials of its own.
  const login = kind === 'sentinel' ? { ...address, username: '', password: sentinelPassword ?? '' } : address
  const redis = new Redis({ ...optionsOf(login), ...node, lazyConnect: true, retryStrategy: () => null })
  let first: unknown
  redis.on('error', (error: unknown) => (first ??= error))
  await redis
    .connect()
    .then(() => redis.ping())
    .catch((error: unknown) => (first ??= error))
  redis.disconnect()
  return first
}

/**
 * Connects once to each node by itself and returns the first error, undefined where there is none: the driver does not
 * tell why it reaches no node of a cluster, or no Sentinel.
 */
export async function connectionError(address: RedisAddress): Promise<unknown> {
  const present = presentAddress(address)
  for (const node of address.nodes) {
    const error = await attemptError(present, node)
    if (error !== undefined) return error
  }
  return undefined
}

/**
 * Connects to Redis. The connection reconnects by itself, and every command fails within its timeout, which is longer by
 * `waitMs` for commands that wait for what they read.
 */
export function connect(address: RedisAddress, onLeft?: OnLeft, waitMs?: number): Redis | Cluster {
  const present = presentAddress(address)
  return kept(address, open(present, optionsOf(present, onLeft, waitMs)))
}

/** The connection of a worker. */
export interface WorkerConnection {
  readonly connection: Redis | Cluster
  /** Closes it and all of its duplicates, in whatever state they are. */
  readonly close: () => void
}

/**
 * Connects the worker of a queue: its commands wait for a server that is away, and are repeated after a connection
 * broke, so it repeats only what may be repeated. What the worker duplicates gets new credentials too.
 */
export function connectWorker(address: RedisAddress): WorkerConnection {
  const present = presentAddress(address)
  const connection = kept(address, open(present, workerOptionsOf(present)))
  const all = [connection]
  const original = connection.duplicate.bind(connection) as (...args: readonly unknown[]) => Redis | Cluster
  function duplicate(...args: readonly unknown[]): Redis | Cluster {
    const made = kept(address, original(...args))
    all.push(made)
    return made
  }
  return {
    connection: Object.assign(connection, { duplicate }),
    close: () => {
      for (const one of all) one.disconnect()
    },
  }
}

/** Keeps a connection, so that it gets new credentials. */
function kept(address: RedisAddress, connection: Redis | Cluster): Redis | Cluster {
  // The driver prints an error that has no listener.
  return keepConnection(address, connection).on('error', () => undefined)
}

function open(address: RedisAddress, options: RedisOptions): Redis | Cluster {
  const { kind, nodes, database } = address
  switch (kind) {
    case 'server':
      return new CoalescingRedis({ ...options, scripts, ...nodes[0]!, ...(database ? { db: database } : {}) })
    case 'cluster':
      return new Cluster([...nodes], {
        scripts,
        enableOfflineQueue: options.enableOfflineQueue ?? false,
        clusterRetryStrategy: retryStrategy,
        redisOptions: options,
      })
    case 'sentinel':
      return new CoalescingRedis({ ...options, scripts, ...sentinelOptionsOf(address) })
  }
}
