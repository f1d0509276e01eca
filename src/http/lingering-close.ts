import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { isAbused, reportAbuse } from './address-ban.js'
import { holdMs, resumeReading, stopReading } from './connection-hold.js'
import { PartLimit } from './part-limit.js'

/** How long, and how much, a client may still send after it was answered. */
const LINGER_MS = 5_000
const IDLE_MS = 1_000
const MAX_LINGER_BYTES = 16 * 1024 * 1024
/** The time between two reads of what is dropped: a client that floods a connection waits for it. */
const READ_PAUSE_MS = 20
/** Added for each connection that lingers: all of them together make at most 400 reads a second. */
const READ_PAUSE_MS_EACH = 2.5

/** True for a request with a body. */
export const hasBody = ({
  'content-length': length = '0',
  'transfer-encoding': coding,
}: IncomingHttpHeaders): boolean => length !== '0' || coding !== undefined

/** Requests of which no more is read. */
const left = new WeakSet<IncomingMessage>()

/** Connections that are held after their answer, as those that were abused are. */
const held = new WeakSet<Socket>()

/** Connections that linger. */
let lingering = 0

const isHeld = (socket: Socket): boolean => isAbused(socket) || held.has(socket)

/** Lets the connection of a request be held for a while after its answer: its client does not get to the next one sooner. */
export const holdOnClose = ({ socket }: IncomingMessage): void => void held.add(socket)

/** True for a request of which a part is still to come. */
export const isUnread = (request: IncomingMessage): boolean =>
  left.has(request) || (!request.complete && hasBody(request.headers))

/** Drops what still comes of a request part by part: without a listener Node would queue it. */
export function drop(request: IncomingMessage): void {
  const parts = new PartLimit()
  request.on('data', (part: Buffer) => {
    if (!parts.allows(part)) reportAbuse(request)
  })
}

/**
 * Closes the connection after the answer to a request that is still being sent (lingering close). To close it at once
 * would reset it, and the client might lose the answer: so the server says that it sends no more, and reads and drops
 * what comes for a while. What is dropped is not parsed. The answer must have the header `connection: close`.
 */
export function lingerOnClose(request: IncomingMessage): void {
  if (left.has(request)) return
  left.add(request)
  const { socket } = request
  const until = socket.bytesRead + MAX_LINGER_BYTES
  const destroy = () => void socket.destroy()
  let idle: NodeJS.Timeout | undefined

  function takeOver(): void {
    // The client may have left before it was refused; then nothing would tell the end of the connection.
    if (socket.destroyed) return
    socket.removeAllListeners('data')
    lingering += 1
    socket.once('close', () => (lingering -= 1))
    // The first listener takes the connection from the HTTP parser.
    socket.on('data', () => (socket.bytesRead > until ? destroy() : rest()))
    rest()
  }

  /** Reads nothing for a while. */
  function rest(): void {
    stopReading(socket)
    const goOn = () => {
      idle?.refresh()
      resumeReading(socket)
    }
    // One that is held is closed soon, and what its client sent until then is little.
    setTimeout(goOn, (isHeld(socket) ? 0 : READ_PAUSE_MS) + lingering * READ_PAUSE_MS_EACH)
  }

  drop(request)
  socket.once('end', destroy)
  // Node calls this once it has written an answer with `connection: close`.
  socket.destroySoon = () => {
    if (isHeld(socket)) return void setTimeout(destroy, holdMs())
    const expiry = setTimeout(destroy, LINGER_MS)
    idle = setTimeout(destroy, IDLE_MS)
    socket.once('close', () => {
      clearTimeout(idle)
      clearTimeout(expiry)
    })
    socket.end()
  }
  if (!socket.isPaused()) return takeOver()
  // The parser stops a connection while a request is full; only the parser can start it again.
  socket.once('resume', takeOver)
  socket.resume()
}
