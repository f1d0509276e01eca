import type { Socket } from 'node:net'

/** How long a connection is held on average, the steps by which this differs, and how many. */
const HOLD_MS = 1_000
const STEP_MS = 50
const STEPS = 20
/** Connections that are held at one time; beyond, they are closed at once. */
const MAX_HELD = 1_000
/** Beyond so much of what it sends, a held connection is not read. */
const MAX_BYTES = 16 * 1024

/** A connection with the native object that it reads from, which Node does not document. */
interface NativeSocket extends Socket {
  readonly _handle?: { readonly readStart: () => void; readonly readStop: () => void } | null
}

/**
 * Reads no more of a connection until `resumeReading`. After `pause` Node would read 64 KiB more: memory outside the
 * heap, of which many connections make so much that V8 collects all garbage again and again.
 */
export function stopReading(socket: NativeSocket): void {
  socket.pause()
  socket._handle?.readStop()
}

/** Reads a connection again that `stopReading` has stopped. */
export function resumeReading(socket: NativeSocket): void {
  socket._handle?.readStart()
  socket.resume()
}

/** How long to hold a connection: for a different time each, so that those of one moment do not come back in one moment. */
export const holdMs = (): number => HOLD_MS + (Math.floor(Math.random() * STEPS) - STEPS / 2) * STEP_MS

/**
 * Holds connections that are refused before they are read, and closes them after about a second: a client that makes the
 * next one as soon as one is closed makes fewer, and to accept one costs more than to hold it.
 */
export class ConnectionHold {
  #held = 0

  /** Takes a new connection that nothing else reads. */
  take(socket: Socket): void {
    socket.on('error', () => undefined)
    if (this.#held >= MAX_HELD) return void socket.destroy()
    this.#held += 1
    // What it sends is dropped: with bytes that are not read, the end of the connection would be a reset.
    socket.on('data', () => {
      if (socket.bytesRead > MAX_BYTES) stopReading(socket)
    })
    const timer = setTimeout(() => socket.destroy(), holdMs()).unref()
    socket.once('close', () => {
      clearTimeout(timer)
      this.#held -= 1
    })
  }
}
