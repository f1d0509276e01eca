import { getDirective, getDocumentNodeFromSchema } from '@graphql-tools/utils'
import { type GraphQLSchema, isObjectType, Kind, type ObjectTypeDefinitionNode, print, visit } from 'graphql'

const LINK = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@authenticated", "@requiresScopes", "@cost", "@listSize"])
`

/**
 * Every answer needs a valid token, so the types carry `@authenticated`; a shareable type does not, because a router
 * would then require the same of the other subgraphs that have it.
 *
 * Scopes stand on fields alone, on those of the entities (`@key`) as well. Which scope opens a customer depends on the
 * path: a query needs the read scope, the answer of a mutation the write scope, `Viewer.customers` none. On the type
 * every path would need it, also one through a field that another subgraph adds to the entity, and a router would refuse
 * what is allowed here. A reference from another subgraph passes the guard like any other query, so a type without
 * scopes opens nothing.
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
