import type { Server, Socket } from 'node:net'
import type { ConnectionRefusal } from '../security-events/events.js'
import type { AddressBan } from './address-ban.js'
import { networkOf, type trustOf } from './client-address.js'
import { ConnectionHold } from './connection-hold.js'

interface ConnectionLimits {
  /** Connections of all addresses. */
  readonly max: number
  readonly maxPerAddress: number
  readonly trusts: ReturnType<typeof trustOf>
  /** Told of each connection that is closed because it is one too many, or its address is banned. */
  readonly onRefused: (reason: ConnectionRefusal, address: string | undefined) => void
  readonly bans: AddressBan
}

type Listener = (socket: Socket) => void

/**
 * Limits the open connections of the server, and those of each address that is not a trusted proxy's. One too many, and
 * one of a banned address, is given to none of the listeners that the server has: it is held for about a second and closed.
 */
export function limitConnections(
  server: Server,
  { max, maxPerAddress, trusts, bans, onRefused }: ConnectionLimits,
): void {
  const open = new Map<string, number>()
  /** A connection comes again with each request on it that asks for another protocol (`other-upgrades.ts`). */
  const admitted = new WeakSet<Socket>()
  const hold = new ConnectionHold()
  const listeners = server.listeners('connection') as Listener[]
  server.removeAllListeners('connection')
  server.maxConnections = max
  server.on('drop', (dropped) => onRefused('total', dropped?.remoteAddress))

  /** True where a connection is within the limits; it is then counted. */
  function admits(socket: Socket): boolean {
    const { remoteAddress } = socket
    if (remoteAddress === undefined || trusts(remoteAddress, 0)) return true
    const network = networkOf(remoteAddress)
    const count = (open.get(network) ?? 0) + 1
    const isBanned = bans.isBanned(network)
    if (isBanned || count > maxPerAddress) {
      onRefused(isBanned ? 'banned' : 'address', remoteAddress)
      return false
    }
    bans.watch(socket, network)
    open.set(network, count)
    socket.once('close', () => {
      const left = open.get(network)! - 1
      if (left === 0) open.delete(network)
      else open.set(network, left)
    })
    return true
  }

  server.on('connection', (socket: Socket) => {
    if (!admitted.has(socket)) {
      if (!admits(socket)) return hold.take(socket)
      admitted.add(socket)
    }
    for (const listener of listeners) listener.call(server, socket)
  })
}
