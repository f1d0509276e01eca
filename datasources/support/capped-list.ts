/** Lists that were cut to their maximum length. */
const cut = new WeakSet<object>()

/** The first rows of a list. A list that had more is marked, so that the answer says so. */
export function firstOf<Row>(rows: readonly Row[], max: number): Row[] {
  const first = rows.slice(0, max)
  if (rows.length > max) cut.add(first)
  return first
}

/** True for a list that had more rows. */
export const isCut = (value: unknown): boolean => typeof value === 'object' && value !== null && cut.has(value)

/** The copy of a list, marked as the list is. */
export function likeList<Copy>(list: unknown, copy: Copy): Copy {
  if (isCut(list)) cut.add(copy as object)
  return copy
}
