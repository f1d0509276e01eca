import { ApolloServerErrorCode } from '@apollo/server/errors'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { type ErrorCode, ERROR_CODES, ApiError, type InvalidFields } from '../../datasources/contract/errors.js'
import { tooMany } from '../limits/document.js'

const CODE_OF: Readonly<Record<string, ErrorCode>> = {
  [ApolloServerErrorCode.GRAPHQL_PARSE_FAILED]: 'BAD_USER_INPUT',
  [ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED]: 'BAD_USER_INPUT',
  [ApolloServerErrorCode.BAD_USER_INPUT]: 'BAD_USER_INPUT',
  [ApolloServerErrorCode.BAD_REQUEST]: 'BAD_USER_INPUT',
  [ApolloServerErrorCode.OPERATION_RESOLUTION_FAILURE]: 'BAD_USER_INPUT',
  [ApolloServerErrorCode.PERSISTED_QUERY_NOT_FOUND]: 'PERSISTED_QUERY_NOT_FOUND',
  [ApolloServerErrorCode.PERSISTED_QUERY_NOT_SUPPORTED]: 'PERSISTED_QUERY_NOT_ALLOWED',
}

/** What Apollo says without a code of a hash that is not used as its protocol wants. */
const MISUSED_HASH: Readonly<Record<string, string>> = {
  'provided sha does not match query': 'The hash is not that of the operation.',
  'Unsupported persisted query version': 'This version of persisted queries is not known.',
}

/** Longer ones hold what somebody sent. */
const LONGEST_MESSAGE = 300

/** What a value should have been, in words of ours: graphql-js repeats the value itself, and it may be personal. */
function expectation(reason: string): string {
  // Our own scalars say what they expect and nothing else.
  if (reason.startsWith('must be ')) return reason
  const required = /^Field "(\w+)" of required type "([\w![\]]+)" was not provided/.exec(reason)
  if (required) return `${required[1]} is required (${required[2]})`
  if (reason.startsWith('Field "')) return 'has a member that is not known'
  const type =
    /^Expected (?:non-nullable |value of )?type "([\w![\]]+)"/.exec(reason) ??
    /^(?:Enum ")?(\w+)"? cannot represent /.exec(reason)
  return type ? `expected ${type[1]}` : 'is not of the type that is expected'
}

/** A variable's error: `Variable "$input" got invalid value … at "input.email"; reason`, of which only path and reason are kept. */
function ofVariable(message: string, reason: string): { message: string; fields: InvalidFields } | undefined {
  const name = /^Variable "\$(\w{1,64})" got invalid value /.exec(message)?.[1]
  if (name === undefined) return undefined
  const before = message.endsWith(`; ${reason}`) ? message.slice(0, -reason.length - 2) : message
  // A string that was given stands in quotes with its own quotes escaped, so it cannot end like a path.
  const field = / at "([\w.[\]]{1,200})"$/.exec(before.slice(-220))?.[1] ?? name
  const rule = expectation(reason)
  return { message: `The value at "${field}" is not valid: ${rule}.`, fields: { [field]: [rule] } }
}

/** A document's error without the values that stand in the document; names of types and fields are the schema's. */
function ofDocument(message: string): string {
  const enumeration = /^Value "/.test(message) ? /"(\w{1,64})" enum\./.exec(message.slice(-200)) : null
  if (enumeration) return `Expected a value of the enum ${enumeration[1]}.`
  if (message.startsWith('Value "')) return 'A value is not of the type that is expected.'
  const type =
    /^Expected value of type "([\w![\]]{1,80})"/.exec(message) ??
    /^(?:Enum ")?(\w{1,64})"? cannot represent /.exec(message)
  if (type) return `Expected a value of type ${type[1]}.`
  if (message.startsWith('Unknown operation named')) return 'The document has no operation of that name.'
  if (message.startsWith('Syntax Error') && message.includes('"')) return 'The document has a syntax error.'
  return message.length > LONGEST_MESSAGE ? 'The request is not valid.' : message
}

/** A refusal of the whole request, with the HTTP status that says so. */
export function withStatus(failure: ApiError, status: number): ApiError {
  failure.extensions['http'] = { status, headers: new Map() }
  return failure
}

/** True for what nobody foresaw: it is masked in the answer and its kind is logged. */
export const isUnforeseen = (formatted: GraphQLFormattedError): boolean =>
  formatted.extensions?.['code'] === 'INTERNAL_SERVER_ERROR'

/** Apollo refuses a persisted query that is badly asked for with a status and without a code. */
const isRefusal = (error: unknown): boolean =>
  error instanceof GraphQLError && (error.extensions['http'] as { status?: number } | undefined)?.status === 400

/** The one form of every error in an answer; what is unforeseen is masked. The correlation id is added by the caller. */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { locations, path, extensions: given } = formatted
  const form = (code: ErrorCode, message: string, extensions: Record<string, unknown> = {}): GraphQLFormattedError => ({
    message,
    ...(locations ? { locations } : {}),
    ...(path ? { path } : {}),
    extensions: { code, retryable: ERROR_CODES[code].retryable, ...extensions },
  })

  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error
  if (original instanceof ApiError) {
    // `http` is for the transport and was taken by it.
    const { http: _http, ...extensions } = original.extensions
    return form(original.code, original.message, extensions)
  }
  // graphql-js has no code of its own for it.
  if (original instanceof GraphQLError && original.message.startsWith('Syntax Error: Document contains more tha'))
    return formatError(formatted, tooMany('tokens'))
  const misused = path === undefined ? MISUSED_HASH[formatted.message] : undefined
  if (misused !== undefined) return form('BAD_USER_INPUT', misused)
  const code = CODE_OF[String(given?.['code'])] ?? (isRefusal(original) ? 'BAD_USER_INPUT' : undefined)
  if (code === undefined) return form('INTERNAL_SERVER_ERROR', ERROR_CODES.INTERNAL_SERVER_ERROR.sentence(''))
  // The reason alone is on the error that was wrapped.
  const variable = original instanceof Error ? ofVariable(formatted.message, original.message) : undefined
  return variable
    ? form(code, variable.message, { fields: variable.fields })
    : form(code, ofDocument(formatted.message))
}
