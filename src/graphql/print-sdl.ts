import { getDirective, getDocumentNodeFromSchema } from '@graphql-tools/utils'
import { type GraphQLSchema, isObjectType, Kind, type ObjectTypeDefinitionNode, print, visit } from 'graphql'

const LINK = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@authenticated", "@requiresScopes", "@cost", "@listSize"])
`

/**
 * Nothing here is told without a valid token, so the types say so; one that is shareable does not, because a router
 * would then hold it against the other subgraphs that have it too.
 *
 * Scopes stand on fields alone, on those of the entities (`@key`) as well. Which scope opens a customer depends on the
 * road: a read needs the read scope, a write's answer the write scope, `Viewer.customers` none. On the type every road
 * would need it, also one through what another subgraph adds to the entity, and a router would refuse what is allowed
 * here. What another subgraph refers to is asked for as a reference, and that is refused or answered by the guard like
 * any other question, so the type's silence opens nothing.
 */
function authenticated(type: ObjectTypeDefinitionNode, schema: GraphQLSchema): ObjectTypeDefinitionNode | undefined {
  const declared = schema.getType(type.name.value)
  const isRoot = declared === schema.getQueryType() || declared === schema.getMutationType()
  if (isRoot || !isObjectType(declared) || getDirective(schema, declared, 'shareable')) return undefined
  return {
    ...type,
    directives: [
      ...(type.directives ?? []),
      { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'authenticated' } },
    ],
  }
}

/** The emitted schema: what clients and routers see, and what `schema/schema.graphql` holds. */
export function printSchema(schema: GraphQLSchema): string {
  const document = visit(getDocumentNodeFromSchema(schema), {
    ObjectTypeDefinition: (type) => authenticated(type, schema),
  })
  return `${LINK}\n${print(document)}\n`
}
