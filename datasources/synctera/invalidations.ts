import { monotonicClock } from '../support/monotonic-clock.js'

/** Longer than any operation lasts. */
const MAX_AGE_MS = 15 * 60_000

/** A log of the persons that recently changed at Synctera, in order. `onChange` is called for each change. */
export function createInvalidations(onChange: () => void) {
  const latest = new Map<string, { readonly count: number; readonly at: number }>()
  let count = 0
  /** The number of changes when an unnamed person changed last. */
  let all = 0

  return {
    /** Records that a person changed at Synctera: what was read of the person before must not be used again. */
    invalidate(personId: string): void {
      const key = personId.toLowerCase()
      const at = monotonicClock.now()
      for (const [id, change] of latest) {
        if (at - change.at < MAX_AGE_MS) break
        latest.delete(id)
      }
      latest.delete(key)
      latest.set(key, { count: ++count, at })
      onChange()
    },

    /** Records that a person changed whose id is not known here: another replica was told of it. */
    invalidateAll(): void {
      all = ++count
    },

    /** Records that a person changed at Synctera who is not named. */
    invalidateUnnamed(): void {
      all = ++count
      onChange()
    },

    /** The number of changes so far. */
    count: (): number => count,

    /** True when the person changed after that many changes. */
    since: (personId: string, seen: number): boolean =>
      Math.max(all, latest.get(personId.toLowerCase())?.count ?? 0) > seen,
  }
}

export type Invalidations = ReturnType<typeof createInvalidations>
