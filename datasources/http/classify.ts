import type { ErrorResponse, ErrorMapping } from './call.js'
import type { ErrorCode, ApiErrorDetails } from '../contract/errors.js'

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

/** The code of a status that the room says nothing better about. */
const codeOf = (status: number): ErrorCode =>
  BY_STATUS[status] ?? (status >= 500 ? 'PROVIDER_UNAVAILABLE' : 'PROVIDER_MALFORMED')

/** A write that met one of these may have happened; 501 and 503 say that it did not. */
const isDoubtful = (status: number): boolean =>
  status === 408 || status === 499 || (status >= 500 && status !== 501 && status !== 503)

/** Codes that a sick provider is answered with, whatever its status. */
const AILING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['PROVIDER_TIMEOUT', 'PROVIDER_UNAVAILABLE', 'RATE_LIMITED'])

/** Statuses that another try a moment later may not meet. */
const isPassing = (status: number): boolean =>
  status === 408 || status === 429 || status === 499 || (status >= 500 && status !== 501)

const LONGEST_WAIT_SECONDS = 3600
/** When a provider asks to slow down and does not say for how long. */
const UNSAID_WAIT_SECONDS = 5

/** `Retry-After` in either form (RFC 9110), in whole seconds from now. */
export function parseRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - Date.now()) / 1000
  return Number.isFinite(seconds) ? Math.min(Math.max(0, Math.ceil(seconds)), LONGEST_WAIT_SECONDS) : undefined
}

/** A provider's codes and correlation ids are repeated to callers, so only what looks like one passes. */
const cleanId = (id: string | undefined) => (id !== undefined && /^[\w.:-]{1,128}$/.test(id) ? id : undefined)
const cleanCode = (code: string | undefined) =>
  code !== undefined && /^[A-Za-z][\w.-]{0,63}$/.test(code) ? code : undefined

/** Some providers give one status to everything; what the room reads as absent, say, is no sickness. */
const ails = (status: number, meaning: ErrorCode): boolean => isPassing(status) && AILING.has(meaning)

/** True when a refusal says that the provider is not well, as against not willing. */
export const isProviderFailure = (status: number, { code }: ErrorMapping): boolean =>
  status >= 500 && ails(status, code ?? codeOf(status))

/** What a refusal comes to: the error to answer, and what may be done next. */
export interface Classification {
  readonly code: ErrorCode
  readonly details: ApiErrorDetails
  /** True when the call may have been carried out in spite of it. */
  readonly ambiguous: boolean
  /** True when the same call may succeed a moment later. */
  readonly transient: boolean
  /** True when the provider certainly did nothing, so that even a write may be made again. */
  readonly notExecuted: boolean
}

/** Reads a refusal by what the room makes of it, and by its status where the room says nothing. */
export function classify({ status, header }: ErrorResponse, verdict: ErrorMapping, isWrite: boolean): Classification {
  const doubtful = isWrite && !(verdict.notExecuted ?? !isDoubtful(status))
  const meaning = verdict.code ?? codeOf(status)
  const code = doubtful ? 'OUTCOME_UNKNOWN' : meaning
  const wait =
    verdict.retryAfterSeconds ??
    parseRetryAfter(header('retry-after')) ??
    (code === 'RATE_LIMITED' ? UNSAID_WAIT_SECONDS : undefined)
  const requestId = cleanId(verdict.providerRequestId)
  const providerCode = cleanCode(verdict.providerCode)
  return {
    code,
    ambiguous: doubtful,
    transient: verdict.transient ?? ails(status, meaning),
    // A 503 is not among them: a proxy also gives it for a connection that broke after the request had gone through.
    notExecuted: !doubtful && (verdict.transient === true || status === 429),
    details: {
      providerStatus: status,
      ...(verdict.message !== undefined && !doubtful ? { message: verdict.message } : {}),
      ...(providerCode !== undefined ? { providerCode } : {}),
      ...(requestId !== undefined ? { providerRequestId: requestId } : {}),
      ...(verdict.fields !== undefined ? { fields: verdict.fields } : {}),
      ...(wait !== undefined ? { retryAfterSeconds: Math.min(wait, LONGEST_WAIT_SECONDS) } : {}),
    },
  }
}
