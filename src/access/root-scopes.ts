import {
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  isNonNullType,
  type OperationDefinitionNode,
} from 'graphql'
import { conditionsOf, conditionValues, FieldCollector } from '../graphql/field-collector.js'
import type { ResolvedOperation } from '../graphql/plugin.js'
import { missingScope } from './operation.js'
import { type RequiredScopes, requiredScopesOf } from './required-scopes.js'

/** A root field as it is selected; `__typename` has its value instead of scopes. */
interface RootField {
  readonly name: string
  readonly nodes: readonly FieldNode[]
  readonly required?: RequiredScopes
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
  for (const [name, nodes] of new FieldCollector(schema, document, conditions).collect([selectionSet], root)) {
    const called = nodes[0]!.name.value
    if (called === '__typename') {
      fields.push({ name, nodes, typename: root.name })
      continue
    }
    const field = root.getFields()[called]
    const required = field && !isNonNullType(field.type) ? requiredScopesOf(field) : undefined
    if (required === undefined) return undefined
    fields.push({ name, nodes, required })
  }
  return fields.some(({ required }) => required !== undefined) ? fields : undefined
}

/** The answer of an operation of which the caller may call no field, as its execution would word it. */
function refusal(fields: readonly RootField[], scopes: ReadonlySet<string>): ExecutionResult {
  const data: Record<string, string | null> = {}
  const errors: GraphQLError[] = []
  for (const { name, nodes, required, typename } of fields) {
    data[name] = typename ?? null
    const missing = required?.missing(scopes)
    if (missing === undefined) continue
    const originalError = missingScope(missing)
    errors.push(new GraphQLError(originalError.message, { nodes, path: [name], originalError }))
  }
  return { data, errors }
}

/**
 * Refuses an operation of which the caller may call no field before its variables are coerced and validated: what a
 * caller without scopes sends costs no more than its parsing. Scopes that depend on arguments, and operations of which
 * some fields may be called, are left to the execution.
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
    const { scopes } = resolved.context.caller
    const fields = fieldsOf(resolved)
    if (fields === undefined) return undefined
    for (const { required } of fields)
      if (required !== undefined && required.missing(scopes) === undefined) return undefined
    return refusal(fields, scopes)
  }
}
