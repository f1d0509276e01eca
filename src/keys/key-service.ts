import { type ProxySettings, proxyFor } from '../../datasources/http/proxy.js'
import {
  abortBy,
  IdleLimit,
  TransportError,
  type TransportResponse,
  undiciTransport,
} from '../../datasources/http/transport.js'
import { USER_AGENT } from '../../datasources/http/user-agent.js'
import { errorClass } from '../observability/error-class.js'

/** A connection is used once: keys are asked for at the start, and when a file has changed. */
const USED_ONCE = new IdleLimit(0)
const TIMEOUT_MS = 5_000

/** A key service, or an object store, did not do what it was asked. `code` is the class of the cause: `TIMEOUT`, `HTTP_403`. */
export class KeyServiceError extends Error {
  constructor(readonly code: string) {
    super(code)
  }
}

/** How a service is reached. */
export interface ServiceAccess {
  readonly proxies: ProxySettings
  /** Certificate authority (PEM), instead of the public ones. */
  readonly ca?: string | undefined
}

interface ServiceRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

/** Sends one request; rejects with a `KeyServiceError` unless the status is 2xx. */
export async function requestService(
  url: URL,
  { method, headers, body }: ServiceRequest,
  { proxies, ca }: ServiceAccess,
): Promise<TransportResponse> {
  const transport = undiciTransport({
    origin: url.origin,
    connections: 1,
    timeoutMs: TIMEOUT_MS,
    idleLimit: USED_ONCE,
    proxy: proxyFor(url, proxies),
    ...(ca === undefined ? {} : { tls: { ca } }),
  })
  const timeout = AbortSignal.timeout(TIMEOUT_MS)
  try {
    const response = await transport.send({
      method,
      path: url.pathname + url.search,
      headers: { 'user-agent': USER_AGENT, ...headers },
      body,
      watch: abortBy(timeout),
    })
    if (response.status < 200 || response.status > 299) throw new KeyServiceError(`HTTP_${response.status}`)
    return response
  } catch (error) {
    if (!(error instanceof TransportError)) throw error
    throw new KeyServiceError(timeout.aborted ? 'TIMEOUT' : errorClass(error))
  } finally {
    await transport.close()
  }
}

/** The JSON object of a response. */
export function objectOf({ text }: TransportResponse): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '')
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>
  } catch {
    // Reported below.
  }
  throw new KeyServiceError('NOT_JSON')
}

/** A member of a response that must be text. */
export function textOf(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new KeyServiceError('UNEXPECTED_ANSWER')
  return value
}

/** Bytes in a member of an answer. */
export function bytesOf(value: unknown): Buffer {
  const bytes = Buffer.from(textOf(value), 'base64')
  if (bytes.length === 0) throw new KeyServiceError('UNEXPECTED_ANSWER')
  return bytes
}
