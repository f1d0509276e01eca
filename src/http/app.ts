import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { ErrorCode } from '../../datasources/contract/error-codes.js'
import { ApiError } from '../../datasources/contract/errors.js'
import type { CorsConfig } from '../config.js'
import { openFastify } from './fastify.js'
import { registerCors } from './cors.js'
import type { OnRefused } from '../security-events/refusals.js'
import { ArrivingBodies } from './arriving-bodies.js'
import { clientOf, type trustOf } from './client-address.js'
import { type ClientErrorObserver, clientErrorHandlers, registerSecurityHeaders } from './headers.js'
import { correlationIdOf } from '../observability/correlation-id.js'
import { INTERACTION_HEADER, idsOf, interactionIdOf } from './interaction-id.js'
import { formatError } from '../graphql/format-error.js'
import { httpHeadOf, withHttp } from '../graphql/http-head.js'
import { type Log, errorOrigin, loggedIds } from '../observability/log.js'
import type { Metrics } from '../observability/metrics/all-metrics.js'
import type { FailureLimit } from './failure-limit.js'
import { answerTypeOf } from './content-negotiation.js'
import { hasBody, isUnread, lingerOnClose } from './lingering-close.js'
import type { BodyReader } from './request-body.js'
import { PATHS } from './graphql-paths.js'
import { refuseTwoHosts } from './host-header.js'
import type { TlsConfig } from './tls-settings.js'
import { MAX_BODY_BYTES } from './request-body-limit.js'
import { KEEP_ALIVE_MS, MAX_REQUEST_MS } from './server-limits.js'
import { refuseOtherBytes } from './utf-8.js'

/** The answer to a request that runs no operation. */
interface ErrorResponse {
  readonly status: number
  /** Names and values, one after the other. */
  readonly headers: readonly string[]
  /** JSON. */
  readonly body: string
}

/** An answer up to its correlation id. */
type Wording = Omit<ErrorResponse, 'body'> & { readonly beginning: string }

/** What follows a correlation id in the JSON of an error: the ends of its extensions, of itself, and of the list. */
const END = '}}]}'

/** Refusals that are thrown again and again, most under overload or attack, are a few errors: each is worded once. */
const refusals = new WeakMap<ApiError, Wording>()
const REPEATED: ReadonlySet<string | undefined> = new Set(['share', 'arriving_bodies', 'waiting_requests'])

function word(error: ApiError, status: number, headers: readonly string[]): Wording {
  const text = JSON.stringify({ errors: [formatError(error)] })
  return { status, headers, beginning: `${text.slice(0, -END.length)},"correlationId":` }
}

function wordingOf(error: ApiError): Wording | undefined {
  const known = refusals.get(error)
  if (known !== undefined) return known
  const { status, headers } = httpHeadOf([error])
  if (status === undefined) return undefined
  const wording = word(error, status, [...headers].flat())
  if (error.code === 'OVERLOADED' || REPEATED.has(error.refusal)) refusals.set(error, wording)
  return wording
}

/** The wording of an error of HTTP, or of an unforeseen one. */
function failureOf(error: unknown): Wording {
  const { statusCode = 500 } = (error ?? {}) as { statusCode?: number }
  const failure =
    statusCode >= 500
      ? new ApiError('INTERNAL_SERVER_ERROR')
      : new ApiError('BAD_USER_INPUT', { message: 'The request cannot be read: its body must be one JSON object.' })
  return word(failure, statusCode, [])
}

/** The answer to a request that was refused as a whole, that ended in an error of HTTP, or in an unforeseen one, which is logged. */
export function errorResponse(
  error: unknown,
  ids: { readonly correlationId: string; readonly interactionId: string },
  log: Log,
): ErrorResponse {
  const foreseen = error instanceof ApiError ? wordingOf(error) : undefined
  const { status, headers, beginning } = foreseen ?? failureOf(error)
  if (foreseen === undefined && status >= 500)
    log.error({ ...loggedIds(ids), ...errorOrigin(error) }, 'unforeseen error')
  return { status, headers, body: `${beginning}${JSON.stringify(ids.correlationId)}${END}` }
}

/** The content type of a refusal at an address of the graph: that of its answers, or JSON for a client that takes none. */
export const refusalTypeOf = ({ accept }: IncomingHttpHeaders): string =>
  `${answerTypeOf(accept) ?? 'application/json'}; charset=utf-8`

