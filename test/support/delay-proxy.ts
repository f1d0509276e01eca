import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy that makes a server far away. */
export interface DelayProxy {
  readonly port: number
  /** Changes the delay of bytes that come from now on; those under way must have arrived. */
  readonly setDelay: (delayMs: number) => void
  /** Changes the port that connections from now on are made to. */
  readonly setTarget: (port: number) => void
  readonly close: () => void
}

/** Passes the bytes on in their order, each this much later. */
function pass(from: Socket, to: Socket, delayMs: () => number): void {
  from.on('data', (chunk: Buffer) => void setTimeout(() => to.writable && to.write(chunk), delayMs()))
  from.on('error', () => undefined)
  from.on('close', () => void setTimeout(() => to.destroy(), delayMs()))
}

/** Starts a proxy before a port of this machine; bytes arrive `delayMs` later, in each direction. */
export async function startDelayProxy(target: number, delayMs: number): Promise<DelayProxy> {
  let currentMs = delayMs
  let port = target
  const delay = () => currentMs
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port, host: '127.0.0.1', noDelay: true })
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    }
    pass(client, upstream, delay)
    pass(upstream, client, delay)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    setDelay: (ms) => void (currentMs = ms),
    setTarget: (next) => void (port = next),
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
