import { Readable } from 'node:stream'
import { type ApolloServer, type BaseContext, HeaderMap } from '@apollo/server'
import type { FastifyReply, FastifyRequest } from 'fastify'

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
export function endpoint<Context extends BaseContext>(apollo: ApolloServer<Context>, context: (request: FastifyRequest, reply: FastifyReply) => Promise<Context>) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<string | Readable> => {
    const { status = 200, headers, body } = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: request.method, headers: headersOf(request), search: searchOf(request), body: request.body },
      context: () => context(request, reply),
    })
    for (const [name, value] of headers) void reply.header(name, value)
    void reply.code(status)
    return body.kind === 'complete' ? body.string : Readable.from(body.asyncIterator)
  }
}
