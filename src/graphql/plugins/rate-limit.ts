import { ApiError } from '../../../datasources/contract/errors.js'
import { traceWait } from '../../../datasources/support/operation-trace.js'
import { type createCostEstimator, MAX_COST } from '../../limits/cost-estimator.js'
import type { Consumption, RateLimit, RateLimitStatus } from '../../limits/rate-limit.js'
import type { Metrics } from '../../observability/metrics.js'
import { withHttp } from '../http-head.js'
import type { OperationContext, Plugin } from '../plugin.js'

export interface RateLimitOptions {
  readonly perMinute: number
  readonly costOf: ReturnType<typeof createCostEstimator>
  readonly rateLimit: RateLimit
  readonly metrics: Metrics
}

/** Points of a document that is not known yet, and the characters that are parsed and validated for a point. */
const DOCUMENT_POINTS = 5
const CHARACTERS_PER_POINT = 50
/** Bytes of a request that are read and coerced for a point; most requests are shorter. */
const BYTES_PER_POINT = 10_000
/** Points of a refusal that comes before the operation has paid. */
const REFUSAL_POINTS = 1

const tooComplex = (message: string): ApiError => withHttp(new ApiError('QUERY_TOO_COMPLEX', { message }), 400)

function tooFast({ requested, limit, remaining, resetSeconds = 1 }: RateLimitStatus): ApiError {
  const message =
    requested === 0
      ? `None of the ${limit} points that a client may spend in a minute are left, and the document is not known yet; the next minute begins in ${resetSeconds} s.`
      : `The operation costs ${requested}, and ${remaining} of the ${limit} that a client may spend in a minute are left; the next minute begins in ${resetSeconds} s.`
  return withHttp(new ApiError('RATE_LIMITED', { message, retryAfterSeconds: resetSeconds }), 429, [
    ['retry-after', String(resetSeconds)],
  ])
}

function settle(context: OperationContext, { status, allowed }: Consumption): void {
  context.cost = status
  if (!allowed) throw tooFast(status)
}

/**
 * Estimates the cost of an operation before it runs, takes it from the client's quota, and tells both in the answer.
 * Documents that are parsed, large requests and refusals cost points too.
 */
export const rateLimitPlugin = ({ perMinute, costOf, rateLimit, metrics }: RateLimitOptions): Plugin => ({
  documentUnknown(context) {
    const { allowed, status } = rateLimit.charge(context.caller, 0)
    if (!allowed) {
      context.cost = status
      throw tooFast(status)
    }
    rateLimit.charge(context.caller, DOCUMENT_POINTS)
    context.hasPaid = true
  },
  parsingBegins({ caller }, source) {
    rateLimit.charge(caller, Math.ceil(source.length / CHARACTERS_PER_POINT))
  },
  operationResolved({ document, operation, variables, context }) {
    const requested = costOf(document, operation, variables) + Math.floor(context.bodyBytes / BYTES_PER_POINT)
    metrics.reckoned(operation.operation, requested)
    if (requested > MAX_COST)
      throw tooComplex(`The operation costs ${requested}, more than the ${MAX_COST} that one may cost.`)
    if (perMinute > 0 && requested > perMinute)
      throw tooComplex(
        `The operation costs ${requested}, more than the ${perMinute} that a client may spend in a minute.`,
      )
    const consumed = rateLimit.consume(context.caller, requested)
    if (!(consumed instanceof Promise)) return settle(context, consumed)
    return traceWait(context.stopwatch, () => consumed).then((consumption) => settle(context, consumption))
  },
  willSendResponse({ result, context: { caller, cost, hasPaid } }) {
    if (cost) result.extensions = { ...result.extensions, cost }
    else if (!hasPaid) rateLimit.charge(caller, REFUSAL_POINTS)
  },
})
