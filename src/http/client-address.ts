import type { IncomingMessage } from 'node:http'
import proxyAddr from '@fastify/proxy-addr'
import ipaddr from 'ipaddr.js'

/** The proxies before this server: how many there are, or their addresses and networks. */
export type TrustedProxies = number | readonly string[]

/** True for the address of a proxy that is trusted; hop 0 is the one that has connected. */
type Trust = (address: string, hop: number) => boolean

/** Groups of an IPv6 address that name its network: a client has a /64 for itself. */
const NETWORK_GROUPS = 4

/** The trust in these proxies; throws for what is no address, network or name of networks. */
export function trustOf(proxies: TrustedProxies): Trust {
  if (typeof proxies === 'number') return (_address, hop) => hop < proxies
  return proxyAddr.compile([...proxies])
}

/** The network by which an address is counted: an IPv4 address itself, the /64 of an IPv6 address. */
export function networkOf(address: string): string {
  const parsed = ipaddr.process(address)
  if (parsed instanceof ipaddr.IPv4) return parsed.toString()
  return parsed.parts
    .slice(0, NETWORK_GROUPS)
    .map((group) => group.toString(16))
    .join(':')
}

/** The address of the client of a request: the last one that no trusted proxy has; undefined once its connection has closed. */
export function addressOf(request: IncomingMessage, trust: Trust): string | undefined {
  const { remoteAddress = '' } = request.socket
  // Some proxies add the port.
  const named = proxyAddr(request, trust).replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1')
  const address = ipaddr.isValid(named) ? named : remoteAddress
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : undefined
}

/** The network of the client of a request. */
export function clientOf(request: IncomingMessage, trust: Trust): string {
  const address = addressOf(request, trust)
  return address === undefined ? 'unknown' : networkOf(address)
}
