import {
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql'
import { ApiError } from '../../datasources/contract/errors.js'
import { withHttp } from '../graphql/http-head.js'

/**
 * Limits of a document; a fragment is counted each time it is spread. Each limit is several times what the operations
 * in `schema/operations` need. Together they bound the time of parsing and validation: the slowest validation rule
 * grows with the square of the repeated fields.
 */
export const MAX = {
  /** Checked before it is parsed: to tell the line of an error, each line before it is looked for. */
  lines: 5_000,
  /** Checked by the parser, before it builds the document. */
  tokens: 3_000,
  definitions: 50,
  selections: 1_000,
  variables: 100,
  /** Depth of nested fields and fragments; the introspection query of current tools needs 18. */
  levels: 20,
  /** Of one operation; more would be a batch of operations in one document. */
  'root fields': 50,
  aliases: 100,
  /** An answer repeats an alias for each row of a list. */
  'characters in one alias': 200,
  directives: 50,
  'directives in one place': 5,
  /** Several fragments may select the same field, but rarely more than a few. */
  'fields of the same name in one place': 20,
} as const

type Measure = keyof typeof MAX

/** The error of a document that exceeds a limit. */
export const tooMany = (measure: Measure): ApiError =>
  new ApiError('QUERY_TOO_COMPLEX', { message: `The document has more than ${MAX[measure]} ${measure}.` })

function check(measure: Measure, count: number): void {
  if (count > MAX[measure]) throw tooMany(measure)
}

/** Refuses a text with too many lines. */
export function checkLines(source: string): void {
  let lines = 1
  for (const separator of ['\n', '\r'])
    for (let at = source.indexOf(separator); at >= 0; at = source.indexOf(separator, at + 1))
      if ((lines += 1) > MAX.lines) throw withHttp(tooMany('lines'), 400)
}

/** One member of the response: how often it is selected, and the members below it in all its selections. */
interface ResponseMember {
  count: number
  readonly members: ResponseMembers
}
type ResponseMembers = Map<string, ResponseMember>

interface Directed {
  readonly directives?: readonly DirectiveNode[] | undefined
}

/** A position in the walk: the depth, the members of the response there, and the fragments that enclose it. */
interface Position {
  readonly level: number
  readonly members: ResponseMembers
  readonly enclosing: ReadonlySet<string>
}

/**
 * Counts what a document holds and throws at the first limit that is exceeded, so the walk itself is bounded.
 * Fragments are walked at each spread; introspection fields and unknown names count like all others.
 */
class DocumentWalk {
  readonly #fragments = new Map<string, FragmentDefinitionNode>()
  readonly #walked = new Set<string>()
  #selections = 0
  #aliases = 0
  #directives = 0

  constructor(definitions: readonly DefinitionNode[]) {
    for (const definition of definitions)
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(definition.name.value, definition)
  }

  operation(operation: OperationDefinitionNode): void {
    this.#countDirectives(operation)
    check('variables', operation.variableDefinitions?.length ?? 0)
    operation.variableDefinitions?.forEach((definition) => this.#countDirectives(definition))
    const root: ResponseMembers = new Map()
    this.#selectionSet(operation.selectionSet, { level: 1, members: root, enclosing: new Set() })
    check(
      'root fields',
      [...root.values()].reduce((sum, { count }) => sum + count, 0),
    )
  }

  /** Validation also reads fragments that no operation spreads. */
  unusedFragments(): void {
    for (const [name, fragment] of this.#fragments)
      if (!this.#walked.has(name)) this.#fragment(fragment, { level: 1, members: new Map(), enclosing: new Set() })
  }

  #countDirectives({ directives = [] }: Directed): void {
    check('directives in one place', directives.length)
    check('directives', (this.#directives += directives.length))
  }

  #fragment(fragment: FragmentDefinitionNode, { level, members, enclosing }: Position): void {
    const name = fragment.name.value
    this.#walked.add(name)
    this.#countDirectives(fragment)
    this.#selectionSet(fragment.selectionSet, { level, members, enclosing: new Set(enclosing).add(name) })
  }

  #selectionSet({ selections }: SelectionSetNode, { level, members, enclosing }: Position): void {
    check('levels', level)
    const below = { level: level + 1, members, enclosing }
    for (const selection of selections) {
      check('selections', (this.#selections += 1))
      this.#countDirectives(selection)
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        this.#selectionSet(selection.selectionSet, below)
      } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = this.#fragments.get(selection.name.value)
        // Validation refuses a fragment that spreads itself.
        if (fragment && !enclosing.has(selection.name.value)) this.#fragment(fragment, below)
      } else {
        this.#field(selection, below)
      }
    }
  }

  #field({ alias, name, selectionSet }: FieldNode, { level, members, enclosing }: Position): void {
    if (alias) {
      check('aliases', (this.#aliases += 1))
      check('characters in one alias', alias.value.length)
    }
    const key = (alias ?? name).value
    const member = members.get(key) ?? { count: 0, members: new Map() }
    members.set(key, member)
    check('fields of the same name in one place', (member.count += 1))
    if (selectionSet) this.#selectionSet(selectionSet, { level, members: member.members, enclosing })
  }
}

/** Throws `QUERY_TOO_COMPLEX` when a document exceeds a limit. */
function checkDocument({ definitions }: DocumentNode): void {
  check('definitions', definitions.length)
  const walk = new DocumentWalk(definitions)
  for (const definition of definitions) if (definition.kind === Kind.OPERATION_DEFINITION) walk.operation(definition)
  walk.unusedFragments()
}

const report = (context: ValidationContext, error: ApiError): void =>
  context.reportError(new GraphQLError(error.message, { originalError: error }))

/**
 * The limits as a validation rule. It runs while the rules are created, before any of them visits the document. When a
 * limit is exceeded it empties the document, so that the slow rules have nothing to visit.
 */
export const documentLimits: ValidationRule = (context) => {
  const document = context.getDocument()
  try {
    checkDocument(document)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    report(context, error)
    ;(document.definitions as DefinitionNode[]).length = 0
  }
  return {}
}

/** Refuses a kind of operation that the schema lacks. GraphQL has no rule for it: execution would fail as a server error. */
export const knownKinds: ValidationRule = (context) => ({
  OperationDefinition: ({ operation }) => {
    if (!context.getSchema().getRootType(operation))
      report(context, new ApiError('BAD_USER_INPUT', { message: `There is no ${operation} here.` }))
  },
})
