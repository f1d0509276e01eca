import { toInstant, isCalendarDate } from '../../schema/scalars.js'

/** Counts a value that a contract does not list; the field it stood in, never the value. */
export type Drift = (field: string) => void

/** A provider's word as the graph's enum value, or null (and counted) when the contract does not list it. */
export function toEnum<T extends string>(
  values: Readonly<Record<string, T>>,
  word: string | null | undefined,
  field: string,
  drift: Drift,
): T | null {
  if (word === undefined || word === null) return null
  // Own members only: `constructor` is no enum value.
  if (Object.hasOwn(values, word)) return values[word]!
  drift(field)
  return null
}

/** A provider's instant in UTC, or null (and counted) when it cannot be read as one. */
export function toDateTime(text: string | null | undefined, field: string, drift: Drift): string | null {
  if (text === undefined || text === null || text === '') return null
  const value = toInstant(text)
  if (value === undefined) drift(field)
  return value ?? null
}

/** A provider's calendar day, or null (and counted) when it is none. */
export function toDate(text: string | null | undefined, field: string, drift: Drift): string | null {
  if (text === undefined || text === null || text === '') return null
  if (isCalendarDate(text)) return text
  drift(field)
  return null
}

/** The same object without its undefined and null members: for providers that know only present and absent. */
export function omitNullish<T extends object>(value: T): { [K in keyof T]: NonNullable<T[K]> } {
  const kept: Partial<T> = {}
  for (const name of Object.keys(value) as (keyof T)[])
    if (value[name] !== undefined && value[name] !== null) kept[name] = value[name]
  return kept as never
}
