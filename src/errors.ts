import { ApolloServerErrorCode } from '@apollo/server/errors'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { type Code, CODES, Failure, type RefusedFields } from '../datasources/errors.js'

const CODE_OF: Readonly<Record<string, Code>> = {
  [ApolloServerErrorCode.GRAPHQL_PARSE_FAILED]: 'BAD_USER_INPUT',
  [ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED]: 'BAD_USER_INPUT',
  [ApolloServerErrorCode.BAD_USER_INPUT]: 'BAD_USER_INPUT',
  [ApolloServerErrorCode.BAD_REQUEST]: 'BAD_USER_INPUT',
  [ApolloServerErrorCode.OPERATION_RESOLUTION_FAILURE]: 'BAD_USER_INPUT',
  [ApolloServerErrorCode.PERSISTED_QUERY_NOT_FOUND]: 'PERSISTED_QUERY_NOT_FOUND',
  [ApolloServerErrorCode.PERSISTED_QUERY_NOT_SUPPORTED]: 'PERSISTED_QUERY_NOT_ALLOWED',
}

/**
 * graphql-js repeats what it was given: `got invalid value "123-45-6789"`, `found "…"`, `non-integer value: "…"`.
 * Whatever stood in an input may be personal, so only the sentence around it is kept.
 */
export function withoutValues(message: string): { message: string; fields?: RefusedFields } {
  const variable = /^Variable "\$(\w+)" got invalid value [\s\S]*?(?: at "([\w.[\]]+)")?; ([\s\S]*)$/.exec(message)
  if (variable) {
    const [, name, at, reason] = variable
    // A path begins with the variable's own name: `input.email`, `ids[3]`.
    const field = at ?? name!
    const rule = expectation(reason!)
    return { message: `The value at "${field}" is not valid: ${rule}.`, fields: { [field]: [rule] } }
  }
  return {
    message: message
      .replace(/, found [\s\S]*$/, '.')
      .replace(/(cannot represent [\w -]+?)(?: value)?: [\s\S]*$/, '$1 value.')
      .replace(/^(Syntax Error: [\s\S]*?)\b(String|BlockString|Int|Float|Name) "[\s\S]*"/, '$1$2'),
  }
}

function expectation(reason: string): string {
  const required = /^Field "(\w+)" of required type "([^"]+)" was not provided/.exec(reason)
  if (required) return `${required[1]} is required (${required[2]})`
  const unknown = /^Field "(\w+)" is not defined by type "(\w+)"/.exec(reason)
  if (unknown) return `${unknown[2]} has no member of that name`
  const wanted = /^Expected (?:non-nullable |value of )?type "([^"]+)"(?: to be an object)?[^.]*\.?\s*(.*)$/s.exec(reason)
  // A scalar of ours says what it expects and nothing else.
  if (wanted) return wanted[2]?.startsWith('must be ') ? wanted[2] : `expected ${wanted[1]}`
  const builtIn = /^(\w+) cannot represent/.exec(reason)
  if (builtIn) return `expected ${builtIn[1]}`
  const enumeration = /does not exist in "(\w+)" enum|Enum "(\w+)" cannot represent/.exec(reason)
  if (enumeration) return `expected one of ${enumeration[1] ?? enumeration[2]}`
  return reason.startsWith('must be ') ? reason : 'has the wrong type'
}

/** True for what nobody foresaw: it is masked in the answer and its kind is logged. */
export const isUnforeseen = (formatted: GraphQLFormattedError): boolean => formatted.extensions?.['code'] === 'INTERNAL_SERVER_ERROR'

/** The one form of every error in an answer; what is unforeseen is masked. The correlation id is added by the caller. */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { locations, path, extensions: given } = formatted
  const form = (code: Code, message: string, extensions: Record<string, unknown> = {}): GraphQLFormattedError => ({
    message,
    ...(locations ? { locations } : {}),
    ...(path ? { path } : {}),
    extensions: { code, retryable: CODES[code].retryable, ...extensions },
  })

  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error
  if (original instanceof Failure) {
    // `http` is for the transport and was taken by it.
    const { http: _http, ...extensions } = original.extensions
    return form(original.code, original.message, extensions)
  }
  const code = CODE_OF[String(given?.['code'])]
  if (code === undefined) return form('INTERNAL_SERVER_ERROR', CODES.INTERNAL_SERVER_ERROR.sentence(''))
  const { message, fields } = withoutValues(formatted.message)
  return form(code, message, fields ? { fields } : {})
}
