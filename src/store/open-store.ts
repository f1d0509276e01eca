import { randomBytes } from 'node:crypto'
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

/** Opens the store: Redis with `REDIS_URL`, else the memory of this process. Both are encrypted. Its connection is made meanwhile. */
export function openStore(config: Config, observe: StoreObserver): OpenStore {
  const raw =
    config.redis === undefined ? memoryStore() : redisStore(config.redis, observe, { replicas: config.redisReplicas })
  const { spend, probe, close } = raw
  return { store: encryptedStore(raw, config.encryptionKeys ?? [randomBytes(32)]), spend, probe, close }
}
