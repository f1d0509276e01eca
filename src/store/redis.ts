import { randomBytes, randomUUID } from 'node:crypto'
import { type Cluster, Redis } from 'ioredis'
import { ApiError } from '../../datasources/contract/errors.js'
import { errorClass } from '../observability/error-class.js'
import { connect, connectionError } from './connection.js'
import type { RedisAddress } from './redis-address.js'
import { ConnectionCauses } from './connection-causes.js'
import { statedTime, StoreClock } from './clock.js'
import { PARTS } from './cipher.js'
import { redisLeases } from './counters.js'
import { redisPermits } from './permits.js'
import type { EpochServer } from './epoch.js'
import type { CountingStore, RawCommands, StoreObserver } from './raw-store.js'
import { parseInfo, type ServerFacts } from './server-facts.js'
import { ReplicatedSwaps, Swaps } from './swaps.js'

/** The time to live of a record that a probe claims. */
const PROBE_TTL_MS = 5_000

type Connection = Redis | Cluster

/** The number of parts of a cluster that have a record of the epoch; another Redis has one. */
const partsOf = ({ kind }: RedisAddress): number => (kind === 'cluster' ? PARTS : 1)
const epochName = (part: number | string): string => `kyc:epoch:{${part}}`

interface RedisOptions {
  /** The replicas that must have a change before it counts: after a failover, a lost lease would mean a write done twice. */
  readonly replicas?: number
}

/** A store that may forget: its epoch can be checked. Its names can be walked through, on every primary. */
export type RedisStore = CountingStore & EpochServer & { readonly scan: () => AsyncGenerator<readonly string[]> }

const SCAN_COUNT = 500

/** The names of every primary, in batches; a name may come twice. */
async function* scanNames(redis: Connection): AsyncGenerator<readonly string[]> {
  for (const node of redis instanceof Redis ? [redis] : redis.nodes('master')) {
    let cursor: string | undefined
    while (cursor !== '0') {
      const [next, names]: [string, string[]] = await node.scan(cursor ?? '0', 'MATCH', 'kyc:*', 'COUNT', SCAN_COUNT)
      yield names
      cursor = next
    }
  }
}

/** What the servers say of themselves; undefined for a user without the right to ask. */
async function factsOf(redis: Connection): Promise<ServerFacts[] | undefined> {
  const nodes = redis instanceof Redis ? [redis] : redis.nodes('master')
  try {
    return (await Promise.all(nodes.map((node) => node.info()))).map(parseInfo)
  } catch (error) {
    if (errorClass(error) === 'NOPERM') return undefined
    throw error
  }
}

/** What each method of the store sends. */
const COMMANDS: RawCommands = {
  read: { command: 'EVALSHA', script: 'readWithTime' },
  get: { command: 'GET' },
  set: { command: 'SET' },
  compareAndSwap: { command: 'EVALSHA', script: 'compareAndSwap' },
  compareAndSwapAll: { command: 'EVALSHA', script: 'compareAndSwapAll' },
}

/** The store that all processes share. Every failure is `STORE_UNAVAILABLE` with its cause; the connection is re-established automatically. */
export function redisStore(
  address: RedisAddress,
  observe: StoreObserver,
  { replicas = 0 }: RedisOptions = {},
): RedisStore {
  const causes = new ConnectionCauses(
    () => observe('connection'),
    () => connectionError(address),
  )
  const redis = causes.watch(connect(address, causes.left))
  const replicated =
    replicas > 0 ? new ReplicatedSwaps(causes.watch(connect(address, causes.left)), replicas) : undefined
  const clock = new StoreClock()
  const swaps = new Swaps(redis, replicated, clock)
  const lease = redisLeases(redis)
  const parts = partsOf(address)

  async function orUnavailable<T>(reply: Promise<T>): Promise<T> {
    try {
      return await reply
    } catch (error) {
      observe('command')
      throw new ApiError('STORE_UNAVAILABLE', { retryAfterSeconds: 1, cause: causes.of(error) })
    }
  }

  return {
    commands: COMMANDS,
    now: () => clock.now(),
    async read(name) {
      const sentAt = performance.now()
      const [bytes, [seconds, micros]] = await orUnavailable(redis.readWithTimeBuffer(name))
      return { bytes, now: clock.observe(statedTime(seconds, micros), sentAt) }
    },
    get: (name) => orUnavailable(redis.getBuffer(name)),
    set: async (name, value, ttlMs) => void (await orUnavailable(redis.set(name, value, 'PX', ttlMs))),
    compareAndSwap: (...swap) => orUnavailable(swaps.one(...swap)),
    compareAndSwapAll: (swap) => orUnavailable(swaps.all(swap)),
    epochNames: Array.from({ length: parts }, (_, part) => epochName(part)),
    epochNameOf: (name) => epochName(parts === 1 ? 0 : (/\{(\d+)\}/.exec(name)?.[1] ?? 0)),
    facts: () => orUnavailable(factsOf(redis)),
    scan: () => scanNames(redis),
    lease: (...args) => orUnavailable(lease(...args)),
    permits: redisPermits(redis),
    // A new name each time: a claim of a name that exists writes nothing, so a full server would let it pass.
    async probe() {
      const change = { name: `kyc:probe:${randomUUID()}`, expected: null, next: randomBytes(8) }
      await orUnavailable(swaps.all({ changes: [change], ttlMs: PROBE_TTL_MS }))
    },
    close: () => {
      redis.disconnect()
      replicated?.disconnect()
      return Promise.resolve()
    },
  }
}
