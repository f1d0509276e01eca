import type { Settings } from '../../datasources/contract/provider.js'
import type { ProxySettings } from '../../datasources/http/proxy.js'
import { type TrustedProxies, trustOf } from '../http/client-address.js'

/** Reports addresses without encryption as problems, unless `ALLOW_PLAINTEXT` allows them; returns the allowed ones. */
export function refusePlaintext(settings: Settings, plaintext: readonly string[]): readonly string[] {
  if (
    settings.choice(
      'ALLOW_PLAINTEXT',
      'Allows `http://` and `redis://` to other machines, for a network that encrypts by itself.',
      ['true', 'false'],
      'false',
    ) === 'true'
  )
    return plaintext
  for (const name of plaintext)
    settings.problem(
      `${name} would be reached without encryption: use TLS, or say ALLOW_PLAINTEXT=true where something else encrypts`,
    )
  return []
}

/** The forward proxies. */
export const proxyConfig = (settings: Settings): ProxySettings => ({
  https: settings.optionalProxy(
    'HTTPS_PROXY',
    'Forward proxy for `https://` providers, token endpoints, `AUTH_JWKS_URL` and `AUTH_INTROSPECTION_URL`: an `http(s)` URL, which may hold credentials.',
  ),
  http: settings.optionalProxy('HTTP_PROXY', 'The same for `http://` addresses.'),
  except: (
    settings.optional(
      'NO_PROXY',
      'Hosts that are reached without a proxy: a comma list of hosts, domains (with all below) and `*`, each also with a port, and of networks (`10.0.0.0/8`).',
    ) ?? ''
  )
    // Blanks separate hosts too.
    .split(/[,\s]+/)
    .filter(Boolean),
})

/** The trusted proxies: a number of them, or a list of addresses and networks. */
export function trustProxy(settings: Settings): TrustedProxies {
  const names = settings.list(
    'TRUST_PROXY',
    'Proxies before the server: their number, or a comma list of addresses, networks (CIDR) and `loopback`, `linklocal`, `uniquelocal`; they name the address of a client in `x-forwarded-for`.',
  )
  const [first = '0', ...others] = names
  if (others.length === 0 && /^\d{1,2}$/.test(first)) return Number(first)
  try {
    trustOf(names)
  } catch {
    settings.problem('TRUST_PROXY must be a number of proxies or a comma list of addresses and networks')
  }
  return names
}
