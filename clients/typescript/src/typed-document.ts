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
  /** The variables that are given to an argument `input`; undefined stands for a value that is written out. */
  readonly inputs: readonly (string | undefined)[]
}

/** Texts, comments, names and signs; what is ignored between them is whitespace, commas and a byte order mark. */
const TOKEN = /"""(?:\\"""|[^])*?"""|"(?:\\.|[^"\\\n\r])*"|#[^\n\r]*|\w+|[^\s,\uFEFF]/g
const KINDS = new Map<string | undefined, Operation['kind']>([
  ['{', 'query'],
  ['query', 'query'],
  ['mutation', 'mutation'],
  ['subscription', 'subscription'],
])

/** Reads what the client acts by from a text that holds one operation, before its fragments. */
export function readOperation(document: OperationText<unknown, never>): Operation {
  const text = document.toString()
  const tokens = (text.match(TOKEN) ?? []).filter((token) => !token.startsWith('#'))
  const [head, next = ''] = tokens
  const kind = KINDS.get(head)
  if (kind === undefined)
    throw new TypeError('The document is no text that begins with an operation; print a parsed one.')
  const name = head !== '{' && /^\w/.test(next) ? next : undefined
  return { text, kind, name, inputs: [...new Set(inputsOf(tokens))] }
}

/** What each argument `input` of a field is given. */
function inputsOf(tokens: readonly string[]): (string | undefined)[] {
  const open: string[] = []
  return tokens.flatMap((token, i) => {
    if (token === '(' || token === '{') open.push(token)
    if (token === ')' || token === '}') open.pop()
    // No alias, no member of an object, no variable.
    const isArgument = token === 'input' && tokens[i + 1] === ':' && tokens[i - 1] !== '$' && open.at(-1) === '('
    if (!isArgument) return []
    return [tokens[i + 2] === '$' ? tokens[i + 3] : undefined]
  })
}
