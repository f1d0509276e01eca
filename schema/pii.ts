import { Extensions } from 'type-graphql'

/**
 * What is left of a personal value when the caller may not see it.
 * - `lastFour`: the last four characters (`••••6789`)
 * - `firstLetter`: the first character (`J•••`)
 * - `hidden`: nothing; the field answers null, or an empty list where it promises one (dates, lists, objects)
 */
export type Mask = 'lastFour' | 'firstLetter' | 'hidden'

/**
 * Marks a field as personal data. One declaration, four effects:
 * - masked: whoever lacks `pii:read` (or an `…:own` scope) gets what the mask leaves (`src/mask.ts`, at the guard)
 * - kept out of logs, traces, metrics and errors: these take no value at all, so nothing has to be redacted (`src/log.ts`)
 * - encrypted or absent in the store: values are AES-256-GCM, names are keyed hashes (`src/store/sealed.ts`)
 * - on record: the audit trail says who saw it unmasked, and never what it was (`src/audit/`)
 *
 * Inputs need no mark: they are personal altogether. No value that a caller gave goes into a log line, an error or the trail.
 */
export const Pii = (mask: Mask) => Extensions({ pii: mask })
