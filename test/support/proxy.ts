import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** A forward proxy for tests: it opens tunnels (CONNECT) and serves nothing else. */
export interface Proxy {
  /** With the credentials. */
  readonly url: string
  /** The targets of the tunnels that it was asked for, `host:port`. */
  readonly targets: string[]
  /** The tunnels that are open. */
  readonly tunnels: Set<Socket>
  readonly close: () => void
}

/** Starts a proxy on a free port that demands these credentials; with `tls` it is reached by `https://`. */
export async function startProxy(name: string, password: string, tls?: https.ServerOptions): Promise<Proxy> {
  const targets: string[] = []
  const tunnels = new Set<Socket>()
  const wanted = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
  const refuse: http.RequestListener = (_request, response) => void response.writeHead(405).end()
  const server = tls ? https.createServer(tls, refuse) : http.createServer(refuse)
  server.on('tlsClientError', () => undefined)
  server.on('connect', (request, client: Socket, head) => {
    client.on('error', () => undefined)
    if (request.headers['proxy-authorization'] !== wanted) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      return
    }
    targets.push(request.url!)
    const { hostname, port } = new URL(`http://${request.url!}`)
    const target = connect(Number(port || 80), hostname.replace(/^\[|\]$/g, ''), () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      target.write(head)
      target.pipe(client).pipe(target)
    })
    target.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'))
    client.on('close', () => target.destroy())
    target.on('close', () => client.destroy())
    tunnels.add(client)
    client.once('close', () => tunnels.delete(client))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls ? 'https' : 'http'}://${name}:${encodeURIComponent(password)}@127.0.0.1:${port}`,
    targets,
    tunnels,
    close() {
      server.close()
      server.closeAllConnections()
      for (const tunnel of tunnels) tunnel.destroy()
    },
  }
}
