import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'

const UPGRADE = ['upgrade', 'connection', 'http2-settings']

/** The header of a request as it was sent, without what asks for another protocol. */
function headerOf({ method, url, httpVersion, headers, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (!UPGRADE.includes(rawHeaders[i]!.toLowerCase())) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`)
  if (/\bclose\b/i.test(headers.connection ?? '')) lines.push('connection: close')
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}

/**
 * Serves a request that asks for another protocol than WebSocket, such as `h2c`, as if it had not asked (RFC 9110, 7.8).
 * Node hands all of them to the listener of upgrades; some clients ask for HTTP/2 with every request.
 */
export function serveWithoutUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  socket.unshift(Buffer.concat([headerOf(request), head]))
  server.emit('setSecureContext' in server ? 'secureConnection' : 'connection', socket)
}
