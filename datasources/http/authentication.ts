import type { ErrorCode } from '../contract/error-codes.js'
import { ApiError } from '../contract/errors.js'
import type { OperationTrace } from '../contract/trace.js'
import { inSpan } from '../support/operation-trace.js'
import type { Credential } from './call.js'
import type { ProviderErrors } from './provider-errors.js'
import { NO_HEADERS, type RequestHeaders } from './request-headers.js'
import { type FailedAttempt, failedAttempt } from './retry.js'

/** Codes of a failed token request after which the call may be retried; a time-out is not waited for twice. */
const TRANSIENT: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['PROVIDER_UNAVAILABLE', 'RATE_LIMITED'])

/** Renewals of one attempt at most: each but the first found that another login had ended the token meanwhile. */
const MAX_RENEWALS = 3

/** Whether a credential may be renewed once more for an attempt, after the provider has refused these headers as stale. */
export async function mayRenew(credential: Credential, refused: RequestHeaders, renewals: number): Promise<boolean> {
  if (credential.renew === undefined || renewals >= MAX_RENEWALS) return false
  return renewals === 0 || ((await credential.isSuperseded?.(refused)) ?? false)
}

/** The value of a promise, which goes on when the signal aborts first. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal, abortError: () => ApiError): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(abortError())
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** The headers of a credential, or why there are none. */
type Authentication = { readonly headers: RequestHeaders } | FailedAttempt

/** The failure of an attempt without a credential. */
function unauthenticated(error: unknown): FailedAttempt {
  if (!(error instanceof ApiError)) throw error
  return failedAttempt(error, { transient: TRANSIENT.has(error.code), notExecuted: true })
}

/**
 * The headers of a credential, at once where it has them. A token request is shared, so it goes on when one of its callers
 * leaves.
 */
export function authenticate(
  credential: Credential | undefined,
  signal: AbortSignal,
  errors: ProviderErrors,
  trace: OperationTrace | undefined,
): Authentication | Promise<Authentication> {
  // Checked first: a token request without a caller would fail unhandled.
  if (signal.aborted) return failedAttempt(errors.deadlineExceeded('was asked'), { notExecuted: true })
  try {
    const headers = credential?.headers() ?? NO_HEADERS
    if (!(headers instanceof Promise)) return { headers }
    const token = () => unlessAborted(headers, signal, () => errors.deadlineExceeded('was asked'))
    return inSpan(trace, 'wait', { reason: 'token' }, token).then((renewed) => ({ headers: renewed }), unauthenticated)
  } catch (error) {
    return unauthenticated(error)
  }
}
