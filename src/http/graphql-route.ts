import type { FastifyInstance } from 'fastify'
import type { HttpRequest, HttpResponse } from './graphql-handler.js'
import { METHODS, OTHER_METHODS, refuseOtherMethods, refuseUnreadBody } from './request-form.js'

/** One endpoint: many clients add the slash, and some proxies do. */
const URLS = ['/graphql', '/graphql/']

/** Registers `/graphql` in Fastify, for requests that the fast path leaves. */
export function registerGraphqlRoute(
  app: FastifyInstance,
  handle: (request: HttpRequest) => Promise<HttpResponse>,
): void {
  for (const url of URLS) registerAt(app, url, handle)
}

function registerAt(app: FastifyInstance, url: string, handle: (request: HttpRequest) => Promise<HttpResponse>): void {
  app.route({
    url,
    method: [...METHODS, ...OTHER_METHODS],
    onRequest({ method, headers }, _reply, done) {
      refuseOtherMethods(method)
      refuseUnreadBody(method, headers)
      done()
    },
    async handler({ method, url, headers, body, id }, reply) {
      const response = await handle({ method, url, headers, body, correlationId: id, response: reply.raw })
      for (let i = 0; i < response.headers.length; i += 2)
        void reply.header(response.headers[i]!, response.headers[i + 1])
      return reply.code(response.status).send(response.body)
    },
  })
}
