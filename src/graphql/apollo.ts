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
import { type Documents, documents } from './document-cache.js'
import { formatError } from './format-error.js'
import { execution } from './executor.js'
import { budget } from '../limits/rate-limit.js'
import { costs } from '../limits/cost.js'
import { documentLimits, knownKinds, MOST } from '../limits/document.js'
import type { Log } from '../observability/log.js'
import type { Metrics } from '../observability/metrics.js'
import { persistedQueries } from './persisted-queries.js'
import { audit } from './plugins/audit.js'
import { budgeting } from './plugins/rate-limit.js'
import { type Chain, chained } from './pipeline.js'
import { introspection } from './plugins/introspection.js'
import { observation } from './plugins/telemetry.js'
import { safelist, safelistTrial } from './plugins/safelist.js'
import type { Explain, Plugin, Served } from './plugin.js'
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
  readonly apollo: ApolloServer<Served>
  /** What an operation passes on its way. */
  readonly chain: Chain
  readonly documents: Documents
}

/** Apollo Server over the schema: what an operation passes on its way, in this order, before and after it runs. */
export function createGraph({ config, served, store, spend, metrics, log, explorer, explain }: GraphOptions): Graph {
  const { gateway, plugin: run } = execution(served, config.executor)
  const valid = documents(config.safelist.mode === 'off' ? undefined : config.safelist.list)
  const way: readonly Plugin[] = [
    ...(config.safelist.mode === 'off' ? [] : [(config.safelist.mode === 'enforce' ? safelist : safelistTrial)({ list: config.safelist.list, metrics, log })]),
    observation({ metrics, log }),
    ...(explorer === undefined ? [introspection] : []),
    budgeting({ perMinute: config.costPerMinute, costOf: costs(served), budget: budget({ perMinute: config.costPerMinute, spend, digest: store.digest }), metrics }),
    audit,
    run,
    ...(explain === undefined ? [] : [explain.plugin]),
  ]

  const chain = chained(way)
  const apollo = new ApolloServer<Served>({
    gateway,
    // Whether a token may ask for the schema is decided by a plugin, once its scopes are known.
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    allowBatchedHttpRequests: false,
    parseOptions: { maxTokens: MOST.tokens },
    validationRules: [documentLimits, knownKinds],
    validationOptions: { maxErrors: MOST_ERRORS, hideSuggestions: explorer === undefined },
    formatError,
    persistedQueries: config.safelist.mode === 'enforce' ? false : persistedQueries(store),
    plugins: [chain.plugin, valid.plugin, explorer ?? ApolloServerPluginLandingPageDisabled(), ...DISABLED],
    logger: { debug: () => undefined, info: () => undefined, warn: (message) => log.warn(message), error: () => log.error('apollo error') },
  })
  return { apollo, chain, documents: valid }
}
