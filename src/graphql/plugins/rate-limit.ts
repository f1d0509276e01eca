import { Failure } from '../../../datasources/contract/errors.js'
import { waiting } from '../../../datasources/support/trace.js'
import type { Bill, Budget, Payment } from '../../limits/rate-limit.js'
import { type costs, MOST_COST } from '../../limits/cost.js'
import type { Metrics } from '../../observability/metrics.js'
import type { Plugin } from '../plugin.js'

export interface Budgeting {
  readonly perMinute: number
  readonly costOf: ReturnType<typeof costs>
  readonly budget: Budget
  readonly metrics: Metrics
}

function refusal(failure: Failure, status: number, headers: readonly [string, string][] = []): Failure {
  failure.extensions['http'] = { status, headers: new Map(headers) }
  return failure
}

const tooComplex = (message: string) => refusal(new Failure('QUERY_TOO_COMPLEX', { message }), 400)

function tooFast({ requested, limit, remaining, resetSeconds = 1 }: Bill): Failure {
  const message = `The operation costs ${requested}, and ${remaining} of the ${limit} that a client may spend in a minute are left; the next minute begins in ${resetSeconds} s.`
  return refusal(new Failure('RATE_LIMITED', { message, retryAfterSeconds: resetSeconds }), 429, [['retry-after', String(resetSeconds)]])
}

/** Reckons what an operation costs before it runs, takes it from the client's budget, and says both in the answer. */
export const budgeting = ({ perMinute, costOf, budget, metrics }: Budgeting): Plugin => ({
  serverWillStop: () => budget.close(),
  requestDidStart() {
    let cost: Bill | undefined
    const settle = ({ bill, paid }: Payment): void => {
      cost = bill
      if (!paid) throw tooFast(bill)
    }
    return {
      didResolveOperation({ document, operation, request, contextValue }) {
        if (!operation) return
        const requested = costOf(document, operation, request.variables ?? {})
        metrics.reckoned(operation.operation, requested)
        if (requested > MOST_COST) throw tooComplex(`The operation costs ${requested}, more than the ${MOST_COST} that one may cost.`)
        if (perMinute > 0 && requested > perMinute) throw tooComplex(`The operation costs ${requested}, more than the ${perMinute} that a client may spend in a minute.`)
        const payment = budget.pay(contextValue.caller, requested)
        return payment instanceof Promise ? waiting(contextValue.stopwatch, () => payment).then(settle) : settle(payment)
      },
      willSendResponse({ result }) {
        if (cost) result.extensions = { ...result.extensions, cost }
      },
    }
  },
})
