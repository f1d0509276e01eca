import { DEFAULT_PAGE, type Page } from '../../schema/page.js'
import type { ApiError } from '../contract/errors.js'
import type { OperationScope } from '../contract/operation-scope.js'
import { isReadable } from '../contract/rows.js'
import type { ReadRows, UnreadableRow } from '../http/list-contract.js'
import { cursorsOf } from '../support/cursor.js'
import type { Drift } from '../support/mapping.js'
import { toNodes } from '../support/rows.js'
import { Walk, type WalkState } from '../support/walk.js'
import { PAGE_LIMIT } from './contract.js'
import { endlessList, longToken, unreadableSyncteraRow } from './errors.js'

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
class Collected<Node> {
  readonly nodes: Node[] = []
  /** The positions behind the nodes. */
  readonly positions: Position[] = []
  readonly leftOut: ApiError[] = []
  end: Position | undefined
  /** True where a row was passed over: then whole pages are read, because a provider that ignores a filter has many. */
  hasPassed = false

  get count(): number {
    return this.nodes.length + this.leftOut.length
  }

  /** Passes a row that does not belong to the list. */
  pass(position: Position): void {
    this.end = position
    this.hasPassed = true
  }

  add(row: Node | ApiError, position: Position): void {
    this.end = position
    if (!isReadable(row)) this.leftOut.push(row)
    else {
      this.nodes.push(row)
      this.positions.push(position)
    }
  }
}

/** A list of Synctera's that is read in pages. */
interface TokenList<Row, Node> {
  /** The name of the list, which its cursors belong to. */
  readonly name: string
  /** What selects and orders the rows, as plain JSON; the cursors belong to it too. */
  readonly selection: unknown
  /** Loads a page of at most `limit` rows. */
  readonly load: (
    limit: number,
    pageToken: string | undefined,
  ) => Promise<{ readonly rows: ReadRows<Row>; readonly next: string | null | undefined }>
  readonly toNode: (row: Row, drift: Drift) => Node
  /** False for a row that is another's, also where it cannot be read. All are the list's, where absent. */
  readonly concerns?: (row: Row | UnreadableRow) => boolean
  /** True for a row that has what was asked for: a provider may ignore a filter that it does not know. All, where absent. */
  readonly belongs?: (node: Node) => boolean
}

/** A part of a list; `after` is the cursor of the page before. */
export interface PageKey {
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
}

/** A page without rows: nothing is asked for, or nothing can be found. */
export const emptyPage = <Node>({ after }: PageKey): Page<Node> => ({
  nodes: [],
  cursorAt: () => '',
  endCursor: null,
  hasNextPage: false,
  hasPreviousPage: after != null,
})

/**
 * Loads a page of a list. Synctera pages by token and has no cursor within a page, so a cursor holds the page and the
 * position in it.
 */
export async function loadTokenPage<Row, Node extends object>(
  operation: OperationScope,
  { name, selection, load, toNode, concerns = () => true, belongs = () => true }: TokenList<Row, Node>,
  { first: requested, after }: PageKey,
  drift: Drift,
): Promise<Page<Node>> {
  const first = requested ?? DEFAULT_PAGE
  const hasPreviousPage = after != null
  const collected = new Collected<Node>()
  const codec = cursorsOf<CursorPosition>(operation, name, selection)
  const cursorOf = ({ token, skip, walked: { pages, mark } }: Position) => codec.encode([token, skip, pages, mark])
  let { token, skip, walked } = after != null ? positionOf(codec.decode(after)) : START
  const walk = new Walk(endlessList, token, walked)
  for (;;) {
    const wanted = first - collected.count
    // As many rows as are still wanted: a position within a page must not cost one call for each row.
    const limit = collected.hasPassed ? PAGE_LIMIT : Math.min(PAGE_LIMIT, skip + wanted)
    const page = await load(limit, token ?? undefined)
    const { length } = page.rows
    const next = walk.next(page.next, length)
    if (next !== undefined && !fitsCursor(next)) throw longToken()
    const following = next === undefined ? undefined : { token: next, skip: 0, walked: walk.state }
    const rows = toNodes(page.rows.slice(skip), name, toNode, unreadableSyncteraRow, drift)
    let taken = skip
    for (const [i, row] of rows.entries()) {
      if (collected.count === first) break
      taken += 1
      const position = taken === length && following ? following : { token, skip: taken, walked }
      if (!concerns(page.rows[skip + i]!) || (isReadable(row) && !belongs(row))) {
        drift(`${name}.filter`)
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
        hasNextPage: next !== undefined || taken < length,
        hasPreviousPage,
      }
    }
    ;[token, skip, walked] = [next, 0, walk.state]
  }
}
