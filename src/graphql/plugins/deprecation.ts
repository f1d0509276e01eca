import {
  type DocumentNode,
  getNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import type { Metrics } from '../../observability/metrics/all-metrics.js'
import type { Plugin } from '../plugin.js'

/** The number of clients with a label of their own. */
const MAX_CLIENTS = 100

/** The coordinates of the deprecated parts of the schema that a document uses. */
export function deprecatedUses(schema: GraphQLSchema, document: DocumentNode): readonly string[] {
  const uses = new Set<string>()
  const types = new TypeInfo(schema)
  const add = (part: { readonly deprecationReason?: string | null | undefined } | null | undefined, name: string) => {
    if (part?.deprecationReason != null) uses.add(name)
  }
  visit(
    document,
    visitWithTypeInfo(types, {
      Field: ({ name }) => add(types.getFieldDef(), `${types.getParentType()?.name}.${name.value}`),
      Argument: ({ name }) =>
        add(types.getArgument(), `${types.getParentType()?.name}.${types.getFieldDef()?.name}(${name.value}:)`),
      ObjectField({ name }) {
        const input = getNamedType(types.getParentInputType())
        if (isInputObjectType(input)) add(input.getFields()[name.value], `${input.name}.${name.value}`)
      },
      EnumValue({ value }) {
        const type = getNamedType(types.getInputType())
        if (isEnumType(type)) add(type.getValue(value), `${type.name}.${value}`)
      },
    }),
  )
  return [...uses].sort()
}

/** Counts the operations that use deprecated parts of the schema. A document is read once, when it is first run. */
export function deprecationPlugin({ served, metrics }: { served: GraphQLSchema; metrics: Metrics }): Plugin {
  const cache = new WeakMap<OperationDefinitionNode, readonly string[]>()
  const clients = new Set<string>()

  function labelOf(client: string | undefined): string {
    if (client === undefined) return 'none'
    if (clients.size < MAX_CLIENTS) clients.add(client)
    return clients.has(client) ? client : 'other'
  }

  return {
    operationResolved({ document, operation, context }) {
      let uses = cache.get(operation)
      if (uses === undefined) cache.set(operation, (uses = deprecatedUses(served, document)))
      if (uses.length === 0) return
      const client = labelOf(context.caller.namedClient)
      for (const coordinate of uses) metrics.deprecated(coordinate, client)
    },
  }
}
