import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { trustOf } from '../http/client-address.js'

/** What of a request names its address. */
type Addressed = Pick<IncomingMessage, 'url' | 'headers' | 'socket'>

interface AddressOptions {
  /** Addresses under which clients reach this server: origins, each with the path that a proxy takes away. */
  readonly publicUrls: readonly string[]
  readonly trusts: ReturnType<typeof trustOf>
}

const SCHEME = /^https?$/i
/** A host with an optional port: nothing that would move the path of an address. */
const HOST = /^[A-Za-z0-9._:[\]-]+$/

/** The value that the proxy next to this server gave: each proxy appends its own. */
function lastOf(header: string | string[] | undefined): string | undefined {
  const last = [header].flat().at(-1)?.split(',').at(-1)?.trim()
  return last === '' ? undefined : last
}

/** An address without query and fragment, in its normal form (RFC 3986, 6.2); undefined for what is none. */
export function normalAddress(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const { protocol, username, password, host, pathname } = new URL(text)
  const isHttp = protocol === 'https:' || protocol === 'http:'
  return isHttp && username === '' && password === '' ? `${protocol}//${host}${pathname}` : undefined
}

/**
 * The addresses that a client may have sent a request to, for the claim `htu` of its proof: those of `PUBLIC_URL`, else
 * the one that the header `Host` names, or the headers `x-forwarded-proto` and `x-forwarded-host` of a trusted proxy.
 */
export function addressesOf({ url = '', headers, socket }: Addressed, options: AddressOptions): readonly string[] {
  const path = url.split('?', 1)[0]!
  if (!path.startsWith('/')) return []
  const { remoteAddress = '' } = socket
  const isForwarded = options.publicUrls.length === 0 && options.trusts(remoteAddress, 0)
  const forwarded = (name: string) => (isForwarded ? lastOf(headers[name]) : undefined)
  const scheme = forwarded('x-forwarded-proto') ?? ((socket as Partial<TLSSocket>).encrypted ? 'https' : 'http')
  const host = forwarded('x-forwarded-host') ?? headers.host ?? ''
  const named = SCHEME.test(scheme) && HOST.test(host) ? [`${scheme}://${host}`] : []
  const bases = options.publicUrls.length > 0 ? options.publicUrls : named
  return bases.flatMap((base) => normalAddress(base + path) ?? [])
}
