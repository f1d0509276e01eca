import { type Static, type TProperties, type TSchema, Type } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'
import { type Contract, contract } from './call.js'

/** A row of a list that does not fit its contract. */
export class UnreadableRow {
  readonly #row: unknown
  /** The first member that does not fit, as a JSON pointer in which `*` stands for an index; it holds no value. */
  readonly member: string

  constructor(row: unknown, member: string) {
    this.#row = row
    this.member = member
  }

  /** A text member of the row, where it has one of this name. */
  text(name: string): string | undefined {
    if (typeof this.#row !== 'object' || this.#row === null) return undefined
    const member = (this.#row as Readonly<Record<string, unknown>>)[name]
    return typeof member === 'string' ? member : undefined
  }
}

/** The rows of a list as they are read: each by itself. */
export type ReadRows<Row> = readonly (Row | UnreadableRow)[]

/** The first member of a row that does not fit. */
const mismatchOf = (check: TypeCheck<TSchema>, value: unknown): string =>
  check
    .Errors(value)
    .First()
    ?.path.replace(/\/\d+(?=\/|$)/g, '/*') ?? ''

/** A reader of rows by their contract, which is compiled for the first rows; rows that all fit are returned as they are. */
export function rowReader<Row extends TSchema>(row: Row): (rows: readonly unknown[]) => ReadRows<Static<Row>> {
  let compiled: TypeCheck<Row> | undefined
  return (rows) => {
    const check = (compiled ??= TypeCompiler.Compile(row))
    return rows.every((value) => check.Check(value))
      ? rows
      : rows.map((value) => (check.Check(value) ? value : new UnreadableRow(value, mismatchOf(check, value))))
  }
}

/**
 * The contract of an answer with a list as its member `name`. Each row is read by itself: one that does not fit becomes
 * an `UnreadableRow` and leaves the others alone. An answer whose other members do not fit, or
 * that has more rows than a page may have, is malformed as a whole.
 */
export function listContract<
  Name extends string,
  Row extends TSchema,
  Others extends TProperties = Record<never, never>,
>(
  name: Name,
  row: Row,
  others: Others = {} as Others,
  limits: { readonly maxItems?: number } = {},
): Contract<{ readonly [N in Name]: ReadRows<Static<Row>> } & Static<ReturnType<typeof Type.Object<Others>>>> {
  type Answer = { readonly [N in Name]: ReadRows<Static<Row>> } & Static<ReturnType<typeof Type.Object<Others>>>
  const envelope = contract(Type.Object({ ...others, [name]: Type.Array(Type.Unknown(), limits) }))
  const readRows = rowReader(row)
  return {
    fits: (value): value is Answer => envelope.fits(value),
    firstMismatch: envelope.firstMismatch,
    read(value): Answer {
      const answer = value as Answer
      const given: readonly unknown[] = answer[name]
      const rows = readRows(given)
      return rows === given ? answer : { ...answer, [name]: rows }
    },
  }
}
