import {
  type FieldNode,
  getDirectiveValues,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'

type OperationInfo = Pick<GraphQLResolveInfo, 'operation' | 'fragments' | 'variableValues'>

/** The response names of the root fields of an operation that have resolvers, in the order in which they run (GraphQL, 6.3.2). */
export function rootFieldsOf({ operation, fragments, variableValues }: OperationInfo): readonly string[] {
  const names = new Set<string>()
  const isLeftOut = (node: SelectionNode): boolean =>
    getDirectiveValues(GraphQLSkipDirective, node, variableValues)?.['if'] === true ||
    getDirectiveValues(GraphQLIncludeDirective, node, variableValues)?.['if'] === false
  const nameOf = ({ alias, name }: FieldNode): string => (alias ?? name).value
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const node of selections) {
      if (isLeftOut(node)) continue
      if (node.kind === Kind.FIELD) {
        if (node.name.value !== '__typename') names.add(nameOf(node))
      } else if (node.kind === Kind.INLINE_FRAGMENT) collect(node.selectionSet)
      else collect(fragments[node.name.value]!.selectionSet)
    }
  }
  collect(operation.selectionSet)
  return [...names]
}
