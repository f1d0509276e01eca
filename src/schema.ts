import { buildSubgraphSchema } from '@apollo/subgraph'
import { printSchemaWithDirectives } from '@graphql-tools/utils'
import { validateSync, type ValidationError } from 'class-validator'
import { getNamedType, type GraphQLResolveInfo, type GraphQLSchema, isObjectType, parse } from 'graphql'
import { buildSchemaSync, createResolversMap, getMetadataStorage } from 'type-graphql'
import { type RefusedFields, refuseFields } from '../datasources/errors.js'
import { references, resolvers } from '../resolvers/index.js'

const LINK = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
`

/** Rules by path. class-validator's own errors hold the whole input, so nothing else is taken from them. */
function brokenRules(errors: readonly ValidationError[], path: string): RefusedFields {
  return Object.assign(
    {},
    ...errors.map(({ property, constraints, children }) => {
      const here = path === '' ? property : `${path}.${property}`
      const rules = Object.values(constraints ?? {}).map((rule) => rule.replace(`each value in ${property}`, 'each').replace(`${property} `, ''))
      return { ...(rules.length > 0 ? { [here]: rules } : {}), ...brokenRules(children ?? [], here) }
    }),
  ) as RefusedFields
}

/** Checks an argument against the rules of its class before any resolver runs. */
export function validateArgument(value: unknown, { info }: { info: GraphQLResolveInfo }): void {
  const argumentOf = (item: object) =>
    info.parentType.getFields()[info.fieldName]!.args.find((argument) => getNamedType(argument.type).name === item.constructor.name)?.name ?? ''
  const items = Array.isArray(value) ? value : [value]
  const broken = items.map((item: unknown, i) => {
    if (typeof item !== 'object' || item === null || item.constructor === Object) return {}
    const path = argumentOf(item) + (Array.isArray(value) ? `[${i}]` : '')
    return brokenRules(validateSync(item, { forbidUnknownValues: false }), path)
  })
  const fields = Object.assign({}, ...broken) as RefusedFields
  if (Object.keys(fields).length > 0) throw refuseFields(fields)
}

/** The schema as the classes say it: what masking reads the `@Pii` declarations from. */
export function buildClassSchema(): GraphQLSchema {
  return buildSchemaSync({
    resolvers: resolvers,
    orphanedTypes: [],
    validateFn: (value, _type, data) => validateArgument(value, data),
  })
}

/** The emitted schema: what clients see and what `schema/schema.graphql` holds. */
export const printSchema = (schema: GraphQLSchema): string => `${LINK}\n${printSchemaWithDirectives(schema)}\n`

type ResolversByType = Record<string, Record<string, unknown>>

/**
 * Only what has a resolver of its own. TypeGraphQL would wrap every plain field too, and on a list of a hundred rows
 * those wrappers cost more than all the rest: scopes, masks and idempotency live where questions and writes are
 * handed out, so a plain field needs none.
 */
function resolversOf(schema: GraphQLSchema): ResolversByType {
  const all = createResolversMap(schema) as ResolversByType
  const written = new Set(
    getMetadataStorage()
      .fieldResolvers.filter(({ kind }) => kind === 'external')
      .map(({ getObjectType, schemaName }) => `${(getObjectType!() as { name: string }).name}.${schemaName}`),
  )
  return Object.fromEntries(
    Object.entries(all).map(([type, fields]) => {
      const isObject = isObjectType(schema.getType(type)) && !['Query', 'Mutation'].includes(type)
      return [type, isObject ? Object.fromEntries(Object.entries(fields).filter(([field]) => written.has(`${type}.${field}`))) : fields]
    }),
  )
}

/** The schema that is served: a Federation 2 subgraph of the same types. */
export function buildServedSchema(schema: GraphQLSchema): GraphQLSchema {
  const resolversByType = resolversOf(schema)
  for (const [type, resolveReference] of Object.entries(references)) {
    resolversByType[type] = { ...resolversByType[type], __resolveReference: (reference: never, context: never) => resolveReference(reference, context) }
  }
  return buildSubgraphSchema({ typeDefs: parse(printSchema(schema)), resolvers: resolversByType as never })
}
