import { ApolloServer, type ApolloServerPlugin } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import type { GraphQLSchema } from 'graphql'
import type { Config } from '../config.js'
import { type DocumentCache, createDocumentCache } from './document-cache.js'
import { formatError } from './format-error.js'
import { createExecutor } from './executor.js'
import { createRateLimit } from '../limits/rate-limit.js'
import { createCostEstimator } from '../limits/cost.js'
import { documentLimits, knownKinds, MAX } from '../limits/document.js'
import type { Log } from '../observability/log.js'
import type { Metrics } from '../observability/metrics.js'
import { persistedQueries } from './persisted-queries.js'
import { auditPlugin } from './plugins/audit.js'
import { rateLimitPlugin } from './plugins/rate-limit.js'
import { type Pipeline, createPipeline } from './pipeline.js'
import { introspectionPlugin } from './plugins/introspection.js'
import { telemetryPlugin } from './plugins/telemetry.js'
import { safelistPlugin, safelistLogPlugin } from './plugins/safelist.js'
import type { Explain, Plugin, OperationContext } from './plugin.js'
import type { OpenStore } from '../store/index.js'

/** Of an invalid document: enough to mend it by, and few to find. */
const MOST_ERRORS = 20

/** Plugins that Apollo switches on by itself: they would hook every field, or tell others what is asked here. */
const DISABLED: readonly ApolloServerPlugin[] = [
  ApolloServerPluginCacheControlDisabled(),
  ApolloServerPluginInlineTraceDisabled(),
  ApolloServerPluginSchemaReportingDisabled(),
  ApolloServerPluginUsageReportingDisabled(),
]

interface GraphOptions extends Pick<OpenStore, 'store' | 'spend'> {
  readonly config: Config
  readonly served: GraphQLSchema
  readonly metrics: Metrics
  readonly log: Log
  readonly explorer?: ApolloServerPlugin | undefined
  readonly explain?: Explain | undefined
}

export interface Graph {
  readonly apollo: ApolloServer<OperationContext>
  /** What an operation passes on its way. */
  readonly chain: Pipeline
  readonly documents: DocumentCache
}

/** Apollo Server over the schema: what an operation passes on its way, in this order, before and after it runs. */
export function createApolloServer({
  config,
  served,
  store,
  spend,
  metrics,
  log,
  explorer,
  explain,
}: GraphOptions): Graph {
  const { gateway, plugin: run } = createExecutor(served, config.executor)
  const valid = createDocumentCache(config.safelist.mode === 'off' ? undefined : config.safelist.list)
  const way: readonly Plugin[] = [
    ...(config.safelist.mode === 'off'
      ? []
      : [
          (config.safelist.mode === 'enforce' ? safelistPlugin : safelistLogPlugin)({
            list: config.safelist.list,
            metrics,
            log,
          }),
        ]),
    telemetryPlugin({ metrics, log }),
    ...(explorer === undefined ? [introspectionPlugin] : []),
    rateLimitPlugin({
      perMinute: config.costPerMinute,
      costOf: createCostEstimator(served),
      budget: createRateLimit({ perMinute: config.costPerMinute, spend, digest: store.digest }),
      metrics,
    }),
    auditPlugin,
    run,
    ...(explain === undefined ? [] : [explain.plugin]),
  ]

  const chain = createPipeline(way)
  const apollo = new ApolloServer<OperationContext>({
    gateway,
    // Whether a token may ask for the schema is decided by a plugin, once its scopes are known.
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    allowBatchedHttpRequests: false,
    parseOptions: { maxTokens: MAX.tokens },
    validationRules: [documentLimits, knownKinds],
    validationOptions: { maxErrors: MOST_ERRORS, hideSuggestions: explorer === undefined },
    formatError,
    persistedQueries: config.safelist.mode === 'enforce' ? false : persistedQueries(store),
    plugins: [chain.plugin, valid.plugin, explorer ?? ApolloServerPluginLandingPageDisabled(), ...DISABLED],
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: (message) => log.warn(message),
      error: () => log.error('apollo error'),
    },
  })
  return { apollo, chain, documents: valid }
}
