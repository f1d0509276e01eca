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
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
  valueFromASTUntyped,
  visit,
} from 'graphql'
import { type Count, directive, listSizeOf, sizeOf, type Variables } from './list-size.js'

/** The most that one operation may cost: a page of a hundred customers with everything that hangs off them. */
export const MAX_COST = 25_000
/** Of one operation, by what its `@skip` and `@include` come to; more than anybody uses are worked out each time. */
const MOST_REMEMBERED = 16

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
const product = (numbers: readonly number[]) => numbers.reduce((total, number) => total * number, 1)
const most = (numbers: readonly number[]) => Math.max(0, ...numbers)

/** Does at once what does not depend on the variables. */
function combine(counts: readonly Count[], how: (numbers: readonly number[]) => number): Count {
  if (counts.every((count) => typeof count === 'number')) return how(counts)
  return (variables) => how(counts.map((count) => (typeof count === 'number' ? count : count(variables))))
}

/** A length that was given one level up, and the fields it is the length of. */
interface Sized {
  readonly fields: readonly string[]
  readonly size: Count
}

/** What an operation costs, once it is known which of its fields are left out: a sum over its selections. */
function weigh(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  conditions: Variables,
): Count {
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION
        ? [[definition.name.value, definition] as [string, FragmentDefinitionNode]]
        : [],
    ),
  )

  const isLeftOut = ({ directives = [] }: SelectionNode): boolean =>
    directives.some(
      ({ name, arguments: [given] = [] }) =>
        given !== undefined &&
        ((name.value === 'skip' && valueFromASTUntyped(given.value, conditions) === true) ||
          (name.value === 'include' && valueFromASTUntyped(given.value, conditions) === false)),
    )

  const fits = (condition: string | undefined, type: GraphQLObjectType): boolean => {
    const named = condition === undefined ? type : schema.getType(condition)
    return named === type || (isAbstractType(named) && schema.isSubType(named, type))
  }

  /** The fields that an object of this type answers, those of one name together, as execution collects them. */
  function collect(
    sets: readonly SelectionSetNode[],
    type: GraphQLObjectType,
    into = new Map<string, FieldNode[]>(),
    spread = new Set<string>(),
  ): Map<string, FieldNode[]> {
    for (const selection of sets.flatMap(({ selections }) => selections)) {
      if (isLeftOut(selection)) continue
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value
        into.set(name, [...(into.get(name) ?? []), selection])
        continue
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT
          ? selection
          : spread.has(selection.name.value)
            ? undefined
            : fragments.get(selection.name.value)
      if (selection.kind === Kind.FRAGMENT_SPREAD) spread.add(selection.name.value)
      if (fragment && fits(fragment.typeCondition?.name.value, type))
        collect([fragment.selectionSet], type, into, spread)
    }
    return into
  }

  const weightOf = (weighed: GraphQLField<unknown, unknown> | GraphQLNamedType, otherwise: number): number =>
    // What comes may be of any member, whatever is selected of it.
    isAbstractType(weighed)
      ? most(schema.getPossibleTypes(weighed).map((member) => weightOf(member, otherwise)))
      : Number(directive(weighed, 'cost')?.['weight'] ?? otherwise)

  function fieldOf(type: GraphQLObjectType, name: string): GraphQLField<unknown, unknown> | undefined {
    return type.getFields()[name] ?? [SchemaMetaFieldDef, TypeMetaFieldDef].find((meta) => meta.name === name)
  }

  function costOfField(nodes: readonly FieldNode[], parent: GraphQLObjectType, sized: Sized | undefined): Count {
    const [node] = nodes
    const field = node && fieldOf(parent, node.name.value)
    // `__typename`: everything else is known to be there, or the document was refused.
    if (!field) return 0
    const type = getNamedType(field.type)
    const isList = isListType(getNullableType(field.type))
    const { sizedFields } = listSizeOf(field)
    const below = sizedFields && { fields: sizedFields, size: sizeOf(field, node) }
    const inside = isCompositeType(type)
      ? costOf(
          nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
          type,
          below,
        )
      : 0
    const each = combine([weightOf(type, isCompositeType(type) ? 1 : 0), inside], sum)
    const size = !isList ? 1 : sized?.fields.includes(field.name) ? sized.size : sizeOf(field, node)
    return combine([weightOf(field, 0), combine([size, each], product)], sum)
  }

  /** Of a union the dearest member counts. */
  function costOf(sets: readonly SelectionSetNode[], type: GraphQLCompositeType, sized?: Sized): Count {
    const members = isAbstractType(type) ? schema.getPossibleTypes(type) : [type]
    return combine(
      members.map((member) =>
        combine(
          [...collect(sets, member).values()].map((nodes) => costOfField(nodes, member, sized)),
          sum,
        ),
      ),
      most,
    )
  }

  return costOf([operation.selectionSet], schema.getRootType(operation.operation)!)
}

/** The variables that decide what is left out. */
function conditionsOf(document: DocumentNode): string[] {
  const names = new Set<string>()
  visit(document, {
    Directive: ({ arguments: given = [] }) => {
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.add(value.name.value)
    },
  })
  return [...names]
}

/**
 * What operations cost before they run, by the cost specification (https://ibm.github.io/graphql-specs/cost-spec.html):
 * a field's `@cost` for each time it is called, and the weight of its type (1, of scalars 0) for each object that it
 * answers. What does not depend on the variables is worked out once for each document. At least 1: nothing is free.
 */
export function createCostEstimator(
  schema: GraphQLSchema,
): (document: DocumentNode, operation: OperationDefinitionNode, variables: Variables) => number {
  interface Known {
    readonly defaults: Variables
    readonly conditions: readonly string[]
    readonly counts: Map<string, Count>
  }
  const remembered = new WeakMap<OperationDefinitionNode, Known>()

  function study(document: DocumentNode, operation: OperationDefinitionNode): Known {
    const defaults =
      operation.variableDefinitions?.flatMap(({ variable, defaultValue }) =>
        defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)] as const] : [],
      ) ?? []
    const known = {
      defaults: Object.fromEntries(defaults),
      conditions: conditionsOf(document),
      counts: new Map<string, Count>(),
    }
    remembered.set(operation, known)
    return known
  }

  return (document, operation, given) => {
    const { defaults, conditions, counts } = remembered.get(operation) ?? study(document, operation)
    const isTrue = (name: string) => (Object.hasOwn(given, name) ? given[name] : defaults[name]) === true
    let key = ''
    for (const name of conditions) key += isTrue(name) ? '1' : '0'
    let count = counts.get(key)
    if (count === undefined) {
      count = weigh(schema, document, operation, Object.fromEntries(conditions.map((name) => [name, isTrue(name)])))
      if (counts.size < MOST_REMEMBERED) counts.set(key, count)
    }
    return Math.max(1, Math.ceil(typeof count === 'number' ? count : count({ ...defaults, ...given })))
  }
}
