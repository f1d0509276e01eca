import http, { type IncomingHttpHeaders } from 'node:http'
import https from 'node:https'
import fetch, { AbortError, FetchError } from 'node-fetch'
import { type Dispatcher, Pool, errors } from 'undici'

/** PEM texts: a client certificate for a provider that requires one, and the authority of the provider's own. */
export interface Tls {
  readonly cert?: string
  readonly key?: string
  /** Replaces the public authorities. */
  readonly ca?: string
}

export interface TransportResponse {
  readonly status: number
  readonly header: (name: string) => string | undefined
  readonly text: string
}

export interface TransportRequest {
  readonly method: string
  /** Path and query, encoded. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  /** Aborts the request, and its connection when it was sent. */
  readonly signal: AbortSignal
}

/** Sends requests to one origin. `send` rejects with a `TransportError`. */
export interface Transport {
  readonly send: (request: TransportRequest) => Promise<TransportResponse>
  readonly close: () => Promise<void>
}

/** No response was received. `sent` is false only when the request was certainly not sent. */
export class TransportError extends Error {
  constructor(
    readonly sent: boolean,
    readonly unreadable = false,
  ) {
    super(unreadable ? 'unreadable response' : sent ? 'no response' : 'not sent')
  }
}

const MAX_RESPONSE_BYTES = 16 * 1024 * 1024

interface SystemError {
  readonly code?: unknown
  readonly syscall?: unknown
  /** node-fetch's name for `syscall`. */
  readonly erroredSysCall?: unknown
  readonly name?: unknown
}

/** Error codes that occur only before the first byte of the request is written. */
const NOT_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|UND_ERR_INVALID_ARG|CERT_.*|ERR_TLS_CERT.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*)$/

/** Other codes also occur after the request was sent; they count only with the system call of a connection attempt. */
function isBeforeSending({ code, syscall, erroredSysCall, name }: SystemError): boolean {
  const call = syscall ?? erroredSysCall
  return (
    (typeof code === 'string' && NOT_SENT.test(code)) ||
    call === 'connect' ||
    call === 'getaddrinfo' ||
    name === 'AggregateError'
  )
}

/** Converts an error of undici or node-fetch. A request counts as sent unless the error proves that it was not. */
export function transportError(error: unknown): TransportError {
  const { cause } = error as { cause?: SystemError }
  return new TransportError(
    !(isBeforeSending(error as SystemError) || (cause !== undefined && isBeforeSending(cause))),
    error instanceof errors.ResponseExceededMaxSizeError || (error instanceof FetchError && error.type === 'max-size'),
  )
}

export interface TransportOptions {
  readonly origin: string
  readonly connections: number
  readonly tls?: Tls | undefined
  /** The time-out of a call. */
  readonly timeoutMs: number
}

const MAX_CONNECT_MS = 3_000

/**
 * The time-out of a connection attempt: shorter than the call's, because a call that times out while it connects
 * cannot be proved unsent, and short enough for three attempts within an operation.
 */
const connectTimeoutMs = (timeoutMs: number): number => Math.min(MAX_CONNECT_MS, timeoutMs / 2)

/** Decodes UTF-8 as `Response.text()` does: a byte order mark is not part of the text. */
function decode(chunks: readonly Buffer[]): string {
  const text = (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString()
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

/** Collects one response of undici, and knows whether its request was sent, which `Pool.request()` does not tell. */
class ResponseHandler implements Dispatcher.DispatchHandler {
  /** Set from when the request is sent. */
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #headers: IncomingHttpHeaders | undefined
  #chunks: Buffer[] = []
  readonly #onAbort = () => this.#abort()

  constructor(
    private readonly signal: AbortSignal,
    private readonly resolve: (response: TransportResponse) => void,
    private readonly reject: (error: TransportError) => void,
  ) {
    signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Aborted while the request was queued: it is not sent.
    if (this.signal.aborted) controller.abort(new errors.RequestAbortedError())
    else this.#controller = controller
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    // Also called for interim responses (1xx), which the final one replaces.
    this.#status = status
    this.#headers = headers
    this.#chunks = []
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    this.signal.removeEventListener('abort', this.#onAbort)
    const headers = this.#headers!
    this.resolve({
      status: this.#status,
      header(name) {
        const value = headers[name]
        return Array.isArray(value) ? value[0] : value
      },
      text: decode(this.#chunks),
    })
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.signal.removeEventListener('abort', this.#onAbort)
    this.reject(transportError(error))
  }

  #abort(): void {
    if (this.#controller === undefined) this.reject(new TransportError(false))
    else this.#controller.abort(new errors.RequestAbortedError())
  }
}

/** Transport by undici: one keep-alive pool, with as many connections as the provider's concurrency limit. */
export function undiciTransport({ origin, connections, tls, timeoutMs }: TransportOptions): Transport {
  const pool = new Pool(origin, {
    connections,
    // The caller's time-out applies; these would race it.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: connectTimeoutMs(timeoutMs), ...(tls ?? {}) },
    maxResponseSize: MAX_RESPONSE_BYTES,
  })
  return {
    send: ({ method, path, headers, body, signal }) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(new TransportError(false))
        pool.dispatch({ method, path, headers, body: body ?? null }, new ResponseHandler(signal, resolve, reject))
      }),
    close: () => pool.destroy(),
  }
}

/** Adds a time-out to an agent's connection attempts, which Node leaves to the system. */
function withConnectTimeout<Agent extends http.Agent>(
  agent: Agent,
  event: 'connect' | 'secureConnect',
  timeoutMs: number,
): Agent {
  const createConnection = agent.createConnection.bind(agent)
  agent.createConnection = (...args) => {
    const socket = createConnection(...args)
    const timer = setTimeout(
      () => socket?.destroy(Object.assign(new Error('connect time-out'), { code: 'ETIMEDOUT', syscall: 'connect' })),
      timeoutMs,
    )
    const stop = () => clearTimeout(timer)
    socket?.once(event, stop).once('close', stop)
    return socket
  }
  return agent
}

function createAgent({ origin, connections, tls, timeoutMs }: TransportOptions): http.Agent {
  const options = { keepAlive: true, maxSockets: connections }
  const connectMs = connectTimeoutMs(timeoutMs)
  return origin.startsWith('https:')
    ? withConnectTimeout(new https.Agent({ ...options, ...(tls ?? {}) }), 'secureConnect', connectMs)
    : withConnectTimeout(new http.Agent(options), 'connect', connectMs)
}

/** Transport by node-fetch, with the same behaviour at about six times the CPU time per call. */
export function nodeFetchTransport(options: TransportOptions): Transport {
  const agent = createAgent(options)
  return {
    async send({ method, path, headers, body, signal }) {
      if (signal.aborted) throw new TransportError(false)
      try {
        const response = await fetch(options.origin + path, {
          method,
          headers: { ...headers },
          ...(body === undefined ? {} : { body }),
          signal,
          agent,
          redirect: 'manual',
          size: MAX_RESPONSE_BYTES,
        })
        const text = await response.text()
        return { status: response.status, header: (name) => response.headers.get(name) ?? undefined, text }
      } catch (error) {
        throw error instanceof AbortError ? new TransportError(true) : transportError(error)
      }
    },
    close: () => {
      agent.destroy()
      return Promise.resolve()
    },
  }
}

/** The transports by the value of `HTTP_CLIENT`. */
export const TRANSPORTS = { undici: undiciTransport, 'node-fetch': nodeFetchTransport } as const
