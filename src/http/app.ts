import { randomUUID } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'
import { ApiError } from '../../datasources/contract/errors.js'
import { registerSecurityHeaders, clientErrorHandlers } from './headers.js'
import { formatError } from '../graphql/format-error.js'
import { type Log, errorOrigin } from '../observability/log.js'

export const MAX_BODY_BYTES = 256 * 1024
/** How long a request may take to arrive. */
const SLOWEST_REQUEST_MS = 30_000
/** A caller's correlation id when it is a UUID or a W3C trace id, else a new one: it is logged, so nothing else may pass. */
export const correlationIdOf = (given: unknown): string =>
  typeof given === 'string' && /^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(given)
    ? given
    : randomUUID()

/** Errors that Apollo answers before there is a context carry no correlation id yet. */
export function addCorrelationId<Payload>(payload: Payload, correlationId: string): Payload | string {
  if (typeof payload !== 'string' || !payload.startsWith('{"errors":') || payload.includes('"correlationId":'))
    return payload
  const body = JSON.parse(payload) as { errors: { extensions?: object }[] }
  return JSON.stringify({
    ...body,
    errors: body.errors.map((error) => ({ ...error, extensions: { ...error.extensions, correlationId } })),
  })
}

/** The status and the words for what never was answered; what nobody foresaw is logged. */
export function errorResponse(
  error: unknown,
  correlationId: string,
  log: Log,
): { status: number; body: { errors: object[] } } {
  const { statusCode: status = 500 } = (error ?? {}) as { statusCode?: number }
  if (status >= 500) log.error({ correlationId, ...errorOrigin(error) }, 'unforeseen error')
  const failure =
    status >= 500
      ? new ApiError('INTERNAL_SERVER_ERROR')
      : new ApiError('BAD_USER_INPUT', {
          message: status === 413 ? 'The request body is too large.' : 'The request cannot be read.',
        })
  return { status, body: { errors: [formatError(failure.toJSON(), failure)] } }
}

interface HostOptions {
  readonly log: Log
  readonly corsOrigins: readonly string[]
  readonly isStopping: () => boolean
}

/** The HTTP server without its routes: what holds for every request and answer. */
export async function createApp({ log, corsOrigins, isStopping }: HostOptions): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: SLOWEST_REQUEST_MS,
    // Plain JSON may hold any name, also in what callers keep for themselves; nothing here copies names it does not know.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    genReqId: (request) => correlationIdOf(request.headers['x-correlation-id']),
    logger: false,
    ...clientErrorHandlers,
  })
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-correlation-id', request.id)
    done()
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    // A connection that is kept alive would keep a stopping server waiting for its next request.
    if (isStopping()) void reply.header('connection', 'close')
    done(null, reply.statusCode >= 400 ? addCorrelationId(payload, request.id) : payload)
  })
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = errorResponse(error, request.id, log)
    return reply.code(status).send(body)
  })

  app.setNotFoundHandler((_request, reply) => {
    const failure = new ApiError('NOT_FOUND', { message: 'There is nothing at this address.' })
    return reply.code(404).send({ errors: [formatError(failure.toJSON(), failure)] })
  })

  await registerSecurityHeaders(app, corsOrigins)
  return app
}
