import type { IncomingHttpHeaders } from 'node:http'
import { Client, type Dispatcher, errors } from 'undici'
import { type Body, DEFAULT_MAX_RESPONSE_BYTES, declaresMore, isCompressed, readBody, TOO_LARGE } from './body.js'
import { createConnector } from './connector.js'
import {
  type AbortWatch,
  type Transport,
  TransportError,
  transportError,
  type TransportOptions,
  type TransportRequest,
  type TransportResponse,
} from './contract.js'
import { IdleLimit } from './idle-limit.js'
import { withoutInterim } from './interim.js'
import { type Reading, unlimitedMemory } from './response-memory.js'

const headerOf = (headers: IncomingHttpHeaders) => (name: string) => {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

/** What a connection is told about its request. */
interface Exchange {
  /** The header `Keep-Alive` of the response. */
  readonly keepAlive: (header: string | undefined) => void
  /** Called once, with true when the connection was lost before a byte of a response. */
  readonly end: (isLost: boolean) => void
}

/** Collects one response of undici, and knows whether its request was sent, which `Client.request()` does not tell. */
class ResponseHandler implements Dispatcher.DispatchHandler {
  /** Set from when the request is sent. */
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #headers: IncomingHttpHeaders | undefined
  #chunks: Buffer[] = []
  #bytes = 0
  #isTooLarge = false
  #isAborted = false
  readonly #endWatch: () => void

  constructor(
    watch: AbortWatch,
    private readonly maxBytes: number,
    private readonly reading: Reading,
    private readonly exchange: Exchange,
    private readonly resolve: (response: TransportResponse) => void,
    private readonly reject: (error: TransportError) => void,
  ) {
    this.#endWatch = watch(() => this.#abort())
    if (this.#isAborted) this.#endWatch()
  }

  /** True for a request that is not to be sent. */
  get isAborted(): boolean {
    return this.#isAborted
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Aborted while the request was queued: it is not sent.
    if (this.#isAborted) controller.abort(new errors.RequestAbortedError())
    else this.#controller = controller
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status
    this.#headers = headers
    this.exchange.keepAlive(headerOf(headers)('keep-alive'))
    if (declaresMore(headers['content-length'], this.maxBytes)) this.#refuse(controller)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes > this.maxBytes) this.#refuse(controller)
    else {
      this.#chunks.push(chunk)
      if (!this.reading.take(chunk.length, () => controller.resume())) controller.pause()
    }
  }

  onResponseEnd(): void {
    this.exchange.end(false)
    this.#controller = undefined
    const read = () => this.#read()
    if (!isCompressed(headerOf(this.#headers!)) || this.reading.reserve(this.maxBytes, read)) read()
  }

  #read(): void {
    this.#endWatch()
    const body = readBody(this.#chunks, headerOf(this.#headers!), this.maxBytes)
    if (body instanceof Promise) void body.then((read) => this.#resolve(read))
    else this.#resolve(body)
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#endWatch()
    this.exchange.end(this.#headers === undefined && this.#controller !== undefined && !this.#isAborted)
    if (this.#isTooLarge) this.#resolve(TOO_LARGE)
    else this.#reject(transportError(error, this.#headers !== undefined))
  }

  #resolve(body: Body): void {
    this.resolve({ status: this.#status, header: headerOf(this.#headers!), ...body })
    // By the next turn of the event loop the answer has been parsed and mapped.
    setImmediate(this.reading.release)
  }

  #reject(error: TransportError): void {
    this.reading.release()
    this.reject(error)
  }

  /** Reads no more, and closes the connection. */
  #refuse(controller: Dispatcher.DispatchController): void {
    this.#isTooLarge = true
    this.#chunks = []
    controller.abort(new errors.ResponseExceededMaxSizeError())
  }

  #abort(): void {
    if (this.#isAborted) return
    this.#isAborted = true
    // Queued, or received and waiting for memory.
    if (this.#controller === undefined)
      this.#reject(new TransportError(this.#headers !== undefined, { answered: this.#headers !== undefined }))
    else this.#controller.abort(new errors.RequestAbortedError())
  }
}

/** One connection, which is opened for a request when there is none. */
class Connection {
  isConnected = false
  isRetired = false
  /** Requests that run or wait. */
  pending = 0
  idleSince = 0
  announcedMs = Infinity

  constructor(
    readonly client: Client,
    private readonly limit: IdleLimit,
  ) {
    client.on('connect', () => {
      this.isConnected = true
      this.announcedMs = Infinity
    })
    client.on('disconnect', (_origin, _targets, error) => {
      this.isConnected = false
      // An end by our own idle time-out or retirement teaches nothing.
      if (this.pending === 0 && !this.isRetired && error.code !== 'UND_ERR_INFO') limit.closedAfter(this.idleMs)
    })
  }

  get idleMs(): number {
    return this.limit.now() - this.idleSince
  }

  /** True when the connection is open and was idle for a short enough time. */
  isUsable(recentOnly: boolean): boolean {
    return this.isConnected && this.idleMs < Math.min(this.limit.ms(recentOnly), this.announcedMs)
  }

  retire(): void {
    this.isRetired = true
    this.client.destroy(null, () => undefined)
  }
}

/** The connections to one origin, of which the one that was used last is used next. */
class ConnectionPool {
  /** Connections without a request, the longest idle first. */
  #idle: Connection[] = []
  readonly #busy = new Set<Connection>()

  constructor(
    private readonly maxConnections: number,
    private readonly limit: IdleLimit,
    private readonly createClient: () => Client,
  ) {}

  /** A connection for one request. Where all are busy, the request waits behind the fewest others. */
  acquire(recentOnly: boolean): Connection {
    const connection = this.#takeIdle(recentOnly) ?? this.#open() ?? this.#leastBusy()
    connection.pending += 1
    this.#busy.add(connection)
    return connection
  }

  release(connection: Connection): void {
    connection.pending -= 1
    if (connection.pending > 0) return
    this.#busy.delete(connection)
    if (connection.isRetired) return
    connection.idleSince = this.limit.now()
    this.#idle.push(connection)
  }

  /** Closes the idle connections: the other side has closed one, and they are as old. */
  retireIdle(): void {
    for (const connection of this.#idle) connection.retire()
    this.#idle = []
  }

  async close(): Promise<void> {
    const connections = [...this.#idle, ...this.#busy]
    for (const connection of connections) connection.isRetired = true
    await Promise.all(connections.map(({ client }) => client.destroy()))
  }

  #takeIdle(recentOnly: boolean): Connection | undefined {
    const usable = this.#idle.findLastIndex((connection) => connection.isUsable(recentOnly))
    // Without an open connection it is as good as a new one.
    const index = usable === -1 ? this.#idle.findLastIndex(({ isConnected }) => !isConnected) : usable
    return index === -1 ? undefined : this.#idle.splice(index, 1)[0]
  }

  #open(): Connection | undefined {
    if (this.#idle.length + this.#busy.size >= this.maxConnections) {
      const oldest = this.#idle.shift()
      if (oldest === undefined) return undefined
      oldest.retire()
    }
    return new Connection(this.createClient(), this.limit)
  }

  #leastBusy(): Connection {
    return [...this.#busy].reduce((least, connection) => (connection.pending < least.pending ? connection : least))
  }
}

/** Transport by undici: keep-alive connections, as many as the provider's concurrency limit. */
export function undiciTransport(options: TransportOptions): Transport {
  const {
    origin,
    connections,
    maxResponseBytes = DEFAULT_MAX_RESPONSE_BYTES,
    memory = unlimitedMemory,
    idleLimit = new IdleLimit(),
  } = options
  const connector = createConnector(options)
  const keepAliveMs = Math.max(1, idleLimit.maxMs)
  const pool = new ConnectionPool(
    connections,
    idleLimit,
    () =>
      new Client(origin, {
        // The caller's time-out applies; these would race it.
        headersTimeout: 0,
        bodyTimeout: 0,
        keepAliveTimeout: keepAliveMs,
        keepAliveMaxTimeout: keepAliveMs,
        keepAliveTimeoutThreshold: 1_000,
        connect: (_target, opened) =>
          connector.open((error, socket) =>
            error === null ? opened(null, withoutInterim(socket!)) : opened(error, null),
          ),
      }),
  )

  function dispatch(
    { method, path, headers, body, watch, recentOnly = false }: TransportRequest,
    resolve: (response: TransportResponse) => void,
    reject: (error: TransportError) => void,
  ): void {
    const connection = pool.acquire(recentOnly)
    const idleMs = connection.isConnected ? connection.idleMs : undefined
    const exchange: Exchange = {
      keepAlive: (header) => (connection.announcedMs = idleLimit.announced(header)),
      end(isLost) {
        if (isLost && idleMs !== undefined) {
          idleLimit.closedAfter(idleMs)
          pool.retireIdle()
        }
        pool.release(connection)
      },
    }
    const handler = new ResponseHandler(watch, maxResponseBytes, memory.open(), exchange, resolve, reject)
    if (handler.isAborted) return exchange.end(false)
    connection.client.dispatch({ method, path, headers, body: body ?? null }, handler)
  }

  return {
    send: (request) => new Promise((resolve, reject) => dispatch(request, resolve, reject)),
    close: async () => void (await Promise.all([pool.close(), connector.close()])),
  }
}
