import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { type ApolloServer, type BaseContext, HeaderMap } from '@apollo/server'
import { OperationTypeNode } from 'graphql'
import type { ContextRequest } from '../graphql/context.js'
import type { DocumentCache } from '../graphql/document-cache.js'
import { resolveOperation } from '../graphql/operation-runner.js'
import { refuseOddHash } from '../graphql/persisted-queries.js'
import type { GraphQLResponse, Pipeline } from '../graphql/pipeline.js'
import type { OperationContext, ResolvedOperation } from '../graphql/plugin.js'
import { checkLines } from '../limits/document.js'
import { answerTypeOf, refuseUnacceptable } from './content-negotiation.js'
import { bodyWithout, searchWithout } from './empty-members.js'
import type { Permit } from './front.js'
import { extensionsOf, readRequest, textOf } from './graphql-request.js'

/** A request that has arrived as a whole. */
export interface HttpRequest extends ContextRequest {
  readonly response: ServerResponse
  /** The right to run that the request was given, where there is admission control. */
  readonly permit?: Permit | undefined
  readonly method: string
  readonly url: string
  readonly body: unknown
}

/** An answer before it is written. */
export interface HttpResponse {
  readonly status: number
  /** Names and values, one after the other. */
  readonly headers: readonly string[]
  readonly body: string | Readable
}

function headersOf({ headers }: HttpRequest): HeaderMap {
  const map = new HeaderMap()
  for (const name in headers) {
    const value = headers[name]
    if (value) map.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  return map
}

/** Only a GET request is read from its address, so most addresses are not parsed. */
const searchOf = ({ url }: HttpRequest): string =>
  url.includes('?') ? searchWithout(new URL(url, 'http://localhost').search) : ''

const stringify = (result: object): string => `${JSON.stringify(result)}\n`

/** Errors that Apollo Server answers before an operation has a context carry no correlation id yet. */
function addCorrelationId(text: string, correlationId: string): string {
  if (!text.startsWith('{"errors":') || text.includes('"correlationId":')) return text
  const body = JSON.parse(text) as { errors: { extensions?: object }[] }
  for (const error of body.errors) error.extensions = { ...error.extensions, correlationId }
  return stringify(body)
}

/** Hands HTTP requests to Apollo Server and its answers back: Apollo decides which forms of a request are valid. */
function delegateToApollo<Context extends BaseContext>(apollo: ApolloServer<Context>) {
  return async (request: HttpRequest, context: () => Promise<Context>): Promise<HttpResponse> => {
    const { method, body: sent, correlationId } = request
    const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method, headers: headersOf(request), search: searchOf(request), body: bodyWithout(sent) },
      context,
    })
    // No answer may be cached, whatever Apollo says.
    headers.delete('cache-control')
    return {
      status: status ?? 200,
      headers: [...headers].flat(),
      body: body.kind === 'complete' ? addCorrelationId(body.string, correlationId) : Readable.from(body.asyncIterator),
    }
  }
}

/** Members in Apollo's order. */
function write({ status, headers, result }: GraphQLResponse, contentType: readonly string[]): HttpResponse {
  const { errors, data, extensions } = result
  return { status, headers: [...headers.flat(), ...contentType], body: stringify({ errors, data, extensions }) }
}

/** By GET a query runs; Apollo refuses the rest. */
const mayRun = ({ method }: HttpRequest, { operation }: ResolvedOperation): boolean =>
  method === 'POST' || operation.operation === OperationTypeNode.QUERY

interface HandlerOptions {
  readonly apollo: ApolloServer<OperationContext>
  readonly pipeline: Pipeline
  readonly documents: DocumentCache
  /** True where browsers get a page at this address. */
  readonly hasPage: boolean
  /** True where Apollo Server reads the hash of a request; an enforced safelist reads it itself. */
  readonly hasPersistedQueries: boolean
  /** Opens the context of an operation; throws where the caller is not known. */
  readonly openContext: (request: ContextRequest) => OperationContext
}

/**
 * Answers GraphQL over HTTP. Most requests name a document that Apollo Server has found valid before, in the plain form
 * that every client sends: those never enter Apollo, which would take as long as all else that is done for them, and
 * neither do their errors. All other requests go through Apollo, at most once, and from there through the same pipeline.
 */
export function createGraphqlHandler({
  apollo,
  pipeline,
  documents,
  hasPage,
  hasPersistedQueries,
  openContext,
}: HandlerOptions): (request: HttpRequest) => Promise<HttpResponse> {
  const delegate = delegateToApollo(apollo)

  /** The content type of the answer, by the `Accept` header; undefined where Apollo decides. */
  function contentTypeOf({ headers: { accept } }: HttpRequest): readonly string[] | undefined {
    const type = answerTypeOf(accept)
    return type === undefined ? undefined : ['content-type', `${type}; charset=utf-8`]
  }

  async function viaApollo(request: HttpRequest, context: () => Promise<OperationContext>): Promise<HttpResponse> {
    // Apollo looks at the header only after it has run the operation.
    refuseUnacceptable(request.method, request.headers, hasPage)
    return delegate(request, async () => {
      const opened = await context()
      pipeline.admitUnknown(opened, () => {
        checkLines(textOf(request))
        if (hasPersistedQueries) refuseOddHash(extensionsOf(request))
      })
      return opened
    })
  }

  return async (request) => {
    const contentType = contentTypeOf(request)
    const graphqlRequest = contentType && readRequest(request)
    // Without a caller it is the page of development.
    if (contentType === undefined || graphqlRequest === undefined || request.caller === undefined)
      return viaApollo(request, async () => openContext(request))
    const context = openContext(request)
    pipeline.receive(graphqlRequest, context)
    const operation = resolveOperation(documents, graphqlRequest, context)
    return operation && mayRun(request, operation)
      ? write(await pipeline.run(operation), contentType)
      : viaApollo(request, () => Promise.resolve(context))
  }
}
