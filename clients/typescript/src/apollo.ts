import { OBJECT_MERGES } from './generated/caches.js'

/** Options of Apollo Client: `new InMemoryCache({ typePolicies })`. */
export const typePolicies: Readonly<Record<keyof typeof OBJECT_MERGES, { readonly merge: boolean }>> =
  /* @__PURE__ */ (() =>
    Object.fromEntries(Object.entries(OBJECT_MERGES).map(([type, merge]) => [type, { merge }])) as Record<
      keyof typeof OBJECT_MERGES,
      { merge: boolean }
    >)()
