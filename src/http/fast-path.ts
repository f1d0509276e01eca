import type { IncomingHttpHeaders, IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import type { Log } from '../observability/log.js'
import { blame, type OnRefused } from '../security-events/refusals.js'
import { correlationIdOf } from '../observability/correlation-id.js'
import { errorResponse, refusalTypeOf } from './app.js'
import type { AnswerBuffer } from './answer-buffer.js'
import type { Arrival, Front } from './front.js'
import type { HttpRequest, HttpResponse } from './graphql-handler.js'
import { hasJsonBody } from './graphql-request.js'
import { PATHS } from './graphql-paths.js'
import { SECURITY_HEADERS } from './headers.js'
import { hasTwoHosts } from './host-header.js'
import { INTERACTION_HEADER, interactionIdOf } from './interaction-id.js'
import { isUnread, lingerOnClose } from './lingering-close.js'
import type { BodyReader } from './request-body.js'
import { refuseOtherBytes } from './utf-8.js'

/** Takes a request and returns true, or leaves it to the listeners behind it. */
type FastPath = (request: IncomingMessage, response: ServerResponse) => boolean

interface FastPathOptions {
  readonly front: Front
  readonly bodies: BodyReader
  readonly answers: AnswerBuffer
  readonly answer: (request: HttpRequest) => Promise<HttpResponse>
  readonly log: Log
  readonly onRefused: OnRefused
  /** True where browsers of other origins may call. */
  readonly allowsOrigins: boolean
  readonly isStopping: () => boolean
}

/** An answer that waits to be written. */
interface PendingResponse {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly status: number
  /** Names and values, one after the other. */
  readonly headers: string[]
  readonly body: string
  /** The body of the request may not have arrived as a whole. */
  readonly isRefusal: boolean
}

const ON_EVERY_ANSWER = Object.entries(SECURITY_HEADERS).flat()
/** The listeners of an event that a streamed answer may have before Node warns of a leak. */
const STREAM_LISTENERS = 30
/** Answers that wait for each other. */
const MAX_PENDING = 32

/**
 * Writes the answers of one turn of the event loop together, at its end. Each write wakes its client, which takes up to
 * a third of a small operation's time; writes that follow at once find the client awake.
 */
export function coalesceWrites<Response>(write: (response: Response) => void): (response: Response) => void {
  let pending: Response[] = []

  function flush(): void {
    const responses = pending
    pending = []
    for (const response of responses) write(response)
  }

  return (response) => {
    // The newest waits: the body of a request that is refused by its header follows in a moment.
    if (pending.length >= MAX_PENDING) flush()
    if (pending.push(response) === 1) setImmediate(flush)
  }
}

const BYTE_ORDER_MARK = 0xfeff

function parse(bytes: Buffer): unknown {
  refuseOtherBytes(bytes)
  const text = bytes.toString()
  try {
    return JSON.parse(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text)
  } catch {
    throw Object.assign(new Error('no JSON'), { statusCode: 400 })
  }
}

/** True for a request that says how long its body is, and has one. */
const hasLength = ({ 'content-length': length = '0' }: IncomingHttpHeaders): boolean => length !== '0'

/** The ids of a request, which its answer repeats. */
interface RequestIds {
  readonly correlationId: string
  readonly interactionId: string
}

/** Writes one answer; a refusal may come before the body of its request has arrived as a whole. */
type Write = (
  request: IncomingMessage,
  response: ServerResponse,
  answer: HttpResponse,
  ids: RequestIds,
  isRefusal?: boolean,
) => void

function createWriter({ answers, isStopping }: Pick<FastPathOptions, 'answers' | 'isStopping'>): Write {
  /** Decides at the last moment whether the connection is kept: it would keep a stopping server waiting for its next request. */
  function writeHead({ request, response, status, headers, isRefusal }: Omit<PendingResponse, 'body'>): ServerResponse {
    const isLeft = isRefusal && isUnread(request)
    if (isLeft) lingerOnClose(request)
    if ((isLeft || isStopping()) && !headers.includes('connection')) headers.push('connection', 'close')
    return response.writeHead(status, headers)
  }

  const send = coalesceWrites<PendingResponse>((pending) => void writeHead(pending).end(pending.body))

  return (request, response, { status, headers: own, body }, { correlationId, interactionId }, isRefusal = false) => {
    const headers = ON_EVERY_ANSWER.concat(own, ['x-correlation-id', correlationId, INTERACTION_HEADER, interactionId])
    if (typeof body !== 'string') {
      // Its client has left, and a pipeline to a response that has closed throws.
      if (response.destroyed) return void body.destroy()
      // Each room that a stream passes listens for its end, and the pipeline adds listeners of its own.
      response.setMaxListeners(STREAM_LISTENERS)
      return void pipeline(body, writeHead({ request, response, status, headers, isRefusal }), () => undefined)
    }
    const bytes = Buffer.byteLength(body)
    answers.hold(response, bytes)
    headers.push('content-length', String(bytes))
    send({ request, response, status, headers, body, isRefusal })
  }
}

/**
 * Takes requests to the graph in the plain form in which almost all come: a POST of JSON with a content length. Through
 * Fastify a small operation costs 14 % more CPU (`docs/performance.md`). A request in any other form goes through
 * Fastify, with the same answers (except that the fast path keeps a connection after a body that is no JSON).
 */
export function createFastPath(options: FastPathOptions): FastPath {
  const { front, bodies, answer, log, onRefused, allowsOrigins, isStopping } = options
  const write = createWriter(options)

  const isPlain = ({ method, url = '', headers, rawHeaders }: IncomingMessage): boolean =>
    method === 'POST' &&
    PATHS.includes(url) &&
    hasJsonBody(headers) &&
    hasLength(headers) &&
    headers['content-encoding'] === undefined &&
    (headers.origin === undefined || !allowsOrigins) &&
    !hasTwoHosts(rawHeaders) &&
    !isStopping()

  function refuse(request: IncomingMessage, response: ServerResponse, error: unknown, ids: RequestIds): void {
    onRefused(request, error, ids)
    const { status, headers, body } = errorResponse(error, ids, log)
    const type = ['content-type', refusalTypeOf(request.headers)]
    write(request, response, { status, headers: [...headers, ...type], body }, ids, true)
  }

  return (request, response) => {
    if (!isPlain(request)) return false
    const { method = '', url = '', headers } = request
    const correlationId = correlationIdOf(headers)
    const interactionId = interactionIdOf(headers[INTERACTION_HEADER], correlationId)
    const ids = { correlationId, interactionId }
    const failed = (error: unknown): void => refuse(request, response, error, ids)

    async function run(arrival: Arrival, bytes: Buffer): Promise<void> {
      try {
        const body = parse(bytes)
        const asked = { method, url, headers, body, correlationId, interactionId, response, ...arrival }
        write(request, response, await answer(asked), ids)
      } catch (error) {
        failed(blame(request, arrival.caller, error))
      }
    }

    try {
      const arrival = front(request, response)
      const body = bodies.read(request, response)
      const arrived = (arrival: Arrival | undefined): void =>
        arrival &&
        body.whenDone((error, bytes) =>
          error ? failed(blame(request, arrival.caller, error)) : void run(arrival, bytes),
        )
      if (arrival instanceof Promise)
        arrival.then(arrived, (error: unknown) => {
          body.refuse()
          failed(error)
        })
      else arrived(arrival)
    } catch (error) {
      failed(error)
    }
    return true
  }
}

/** Puts the fast path before the listeners that a server has: they are called for what it leaves. */
export function installFastPath(server: Server, fastPath: FastPath): void {
  const listeners = server.listeners('request') as RequestListener[]
  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    if (!fastPath(request, response)) for (const listener of listeners) listener.call(server, request, response)
  })
  // A client that waits to be told to send its body is told once the body is read, and never where it is refused.
  server.on('checkContinue', (request, response) => server.emit('request', request, response))
}
