import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import type { Log } from '../log.js'
import type { Metrics } from '../metrics/all-metrics.js'
import type { Tracing } from './contract.js'
import type { TraceSettings } from './settings.js'

/**
 * Opens tracing; undefined where no setting names a destination and no processor wants spans. The SDK of OpenTelemetry
 * is loaded only here, and only when it is used.
 */
export async function openTracing(
  settings: TraceSettings,
  log: Log,
  metrics: Pick<Metrics, 'spansLost'>,
  processors: readonly SpanProcessor[] = [],
): Promise<Tracing | undefined> {
  if (settings.destination === undefined && processors.length === 0) return undefined
  const { createTracing } = await import('./sdk.js')
  const observer = {
    lost: metrics.spansLost,
    changed(cause: string | undefined) {
      if (cause === undefined) log.warn('traces are exported again')
      else log.warn({ cause }, 'traces cannot be exported')
    },
  }
  return createTracing(settings, observer, processors)
}
