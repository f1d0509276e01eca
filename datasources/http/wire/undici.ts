import type { IncomingHttpHeaders } from 'node:http'
import { Client, type Dispatcher, errors } from 'undici'
import { type Body, DEFAULT_MAX_RESPONSE_BYTES, declaresMore, isCompressed, readBody, TOO_LARGE } from './body.js'
import { createConnector } from './connector.js'
import {
  type Abortable,
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
import { TransientSet } from '../../support/transient-map.js'

type Header = TransportResponse['header']

const headerOf =
  (headers: IncomingHttpHeaders): Header =>
  (name) => {
    const value = headers[name]
    return Array.isArray(value) ? value[0] : value
  }

/** Collects one response of undici, and knows whether its request was sent, which `Client.request()` does not tell. */
class ResponseHandler implements Dispatcher.DispatchHandler, Abortable {
  /** Set from when the request is sent. */
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #header: Header | undefined
  #chunks: Buffer[] = []
  #bytes = 0
  #isTooLarge = false
  #isAborted = false

  constructor(
    private readonly watch: AbortWatch,
    private readonly maxBytes: number,
    private readonly reading: Reading,
    private readonly exchange: Exchange,
    private readonly resolve: (response: TransportResponse) => void,
    private readonly reject: (error: TransportError) => void,
  ) {
    watch.begin(this)
    if (this.#isAborted) watch.end()
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
    this.#header = headerOf(headers)
    this.exchange.keepAlive(this.#header('keep-alive'))
    if (declaresMore(headers['content-length'], this.maxBytes)) this.#refuse(controller)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes > this.maxBytes) this.#refuse(controller)
    else {
      this.#chunks.push(chunk)
      if (!this.reading.take(chunk.length, controller)) controller.pause()
    }
  }

  onResponseEnd(): void {
    this.exchange.end(false)
    this.#controller = undefined
    if (!isCompressed(this.#header!) || this.reading.reserve(this.maxBytes, { resume: () => this.#read() }))
      this.#read()
  }

  #read(): void {
    this.watch.end()
    const body = readBody(this.#chunks, this.#header!, this.maxBytes)
    if (body instanceof Promise) void body.then((read) => this.#resolve(read))
    else this.#resolve(body)
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.watch.end()
    this.exchange.end(this.#header === undefined && this.#controller !== undefined && !this.#isAborted)
    if (this.#isTooLarge) this.#resolve(TOO_LARGE)
    else this.#reject(transportError(error, this.#header !== undefined))
  }

  #resolve(body: Body): void {
    const { text, unreadable } = body
    this.resolve({ status: this.#status, header: this.#header!, text, unreadable })
    this.reading.releaseLater()
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

  abort(): void {
    if (this.#isAborted) return
    this.#isAborted = true
    // Queued, or received and waiting for memory.
    if (this.#controller === undefined)
      this.#reject(new TransportError(this.#header !== undefined, { answered: this.#header !== undefined }))
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
  readonly #busy = new TransientSet<Connection>()

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

/** One request of a connection. */
class Exchange {
  readonly connection: Connection
  /** For how long the connection was idle before; undefined for a new one. */
  readonly #idleMs: number | undefined

  constructor(
    private readonly pool: ConnectionPool,
    private readonly limit: IdleLimit,
    isRecentOnly: boolean,
  ) {
    this.connection = pool.acquire(isRecentOnly)
    this.#idleMs = this.connection.isConnected ? this.connection.idleMs : undefined
  }

  /** The header `Keep-Alive` of the response. */
  keepAlive(header: string | undefined): void {
    this.connection.announcedMs = this.limit.announced(header)
  }

  /** Called once, with true when the connection was lost before a byte of a response. */
  end(isLost: boolean): void {
    if (isLost && this.#idleMs !== undefined) {
      this.limit.closedAfter(this.#idleMs)
      this.pool.retireIdle()
    }
    this.pool.release(this.connection)
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
    const exchange = new Exchange(pool, idleLimit, recentOnly)
    const handler = new ResponseHandler(watch, maxResponseBytes, memory.open(), exchange, resolve, reject)
    if (handler.isAborted) return exchange.end(false)
    exchange.connection.client.dispatch({ method, path, headers, body: body ?? null }, handler)
  }

  return {
    send: (request) => new Promise((resolve, reject) => dispatch(request, resolve, reject)),
    close: async () => void (await Promise.all([pool.close(), connector.close()])),
  }
}
