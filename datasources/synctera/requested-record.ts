import type { Contract } from '../http/call.js'
import { otherRecord } from './errors.js'

/** Equality of ids: they are UUIDs, in either case. */
export const isSameId = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

/** True unless the member names another record; where it is absent nothing tells. */
const names = (record: unknown, member: string, id: string): boolean => {
  const given = (record as Readonly<Record<string, unknown>>)[member]
  return typeof given !== 'string' || given === '' || isSameId(given, id)
}

/** The record that was read by its id; throws where Synctera answered another one. */
export function requestedRecord<Row extends object>(record: Row, id: string): Row {
  if (!names(record, 'id', id)) throw otherRecord()
  return record
}

/** The contract of the answer to a write: one that names another record does not fit, so the outcome is unknown. */
export const ofRecord = <T>(base: Contract<T>, member: string, id: string): Contract<T> => ({
  ...base,
  fits: (value): value is T => base.fits(value) && names(value, member, id),
  firstMismatch: (value) => (base.fits(value) ? `/${member} names another record` : base.firstMismatch(value)),
})
