import { ApiError } from '../../../datasources/contract/errors.js'
import { traceWait } from '../../../datasources/support/operation-trace.js'
import { type createCostEstimator, MAX_COST } from '../../limits/cost-estimator.js'
import type { Consumption, RateLimit, RateLimitStatus } from '../../limits/rate-limit.js'
import type { Metrics } from '../../observability/metrics.js'
import { withHttp } from '../format-error.js'
import type { OperationContext, Plugin } from '../plugin.js'

export interface RateLimitOptions {
  readonly perMinute: number
  readonly costOf: ReturnType<typeof createCostEstimator>
  readonly rateLimit: RateLimit
  readonly metrics: Metrics
}

const tooComplex = (message: string): ApiError => withHttp(new ApiError('QUERY_TOO_COMPLEX', { message }), 400)

function tooFast({ requested, limit, remaining, resetSeconds = 1 }: RateLimitStatus): ApiError {
  const message = `The operation costs ${requested}, and ${remaining} of the ${limit} that a client may spend in a minute are left; the next minute begins in ${resetSeconds} s.`
  return withHttp(new ApiError('RATE_LIMITED', { message, retryAfterSeconds: resetSeconds }), 429, [
    ['retry-after', String(resetSeconds)],
  ])
}

function settle(context: OperationContext, { status, allowed }: Consumption): void {
  context.cost = status
  if (!allowed) throw tooFast(status)
}

/** Estimates the cost of an operation before it runs, takes it from the client's quota, and tells both in the answer. */
export const rateLimitPlugin = ({ perMinute, costOf, rateLimit, metrics }: RateLimitOptions): Plugin => ({
  operationResolved({ document, operation, variables, context }) {
    const requested = costOf(document, operation, variables)
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
  willSendResponse({ result, context: { cost } }) {
    if (cost) result.extensions = { ...result.extensions, cost }
  },
})
