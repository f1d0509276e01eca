import type { ApolloServerPlugin } from '@apollo/server'
import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.js'
import type { Plugin } from '../graphql/plugin.js'
import type { Dependencies } from '../observability/dependencies.js'
import type { Log } from '../observability/log.js'
import type { Metrics } from '../observability/metrics/all-metrics.js'
import type { Tracing } from '../observability/tracing/contract.js'
import type { openPartnerWebhooks } from '../partner-webhooks/open.js'
import type { SecurityEvents } from '../security-events/security-events.js'

export interface ServerOptions {
  readonly config: Config
  readonly log?: Log
  /** What is measured, and what `/metrics` answers. */
  readonly metrics?: Metrics | undefined
  /** The page a browser sees on `/graphql`, and introspection: development only. */
  readonly explorer?: ApolloServerPlugin | undefined
  /** Tells callers who ask for it how an operation's time was spent: development only. */
  readonly explain?: Plugin | undefined
  /** Get the spans of operations, beside the collector of the settings: development only. */
  readonly spanProcessors?: readonly SpanProcessor[] | undefined
  /** How webhooks to partners are attempted, where that is not as in production: tests only. */
  readonly partnerWebhooks?: Pick<Parameters<typeof openPartnerWebhooks>[0], 'retrySeconds' | 'lockMs' | 'resolve'>
  /** Routes beside the graph, such as development's token endpoint. */
  readonly routes?: ((app: FastifyInstance) => void) | undefined
}

/** The options of a server with what is opened before all else. */
export interface ServerParts extends ServerOptions {
  readonly log: Log
  readonly metrics: Metrics
  readonly dependencies: Dependencies
  readonly events: SecurityEvents
  readonly tracing: Tracing | undefined
}
