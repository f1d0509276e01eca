import type { Person, PersonFilter, PersonOrder } from '../../schema/person.js'
import { DEFAULT_PAGE, type Page } from '../../schema/shared.js'
import type { ApiError } from '../contract/errors.js'
import type { OperationScope } from '../contract/operation-scope.js'
import { isReadable } from '../contract/rows.js'
import { cursorsOf } from '../support/cursor.js'
import { toNodes } from '../support/rows.js'
import { Walk, type WalkState } from '../support/walk.js'
import { PAGE_LIMIT } from './contract.js'
import { endlessList, longToken, unreadableSyncteraRow } from './errors.js'
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

/** The token becomes part of a URL, and of a cursor, which may be twice as long (`MAX_CURSOR_LENGTH`). */
const MAX_TOKEN_BYTES = 4_000
const fitsCursor = (token: string): boolean => Buffer.byteLength(JSON.stringify(token)) <= MAX_TOKEN_BYTES
const START: Position = { token: null, skip: 0, walked: { pages: 0, mark: '' } }

type CursorPosition = readonly [token: string | null, skip: number, pages: number, mark: string]

const positionOf = ([token, skip, pages, mark]: CursorPosition): Position => ({ token, skip, walked: { pages, mark } })

/** The rows of a page of the graph, as they are collected. */
class Collected {
  readonly nodes: Person[] = []
  /** The positions behind the nodes. */
  readonly positions: Position[] = []
  readonly leftOut: ApiError[] = []
  end: Position | undefined

  get count(): number {
    return this.nodes.length + this.leftOut.length
  }

  /** Passes a row that does not belong to the list. */
  pass(position: Position): void {
    this.end = position
  }

  add(row: Person | ApiError, position: Position): void {
    this.pass(position)
    if (!isReadable(row)) this.leftOut.push(row)
    else {
      this.nodes.push(row)
      this.positions.push(position)
    }
  }
}

/** True for a row that has what the filter asks for, as far as the row tells: a provider may ignore a filter that it does not know. */
function belongs(person: Person, filter: PersonFilter | null | undefined): boolean {
  const { isCustomer, hasAccounts, dateOfBirth, status, verificationStatuses, banStatuses } = filter ?? {}
  return (
    (isCustomer == null || person.isCustomer === isCustomer) &&
    (hasAccounts == null || person.hasAccounts === null || person.hasAccounts === hasAccounts) &&
    (dateOfBirth == null || person.dateOfBirth === dateOfBirth) &&
    (status == null || person.status === status) &&
    (verificationStatuses == null || verificationStatuses.some((each) => each === person.verificationStatus)) &&
    (banStatuses == null || banStatuses.some((each) => each === person.banStatus))
  )
}

const emptyPage = (hasPreviousPage: boolean): Page<Person> => ({
  nodes: [],
  cursorAt: () => '',
  endCursor: null,
  hasNextPage: false,
  hasPreviousPage,
})

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
  if (filter?.ids?.length === 0) return emptyPage(hasPreviousPage)
  const query = personQuery(filter, orderBy)
  const collected = new Collected()
  const codec = cursorsOf<CursorPosition>(operation, 'persons', query)
  const cursorOf = ({ token, skip, walked: { pages, mark } }: Position) => codec.encode([token, skip, pages, mark])
  let { token, skip, walked } = after != null ? positionOf(codec.decode(after)) : START
  const walk = new Walk(endlessList, token, walked)
  for (;;) {
    const wanted = first - collected.count
    // As many rows as are still wanted: a position within a page must not cost one call for each row.
    const page = await source.listPersons(operation, query, Math.min(PAGE_LIMIT, skip + wanted), token ?? undefined)
    const { length } = page.persons
    const next = walk.next(page.next_page_token, length)
    if (next !== undefined && !fitsCursor(next)) throw longToken()
    const following = next === undefined ? undefined : { token: next, skip: 0, walked: walk.state }
    const rows = toNodes(page.persons.slice(skip, skip + wanted), 'persons', toPerson, unreadableSyncteraRow, drift)
    for (const [i, row] of rows.entries()) {
      const taken = skip + i + 1
      const position = taken === length && following ? following : { token, skip: taken, walked }
      if (isReadable(row) && !belongs(row, filter)) {
        drift('persons.filter')
        collected.pass(position)
      } else collected.add(row, position)
    }
    if (collected.count === first || next === undefined || walk.isExhausted) {
      const { nodes, positions, leftOut } = collected
      // After pages without rows the client goes on with the page that follows them.
      const end = rows.length === 0 && following ? following : collected.end
      return {
        nodes,
        cursorAt: (i) => cursorOf(positions[i]!),
        leftOut,
        endCursor: end ? cursorOf(end) : null,
        hasNextPage: next !== undefined || skip + rows.length < length,
        hasPreviousPage,
      }
    }
    ;[token, skip, walked] = [next, 0, walk.state]
  }
}
