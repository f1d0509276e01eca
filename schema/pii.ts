import { Extensions } from 'type-graphql'

/**
 * What is left of a personal value when the caller may not see it.
 * - `lastFour`: the last four characters (`••••6789`)
 * - `firstLetter`: the first character (`J•••`)
 * - `hidden`: nothing; the field answers null, or an empty list where it promises one (dates, lists, objects)
 */
export type Mask = 'lastFour' | 'firstLetter' | 'hidden'

/** Marks a field as personal data. The one declaration that masking, logs, store and audit read. */
export const Pii = (mask: Mask) => Extensions({ pii: mask })
