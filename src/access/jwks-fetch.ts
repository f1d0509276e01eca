import type { FetchImplementation } from 'jose'
import { proxyFor } from '../../datasources/http/proxy.js'
import { IdleLimit, TRANSPORTS } from '../../datasources/http/transport.js'
import { USER_AGENT } from '../../datasources/http/user-agent.js'
import type { Config } from '../config.js'

/** A connection is used once: the next request follows in a minute. */
const USED_ONCE = new IdleLimit(0)

/**
 * The requests for the issuer's JWKS, sent as those to providers are: through the forward proxy, with this server's
 * `User-Agent`, and with a limit for the body (1 MiB). A body that cannot be read is a network error.
 */
export const createJwksFetch =
  ({ httpClient, proxies }: Pick<Config, 'httpClient' | 'proxies'>, timeoutMs: number): FetchImplementation =>
  async (url, { method, headers, signal }) => {
    const { origin, pathname, search } = new URL(url)
    const transport = TRANSPORTS[httpClient]({
      origin,
      connections: 1,
      timeoutMs,
      idleLimit: USED_ONCE,
      proxy: proxyFor(new URL(url), proxies),
    })
    try {
      const { status, text } = await transport.send({
        method,
        path: pathname + search,
        headers: { ...Object.fromEntries(headers), 'user-agent': USER_AGENT },
        body: undefined,
        signal,
      })
      return status === 200 && text !== undefined ? new Response(text) : Response.error()
    } finally {
      await transport.close()
    }
  }
