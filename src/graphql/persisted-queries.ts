import type { Store } from '../../datasources/contract/store.js'

const TTL_SECONDS = 24 * 3600
/** Longer texts are not kept: their senders go on sending them. */
const LONGEST_TEXT_BYTES = 8 * 1024
/** Hex digits of a hash that say where its text is kept: 65,536 places, each the size of one text. */
const PLACE_DIGITS = 4

/** What a request says of the hash it is sent by (Apollo's protocol). */
interface Persisted {
  readonly version?: unknown
  readonly sha256Hash?: unknown
}

/** Read from a request's `extensions`. */
export const persistedOf = (extensions: unknown): Persisted | undefined =>
  (extensions as { persistedQuery?: Persisted } | undefined)?.persistedQuery

interface Kept {
  readonly hash: string
  readonly text: string
}

/** Apollo's name for an entry. Only what looks like a hash is looked for. */
const hashOf = (key: string): string | undefined => /^apq:([0-9a-f]{64})$/.exec(key)?.[1]

/** True of a text that is short enough to be known by its hash. */
export const isKept = (text: string): boolean => Buffer.byteLength(text) <= LONGEST_TEXT_BYTES

/**
 * Where Apollo keeps the operations that clients send by hash: in the store, so that replicas share them. A text takes
 * the place of whatever was kept there, so nobody can fill the store with texts that are never used. A store that is
 * away keeps nothing: clients then send the text again, as the protocol wants, and nothing fails.
 */
export function persistedQueries(store: Store) {
  return {
    ttl: TTL_SECONDS,
    cache: {
      async get(key: string): Promise<string | undefined> {
        const hash = hashOf(key)
        if (hash === undefined) return undefined
        const kept = await store.get<Kept>(['apq', hash.slice(0, PLACE_DIGITS)]).catch(() => null)
        return kept?.hash === hash ? kept.text : undefined
      },
      async set(key: string, text: string): Promise<void> {
        const hash = hashOf(key)
        if (hash === undefined || !isKept(text)) return
        await store
          .set(['apq', hash.slice(0, PLACE_DIGITS)], { hash, text } satisfies Kept, TTL_SECONDS)
          .catch(() => undefined)
      },
      // Apollo never calls it; entries end by themselves.
      delete: () => Promise.resolve(false),
    },
  }
}
