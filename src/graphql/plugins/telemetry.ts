import { Kind } from 'graphql'
import { formatError, isUnforeseen } from '../format-error.js'
import { type Log, errorOrigin } from '../../observability/log.js'
import type { Metrics } from '../../observability/metrics.js'
import type { Plugin } from '../plugin.js'

/** Counts and times operations, logs what nobody foresaw, and gives every error its correlation id. */
export const telemetryPlugin = ({ metrics, log }: { metrics: Metrics; log: Log }): Plugin => ({
  requestDidStart({ request, contextValue: { stopwatch } }) {
    const begun = performance.now()
    // What is sent by its hash is looked up in the store.
    const lookedUp = request.extensions?.['persistedQuery'] !== undefined
    if (lookedUp) stopwatch.beginWait()
    return {
      didResolveSource() {
        if (lookedUp) stopwatch.endWait()
      },
      didEncounterErrors({ errors, contextValue }) {
        for (const error of errors) {
          const formatted = formatError(error.toJSON(), error)
          metrics.failed(String(formatted.extensions?.['code']))
          // The field's own name and not the path, which holds the caller's aliases.
          const field = error.nodes?.flatMap((node) => (node.kind === Kind.FIELD ? node.name.value : []))[0]
          if (isUnforeseen(formatted))
            log.error(
              { correlationId: contextValue.correlationId, field, ...errorOrigin(error.originalError ?? error) },
              'unforeseen error',
            )
        }
      },
      willSendResponse({ result, contextValue, operation }) {
        for (const error of result.errors ?? [])
          Object.assign(error.extensions ?? {}, { correlationId: contextValue.correlationId })
        metrics.operated(operation?.operation ?? 'none', (performance.now() - begun) / 1000)
        metrics.spent(stopwatch.read().own / 1000)
      },
    }
  },
})
