import type { Person, PersonFilter, PersonOrder } from '../../schema/person.js'
import { DEFAULT_PAGE, type Page } from '../../schema/shared.js'
import type { OperationScope } from '../contract/operation-scope.js'
import { decodeCursor, encodeCursor } from '../support/cursor.js'
import { PAGE_LIMIT } from './contract.js'
import type { SyncteraInstance } from './instance.js'
import { personQuery, toPerson } from './mapping.js'

/** A page of persons; `after` is the cursor of the page before. */
export interface PersonsKey {
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
  readonly filter?: PersonFilter | null | undefined
  readonly orderBy?: readonly PersonOrder[] | null | undefined
}

/** A position in the list: the token of a provider page, and how many of its rows are already read. */
interface Position {
  readonly token: string | null
  readonly skip: number
}

/** The token becomes part of a URL. */
const MAX_TOKEN_LENGTH = 1000

const cursorOf = ({ token, skip }: Position): string => encodeCursor([token, skip])

function parsePosition(value: unknown): Position | undefined {
  if (!Array.isArray(value)) return undefined
  const [token, skip, ...rest] = value as unknown[]
  const isToken = token === null || (typeof token === 'string' && token !== '' && token.length <= MAX_TOKEN_LENGTH)
  const isSkip = typeof skip === 'number' && Number.isInteger(skip) && skip >= 0 && skip <= PAGE_LIMIT
  return isToken && isSkip && rest.length === 0 ? { token, skip } : undefined
}

/**
 * Loads a page of persons. Synctera pages by token and has no cursor within a page, so a cursor holds the page and the
 * position in it.
 */
export async function loadPersonPage(
  { source, drift }: SyncteraInstance,
  operation: OperationScope,
  { first: requested, after, filter, orderBy }: PersonsKey,
): Promise<Page<Person>> {
  const first = requested ?? DEFAULT_PAGE
  const hasPreviousPage = after != null
  if (filter?.ids?.length === 0) return { nodes: [], cursors: [], hasNextPage: false, hasPreviousPage }
  const query = personQuery(filter, orderBy)
  const nodes: Person[] = []
  const cursors: string[] = []
  let { token, skip }: Position = after != null ? decodeCursor(after, parsePosition) : { token: null, skip: 0 }
  for (;;) {
    const wanted = first - nodes.length
    // As many rows as are still wanted: a position within a page must not cost one call for each row.
    const page = await source.listPersons(operation, query, Math.min(PAGE_LIMIT, skip + wanted), token ?? undefined)
    const next = page.next_page_token
    const rows = page.persons.slice(skip, skip + wanted)
    for (const [i, row] of rows.entries()) {
      const taken = skip + i + 1
      const endsPage = taken === page.persons.length && next !== undefined
      nodes.push(toPerson(row, drift))
      cursors.push(cursorOf(endsPage ? { token: next, skip: 0 } : { token, skip: taken }))
    }
    // An empty page ends the walk, whatever token it carries.
    if (nodes.length === first || next === undefined || page.persons.length === 0) {
      const hasNextPage = next !== undefined || skip + rows.length < page.persons.length
      return { nodes, cursors, hasNextPage, hasPreviousPage }
    }
    token = next
    skip = 0
  }
}
