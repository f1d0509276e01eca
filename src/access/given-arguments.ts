import {
  type FieldNode,
  getNullableType,
  type GraphQLField,
  type GraphQLInputType,
  isInputObjectType,
  isListType,
  type OperationDefinitionNode,
  valueFromASTUntyped,
} from 'graphql'

type Values = Readonly<Record<string, unknown>>

/** The items of a list that are looked at; a longer one is refused by its own limit. */
const MAX_ITEMS = 100

/** A value as far as a scope may depend on it: the members that its type has; undefined where it is of another type. */
function looked(value: unknown, type: GraphQLInputType): unknown {
  const nullable = getNullableType<GraphQLInputType>(type)
  if (value == null) return value
  // One item stands for a list of it.
  if (isListType(nullable)) {
    const items: readonly unknown[] = Array.isArray(value) ? value : [value]
    return items.slice(0, MAX_ITEMS).map((item) => looked(item, nullable.ofType))
  }
  if (!isInputObjectType(nullable)) return value
  if (typeof value !== 'object' || Array.isArray(value)) return undefined
  const members = Object.keys(nullable.getFields()).filter((name) => Object.hasOwn(value, name))
  return Object.fromEntries(members.map((name) => [name, (value as Values)[name]]))
}

/** The variables with their defaults, which may be of any type: they are not coerced yet. */
const withDefaults = ({ variableDefinitions = [] }: OperationDefinitionNode, variables: Values): Values => ({
  ...Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)]],
    ),
  ),
  ...variables,
})

/** The arguments of a field as they are given, before anything is coerced: for the scopes that depend on them alone. */
export function givenArguments(
  { args }: GraphQLField<unknown, unknown>,
  { arguments: given = [] }: FieldNode,
  operation: OperationDefinitionNode,
  variables: Values,
): Values {
  const known = withDefaults(operation, variables)
  return Object.fromEntries(
    given.flatMap(({ name, value }) => {
      const declared = args.find((argument) => argument.name === name.value)
      return declared ? [[name.value, looked(valueFromASTUntyped(value, known), declared.type)]] : []
    }),
  )
}
