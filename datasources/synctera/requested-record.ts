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
