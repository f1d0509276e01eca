import { ApiError } from '../../datasources/contract/errors.js'
import type { Store } from '../../datasources/contract/store.js'
import { withHttp } from './http-head.js'

const TTL_SECONDS = 24 * 3600
/** Longer texts are not stored: their clients go on sending them. */
const MAX_TEXT_BYTES = 8 * 1024
/** Hex digits of a hash that name its slot in the store: 65,536 slots of one text each. */
const SLOT_DIGITS = 4

/** The `persistedQuery` extension of a request (Apollo's protocol). */
interface Persisted {
  readonly version?: unknown
  readonly sha256Hash?: unknown
}

/** The persisted query that the `extensions` of a request name; null names none, and neither do extensions that are null. */
export const persistedOf = (extensions: unknown): Persisted | undefined =>
  (extensions as { persistedQuery?: Persisted | null } | null | undefined)?.persistedQuery ?? undefined

const misused = (message: string): ApiError => withHttp(new ApiError('BAD_USER_INPUT', { message }), 400)

/** Refuses a `persistedQuery` of a form that the protocol does not know. */
export function refuseOddHash(extensions: unknown): void {
  const persisted = persistedOf(extensions)
  if (persisted === undefined) return
  if (typeof persisted !== 'object' || Array.isArray(persisted))
    throw misused('extensions.persistedQuery must be an object with version and sha256Hash.')
  if (persisted.version !== 1) throw misused('This version of persisted queries is not known.')
  if (typeof persisted.sha256Hash !== 'string') throw misused('extensions.persistedQuery.sha256Hash must be a text.')
}

interface Kept {
  readonly hash: string
  readonly text: string
}

/** Apollo's name for an entry. Only what looks like a hash is looked for. */
const hashOf = (key: string): string | undefined => /^apq:([0-9a-f]{64})$/.exec(key)?.[1]

/** True for a text that is short enough to be stored by its hash. */
export const isKept = (text: string): boolean => Buffer.byteLength(text) <= MAX_TEXT_BYTES

/**
 * Automatic persisted queries: Apollo stores the operations that clients send by hash in the store, so that replicas
 * share them. A text overwrites the one in its slot, so no client can fill the store with texts that are never used.
 * While the store cannot be reached nothing is stored: clients then send the text again, as the protocol wants.
 */
export function persistedQueries(store: Store) {
  return {
    ttl: TTL_SECONDS,
    cache: {
      async get(key: string): Promise<string | undefined> {
        const hash = hashOf(key)
        if (hash === undefined) return undefined
        const kept = await store.get<Kept>(['apq', hash.slice(0, SLOT_DIGITS)]).catch(() => null)
        return kept?.hash === hash ? kept.text : undefined
      },
      async set(key: string, text: string): Promise<void> {
        const hash = hashOf(key)
        if (hash === undefined || !isKept(text)) return
        await store
          .set(['apq', hash.slice(0, SLOT_DIGITS)], { hash, text } satisfies Kept, TTL_SECONDS)
          .catch(() => undefined)
      },
      // Apollo never calls it; entries end by themselves.
      delete: () => Promise.resolve(false),
    },
  }
}
