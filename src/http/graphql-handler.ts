import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { type ApolloServer, type BaseContext, HeaderMap } from '@apollo/server'
import { getOperationAST, OperationTypeNode } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { Graph } from '../graphql/apollo.js'
import type { CachedOperation } from '../graphql/pipeline.js'
import type { GraphQLResult, OperationContext } from '../graphql/plugin.js'
import { persistedOf } from '../graphql/persisted-queries.js'

/** A request that has arrived as a whole, whoever has read it. */
export interface HttpRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
  readonly correlationId: string
  /** What its answer will leave by. */
  readonly response: ServerResponse
}

/** What is answered, for whoever writes it. */
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

/** What follows the path; only a request by GET has anything to read there, so most addresses are not taken apart. */
const searchOf = ({ url }: HttpRequest): string => (url.includes('?') ? new URL(url, 'http://localhost').search : '')

/** Hands HTTP requests to Apollo Server and its answers back: what a request may look like, and what it means, is for Apollo to say. */
export function delegateToApollo<Context extends BaseContext>(apollo: ApolloServer<Context>) {
  return async (arrival: HttpRequest, context: () => Promise<Context>, body = arrival.body): Promise<HttpResponse> => {
    const {
      status = 200,
      headers,
      body: answer,
    } = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: arrival.method, headers: headersOf(arrival), search: searchOf(arrival), body },
      context,
    })
    // What may be cached is not for Apollo to say: nothing may.
    headers.delete('cache-control')
    return {
      status,
      headers: [...headers].flat(),
      body: answer.kind === 'complete' ? answer.string : Readable.from(answer.asyncIterator),
    }
  }
}

/** `Accept` headers whose answer's type is remembered, and how long such a one may be. */
const MOST_TYPES = 100
const LONGEST_ACCEPT = 200

const JSON_TYPE = /^application\/json(; ?charset=utf-8)?$/i

/** True of a request that brings plain JSON. */
export const hasJsonBody = (headers: IncomingHttpHeaders): boolean => JSON_TYPE.test(headers['content-type'] ?? '')

/** JSON's null is nothing, as for Apollo. */
const given = (value: unknown): unknown => value ?? undefined
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === 'string'
const isTextIfAny = (value: unknown): value is string | undefined => value === undefined || isText(value)
const isObjectIfAny = (value: unknown): value is Record<string, unknown> | undefined =>
  value === undefined || isObject(value)

/** What was asked, by its text: what is sent by a hash, Apollo may not know any more or not know at all. */
const restated = ({ source, request: { operationName, variables } }: CachedOperation): object => ({
  query: source,
  operationName: operationName ?? null,
  variables: variables ?? null,
})

/** In Apollo's order. */
const written = ({ data, extensions }: GraphQLResult): string => `${JSON.stringify({ data, extensions })}\n`

/**
 * Answers GraphQL over HTTP. Most requests ask for nothing new: a document that Apollo Server has found valid before, in
 * the plain form that every client sends. Those pass the plugins without Apollo, which would take as long as all else
 * that is done for them here; everything that is new, or in any other form, or went wrong is Apollo's.
 */
export function createGraphqlHandler(
  { apollo, chain, documents }: Graph,
  context: (arrival: HttpRequest) => OperationContext | Promise<OperationContext>,
): (arrival: HttpRequest) => Promise<HttpResponse> {
  const hand = delegateToApollo(apollo)
  /** What Apollo answers in, by the `Accept` header of the request. */
  const types = new LRUCache<string, HttpResponse['headers']>({ max: MOST_TYPES })

  const acceptOf = ({ headers: { accept = '' } }: HttpRequest): string => accept

  function known({ method, headers, body }: HttpRequest): CachedOperation | undefined {
    if (method !== 'POST' || !hasJsonBody(headers) || !isObject(body)) return undefined
    const query = body['query']
    const operationName = given(body['operationName'])
    const variables = given(body['variables'])
    const extensions = given(body['extensions'])
    if (!isTextIfAny(query) || !isTextIfAny(operationName) || !isObjectIfAny(variables) || !isObjectIfAny(extensions))
      return undefined
    const source = extensions?.['persistedQuery'] === undefined ? query : hashed(query, extensions)
    const document = source === undefined ? undefined : documents.of(source)
    const operation = document && getOperationAST(document, operationName)
    if (!document || !operation || operation.operation === OperationTypeNode.SUBSCRIPTION) return undefined
    return { request: { query, operationName, variables, extensions }, source: source!, document, operation }
  }

  /** The text that is meant by a hash, alone or with the text that belongs to it. */
  function hashed(query: string | undefined, extensions: unknown): string | undefined {
    const { version, sha256Hash } = persistedOf(extensions) ?? {}
    const text = version === 1 && isText(sha256Hash) ? documents.textOf(sha256Hash) : undefined
    return query === undefined || query === text ? text : undefined
  }

  /** By way of Apollo, whose choice of a type for the answer is remembered. */
  async function taught(arrival: HttpRequest): Promise<HttpResponse> {
    const answer = await hand(arrival, async () => context(arrival))
    const [accept, at] = [acceptOf(arrival), answer.headers.indexOf('content-type')]
    if (arrival.method === 'POST' && answer.status === 200 && at >= 0 && accept.length <= LONGEST_ACCEPT)
      types.set(accept, answer.headers.slice(at, at + 2))
    return answer
  }

  return async (arrival) => {
    const headers = types.get(acceptOf(arrival))
    const asked = headers === undefined ? undefined : known(arrival)
    if (headers === undefined || asked === undefined) return taught(arrival)
    let contextValue: OperationContext
    try {
      const opened = context(arrival)
      contextValue = opened instanceof Promise ? await opened : opened
    } catch (error) {
      return hand(arrival, () => Promise.reject(error))
    }
    const sent = await chain.pass(asked, contextValue)
    if (sent === undefined) return hand(arrival, () => Promise.resolve(contextValue), restated(asked))
    return { status: 200, headers, body: written(sent) }
  }
}
