import type { Cluster, Redis } from 'ioredis'
import { connect, type RedisAddress } from '../store/connection.js'

/** A connection of the trail's own; what fails on it is told by the command that failed. */
export function openRedis(address: RedisAddress): Redis | Cluster {
  const redis = connect(address)
  redis.on('error', () => undefined)
  return redis
}

/** Waits for a connection that is being made; rejects when it cannot be. */
export async function connected(redis: Redis | Cluster): Promise<void> {
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
