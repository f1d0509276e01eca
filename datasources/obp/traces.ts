import type { Attempt } from '../door.js'
import type { Store, StoreKey } from '../store.js'

/** As long as an idempotency key is. */
const KEPT_SECONDS = 7 * 24 * 3600

/**
 * Which writes have left. One that is repeated because nobody heard its end may find that it was done already, and
 * has to tell that from what somebody else did. Without an idempotency key nothing is repeated, nor kept.
 */
export const tracesIn = (store: Store) => (input: { idempotencyKey?: string | null }, { id }: Attempt, ...what: readonly string[]) => {
  // What it is about belongs to it: a key that was refused may be used again for something else.
  const key: StoreKey = ['obp-write', id, ...what]
  const keyed = input.idempotencyKey != null
  return {
    /** Comes before the write. */
    leave: async (): Promise<void> => (keyed ? store.set(key, true, KEPT_SECONDS) : undefined),
    found: async (): Promise<boolean> => keyed && (await store.get<true>(key)) === true,
  }
}

export type Traces = ReturnType<typeof tracesIn>
