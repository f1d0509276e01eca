import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import type { GraphQLSchema, OperationDefinitionNode, ValidationRule } from 'graphql'
import type { Store } from '../../datasources/contract/store.js'
import { PREFLIGHTED_HEADERS } from '../http/graphql-methods.js'
import { documentLimits, knownKinds, MAX } from '../limits/document.js'
import type { Log } from '../observability/log.js'
import type { DocumentCache } from './document-cache.js'
import { formatError } from './format-error.js'
import { persistedOf, persistedQueries } from './persisted-queries.js'
import type { Pipeline } from './pipeline.js'
import { joinRefusedValues } from './refused-values.js'
import type { OperationContext } from './plugin.js'
import { readableSubscriptions } from './subscription-rule.js'

/** Errors of an invalid document in one answer: enough to mend it by, and few to find. */
const MAX_ERRORS = 20

/** Plugins that Apollo switches on by itself: they would hook every field, or tell others what is asked here. */
const DISABLED: readonly ApolloServerPlugin[] = [
  ApolloServerPluginCacheControlDisabled(),
  ApolloServerPluginInlineTraceDisabled(),
  ApolloServerPluginSchemaReportingDisabled(),
  ApolloServerPluginUsageReportingDisabled(),
]

interface ApolloOptions {
  readonly schema: GraphQLSchema
  /** Rules of validation that need more than the schema. */
  readonly rules: readonly ValidationRule[]
  readonly pipeline: Pipeline
  readonly documents: DocumentCache
  /** Undefined where clients may not register operations by their hash. */
  readonly store: Store | undefined
  readonly log: Log
  readonly explorer?: ApolloServerPlugin | undefined
}

/**
 * The pipeline as a plugin of Apollo Server, for requests whose document or form is not known yet. Apollo finds, parses
 * and validates the document; the pipeline answers in place of Apollo's execution. Apollo words only what it refuses
 * itself; the plugin gives those errors their correlation id and tells the pipeline's plugins of the answer.
 */
function pipelinePlugin(pipeline: Pipeline, documents: DocumentCache): ApolloServerPlugin<OperationContext> {
  return {
    async requestDidStart({ request, contextValue: context }) {
      pipeline.receive(request, context)
      // The text of a hash is looked up in the store.
      const isPersisted = persistedOf(request.extensions) !== undefined
      if (isPersisted) context.stopwatch.beginWait()
      let errors: readonly unknown[] = []
      let isAnswered = false
      return {
        async didResolveSource({ source }) {
          if (isPersisted) context.stopwatch.endWait()
          pipeline.beginParsing(context, source)
        },
        async didResolveOperation({ source, document }) {
          documents.store(request, source, document)
        },
        async responseForOperation({ source, document, operation }) {
          // Without an operation of that name there is nothing to execute: Apollo refuses the request.
          if ((operation as OperationDefinitionNode | undefined) === undefined) return null
          const { operationName, variables = {} } = request
          isAnswered = true
          const response = await pipeline.run({ context, source, document, operation, operationName, variables })
          const http = { status: response.status, headers: new HeaderMap(response.headers) }
          return { http, body: { kind: 'single', singleResult: response.result } }
        },
        async didEncounterErrors(encountered) {
          errors = joinRefusedValues(encountered.errors, encountered.document)
        },
        async willSendResponse({ operation, document, response: { body } }) {
          if (isAnswered || body.kind !== 'single') return
          const result = body.singleResult
          result.errors = errors.map((error) => formatError(error, context.correlationId))
          pipeline.finish({ context, operation, document, result, errors })
        },
      }
    },
  }
}

/** Apollo Server for what it alone does: parsing and validation, persisted queries, content negotiation, landing page. */
export function createApolloServer({
  schema,
  rules,
  pipeline,
  documents,
  store,
  log,
  explorer,
}: ApolloOptions): ApolloServer<OperationContext> {
  return new ApolloServer<OperationContext>({
    schema,
    // Whether a token may ask for the schema is decided by a plugin of the pipeline, once its scopes are known.
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: { requestHeaders: [...PREFLIGHTED_HEADERS] },
    parseOptions: { maxTokens: MAX.tokens },
    validationRules: [documentLimits, readableSubscriptions(MAX_ERRORS), ...rules, knownKinds],
    validationOptions: { maxErrors: MAX_ERRORS, hideSuggestions: explorer === undefined },
    formatError: (_formatted, error) => formatError(error),
    // `document-cache.ts` caches documents, by their size.
    documentStore: null,
    persistedQueries: store === undefined ? false : persistedQueries(store),
    plugins: [pipelinePlugin(pipeline, documents), explorer ?? ApolloServerPluginLandingPageDisabled(), ...DISABLED],
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: (message) => log.warn(message),
      error: () => log.error('apollo error'),
    },
  })
}
