import { randomBytes } from 'node:crypto'
import type { Store } from '../../datasources/store.js'
import type { Config } from '../config.js'
import { memoryStore } from './memory.js'
import { redisStore } from './redis.js'
import { sealedStore } from './sealed.js'

/** Redis where `REDIS_URL` names one, else the memory of this process; sealed alike. */
export function openStore(config: Config, log: (message: string) => void): { store: Store; ping: () => Promise<void>; close: () => Promise<void> } {
  const raw = config.redisUrl === undefined ? memoryStore() : redisStore(config.redisUrl, log)
  const store = sealedStore(raw, config.encryptionKeys ?? [randomBytes(32)])
  return { store, ping: raw.ping, close: raw.close }
}
