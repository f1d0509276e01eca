import type { ErrorMapping, ErrorResponse } from '../http/call.js'
import { ProblemBody } from '../http/provider-errors.js'
import { refusedFields } from './mapping.js'

/** The message of a 401 that a new token does not cure: SEI rejects the application or its service account. */
const REJECTED_CREDENTIALS = /api ?key|credential/i

/** Statuses of a permanent error, unless SEI marks it as transient. */
const PERMANENT: ReadonlySet<number> = new Set([400, 404, 409, 422])

/** Maps SEI's standard error; its messages may repeat a value and are not passed on. */
export function mapError({ status, body, header }: ErrorResponse): ErrorMapping {
  const tracking = header('requesttrackingid')
  const problem = new ProblemBody(body)
  const transient = problem.flag('transient')
  const code = problem.text('code')
  return {
    code: transient && PERMANENT.has(status) ? 'PROVIDER_UNAVAILABLE' : undefined,
    stale: status === 401 && !REJECTED_CREDENTIALS.test(problem.text('message') ?? ''),
    // A request that may be sent again unchanged was not executed.
    notExecuted: transient || undefined,
    transient: transient || undefined,
    providerCode: code !== undefined && /^[\w.-]{1,64}$/.test(code) ? code : undefined,
    providerRequestId: problem.text('trackingId') ?? tracking,
    fields: status === 400 ? refusedFields(problem) : undefined,
  }
}
