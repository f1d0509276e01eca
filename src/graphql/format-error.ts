import { ApolloServerErrorCode } from '@apollo/server/errors'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { type ErrorCode, ERROR_CODES } from '../../datasources/contract/error-codes.js'
import { ApiError, invalidInput } from '../../datasources/contract/errors.js'
import { tooMany } from '../limits/document.js'
import { headOf } from './http-head.js'

const CODE_OF: Readonly<Record<string, ErrorCode>> = {
  [ApolloServerErrorCode.GRAPHQL_PARSE_FAILED]: 'BAD_USER_INPUT',
  [ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED]: 'BAD_USER_INPUT',
  [ApolloServerErrorCode.BAD_USER_INPUT]: 'BAD_USER_INPUT',
  [ApolloServerErrorCode.BAD_REQUEST]: 'BAD_USER_INPUT',
  [ApolloServerErrorCode.OPERATION_RESOLUTION_FAILURE]: 'BAD_USER_INPUT',
  [ApolloServerErrorCode.PERSISTED_QUERY_NOT_FOUND]: 'PERSISTED_QUERY_NOT_FOUND',
  [ApolloServerErrorCode.PERSISTED_QUERY_NOT_SUPPORTED]: 'PERSISTED_QUERY_NOT_ALLOWED',
}

/** Messages without a code by which Apollo refuses a hash that breaks its protocol. */
const MISUSED_HASH: Readonly<Record<string, string>> = {
  'provided sha does not match query': 'The hash is not that of the operation.',
}

/** Apollo's refusals of a request's form, by how they begin, in words that name what is missing. */
const FORMS: Readonly<Record<string, string>> = {
  'Operation batching disabled': 'The body must be one JSON object: batches of operations are refused.',
  'POST body missing':
    'The body must be a JSON object that names an operation, such as {"query": "{ viewer { id } }"}.',
}

/** Longer messages repeat what the caller sent. */
const MAX_MESSAGE_LENGTH = 300

/** A document's error; names of types and fields are the schema's. Refused values are worded before (`refused-values.ts`). */
function ofDocument(message: string): string {
  const form = Object.keys(FORMS).find((beginning) => message.startsWith(beginning))
  if (form !== undefined) return FORMS[form]!
  if (message.startsWith('Unknown operation named')) return 'The document has no operation of that name.'
  if (message.startsWith('Syntax Error') && message.includes('"')) return 'The document has a syntax error.'
  return message.length > MAX_MESSAGE_LENGTH ? 'The request is not valid.' : message
}

/** True for an unforeseen error: it is masked in the answer and its kind is logged. */
export const isUnforeseen = (formatted: GraphQLFormattedError): boolean =>
  formatted.extensions?.['code'] === 'INTERNAL_SERVER_ERROR'

/** The code of an error that graphql-js or Apollo Server worded; undefined for an unforeseen one. */
function codeOf(error: GraphQLError): ErrorCode | undefined {
  const code = CODE_OF[String(error.extensions['code'])]
  if (code !== undefined) return code
  // Apollo refuses a persisted query that breaks its protocol with a status and without a code.
  return headOf(error).status === 400 ? 'BAD_USER_INPUT' : undefined
}

/** Code, message and further extensions of an error. */
type Wording = readonly [code: ErrorCode, message: string, extensions?: Readonly<Record<string, unknown>>]

/** What a client sees of an unforeseen error; the sentence stands in the table of codes. */
const MASKED: Wording = ['INTERNAL_SERVER_ERROR', ERROR_CODES.INTERNAL_SERVER_ERROR.sentence('')]

function ofApiError({ code, message, extensions: { http: _http, ...extensions } }: ApiError): Wording {
  return [code, message, extensions]
}

/** The refusal of a field for a variable in its argument that may be null, and is: only its execution finds it. */
function invalidArgument({ message, path }: GraphQLError): ApiError | undefined {
  if (path === undefined) return undefined
  const [, missing, type] = /^Argument "(\w+)" of (?:required|non-null) type "([\w![\]]+)" /.exec(message) ?? []
  if (missing !== undefined) return invalidInput({ [missing]: [`is required (${type})`] })
  // The literal that the message prints may be personal.
  const [, name] = /^Argument "(\w+)" has invalid value /.exec(message) ?? []
  return name === undefined ? undefined : invalidInput({ [name]: ['is not of the type that is expected'] })
}

function wordingOf(error: unknown): Wording {
  if (error instanceof ApiError) return ofApiError(error)
  if (!(error instanceof GraphQLError)) return MASKED
  const original = error.originalError ?? error
  if (original instanceof ApiError) return ofApiError(original)
  // graphql-js has no code of its own for it.
  if (original instanceof GraphQLError && original.message.startsWith('Syntax Error: Document contains more tha'))
    return ofApiError(tooMany('tokens'))
  const misused = error.path === undefined ? MISUSED_HASH[error.message] : undefined
  if (misused !== undefined) return ['BAD_USER_INPUT', misused]
  const invalid = invalidArgument(error)
  if (invalid !== undefined) return ofApiError(invalid)
  const code = codeOf(error)
  return code === undefined ? MASKED : [code, ofDocument(error.message)]
}

const NOWHERE = { locations: undefined, path: undefined }

/** The one form of every error in an answer; an unforeseen one is masked. */
export function formatError(error: unknown, correlationId?: string): GraphQLFormattedError {
  const [code, message, more] = wordingOf(error)
  const { locations, path } = error instanceof GraphQLError ? error : NOWHERE
  return {
    message,
    ...(locations ? { locations } : {}),
    ...(path ? { path } : {}),
    extensions: {
      code,
      retryable: ERROR_CODES[code].retryable,
      ...more,
      ...(correlationId === undefined ? {} : { correlationId }),
    },
  }
}
