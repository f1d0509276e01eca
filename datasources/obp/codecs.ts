import { type TProperties, Type } from '@sinclair/typebox'
import { toDate, type Drift, toDateTime } from '../support/mapping.js'

/** A text that may be there, null or left out. */
export const Text = Type.Optional(Type.Union([Type.String(), Type.Null()]))

/** An object that may be there, null or left out. */
export const Maybe = <Members extends TProperties>(members: Members) =>
  Type.Optional(Type.Union([Type.Object(members), Type.Null()]))

/** An empty text is how a member is stored that nobody gave. */
export const text = (value: string | null | undefined): string | null =>
  value === undefined || value === '' ? null : value

/** A day: printed as such in some answers and as an instant of that day in others. */
export const dayOf = (value: string | null | undefined, field: string, drift: Drift): string | null =>
  value?.includes('T') ? (toDateTime(value, field, drift)?.slice(0, 10) ?? null) : toDate(value, field, drift)

/** A day or an instant in the one form that is taken: UTC, without milliseconds. */
export const toWireDate = (value: string): string => new Date(value).toISOString().replace(/\.\d{3}Z$/, 'Z')

/** A date that may be left out, as the null that stands for it. */
export const toWireDateOrNull = (value: string | null | undefined): string | null =>
  value == null ? null : toWireDate(value)

/** What an id can look like. Others are never sent: refusals repeat ids, and what looks like a code in one must not be read as one. */
export const isId = (id: string): boolean => /^[\w.:-]{1,255}$/.test(id)

/** True of one text, where an empty one is kept as none. */
export const sameText = (a: string | null | undefined, b: string | null | undefined): boolean => text(a) === text(b)

/** True of one date, to the second: the provider keeps no more of it. */
export const sameDate = (a: string | null | undefined, b: string | null | undefined): boolean =>
  toWireDateOrNull(a) === toWireDateOrNull(b)
