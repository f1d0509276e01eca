import Fastify, { type FastifyInstance } from 'fastify'
import { ApiError } from '../../datasources/contract/errors.js'
import { registerCors } from './cors.js'
import { registerSecurityHeaders, clientErrorHandlers } from './headers.js'
import { correlationIdOf } from './correlation-id.js'
import { formatError } from '../graphql/format-error.js'
import { type Log, errorOrigin } from '../observability/log.js'

export const MAX_BODY_BYTES = 256 * 1024
/** The time in which a request must have arrived. */
const MAX_REQUEST_MS = 30_000

/** The answer to a request that ended in an error of HTTP or an unforeseen one, which is logged. */
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
  return { status, body: { errors: [formatError(failure, correlationId)] } }
}

interface AppOptions {
  readonly log: Log
  readonly corsOrigins: readonly string[]
  readonly isStopping: () => boolean
}

/** The HTTP server without its routes: limits, hooks and headers of every request and answer. */
export async function createApp({ log, corsOrigins, isStopping }: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: MAX_REQUEST_MS,
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
  app.addHook('onSend', (_request, reply, payload, done) => {
    // A connection that is kept alive would keep a stopping server waiting for its next request.
    if (isStopping()) void reply.header('connection', 'close')
    done(null, payload)
  })
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = errorResponse(error, request.id, log)
    return reply.code(status).send(body)
  })

  app.setNotFoundHandler((request, reply) => {
    const failure = new ApiError('NOT_FOUND', { message: 'There is nothing at this address.' })
    return reply.code(404).send({ errors: [formatError(failure, request.id)] })
  })

  registerSecurityHeaders(app)
  await registerCors(app, corsOrigins)
  return app
}
