import ipaddr from 'ipaddr.js'

/** The forward proxies of the process, as most programs read them from the environment. */
export interface ProxySettings {
  /** `HTTPS_PROXY`: for `https://` URLs. */
  readonly https: string | undefined
  /** `HTTP_PROXY`: for `http://` URLs. */
  readonly http: string | undefined
  /** `NO_PROXY`: hosts that are reached directly. */
  readonly except: readonly string[]
}

export const NO_PROXIES: ProxySettings = { https: undefined, http: undefined, except: [] }

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' }

/** A name, or an address without brackets, in the one form that URLs give it; a final dot says nothing. */
function hostOf(text: string): string {
  const host = ipaddr.IPv6.isValid(text) ? `[${text}]` : text
  const { hostname } = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : { hostname: host.toLowerCase() }
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
}

/** True when a host is an address of a network, which is written as `10.0.0.0/8`. */
function isWithin(host: string, network: string): boolean {
  if (!ipaddr.isValid(host) || !ipaddr.isValidCIDR(network)) return false
  const [address, range] = [ipaddr.parse(host), ipaddr.parseCIDR(network)]
  return address.kind() === range[0].kind() && address.match(range)
}

/**
 * True when an entry of `NO_PROXY` names the URL's host: `*`, a host, or a domain with all below it (with or without a
 * dot or `*.` before it), each also with a port; or a network that holds its address.
 */
function matches(entry: string, { hostname, port, protocol }: URL): boolean {
  if (entry === '*') return true
  const asked = hostOf(hostname)
  if (entry.includes('/')) return isWithin(asked, entry)
  const [, host = entry, entryPort] = ipaddr.IPv6.isValid(entry) ? [] : (/^(.+):(\d+)$/.exec(entry) ?? [])
  if (entryPort !== undefined && entryPort !== (port || DEFAULT_PORTS[protocol])) return false
  const name = hostOf(host.replace(/^\*?\./, ''))
  return asked === name || (!ipaddr.isValid(asked) && asked.endsWith(`.${name}`))
}

/** The proxy through which a URL is reached; undefined when it is reached directly. */
export function proxyFor(url: URL, { http, https, except }: ProxySettings): string | undefined {
  const proxy = url.protocol === 'https:' ? https : http
  return proxy === undefined || except.some((entry) => matches(entry, url)) ? undefined : proxy
}
