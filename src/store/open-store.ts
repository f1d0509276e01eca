import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Store } from '../../datasources/contract/store.js'
import type { Config } from '../config.js'
import type { LeasePoints } from '../limits/point-lease.js'
import { encryptedStore } from './encrypted.js'
import { memoryStore } from './memory.js'
import type { PermitStore } from './permits.js'
import type { RawStore } from './raw-store.js'
import { redisStore } from './redis.js'

/** How long the start of the process waits for Redis before it continues without it. */
const START_TIMEOUT_MS = 2_000
const PING_INTERVAL_MS = 20

/** An open store and the connection behind it. */
export interface OpenStore {
  readonly store: Store
  /** Leases points of a rate limit. Its names are not hashed here: callers hash those with personal data. */
  readonly lease: LeasePoints
  /** Semaphores over all processes; absent where there is only this one. */
  readonly permits: PermitStore | undefined
  readonly ping: () => Promise<void>
  readonly close: () => Promise<void>
}

async function waitUntilReachable(raw: RawStore): Promise<void> {
  const timeoutAt = Date.now() + START_TIMEOUT_MS
  const isReachable = () =>
    raw.ping().then(
      () => true,
      () => false,
    )
  while (Date.now() < timeoutAt && !(await isReachable())) await delay(PING_INTERVAL_MS)
}

/** Opens the store: Redis with `REDIS_URL`, else the memory of this process. Both are encrypted. */
export async function openStore(config: Config, log: (message: string) => void): Promise<OpenStore> {
  const raw =
    config.redis === undefined ? memoryStore() : redisStore(config.redis, log, { replicas: config.redisReplicas })
  await waitUntilReachable(raw)
  const { lease, permits, ping, close } = raw
  return { store: encryptedStore(raw, config.encryptionKeys ?? [randomBytes(32)]), lease, permits, ping, close }
}
