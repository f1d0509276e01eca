import ipaddr from 'ipaddr.js'

/** Where the servers of clouds answer with credentials, beside the link-local addresses. */
const METADATA = ['168.63.129.16']
/** All global unicast addresses of IPv6 (RFC 4291). */
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR('2000::/3')
/** The first port that needs no privilege; below it only the default port of the scheme is used. */
const MIN_PORT = 1_024

export type Network = readonly [ipaddr.IPv4 | ipaddr.IPv6, number]

/** Parses a network in CIDR form; undefined for any other text. */
export function parseNetwork(text: string): Network | undefined {
  try {
    return ipaddr.parseCIDR(text)
  } catch {
    return undefined
  }
}

const isIn = (address: ipaddr.IPv4 | ipaddr.IPv6, networks: readonly Network[]): boolean =>
  networks.some(([network, bits]) => network.kind() === address.kind() && address.match([network, bits] as never))

/** True for a public address: no special range of IANA, no IPv4 address inside one of IPv6, no metadata service. */
function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast') return false
  return address instanceof ipaddr.IPv6 ? address.match(GLOBAL_V6) : !METADATA.includes(address.toString())
}

/** The address of a host that is a literal; undefined for a name. */
function literalOf(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1')
  return ipaddr.isValid(bare) ? bare : undefined
}

/** The rules of the addresses to which this server delivers. */
export class AddressRules {
  readonly #networks: readonly Network[]

  /** `networks`: the networks that are not public and are allowed all the same. */
  constructor(networks: readonly Network[]) {
    this.#networks = networks
  }

  /** True for an address that may be connected to. */
  allows(address: string): boolean {
    if (!ipaddr.isValid(address)) return false
    const parsed = ipaddr.parse(address)
    return isIn(parsed, this.#networks) || isPublic(parsed)
  }

  /** What is wrong with the address of an endpoint, as rules; a name is checked when it is connected to. */
  problemsOf(text: string): readonly string[] {
    if (!URL.canParse(text)) return ['must be a URL']
    const url = new URL(text)
    const problems: string[] = []
    if (url.protocol !== 'https:' && !this.#isOwnHost(url)) problems.push('must begin with https://')
    if (url.username !== '' || url.password !== '') problems.push('must not hold credentials')
    if (url.hash !== '') problems.push('must not have a fragment')
    if (url.port !== '' && Number(url.port) < MIN_PORT)
      problems.push(`must have the default port or one from ${MIN_PORT}`)
    const literal = literalOf(url.hostname)
    if (literal !== undefined && !this.allows(literal)) problems.push('must have a host with a public address')
    return problems
  }

  /** True for plain HTTP to this machine, where its own addresses are allowed. */
  #isOwnHost({ protocol, hostname }: URL): boolean {
    const literal = hostname === 'localhost' ? '127.0.0.1' : literalOf(hostname)
    if (protocol !== 'http:' || literal === undefined) return false
    return ipaddr.parse(literal).range() === 'loopback' && this.allows(literal)
  }
}
