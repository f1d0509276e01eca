import { setTimeout as delay } from 'node:timers/promises'
import type { RedisAddress } from './redis-address.js'
import { redisStore, type RedisStore } from './redis.js'

const PATIENCE_MS = 5_000
const POLL_MS = 50

/** Opens the store of a command line tool: waits for the connection, and for the right to write. */
export async function openToolStore(address: RedisAddress, replicas = 0): Promise<RedisStore> {
  const store = redisStore(address, () => undefined, { replicas })
  for (const until = performance.now() + PATIENCE_MS; ; await delay(POLL_MS)) {
    try {
      await store.probe()
      return store
    } catch (error) {
      if (performance.now() <= until) continue
      await store.close()
      throw error
    }
  }
}
