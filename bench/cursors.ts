import type { Dataset } from './dataset.js'
import type { Operation } from './operations.js'
import type { RecordedResponses } from './recorder.js'
import { paths } from './wire.js'

/** The cursors of contenders that do not encrypt theirs, by this server's cursor of the same page. */
export type PlainCursors = ReadonlyMap<string, string>

/** The rows of a page of customers in the dataset's two lists of pages. */
const ROWS = { customerPages: 25, hundreds: 100 }

/** A cursor that everybody can read: a position as JSON. */
export const encode = (...position: readonly unknown[]): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url')
export const decode = <Position extends readonly unknown[]>(cursor: string): Position =>
  JSON.parse(Buffer.from(cursor, 'base64url').toString()) as Position

/** The provider's tokens of the pages of persons, the first page without one. */
function pageTokens(count: number, synctera: RecordedResponses): (string | null)[] {
  const tokens: (string | null)[] = [null]
  while (tokens.length < count) {
    const { body } = synctera.get(`GET ${paths.personPage(tokens.at(-1)!)}`)!
    tokens.push((JSON.parse(body) as { next_page_token: string }).next_page_token)
  }
  return tokens
}

/** The plain cursor of each page of a dataset. */
export function plainCursors(dataset: Dataset, synctera: RecordedResponses): PlainCursors {
  const { customerPages, hundreds, personPages } = dataset
  const tokens = pageTokens(personPages.length, synctera)
  const pairs: (readonly [string | null, string])[] = [
    ...customerPages.map((cursor, page) => [cursor, encode(page * ROWS.customerPages)] as const),
    ...hundreds.map((cursor, page) => [cursor, encode(page * ROWS.hundreds)] as const),
    ...personPages.map((cursor, page) => [cursor, encode(tokens[page])] as const),
  ]
  return new Map(pairs.filter((pair): pair is readonly [string, string] => pair[0] !== null))
}

/** An operation with the plain cursor in the place of this server's. */
export function withPlainCursor({ query, variables }: Operation, cursors: PlainCursors): Operation {
  const after = variables['after']
  return typeof after === 'string'
    ? { query, variables: { ...variables, after: cursors.get(after) } }
    : { query, variables }
}
