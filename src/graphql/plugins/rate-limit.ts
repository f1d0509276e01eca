import { ApiError } from '../../../datasources/contract/errors.js'
import { traceWait } from '../../../datasources/support/trace.js'
import type { RateLimitStatus, RateLimit, Consumption } from '../../limits/rate-limit.js'
import { type createCostEstimator, MAX_COST } from '../../limits/cost.js'
import type { Metrics } from '../../observability/metrics.js'
import type { Plugin } from '../plugin.js'

export interface RateLimitOptions {
  readonly perMinute: number
  readonly costOf: ReturnType<typeof createCostEstimator>
  readonly budget: RateLimit
  readonly metrics: Metrics
}

function refusal(failure: ApiError, status: number, headers: readonly [string, string][] = []): ApiError {
  failure.extensions['http'] = { status, headers: new Map(headers) }
  return failure
}

const tooComplex = (message: string) => refusal(new ApiError('QUERY_TOO_COMPLEX', { message }), 400)

function tooFast({ requested, limit, remaining, resetSeconds = 1 }: RateLimitStatus): ApiError {
  const message = `The operation costs ${requested}, and ${remaining} of the ${limit} that a client may spend in a minute are left; the next minute begins in ${resetSeconds} s.`
  return refusal(new ApiError('RATE_LIMITED', { message, retryAfterSeconds: resetSeconds }), 429, [
    ['retry-after', String(resetSeconds)],
  ])
}

/** Reckons what an operation costs before it runs, takes it from the client's budget, and says both in the answer. */
export const rateLimitPlugin = ({ perMinute, costOf, budget, metrics }: RateLimitOptions): Plugin => ({
  serverWillStop: () => budget.close(),
  requestDidStart() {
    let cost: RateLimitStatus | undefined
    const settle = ({ status, allowed }: Consumption): void => {
      cost = status
      if (!allowed) throw tooFast(status)
    }
    return {
      didResolveOperation({ document, operation, request, contextValue }) {
        if (!operation) return
        const requested = costOf(document, operation, request.variables ?? {})
        metrics.reckoned(operation.operation, requested)
        if (requested > MAX_COST)
          throw tooComplex(`The operation costs ${requested}, more than the ${MAX_COST} that one may cost.`)
        if (perMinute > 0 && requested > perMinute)
          throw tooComplex(
            `The operation costs ${requested}, more than the ${perMinute} that a client may spend in a minute.`,
          )
        const payment = budget.consume(contextValue.caller, requested)
        return payment instanceof Promise
          ? traceWait(contextValue.stopwatch, () => payment).then(settle)
          : settle(payment)
      },
      willSendResponse({ result }) {
        if (cost) result.extensions = { ...result.extensions, cost }
      },
    }
  },
})
