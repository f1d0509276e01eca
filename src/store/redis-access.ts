import { type Cluster, Redis, type RedisOptions } from 'ioredis'
import type { RedisAddress } from './redis-address.js'

/** What may change while connections are open: credentials and certificates. */
type Credentials = Pick<RedisAddress, 'username' | 'password' | 'sentinelPassword' | 'ca' | 'cert' | 'key'>

/** The connections of one address, and its present credentials. */
interface Access {
  credentials: Credentials
  readonly connections: Set<Redis | Cluster>
}

const accesses = new WeakMap<RedisAddress, Access>()

function accessOf(address: RedisAddress): Access {
  let access = accesses.get(address)
  if (access === undefined) accesses.set(address, (access = { credentials: address, connections: new Set() }))
  return access
}

/** The address with its present credentials. */
export const presentAddress = (address: RedisAddress): RedisAddress => ({
  ...address,
  ...accessOf(address).credentials,
})

/** Keeps a connection, so that it gets new credentials. */
export function keepConnection<Connection extends Redis | Cluster>(
  address: RedisAddress,
  connection: Connection,
): Connection {
  const access = accessOf(address)
  const { connections } = access
  connections.add(connection)
  // Also one that ended and connects again.
  connection.on('connecting', () => connections.add(connection))
  // A node that joins gets what its cluster was opened with.
  if (!(connection instanceof Redis))
    connection.on('+node', (node: Redis) => setOptions(node.options, access.credentials))
  connection.on('end', () => connections.delete(connection))
  return connection
}

/** Certificates as TLS options. */
export const tlsOf = ({ ca, cert, key }: Credentials): { ca?: string; cert?: string; key?: string } => ({
  ...(ca === undefined ? {} : { ca }),
  ...(cert === undefined || key === undefined ? {} : { cert, key }),
})

const NAMES = ['username', 'password', 'sentinelPassword', 'ca', 'cert', 'key'] as const

const isEqual = (a: Credentials, b: Credentials): boolean => NAMES.every((name) => a[name] === b[name])

/** Sets what the driver's next connection uses. */
function setOptions(options: RedisOptions, credentials: Credentials): void {
  const { username, password, sentinelPassword } = credentials
  if (username === undefined) delete options.username
  else options.username = username
  if (password === undefined) delete options.password
  else options.password = password
  if (options.sentinels && sentinelPassword !== undefined) options.sentinelPassword = sentinelPassword
  if (options.tls) options.tls = tlsOf(credentials)
  if (options.sentinelTLS) options.sentinelTLS = tlsOf(credentials)
}

const nodesOf = (connection: Redis | Cluster): readonly Redis[] =>
  connection instanceof Redis ? [connection] : connection.nodes('all')

/** Authenticates an open connection with other credentials; one that is subscribed is made again. */
async function authenticate(redis: Redis, { username, password }: Credentials): Promise<void> {
  if (redis.status !== 'ready' || password === undefined) return
  if (redis.mode === 'subscriber') return redis.disconnect(true)
  if (username === undefined) await redis.auth(password)
  else await redis.auth(username, password)
}

function setAll(connections: Iterable<Redis | Cluster>, credentials: Credentials): void {
  for (const connection of connections) for (const node of nodesOf(connection)) setOptions(node.options, credentials)
}

/**
 * Gives all connections of an address other credentials: the next connection of each uses them, and open ones
 * authenticate again, so that the earlier credentials can be withdrawn. Rejects, and changes nothing, where Redis does
 * not accept them yet. Returns whether they are others than before.
 */
export async function replaceCredentials(address: RedisAddress, credentials: Credentials): Promise<boolean> {
  const access = accessOf(address)
  if (isEqual(access.credentials, credentials)) return false
  const nodes = [...access.connections].flatMap(nodesOf)
  const first = nodes.find(({ mode, status }) => mode !== 'subscriber' && status === 'ready')
  if (first) await authenticate(first, credentials)
  access.credentials = credentials
  setAll(access.connections, credentials)
  await Promise.allSettled(nodes.filter((node) => node !== first).map((node) => authenticate(node, credentials)))
  return true
}
