import type { Cluster, Redis } from 'ioredis'
import { connect } from '../store/connection.js'
import type { RedisAddress } from '../store/redis-address.js'

/** Redis connection for the audit trail alone. Connection errors are not logged: each failed command reports its own. */
export const openRedis = (address: RedisAddress): Redis | Cluster => connect(address)

/** Waits until a connection is ready; rejects when the connection fails. */
export async function waitUntilReady(redis: Redis | Cluster): Promise<void> {
  if (redis.status === 'ready') return
  const settled = new AbortController()
  try {
    await new Promise<void>((resolve, reject) => {
      const listen = (event: string, listener: () => void) => {
        redis.on(event, listener)
        settled.signal.addEventListener('abort', () => redis.off(event, listener))
      }
      listen('ready', resolve)
      listen('error', () => reject(new Error('cannot be reached')))
      listen('close', () => reject(new Error('cannot be reached')))
    })
  } finally {
    settled.abort()
  }
}
