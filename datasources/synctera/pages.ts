import type { ReadRows, UnreadableRow } from '../http/list-contract.js'
import { Walk } from '../support/walk.js'
import { PAGE_LIMIT } from './contract.js'
import { endlessList } from './errors.js'

/** A page of a list, and the token of the next one. */
interface ReadPage<Row> {
  readonly rows: ReadRows<Row>
  readonly next: string | null | undefined
}

/** The rows of all pages of a list. */
export async function rowsOfAllPages<Row>(
  load: (pageToken?: string) => Promise<ReadPage<Row>>,
): Promise<ReadRows<Row>> {
  const found: (Row | UnreadableRow)[] = []
  const walk = new Walk(endlessList)
  let pageToken: string | undefined
  do {
    if (walk.isExhausted) throw endlessList()
    const { rows, next } = await load(pageToken)
    // Not spread: a call takes a limited number of arguments.
    for (const row of rows) found.push(row)
    pageToken = walk.next(next, rows.length)
  } while (pageToken !== undefined)
  return found
}

/** The query of a page of a list of these persons' records. */
export const personsPage = (personIds: readonly string[], pageToken?: string): [string, string][] => [
  ['person_id', personIds.join(',')],
  ['limit', String(PAGE_LIMIT)],
  ...(pageToken === undefined ? [] : [['page_token', pageToken] as [string, string]]),
]
