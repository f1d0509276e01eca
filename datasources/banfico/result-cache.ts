import { LRUCache } from 'lru-cache'
import type { VerificationResult } from '../../schema/verification.js'
import type { Asker } from './asker.js'

/** A result contains a name, so it stays in memory no longer than this. */
const MAX_TTL_MS = 30_000
const MAX_RESULTS = 1_000
/** Length of the JSON text. */
const MAX_RESULT_LENGTH = 4_096

interface CachedResult {
  /** Compared with every caller. */
  readonly of: Asker
  readonly result: VerificationResult
}

/**
 * Result cache: completed results that were just read, so that the store is not asked again. Neither a completed result
 * nor its asker changes. A record that an operator deletes from the store may be returned until its entry expires.
 */
export function createResultCache(maxAgeSeconds: number) {
  const cache = new LRUCache<string, CachedResult>({
    max: MAX_RESULTS,
    maxEntrySize: MAX_RESULT_LENGTH,
    sizeCalculation: ({ result }) => JSON.stringify(result).length,
    ttl: MAX_TTL_MS,
    // Expired entries are removed by a timer, and the age is exact.
    ttlAutopurge: true,
    ttlResolution: 0,
    perf: Date,
  })

  return {
    get: (id: string): CachedResult | undefined => cache.get(id),

    delete: (id: string): void => void cache.delete(id),

    put(id: string, { tenant, asker }: Asker, result: VerificationResult, now: number): void {
      const maxTtl = Date.parse(result.checkedAt) + maxAgeSeconds * 1000 - now
      if (maxTtl > 0) cache.set(id, { of: { tenant, asker }, result }, { ttl: Math.min(MAX_TTL_MS, maxTtl) })
    },
  }
}

export type ResultCache = ReturnType<typeof createResultCache>
