import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { TransientMap } from '../../datasources/support/transient-map.js'

/** How long the client has for closing its side; data that it sent meanwhile is discarded, so that nothing is reset. */
const LINGER_MS = 2_000

/** The requests of one connection. */
interface Activity {
  running: number
  /** When the last request ended, or the connection was made. */
  idleSince: number
}

/**
 * Closes the idle connections of a stopping HTTP server without a reset. Node destroys them at once: a request that was
 * under way then ends in ECONNRESET. Here a connection that was in use a moment ago may send one more request, whose
 * answer closes it; then the server closes its side alone (FIN) and waits for the client's.
 */
export class IdleConnections {
  /** How long a connection is left open after its last answer: a client that is busy sends its next request by then. */
  graceMs = 0
  readonly #open = new TransientMap<Socket, Activity>()
  #isClosing = false

  /** To be created after the listeners of `request` are there. */
  constructor(server: Server) {
    // Over TLS the socket of a request is the one that decrypts.
    const isTls = 'setSecureContext' in server
    server.on(isTls ? 'secureConnection' : 'connection', (socket: Socket) => this.#add(socket))
    server.prependListener('request', (request, response) => this.#begin(request, response))
    // Called by `close` of the server.
    server.closeIdleConnections = () => this.#close(server)
  }

  /** Adds a connection, once: it comes again with each request on it that asks for another protocol. */
  #add(socket: Socket): void {
    if (this.#open.get(socket) !== undefined) return
    this.#open.set(socket, { running: 0, idleSince: performance.now() })
    socket.once('close', () => this.#open.delete(socket))
  }

  #begin({ socket }: IncomingMessage, response: ServerResponse): void {
    const activity = this.#open.get(socket)
    if (activity === undefined) return
    activity.running += 1
    response.once('close', () => {
      activity.running -= 1
      activity.idleSince = performance.now()
      if (this.#isClosing) this.#endLater(socket, activity)
    })
  }

  #close(server: Server): void {
    if (this.#isClosing) return
    this.#isClosing = true
    refuseOnClosed(server)
    for (const [socket, activity] of this.#open) this.#endLater(socket, activity)
  }

  /** Ends a connection once it has been idle for the grace. */
  #endLater(socket: Socket, activity: Activity): void {
    const left = activity.idleSince + this.graceMs - performance.now()
    if (activity.running > 0 || socket.writableEnded || socket.destroyed) return
    if (left > 0) return void setTimeout(() => this.#endLater(socket, activity), Math.ceil(left)).unref()
    socket.end()
    const linger = setTimeout(() => socket.destroy(), LINGER_MS)
    socket.once('close', () => clearTimeout(linger))
  }
}

/** Executes no request that arrives on a connection whose answers cannot be sent any more. */
function refuseOnClosed(server: Server): void {
  const listeners = server.listeners('request') as RequestListener[]
  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    if (!request.socket.writableEnded) for (const listener of listeners) listener.call(server, request, response)
  })
}
