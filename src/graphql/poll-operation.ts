import {
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { fragmentsOf } from './field-collector.js'
import type { Executor } from './executor.js'
import type { ResolvedOperation } from './plugin.js'

const TYPE_NAME: SelectionSetNode = {
  kind: Kind.SELECTION_SET,
  selections: [{ kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }],
}

/** The root field of a subscription: its document is valid, so it has one. */
function rootField(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): FieldNode | undefined {
  for (const node of selections) {
    if (node.kind === Kind.FIELD) return node
    const { selectionSet } = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value)!
    const found = rootField(selectionSet, fragments)
    if (found !== undefined) return found
  }
  return undefined
}

type Narrowed = Pick<ResolvedOperation, 'document' | 'operation'>

/** By the operation that was sent, so that its narrowed form is compiled once. */
const narrowed = new WeakMap<OperationDefinitionNode, Narrowed>()

/** The same operation with nothing below its root field. */
function narrow({ document, operation }: ResolvedOperation): Narrowed {
  const known = narrowed.get(operation)
  if (known !== undefined) return known
  const field = rootField(operation.selectionSet, fragmentsOf(document))!
  const selectionSet: SelectionSetNode = {
    kind: Kind.SELECTION_SET,
    selections: [{ ...field, selectionSet: TYPE_NAME }],
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
  (execute: Executor): Executor =>
  (resolved) =>
    execute(resolved.context.observer?.isPoll ? { ...resolved, ...narrow(resolved) } : resolved)
