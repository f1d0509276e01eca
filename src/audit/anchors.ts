import { Redis } from 'ioredis'
import type { RedisAddress } from '../store/connection.js'
import { type ChainKey, isSealedBy, sealText, unseal } from './chain.js'
import { connected, openRedis } from './redis.js'

/** How far a chain was known to be: kept beside the trail, so that a tail that is cut off is missed. */
export interface Anchor {
  readonly chain: string
  readonly count: number
  /** The seal of the last entry. */
  readonly head: string
  readonly at: string
}

const PREFIX = 'kyc:audit:'
const KEPT_SECONDS = 400 * 24 * 3600

export interface Anchors {
  readonly put: (anchor: Anchor) => Promise<void>
  readonly close: () => Promise<void>
}

/** Redis beside the trail: whoever can cut the one need not be able to change the other, and cannot forge its seal. */
export function openAnchors(address: RedisAddress, key: ChainKey): Anchors {
  const redis = openRedis(address)
  return {
    put: async (anchor) =>
      void (await redis.set(
        `${PREFIX}${anchor.chain}`,
        sealText(key, JSON.stringify(anchor)).text,
        'EX',
        KEPT_SECONDS,
      )),
    close: async () => redis.disconnect(),
  }
}

/** Every anchor in Redis that one of the keys has sealed, and how many were not. */
export async function readAnchors(
  address: RedisAddress,
  keys: readonly ChainKey[],
): Promise<{ anchors: Anchor[]; foreign: number }> {
  const redis = openRedis(address)
  try {
    await connected(redis)
    const texts: string[] = []
    for (const node of redis instanceof Redis ? [redis] : redis.nodes('master')) {
      for (let cursor = '0'; ;) {
        const [next, names] = await node.scan(cursor, 'MATCH', `${PREFIX}*`, 'COUNT', 1000)
        for (const name of names) texts.push((await redis.get(name)) ?? '')
        cursor = next
        if (cursor === '0') break
      }
    }
    const sealed = texts
      .flatMap((text) => unseal(text) ?? [])
      .filter((text) => keys.some((key) => isSealedBy(key, text)))
    const anchors = new Map(
      sealed.map(({ body }) => JSON.parse(body) as Anchor).map((anchor) => [anchor.chain, anchor]),
    )
    return { anchors: [...anchors.values()], foreign: texts.length - sealed.length }
  } finally {
    redis.disconnect()
  }
}
