import { UnreadableRow } from '../http/list-contract.js'
import { isSameId } from './requested-record.js'

/** A row of a list that is asked for by persons. */
export interface PersonRow {
  readonly person_id?: string | null | undefined
  readonly business_id?: string | null | undefined
}

type Given<Row extends PersonRow> = Row | UnreadableRow

const textOf = (row: Given<PersonRow>, name: keyof PersonRow): string | undefined =>
  (row instanceof UnreadableRow ? row.text(name) : row[name]) || undefined

/** False for a row that names another person, or a business: a provider may ignore a filter. */
export function concernsPerson(row: Given<PersonRow>, personId: string): boolean {
  const owner = textOf(row, 'person_id')
  return owner === undefined ? textOf(row, 'business_id') === undefined : isSameId(owner, personId)
}

/** The rows of a list of one person's records, without those of others. */
export const rowsOfPerson = <Row extends PersonRow>(rows: readonly Given<Row>[], personId: string) =>
  rows.filter((row) => concernsPerson(row, personId))

/**
 * The rows of a list of the records of several persons. Where only one was asked for, a row that names no person is
 * theirs; among several it cannot be read.
 */
export const ownedRows = <Row extends PersonRow>(rows: readonly Given<Row>[], requested: readonly string[]) =>
  requested.length === 1
    ? rows
    : rows.map((row) =>
        row instanceof UnreadableRow || textOf(row, 'person_id') !== undefined
          ? row
          : new UnreadableRow(row, '/person_id'),
      )
