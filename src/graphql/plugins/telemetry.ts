import { GraphQLError, type GraphQLSchema, Kind } from 'graphql'
import { type Log, errorOrigin, loggedIds } from '../../observability/log.js'
import type { Metrics } from '../../observability/metrics/all-metrics.js'
import { outcomeOf } from '../../observability/outcome.js'
import { isUnforeseen } from '../format-error.js'
import { OperationClasses } from '../operation-classes.js'
import type { Plugin } from '../plugin.js'

/** Where an error comes from: the field's own name and not its path, which holds the caller's aliases. */
function originOf(error: unknown): object {
  if (!(error instanceof GraphQLError)) return errorOrigin(error)
  const field = error.nodes?.flatMap((node) => (node.kind === Kind.FIELD ? node.name.value : []))[0]
  return { field, ...errorOrigin(error.originalError ?? error) }
}

const NO_ERRORS: readonly never[] = []

interface TelemetryOptions {
  readonly served: GraphQLSchema
  readonly metrics: Metrics
  readonly log: Log
}

/** Counts and times operations and their errors, and logs unforeseen errors. */
export function telemetryPlugin({ served, metrics, log }: TelemetryOptions): Plugin {
  const classes = new OperationClasses(served)
  return {
    operationResolved: ({ operation, document }) => classes.add(operation, document),
    willSendResponse({ result, errors, context, operation }) {
      const { startedAt, stopwatch } = context
      const formatted = result.errors ?? NO_ERRORS
      const codes = formatted.length === 0 ? NO_ERRORS : formatted.map(({ extensions }) => extensions?.['code'])
      for (const [i, error] of formatted.entries()) {
        metrics.failed(String(codes[i]))
        if (!isUnforeseen(error)) continue
        log.error({ ...loggedIds(context), ...originOf(errors[i]) }, 'unforeseen error')
      }
      metrics.operated(classes.of(operation), outcomeOf(codes), (performance.now() - startedAt) / 1000)
      metrics.spent(stopwatch.end() / 1000)
    },
  }
}
