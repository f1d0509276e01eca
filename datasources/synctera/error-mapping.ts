import type { ErrorMapping, ErrorResponse } from '../http/call.js'
import { ProblemBody } from '../http/provider-errors.js'
import { lastName, problemName } from '../support/problem-type.js'
import { refusedFields } from './mapping.js'

/** Synctera's codes that are more precise than the status. */
const CODES: Readonly<Record<string, ErrorMapping['code']>> = {
  CUSTOMER_NOT_FOUND: 'NOT_FOUND',
  BUSINESS_NOT_FOUND: 'NOT_FOUND',
  ACCOUNT_NOT_FOUND: 'NOT_FOUND',
  APPLICATION_NOT_FOUND: 'NOT_FOUND',
  RESOURCE_NOT_FOUND: 'NOT_FOUND',
  DUPLICATE_RESOURCE: 'CONFLICT',
  IDEMPOTENCY_INVALID_REUSE: 'IDEMPOTENCY_KEY_REUSED',
  IDEMPOTENCY_CONCURRENT_USE: 'IDEMPOTENCY_IN_PROGRESS',
  INVALID_STATUS: 'CONFLICT',
  IMPROPER_CUSTOMER_STATUS: 'CONFLICT',
  CUSTOMER_NOT_VERIFIED: 'CONFLICT',
  PARTNER_NOT_VERIFIED: 'CONFLICT',
  INVALID_TENANCY: 'BAD_USER_INPUT',
  BAD_CONFIGURATION: 'PROVIDER_REFUSED',
  FEATURE_NOT_AVAILABLE: 'PROVIDER_REFUSED',
  REQUEST_CANCELED: 'PROVIDER_UNAVAILABLE',
}

/** The names in Synctera's problem types, for problems without a code: the code is an optional preview. */
const NAMES: Readonly<Record<string, ErrorMapping['code']>> = {
  'not-found': 'NOT_FOUND',
  duplicate: 'CONFLICT',
  // The first request under this idempotency key still runs.
  conflict: 'IDEMPOTENCY_IN_PROGRESS',
  'unprocessable-entity': 'IDEMPOTENCY_KEY_REUSED',
  'rule-violation': 'CONFLICT',
  'too-many-requests': 'RATE_LIMITED',
  'bad-request': 'BAD_USER_INPUT',
  'bad-request-body': 'BAD_USER_INPUT',
  'bad-request-query': 'BAD_USER_INPUT',
  unauthenticated: 'PROVIDER_REFUSED',
  forbidden: 'PROVIDER_REFUSED',
  'client-closed-request': 'PROVIDER_UNAVAILABLE',
  'gateway-timeout': 'PROVIDER_TIMEOUT',
}

const lookUp = (codes: typeof CODES, name: string | undefined) =>
  name !== undefined && Object.hasOwn(codes, name) ? codes[name] : undefined

/** The name in a type: the last segment, where it is one of Synctera's, else the one after `errors`. */
function nameOf(type: string | undefined): string | undefined {
  const last = lastName(type)?.toLowerCase()
  return lookUp(NAMES, last) === undefined ? problemName(type)?.toLowerCase() : last
}

const VENDOR_TIMEOUTS: ReadonlySet<string> = new Set(['VENDOR_TIMEOUT', 'vendor-timeout'])

/** The vendor of a check did not answer in time: the check may have been run, and paid for, whatever the status is. */
const VENDOR_TIMEOUT: ErrorMapping = { code: 'PROVIDER_TIMEOUT', notExecuted: false }

/** Statuses that also stand for a request whose first attempt still runs under the same idempotency key. */
const MAY_RUN: ReadonlySet<number> = new Set([409, 422])

/** The refusal of a person's status has no type of its own; without a code the statuses that it allows tell it. */
const statusConflict = (status: number, problem: ProblemBody): ErrorMapping['code'] =>
  status === 422 && problem.names('valid_status').length > 0 ? 'CONFLICT' : undefined

/** Maps an RFC 9457 problem. The code is more stable than the status; the detail may be personal and is not used. */
export function mapError({ status, body }: ErrorResponse): ErrorMapping {
  // A 404 that is no problem document comes from a proxy and does not mean that the record is absent.
  const problem = new ProblemBody(body)
  if (!problem.isObject)
    return status === 404 ? { code: 'PROVIDER_MALFORMED' } : { notExecuted: MAY_RUN.has(status) ? false : undefined }
  const code = problem.text('code')
  const name = nameOf(problem.text('type'))
  if (VENDOR_TIMEOUTS.has(code ?? name ?? '')) return { ...VENDOR_TIMEOUT, providerCode: code ?? name }
  const mapped = code === undefined ? (lookUp(NAMES, name) ?? statusConflict(status, problem)) : lookUp(CODES, code)
  const fields = refusedFields(problem)
  return {
    code: mapped,
    providerCode: code ?? name,
    fields,
    retryAfterSeconds: problem.number('retry_after'),
    // Nothing is stored under a key that may yet succeed.
    notExecuted: MAY_RUN.has(status) && mapped === undefined && code === undefined && !fields ? false : undefined,
  }
}
