import { type GraphQLField, type GraphQLFieldResolver, isLeafType, isNonNullType } from 'graphql'
import type { getMetadataStorage } from 'type-graphql'

type Handler = GraphQLFieldResolver<unknown, unknown, Readonly<Record<string, unknown>>>
type Metadata = ReturnType<typeof getMetadataStorage>['fieldResolvers'][number]
type Param = NonNullable<Metadata['params']>[number]
/** A parameter of a resolver's method, read from what the executor gives. */
type Reader = (root: unknown, args: Readonly<Record<string, unknown>>, context: unknown) => unknown

/** A leaf has no class and no rules: it is handed on as it is. */
function isPlain({ args }: GraphQLField<unknown, unknown>, name: string): boolean {
  const type = args.find((arg) => arg.name === name)?.type
  return type !== undefined && isLeafType(isNonNullType(type) ? type.ofType : type)
}

function readerOf(param: Param, field: GraphQLField<unknown, unknown>): Reader | undefined {
  if (param.kind === 'root' && param.propertyName === undefined) return (root) => root
  if (param.kind === 'context' && param.propertyName === undefined) return (_root, _args, context) => context
  if (param.kind === 'arg' && isPlain(field, param.name)) return (_root, args) => args[param.name]
  return undefined
}

/**
 * A resolver's method as the executor calls it, where nothing has to be made of what it is given; undefined elsewhere.
 * TypeGraphQL copies the parent into an instance of its class for each field that is asked of it, sorts the parameters
 * each time, and makes promises to check what has no rules.
 */
export function handlerOf(
  { target, methodName, params = [], middlewares = [], roles = [] }: Omit<Metadata, 'kind'>,
  field: GraphQLField<unknown, unknown>,
): Handler | undefined {
  if (middlewares.length + roles.length > 0) return undefined
  const readers = [...params]
    .sort((one, other) => one.index - other.index)
    .flatMap((param) => readerOf(param, field) ?? [])
  if (readers.length < params.length) return undefined
  const resolver = new (target as new () => Record<string, (...given: unknown[]) => unknown>)()
  return (root, args, context) => resolver[methodName]!(...readers.map((read) => read(root, args, context)))
}
