import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { ApiError } from '../../datasources/contract/errors.js'
import type { CorsConfig } from '../config.js'
import { openFastify } from './fastify.js'
import { registerCors } from './cors.js'
import { registerSecurityHeaders, clientErrorHandlers } from './headers.js'
import { correlationIdOf } from './correlation-id.js'
import { formatError, httpHeadOf, withHttp } from '../graphql/format-error.js'
import { type Log, errorOrigin } from '../observability/log.js'
import type { FailureLimit } from './failure-limit.js'
import { hasBody, isUnread, lingerOnClose } from './lingering-close.js'
import type { BodyReader } from './request-body.js'
import type { TlsConfig } from './tls-settings.js'
import { KEEP_ALIVE_MS, MAX_BODY_BYTES, MAX_REQUEST_MS } from './server-limits.js'

/** The answer to a request that runs no operation. */
interface ErrorResponse {
  readonly status: number
  /** Names and values, one after the other. */
  readonly headers: readonly string[]
  readonly body: { readonly errors: readonly object[] }
}

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
      : new ApiError('BAD_USER_INPUT', { message: 'The request cannot be read: its body must be one JSON object.' })
  return { status: statusCode, headers: [], body: { errors: [formatError(failure, correlationId)] } }
}

interface AppOptions {
  readonly log: Log
  readonly bodies: BodyReader
  readonly countFailure: FailureLimit
  readonly cors: CorsConfig
  /** Undefined where the public port speaks plain HTTP. */
  readonly tls: TlsConfig | undefined
  readonly isStopping: () => boolean
}

const nothingHere = (): ApiError =>
  withHttp(new ApiError('NOT_FOUND', { message: 'There is nothing at this address.' }), 404)

/** The HTTP server without its routes: limits, hooks and headers of every request and answer. */
export async function createApp({
  log,
  bodies,
  countFailure,
  cors,
  tls,
  isStopping,
}: AppOptions): Promise<FastifyInstance> {
  const app = openFastify(tls, {
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
  const whole = new WeakSet<IncomingMessage>()
  app.addHook('onSend', ({ raw }, reply, payload, done) => {
    const isLeft = !whole.has(raw) && isUnread(raw)
    if (isLeft) lingerOnClose(raw)
    // A connection that is kept alive would keep a stopping server waiting for its next request.
    if (isLeft || isStopping()) void reply.header('connection', 'close')
    done(null, payload)
  })
  app.setErrorHandler((error, request, reply) => {
    const { status, headers, body } = errorResponse(error, request.id, log)
    for (let i = 0; i < headers.length; i += 2) void reply.header(headers[i]!, headers[i + 1])
    return reply.code(status).send(body)
  })
  registerSecurityHeaders(app)
  await registerCors(app, cors)
  // Fastify reads the body of a request to an unknown address too.
  app.addHook('onRequest', async ({ is404, raw }) => {
    if (!is404) return
    countFailure(raw)
    throw nothingHere()
  })
  // Fastify would hold each part of a body by itself; it is given the whole body as one part.
  app.addHook('preParsing', ({ raw }, reply, payload, done) => {
    if (!hasBody(raw.headers)) return done(null, payload)
    bodies.read(raw, reply.raw).whenDone((error, bytes) => {
      if (error === undefined) whole.add(raw)
      done(error, Readable.from([bytes]))
    })
  })
  return app
}
