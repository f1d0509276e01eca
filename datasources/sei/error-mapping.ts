import type { ErrorMapping, ErrorResponse } from '../http/call.js'
import { ProblemBody } from '../http/provider-errors.js'
import { mapTokenError } from '../http/token-cache.js'
import { refusedFields } from './mapping.js'

/** The message of a 401 that a new token does not cure: SEI rejects the application or its service account. */
const REJECTED_CREDENTIALS = /api ?key|credential/i

/** Statuses of a permanent error, unless SEI marks it as transient. */
const PERMANENT: ReadonlySet<number> = new Set([400, 404, 409, 422])

/** The codes by which SEI's gateway refuses a call before it reaches an API; their statuses are not documented. */
const GATEWAY_REFUSALS: ReadonlySet<string> = new Set(['gateway.authentication.failure', 'gateway.access.failure'])

/** What every error of SEI's says of itself. */
function standardOf({ body, header }: ErrorResponse) {
  const problem = new ProblemBody(body)
  const code = problem.text('code')
  const ids: ErrorMapping = {
    providerCode: code !== undefined && /^[\w.-]{1,64}$/.test(code) ? code : undefined,
    providerRequestId: problem.text('trackingId') ?? header('requesttrackingid'),
  }
  return {
    problem,
    ids,
    message: problem.text('message') ?? '',
    /** Undefined where SEI does not say it. */
    transient: problem.boolean('transient'),
    isGatewayRefusal: code !== undefined && GATEWAY_REFUSALS.has(code),
  }
}

/** The code of an error whose status does not tell it. */
const codeOf = (
  status: number,
  { transient, isGatewayRefusal }: Pick<ReturnType<typeof standardOf>, 'transient' | 'isGatewayRefusal'>,
): ErrorMapping['code'] => {
  if (transient === true) return PERMANENT.has(status) ? 'PROVIDER_UNAVAILABLE' : undefined
  return isGatewayRefusal ? 'PROVIDER_REFUSED' : undefined
}

/** Maps SEI's standard error; its messages may repeat a value and are not passed on. */
export function mapError(response: ErrorResponse): ErrorMapping {
  const { status } = response
  const standard = standardOf(response)
  const { problem, ids, message, transient, isGatewayRefusal } = standard
  return {
    ...ids,
    code: codeOf(status, standard),
    stale:
      (status === 401 && !REJECTED_CREDENTIALS.test(message)) || (isGatewayRefusal && /\bexpired\b/i.test(message)),
    // A request that may be sent again unchanged was not executed, nor was one that the gateway refused.
    notExecuted: transient === true || isGatewayRefusal || undefined,
    transient,
    fields: status === 400 ? refusedFields(problem) : undefined,
  }
}

/** Maps an error of the token endpoint: a refusal concerns this server's credentials, unless SEI says that it passes. */
export function mapLoginError(response: ErrorResponse): ErrorMapping {
  const { ids, transient, isGatewayRefusal } = standardOf(response)
  const general = mapTokenError(response)
  const common = { ...ids, providerCode: ids.providerCode ?? general.providerCode }
  if (general.code === undefined && !isGatewayRefusal) return common
  return { ...common, code: transient === true ? 'PROVIDER_UNAVAILABLE' : 'PROVIDER_REFUSED' }
}
