import type { ErrorResponse, ErrorMapping } from './call.js'
import type { ErrorCode } from '../contract/error-codes.js'
import type { ApiErrorDetails } from '../contract/errors.js'
import { limitRetryAfter, parseRetryAfter, wholeSeconds } from './retry-after.js'

const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'BAD_USER_INPUT',
  401: 'PROVIDER_REFUSED',
  403: 'PROVIDER_REFUSED',
  404: 'NOT_FOUND',
  408: 'PROVIDER_TIMEOUT',
  409: 'CONFLICT',
  421: 'BAD_USER_INPUT',
  422: 'BAD_USER_INPUT',
  429: 'RATE_LIMITED',
  504: 'PROVIDER_TIMEOUT',
}

/** The code of a status that the provider's error mapping gives no code for. */
const codeOf = (status: number): ErrorCode =>
  BY_STATUS[status] ?? (status >= 500 ? 'PROVIDER_UNAVAILABLE' : 'PROVIDER_MALFORMED')

/** What a provider may say more exactly with a 409. */
const CONFLICT_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CONFLICT',
  'CHALLENGE_REQUIRED',
  'IDEMPOTENCY_IN_PROGRESS',
  'IDEMPOTENCY_KEY_REUSED',
])

/**
 * The mapping, with `CONFLICT` for a 409: the status states it, also where the provider's code states something else.
 * Where the mapping knows that the write may be carried out, the status does not state the contrary.
 */
function mappingOf(status: number, mapping: ErrorMapping): ErrorMapping {
  if (status !== 409 || mapping.notExecuted === false) return mapping
  const isConflict = mapping.code !== undefined && CONFLICT_CODES.has(mapping.code)
  return { ...mapping, ...(isConflict ? {} : { code: 'CONFLICT', message: undefined }), notExecuted: true }
}

/** Statuses after which a write may have been carried out; 501 and 503 state that it was not. */
export const isAmbiguousStatus = (status: number): boolean =>
  status === 408 || status === 499 || (status >= 500 && status !== 501 && status !== 503)

/** Codes that mean a failing provider. */
const FAILURE_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'PROVIDER_TIMEOUT',
  'PROVIDER_UNAVAILABLE',
  'RATE_LIMITED',
])

/** Statuses that a later attempt may not get. */
const isTransientStatus = (status: number): boolean =>
  status === 408 || status === 429 || status === 499 || (status >= 500 && status !== 501)

/** The wait when a provider limits the rate without a `Retry-After`. */
const DEFAULT_RETRY_AFTER_SECONDS = 5

/**
 * Statuses after which a write is repeated by itself, where its retry policy allows it. After any other 5xx the
 * provider may have executed the write without keeping its answer under the idempotency key, so that a repeat would
 * execute it again; so it may after a 499, or it answers the same one again. 502 and 503 are those of a proxy, which a
 * lost connection equals.
 */
const REPEATABLE_WRITE: ReadonlySet<number> = new Set([408, 429, 502, 503])

/** Provider codes and request ids are passed on to callers, so only well-formed ones are kept. */
const cleanId = (id: string | undefined) => (id !== undefined && /^[\w.:-]{1,128}$/.test(id) ? id : undefined)
const cleanCode = (code: string | undefined) =>
  code !== undefined && /^[A-Za-z][\w.-]{0,63}$/.test(code) ? code : undefined

/** Both status and code must mean a failure: some providers use one status for everything, also for "not found". */
const isTransientFailure = (status: number, code: ErrorCode): boolean =>
  isTransientStatus(status) && FAILURE_CODES.has(code)

/** True when an error response means that the provider fails, not that it refuses. */
export const isProviderFailure = (status: number, { code }: ErrorMapping): boolean =>
  status >= 500 && isTransientFailure(status, code ?? codeOf(status))

/** The result of `classify`: the error to return, and what may follow it. */
interface Classification {
  readonly code: ErrorCode
  readonly details: ApiErrorDetails
  /** True when the call may have been carried out nevertheless. */
  readonly ambiguous: boolean
  /** True when the same call may succeed a moment later. */
  readonly transient: boolean
  /** True when the call certainly had no effect, so that even a write may be repeated. */
  readonly notExecuted: boolean
}

/** Classifies an error response by the provider's mapping of it, and by its status where the mapping is silent. */
export function classify({ status, header }: ErrorResponse, mapped: ErrorMapping, isWrite: boolean): Classification {
  const mapping = mappingOf(status, mapped)
  const ambiguous = isWrite && !(mapping.notExecuted ?? !isAmbiguousStatus(status))
  const mappedCode = mapping.code ?? codeOf(status)
  const code = ambiguous ? 'OUTCOME_UNKNOWN' : mappedCode
  const retryAfterSeconds =
    wholeSeconds(mapping.retryAfterSeconds) ??
    parseRetryAfter(header('retry-after')) ??
    (code === 'RATE_LIMITED' ? DEFAULT_RETRY_AFTER_SECONDS : undefined)
  const requestId = cleanId(mapping.providerRequestId)
  const providerCode = cleanCode(mapping.providerCode)
  return {
    code,
    ambiguous,
    transient:
      mapping.transient ??
      (isTransientFailure(status, mappedCode) &&
        (!isWrite || (REPEATABLE_WRITE.has(status) && mapping.notExecuted !== false))),
    // Not 503: a proxy also sends it when the connection broke after the request had been passed on.
    notExecuted: !ambiguous && (mapping.transient === true || status === 429),
    details: {
      providerStatus: status,
      ...(mapping.message !== undefined && !ambiguous ? { message: mapping.message } : {}),
      ...(providerCode !== undefined ? { providerCode } : {}),
      ...(requestId !== undefined ? { providerRequestId: requestId } : {}),
      ...(mapping.fields !== undefined ? { fields: mapping.fields } : {}),
      ...(retryAfterSeconds !== undefined ? { retryAfterSeconds: limitRetryAfter(retryAfterSeconds) } : {}),
    },
  }
}
