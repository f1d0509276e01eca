import { Cluster, Redis, type RedisOptions, type Result } from 'ioredis'

/** Longer than any healthy answer, short enough that nobody waits for a dead server. */
const COMMAND_TIMEOUT_MS = 1_000
/** A server that answers nothing for this long is left, so that all who come after are told at once. */
const SILENCE_MS = 2_000

// One key only, so it runs on a cluster too, where the driver sends again what a broken connection left unanswered: as no
// two values are alike, what is there already was put there by this very swap.
// ARGV: expected ('' means absent), next ('' removes), ttl in ms.
const SWAP = `
local current = redis.call('GET', KEYS[1]) or ''
if current ~= ARGV[1] then return (current ~= '' and current == ARGV[2]) and 1 or 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1`

// ARGV: points, the most of a window, its length in ms, points that were let pass before. Answers what was paid, what is
// spent and the ms that are left.
const SPEND = `
local points, most, owed = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[4])
local spent = tonumber(redis.call('GET', KEYS[1]) or '0')
local left = redis.call('PTTL', KEYS[1])
if left < 1 then
  if points == 0 then return {1, 0, 0} end
  spent, left, owed = 0, tonumber(ARGV[3]), 0
end
spent = spent + owed
local paid = spent + points <= most
if paid then spent = spent + points end
if paid or owed > 0 then redis.call('SET', KEYS[1], spent, 'PX', left) end
return {paid and 1 or 0, spent, left}`

declare module 'ioredis' {
  interface RedisCommander<Context> {
    compareAndSwap(
      name: string,
      expected: Buffer | string,
      next: Buffer | string,
      ttlMs: number,
    ): Result<number, Context>
    consumePoints(
      name: string,
      points: number,
      most: number,
      windowMs: number,
      owed: number,
    ): Result<[paid: number, spent: number, resetMs: number], Context>
  }
}

/** Where Redis is: one server, the nodes of a cluster, or the Sentinels that know the primary's address. */
export interface RedisAddress {
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
  readonly kind: 'server' | 'cluster' | 'sentinel'
  /** The Sentinels' name of the primary. */
  readonly primary?: string
  readonly tls: boolean
  /** PEM of who signs its certificate, in place of the public authorities. */
  readonly ca?: string
  readonly username?: string
  readonly password?: string
  readonly sentinelPassword?: string
  readonly database?: number
}

const SENTINEL = /^redis(s?)\+sentinel:\/\/(?:([^@/]*)@)?([^@/?]+)\/([\w.-]+)(?:\?sentinelPassword=([^&]+))?$/

const part = (url: string): URL | undefined =>
  /^rediss?:\/\/[^/\s]/.test(url) && URL.canParse(url) ? new URL(url) : undefined

/** Credentials stand percent-encoded in a URL. */
const credentials = (username: string, password: string) => ({
  ...(username ? { username: decodeURIComponent(username) } : {}),
  ...(password ? { password: decodeURIComponent(password) } : {}),
})

function sentinels(url: string): RedisAddress | undefined {
  const found = SENTINEL.exec(url)
  if (!found) return undefined
  const [, secure, login = '', hosts, primary, sentinelPassword] = found
  const urls = hosts!.split(',').map((host) => part(`redis://${host.trim()}`))
  if (urls.some((node) => node === undefined)) return undefined
  const [username = '', password = ''] = login.split(':')
  return {
    kind: 'sentinel',
    nodes: urls.map((node) => ({ host: node!.hostname, port: Number(node!.port || 26379) })),
    primary: primary!,
    tls: secure === 's',
    ...credentials(username, password),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword: decodeURIComponent(sentinelPassword) }),
  }
}

/** Reads `REDIS_URL`; undefined where it is none of its forms. */
export function parseRedisUrl(text: string): RedisAddress | undefined {
  try {
    if (/^rediss?\+sentinel:/.test(text)) return sentinels(text)
    const urls = text.split(',').map((url) => part(url.trim()))
    const [first] = urls
    if (first === undefined || urls.some((url) => url?.protocol !== first.protocol)) return undefined
    const database = Number(first.pathname.slice(1) || 0)
    if (!Number.isInteger(database)) return undefined
    return {
      kind: urls.length > 1 ? 'cluster' : 'server',
      nodes: urls.map((url) => ({ host: url!.hostname, port: Number(url!.port || 6379) })),
      tls: first.protocol === 'rediss:',
      database,
      ...credentials(first.username, first.password),
    }
  } catch {
    return undefined
  }
}

/** A connection that heals by itself and on which nothing hangs. */
export function connect({
  kind,
  nodes,
  primary,
  tls: secure,
  ca,
  username,
  password,
  sentinelPassword,
  database,
}: RedisAddress): Redis | Cluster {
  const scripts = { compareAndSwap: { lua: SWAP, numberOfKeys: 1 }, consumePoints: { lua: SPEND, numberOfKeys: 1 } }
  const tls = secure ? (ca === undefined ? {} : { ca }) : undefined
  const retryStrategy = (attempt: number) => Math.min(attempt * 100, 1_000)
  const options: RedisOptions = {
    // A command fails at once while there is no connection, and soon when there is no answer.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // A write whose connection broke may have been done; its caller looks, and not the driver.
    autoResendUnfulfilledCommands: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: SILENCE_MS,
    connectTimeout: COMMAND_TIMEOUT_MS,
    retryStrategy,
    // The primary became a replica: the address, asked for anew, is another's now.
    reconnectOnError: (error) => error.message.includes('READONLY'),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls } : {}),
  }
  const [first] = nodes
  switch (kind) {
    case 'server':
      return new Redis({ ...options, scripts, ...first!, ...(database ? { db: database } : {}) })
    case 'cluster':
      return new Cluster([...nodes], {
        scripts,
        enableOfflineQueue: false,
        clusterRetryStrategy: retryStrategy,
        redisOptions: options,
      })
    case 'sentinel':
      return new Redis({
        ...options,
        scripts,
        name: primary!,
        sentinels: [...nodes],
        failoverDetector: true,
        sentinelRetryStrategy: retryStrategy,
        sentinelCommandTimeout: COMMAND_TIMEOUT_MS,
        ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
        ...(tls ? { enableTLSForSentinelMode: true, sentinelTLS: tls } : {}),
      })
  }
}
