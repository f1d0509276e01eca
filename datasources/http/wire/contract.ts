import type { IdleLimit } from './idle-limit.js'
import type { ResponseMemory } from './response-memory.js'

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
  /** The decoded body; undefined when it is too large or cannot be decoded. */
  readonly text: string | undefined
  /** Why there is no text, without any value. */
  readonly unreadable?: string | undefined
}

/** A request that can be aborted, more than once too. */
export interface Abortable {
  abort(): void
}

/** Watches for the reasons to abort one request. A signal for each request would cost more than all else that watches. */
export interface AbortWatch {
  /** Begins to watch; the request may be aborted at once. */
  begin(request: Abortable): void
  /** Ends the watch. */
  end(): void
}

/** Aborts a request with a signal. */
class SignalWatch implements AbortWatch {
  #request: Abortable | undefined

  constructor(private readonly signal: AbortSignal) {}

  begin(request: Abortable): void {
    this.#request = request
    if (this.signal.aborted) request.abort()
    else this.signal.addEventListener('abort', this, { once: true })
  }

  end(): void {
    this.signal.removeEventListener('abort', this)
    this.#request = undefined
  }

  handleEvent(): void {
    this.#request?.abort()
  }
}

/** The watch of one request that a signal aborts. */
export const abortBy = (signal: AbortSignal): AbortWatch => new SignalWatch(signal)

export interface TransportRequest {
  readonly method: string
  /** Path and query, encoded. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer | undefined
  /** Begun once, before the request is sent, and ended with it. An abort ends the connection too when it was sent. */
  readonly watch: AbortWatch
  /**
   * True for a request that is not repeated when its answer is lost: it goes out on a connection that is new or was
   * used a moment ago, because the other side may close an idle one while the request is under way.
   */
  readonly recentOnly?: boolean | undefined
}

/** Sends requests to one origin. `send` rejects with a `TransportError`. */
export interface Transport {
  readonly send: (request: TransportRequest) => Promise<TransportResponse>
  readonly close: () => Promise<void>
}

export interface TransportOptions {
  readonly origin: string
  readonly connections: number
  readonly tls?: Tls | undefined
  /** The time-out of a call. */
  readonly timeoutMs: number
  /** The largest body that is read, in bytes: as sent, and decoded. Default: 1 MiB. */
  readonly maxResponseBytes?: number | undefined
  /** Shared by all transports of the process. Default: no limit. */
  readonly memory?: ResponseMemory | undefined
  /** Shared by the transports of one provider. Default: 4 s, of the transport's own. */
  readonly idleLimit?: IdleLimit | undefined
  /** URL of the forward proxy, which may hold credentials. */
  readonly proxy?: string | undefined
}

interface TransportErrorOptions extends ErrorOptions {
  readonly answered?: boolean
}

/**
 * No whole response was received. `sent` is false only when the request was certainly not sent; `answered` is true when
 * a part of the response came.
 */
export class TransportError extends Error {
  readonly answered: boolean

  constructor(
    readonly sent: boolean,
    options?: TransportErrorOptions,
  ) {
    super(sent ? 'no response' : 'not sent', options)
    this.answered = options?.answered ?? false
  }
}

/** The code of every error of a connection attempt, also through a proxy: no byte of a request was written. */
export const NOT_CONNECTED = 'ERR_NOT_CONNECTED'

interface SystemError {
  readonly code?: unknown
  readonly syscall?: unknown
  /** node-fetch's name for `syscall`. */
  readonly erroredSysCall?: unknown
  readonly name?: unknown
}

/** Error codes that occur only before the first byte of the request is written. */
const NOT_SENT =
  /^(ERR_NOT_CONNECTED|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|UND_ERR_INVALID_ARG|CERT_.*|ERR_TLS_CERT.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*)$/

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
export function transportError(error: unknown, answered = false): TransportError {
  const { cause } = error as { cause?: SystemError }
  const isUnsent = isBeforeSending(error as SystemError) || (cause !== undefined && isBeforeSending(cause))
  const isConnecting = (error as SystemError).code === NOT_CONNECTED && cause !== undefined
  return new TransportError(!isUnsent, { cause: isConnecting ? cause : error, answered })
}
