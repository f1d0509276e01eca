import { Redis } from 'ioredis'
import type { RedisAddress } from '../store/redis-address.js'
import { appendMac, type ChainKey, type Head, isMacValid, splitMac } from './chain.js'
import { openRedis, waitUntilReady } from './redis.js'

/** Anchor: the length and the head of a hash chain, stored outside the trail. It shows that a chain's tail was removed. */
export interface Anchor extends Omit<Head, 'since'> {
  /** When the chain began; anchors of version 0.1.0 do not state it. */
  readonly since?: string
}

/** Anchor store: keeps one anchor for each chain. */
export interface AnchorStore {
  readonly put: (anchor: Anchor, key: ChainKey) => Promise<void>
  readonly close: () => Promise<void>
}

const KEY_PREFIX = 'kyc:audit:'
const TTL_SECONDS = 400 * 24 * 3600
const SCAN_COUNT = 1_000

/** Anchor store in Redis. It is separate from the sink: write access to the sink does not permit to change an anchor. */
export function openAnchorStore(address: RedisAddress): AnchorStore {
  const redis = openRedis(address)
  return {
    async put(anchor, key) {
      await redis.set(`${KEY_PREFIX}${anchor.chain}`, appendMac(key, JSON.stringify(anchor)).text, 'EX', TTL_SECONDS)
    },
    close: async () => redis.disconnect(),
  }
}

/** Reads the text of every anchor, from all primaries of a cluster. */
async function scanAnchors(redis: ReturnType<typeof openRedis>): Promise<string[]> {
  const texts: string[] = []
  for (const node of redis instanceof Redis ? [redis] : redis.nodes('master')) {
    for (let cursor = '0'; ;) {
      const [next, names] = await node.scan(cursor, 'MATCH', `${KEY_PREFIX}*`, 'COUNT', SCAN_COUNT)
      for (const name of names) texts.push((await redis.get(name)) ?? '')
      cursor = next
      if (cursor === '0') break
    }
  }
  return texts
}

/** Reads the anchors that are valid under one of the keys, and counts the others (`unverified`). */
export async function readAnchors(
  address: RedisAddress,
  keys: readonly ChainKey[],
): Promise<{ anchors: Anchor[]; unverified: number }> {
  const redis = openRedis(address)
  try {
    await waitUntilReady(redis)
    const texts = await scanAnchors(redis)
    const verified = texts
      .flatMap((text) => splitMac(text) ?? [])
      .filter((text) => keys.some((key) => isMacValid(key, text)))
    const anchors = new Map(
      verified.map(({ body }) => JSON.parse(body) as Anchor).map((anchor) => [anchor.chain, anchor]),
    )
    return { anchors: [...anchors.values()], unverified: texts.length - verified.length }
  } finally {
    redis.disconnect()
  }
}
