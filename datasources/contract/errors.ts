import type { KycProvider } from '../../schema/shared.js'
import { ERROR_CODES, type ErrorCode } from './error-codes.js'

/** Invalid input members by path, each with the rules that it violates. */
export type InvalidFields = Record<string, readonly string[]>

export interface ApiErrorDetails {
  readonly message?: string
  /** The provider that failed. */
  readonly provider?: KycProvider
  /** The name of the provider in sentences. */
  readonly title?: string
  readonly retryable?: boolean
  readonly retryAfterSeconds?: number
  /** Whose limit is spent: that of the user, of the client or of the tenant. */
  readonly limitedBy?: 'user' | 'client' | 'tenant'
  readonly providerCode?: string
  readonly providerStatus?: number
  readonly providerRequestId?: string
  readonly fields?: InvalidFields
  /** The number of invalid members that `fields` does not name. */
  readonly moreFields?: number
  /** The types of disclosure that the provider demands first; empty where it names none. */
  readonly missingDisclosures?: readonly string[]
  /** The rows of a list that could not be read and are left out. */
  readonly leftOut?: number
  /** True where the outcome of an earlier call with the same idempotency key is told once more. */
  readonly replayed?: true
  /** What was refused, a fixed word such as a scope; for security events alone, and never part of an answer. */
  readonly refusal?: string | undefined
  /** The type that was searched by personal values, where that is refused; for security events alone. */
  readonly searched?: string | undefined
  /** What failed; for `errorClass` alone, and never part of an answer. */
  readonly cause?: unknown
}

/** The invalid members that one error names. */
const MAX_FIELDS = 20

/** The first of the invalid members, and the number of the others. */
function namedFields(fields: InvalidFields): Pick<ApiErrorDetails, 'fields' | 'moreFields'> {
  const entries = Object.entries(fields)
  return entries.length <= MAX_FIELDS
    ? { fields }
    : { fields: Object.fromEntries(entries.slice(0, MAX_FIELDS)), moreFields: entries.length - MAX_FIELDS }
}

/**
 * The one error that leaves a room, a guard or the store. Carries what `extensions` may say, and nothing else.
 *
 * It is foreseen, so it captures no stack; graphql-js wraps it where a resolver throws it. Capturing a stack, or being a
 * GraphQLError by itself, costs 12 µs instead of 1 µs (`docs/performance.md`).
 */
export class ApiError extends Error {
  readonly code: ErrorCode
  readonly extensions: Record<string, unknown>
  readonly refusal: string | undefined
  readonly searched: string | undefined

  constructor(code: ErrorCode, details: ApiErrorDetails = {}) {
    const { message, title, retryable, cause, refusal, searched, fields, ...rest } = details
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(message ?? ERROR_CODES[code].sentence(title ?? 'The provider'), cause === undefined ? undefined : { cause })
    Error.stackTraceLimit = stackTraceLimit
    this.code = code
    this.refusal = refusal
    this.searched = searched
    this.extensions = {
      code,
      retryable: retryable ?? ERROR_CODES[code].retryable,
      ...rest,
      ...(fields && namedFields(fields)),
    }
  }
}

/**
 * The error of a repeat that was not sent, because it could revert a later change: whether the first attempt was
 * executed stays unknown, and no further repeat tells.
 */
export class NotRepeated extends ApiError {
  constructor(details: ApiErrorDetails = {}) {
    super('OUTCOME_UNKNOWN', details)
  }
}

/**
 * The error of a command of several writes, some of which were executed, while the next certainly was not: the same key
 * goes on with those that are left.
 */
export class PartlyDone extends ApiError {
  /** The parts that are done, in the command's words: the next attempt gets them. */
  readonly done: readonly string[]

  /** `error`: that of the write that was not executed. */
  constructor({ extensions: { code: _code, retryable: _retryable, ...details } }: ApiError, done: readonly string[]) {
    super('OUTCOME_UNKNOWN', details)
    this.done = done
  }
}

/** The same failure once more, in an error of its own: each belongs to one answer. */
export function copyError(
  { code, message, extensions: { code: _code, ...details } }: ApiError,
  more: ApiErrorDetails = {},
): ApiError {
  return new ApiError(code, { ...details, message, ...more })
}

/** The error of invalid input, by field; thrown before a provider is called. */
export function invalidInput(invalid: InvalidFields): ApiError {
  const { fields = {}, moreFields } = namedFields(invalid)
  const more = moreFields === undefined ? '' : ` and ${moreFields} more`
  const message = `The input is not valid: ${Object.keys(fields).join(', ')}${more}.`
  return new ApiError('BAD_USER_INPUT', { message, fields, ...(moreFields === undefined ? {} : { moreFields }) })
}

/** The error of a row of a list that does not fit its contract and is left out. */
export const unreadableRow = (provider: KycProvider, title: string): ApiError =>
  new ApiError('PROVIDER_MALFORMED', {
    provider,
    message: `${title} answered a row that does not fit its contract; it is left out.`,
  })

/** The result of a lookup, or null when the provider answers `NOT_FOUND`. */
export const nullIfNotFound = <T>(result: Promise<T>): Promise<T | null> => result.catch(notFoundAsNull)

function notFoundAsNull(error: unknown): null {
  if (error instanceof ApiError && error.code === 'NOT_FOUND') return null
  throw error
}

/** The `Retry-After` of a failed provider call in seconds, where the provider sent one. */
export const retryAfterOf = (error: unknown): number | undefined =>
  error instanceof ApiError ? (error.extensions['retryAfterSeconds'] as number | undefined) : undefined
