/**
 * Mask: the part of a personal value that remains for a caller without access.
 * - `lastFour`: the last four characters (`••••6789`)
 * - `firstLetter`: the first character (`J•••`)
 * - `hidden`: nothing; the value is null, an empty list where the field is a non-null list, `•••` where it is a non-null text
 */
export type Mask = 'lastFour' | 'firstLetter' | 'hidden'

/**
 * Category of a field:
 * - `public`: it says nothing of a person
 * - `personal`: GDPR art. 4(1)
 * - `special`: GDPR art. 9 and 10, what lets infer such data, and what banks treat alike (credit, balances, screening)
 * - `composed`: it only groups fields, each of which has its own decision
 */
export type Category = 'public' | 'personal' | 'special' | 'composed'

/** Decision on a field, with its reason. A field without a mask is shown to every caller who may read its type. */
export interface PiiDecision {
  readonly category: Category
  readonly mask?: Mask
  readonly reason: string
}

/** What remains of a masked field, as a sentence of its description. */
export const MASK_SENTENCES: Readonly<Record<Mask | 'emptied' | 'blanked', string>> = {
  lastFour: 'Only the last four characters are visible without the scope `pii:read`.',
  firstLetter: 'Only the first character is visible without the scope `pii:read`.',
  hidden: 'Null without the scope `pii:read`.',
  emptied: 'Empty without the scope `pii:read`.',
  blanked: 'Not visible without the scope `pii:read`.',
}
