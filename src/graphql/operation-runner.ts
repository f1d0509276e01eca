import { type ApolloServer, type GraphQLRequest } from '@apollo/server'
import { getOperationAST } from 'graphql'
import { checkLines } from '../limits/document.js'
import type { ContextRequest } from './context.js'
import type { DocumentCache } from './document-cache.js'
import { refuseOddHash } from './persisted-queries.js'
import type { GraphQLResponse, Pipeline } from './pipeline.js'
import type { GraphQLResult, OperationContext, ResolvedOperation } from './plugin.js'

/** The operation that a request names in a document that is known; undefined for a document that is new. */
export function resolveOperation(
  documents: DocumentCache,
  request: GraphQLRequest,
  context: OperationContext,
): ResolvedOperation | undefined {
  const cached = documents.find(request)
  if (cached === undefined) return undefined
  const { operationName, variables = {} } = request
  const operation = getOperationAST(cached.document, operationName)
  if (!operation) return undefined
  return { context, source: cached.source, document: cached.document, operation, operationName, variables }
}

/** An operation without the context of one execution. */
export type KnownOperation = Omit<ResolvedOperation, 'context'>

interface RunnerOptions {
  readonly apollo: ApolloServer<OperationContext>
  readonly pipeline: Pipeline
  readonly documents: DocumentCache
  /** True where Apollo Server reads the hash of a request; an enforced safelist reads it itself. */
  readonly hasPersistedQueries: boolean
  /** Opens the context of an operation; throws where the caller is not known. */
  readonly openContext: (request: ContextRequest) => OperationContext
}

/** Runs operations that are not answered by one HTTP response: the same steps as for one that is. */
export class OperationRunner {
  readonly #options: RunnerOptions

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  /** Runs the operation of a request; throws what refuses the request before there is an operation. */
  async run(request: GraphQLRequest, exchange: ContextRequest): Promise<GraphQLResponse> {
    const { apollo, pipeline, documents, hasPersistedQueries, openContext } = this.#options
    const context = openContext(exchange)
    pipeline.receive(request, context)
    const operation = resolveOperation(documents, request, context)
    if (operation !== undefined) return pipeline.run(operation)
    pipeline.admitUnknown(context, () => {
      checkLines(request.query ?? '')
      if (hasPersistedQueries) refuseOddHash(request.extensions)
    })
    const { http, body } = await apollo.executeOperation(request, { contextValue: context })
    const result: GraphQLResult = body.kind === 'single' ? body.singleResult : body.initialResult
    return { status: http.status ?? 200, headers: [...http.headers], result }
  }

  /** Runs an operation that ran before, for another event. */
  again(operation: KnownOperation, exchange: ContextRequest): Promise<GraphQLResponse> {
    return this.#options.pipeline.run({ ...operation, context: this.#options.openContext(exchange) })
  }
}
