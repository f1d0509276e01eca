import { ApiError } from '../contract/errors.js'
import type { Rows } from '../contract/rows.js'
import { UnreadableRow } from '../http/list-contract.js'
import type { Drift } from './mapping.js'

/** True for a row whose text member has this value, and for an unreadable row that may be such a one. */
export const hasMember = <Row extends object>(
  row: Row | UnreadableRow,
  name: keyof Row & string,
  value: string,
): boolean => (row instanceof UnreadableRow ? (row.text(name) ?? value) === value : row[name] === value)

/**
 * Maps rows to nodes. An unreadable row becomes the room's error in its place, and is counted as drift by the list and
 * the member. A row of which `toNode` throws that it is malformed is the same.
 */
export function toNodes<Row, Node>(
  rows: readonly (Row | UnreadableRow | ApiError)[],
  list: string,
  toNode: (row: Row, drift: Drift) => Node,
  unreadable: () => ApiError,
  drift: Drift,
): Rows<Node> {
  return rows.map((row) => {
    if (row instanceof ApiError) return row
    if (row instanceof UnreadableRow) {
      drift(list + row.member)
      return unreadable()
    }
    try {
      return toNode(row, drift)
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'PROVIDER_MALFORMED')) throw error
      drift(list)
      return error
    }
  })
}
