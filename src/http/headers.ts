import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from '../../datasources/contract/errors.js'
import { formatError } from '../graphql/format-error.js'
import { INTERACTION_HEADER, interactionIdOf } from './interaction-id.js'
import { TurnQueue } from './turn-queue.js'

/**
 * The security headers of every answer. No answer is a page: it may load nothing, stand in no frame and be read by no
 * other site; and it may hold personal data, so it is not stored. Over plain http browsers ignore the transport rule
 * (RFC 6797, 8.1); it counts where a proxy ends TLS.
 */
export const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
}

/** Puts the security headers on every answer. */
export function registerSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(SECURITY_HEADERS)
    done()
  })
}

const refusal = (correlationId: string): string => {
  const failure = new ApiError('BAD_USER_INPUT', { message: 'The request cannot be read.' })
  return JSON.stringify({ errors: [formatError(failure, correlationId)] })
}

const STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/** Which limit the header of a request is over. */
type HeaderLimit = 'header_bytes' | 'header_time'

const REASON: Readonly<Record<string, HeaderLimit>> = {
  HPE_HEADER_OVERFLOW: 'header_bytes',
  ERR_HTTP_REQUEST_TIMEOUT: 'header_time',
}

/** Told of a connection whose header is refused, with its address. */
export type ClientErrorObserver = (reason: HeaderLimit, address: string | undefined) => void

/** Answers on a connection whose request cannot be read, and closes it. */
function refuse(socket: Socket, status: string): void {
  if (!socket.writable) return void socket.destroy()
  const correlationId = randomUUID()
  const body = refusal(correlationId)
  const headers = {
    ...SECURITY_HEADERS,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'x-correlation-id': correlationId,
    [INTERACTION_HEADER]: correlationId,
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  // What is not read to its end is not ended by itself: the client's requests before this may have paused it.
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${body}`, () => socket.destroy())
}

/** Answers to what never becomes a request. Fastify's own repeat the address, and no hook of ours sees them. */
export function clientErrorHandlers(onUnreadable: ClientErrorObserver) {
  const late = new TurnQueue()
  return {
    frameworkErrors(_error: Error, request: FastifyRequest, reply: FastifyReply) {
      const correlationId = String(request.id)
      void reply
        .code(400)
        .headers({
          ...SECURITY_HEADERS,
          'content-type': 'application/json; charset=utf-8',
          'x-correlation-id': correlationId,
          [INTERACTION_HEADER]: interactionIdOf(request.headers[INTERACTION_HEADER], correlationId),
        })
        .send(refusal(correlationId))
    },
    clientErrorHandler({ code = '' }: Error & { code?: string }, socket: Socket) {
      if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
      const reason = REASON[code]
      const answer = (): void => {
        if (reason !== undefined) onUnreadable(reason, socket.remoteAddress)
        refuse(socket, STATUS[code] ?? '400 Bad Request')
      }
      // Many connections come to this at one moment: their time is over, or a client leaves all of its requests.
      if (reason === 'header_time' || code === 'HPE_INVALID_EOF_STATE') late.add(answer)
      else answer()
    },
  }
}
