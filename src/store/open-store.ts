import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Store } from '../../datasources/contract/store.js'
import type { Config } from '../config.js'
import type { WindowCounter } from '../limits/window-counter.js'
import { encryptedStore } from './encrypted.js'
import { memoryStore } from './memory.js'
import type { StoreObserver } from './raw-store.js'
import { redisStore } from './redis.js'

/** An open store and the connection behind it. */
export interface OpenStore {
  readonly store: Store
  /** Window counter. Its names are not hashed here: callers hash those with personal data. */
  readonly spend: WindowCounter
  /** Rejects where a claim of a keyed write would be refused; see `RawStore`. */
  readonly probe: () => Promise<void>
  readonly close: () => Promise<void>
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
export function openStore(config: Config, observe: StoreObserver): OpenStore {
  const raw =
    config.redis === undefined ? memoryStore() : redisStore(config.redis, observe, { replicas: config.redisReplicas })
  const { spend, probe, close } = raw
  return { store: encryptedStore(raw, config.encryptionKeys ?? [randomBytes(32)]), spend, probe, close }
}
