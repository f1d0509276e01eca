import http, { type IncomingHttpHeaders } from 'node:http'
import https from 'node:https'
import fetch, { AbortError, FetchError } from 'node-fetch'
import { type Dispatcher, Pool, errors } from 'undici'
import type { Leaving } from '../leaving.js'

/** PEM texts: a client certificate for a provider that wants one, and who signs the provider's own. */
export interface Tls {
  readonly cert?: string
  readonly key?: string
  /** In place of the public authorities. */
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
  /** Whoever sends leaves: there is no answer from then on. */
  readonly signal: Leaving
}

export interface Transport {
  readonly send: (sending: TransportRequest) => Promise<TransportResponse>
  readonly close: () => Promise<void>
}

/** No answer came. `sent` is false only when the request certainly did not leave. */
export class TransportError extends Error {
  constructor(
    readonly sent: boolean,
    readonly unreadable = false,
  ) {
    super(unreadable ? 'unreadable answer' : sent ? 'no answer' : 'not sent')
  }
}

const LARGEST_ANSWER_BYTES = 16 * 1024 * 1024

interface SystemError {
  readonly code?: unknown
  readonly syscall?: unknown
  /** node-fetch's name for it. */
  readonly erroredSysCall?: unknown
  readonly name?: unknown
}

/** Failures that happen before a single byte of the request is written. */
const NOT_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|UND_ERR_INVALID_ARG|CERT_.*|ERR_TLS_CERT.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*)$/

/** The same codes also come from a socket that the request has already left by; only while connecting it has not. */
function beforeSending({ code, syscall, erroredSysCall, name }: SystemError): boolean {
  const call = syscall ?? erroredSysCall
  return (
    (typeof code === 'string' && NOT_SENT.test(code)) ||
    call === 'connect' ||
    call === 'getaddrinfo' ||
    name === 'AggregateError'
  )
}

/** What a client's error means; whatever is not known to come before sending counts as sent. */
export function transportError(error: unknown): TransportError {
  const { cause } = error as { cause?: SystemError }
  return new TransportError(
    !(beforeSending(error as SystemError) || (cause !== undefined && beforeSending(cause))),
    error instanceof errors.ResponseExceededMaxSizeError || (error instanceof FetchError && error.type === 'max-size'),
  )
}

export interface TransportOptions {
  readonly origin: string
  readonly connections: number
  readonly tls?: Tls | undefined
  /** How long a call may take. */
  readonly timeoutMs: number
}

const LONGEST_CONNECT_MS = 3_000

/** Less than the call has, and three tries of it less than an operation: of what is cut off while it connects nobody can tell that it did not leave. */
const connectMs = (timeoutMs: number): number => Math.min(LONGEST_CONNECT_MS, timeoutMs / 2)

/** As `text()` of an answer does it: a byte order mark is no part of the text. */
function decoded(chunks: readonly Buffer[]): string {
  const text = (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString()
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

/** Hears one answer of undici's to its end, without the stream that `request()` makes of it. */
class Hearing implements Dispatcher.DispatchHandler {
  /** What the request is ended by, from when it leaves. */
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #headers: IncomingHttpHeaders | undefined
  #chunks: Buffer[] | undefined
  readonly #leave = () => this.#end()

  constructor(
    private readonly signal: Leaving,
    private readonly resolve: (answer: TransportResponse) => void,
    private readonly reject: (error: TransportError) => void,
  ) {
    signal.addEventListener('abort', this.#leave, { once: true })
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Nobody waits for it any more: it does not leave.
    if (this.signal.aborted) controller.abort(new errors.RequestAbortedError())
    else this.#controller = controller
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    // Below 200 are interim answers, before the one that counts.
    this.#status = status
    this.#headers = headers
    this.#chunks = undefined
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#chunks === undefined) this.#chunks = [chunk]
    else this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    this.signal.removeEventListener('abort', this.#leave)
    const headers = this.#headers!
    this.resolve({
      status: this.#status,
      header(name) {
        const value = headers[name]
        return Array.isArray(value) ? value[0] : value
      },
      text: this.#chunks === undefined ? '' : decoded(this.#chunks),
    })
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.signal.removeEventListener('abort', this.#leave)
    this.reject(transportError(error))
  }

  #end(): void {
    if (this.#controller === undefined) this.reject(new TransportError(false))
    else this.#controller.abort(new errors.RequestAbortedError())
  }
}

/** undici: one keep-alive pool per provider, its size the provider's concurrency cap. */
export function undiciTransport({ origin, connections, tls, timeoutMs }: TransportOptions): Transport {
  const pool = new Pool(origin, {
    connections,
    // Each call has a deadline of its own; these would only race it.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: connectMs(timeoutMs), ...(tls ?? {}) },
    maxResponseSize: LARGEST_ANSWER_BYTES,
  })
  return {
    send: ({ method, path, headers, body, signal }) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(new TransportError(false))
        pool.dispatch({ method, path, headers, body: body ?? null }, new Hearing(signal, resolve, reject))
      }),
    close: () => pool.destroy(),
  }
}

/** Node's agents wait for a connection as long as the system does; this one no longer than that. */
function hurried<Agent extends http.Agent>(agent: Agent, connected: 'connect' | 'secureConnect', ms: number): Agent {
  const create = agent.createConnection.bind(agent)
  agent.createConnection = (...args) => {
    const socket = create(...args)
    const late = () =>
      socket?.destroy(Object.assign(new Error('connecting took too long'), { code: 'ETIMEDOUT', syscall: 'connect' }))
    const timer = setTimeout(late, ms)
    const stop = () => clearTimeout(timer)
    socket?.once(connected, stop).once('close', stop)
    return socket
  }
  return agent
}

/** node-fetch: the same behaviour for those who must use it; costs about six times the CPU per call. */
export function nodeFetchTransport({ origin, connections, tls, timeoutMs }: TransportOptions): Transport {
  const agent = origin.startsWith('https:')
    ? hurried(
        new https.Agent({ keepAlive: true, maxSockets: connections, ...(tls ?? {}) }),
        'secureConnect',
        connectMs(timeoutMs),
      )
    : hurried(new http.Agent({ keepAlive: true, maxSockets: connections }), 'connect', connectMs(timeoutMs))
  return {
    async send({ method, path, headers, body, signal }) {
      if (signal.aborted) throw new TransportError(false)
      const cut = new AbortController()
      const leave = () => cut.abort()
      signal.addEventListener('abort', leave, { once: true })
      try {
        const answer = await fetch(origin + path, {
          method,
          headers: { ...headers },
          ...(body === undefined ? {} : { body }),
          signal: cut.signal,
          agent,
          redirect: 'manual',
          size: LARGEST_ANSWER_BYTES,
        })
        const text = await answer.text()
        return { status: answer.status, header: (name) => answer.headers.get(name) ?? undefined, text }
      } catch (error) {
        if (error instanceof AbortError) throw new TransportError(true)
        throw transportError(error)
      } finally {
        signal.removeEventListener('abort', leave)
      }
    },
    close: () => {
      agent.destroy()
      return Promise.resolve()
    },
  }
}

export const TRANSPORTS = { undici: undiciTransport, 'node-fetch': nodeFetchTransport } as const
