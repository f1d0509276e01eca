import Fastify, { type FastifyInstance } from 'fastify'
import { ApiError } from '../../datasources/contract/errors.js'
import type { CorsConfig } from '../config.js'
import { registerCors } from './cors.js'
import { registerSecurityHeaders, clientErrorHandlers } from './headers.js'
import { correlationIdOf } from './correlation-id.js'
import { formatError, httpHeadOf } from '../graphql/format-error.js'
import { type Log, errorOrigin } from '../observability/log.js'
import { KEEP_ALIVE_MS, MAX_BODY_BYTES, MAX_REQUEST_MS } from './server-limits.js'

/** The answer to a request that runs no operation. */
interface ErrorResponse {
  readonly status: number
  /** Names and values, one after the other. */
  readonly headers: readonly string[]
  readonly body: { readonly errors: readonly object[] }
}

const messageOf = (status: number): string =>
  status === 413
    ? `The request body is too large: at most ${MAX_BODY_BYTES} bytes.`
    : 'The request cannot be read: its body must be one JSON object.'

/** The answer to a request that was refused as a whole, that ended in an error of HTTP, or in an unforeseen one, which is logged. */
export function errorResponse(error: unknown, correlationId: string, log: Log): ErrorResponse {
  const { status, headers } = httpHeadOf([error])
  if (error instanceof ApiError && status !== undefined)
    return { status, headers: [...headers].flat(), body: { errors: [formatError(error, correlationId)] } }
  const { statusCode = 500 } = (error ?? {}) as { statusCode?: number }
  if (statusCode >= 500) log.error({ correlationId, ...errorOrigin(error) }, 'unforeseen error')
  const failure =
    statusCode >= 500
      ? new ApiError('INTERNAL_SERVER_ERROR')
      : new ApiError('BAD_USER_INPUT', { message: messageOf(statusCode) })
  return { status: statusCode, headers: [], body: { errors: [formatError(failure, correlationId)] } }
}

interface AppOptions {
  readonly log: Log
  readonly cors: CorsConfig
  readonly isStopping: () => boolean
}

/** The HTTP server without its routes: limits, hooks and headers of every request and answer. */
export async function createApp({ log, cors, isStopping }: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: MAX_REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // A request on a connection that is still open is served.
    return503OnClosing: false,
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
    const { status, headers, body } = errorResponse(error, request.id, log)
    for (let i = 0; i < headers.length; i += 2) void reply.header(headers[i]!, headers[i + 1])
    return reply.code(status).send(body)
  })

  app.setNotFoundHandler((request, reply) => {
    const failure = new ApiError('NOT_FOUND', { message: 'There is nothing at this address.' })
    return reply.code(404).send({ errors: [formatError(failure, request.id)] })
  })

  registerSecurityHeaders(app)
  await registerCors(app, cors)
  return app
}
