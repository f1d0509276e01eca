import type { IncomingHttpHeaders, IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import type { Log } from '../observability/log.js'
import { correlationIdOf } from './correlation-id.js'
import { errorResponse } from './app.js'
import { MAX_BODY_BYTES } from './server-limits.js'
import { hasJsonBody, type HttpRequest, type HttpResponse } from './graphql-handler.js'
import { SECURITY_HEADERS } from './headers.js'

/** Takes a request and returns true, or leaves it to the listeners behind it. */
type FastPath = (request: IncomingMessage, response: ServerResponse) => boolean

interface FastPathOptions {
  readonly answer: (request: HttpRequest) => Promise<HttpResponse>
  readonly log: Log
  /** True where browsers of other origins may call. */
  readonly allowsOrigins: boolean
  readonly isStopping: () => boolean
}

/** An answer that waits to be written. */
interface PendingResponse {
  readonly response: ServerResponse
  readonly status: number
  /** Names and values, one after the other. */
  readonly headers: string[]
  readonly body: string
}

const ON_EVERY_ANSWER = Object.entries(SECURITY_HEADERS).flat()
const BYTE_ORDER_MARK = 0xfeff
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
    if (pending.push(response) === 1) setImmediate(flush)
    else if (pending.length >= MAX_PENDING) flush()
  }
}

/** The length in bytes of a body that is read here; 0 for an empty or too large one, and where the length is not known. */
function lengthOf({ 'content-length': length = '' }: IncomingHttpHeaders): number {
  const bytes = /^\d{1,9}$/.test(length) ? Number(length) : 0
  return bytes <= MAX_BODY_BYTES ? bytes : 0
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text)
  } catch {
    throw Object.assign(new Error('no JSON'), { statusCode: 400 })
  }
}

/** Calls back with the body once it is complete; a client that hangs up before has sent nothing. */
function readBody(request: IncomingMessage, bytes: number, done: (text: string) => void): void {
  let missing = bytes
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => {
    parts.push(part)
    missing -= part.length
    if (missing === 0) done((parts.length === 1 ? part : Buffer.concat(parts)).toString())
  })
}

/**
 * Takes requests to the graph in the plain form in which almost all come: a POST of JSON with a content length. Through
 * Fastify a small operation costs 14 % more CPU (`docs/performance.md`). A request in any other form goes through
 * Fastify, with the same answers (except that the fast path keeps a connection after a body that is no JSON).
 */
export function createFastPath({ answer, log, allowsOrigins, isStopping }: FastPathOptions): FastPath {
  /** Decides at the last moment whether the connection is kept: it would keep a stopping server waiting for its next request. */
  function writeHead(response: ServerResponse, status: number, headers: string[]): ServerResponse {
    if (isStopping()) headers.push('connection', 'close')
    return response.writeHead(status, headers)
  }

  const send = coalesceWrites<PendingResponse>(
    ({ response, status, headers, body }) => void writeHead(response, status, headers).end(body),
  )

  const isPlain = ({ method, url, headers }: IncomingMessage): boolean =>
    method === 'POST' &&
    (url === '/graphql' || url === '/graphql/') &&
    hasJsonBody(headers) &&
    headers['content-encoding'] === undefined &&
    (headers.origin === undefined || !allowsOrigins) &&
    !isStopping()

  function write(response: ServerResponse, correlationId: string, { status, headers: own, body }: HttpResponse): void {
    const headers = ON_EVERY_ANSWER.concat(own, ['x-correlation-id', correlationId])
    if (typeof body !== 'string') return void pipeline(body, writeHead(response, status, headers), () => undefined)
    headers.push('content-length', String(Buffer.byteLength(body)))
    send({ response, status, headers, body })
  }

  async function take({ method = '', url = '', headers }: IncomingMessage, response: ServerResponse, text: string) {
    const correlationId = correlationIdOf(headers['x-correlation-id'])
    try {
      const body = parse(text)
      write(response, correlationId, await answer({ method, url, headers, body, correlationId, response }))
    } catch (error) {
      const { status, headers: own, body } = errorResponse(error, correlationId, log)
      const type = ['content-type', 'application/json; charset=utf-8']
      write(response, correlationId, { status, headers: [...own, ...type], body: JSON.stringify(body) })
    }
  }

  return (request, response) => {
    const bytes = lengthOf(request.headers)
    if (bytes === 0 || !isPlain(request)) return false
    readBody(request, bytes, (text) => void take(request, response, text))
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
}
