import http from 'node:http'
import https from 'node:https'
import fetch, { AbortError, FetchError } from 'node-fetch'
import { Pool, errors } from 'undici'

/** PEM texts: a client certificate for a provider that wants one, and who signs the provider's own. */
export interface Tls {
  readonly cert?: string
  readonly key?: string
  /** In place of the public authorities. */
  readonly ca?: string
}

export interface Answer {
  readonly status: number
  readonly header: (name: string) => string | undefined
  readonly text: string
}

export interface Sending {
  readonly method: string
  /** Path and query, encoded. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly signal: AbortSignal
}

export interface Transport {
  readonly send: (sending: Sending) => Promise<Answer>
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

/** The answer, unless the signal comes first: undici hears it only once the request has its connection. */
export function unlessAborted(signal: AbortSignal, answer: Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(new TransportError(true))
    signal.addEventListener('abort', leave, { once: true })
    void answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}

interface SystemError {
  readonly code?: unknown
  readonly syscall?: unknown
  /** node-fetch's name for it. */
  readonly erroredSysCall?: unknown
  readonly name?: unknown
}

/** Failures that happen before a single byte of the request is written. */
const NOT_SENT = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|UND_ERR_INVALID_ARG|CERT_.*|ERR_TLS_CERT.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*)$/

/** The same codes also come from a socket that the request has already left by; only while connecting it has not. */
function beforeSending({ code, syscall, erroredSysCall, name }: SystemError): boolean {
  const call = syscall ?? erroredSysCall
  return (typeof code === 'string' && NOT_SENT.test(code)) || call === 'connect' || call === 'getaddrinfo' || name === 'AggregateError'
}

/** What a client's error means; whatever is not known to come before sending counts as sent. */
export function transportError(error: unknown): TransportError {
  const { cause } = error as { cause?: SystemError }
  return new TransportError(!(beforeSending(error as SystemError) || (cause !== undefined && beforeSending(cause))), error instanceof errors.ResponseExceededMaxSizeError || (error instanceof FetchError && error.type === 'max-size'))
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
    async send({ method, path, headers, body, signal }) {
      try {
        const answer = await pool.request({ method: method, path, headers, body: body ?? null, signal })
        const text = await answer.body.text()
        return {
          status: answer.statusCode,
          header: (name) => {
            const value = answer.headers[name]
            return Array.isArray(value) ? value[0] : value
          },
          text,
        }
      } catch (error) {
        throw transportError(error)
      }
    },
    close: () => pool.destroy(),
  }
}

/** Node's agents wait for a connection as long as the system does; this one no longer than that. */
function hurried<Agent extends http.Agent>(agent: Agent, connected: 'connect' | 'secureConnect', ms: number): Agent {
  const create = agent.createConnection.bind(agent)
  agent.createConnection = (...args) => {
    const socket = create(...args)
    const late = () => socket?.destroy(Object.assign(new Error('connecting took too long'), { code: 'ETIMEDOUT', syscall: 'connect' }))
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
    ? hurried(new https.Agent({ keepAlive: true, maxSockets: connections, ...(tls ?? {}) }), 'secureConnect', connectMs(timeoutMs))
    : hurried(new http.Agent({ keepAlive: true, maxSockets: connections }), 'connect', connectMs(timeoutMs))
  return {
    async send({ method, path, headers, body, signal }) {
      try {
        const answer = await fetch(origin + path, {
          method,
          headers: { ...headers },
          ...(body === undefined ? {} : { body }),
          // node-fetch types its own older AbortSignal.
          signal: signal,
          agent,
          redirect: 'manual',
          size: LARGEST_ANSWER_BYTES,
        })
        const text = await answer.text()
        return { status: answer.status, header: (name) => answer.headers.get(name) ?? undefined, text }
      } catch (error) {
        if (error instanceof AbortError) throw new TransportError(true)
        throw transportError(error)
      }
    },
    close: () => {
      agent.destroy()
      return Promise.resolve()
    },
  }
}

export const TRANSPORTS = { undici: undiciTransport, 'node-fetch': nodeFetchTransport } as const
