import type { IncomingHttpHeaders, IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import { SECURITY_HEADERS } from './headers.js'
import { type HttpResponse, type HttpRequest, hasJsonBody } from './graphql-handler.js'
import { addCorrelationId, correlationIdOf, errorResponse, MAX_BODY_BYTES } from './app.js'
import type { Log } from '../observability/log.js'
import { coalesceWrites } from './outbox.js'

/** Takes a request, or leaves it to whoever stands behind. */
type Front = (request: IncomingMessage, response: ServerResponse) => boolean

interface FrontOptions {
  readonly answer: (arrival: HttpRequest) => Promise<HttpResponse>
  readonly log: Log
  readonly corsOrigins: readonly string[]
  readonly isStopping: () => boolean
}

/** An answer on its way out. */
interface PendingResponse {
  readonly response: ServerResponse
  readonly status: number
  /** Names and values, one after the other. */
  readonly headers: string[]
  readonly body: string
}

const ON_EVERY_ANSWER = Object.entries(SECURITY_HEADERS).flat()
const BYTE_ORDER_MARK = 0xfeff

/** How many bytes a body has that is read here; 0 also for one that is empty, too large or of no known length. */
function lengthOf({ 'content-length': length = '' }: IncomingHttpHeaders): number {
  const bytes = /^\d{1,9}$/.test(length) ? Number(length) : 0
  return bytes <= MAX_BODY_BYTES ? bytes : 0
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text)
  } catch {
    throw Object.assign(new Error('no JSON'), { statusCode: 400 })
  }
}

/**
 * Takes requests to the graph in the plain form in which almost all come: a POST that brings JSON and says how long it
 * is. A framework's way takes nearly as long as all that is done for a small operation here; whatever is in any other
 * form goes that way, with the same answers (but that a connection is kept after a body that was read and is no JSON).
 */
export function createFastPath({ answer, log, corsOrigins, isStopping }: FrontOptions): Front {
  /** Decides at the last moment whether the connection is kept: it would keep a stopping server waiting for its next request. */
  function begin(response: ServerResponse, status: number, headers: string[]): ServerResponse {
    if (isStopping()) headers.push('connection', 'close')
    return response.writeHead(status, headers)
  }

  const send = coalesceWrites<PendingResponse>(
    ({ response, status, headers, body }) => void begin(response, status, headers).end(body),
  )

  const isPlain = ({ method, url, headers }: IncomingMessage): boolean =>
    method === 'POST' &&
    url === '/graphql' &&
    hasJsonBody(headers) &&
    (headers.origin === undefined || corsOrigins.length === 0) &&
    !isStopping()

  function write(response: ServerResponse, correlationId: string, { status, headers: own, body }: HttpResponse): void {
    const text = typeof body === 'string' && status >= 400 ? addCorrelationId(body, correlationId) : body
    const headers = ON_EVERY_ANSWER.concat(own, ['x-correlation-id', correlationId])
    if (typeof text !== 'string') return void pipeline(text, begin(response, status, headers), () => undefined)
    headers.push('content-length', String(Buffer.byteLength(text)))
    send({ response, status, headers, body: text })
  }

  async function take(request: IncomingMessage, response: ServerResponse, text: string): Promise<void> {
    const { method = '', url = '', headers } = request
    const correlationId = correlationIdOf(headers['x-correlation-id'])
    try {
      write(
        response,
        correlationId,
        await answer({ method, url, headers, body: parsed(text), correlationId, response }),
      )
    } catch (error) {
      const { status, body } = errorResponse(error, correlationId, log)
      write(response, correlationId, {
        status,
        headers: ['content-type', 'application/json; charset=utf-8'],
        body: JSON.stringify(body),
      })
    }
  }

  return (request, response) => {
    let missing = lengthOf(request.headers)
    if (missing === 0 || !isPlain(request)) return false
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => {
      parts.push(part)
      missing -= part.length
      if (missing === 0) void take(request, response, (parts.length === 1 ? part : Buffer.concat(parts)).toString())
    })
    return true
  }
}

/** What a server is asked goes to the front first, and only what is left by it to those who listened before. */
export function installFastPath(server: Server, ahead: Front): void {
  const behind = server.listeners('request') as RequestListener[]
  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    if (!ahead(request, response)) for (const listener of behind) listener.call(server, request, response)
  })
}
