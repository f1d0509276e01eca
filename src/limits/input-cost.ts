import {
  type FieldNode,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  isInputObjectType,
  isListType,
  isNonNullType,
  valueFromASTUntyped,
} from 'graphql'
import { type Count, directive, type Variables } from './list-size.js'

/** The cost of a value of the input. */
type CostOf = (value: unknown) => number

/** An upper bound of the items that are looked at: a longer list is over every limit. */
const MAX_ITEMS = 10_000

const costOfMembers =
  (members: readonly (readonly [name: string, costOf: CostOf])[]): CostOf =>
  (value) =>
    typeof value === 'object' && value !== null
      ? members.reduce((sum, [name, costOf]) => sum + costOf((value as Readonly<Record<string, unknown>>)[name]), 0)
      : 0

const costOfItems =
  (costOf: CostOf): CostOf =>
  (value) =>
    // A single value counts as a list of one.
    Array.isArray(value)
      ? value.slice(0, MAX_ITEMS).reduce<number>((sum, item) => sum + costOf(item), 0)
      : costOf(value)

/** The cost of values of a type; undefined where no member below it has a weight. `path` holds the types above. */
function costOfType(type: GraphQLInputType, path: readonly string[]): CostOf | undefined {
  if (isNonNullType(type)) return costOfType(type.ofType, path)
  if (isListType(type)) {
    const item = costOfType(type.ofType, path)
    return item && costOfItems(item)
  }
  if (!isInputObjectType(type) || path.includes(type.name)) return undefined
  const members = Object.values(type.getFields()).flatMap((member) => {
    const cost = costOfMember(member, [...path, type.name])
    return cost ? [[member.name, cost] as const] : []
  })
  return members.length > 0 ? costOfMembers(members) : undefined
}

function costOfMember(member: GraphQLInputField, path: readonly string[]): CostOf | undefined {
  const weight = Number(directive(member, 'cost')?.['weight'] ?? 0)
  const below = costOfType(member.type, path)
  if (weight === 0) return below
  return (value) => (value === undefined || value === null ? 0 : weight + (below?.(value) ?? 0))
}

/** Most fields have no argument with a weight, which is found out once for each. */
const cache = new WeakMap<GraphQLField<unknown, unknown>, readonly (readonly [name: string, costOf: CostOf])[]>()

function weightedArguments(field: GraphQLField<unknown, unknown>) {
  let found = cache.get(field)
  if (found === undefined) {
    found = field.args.flatMap(({ name, type }) => {
      const cost = costOfType(type, [])
      return cost ? [[name, cost] as const] : []
    })
    cache.set(field, found)
  }
  return found
}

/** The cost of the input of a field: the `@cost` of each member that is given, for each item of a list. */
export function inputCostOf(field: GraphQLField<unknown, unknown>, { arguments: given = [] }: FieldNode): Count {
  const weighted = weightedArguments(field)
  if (weighted.length === 0) return 0
  return (variables: Variables) =>
    weighted.reduce((sum, [name, costOf]) => {
      const argument = given.find((candidate) => candidate.name.value === name)
      return argument ? sum + costOf(valueFromASTUntyped(argument.value, variables)) : sum
    }, 0)
}
