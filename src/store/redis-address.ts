/** Redis address: one server, the nodes of a cluster, or the Sentinels that know the primary. */
export interface RedisAddress {
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
  readonly kind: 'server' | 'cluster' | 'sentinel'
  /** The name of the primary in the Sentinels' configuration. */
  readonly primary?: string
  readonly tls: boolean
  /** Certificate authority of the server (PEM), instead of the public ones. */
  readonly ca?: string
  /** Client certificate and its key (PEM). */
  readonly cert?: string
  readonly key?: string
  readonly username?: string
  readonly password?: string
  readonly sentinelPassword?: string
  readonly database?: number
}

const SENTINEL_URL = /^redis(s?)\+sentinel:\/\/(?:([^@/]*)@)?([^@/?]+)\/([\w.-]+)(?:\?sentinelPassword=([^&]+))?$/

const parseNode = (url: string): URL | undefined =>
  /^rediss?:\/\/[^/\s]/.test(url) && URL.canParse(url) ? new URL(url) : undefined

/** Credentials of a URL, where they are percent-encoded. */
const credentialsOf = (username: string, password: string) => ({
  ...(username ? { username: decodeURIComponent(username) } : {}),
  ...(password ? { password: decodeURIComponent(password) } : {}),
})

function parseSentinelUrl(url: string): RedisAddress | undefined {
  const match = SENTINEL_URL.exec(url)
  if (!match) return undefined
  const [, secure, login = '', hosts, primary, sentinelPassword] = match
  const urls = hosts!.split(',').map((host) => parseNode(`redis://${host.trim()}`))
  if (urls.some((node) => node === undefined)) return undefined
  const [username = '', password = ''] = login.split(':')
  return {
    kind: 'sentinel',
    nodes: urls.map((node) => ({ host: node!.hostname, port: Number(node!.port || 26379) })),
    primary: primary!,
    tls: secure === 's',
    ...credentialsOf(username, password),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword: decodeURIComponent(sentinelPassword) }),
  }
}

/** Parses `REDIS_URL`; undefined when the form is not supported. */
export function parseRedisUrl(text: string): RedisAddress | undefined {
  try {
    if (/^rediss?\+sentinel:/.test(text)) return parseSentinelUrl(text)
    const urls = text.split(',').map((url) => parseNode(url.trim()))
    const [first] = urls
    if (first === undefined || urls.some((url) => url?.protocol !== first.protocol)) return undefined
    const database = Number(first.pathname.slice(1) || 0)
    if (!Number.isInteger(database)) return undefined
    return {
      kind: urls.length > 1 ? 'cluster' : 'server',
      nodes: urls.map((url) => ({ host: url!.hostname, port: Number(url!.port || 6379) })),
      tls: first.protocol === 'rediss:',
      database,
      ...credentialsOf(first.username, first.password),
    }
  } catch {
    return undefined
  }
}
