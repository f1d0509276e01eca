import { TYPES_WITH_NULLABLE_KEY, TYPES_WITHOUT_KEY } from './generated/caches.js'

/** What graphcache gives to a key function: the members of an object that were selected. */
type CacheData = Readonly<Record<string, unknown>>

/** The key of an object in graphcache; null for an object that belongs to the one above it. */
export type KeyOf = (data: CacheData) => string | null

const without: KeyOf = () => null
const nullable: KeyOf = ({ id }) => (typeof id === 'string' ? id : null)

const allOf = (types: readonly string[], key: KeyOf): [string, KeyOf][] => types.map((type) => [type, key])

/** Options of urql's graphcache: `cacheExchange({ keys })`. */
export const keys: Record<string, KeyOf> = /* @__PURE__ */ Object.fromEntries([
  ...allOf(TYPES_WITHOUT_KEY, without),
  ...allOf(TYPES_WITH_NULLABLE_KEY, nullable),
])
