import { toInstant, isCalendarDate } from '../../schema/scalars.js'

/** Counts a value that a contract does not list, by the name of its field, never by the value. */
export type Drift = (field: string) => void

/** The enum value of a provider's code; null, and counted, when the contract does not list it. */
export function toEnum<T extends string>(
  values: Readonly<Record<string, T>>,
  code: string | null | undefined,
  field: string,
  drift: Drift,
): T | null {
  if (code === undefined || code === null) return null
  // Own members only: `constructor` is not an enum value.
  if (Object.hasOwn(values, code)) return values[code]!
  drift(field)
  return null
}

/** A code: one word that begins with a letter, without the punctuation of a sentence. */
const WORD = /^[A-Za-z][\w.:/-]{0,63}$/

/** A provider's word as it was sent, to stand beside its enum value; null for a text that is no code and might be personal. */
export const providerWord = (code: string | null | undefined): string | null =>
  code !== undefined && code !== null && WORD.test(code) ? code : null

/** A provider's time stamp in UTC; null, and counted, when it cannot be parsed. */
export function toDateTime(text: string | null | undefined, field: string, drift: Drift): string | null {
  if (text === undefined || text === null || text === '') return null
  const value = toInstant(text)
  if (value === undefined) drift(field)
  return value ?? null
}

/** A provider's calendar date; null, and counted, when it is not one. */
export function toDate(text: string | null | undefined, field: string, drift: Drift): string | null {
  if (text === undefined || text === null || text === '') return null
  if (isCalendarDate(text)) return text
  drift(field)
  return null
}

/** A text; null, and counted, for a value of another type. */
export function textOf(value: unknown, field: string, drift: Drift): string | null {
  if (typeof value === 'string' || value === null || value === undefined) return value ?? null
  drift(field)
  return null
}

/** The texts of a list; an element of another type is left out, and counted unless it is null. */
export function textsOf(list: readonly unknown[] | null | undefined, field: string, drift: Drift): string[] {
  const texts: string[] = []
  for (const element of list ?? []) {
    if (typeof element === 'string') texts.push(element)
    else if (element !== null) drift(field)
  }
  return texts
}

/** A copy without undefined and null members, for providers that have no null. */
export function omitNullish<T extends object>(value: T): { [K in keyof T]: NonNullable<T[K]> } {
  const kept: Partial<T> = {}
  for (const name of Object.keys(value) as (keyof T)[])
    if (value[name] !== undefined && value[name] !== null) kept[name] = value[name]
  return kept as never
}
