import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Store } from '../../datasources/contract/store.js'
import type { Config } from '../config.js'
import type { WindowCounter } from '../limits/window-counter.js'
import { memoryStore } from './memory.js'
import { redisStore } from './redis.js'
import { encryptedStore } from './encrypted.js'

/** How long a start waits for Redis before it goes on without. */
const PATIENCE_MS = 2_000

export interface OpenStore {
  readonly store: Store
  /** Counts beside the store's values; names are to be hashed by whoever gives them. */
  readonly spend: WindowCounter
  readonly ping: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Redis where `REDIS_URL` names one, else the memory of this process; sealed alike. */
export async function openStore(config: Config, log: (message: string) => void): Promise<OpenStore> {
  const raw =
    config.redis === undefined ? memoryStore() : redisStore(config.redis, log, { replicas: config.redisReplicas })
  const until = Date.now() + PATIENCE_MS
  while (
    Date.now() < until &&
    !(await raw.ping().then(
      () => true,
      () => false,
    ))
  )
    await delay(20)
  return {
    store: encryptedStore(raw, config.encryptionKeys ?? [randomBytes(32)]),
    spend: raw.spend,
    ping: raw.ping,
    close: raw.close,
  }
}
