import type { Server, Socket } from 'node:net'
import type { ConnectionRefusal } from '../security-events/events.js'
import type { AddressBan } from './address-ban.js'
import { networkOf, type trustOf } from './client-address.js'

interface ConnectionLimits {
  /** Connections of all addresses. */
  readonly max: number
  readonly maxPerAddress: number
  readonly trusts: ReturnType<typeof trustOf>
  /** Told of each connection that is closed because it is one too many, or its address is banned. */
  readonly onRefused: (reason: ConnectionRefusal, address: string | undefined) => void
  readonly bans: AddressBan
}

/** Limits the open connections of the server, and those of each address that is not a trusted proxy's. One too many, and one of a banned address, is closed before it is read. */
export function limitConnections(
  server: Server,
  { max, maxPerAddress, trusts, bans, onRefused }: ConnectionLimits,
): void {
  const open = new Map<string, number>()
  server.maxConnections = max
  server.on('drop', (dropped) => onRefused('total', dropped?.remoteAddress))
  server.prependListener('connection', (socket: Socket) => {
    const { remoteAddress } = socket
    if (remoteAddress === undefined || trusts(remoteAddress, 0)) return
    const network = networkOf(remoteAddress)
    const count = (open.get(network) ?? 0) + 1
    const isBanned = bans.isBanned(network)
    if (isBanned || count > maxPerAddress) {
      onRefused(isBanned ? 'banned' : 'address', remoteAddress)
      return void socket.destroy()
    }
    bans.watch(socket, network)
    open.set(network, count)
    socket.once('close', () => {
      const left = open.get(network)! - 1
      if (left === 0) open.delete(network)
      else open.set(network, left)
    })
  })
}
