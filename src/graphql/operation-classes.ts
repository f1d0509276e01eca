import {
  type DocumentNode,
  getNamedType,
  getNullableType,
  type GraphQLSchema,
  isListType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql'
import type { OperationClass } from '../observability/outcome.js'

/** The classes of operations by which their latency is measured; each is found once for a document. */
export class OperationClasses {
  readonly #classes = new WeakMap<OperationDefinitionNode, OperationClass>()
  /** The fields of `Query` that are a list or a connection. */
  readonly #lists: ReadonlySet<string>

  constructor(schema: GraphQLSchema) {
    const fields = Object.values(schema.getQueryType()?.getFields() ?? {})
    this.#lists = new Set(
      fields.flatMap(({ name, type }) =>
        isListType(getNullableType(type)) || getNamedType(type).name.endsWith('Connection') ? [name] : [],
      ),
    )
  }

  /** Finds the class of an operation of a document. */
  add(operation: OperationDefinitionNode, document: DocumentNode): void {
    if (operation.operation === OperationTypeNode.QUERY && !this.#classes.has(operation))
      this.#classes.set(operation, this.#hasList(operation.selectionSet, document) ? 'list' : 'query')
  }

  /** The class; that of the type of operation where the operation was refused before it was resolved. */
  of(operation: OperationDefinitionNode | undefined): OperationClass {
    if (operation === undefined) return 'none'
    return this.#classes.get(operation) ?? (operation.operation === OperationTypeNode.MUTATION ? 'mutation' : 'query')
  }

  #hasList({ selections }: SelectionSetNode, document: DocumentNode): boolean {
    return selections.some((node) => {
      if (node.kind === Kind.FIELD) return this.#lists.has(node.name.value)
      if (node.kind === Kind.INLINE_FRAGMENT) return this.#hasList(node.selectionSet, document)
      return document.definitions.some(
        (definition) =>
          definition.kind === Kind.FRAGMENT_DEFINITION &&
          definition.name.value === node.name.value &&
          this.#hasList(definition.selectionSet, document),
      )
    })
  }
}
