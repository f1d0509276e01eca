import { toDate, type Drift, toDateTime } from '../support/mapping.js'

/** An instant, as the graph prints it; null where the provider has none or one that cannot be read. */
export const instantOf = (value: string | null | undefined, field: string, drift: Drift): string | null =>
  toDateTime(value, field, drift)

/** A date: some responses print it as such, others as an instant of that day. */
export const dayOf = (value: string | null | undefined, field: string, drift: Drift): string | null =>
  value?.includes('T') ? (instantOf(value, field, drift)?.slice(0, 10) ?? null) : toDate(value, field, drift)

/** A date or an instant in the only form that the provider accepts: UTC without milliseconds. */
export const toWireDate = (value: string): string => new Date(value).toISOString().replace(/\.\d{3}Z$/, 'Z')

/** The same for an optional date; the provider takes null for an absent one. */
export const toWireDateOrNull = (value: string | null | undefined): string | null =>
  value == null ? null : toWireDate(value)

/** Equality of dates to the second, the precision that the provider stores. */
export const sameDate = (a: string | null | undefined, b: string | null | undefined): boolean =>
  toWireDateOrNull(a) === toWireDateOrNull(b)
