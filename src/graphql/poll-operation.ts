import { type GraphQLSchema, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql'
import { FieldCollector, fragmentsOf } from './field-collector.js'
import type { Executor } from './executor.js'
import type { ResolvedOperation } from './plugin.js'

const TYPE_NAME: SelectionSetNode = {
  kind: Kind.SELECTION_SET,
  selections: [{ kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }],
}

type Narrowed = Pick<ResolvedOperation, 'document' | 'operation'>

/** By the operation that was sent, so that its narrowed form is compiled once. */
const narrowed = new WeakMap<OperationDefinitionNode, Narrowed>()

/** The same operation with nothing below its root field. */
function narrow(schema: GraphQLSchema, { document, operation }: ResolvedOperation): Narrowed {
  const known = narrowed.get(operation)
  if (known !== undefined) return known
  // Conditions of a root field are no variables: the document is valid.
  const collector = new FieldCollector(schema, fragmentsOf(document), {})
  const fields = collector.collect([operation.selectionSet], schema.getSubscriptionType()!)
  const selectionSet: SelectionSetNode = {
    kind: Kind.SELECTION_SET,
    selections: [...fields.values()].map(([field]) => ({ ...field!, selectionSet: TYPE_NAME })),
  }
  const root: OperationDefinitionNode = { ...operation, selectionSet }
  const result: Narrowed = { operation: root, document: { kind: Kind.DOCUMENT, definitions: [root] } }
  narrowed.set(operation, result)
  return result
}

/**
 * Executes of a poll the root field alone. A poll reads the object and its result is told to no client, so what hangs
 * off the object would call providers at the cost of no points.
 */
export const narrowPolls =
  (execute: Executor, schema: GraphQLSchema): Executor =>
  (resolved) =>
    execute(resolved.context.observer?.isPoll ? { ...resolved, ...narrow(schema, resolved) } : resolved)
