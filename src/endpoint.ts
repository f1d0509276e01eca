import { Readable } from 'node:stream'
import { type ApolloServer, type BaseContext, HeaderMap } from '@apollo/server'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { getOperationAST, OperationTypeNode } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { Graph } from './graph.js'
import type { Known } from './plugins/chain.js'
import type { Sent, Served } from './plugins/served.js'
import { persistedOf } from './persisted.js'

function headersOf({ headers }: FastifyRequest): HeaderMap {
  const map = new HeaderMap()
  for (const name in headers) {
    const value = headers[name]
    if (value) map.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  return map
}

/** What follows the path; only a request by GET has anything to read there, so most addresses are not taken apart. */
const searchOf = ({ url }: FastifyRequest): string => (url.includes('?') ? new URL(url, 'http://localhost').search : '')

/** Hands HTTP requests to Apollo Server and its answers back: what a request may look like, and what it means, is for Apollo to say. */
export function handover<Context extends BaseContext>(apollo: ApolloServer<Context>) {
  return async (request: FastifyRequest, reply: FastifyReply, context: () => Promise<Context>, body = request.body): Promise<string | Readable> => {
    const { status = 200, headers, body: answer } = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: request.method, headers: headersOf(request), search: searchOf(request), body },
      context,
    })
    // What may be cached is not for Apollo to say: nothing may.
    for (const [name, value] of headers) if (name !== 'cache-control') void reply.header(name, value)
    void reply.code(status)
    return answer.kind === 'complete' ? answer.string : Readable.from(answer.asyncIterator)
  }
}

/** `Accept` headers whose answer's type is remembered, and how long such a one may be. */
const MOST_TYPES = 100
const LONGEST_ACCEPT = 200

const JSON_TYPE = /^application\/json(; ?charset=utf-8)?$/i

/** JSON's null is nothing, as for Apollo. */
const given = (value: unknown): unknown => value ?? undefined
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === 'string'
const isTextIfAny = (value: unknown): value is string | undefined => value === undefined || isText(value)
const isObjectIfAny = (value: unknown): value is Record<string, unknown> | undefined => value === undefined || isObject(value)

/** What was asked, by its text: what is sent by a hash, Apollo may not know any more or not know at all. */
const restated = ({ source, request: { operationName, variables } }: Known): object => ({ query: source, operationName: operationName ?? null, variables: variables ?? null })

/** In Apollo's order. */
const written = ({ data, extensions }: Sent): string => `${JSON.stringify({ data, extensions })}\n`

/**
 * Answers GraphQL over HTTP. Most requests ask for nothing new: a document that Apollo Server has found valid before, in
 * the plain form that every client sends. Those pass the plugins without Apollo, which would take as long as all else
 * that is done for them here; everything that is new, or in any other form, or went wrong is Apollo's.
 */
export function endpoint({ apollo, chain, documents }: Graph, context: (request: FastifyRequest, reply: FastifyReply) => Served | Promise<Served>) {
  const hand = handover(apollo)
  /** What Apollo answers in, by the `Accept` header of the request. */
  const types = new LRUCache<string, string>({ max: MOST_TYPES })

  const acceptOf = ({ headers: { accept = '' } }: FastifyRequest): string => accept

  function known({ method, headers, body }: FastifyRequest): Known | undefined {
    if (method !== 'POST' || !JSON_TYPE.test(headers['content-type'] ?? '') || !isObject(body)) return undefined
    const query = body['query']
    const operationName = given(body['operationName'])
    const variables = given(body['variables'])
    const extensions = given(body['extensions'])
    if (!isTextIfAny(query) || !isTextIfAny(operationName) || !isObjectIfAny(variables) || !isObjectIfAny(extensions)) return undefined
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
  async function taught(request: FastifyRequest, reply: FastifyReply): Promise<string | Readable> {
    const answer = await hand(request, reply, async () => context(request, reply))
    const [accept, type] = [acceptOf(request), reply.getHeader('content-type')]
    if (request.method === 'POST' && reply.statusCode === 200 && isText(type) && accept.length <= LONGEST_ACCEPT) types.set(accept, type)
    return answer
  }

  return async (request: FastifyRequest, reply: FastifyReply): Promise<string | Readable> => {
    const type = types.get(acceptOf(request))
    const asked = type === undefined ? undefined : known(request)
    if (type === undefined || asked === undefined) return taught(request, reply)
    let contextValue: Served
    try {
      const opened = context(request, reply)
      contextValue = opened instanceof Promise ? await opened : opened
    } catch (error) {
      return hand(request, reply, () => Promise.reject(error))
    }
    const sent = await chain.pass(asked, contextValue)
    if (sent === undefined) return hand(request, reply, () => Promise.resolve(contextValue), restated(asked))
    void reply.header('content-type', type)
    return written(sent)
  }
}
