/** On a masked copy: the value that it is the copy of. GraphQL reads no symbol, so it is never in an answer. */
export const UNMASKED = Symbol('unmasked')

/** What a value states, unmasked: for a decision of this server that shows none of it. */
export const evidenceOf = <Value extends object>(value: Value): Value =>
  (value as { readonly [UNMASKED]?: Value })[UNMASKED] ?? value
