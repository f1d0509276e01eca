import type { Person, PersonFilter, PersonOrder } from '../../schema/person.js'
import { DEFAULT_PAGE, type Page } from '../../schema/shared.js'
import type { ApiError } from '../contract/errors.js'
import type { OperationScope } from '../contract/operation-scope.js'
import { isReadable } from '../contract/rows.js'
import { decodeCursor, encodeCursor } from '../support/cursor.js'
import { toNodes } from '../support/rows.js'
import { isWalkState, Walk, type WalkState } from '../support/walk.js'
import { PAGE_LIMIT } from './contract.js'
import { endlessList, unreadableSyncteraRow } from './errors.js'
import type { SyncteraInstance } from './instance.js'
import { personQuery, toPerson } from './mapping.js'

/** A page of persons; `after` is the cursor of the page before. */
export interface PersonsKey {
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
  readonly filter?: PersonFilter | null | undefined
  readonly orderBy?: readonly PersonOrder[] | null | undefined
}

/** A position in the list: the token of a provider page, how many of its rows are already read, and the walk so far. */
interface Position {
  readonly token: string | null
  readonly skip: number
  readonly walked: WalkState
}

/** The token becomes part of a URL. */
const MAX_TOKEN_LENGTH = 1000
const START: Position = { token: null, skip: 0, walked: { pages: 0, mark: '' } }

const cursorOf = ({ token, skip, walked: { pages, mark } }: Position): string =>
  encodeCursor([token, skip, pages, mark])

function parsePosition(value: unknown): Position | undefined {
  if (!Array.isArray(value)) return undefined
  const [token, skip, pages, mark, ...rest] = value as unknown[]
  const isToken = token === null || (typeof token === 'string' && token !== '' && token.length <= MAX_TOKEN_LENGTH)
  const isSkip = typeof skip === 'number' && Number.isInteger(skip) && skip >= 0 && skip <= PAGE_LIMIT
  return isToken && isSkip && isWalkState({ pages, mark }) && rest.length === 0
    ? { token, skip, walked: { pages, mark } as WalkState }
    : undefined
}

/** The rows of a page of the graph, as they are collected. */
class Collected {
  readonly nodes: Person[] = []
  readonly cursors: string[] = []
  readonly leftOut: ApiError[] = []
  endCursor: string | null = null

  get count(): number {
    return this.nodes.length + this.leftOut.length
  }

  add(row: Person | ApiError, cursor: string): void {
    this.endCursor = cursor
    if (!isReadable(row)) this.leftOut.push(row)
    else {
      this.nodes.push(row)
      this.cursors.push(cursor)
    }
  }
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
  const collected = new Collected()
  let { token, skip, walked } = after != null ? decodeCursor(after, parsePosition) : START
  const walk = new Walk(endlessList, token, walked)
  for (;;) {
    const wanted = first - collected.count
    // As many rows as are still wanted: a position within a page must not cost one call for each row.
    const page = await source.listPersons(operation, query, Math.min(PAGE_LIMIT, skip + wanted), token ?? undefined)
    const { length } = page.persons
    const next = walk.next(page.next_page_token, length)
    const following = next === undefined ? undefined : cursorOf({ token: next, skip: 0, walked: walk.state })
    const rows = toNodes(page.persons.slice(skip, skip + wanted), 'persons', toPerson, unreadableSyncteraRow, drift)
    for (const [i, row] of rows.entries()) {
      const taken = skip + i + 1
      collected.add(row, taken === length && following ? following : cursorOf({ token, skip: taken, walked }))
    }
    if (collected.count === first || next === undefined || walk.isExhausted) {
      const { nodes, cursors, leftOut, endCursor } = collected
      return {
        nodes,
        cursors,
        leftOut,
        // After pages without rows the client goes on with the page that follows them.
        endCursor: rows.length === 0 && following ? following : endCursor,
        hasNextPage: next !== undefined || skip + rows.length < length,
        hasPreviousPage,
      }
    }
    ;[token, skip, walked] = [next, 0, walk.state]
  }
}
