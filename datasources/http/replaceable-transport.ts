import { type Transport, type TransportOptions, undiciTransport } from './transport.js'

/** A transport with the number of its requests that run. */
interface Opened {
  readonly transport: Transport
  requests: number
}

/** A transport by undici whose options may change: requests that have begun end on the earlier connections, which are closed after them. */
export class ReplaceableTransport implements Transport {
  #open: Opened

  constructor(options: TransportOptions) {
    this.#open = { transport: undiciTransport(options), requests: 0 }
  }

  /** Takes other options in use for the requests that begin from now on. */
  use(options: TransportOptions): void {
    const before = this.#open
    this.#open = { transport: undiciTransport(options), requests: 0 }
    if (before.requests === 0) void before.transport.close()
  }

  readonly send: Transport['send'] = async (request) => {
    const own = this.#open
    own.requests += 1
    try {
      return await own.transport.send(request)
    } finally {
      own.requests -= 1
      if (own !== this.#open && own.requests === 0) void own.transport.close()
    }
  }

  close(): Promise<void> {
    return this.#open.transport.close()
  }
}
