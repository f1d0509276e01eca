import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  getNullableType,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  valueFromASTUntyped,
} from 'graphql'
import { conditionsOf, FieldCollector, fragmentsOf } from '../graphql/field-collector.js'
import { inputCostOf } from './input-cost.js'
import { type Count, directive, listSizeOf, sizeOf, type Variables } from './list-size.js'

/** The maximum cost of one operation: a page of a hundred customers with all their collections. */
export const MAX_COST = 25_000
/** Selections that are free, and those beyond that cost a point: also what is merged into one field takes its time. */
const FREE_SELECTIONS = 100
const SELECTIONS_PER_POINT = 20
/** The maximum number of formulas that are kept for one operation, by the outcome of its `@skip` and `@include`. */
const MAX_CACHED_FORMULAS = 16

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
const product = (numbers: readonly number[]) => numbers.reduce((total, number) => total * number, 1)
const max = (numbers: readonly number[]) => Math.max(0, ...numbers)

/** Combines counts; counts that do not depend on variables are combined at once. */
function combine(counts: readonly Count[], how: (numbers: readonly number[]) => number): Count {
  if (counts.every((count) => typeof count === 'number')) return how(counts)
  return (variables) => how(counts.map((count) => (typeof count === 'number' ? count : count(variables))))
}

/** A list length that the parent field sets (`sizedFields`), and the fields that have this length. */
interface InheritedSize {
  readonly fields: readonly string[]
  readonly size: Count
}

const fieldOf = (type: GraphQLObjectType, name: string): GraphQLField<unknown, unknown> | undefined =>
  type.getFields()[name] ?? [SchemaMetaFieldDef, TypeMetaFieldDef].find((meta) => meta.name === name)

/** Cost formula of one operation, for given values of `@skip` and `@include`: a sum over its selections. */
class CostFormula {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly collector: FieldCollector,
  ) {}

  /** The cost of an operation: a number, or a function of the variables. */
  costOfOperation({ selectionSet, operation }: OperationDefinitionNode): Count {
    return this.#costOf([selectionSet], this.schema.getRootType(operation)!)
  }

  /** The cost of selections on a type; of an abstract type the member with the highest cost counts. */
  #costOf(sets: readonly SelectionSetNode[], type: GraphQLCompositeType, inherited?: InheritedSize): Count {
    const members = isAbstractType(type) ? this.schema.getPossibleTypes(type) : [type]
    return combine(
      members.map((member) =>
        combine(
          [...this.collector.collect(sets, member).values()].map((nodes) =>
            this.#costOfField(nodes, member, inherited),
          ),
          sum,
        ),
      ),
      max,
    )
  }

  #costOfField(nodes: readonly FieldNode[], parent: GraphQLObjectType, inherited: InheritedSize | undefined): Count {
    const [node] = nodes
    const field = node && fieldOf(parent, node.name.value)
    // `__typename` is the only field without a definition: validation refuses all others.
    if (!field) return 0
    const type = getNamedType(field.type)
    const isList = isListType(getNullableType(field.type))
    const { sizedFields } = listSizeOf(field)
    const size = !isList ? 1 : inherited?.fields.includes(field.name) ? inherited.size : sizeOf(field, node)
    const selections = isCompositeType(type)
      ? this.#costOf(
          nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
          type,
          sizedFields && { fields: sizedFields, size: sizeOf(field, node) },
        )
      : 0
    const item = combine([this.#weightOf(type, isCompositeType(type) ? 1 : 0), selections], sum)
    return combine([this.#weightOf(field, 0), inputCostOf(field, node), combine([size, item], product)], sum)
  }

  /** The weight of a field or type. Of an abstract type the highest counts: any member may come. */
  #weightOf(weighted: GraphQLField<unknown, unknown> | GraphQLNamedType, fallback: number): number {
    return isAbstractType(weighted)
      ? max(this.schema.getPossibleTypes(weighted).map((member) => this.#weightOf(member, fallback)))
      : Number(directive(weighted, 'cost')?.['weight'] ?? fallback)
  }
}

/** The selections of a set; a fragment counts each time it is spread, which the limits of documents bound. */
function selectionsOf(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): number {
  let count = selections.length
  for (const selection of selections) {
    const inner =
      selection.kind === Kind.FRAGMENT_SPREAD
        ? fragments.get(selection.name.value)?.selectionSet
        : selection.selectionSet
    if (inner) count += selectionsOf(inner, fragments)
  }
  return count
}

/** The cost formulas of one operation. */
interface CachedOperation {
  /** The points of its selections. */
  readonly selections: number
  readonly defaults: Variables
  readonly conditions: readonly string[]
  readonly formulas: Map<string, Count>
}

function prepareOperation(document: DocumentNode, operation: OperationDefinitionNode): CachedOperation {
  const { variableDefinitions, selectionSet } = operation
  const paid = Math.max(0, selectionsOf(selectionSet, fragmentsOf(document)) - FREE_SELECTIONS)
  const defaults =
    variableDefinitions?.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)] as const] : [],
    ) ?? []
  const selections = paid / SELECTIONS_PER_POINT
  return { selections, defaults: Object.fromEntries(defaults), conditions: conditionsOf(document), formulas: new Map() }
}

/**
 * Query cost: estimates an operation before it is executed, by the cost specification
 * (https://ibm.github.io/graphql-specs/cost-spec.html): the `@cost` of a field for each call, that of each member of its
 * input, and the weight of its type (1, of scalars 0) for each object in its result. Selections beyond a hundred
 * cost too. The minimum is 1. What does not depend on the variables is computed once for each document.
 */
export function createCostEstimator(
  schema: GraphQLSchema,
): (document: DocumentNode, operation: OperationDefinitionNode, variables: Variables) => number {
  const cache = new WeakMap<OperationDefinitionNode, CachedOperation>()

  return (document, operation, variables) => {
    let cached = cache.get(operation)
    if (cached === undefined) cache.set(operation, (cached = prepareOperation(document, operation)))
    const { selections, defaults, conditions, formulas } = cached
    const isTrue = (name: string) => (Object.hasOwn(variables, name) ? variables[name] : defaults[name]) === true
    let key = ''
    for (const name of conditions) key += isTrue(name) ? '1' : '0'
    let cost = formulas.get(key)
    if (cost === undefined) {
      const values = Object.fromEntries(conditions.map((name) => [name, isTrue(name)]))
      cost = new CostFormula(schema, new FieldCollector(schema, document, values)).costOfOperation(operation)
      if (formulas.size < MAX_CACHED_FORMULAS) formulas.set(key, cost)
    }
    return Math.max(1, Math.ceil(selections + (typeof cost === 'number' ? cost : cost({ ...defaults, ...variables }))))
  }
}
