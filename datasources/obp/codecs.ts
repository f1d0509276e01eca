import { toDate, type Drift, toDateTime } from '../support/mapping.js'

/** The text, or null for the empty text that the provider stores in place of an absent value. */
export const text = (value: string | null | undefined): string | null =>
  value === undefined || value === '' ? null : value

/** A date: some responses print it as such, others as an instant of that day. */
export const dayOf = (value: string | null | undefined, field: string, drift: Drift): string | null =>
  value?.includes('T') ? (toDateTime(value, field, drift)?.slice(0, 10) ?? null) : toDate(value, field, drift)

/** A date or an instant in the only form that the provider accepts: UTC without milliseconds. */
export const toWireDate = (value: string): string => new Date(value).toISOString().replace(/\.\d{3}Z$/, 'Z')

/** The same for an optional date; the provider takes null for an absent one. */
export const toWireDateOrNull = (value: string | null | undefined): string | null =>
  value == null ? null : toWireDate(value)

/**
 * The form of an id. Any other text is never sent: error messages repeat ids, and an id could be read there as an error
 * code.
 */
export const isId = (id: string): boolean => /^[\w.:-]{1,255}$/.test(id)

/** Equality of texts as the provider stores them: an empty text equals none. */
export const sameText = (a: string | null | undefined, b: string | null | undefined): boolean => text(a) === text(b)

/** Equality of dates to the second, the precision that the provider stores. */
export const sameDate = (a: string | null | undefined, b: string | null | undefined): boolean =>
  toWireDateOrNull(a) === toWireDateOrNull(b)
