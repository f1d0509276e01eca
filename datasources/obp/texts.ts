/** The text, or null for the empty text that the provider stores in place of an absent value. */
export const text = (value: string | null | undefined): string | null =>
  value === undefined || value === '' ? null : value

/** Equality of texts as the provider stores them: an empty text equals none. */
export const sameText = (a: string | null | undefined, b: string | null | undefined): boolean => text(a) === text(b)
