import {
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLSchema,
  isNonNullType,
  type OperationDefinitionNode,
} from 'graphql'
import { ApiError } from '../../datasources/contract/errors.js'
import { argumentScopesOf } from '../../resolvers/argument-scopes.js'
import { conditionsOf, conditionValues, FieldCollector, fragmentsOf } from '../graphql/field-collector.js'
import type { ResolvedOperation } from '../graphql/plugin.js'
import { givenArguments } from './given-arguments.js'
import { missingScope } from './operation.js'
import { type RequiredScopes, requiredScopesOf } from './required-scopes.js'

/** A root field as it is selected; `__typename` has its value instead of scopes. */
interface RootField {
  readonly name: string
  readonly nodes: readonly FieldNode[]
  readonly called?: { readonly field: GraphQLField<unknown, unknown>; readonly required: RequiredScopes }
  readonly typename?: string
}

/** The root fields of an operation; undefined where one of them may be called without a scope. */
type RootFields = readonly RootField[] | undefined

/** The root fields are kept where they do not depend on variables. */
interface KnownOperation {
  readonly conditions: readonly string[]
  readonly fields: RootFields
}

function rootFieldsOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  { operation, selectionSet }: OperationDefinitionNode,
  conditions: Readonly<Record<string, unknown>>,
): RootFields {
  const root = schema.getRootType(operation)!
  const fields: RootField[] = []
  for (const [name, nodes] of new FieldCollector(schema, fragmentsOf(document), conditions).collect(
    [selectionSet],
    root,
  )) {
    const called = nodes[0]!.name.value
    if (called === '__typename') {
      fields.push({ name, nodes, typename: root.name })
      continue
    }
    const field = root.getFields()[called]
    const required = field && !isNonNullType(field.type) ? requiredScopesOf(field) : undefined
    if (field === undefined || required === undefined) return undefined
    fields.push({ name, nodes, called: { field, required } })
  }
  return fields.some(({ called }) => called !== undefined) ? fields : undefined
}

/** The error of a field that the caller may not call, or not with the arguments that are given. */
function denialOf({ nodes, called }: RootField, { operation, variables, context }: ResolvedOperation) {
  if (called === undefined) return undefined
  const { field, required } = called
  const missing = required.missing(context.caller.scopes)
  if (missing !== undefined) return missingScope(missing)
  const check = argumentScopesOf(field)
  if (check === undefined) return undefined
  try {
    check(context, givenArguments(field, nodes[0]!, operation, variables))
  } catch (error) {
    // Values of another type are refused by their coercion.
    if (error instanceof ApiError && error.code === 'FORBIDDEN') return error
  }
  return undefined
}

/**
 * The answer of an operation of which the caller may call no field, as its execution would word it; undefined where one
 * of them may be called.
 */
function refusal(fields: readonly RootField[], resolved: ResolvedOperation): ExecutionResult | undefined {
  // A field may be named `__proto__`.
  const data = Object.create(null) as Record<string, string | null>
  const errors: GraphQLError[] = []
  for (const root of fields) {
    const { name, nodes, called, typename } = root
    const originalError = denialOf(root, resolved)
    data[name] = typename ?? null
    if (originalError !== undefined)
      errors.push(new GraphQLError(originalError.message, { nodes, path: [name], originalError }))
    else if (called !== undefined) return undefined
  }
  return { data, errors }
}

/**
 * Refuses an operation of which the caller may call no field before its variables are coerced and validated: what a
 * caller without scopes sends costs no more than its parsing. Operations of which some fields may be called are left to
 * the execution.
 */
export function createRootScopeCheck(
  schema: GraphQLSchema,
): (operation: ResolvedOperation) => ExecutionResult | undefined {
  const known = new WeakMap<OperationDefinitionNode, KnownOperation>()

  function fieldsOf({ document, operation, variables }: ResolvedOperation): RootFields {
    let found = known.get(operation)
    if (found === undefined) {
      const conditions = conditionsOf(document)
      found = { conditions, fields: conditions.length > 0 ? undefined : rootFieldsOf(schema, document, operation, {}) }
      known.set(operation, found)
    }
    const { conditions, fields } = found
    if (conditions.length === 0) return fields
    return rootFieldsOf(schema, document, operation, conditionValues(conditions, operation, variables))
  }

  return (resolved) => {
    const fields = fieldsOf(resolved)
    return fields && refusal(fields, resolved)
  }
}
