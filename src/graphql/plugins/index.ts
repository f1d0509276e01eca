import type { GraphQLSchema } from 'graphql'
import type { Config } from '../../config.js'
import { createActualCost } from '../../limits/actual-cost.js'
import { createCostEstimator } from '../../limits/cost-estimator.js'
import type { RateLimit } from '../../limits/rate-limit.js'
import type { Log } from '../../observability/log.js'
import type { Metrics } from '../../observability/metrics/all-metrics.js'
import type { SecurityEvents } from '../../security-events/security-events.js'
import { OperationNames } from '../operation-names.js'
import type { OperationContext, Plugin } from '../plugin.js'
import { auditPlugin } from './audit.js'
import { consentPlugin } from './consent.js'
import { deprecationPlugin } from './deprecation.js'
import { introspectionPlugin } from './introspection.js'
import { operationEndPlugin } from './operation-end.js'
import { rateLimitPlugin } from './rate-limit.js'
import { responseNotesPlugin } from './response-notes.js'
import { safelistLogPlugin, safelistPlugin } from './safelist.js'
import { securityPlugin } from './security.js'
import { streamsPlugin } from './streams.js'
import { telemetryPlugin } from './telemetry.js'

interface PluginsOptions {
  readonly config: Config
  readonly served: GraphQLSchema
  readonly rateLimit: RateLimit
  readonly metrics: Metrics
  readonly log: Log
  readonly events: SecurityEvents
  /** In development every caller may read the schema. */
  readonly isDevelopment: boolean
  readonly explain?: Plugin | undefined
}

/** The plugins of the pipeline, in the order in which their hooks are called. */
export function createPlugins({
  config,
  served,
  rateLimit,
  metrics,
  log,
  events,
  isDevelopment,
  explain,
}: PluginsOptions): readonly Plugin[] {
  const { safelist } = config
  const costs = { costOf: createCostEstimator(served), actualCostOf: createActualCost(served) }
  const limit = rateLimitPlugin({ ...costs, rateLimit, metrics })
  /** What a text costs that is parsed to be compared with the list. */
  function parsingBegins(context: OperationContext, source: string): void {
    limit.documentUnknown?.(context)
    limit.parsingBegins?.(context, source)
  }
  return [
    ...(safelist.mode === 'enforce' ? [safelistPlugin({ list: safelist.list, metrics, parsingBegins })] : []),
    ...(safelist.mode === 'log' ? [safelistLogPlugin({ list: safelist.list, metrics, log })] : []),
    telemetryPlugin({ served, metrics, log }),
    operationEndPlugin(log, new OperationNames(safelist.list), config.log.operations),
    securityPlugin(events),
    streamsPlugin,
    ...(isDevelopment ? [] : [introspectionPlugin]),
    limit,
    deprecationPlugin({ served, metrics }),
    auditPlugin,
    consentPlugin,
    responseNotesPlugin,
    ...(explain ? [explain] : []),
  ]
}
