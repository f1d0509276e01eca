import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws'
import { WebSocketServer } from 'ws'
import { ApiError } from '../../datasources/contract/errors.js'
import { withHttp } from '../graphql/http-head.js'
import { errorResponse, nothingHere } from '../http/app.js'
import type { trustOf } from '../http/client-address.js'
import { allowsOrigin } from '../http/cors.js'
import { correlationIdOf } from '../observability/correlation-id.js'
import { SECURITY_HEADERS } from '../http/headers.js'
import { INTERACTION_HEADER, interactionIdOf } from '../http/interaction-id.js'
import { PATHS } from '../http/graphql-paths.js'
import { refuseTwoHosts } from '../http/host-header.js'
import { MAX_BODY_BYTES } from '../http/request-body-limit.js'
import type { CorsConfig } from '../config/types.js'
import { identify, type OnRefused } from '../security-events/refusals.js'
import type { Log } from '../observability/log.js'
import { serveWithoutUpgrade } from './other-upgrades.js'
import { PendingConnections } from './pending-connections.js'
import { type ConnectionParts, WebSocketConnection } from './websocket-connection.js'

/** Frames of one message, and parts of the network in which a frame may come. */
const MAX_FRAGMENTS = 64
const MAX_CHUNKS = 1_024
/** The time for the closing handshake of a server that stops. */
const CLOSE_MS = 1_000

const ON_EVERY_ANSWER = Object.entries(SECURITY_HEADERS).flat()

interface WebSocketsOptions extends Omit<ConnectionParts, 'onKnown' | 'onClosed' | 'onRefused'> {
  readonly cors: CorsConfig
  readonly trusts: ReturnType<typeof trustOf>
  readonly log: Log
}

const badRequest = (message: string, status: number): ApiError =>
  withHttp(new ApiError(status === 403 ? 'FORBIDDEN' : 'BAD_USER_INPUT', { message }), status)

/** Refuses a request that is no WebSocket of the graph; a browser names the page that asks. */
function refuseOthers({ url = '', headers, rawHeaders }: IncomingMessage, cors: CorsConfig): void {
  if (!PATHS.includes(url)) throw nothingHere()
  refuseTwoHosts({ rawHeaders })
  const { origin, host, 'sec-websocket-protocol': protocols = '' } = headers
  const isSame = origin !== undefined && URL.canParse(origin) && new URL(origin).host === host
  if (origin !== undefined && !isSame && !allowsOrigin(cors, origin))
    throw badRequest('Pages of this origin may not connect: CORS_ORIGINS names those that may.', 403)
  if (!protocols.split(',').some((name) => name.trim() === GRAPHQL_TRANSPORT_WS_PROTOCOL))
    throw badRequest(`A WebSocket needs the subprotocol ${GRAPHQL_TRANSPORT_WS_PROTOCOL}.`, 400)
}

/** Answers a request that becomes no WebSocket. */
function refuse(socket: Duplex, status: number, headers: readonly string[], body: string): void {
  const all = [...ON_EVERY_ANSWER, ...headers, 'content-type', 'application/json; charset=utf-8', 'connection', 'close']
  const lines = [`HTTP/1.1 ${status} `]
  for (let i = 0; i < all.length; i += 2) lines.push(`${all[i]}: ${all[i + 1]}`)
  lines.push(`content-length: ${Buffer.byteLength(body)}`, '', body)
  socket.end(lines.join('\r\n'), () => socket.destroy())
}

/** A request for a WebSocket. */
interface Upgrade {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
  readonly onRefused: OnRefused
}

/** The WebSockets of a server, which it takes on the path of the graph. */
export class WebSockets {
  readonly #options: WebSocketsOptions
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    // Each connection answers pings itself, and counts them.
    autoPong: false,
    maxPayload: MAX_BODY_BYTES,
    maxFragments: MAX_FRAGMENTS,
    maxBufferedChunks: MAX_CHUNKS,
    handleProtocols: () => GRAPHQL_TRANSPORT_WS_PROTOCOL,
  })
  readonly #connections = new Set<WebSocketConnection>()
  readonly #pending: PendingConnections
  #isStopping = false

  constructor(options: WebSocketsOptions) {
    this.#options = options
    this.#pending = new PendingConnections(options.trusts)
  }

  /** Takes the requests for an upgrade of a server. */
  install(server: Server, onRefused: OnRefused): void {
    server.on('upgrade', (request, socket: Duplex, head) => {
      if (request.headers.upgrade?.toLowerCase() !== 'websocket')
        return serveWithoutUpgrade(server, request, socket, head)
      socket.on('error', () => socket.destroy())
      void this.#upgrade({ request, socket, head, onRefused })
    })
  }

  /** Tells all clients to connect again; resolves when their connections are closed. */
  async stop(): Promise<void> {
    this.#isStopping = true
    for (const connection of this.#connections) connection.restart()
    for (let waited = 0; waited < CLOSE_MS && this.#connections.size > 0; waited += 20) await delay(20)
    for (const connection of this.#connections) connection.terminate()
  }

  /** Throws `OVERLOADED` once the server stops. */
  #assertOpen(): void {
    if (this.#isStopping)
      throw withHttp(new ApiError('OVERLOADED', { retryAfterSeconds: 1 }), 503, [['retry-after', '1']])
  }

  async #upgrade({ request, socket, head, onRefused }: Upgrade): Promise<void> {
    const { cors, verify, assertTenant, log } = this.#options
    const correlationId = correlationIdOf(request.headers)
    const interactionId = interactionIdOf(request.headers[INTERACTION_HEADER], correlationId)
    const ids = { correlationId, interactionId }
    const answer: string[] = ['x-correlation-id', correlationId, INTERACTION_HEADER, interactionId]
    let release = (): void => undefined
    try {
      refuseOthers(request, cors)
      this.#assertOpen()
      release = this.#pending.begin(request)
      socket.once('close', release)
      if (request.headers.authorization !== undefined) {
        const setHeader = (name: string, value: string): unknown => answer.push(name, value)
        const caller = await verify(request, { setHeader })
        identify(request, caller)
        assertTenant(caller)
        this.#assertOpen()
      }
      if (socket.destroyed) return
      this.#server.handleUpgrade(request, socket, head, (webSocket) => {
        const onClosed = (one: WebSocketConnection) => void this.#connections.delete(one)
        const parts = { ...this.#options, onRefused, onKnown: release, onClosed }
        this.#connections.add(new WebSocketConnection(webSocket, request, correlationId, parts))
      })
    } catch (error) {
      release()
      onRefused(request, error, ids)
      const { status, headers, body } = errorResponse(error, ids, log)
      refuse(socket, status, [...answer, ...headers], body)
    }
  }
}