/** The code that the answer to a refused request has. */
function codeOf(error: unknown): ErrorCode {
  if (error instanceof ApiError && httpHeadOf([error]).status !== undefined) return error.code
  const { statusCode = 500 } = (error ?? {}) as { statusCode?: number }
  return statusCode >= 500 ? 'INTERNAL_SERVER_ERROR' : 'BAD_USER_INPUT'
}

/** Counts each request that is refused as a whole, by the code of its answer. */
export const refusalCounter =
  (metrics: Pick<Metrics, 'refused'>, next: OnRefused): OnRefused =>
  (request, error, ids, authorization) => {
    metrics.refused(codeOf(error))
    next(request, error, ids, authorization)
  }

interface AppOptions {
  readonly log: Log
  readonly bodies: BodyReader
  readonly countFailure: FailureLimit
  readonly onRefused: OnRefused
  readonly trusts: ReturnType<typeof trustOf>
  /** Told of a connection whose header is refused. */
  readonly onUnreadable: ClientErrorObserver
  readonly cors: CorsConfig
  /** Undefined where the public port speaks plain HTTP. */
  readonly tls: TlsConfig | undefined
  readonly isStopping: () => boolean
}

/** The answer at an address that leads to nothing. */
export const nothingHere = (): ApiError =>
  withHttp(new ApiError('NOT_FOUND', { message: 'There is nothing at this address.' }), 404)

/** Reads bodies by the reader of the server, and closes the connections of those that are not read to their end. */
function readBodies(
  app: FastifyInstance,
  { bodies, trusts, isStopping }: Pick<AppOptions, 'bodies' | 'trusts' | 'isStopping'>,
): void {
  const arriving = new ArrivingBodies()
  const whole = new WeakSet<IncomingMessage>()
  app.addHook('onSend', ({ raw }, reply, payload, done) => {
    const isLeft = !whole.has(raw) && isUnread(raw)
    if (isLeft) lingerOnClose(raw)
    // A connection that is kept alive would keep a stopping server waiting for its next request.
    if (isLeft || isStopping()) void reply.header('connection', 'close')
    done(null, payload)
  })
  // Fastify would hold each part of a body by itself; it is given the whole body as one part.
  app.addHook('preParsing', ({ raw, routeOptions: { url = '' } }, reply, payload, done) => {
    if (!hasBody(raw.headers)) return done(null, payload)
    const isGraph = PATHS.includes(url)
    try {
      // The bodies of the graph are counted by their users.
      if (!isGraph) arriving.begin(clientOf(raw, trusts), raw, reply.raw)
    } catch (error) {
      return done(error as ApiError)
    }
    bodies.read(raw, reply.raw).whenDone((error, bytes) => {
      if (error !== undefined) return done(error)
      whole.add(raw)
      try {
        if (isGraph) refuseOtherBytes(bytes)
        done(null, Readable.from([bytes]))
      } catch (refusal) {
        done(refusal as ApiError)
      }
    })
  })
}

/** The HTTP server without its routes: limits, hooks and headers of every request and answer. */
export async function createApp({
  log,
  bodies,
  countFailure,
  onRefused,
  onUnreadable,
  trusts,
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
    genReqId: (request) => correlationIdOf(request.headers),
    logger: false,
    ...clientErrorHandlers(onUnreadable),
  })
  app.addHook('onRequest', (request, reply, done) => {
    void reply
      .header('x-correlation-id', request.id)
      .header(INTERACTION_HEADER, interactionIdOf(request.headers[INTERACTION_HEADER], request.id))
    done()
  })
  app.addHook('onRequest', async ({ raw }) => refuseTwoHosts(raw))
  app.setErrorHandler((error, request, reply) => {
    const ids = idsOf(request, reply)
    onRefused(request.raw, error, ids)
    const { status, headers, body } = errorResponse(error, ids, log)
    for (let i = 0; i < headers.length; i += 2) void reply.header(headers[i]!, headers[i + 1])
    const { raw, routeOptions } = request
    return reply
      .code(status)
      .type(refusalTypeOf(PATHS.includes(routeOptions.url ?? '') ? raw.headers : {}))
      .send(body)
  })
  registerSecurityHeaders(app)
  await registerCors(app, cors)
  // Fastify reads the body of a request to an unknown address too, and that of OPTIONS at any address (`@fastify/cors`).
  app.addHook('onRequest', async ({ is404, routeOptions: { url }, raw }) => {
    if (!is404 && url !== '*') return
    countFailure(raw)
    throw nothingHere()
  })
  readBodies(app, { bodies, trusts, isStopping })
  return app
}
