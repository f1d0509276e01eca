/** Longer than any operation lasts. */
const REMEMBERED_MS = 15 * 60_000

/** Persons that changed at the provider a short while ago, in the order in which they did. `changed` is told of each change. */
export function createInvalidations(changed: () => void) {
  const latest = new Map<string, { readonly count: number; readonly at: number }>()
  let count = 0

  return {
    /** A person changed at the provider: what was read of them before must not be used again. */
    forget(personId: string): void {
      const name = personId.toLowerCase()
      const at = Date.now()
      for (const [id, change] of latest) {
        if (at - change.at < REMEMBERED_MS) break
        latest.delete(id)
      }
      latest.delete(name)
      latest.set(name, { count: ++count, at })
      changed()
    },

    /** How many changes there were until now. */
    count: (): number => count,

    /** Whether a person changed after that many. */
    since: (personId: string, seen: number): boolean => (latest.get(personId.toLowerCase())?.count ?? 0) > seen,
  }
}

export type Invalidations = ReturnType<typeof createInvalidations>
