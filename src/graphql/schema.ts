import {
  getNamedType,
  type GraphQLArgument,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNullableType,
  isListType,
  isObjectType,
} from 'graphql'
import { buildSchemaSync, createResolversMap, getMetadataStorage, type PubSub } from 'type-graphql'
import { ApiError, invalidInput } from '../../datasources/contract/errors.js'
import { type ArgumentScopeCheck, argumentScopesOf } from '../../resolvers/argument-scopes.js'
import type { RequestContext } from '../../resolvers/context.js'
import { referenceKeys, references, resolvers } from '../../resolvers/index.js'
import { settled } from '../../resolvers/settled.js'
import { missingScope } from '../access/operation.js'
import { type RequiredScopes, requiredScopesOf } from '../access/required-scopes.js'
import { FieldCollector } from './field-collector.js'
import { brokenRules, holdsRules } from './input-rules.js'
import { leaveOutUnreadableRows } from './left-out-rows.js'
import { schemaDocument } from './print-sdl.js'
import { reviewPii } from './pii-review.js'
import type { OperationContext } from './plugin.js'
import { ResponseNotes } from './response-notes.js'
import { argumentsReader, readReference, textFaults } from './read-arguments.js'
import { buildSubgraph } from './subgraph.js'

/** The rules of a class that an argument breaks. */
function brokenRulesOf(value: unknown, info: GraphQLResolveInfo): [string, readonly string[]][] {
  if (holdsRules(value)) return []
  const [sample] = Array.isArray(value) ? (value as unknown[]) : [value]
  if (typeof sample !== 'object' || sample === null) return []
  // Arguments that share one class (`@Args`) have no name of their own.
  const { args } = info.parentType.getFields()[info.fieldName]!
  const argument = args.find(({ type }) => getNamedType(type).name === sample.constructor.name)
  return brokenRules(value, argument?.name ?? '')
}

/** Checks an argument against the rules of its class, and of text, before any resolver runs. */
function validateArgument(value: unknown, { args, info }: { args: object; info: GraphQLResolveInfo }): void {
  const fields: Record<string, readonly string[]> = { ...textFaults(args) }
  for (const [path, rules] of brokenRulesOf(value, info)) fields[path] = [...(fields[path] ?? []), ...rules]
  if (Object.keys(fields).length > 0) throw invalidInput(fields)
}

/** TypeGraphQL wants one where there are subscriptions; events do not pass through it (`src/streams`). */
const NO_PUB_SUB: PubSub = {
  publish: () => undefined,
  subscribe() {
    throw new Error('Events do not pass through TypeGraphQL.')
  },
}

/** The fields of objects that have a resolver: a query of their own loads what they answer. */
const loadedFields = (): (readonly [type: string, field: string])[] =>
  getMetadataStorage()
    .fieldResolvers.filter(({ kind }) => kind === 'external')
    .map(({ getObjectType, schemaName }) => [(getObjectType!() as { name: string }).name, schemaName])

/** The schema as the classes say it, with the decisions of the PII review: what masks and the trail are compiled from. */
export function buildClassSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers,
    orphanedTypes: [],
    // Tests validate it; TypeGraphQL would run a whole introspection at each start.
    skipCheck: true,
    pubSub: NO_PUB_SUB,
    validateFn: (value, _type, data) => validateArgument(value, data),
  })
  // TypeGraphQL has no decorator for the root types.
  schema.getQueryType()!.description = 'Read operations. Each field states the scopes that it requires.'
  schema.getMutationType()!.description =
    'Write operations. Each takes one `input` with an optional idempotency key, and states the scopes that it requires.'
  schema.getSubscriptionType()!.description =
    'Outcomes that come later, over server-sent events or a WebSocket (`graphql-transport-ws`). Each field answers as the query of the same object does: first as the object stands, then after each change. Each event is an operation of its own, with the scopes, masks, costs and limits of a query.'
  reviewPii(schema)
  for (const [type, name] of loadedFields()) {
    const field = (schema.getType(type) as GraphQLObjectType).getFields()[name]!
    field.extensions = { ...field.extensions, loaded: true }
  }
  return schema
}

type Resolve = GraphQLFieldResolver<unknown, OperationContext, object>

/** A resolver that sees the texts of its arguments in normal form. */
function withNormalTexts(resolve: Resolve, args: readonly GraphQLArgument[]): Resolve {
  const read = argumentsReader<object>(args)
  return read === undefined ? resolve : (root, given, context, info) => resolve(root, read(given), context, info)
}

/** A resolver whose arguments are not validated for a caller who may not call the field, or not with such arguments. */
function withScopes(
  resolve: Resolve,
  required: RequiredScopes | undefined,
  check: ArgumentScopeCheck | undefined,
): Resolve {
  if (required === undefined) return resolve
  return (root, args, context, info) => {
    const missing = required.missing(context.caller.scopes)
    if (missing !== undefined) throw missingScope(missing)
    check?.(context, args as Readonly<Record<string, unknown>>)
    return resolve(root, args, context, info)
  }
}

