import { randomBytes, randomUUID } from 'node:crypto'
import { type ChainableCommander, type Cluster, Redis } from 'ioredis'
import { ApiError } from '../../datasources/contract/errors.js'
import { Bulkhead } from '../../datasources/http/bulkhead.js'
import { detachedScope } from '../../datasources/http/call.js'
import { errorClass } from '../observability/error-class.js'
import { connect, connectionError } from './connection.js'
import type { RedisAddress } from './redis-address.js'
import { ConnectionCauses } from './connection-causes.js'
import { StoreClock } from './clock.js'
import { PARTS } from './cipher.js'
import { redisLeases } from './counters.js'
import { redisPermits } from './permits.js'
import type { EpochServer } from './epoch.js'
import type { CountingStore, RawCommands, RawStore, StoreObserver } from './raw-store.js'
import { parseInfo, type ServerFacts } from './server-facts.js'
import { EpochChanged } from './trust.js'

/** How long a change waits for its replicas. */
const REPLICAS_TIMEOUT_MS = 500
/** Changes that wait for replicas at once: a change behind more of them would be made after its caller had timed out. */
const MAX_CONCURRENT_WAITS = 2
const MAX_QUEUED_WAITS = 1_000
const MAX_QUEUE_MS = 1_000
/** The time to live of a record that a probe claims. */
const PROBE_TTL_MS = 5_000

type Connection = Redis | Cluster
type Swap = Parameters<RawStore['compareAndSwap']>

/** Sends a swap on a connection, or adds it to a pipeline. */
function sendSwap(by: Connection, swap: Swap): Promise<number>
function sendSwap(by: ChainableCommander, swap: Swap): ChainableCommander
function sendSwap(
  by: Connection | ChainableCommander,
  [name, expected, next, ttlMs, check]: Swap,
): Promise<number> | ChainableCommander {
  const values = [expected ?? '', next ?? '', ttlMs] as const
  return check ? by.claim(name, check.epochName, ...values, check.epoch) : by.compareAndSwap(name, ...values)
}

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

/** A connection for changes that WAIT for replicas: WAIT blocks its connection, so they have one of their own. */
class ReplicatedSwaps {
  readonly #connection: Connection
  readonly #replicas: number
  readonly #bulkhead = new Bulkhead(MAX_CONCURRENT_WAITS, MAX_QUEUED_WAITS)

  constructor(connection: Connection, replicas: number) {
    this.#connection = connection
    this.#replicas = replicas
  }

  /** Swaps and waits for the replicas. Both run in order on one connection, so WAIT is for this swap. */
  async swap(swap: Swap): Promise<number> {
    if ((await this.#bulkhead.acquire(detachedScope.signal, MAX_QUEUE_MS)) !== 'acquired')
      throw new Error('too many changes wait for replicas')
    try {
      const pipeline = sendSwap(this.#connection.pipeline(), swap)
      const [swapped, waited] = (await pipeline.wait(this.#replicas, REPLICAS_TIMEOUT_MS).exec()) ?? []
      const failed = swapped?.[0] ?? waited?.[0]
      if (failed) throw failed
      if (swapped?.[1] === 1 && Number(waited?.[1]) < this.#replicas)
        throw Object.assign(new Error('too few replicas have the change'), { code: 'TOO_FEW_REPLICAS' })
      return Number(swapped?.[1])
    } finally {
      this.#bulkhead.release()
    }
  }

  disconnect(): void {
    this.#connection.disconnect()
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
  claim: { command: 'EVALSHA', script: 'claim' },
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
  const lease = redisLeases(redis)
  /** Only a value that is set must not be lost; a removed one may come back. */
  const send = (swap: Swap): Promise<number> =>
    replicated && swap[2] !== null ? replicated.swap(swap) : sendSwap(redis, swap)
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
      const stated = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
      return { bytes, now: clock.observe(stated, sentAt) }
    },
    get: (name) => orUnavailable(redis.getBuffer(name)),
    set: async (name, value, ttlMs) => void (await orUnavailable(redis.set(name, value, 'PX', ttlMs))),
    async compareAndSwap(...swap) {
      const made = await orUnavailable(send(swap))
      if (made === -1) throw new EpochChanged()
      return made === 1
    },
    epochNames: Array.from({ length: parts }, (_, part) => epochName(part)),
    epochNameOf: (name) => epochName(parts === 1 ? 0 : (/\{(\d+)\}/.exec(name)?.[1] ?? 0)),
    facts: () => orUnavailable(factsOf(redis)),
    scan: () => scanNames(redis),
    lease: (...args) => orUnavailable(lease(...args)),
    permits: redisPermits(redis),
    // A new name each time: a claim of a name that exists writes nothing, so a full server would let it pass.
    probe: async () =>
      void (await orUnavailable(send([`kyc:probe:${randomUUID()}`, null, randomBytes(8), PROBE_TTL_MS]))),
    close: () => {
      redis.disconnect()
      replicated?.disconnect()
      return Promise.resolve()
    },
  }
}
