import type { JSONWebKeySet } from 'jose'
import { proxyFor } from '../../datasources/http/proxy.js'
import { IdleLimit, TransportError, undiciTransport } from '../../datasources/http/transport.js'
import { USER_AGENT } from '../../datasources/http/user-agent.js'
import type { Config } from '../config.js'
import { errorClass } from '../observability/error-class.js'

/** A connection is used once: the next request follows in a minute. */
const USED_ONCE = new IdleLimit(0)

/** A JWKS that could not be read. `code` is the class of the cause: `ECONNREFUSED`, `TIMEOUT`, `HTTP_503`, `NOT_JSON`. */
export class JwksError extends Error {
  constructor(readonly code: string) {
    super('the keys of the issuer cannot be read')
  }
}

/** The key set in a body, as far as `createLocalJWKSet` requires it. */
function parseJwks(text: string): JSONWebKeySet {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new JwksError('NOT_JSON')
  }
  const keys = (value as { keys?: unknown } | null)?.keys
  const isKeySet = Array.isArray(keys) && keys.every((key) => typeof key === 'object' && key !== null)
  if (!isKeySet) throw new JwksError('NO_JWKS')
  return value as JSONWebKeySet
}

/**
 * Reads the issuer's JWKS as providers are called: through the forward proxy, with this server's `User-Agent`, and with
 * a limit for the body (1 MiB). Rejects with a `JwksError`; `closed` ends the request.
 */
export async function readJwks(
  jwksUrl: string,
  proxies: Config['proxies'],
  timeoutMs: number,
  closed: AbortSignal,
): Promise<JSONWebKeySet> {
  const url = new URL(jwksUrl)
  const transport = undiciTransport({
    origin: url.origin,
    connections: 1,
    timeoutMs,
    idleLimit: USED_ONCE,
    proxy: proxyFor(url, proxies),
  })
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const { status, text } = await transport.send({
      method: 'GET',
      path: url.pathname + url.search,
      headers: { accept: 'application/json, application/jwk-set+json', 'user-agent': USER_AGENT },
      body: undefined,
      signal: AbortSignal.any([closed, timeout]),
    })
    if (status !== 200) throw new JwksError(`HTTP_${status}`)
    if (text === undefined) throw new JwksError('NOT_READABLE')
    return parseJwks(text)
  } catch (error) {
    if (!(error instanceof TransportError)) throw error
    throw new JwksError(timeout.aborted ? 'TIMEOUT' : errorClass(error))
  } finally {
    await transport.close()
  }
}
