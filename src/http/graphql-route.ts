import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { Attachment } from '../../datasources/support/attachment.js'
import { identify } from '../security-events/refusals.js'
import type { AnswerBuffer } from './answer-buffer.js'
import type { Arrival, Front } from './front.js'
import type { HttpRequest, HttpResponse } from './graphql-handler.js'
import type { BodyReader } from './request-body.js'
import { idsOf } from './interaction-id.js'
import { METHODS, OTHER_METHODS } from './graphql-methods.js'
import { PATHS } from './graphql-paths.js'

interface GraphqlRouteOptions {
  readonly front: Front
  readonly bodies: BodyReader
  readonly answers: AnswerBuffer
  readonly handle: (request: HttpRequest) => Promise<HttpResponse>
}

/** Registers `/graphql` in Fastify, for requests that the fast path leaves. */
export function registerGraphqlRoute(app: FastifyInstance, options: GraphqlRouteOptions): void {
  for (const url of PATHS) registerAt(app, url, options)
}

function registerAt(app: FastifyInstance, url: string, { front, bodies, answers, handle }: GraphqlRouteOptions): void {
  const arrivals = new Attachment<IncomingMessage, Arrival>()

  async function arrivalOf(request: IncomingMessage, response: ServerResponse): Promise<Arrival | undefined> {
    const arrival = front(request, response)
    if (!(arrival instanceof Promise)) return arrival
    // What arrives meanwhile is counted.
    const body = bodies.begin(request, response)
    try {
      return await arrival
    } catch (error) {
      body.refuse()
      throw error
    }
  }

  app.route({
    url,
    method: [...METHODS, ...OTHER_METHODS],
    async onRequest({ raw }, reply) {
      const arrival = await arrivalOf(raw, reply.raw)
      // Nobody waits for an answer.
      if (arrival === undefined) return reply.hijack()
      arrivals.set(raw, arrival)
      identify(raw, arrival.caller)
    },
    async handler(request, reply) {
      const { raw, method, url, headers, body } = request
      const asked = { method, url, headers, body, ...idsOf(request, reply), response: reply.raw, ...arrivals.get(raw)! }
      const response = await handle(asked)
      if (typeof response.body === 'string') answers.hold(reply.raw, Buffer.byteLength(response.body))
      for (let i = 0; i < response.headers.length; i += 2)
        void reply.header(response.headers[i]!, response.headers[i + 1])
      return reply.code(response.status).send(response.body)
    },
  })
}
