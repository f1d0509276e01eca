import type { Settings } from '../../datasources/contract/provider.js'
import type { ProxySettings } from '../../datasources/http/proxy.js'
import { isKeyPair } from '../../datasources/support/key-pair.js'
import { DEFAULT_LEASE_SECONDS } from '../idempotency/lease.js'
import { readLifetimes } from '../idempotency/lifetimes.js'
import { readKeySettings } from '../keys/key-settings.js'
import { authority, isLoopback } from '../settings/settings-reader.js'
import { parseRedisUrl, type RedisAddress } from '../store/redis-address.js'
import type { Config, SecretConfig } from './types.js'

/** Credentials of Redis outside of its URL. */
function redisCredentials(settings: Settings): Pick<RedisAddress, 'username' | 'password'> {
  const username = settings.optionalSecret('REDIS_USERNAME', 'User name for Redis, instead of that in `REDIS_URL`.')
  const password = settings.optionalSecret('REDIS_PASSWORD', 'Password for Redis, instead of that in `REDIS_URL`.')
  return { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) }
}

/** The certificates of connections to Redis. */
function redisTls(settings: Settings): Pick<RedisAddress, 'ca' | 'cert' | 'key'> {
  const ca = authority(settings, 'REDIS_CA_FILE', 'Certificate authority (PEM) of Redis, instead of the public ones.')
  const cert = authority(settings, 'REDIS_CERT_FILE', 'Client certificate (PEM) for Redis.')
  const key = settings.optionalPem('REDIS_KEY_FILE', 'Private key (PEM) of the client certificate for Redis.')
  if ((cert === undefined) !== (key === undefined))
    settings.problem('REDIS_CERT_FILE and REDIS_KEY_FILE need each other')
  if (cert !== undefined && key !== undefined && !isKeyPair(cert, key))
    settings.problem('REDIS_CERT_FILE and REDIS_KEY_FILE do not belong together')
  return { ...(ca === undefined ? {} : { ca }), ...(cert === undefined || key === undefined ? {} : { cert, key }) }
}

function redis(settings: Settings, plaintext: string[]): RedisAddress | undefined {
  const url = settings.optionalSecret(
    'REDIS_URL',
    'Redis: `redis://` or `rediss://`, a comma list of such for a cluster, or `redis+sentinel://host:port,host:port/name`; without it the store is the memory of one process.',
  )
  const address = url === undefined ? undefined : parseRedisUrl(url)
  if (url !== undefined && address === undefined)
    settings.problem(
      'REDIS_URL must be redis:// or rediss://, a comma list of such, or redis+sentinel://host:port,host:port/name',
    )
  if (address && !address.tls && address.nodes.some(({ host }) => !isLoopback(host))) plaintext.push('REDIS_URL')
  const credentials = redisCredentials(settings)
  const tls = redisTls(settings)
  for (const [name, value] of Object.entries({ REDIS_CA_FILE: tls.ca, REDIS_CERT_FILE: tls.cert }))
    if (value !== undefined && address?.tls !== true)
      settings.problem(`${name} needs a REDIS_URL that is rediss:// or rediss+sentinel://`)
  return address && { ...address, ...credentials, ...tls }
}

/** Redis and data keys, with the names of those settings that are reached without encryption. */
export function secretConfig(settings: Settings, plaintext: string[], proxies: ProxySettings): SecretConfig {
  return { redis: redis(settings, plaintext), ...readKeySettings(settings, proxies) }
}

function storeEpoch(settings: Settings): string | undefined {
  const id = settings.optional(
    'STORE_EPOCH',
    'Epoch of the store, as `npm run store:accept` prints it: with it, a Redis that is empty or another one is not trusted at the start either.',
  )
  if (id !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
    settings.problem('STORE_EPOCH must be the UUID that npm run store:accept prints')
  return id
}

type IdempotencyConfig = Pick<Config, 'redisReplicas' | 'storeEpoch' | 'writeLeaseMs' | 'lifetimes'>

export const idempotencyConfig = (settings: Settings): IdempotencyConfig => ({
  lifetimes: readLifetimes(settings),
  storeEpoch: storeEpoch(settings),
  redisReplicas: settings.integer(
    'REDIS_REPLICAS',
    'Replicas of Redis that must have an idempotency key before the provider is called; with fewer, mutations with a key answer `STORE_UNAVAILABLE`.',
    0,
    { min: 0, max: 10 },
  ),
  writeLeaseMs:
    settings.integer(
      'WRITE_LEASE_SECONDS',
      'Lease of an idempotency key: after it another process may continue the mutation of one that died.',
      DEFAULT_LEASE_SECONDS,
      { min: 1, max: 30 },
    ) * 1000,
})
