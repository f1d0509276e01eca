import { Extensions } from 'type-graphql'

/**
 * Mask: the part of a personal value that remains for a caller without access.
 * - `lastFour`: the last four characters (`••••6789`)
 * - `firstLetter`: the first character (`J•••`)
 * - `hidden`: nothing; the value is null, or an empty list where the field is a non-null list (dates, lists, objects)
 */
export type Mask = 'lastFour' | 'firstLetter' | 'hidden'

/**
 * Marks a field as personal data. The declaration has four effects:
 * - masking: a caller without `pii:read` (or an `…:own` scope) gets the masked value (`src/access/mask.ts`, at the guard)
 * - no value in logs, traces, metrics and errors: they accept no values, so nothing is redacted (`src/observability/log.ts`)
 * - encryption: stored values are encrypted with AES-256-GCM, names are keyed hashes (`src/store/encrypted.ts`)
 * - audit: the trail records which caller read the field unmasked, and not its value (`src/audit/`)
 *
 * Inputs need no mark: all of them count as personal. No input value reaches a log line, an error or the audit trail.
 */
export const Pii = (mask: Mask) => Extensions({ pii: mask })
