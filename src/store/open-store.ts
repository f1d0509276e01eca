import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Store } from '../../datasources/contract/store.js'
import type { Config } from '../config.js'
import type { KeyHolder } from '../keys/key-holder.js'
import type { LeasePoints } from '../limits/point-lease.js'
import type { Log } from '../observability/log.js'
import { type ChangeChannel, NO_CHANNEL, openChangeChannel } from './change-channel.js'
import { StoreCipher, type UnreadableCause } from './cipher.js'
import { encryptedStore } from './encrypted.js'
import { StoreEpoch } from './epoch.js'
import { memoryStore } from './memory.js'
import type { PermitStore } from './permits.js'
import type { StoreObserver } from './raw-store.js'
import { processName, toldText } from './key-usage.js'
import { redisStore, type RedisStore } from './redis.js'
import type { ServerFacts } from './server-facts.js'

/** How often the epoch and the policy of Redis are checked beside the checks of claims. */
const CHECK_INTERVAL_MS = 1_000
/** How often a process tells which keys it has, and how long that counts. */
const TELL_INTERVAL_MS = 10_000
const TOLD_MS = 30_000

/** An open store and the connection behind it. */
export interface OpenStore {
  readonly store: Store
  /** Leases points of a rate limit. Its names are not hashed here: callers hash those with personal data. */
  readonly lease: LeasePoints
  /** Semaphores over all processes; absent where there is only this one. */
  readonly permits: PermitStore | undefined
  /** What changed at the providers, between the replicas. */
  readonly changes: ChangeChannel
  /** Rejects where a claim of a keyed write would be refused, with a cause that `errorClass` can name. */
  readonly probe: () => Promise<void>
  /** False while the store may hold what this process cannot read: what it does not find may be there. */
  readonly canReadAll: () => Promise<boolean>
  readonly close: () => Promise<void>
}

type StoreConfig = Pick<Config, 'redis' | 'redisReplicas' | 'storeEpoch' | 'lifetimes'>
type Warn = Pick<Log, 'warn'>

/** Warns of a Redis that may forget. */
function warnOf(facts: readonly ServerFacts[] | undefined, log: Warn | undefined): void {
  if (facts === undefined)
    log?.warn('Redis does not let its user run INFO: whether it evicts or persists is not checked')
  else if (facts.some(({ hasAppendOnlyFile }) => !hasAppendOnlyFile))
    log?.warn('Redis writes no append-only file: a restart may forget idempotency keys')
}

/** What else is told of a store than whether it is usable. */
interface StoreTold {
  readonly log?: Warn | undefined
  /** Told of each value that cannot be read. */
  readonly onUnreadable?: ((cause: UnreadableCause) => void) | undefined
}

/** A cipher that goes on with the keys that the process has. */
function cipherOf(keys: KeyHolder, { onUnreadable }: StoreTold): StoreCipher {
  const cipher = new StoreCipher(keys.current, onUnreadable)
  keys.onChange((replaced) => cipher.use(replaced))
  return cipher
}

/** Tells the commands of `npm run keys` which keys this process has: at the start, after each change, and at an interval. */
function tellKeys(raw: RedisStore, keys: KeyHolder) {
  const name = processName(randomUUID())
  const tell = () => {
    void raw.set(name, Buffer.from(toldText(keys.current)), TOLD_MS).catch(() => undefined)
  }
  keys.onChange(tell)
  const timer = setInterval(tell, TELL_INTERVAL_MS).unref()
  return { tell, close: () => clearInterval(timer) }
}

/** Redis, whose epoch is checked with each claim, on each new connection and once a second. */
function openRedisStore(
  { redis, redisReplicas, storeEpoch, lifetimes }: StoreConfig,
  keys: KeyHolder,
  observe: StoreObserver,
  told: StoreTold,
): OpenStore {
  const { log } = told
  const cipher = cipherOf(keys, told)
  const raw = redisStore(
    redis!,
    (what) => {
      if (what === 'connection') {
        check()
        usage.tell()
      }
      observe(what)
    },
    { replicas: redisReplicas },
  )
  const epoch = new StoreEpoch(
    raw,
    cipher,
    {
      changed: () => observe('command'),
      created: (id) => log?.warn({ epoch: id }, 'the store is empty: a new epoch begins'),
      described: (facts) => warnOf(facts, log),
    },
    { pinned: storeEpoch, keyMs: lifetimes.keyMs },
  )
  const check = () => void epoch.check().catch(() => undefined)
  keys.onChange(() => epoch.rekey())
  const changes = openChangeChannel(redis!)
  const usage = tellKeys(raw, keys)
  const timer = setInterval(check, CHECK_INTERVAL_MS).unref()
  return {
    store: encryptedStore(raw, cipher, epoch),
    lease: raw.lease,
    permits: raw.permits,
    changes,
    async probe() {
      await raw.probe()
      await epoch.check()
      const { cause } = epoch
      if (cause !== undefined) throw Object.assign(new Error(cause), { code: cause })
    },
    canReadAll: () => epoch.canReadAll(),
    close() {
      clearInterval(timer)
      usage.close()
      changes.close()
      return raw.close()
    },
  }
}

/** How long a program waits for a store that it has just opened. */
const START_TIMEOUT_MS = 2_000
const PROBE_INTERVAL_MS = 20

/** Waits until a store that was just opened is usable, two seconds at most, and returns it. */
export async function untilUsable(store: OpenStore): Promise<OpenStore> {
  const isUsable = () =>
    store.probe().then(
      () => true,
      () => false,
    )
  for (const until = performance.now() + START_TIMEOUT_MS; performance.now() < until && !(await isUsable());)
    await delay(PROBE_INTERVAL_MS)
  return store
}

/** Opens the store: Redis with `REDIS_URL`, else the memory of this process. Both are encrypted. Its connection is made meanwhile. */
export function openStore(
  config: StoreConfig,
  keys: KeyHolder,
  observe: StoreObserver,
  told: StoreTold = {},
): OpenStore {
  if (config.redis !== undefined) return openRedisStore(config, keys, observe, told)
  const raw = memoryStore()
  const { lease, probe, close } = raw
  return {
    store: encryptedStore(raw, cipherOf(keys, told)),
    lease,
    permits: undefined,
    changes: NO_CHANNEL,
    probe,
    canReadAll: () => Promise.resolve(true),
    close,
  }
}
