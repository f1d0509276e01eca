import { getDirective, getDocumentNodeFromSchema } from '@graphql-tools/utils'
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
  type InputObjectTypeDefinitionNode,
  isObjectType,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  visit,
} from 'graphql'

const LINK = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@authenticated", "@requiresScopes", "@cost", "@listSize"])
`

const directiveNamed = (value: string): ConstDirectiveNode => ({
  kind: Kind.DIRECTIVE,
  name: { kind: Kind.NAME, value },
})

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
  const isRoot = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].some(
    (root) => root === declared,
  )
  if (isRoot || !isObjectType(declared) || getDirective(schema, declared, 'shareable')) return undefined
  return { ...type, directives: [...(type.directives ?? []), directiveNamed('authenticated')] }
}

const withAuthentication = (schema: GraphQLSchema): DocumentNode =>
  visit(getDocumentNodeFromSchema(schema), { ObjectTypeDefinition: (type) => authenticated(type, schema) })

/** The schema of the subgraph: what routers see, and what `schema/schema.graphql` holds. */
export const printSchema = (schema: GraphQLSchema): string => `${LINK}\n${print(withAuthentication(schema))}\n`

/** The same as a document: to print and to parse it takes a twentieth of a start. */
export const schemaDocument = (schema: GraphQLSchema): DocumentNode => ({
  kind: Kind.DOCUMENT,
  definitions: [...parse(LINK).definitions, ...withAuthentication(schema).definitions],
})

/** The directives of the GraphQL specification, which every client knows. */
const SPECIFIED = ['deprecated', 'specifiedBy', 'oneOf']

/** `@oneOf` of an input type that declares it: the rules of the class enforce it, and federation has no such directive. */
function oneOf(type: InputObjectTypeDefinitionNode, schema: GraphQLSchema): InputObjectTypeDefinitionNode | undefined {
  return schema.getType(type.name.value)!.extensions['oneOf'] === true
    ? { ...type, directives: [directiveNamed('oneOf')] }
    : undefined
}

/** The schema for clients: without the directives of federation and of query cost. `schema/api.graphql` holds it. */
export function printApi(schema: GraphQLSchema): string {
  const document = visit(getDocumentNodeFromSchema(schema), {
    Directive: ({ name }) => (SPECIFIED.includes(name.value) ? undefined : null),
    DirectiveDefinition: () => null,
    InputObjectTypeDefinition: { leave: (type) => oneOf(type, schema) },
  })
  return `${print(document)}\n`
}
