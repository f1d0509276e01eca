import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

/** How long, and how much, a client may still send after it was answered. */
const LINGER_MS = 5_000
const IDLE_MS = 1_000
const MAX_LINGER_BYTES = 16 * 1024 * 1024

/** True for a request with a body. */
export const hasBody = ({
  'content-length': length = '0',
  'transfer-encoding': coding,
}: IncomingHttpHeaders): boolean => length !== '0' || coding !== undefined

/** True for a request of which a part is still to come. */
export const isUnread = (request: IncomingMessage): boolean => !request.complete && hasBody(request.headers)

/**
 * Closes the connection after the answer to a request that is still being sent (lingering close). To close it at once
 * would reset it, and the client might lose the answer: so the server says that it sends no more, and reads and drops
 * what comes for a while. What is dropped is not parsed. The answer must have the header `connection: close`.
 */
export function lingerOnClose(request: IncomingMessage): void {
  const { socket } = request
  // What was parsed already is dropped as well.
  request.resume()
  // Node calls this in place of a plain end, once it has written an answer with `connection: close`.
  socket.destroySoon = () => {
    const until = socket.bytesRead + MAX_LINGER_BYTES
    const destroy = () => void socket.destroy()
    const [expiry, idle] = [setTimeout(destroy, LINGER_MS), setTimeout(destroy, IDLE_MS)]
    socket.removeAllListeners('data')
    // This takes the connection from the HTTP parser too.
    socket.on('data', () => {
      idle.refresh()
      if (socket.bytesRead > until) destroy()
    })
    socket.once('end', destroy)
    socket.once('close', () => {
      clearTimeout(expiry)
      clearTimeout(idle)
    })
    socket.end()
    socket.resume()
  }
}
