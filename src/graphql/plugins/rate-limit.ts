import { ApiError } from '../../../datasources/contract/errors.js'
import { inSpan, traceWait } from '../../../datasources/support/operation-trace.js'
import type { createActualCost } from '../../limits/actual-cost.js'
import { type createCostEstimator, MAX_COST } from '../../limits/cost-estimator.js'
import type { LevelName } from '../../limits/quota-level.js'
import type { Consumption, RateLimit, RateLimitStatus } from '../../limits/rate-limit.js'
import type { Metrics } from '../../observability/metrics/all-metrics.js'
import { withHttp } from '../http-head.js'
import type { Answer, OperationContext, Plugin } from '../plugin.js'

interface RateLimitOptions {
  readonly costOf: ReturnType<typeof createCostEstimator>
  readonly actualCostOf: ReturnType<typeof createActualCost>
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

/** Whose window a status tells of. */
const levelOf = ({ level }: RateLimitStatus): LevelName => level ?? 'client'

function tooFast(status: RateLimitStatus): ApiError {
  const { requested, limit, remaining, resetSeconds = 1 } = status
  const level = levelOf(status)
  const message =
    requested === 0
      ? `None of the ${limit} points that a ${level} may spend in a minute are left, and the document is not known yet; the next minute begins in ${resetSeconds} s.`
      : `The operation costs ${requested}, and ${remaining} of the ${limit} that a ${level} may spend in a minute are left; the next minute begins in ${resetSeconds} s.`
  const error = new ApiError('RATE_LIMITED', { message, retryAfterSeconds: resetSeconds, limitedBy: level })
  return withHttp(error, 429, [
    ['retry-after', String(resetSeconds)],
    ['ratelimit-policy', `"${level}";q=${limit};w=60`],
    ['ratelimit', `"${level}";r=${remaining};t=${resetSeconds}`],
  ])
}

const bytesPoints = ({ bodyBytes }: OperationContext): number => Math.floor(bodyBytes / BYTES_PER_POINT)

/**
 * Estimates the cost of an operation before it runs, takes it from the quotas of its user, client and tenant, and tells
 * both in the answer, beside what the operation did cost.
 * Documents that are parsed, large requests and refusals cost points too.
 */
export function rateLimitPlugin({ costOf, actualCostOf, rateLimit, metrics }: RateLimitOptions): Plugin {
  function settle(context: OperationContext, { status, allowed }: Consumption): void {
    context.cost = status
    if (allowed) return
    metrics.limited(levelOf(status))
    throw tooFast(status)
  }

  /** What an operation that was executed did cost. */
  function actualCost({ context, operation, document, variables = {}, result: { data } }: Answer): object | undefined {
    if (operation === undefined || document === undefined || data === undefined) return undefined
    const actual = actualCostOf(document, operation, variables, data) + bytesPoints(context)
    return { actual, providerCalls: context.stopwatch.calls }
  }

  return {
    documentUnknown(context) {
      if (context.hasPaid) return
      const known = rateLimit.charge(context.caller, 0)
      if (!known.allowed) return settle(context, known)
      rateLimit.charge(context.caller, DOCUMENT_POINTS)
      context.hasPaid = true
    },
    parsingBegins({ caller }, source) {
      rateLimit.charge(caller, Math.ceil(source.length / CHARACTERS_PER_POINT))
    },
    operationResolved({ document, operation, variables, context }) {
      if (context.observer?.isPoll) return
      const requested = costOf(document, operation, variables) + bytesPoints(context)
      metrics.reckoned(operation.operation, requested)
      if (requested > MAX_COST)
        throw tooComplex(`The operation costs ${requested}, more than the ${MAX_COST} that one may cost.`)
      const smallest = rateLimit.smallest(context.caller)
      if (smallest !== undefined && requested > smallest.perMinute)
        throw tooComplex(
          `The operation costs ${requested}, more than the ${smallest.perMinute} that a ${smallest.level} may spend in a minute.`,
        )
      const consumed = rateLimit.consume(context.caller, requested)
      if (!(consumed instanceof Promise)) return settle(context, consumed)
      return inSpan(context.stopwatch, 'wait', { reason: 'rate limit' }, (trace) =>
        traceWait(trace, () => consumed),
      ).then((consumption) => settle(context, consumption))
    },
    willSendResponse(answer) {
      const { result, context } = answer
      const { caller, cost, hasPaid, observer } = context
      if (observer?.isPoll) return
      if (cost) {
        const { requested, ...quota } = cost
        result.extensions = { ...result.extensions, cost: { requested, ...actualCost(answer), ...quota } }
      } else if (!hasPaid) rateLimit.charge(caller, REFUSAL_POINTS)
    },
  }
}
