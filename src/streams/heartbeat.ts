import { randomUUID } from 'node:crypto'
import type { WebSocket } from 'ws'

const INTERVAL_MS = 12_000

/**
 * Pings a connection, and cuts it off where it has not answered by the next ping. An answer has the data of its ping, so
 * a client that does not read cannot give it.
 */
export class Heartbeat {
  readonly #timer: NodeJS.Timeout
  #awaited: string | undefined

  constructor(socket: WebSocket, cutOff: () => void) {
    this.#timer = setInterval(() => {
      if (this.#awaited !== undefined) return cutOff()
      this.#awaited = randomUUID()
      socket.ping(this.#awaited)
    }, INTERVAL_MS)
    socket.on('pong', (data) => {
      if (String(data) === this.#awaited) this.#awaited = undefined
    })
  }

  end(): void {
    clearInterval(this.#timer)
  }
}