/** A resolver whose values are noted where they may be masked or cut. */
function withNotes(resolve: Resolve, isCapped: boolean): Resolve {
  return (root, args, context, info) => {
    const resolved = resolve(root, args, context, info)
    const seesPersonalData = context.caller.scopes.has('pii:read')
    if (seesPersonalData && !isCapped) return resolved
    const note = (value: unknown) => {
      context.notes ??= new ResponseNotes(seesPersonalData)
      context.notes.add(value, info)
      return value
    }
    return resolved instanceof Promise ? resolved.then(note) : note(resolved)
  }
}

/** A resolver of a root field of a mutation, which leaves time for those after it. */
function withAllotment(resolve: Resolve): Resolve {
  return (root, args, context, info) => {
    const fields = FieldCollector.of(info).collect([info.operation.selectionSet], info.parentType)
    const names = [...fields].filter(([, [node]]) => node!.name.value !== '__typename').map(([name]) => name)
    context.beginField(names.length - 1 - names.indexOf(String(info.path.key)))
    return resolve(root, args, context, info)
  }
}

type ResolversByType = Record<string, Record<string, unknown>>

/**
 * Only the fields that have a resolver of their own. TypeGraphQL would wrap every plain field too: scopes, masks and
 * idempotency live where queries and commands are handed out, so a plain field needs none.
 */
function resolversOf(schema: GraphQLSchema): ResolversByType {
  const all = createResolversMap(schema) as ResolversByType
  const { queries, mutations, subscriptions } = getMetadataStorage()
  const written: readonly (readonly [type: string, field: string])[] = [
    ...queries.map(({ schemaName }) => ['Query', schemaName] as const),
    ...mutations.map(({ schemaName }) => ['Mutation', schemaName] as const),
    ...subscriptions.map(({ schemaName }) => ['Subscription', schemaName] as const),
    ...loadedFields(),
  ]
  const resolvers: ResolversByType = Object.fromEntries(
    Object.entries(all).map(([type, fields]) => [type, isObjectType(schema.getType(type)) ? {} : fields]),
  )
  for (const [type, field] of written) {
    const declared = (schema.getType(type) as GraphQLObjectType).getFields()[field]!
    const given = all[type]![field] as Resolve | { readonly resolve: Resolve }
    // Of a subscription too: each event is executed as a query is.
    const reading = withNormalTexts(typeof given === 'function' ? given : given.resolve, declared.args)
    const resolve =
      declared.args.length > 0 ? withScopes(reading, requiredScopesOf(declared), argumentScopesOf(declared)) : reading
    const isCapped = isListType(getNullableType(declared.type)) && declared.args.some(({ name }) => name === 'first')
    const noted = withNotes(resolve, isCapped)
    resolvers[type]![field] = type === 'Mutation' ? withAllotment(noted) : noted
  }
  return resolvers
}

/** The schema that is served: a Federation 2 subgraph of the same types. */
function buildServedSchema(schema: GraphQLSchema): GraphQLSchema {
  const served = buildSubgraph(schemaDocument(schema), resolversOf(schema))
  keepExtensions(schema, served)
  guardSdl(served)
  answerReferences(served)
  leaveOutUnreadableRows(served)
  return served
}

/** The scopes that depend on arguments are declared in extensions, which the SDL does not have. */
function keepExtensions(declared: GraphQLSchema, served: GraphQLSchema): void {
  for (const root of [declared.getQueryType()!, declared.getMutationType()!])
    for (const [name, { extensions }] of Object.entries(root.getFields()))
      Object.assign((served.getType(root.name) as GraphQLObjectType).getFields()[name]!, { extensions })
}

let built: { readonly schema: GraphQLSchema; readonly served: GraphQLSchema } | undefined

/** Both, built once for all servers of a process: nothing of a server is in them. */
export function schemas(): NonNullable<typeof built> {
  if (built === undefined) {
    const schema = buildClassSchema()
    built = { schema, served: buildServedSchema(schema) }
  }
  return built
}

/** Answers each reference by itself: one that is not valid, or not answered by its provider, does not fail the others. */
function answerReferences(schema: GraphQLSchema): void {
  const resolve: Resolve = (_root, args, context) =>
    settled(
      (args as { readonly representations: readonly unknown[] }).representations.map(async (given, i) => {
        const reference = (typeof given === 'object' ? given : null) as Readonly<Record<string, unknown>> | null
        const type = reference?.['__typename']
        if (typeof type !== 'string' || !Object.hasOwn(references, type))
          throw new ApiError('BAD_USER_INPUT', { message: 'The reference names no entity of this graph.' })
        const entity = type as keyof typeof references
        const key = readReference(reference!, referenceKeys[entity], `representations[${i}]`)
        const found = await references[entity](key, context)
        // Most say themselves what they are.
        return found && ('__typename' in found ? found : { ...found, __typename: type })
      }),
    )
  schema.getQueryType()!.getFields()['_entities']!.resolve = withNotes(resolve, false)
}

/** The SDL tells as much as introspection, which is off outside development. */
function guardSdl(schema: GraphQLSchema): void {
  const field = schema.getQueryType()!.getFields()['_service']!
  const { resolve } = field
  field.resolve = (root, args, context: RequestContext, info) => {
    if (!context.caller.scopes.has('schema:read'))
      throw new ApiError('FORBIDDEN', { message: 'This needs the scope schema:read.', refusal: 'schema:read' })
    return resolve!(root, args, context, info)
  }
}
