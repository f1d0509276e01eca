import type { Contract } from './call.js'

/** The ids that a write was sent with, by the member of the answer that repeats them. */
type Ids<T> = { readonly [Member in keyof T & string]?: string | undefined }

/**
 * The contract of the answer to a write: one that names another record does not fit, so the outcome is unknown. An id
 * that was not sent and one that the answer leaves out tell nothing. `isSame`: how the provider compares ids.
 */
export function ofRecord<T extends object>(
  base: Contract<T>,
  ids: Ids<T>,
  isSame: (a: string, b: string) => boolean = Object.is,
): Contract<T> {
  const sent = Object.entries<string | undefined>(ids)
  const otherMember = (answer: T): string | undefined =>
    sent.find(([member, id]) => {
      const named: unknown = Reflect.get(answer, member)
      return id !== undefined && typeof named === 'string' && named !== '' && !isSame(named, id)
    })?.[0]
  return {
    ...base,
    fits: (value): value is T => base.fits(value) && otherMember(value) === undefined,
    firstMismatch: (value) =>
      base.fits(value) ? `/${otherMember(value)} names another record` : base.firstMismatch(value),
  }
}
