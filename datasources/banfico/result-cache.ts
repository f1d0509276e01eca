import type { VerificationResult } from '../../schema/verification.js'

/** How long a result is at hand without the store being asked; it holds a name, so not for longer. */
const NEAR_MS = 30_000
const MOST_RESULTS = 1_000
const LONGEST_RESULT = 4_096

interface Near {
  /** Whose it is; looked at for every caller. */
  readonly tenant: string
  readonly result: VerificationResult
}

/**
 * Completed results that were just read, in this process's memory: they change no more, and neither does whose they
 * are. What an operator deletes from the store may be answered until its time is over; nothing becomes older than it may.
 */
export function createResultCache(maxAgeSeconds: number) {
  const kept = new Map<string, Near & { readonly until: number }>()

  return {
    get(id: string): Near | undefined {
      const found = kept.get(id)
      return found && Date.now() < found.until ? found : undefined
    },

    put(id: string, tenant: string, result: VerificationResult): void {
      const until = Math.min(Date.now() + NEAR_MS, Date.parse(result.checkedAt) + maxAgeSeconds * 1000)
      if (until <= Date.now() || JSON.stringify(result).length > LONGEST_RESULT) return
      if (kept.size >= MOST_RESULTS) kept.delete(kept.keys().next().value!)
      kept.set(id, { tenant, result, until })
      // Also when nobody asks again.
      setTimeout(() => kept.delete(id), until - Date.now()).unref()
    },
  }
}

export type ResultCache = ReturnType<typeof createResultCache>
