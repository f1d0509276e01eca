import type { Socket } from 'node:net'

/** The begin of an interim response; `d` is a digit. */
const INTERIM = Buffer.from('HTTP/1.d 1dd')
const ANY_DIGIT = 'd'.charCodeAt(0)
const [ZERO, NINE] = ['0'.charCodeAt(0), '9'.charCodeAt(0)] as const
/** `101 Switching Protocols`, which no request asks for: what follows is not HTTP. */
const SWITCHING = /^HTTP\/1\.\d 101/
/** The head of an interim response is larger only when something is wrong; the parser refuses it then. */
const MAX_HEAD_BYTES = 16 * 1024
const NOTHING = Buffer.alloc(0)

/** True when these bytes begin an interim response, or may do so once more of them have come. */
function mayBeInterim(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, INTERIM.length)
  for (let i = 0; i < length; i += 1) {
    const [expected, byte] = [INTERIM[i]!, bytes[i]!]
    if (expected === ANY_DIGIT ? byte < ZERO || byte > NINE : byte !== expected) return false
  }
  return true
}

const isSwitching = (bytes: Buffer): boolean => SWITCHING.test(bytes.toString('latin1', 0, INTERIM.length))

/**
 * Removes the interim responses (1xx; RFC 9110, 15.2) before the response to a request. A server may send them though
 * the request does not ask for them, and undici closes the connection when one of them is `100 Continue`. A switch of the
 * protocol ends the connection with an error.
 */
export function withoutInterim(socket: Socket): Socket {
  const [read, write] = [socket.read.bind(socket), socket.write.bind(socket)]
  let isHead = false
  let held: Buffer = NOTHING
  socket.write = ((...args: Parameters<typeof write>) => {
    isHead = true
    return write(...args)
  }) as typeof write
  socket.read = (size?: number) => {
    const chunk = read(size) as Buffer | null
    if (!isHead || chunk === null) return chunk
    let bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    while (mayBeInterim(bytes)) {
      if (isSwitching(bytes)) {
        socket.destroy(new Error('the protocol was switched'))
        return null
      }
      const end = bytes.indexOf('\r\n\r\n')
      if (end === -1 && bytes.length > MAX_HEAD_BYTES) break
      held = end === -1 ? bytes : NOTHING
      if (end === -1 || end + 4 === bytes.length) return null
      bytes = bytes.subarray(end + 4)
    }
    isHead = false
    held = NOTHING
    return bytes
  }
  return socket
}
