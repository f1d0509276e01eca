import {
  getNamedType,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { type ApiError, copyError } from '../../datasources/contract/errors.js'
import {
  leftOutOf,
  type LeftOutRows,
  readableRows,
  type Rows,
  unreadableRows,
} from '../../datasources/contract/rows.js'
import { maskedFieldsOf } from '../access/mask.js'
import { markPlainMember } from './plain-members.js'
import type { OperationContext } from './plugin.js'

function pathOf({ path }: GraphQLResolveInfo): (string | number)[] {
  const keys: (string | number)[] = []
  for (let at: typeof path | undefined = path; at; at = at.prev) keys.unshift(at.key)
  return keys
}

/** Adds one error at the path of the field: for all its rows that are left out, as the first of them failed. */
function report(context: OperationContext, info: GraphQLResolveInfo, errors: readonly ApiError[]): void {
  const originalError = copyError(errors[0]!, { leftOut: errors.length })
  const { message } = originalError
  ;(context.leftOut ??= []).push(
    new GraphQLError(message, { nodes: info.fieldNodes, path: pathOf(info), originalError }),
  )
}

/** The rows that could be read; a list of which none could be read is an error of the field. */
function readable(value: unknown, context: OperationContext, info: GraphQLResolveInfo): unknown {
  if (!Array.isArray(value)) {
    const { leftOut = [] } = (value ?? {}) as LeftOutRows
    if (leftOut.length > 0) report(context, info, leftOut)
    return value
  }
  const errors = unreadableRows(value as Rows<unknown>)
  if (errors.length === 0) return value
  if (errors.length === value.length) throw copyError(errors[0]!)
  report(context, info, errors)
  return readableRows(value as Rows<unknown>)
}

/** True for the type of a list without null, a page or a payload. */
function mayLeaveOut(type: GraphQLOutputType): boolean {
  const nullable = isNonNullType(type) ? type.ofType : type
  if (isListType(nullable)) return isNonNullType(nullable.ofType)
  return isObjectType(nullable) && /(Connection|Payload)$/.test(nullable.name)
}

/** True for a list within a node, of a type of its own. The lists of a page are read where the page is loaded. */
const isWithinNode = (parent: GraphQLObjectType, type: GraphQLOutputType): boolean => {
  const nullable = isNonNullType(type) ? type.ofType : type
  return isListType(nullable) && isObjectType(getNamedType(type)) && !parent.name.endsWith('Connection')
}

/** The resolver of a list within a node. Where none of its rows could be read, it is null, or empty where it may not be null. */
const listWithin =
  (name: string, isNullable: boolean): GraphQLFieldResolver<Readonly<Record<string, unknown>>, OperationContext> =>
  (node, _args, context, info) => {
    const list = node[name]
    const errors = leftOutOf(node, name)
    // A list that is hidden for the caller tells nothing of its rows.
    if (errors === undefined || maskedFieldsOf(node)?.includes(name)) return list
    if (isNullable && Array.isArray(list) && list.length === 0) throw copyError(errors[0]!)
    report(context, info, errors)
    return list
  }

/**
 * Left-out rows: a row of a provider that could not be read must not cost the other rows of its list. Where the list
 * may hold null, the row is null and its error stands at its own path, as graphql-js has it. Where it may not, the row is
 * left out, and an error at the path of the list says how many were. The same holds of a list within a row.
 */
export function leaveOutUnreadableRows(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) {
      const { resolve } = field
      if (!resolve && isWithinNode(type, field.type)) {
        field.resolve = listWithin(field.name, !isNonNullType(field.type))
        markPlainMember(field)
      }
      if (!resolve || !mayLeaveOut(field.type)) continue
      field.resolve = ((root, args, context: OperationContext, info) => {
        const value: unknown = resolve(root, args, context, info)
        return value instanceof Promise
          ? value.then((found) => readable(found, context, info))
          : readable(value, context, info)
      }) satisfies GraphQLFieldResolver<unknown, OperationContext>
    }
  }
}
