import { GraphQLError, Kind } from 'graphql'
import { type Log, errorOrigin, loggedIds } from '../../observability/log.js'
import type { Metrics } from '../../observability/metrics.js'
import { isUnforeseen } from '../format-error.js'
import type { Plugin } from '../plugin.js'

/** Where an error comes from: the field's own name and not its path, which holds the caller's aliases. */
function originOf(error: unknown): object {
  if (!(error instanceof GraphQLError)) return errorOrigin(error)
  const field = error.nodes?.flatMap((node) => (node.kind === Kind.FIELD ? node.name.value : []))[0]
  return { field, ...errorOrigin(error.originalError ?? error) }
}

/** Counts and times operations and their errors, and logs unforeseen errors. */
export const telemetryPlugin = ({ metrics, log }: { metrics: Metrics; log: Log }): Plugin => ({
  willSendResponse({ result, errors, context, operation }) {
    const { startedAt, stopwatch } = context
    for (const [i, formatted] of (result.errors ?? []).entries()) {
      metrics.failed(String(formatted.extensions?.['code']))
      if (!isUnforeseen(formatted)) continue
      log.error({ ...loggedIds(context), ...originOf(errors[i]) }, 'unforeseen error')
    }
    metrics.operated(operation?.operation ?? 'none', (performance.now() - startedAt) / 1000)
    metrics.spent(stopwatch.end() / 1000)
  },
})
