import {
  coerceInputValue,
  GraphQLError,
  type GraphQLSchema,
  isInputType,
  isNonNullType,
  typeFromAST,
  valueFromAST,
  type VariableDefinitionNode,
} from 'graphql'

/** Errors of variables that are told in one answer; graphql-js has the same limit. */
const MAX_ERRORS = 50

type Values = Readonly<Record<string, unknown>>

/** Ends the coercion of values that have too many errors. */
class TooManyErrors extends Error {}

/** Errors up to the limit. */
class Errors {
  readonly list: GraphQLError[] = []

  add(message: string, nodes: VariableDefinitionNode, originalError?: Error): void {
    if (this.list.length >= MAX_ERRORS) {
      this.list.push(new GraphQLError('Too many errors processing variables, error limit reached. Execution aborted.'))
      throw new TooManyErrors()
    }
    this.list.push(new GraphQLError(message, { nodes, originalError }))
  }
}

const pathOf = (name: string, path: readonly (string | number)[]): string =>
  name + path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')

/** Adds the value of one variable, or its errors. */
function coerce(schema: GraphQLSchema, node: VariableDefinitionNode, inputs: Values, errors: Errors): unknown {
  const name = node.variable.name.value
  const type = typeFromAST(schema, node.type)
  // The document is valid.
  if (!isInputType(type)) return undefined
  const value = Object.hasOwn(inputs, name) ? inputs[name] : undefined
  if (value === undefined && node.defaultValue) return valueFromAST(node.defaultValue, type)
  if (value === undefined && !isNonNullType(type)) return undefined
  if (value === undefined)
    return errors.add(`Variable "$${name}" of required type "${String(type)}" was not provided.`, node)
  if (value === null && isNonNullType(type))
    return errors.add(`Variable "$${name}" of non-null type "${String(type)}" must not be null.`, node)
  return coerceInputValue(value, type, (path, _invalid, error) => {
    const place = path.length > 0 ? `at "${pathOf(name, path)}"` : ''
    errors.add(`Variable "$${name}" got invalid value ${place}; ${error.message}`, node, error)
  })
}

/**
 * Coerces the variables of an operation as `getVariableValues` of graphql-js does, with messages that do not hold the
 * values: graphql-js prints a whole object once for each of its members that is not known. Only values without errors count.
 */
export function readVariables(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  inputs: Values,
): { readonly errors?: readonly GraphQLError[]; readonly coerced: Values } {
  const errors = new Errors()
  const coerced: Record<string, unknown> = {}
  try {
    for (const node of definitions) {
      const value = coerce(schema, node, inputs, errors)
      if (value !== undefined) coerced[node.variable.name.value] = value
    }
  } catch (error) {
    if (!(error instanceof TooManyErrors)) throw error
  }
  return errors.list.length > 0 ? { errors: errors.list, coerced } : { coerced }
}
