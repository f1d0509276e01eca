/**
 * The text of an operation, with the types of its result and its variables. It is a `String`, so every client that sends
 * text takes it; `toString()` is the primitive text.
 */
export class TypedDocumentString<Result, Variables> extends String {
  /** Carries the types; it is never set. */
  declare readonly __apiType?: (variables: Variables) => Result
}

/** An operation: a typed document of this package, of graphql-codegen (`documentMode: string`), or plain text. */
export type OperationText<Result, Variables> =
  string | { toString(): string; readonly __apiType?: ((variables: Variables) => Result) | undefined }

/** The parts of an operation that the client acts by. */
export interface Operation {
  readonly text: string
  readonly kind: 'query' | 'mutation' | 'subscription'
  readonly name: string | undefined
  /** The variables that are given to an argument `input`. */
  readonly inputVariables: readonly string[]
}

const HEAD = /^(?:\s|,|#[^\n]*(?:\n|$))*(?:(query|mutation|subscription)\b\s*([_A-Za-z]\w*)?|\{)/
const INPUT = /\binput\s*:\s*\$(\w+)/g

/** Reads what the client acts by from a text that holds one operation, before its fragments. */
export function readOperation(document: OperationText<unknown, never>): Operation {
  const text = document.toString()
  const head = HEAD.exec(text)
  if (head === null) throw new TypeError('The document is no text that begins with an operation; print a parsed one.')
  const kind = (head[1] ?? 'query') as Operation['kind']
  return {
    text,
    kind,
    name: head[2],
    inputVariables: [...new Set([...text.matchAll(INPUT)].map(([, name]) => name!))],
  }
}
