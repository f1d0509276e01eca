import type { Socket } from 'node:net'
import { buildConnector, Pool } from 'undici'
import { NOT_CONNECTED, type TransportOptions } from './contract.js'

const MAX_CONNECT_MS = 3_000

/**
 * The time-out of a connection attempt: shorter than the call's, because a call that times out while it connects
 * cannot be proved unsent, and short enough for three attempts within an operation.
 */
const connectTimeoutMs = (timeoutMs: number): number => Math.min(MAX_CONNECT_MS, timeoutMs / 2)

type Opened = (error: Error | null, socket: Socket | null) => void

/** Opens connections to one origin, directly or through a proxy. Both transports use it. */
export interface Connector {
  readonly open: (opened: Opened) => void
  readonly close: () => Promise<void>
}

/** An error of a connection attempt. It does not repeat the proxy's URL, which may hold credentials. */
const notConnected = (cause: unknown): Error =>
  Object.assign(new Error('no connection', { cause }), { code: NOT_CONNECTED })

/** RFC 7617: the credentials of a proxy URL as a header. */
function proxyHeaders({ username, password }: URL): Record<string, string> {
  if (username === '') return {}
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }
}

/** Opens tunnels through a forward proxy (RFC 9110, 9.3.6: CONNECT). */
function createTunnels(proxyUrl: string, target: URL, timeoutMs: number) {
  const proxy = new URL(proxyUrl)
  const headers = proxyHeaders(proxy)
  // Each tunnel takes a connection of its own out of the pool.
  const pool = new Pool(proxy.origin, {
    connect: { timeout: timeoutMs },
    headersTimeout: timeoutMs,
    pipelining: 1,
  })
  const authority = target.port === '' ? `${target.host}:${target.protocol === 'https:' ? 443 : 80}` : target.host
  return {
    async open(): Promise<Socket> {
      const { statusCode, socket } = await pool.connect({ path: authority, headers: { host: authority, ...headers } })
      if (statusCode >= 200 && statusCode < 300) return socket as Socket
      socket.on('error', () => undefined).destroy()
      throw new Error(`the proxy answered ${statusCode}`)
    },
    close: () => pool.destroy(),
  }
}

/** The connector of a transport. Every error that it gives proves that no request was sent. */
export function createConnector({ origin, tls, timeoutMs, proxy }: TransportOptions): Connector {
  const target = new URL(origin)
  const timeout = connectTimeoutMs(timeoutMs)
  const connect = buildConnector({ timeout, ...(tls ?? {}) })
  const address = {
    host: target.host,
    hostname: target.hostname.replace(/^\[|\]$/g, ''),
    protocol: target.protocol,
    port: target.port,
  }
  const direct = (opened: Opened, httpSocket?: Socket) =>
    connect({ ...address, ...(httpSocket === undefined ? {} : { httpSocket }) }, (error, socket) =>
      error === null ? opened(null, socket) : opened(notConnected(error), null),
    )
  if (proxy === undefined) return { open: (opened) => direct(opened), close: () => Promise.resolve() }

  const tunnels = createTunnels(proxy, target, timeout)
  return {
    open(opened) {
      tunnels.open().then(
        (socket) => (target.protocol === 'https:' ? direct(opened, socket) : opened(null, socket)),
        (error: unknown) => opened(notConnected(error), null),
      )
    },
    close: tunnels.close,
  }
}
