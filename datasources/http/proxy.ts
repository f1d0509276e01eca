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

/**
 * True when an entry of `NO_PROXY` names the URL's host: `*`, a host, or a domain with all below it (with or without a
 * dot or `*.` before it), each also with a port.
 */
function matches(entry: string, { hostname, port, protocol }: URL): boolean {
  if (entry === '*') return true
  const [, host = entry, entryPort] = /^(.+?):(\d+)$/.exec(/^[^[]*:.*:/.test(entry) ? `[${entry}]` : entry) ?? []
  const domain = host.toLowerCase().replace(/^\*?\./, '')
  const name = /:/.test(domain) && !domain.startsWith('[') ? `[${domain}]` : domain
  if (entryPort !== undefined && entryPort !== (port || DEFAULT_PORTS[protocol])) return false
  return hostname === name || hostname.endsWith(`.${name}`)
}

/** The proxy through which a URL is reached; undefined when it is reached directly. */
export function proxyFor(url: URL, { http, https, except }: ProxySettings): string | undefined {
  const proxy = url.protocol === 'https:' ? https : http
  return proxy === undefined || except.some((entry) => matches(entry, url)) ? undefined : proxy
}
