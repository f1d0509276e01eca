import { ApiError } from './errors.js'

/**
 * The rows of a provider's list, in order. A row that does not fit its contract is an error in its place: the graph
 * leaves it out and reports it, and no decision rests on a list that has one.
 */
export type Rows<Node> = readonly (Node | ApiError)[]

/** A payload or page with the errors of the rows that are left out of it; the graph reports them. */
export interface LeftOutRows {
  readonly leftOut?: readonly ApiError[] | undefined
}

/** True for a row that could be read. */
export const isReadable = <Node>(row: Node | ApiError): row is Node => !(row instanceof ApiError)

/** The rows that could be read. */
export const readableRows = <Node>(rows: Rows<Node>): Node[] => rows.filter(isReadable<Node>)

/** The errors of the rows that could not be read. */
export const unreadableRows = <Node>(rows: Rows<Node>): ApiError[] => rows.filter((row) => row instanceof ApiError)

/** The rows that fit, and those that could not be read: any of them might fit. */
export const filterRows = <Node>(rows: Rows<Node>, fits: (node: Node) => boolean): Rows<Node> =>
  rows.filter((row) => !isReadable(row) || fits(row))

/** The rows of a list that must be complete; throws the error of a row that could not be read. */
export function completeRows<Node>(rows: Rows<Node>): Node[] {
  const [unreadable] = unreadableRows(rows)
  if (unreadable) throw unreadable
  return rows as Node[]
}

/** The row that fits; where there is none, it might be one that could not be read, of which this throws the error. */
export const findRow = <Node>(rows: Rows<Node>, fits: (node: Node) => boolean): Node | undefined =>
  readableRows(rows).find(fits) ?? completeRows(rows).find(fits)

type RowsOf<List> = List extends readonly (infer Node)[] ? Rows<Node> : List

/** Holds the errors of the rows that are left out of a node's lists. Copies of the node keep it; what is stored does not. */
const LEFT_OUT = Symbol('left-out rows')

interface WithLeftOut {
  [LEFT_OUT]?: Record<string, readonly ApiError[]>
}

/** A node with the lists within it: each has the rows that could be read, and the node keeps the errors of the others. */
export function withLists<Node extends object, Name extends keyof Node & string>(
  members: Omit<Node, Name>,
  lists: { readonly [N in Name]: RowsOf<Node[N]> },
): Node {
  const node = members as Record<string, unknown> & WithLeftOut
  for (const [name, rows] of Object.entries(lists as Readonly<Record<string, Rows<unknown> | null>>)) {
    node[name] = rows && readableRows(rows)
    const errors = rows ? unreadableRows(rows) : []
    if (errors.length > 0) (node[LEFT_OUT] ??= {})[name] = errors
  }
  return node as unknown as Node
}

/** The errors of the rows that are left out of a node's list; undefined where none is. */
export const leftOutOf = (node: object, name: string): readonly ApiError[] | undefined =>
  (node as WithLeftOut)[LEFT_OUT]?.[name]
