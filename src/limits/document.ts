import {
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql'
import { ApiError } from '../../datasources/contract/errors.js'

/**
 * The most that a document may hold, fragments counted each time they are spread. Each is several times what the
 * operations in `schema/operations` hold, so an honest client does not meet them; together they bound what parsing and
 * validation may take, whose slowest rule grows with the square of the repeated fields.
 */
export const MAX = {
  /** Refused while it is read, before anything is made of it. */
  tokens: 3_000,
  definitions: 50,
  selections: 1_000,
  variables: 100,
  /** Of fields and fragments within each other; the introspection query of today's tools needs 18. */
  levels: 20,
  /** In one operation: what would be a batch of operations by another name. */
  'root fields': 50,
  aliases: 100,
  directives: 50,
  'directives in one place': 5,
  /** Fragments may well ask for the same field; nobody asks for it by the dozen. */
  'fields of the same name in one place': 20,
} as const

type Measure = keyof typeof MAX

/** A document over a limit, by what it has too many of. */
export const tooMany = (what: Measure): ApiError =>
  new ApiError('QUERY_TOO_COMPLEX', { message: `The document has more than ${MAX[what]} ${what}.` })

function check(what: Measure, count: number): void {
  if (count > MAX[what]) throw tooMany(what)
}

/** What will be one member of the answer: how often it is asked for, and what is asked below it by all who do. */
interface Place {
  asked: number
  readonly below: Places
}
type Places = Map<string, Place>

interface Directed {
  readonly directives?: readonly DirectiveNode[] | undefined
}

/**
 * Throws `QUERY_TOO_COMPLEX` when a document is over a limit. Fragments are walked where they are spread, introspection
 * and any name like everything else; the walk ends with the first limit it meets, so it is never longer than those.
 */
export function checkDocument({ definitions }: DocumentNode): void {
  const fragments = new Map<string, FragmentDefinitionNode>()
  const walked = new Set<string>()
  const counted = { selections: 0, aliases: 0, directives: 0 }

  function directed({ directives = [] }: Directed): void {
    check('directives in one place', directives.length)
    check('directives', (counted.directives += directives.length))
  }

  function spread(fragment: FragmentDefinitionNode, level: number, places: Places, within: ReadonlySet<string>): void {
    walked.add(fragment.name.value)
    directed(fragment)
    walk(fragment.selectionSet, level, places, new Set(within).add(fragment.name.value))
  }

  function walk({ selections }: SelectionSetNode, level: number, places: Places, within: ReadonlySet<string>): void {
    check('levels', level)
    for (const selection of selections) {
      check('selections', (counted.selections += 1))
      directed(selection)
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(selection.selectionSet, level + 1, places, within)
      } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value)
        // One that spreads itself is left to validation, which refuses it.
        if (fragment && !within.has(selection.name.value)) spread(fragment, level + 1, places, within)
      } else {
        if (selection.alias) check('aliases', (counted.aliases += 1))
        const name = (selection.alias ?? selection.name).value
        const place = places.get(name) ?? { asked: 0, below: new Map() }
        places.set(name, place)
        check('fields of the same name in one place', (place.asked += 1))
        if (selection.selectionSet) walk(selection.selectionSet, level + 1, place.below, within)
      }
    }
  }

  check('definitions', definitions.length)
  for (const definition of definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  for (const definition of definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue
    directed(definition)
    check('variables', definition.variableDefinitions?.length ?? 0)
    definition.variableDefinitions?.forEach(directed)
    const root: Places = new Map()
    walk(definition.selectionSet, 1, root, new Set())
    check(
      'root fields',
      [...root.values()].reduce((sum, { asked }) => sum + asked, 0),
    )
  }
  // Validation reads also those that no operation spreads.
  for (const [name, fragment] of fragments) if (!walked.has(name)) spread(fragment, 1, new Map(), new Set())
}

const report = (context: ValidationContext, error: ApiError): void =>
  context.reportError(new GraphQLError(error.message, { originalError: error }))

/**
 * The limits as a rule of validation. It does its work while the rules are being made, before any of them looks at the
 * document, and leaves the slow ones nothing to look at when it refuses.
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

/** GraphQL has no rule of its own against a kind of operation that the schema lacks: executing it fails as if that were our fault. */
export const knownKinds: ValidationRule = (context) => ({
  OperationDefinition: ({ operation }) => {
    if (!context.getSchema().getRootType(operation))
      report(context, new ApiError('BAD_USER_INPUT', { message: `There is no ${operation} here.` }))
  },
})
