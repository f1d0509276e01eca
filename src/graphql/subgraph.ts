import {
  buildASTSchema,
  type DocumentNode,
  GraphQLEnumType,
  type GraphQLSchema,
  isEnumType,
  isObjectType,
  isScalarType,
  isUnionType,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
} from 'graphql'

type Resolvers = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** The directives of Federation 2.9, named as the `@link` of the schema imports them. */
const DIRECTIVES = `
schema @link(url: "https://specs.apollo.dev/link/v1.0") { query: Query mutation: Mutation subscription: Subscription }
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @key(fields: federation__FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
directive @federation__requires(fields: federation__FieldSet!) on FIELD_DEFINITION
directive @federation__provides(fields: federation__FieldSet!) on FIELD_DEFINITION
directive @federation__external(reason: String) on OBJECT | FIELD_DEFINITION
directive @federation__tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCHEMA
directive @federation__extends on OBJECT | INTERFACE
directive @shareable repeatable on OBJECT | FIELD_DEFINITION
directive @federation__inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
directive @federation__override(from: String!, label: String) on FIELD_DEFINITION
directive @federation__composeDirective(name: String) repeatable on SCHEMA
directive @federation__interfaceObject on OBJECT
directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
directive @requiresScopes(scopes: [[federation__Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
directive @federation__policy(policies: [[federation__Policy!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
directive @federation__context(name: String!) repeatable on INTERFACE | OBJECT | UNION
directive @federation__fromContext(field: federation__ContextFieldValue) on ARGUMENT_DEFINITION
directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION`

/** What a router asks a subgraph. */
const typesFor = (entities: readonly string[]): string => `
type Query { _entities(representations: [_Any!]!): [_Entity]! _service: _Service! }
enum link__Purpose {
  """\`SECURITY\` features provide metadata necessary to securely resolve fields."""
  SECURITY
  """\`EXECUTION\` features provide metadata necessary for operation execution."""
  EXECUTION
}
scalar link__Import
scalar federation__FieldSet
scalar federation__Scope
scalar federation__Policy
scalar federation__ContextFieldValue
scalar _Any
type _Service { sdl: String }
union _Entity = ${entities.join(' | ')}`

const isEntity = (node: DocumentNode['definitions'][number]): node is ObjectTypeDefinitionNode =>
  node.kind === Kind.OBJECT_TYPE_DEFINITION && node.directives?.some(({ name }) => name.value === 'key') === true

/** Adds the federation definitions to a document of types, in the order that `@apollo/subgraph` prints them. */
function withFederation({ definitions }: DocumentNode): DocumentNode {
  const [schema, ...directives] = parse(DIRECTIVES).definitions
  const [query, ...types] = parse(
    typesFor(
      definitions
        .filter(isEntity)
        .map(({ name }) => name.value)
        .sort(),
    ),
  ).definitions
  const { fields = [] } = query as ObjectTypeDefinitionNode
  const links = definitions.filter(({ kind }) => kind === Kind.SCHEMA_EXTENSION)
  const own = definitions.filter(({ kind }) => kind !== Kind.SCHEMA_EXTENSION && kind !== Kind.SCHEMA_DEFINITION)
  const extended = own.map((node) =>
    node.kind === Kind.OBJECT_TYPE_DEFINITION && node.name.value === 'Query'
      ? { ...node, fields: [...(node.fields ?? []), ...fields] }
      : node,
  )
  return { kind: Kind.DOCUMENT, definitions: [schema!, ...links, ...directives, ...extended, ...types] }
}

function addResolvers(schema: GraphQLSchema, resolvers: Resolvers): void {
  for (const [name, members] of Object.entries(resolvers)) {
    const type = schema.getType(name)
    if (isObjectType(type))
      for (const [field, resolve] of Object.entries(members)) Object.assign(type.getFields()[field]!, { resolve })
    else if (isUnionType(type)) Object.assign(type, { resolveType: members['__resolveType'] })
    else if (isScalarType(type)) {
      const { serialize, parseValue, parseLiteral } = members
      Object.assign(type, { serialize, parseValue, parseLiteral })
    } else if (isEnumType(type)) {
      const { values, ...config } = type.toConfig()
      Object.assign(
        type,
        new GraphQLEnumType({
          ...config,
          values: Object.fromEntries(
            Object.entries(values).map(([key, value]) => [key, { ...value, value: members[key] }]),
          ),
        }),
      )
    }
  }
}

/**
 * A Federation 2 subgraph of these types: the schema with `_service` and `_entities`. The caller resolves `_entities`.
 * `@apollo/subgraph` does the same, but needs a library under the Elastic License 2.0 in production.
 */
export function buildSubgraph(typeDefs: DocumentNode, resolvers: Resolvers): GraphQLSchema {
  const document = withFederation(typeDefs)
  // Types that graphql-js printed, and the definitions above.
  const schema = buildASTSchema(document, { assumeValidSDL: true })
  let sdl: string | undefined
  addResolvers(schema, {
    ...resolvers,
    _Entity: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
  })
  schema.getQueryType()!.getFields()['_service']!.resolve = () => ({ sdl: (sdl ??= print(document)) })
  return schema
}
