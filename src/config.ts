import type { KeyObject } from 'node:crypto'
import { NO_PROXIES, type ProxySettings } from '../datasources/http/proxy.js'
import { providers } from '../datasources/index.js'
import type { Settings } from '../datasources/contract/provider.js'
import { type AuditSinkConfig, readAuditSink } from './audit/audit-settings.js'
import {
  type CheckpointAccess,
  type CheckpointConfig,
  readCheckpointAccess,
  readCheckpointDestination,
  readCheckpointSettings,
  readRootKeys,
} from './audit/checkpoints/settings.js'
import type { CheckpointDestination } from './audit/checkpoints/sinks.js'
import { type OpenEntry, readTokenSettings, type TokenConfig } from './access/token-settings.js'
import builtIn from '../schema/operations/manifest.json' with { type: 'json' }
import { type ConsentConfig, readConsentSettings } from './consent/settings.js'
import { type Manifest, manifestProblem, type Safelist, safelistOf } from './graphql/safelist.js'
import { type TrustedProxies, trustOf } from './http/client-address.js'
import { readTlsSettings, type TlsConfig } from './http/tls-settings.js'
import { readRateLimitSettings, type RateLimitSettings } from './limits/rate-limit-settings.js'
import { DEFAULT_LEASE_SECONDS } from './idempotency/lease.js'
import { type Lifetimes, readLifetimes } from './idempotency/lifetimes.js'
import { DEFAULT_DEADLINE_MS } from './lifecycle/deadline.js'
import { DEFAULT_DRAIN_DELAY_MS } from './lifecycle/drain.js'
import { type KeyConfig, readKeySettings } from './keys/key-settings.js'
import { prefixOf, providerConfig } from './tenants/provider-config.js'
import { readSecuritySettings, type SecurityDestination } from './security-events/settings.js'
import { isPlaintextSyslog } from './security-events/syslog-address.js'
import { authority, type Env, isLoopback, SettingsReader } from './settings/settings-reader.js'
import { parseRedisUrl, type RedisAddress } from './store/redis-address.js'
import { readTenancy, type Tenancy, type TenantConfig, tenantIds, tenantsText } from './tenants/tenancy.js'

/** A configuration error with all problems at once. It holds names of settings, never their values. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The settings are not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
  }
}

/** A group of settings, as in the documentation. */
export interface SettingGroup {
  readonly title: string
  /** The setting that enables the group; without it the group is always in use. */
  readonly condition?: string
  readonly read: (settings: Settings) => void
}

/** The configuration of what changes while the server runs, when a file of it does: the access to Redis, and the data keys. */
export type SecretConfig = KeyConfig & Pick<Config, 'redis'>

/** A part of the configuration that was read: all of it, or the problems of it. */
export interface Reading<Part> {
  /** Undefined where there are problems. */
  readonly part: Part | undefined
  readonly problems: readonly string[]
  /** The files that decide: secrets, certificates, keys, and what else is read again. */
  readonly files: readonly string[]
}

/** The parts that change while the server runs, when a file of theirs does: each is read again by itself. */
export interface ReloadedParts {
  /** The access to Redis, and the data keys. */
  readonly store: () => Reading<SecretConfig>
  /** The issuers, with their authorities and the credentials of the introspection endpoint. */
  readonly issuers: () => Reading<Pick<Config, 'auth' | 'proxies'>>
  /** The credential and the authority of the register of consents. */
  readonly consent: () => Reading<Pick<Config, 'consent' | 'proxies'>>
  /** The authority of the destination of security events. */
  readonly securityLog: () => Reading<Pick<Config, 'securityLog'>>
  /** How the destination of checkpoints, and the service with their root key, are reached. */
  readonly checkpoints: () => Reading<{ readonly checkpoints: CheckpointAccess | undefined }>
}

/** The configuration of the verification of the audit trail. */
export interface VerifyConfig extends SecretConfig, AuditSinkConfig {
  readonly checkpoints: CheckpointDestination | undefined
  /** Public root keys of checkpoints. */
  readonly rootKeys: readonly KeyObject[]
}

/** The configuration of an erasure. */
export type ErasureConfig = SecretConfig &
  AuditSinkConfig &
  Pick<Config, 'checkpoints' | 'redisReplicas' | 'lifetimes' | 'securityLog' | 'trustProxy'> & {
    /** The tenants of `TENANTS_FILE`; undefined without it. */
    readonly tenantIds: readonly string[] | undefined
  }

/** Which pages browsers may call from, and what these may send. */
export interface CorsConfig {
  readonly origins: readonly string[]
  /** Request headers that are allowed beside those of common clients, in lower case. */
  readonly headers: readonly string[]
  /** True in development: every origin of this machine may call. */
  readonly allowsLoopback: boolean
}

/** The least and the greatest number of operations in flight. */
export interface AdmissionConfig {
  readonly floor: number
  readonly ceiling: number
}

export interface Config extends KeyConfig, AuditSinkConfig {
  readonly host: string
  readonly port: number
  /** Where `/health`, `/ready` and `/metrics` are, instead of on the public port. */
  readonly admin: { readonly host: string; readonly port: number } | undefined
  /** How long a stopping server still accepts and serves everything, while `/ready` says that it stops. */
  readonly drainDelayMs: number
  /** Whose tokens are accepted, and how they must be presented. */
  readonly auth: TokenConfig
  /** TLS of the public port; undefined where it speaks plain HTTP. */
  readonly tls: TlsConfig | undefined
  readonly consent: ConsentConfig
  /** Where security events go; undefined where they are only counted. */
  readonly securityLog: SecurityDestination | undefined
  readonly redis: RedisAddress | undefined
  /** True where masked reads of persons, and searches, are in the audit trail too. */
  readonly auditMaskedReads: boolean
  /** Signed checkpoints of the audit trail. */
  readonly checkpoints: CheckpointConfig | undefined
  /** Public root keys of checkpoints, for the verification. */
  readonly rootKeys: readonly KeyObject[]
  readonly reloaded: ReloadedParts
  /** The epoch of the store that is trusted; without it, the one that is found at the start. */
  readonly storeEpoch: string | undefined
  /** The number of Redis replicas that must acknowledge a write before it counts. */
  readonly redisReplicas: number
  /** Lease of an idempotency key: a process that died loses the key after this time. */
  readonly writeLeaseMs: number
  /** How long idempotency keys and the payloads of their writes are kept. */
  readonly lifetimes: Lifetimes
  readonly requestTimeoutMs: number
  /** The proxies that are trusted to name the address of their client. */
  readonly trustProxy: TrustedProxies
  readonly maxConnections: number
  readonly maxConnectionsPerAddress: number
  /** Requests without a valid token that an address may send in a minute; 0 is no limit. */
  readonly unauthenticatedPerMinute: number
  readonly rateLimit: RateLimitSettings
  /** How long a request body may stand still. */
  readonly bodyTimeoutMs: number
  /** The memory of the request bodies that arrive at one time. */
  readonly maxBufferedBodyBytes: number
  /** The memory of large answers that wait for their clients. */
  readonly maxBufferedAnswerBytes: number
  /** Admission control; undefined where it is off. */
  readonly admission: AdmissionConfig | undefined
  readonly cors: CorsConfig
  readonly executor: 'auto' | 'compiled' | 'interpreted'
  readonly safelist: { readonly mode: 'off' | 'log' | 'enforce'; readonly list: Safelist }
  /** Settings with an address on another machine that is reached without encryption. */
  readonly plaintext: readonly string[]
  /** Memory of the answers of all providers that are being read. */
  readonly maxResponseMemoryBytes: number
  readonly httpClient: 'undici' | 'node-fetch'
  readonly proxies: ProxySettings
  readonly logLevel: string
  /** The providers of a deployment without tenants; none with them. */
  readonly providers: TenantConfig['providers']
  /** The tenants as they were read at the start. */
  readonly tenancy: Tenancy
  /** Reads the tenants and their providers again, from the same settings and the files that these name now. */
  readonly readTenancy: () => TenancyReading
}

/** What was read of the tenants. */
export type TenancyReading = Reading<Tenancy>

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
function secretConfig(settings: Settings, plaintext: string[], proxies: ProxySettings): SecretConfig {
  return { redis: redis(settings, plaintext), ...readKeySettings(settings, proxies) }
}

function auditConfig(
  settings: Settings,
  plaintext: string[],
  { redis, keyServices }: SecretConfig,
  proxies: ProxySettings,
) {
  const checkpoints = readCheckpointSettings(settings, { redis, proxies, services: keyServices })
  const destination = checkpoints?.destination
  if (isPlaintextSyslog(destination) && !isLoopback(destination.syslog.host)) plaintext.push('AUDIT_CHECKPOINTS')
  return {
    ...readAuditSink(settings, redis),
    checkpoints,
    rootKeys: readRootKeys(settings),
  }
}

/** Reads some settings alone; throws a `ConfigError`. */
function readPart<Part>(env: Env, read: (settings: SettingsReader) => Part): Part {
  const settings = new SettingsReader(env)
  const part = read(settings)
  if (settings.problems.length > 0) throw new ConfigError(settings.problems)
  return part
}

/** Reads the settings of Redis and of the data keys, for tools and when a file of them has changed. */
export const readSecretConfig = (env: Env): SecretConfig =>
  readPart(env, (settings) => secretConfig(settings, settings.plaintext, proxyConfig(settings)))

/** Reads a part of the settings again, and checks it as at the start. */
function partReading<Part>(env: Env, read: (settings: SettingsReader) => Part): Reading<Part> {
  const settings = new SettingsReader(env)
  const { problems, plaintext, files } = settings
  const part = read(settings)
  refusePlaintext(settings, plaintext)
  return { part: problems.length > 0 ? undefined : part, problems, files: [...files] }
}

/** The settings of tokens, with what is refused outside of development. */
function tokenConfig(settings: SettingsReader, development: boolean): TokenConfig {
  const auth = readTokenSettings(settings, (values, where) => settings.within(values, where))
  if (!development) refuseDevelopmentIssuer(settings, auth)
  refuseIssuersWithoutTenants(settings, auth)
  return auth
}

const reloadedParts = (env: Env, development: boolean): ReloadedParts => ({
  store: () => partReading(env, (settings) => secretConfig(settings, settings.plaintext, proxyConfig(settings))),
  issuers: () =>
    partReading(env, (settings) => ({ auth: tokenConfig(settings, development), proxies: proxyConfig(settings) })),
  consent: () =>
    partReading(env, (settings) => ({ consent: readConsentSettings(settings), proxies: proxyConfig(settings) })),
  securityLog: () => partReading(env, (settings) => ({ securityLog: securityConfig(settings, settings.plaintext) })),
  checkpoints: () =>
    partReading(env, (settings) => {
      const proxies = proxyConfig(settings)
      const { redis, keyServices } = secretConfig(settings, settings.plaintext, proxies)
      return { checkpoints: readCheckpointAccess(settings, { redis, proxies, services: keyServices }) }
    }),
})

const auditMaskedReads = (settings: Settings): boolean =>
  settings.choice(
    'AUDIT_MASKED_READS',
    'Whether masked reads of persons and searches for them are in the audit trail too: a line for each such operation.',
    ['on', 'off'],
    'on',
  ) === 'on'

/** Reads the settings of the audit trail, for its verification. */
export const readVerifyConfig = (env: Env): VerifyConfig =>
  readPart(env, (settings) => {
    const proxies = proxyConfig(settings)
    const secrets = secretConfig(settings, settings.plaintext, proxies)
    const deps = { redis: secrets.redis, proxies, services: secrets.keyServices }
    return {
      ...secrets,
      ...readAuditSink(settings, secrets.redis),
      checkpoints: readCheckpointDestination(settings, deps),
      rootKeys: readRootKeys(settings),
    }
  })

function securityConfig(settings: Settings, plaintext: string[]): SecurityDestination | undefined {
  const destination = readSecuritySettings(settings)
  if (isPlaintextSyslog(destination) && !isLoopback(destination.syslog.host)) plaintext.push('SECURITY_LOG')
  return destination
}

const toolSecurityConfig = (settings: SettingsReader): Pick<Config, 'securityLog' | 'trustProxy'> => ({
  securityLog: securityConfig(settings, settings.plaintext),
  trustProxy: trustProxy(settings),
})

/** Reads the settings of security events, for the tools whose use is one. */
export const readSecurityConfig = (env: Env): Pick<Config, 'securityLog' | 'trustProxy'> =>
  readPart(env, toolSecurityConfig)

/** Reads the settings of an erasure. */
export const readErasureConfig = (env: Env): ErasureConfig =>
  readPart(env, (settings) => {
    const proxies = proxyConfig(settings)
    const secrets = secretConfig(settings, settings.plaintext, proxies)
    return {
      ...secrets,
      ...auditConfig(settings, settings.plaintext, secrets, proxies),
      ...idempotencyConfig(settings),
      ...toolSecurityConfig(settings),
      tenantIds: tenantIds(settings),
    }
  })

/** A header's name (RFC 9110, 5.6.2); `*` would be a wildcard. */
const HEADER_NAME = /^(?!\*$)[!#$%&'*+.^_`|~0-9a-z-]+$/

function corsHeaders(settings: Settings): readonly string[] {
  const headers = settings
    .list('CORS_HEADERS', 'Request headers that browsers may send beside those of common clients; a comma list.')
    .map((name) => name.toLowerCase())
  if (!headers.every((name) => HEADER_NAME.test(name)))
    settings.problem('CORS_HEADERS must be a comma list of header names such as x-tenant; there is no wildcard')
  return headers
}

function corsOrigins(settings: Settings): readonly string[] {
  const origins = settings.list(
    'CORS_ORIGINS',
    'Origins that browsers may call from, such as `https://app.example`; there is no wildcard.',
  )
  if (origins.some((origin) => !/^https?:/.test(origin) || !URL.canParse(origin) || new URL(origin).origin !== origin))
    settings.problem('CORS_ORIGINS must be a comma list of origins such as https://app.example; there is no wildcard')
  return origins
}

/** The safelist: the manifest of `SAFELIST_FILE`, else that of `schema/operations`. */
function safelist(settings: Settings): Config['safelist'] {
  const mode = settings.choice(
    'SAFELIST',
    'Safelist of operations: `log` counts and logs operations that it does not hold, `enforce` refuses them.',
    ['off', 'log', 'enforce'],
    'off',
  )
  const text = settings.optionalFile(
    'SAFELIST_FILE',
    'Persisted query manifest of the safelist, instead of `schema/operations/manifest.json`.',
  )
  if (text === undefined) return { mode, list: safelistOf(builtIn as Manifest) }
  let manifest: unknown
  try {
    manifest = JSON.parse(text)
  } catch {
    manifest = undefined
  }
  const problem = manifestProblem(manifest)
  if (problem !== undefined) settings.problem(`SAFELIST_FILE ${problem}`)
  return {
    mode,
    list: safelistOf(problem === undefined ? (manifest as Manifest) : { ...(builtIn as Manifest), operations: [] }),
  }
}

/** True for the issuer of development, an `http` address of this machine: it issues a token to every client that can reach it. */
const isDevelopmentIssuer = (issuer: string): boolean =>
  URL.canParse(issuer) && new URL(issuer).protocol === 'http:' && isLoopback(new URL(issuer).hostname)

function refuseDevelopmentIssuer(settings: Settings, { issuers }: TokenConfig): void {
  if (issuers.some(({ issuer }) => isDevelopmentIssuer(issuer)))
    settings.problem('AUTH_ISSUER is that of development; its tokens are for everybody')
}

/** Names of a further issuer have its address before them, unless it shares tenants: none of those is in a tenants' file. */
function refuseIssuersWithoutTenants(settings: Settings, { issuers }: TokenConfig): void {
  if (!settings.has('TENANTS_FILE')) return
  issuers.slice(1).forEach(({ tenants }, index) => {
    if (tenants.length === 0)
      settings.problem(`AUTH_ISSUERS_FILE, entry ${index + 1}: AUTH_TENANTS is missing; TENANTS_FILE needs it`)
  })
}

/** A tenant that an issuer shares must be one of the file: its tokens would be refused, all of them. */
function unknownTenants({ issuers }: TokenConfig, { hasTenants, tenants }: Tenancy): readonly string[] {
  if (!hasTenants || tenants.length === 0) return []
  const known = tenants.map(({ id }) => id)
  return issuers.flatMap((issuer, index) =>
    issuer.tenants.every((name) => known.includes(name))
      ? []
      : [
          `${index === 0 ? '' : `AUTH_ISSUERS_FILE, entry ${index}: `}AUTH_TENANTS names a tenant that TENANTS_FILE does not have`,
        ],
  )
}

/** Reports addresses without encryption as problems, unless `ALLOW_PLAINTEXT` allows them; returns the allowed ones. */
function refusePlaintext(settings: Settings, plaintext: readonly string[]): readonly string[] {
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

const proxyConfig = (settings: Settings): ProxySettings => ({
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

type ServerConfig = Omit<Config, 'providers' | 'tenancy' | 'readTenancy' | 'plaintext' | 'reloaded'>

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

const idempotencyConfig = (settings: Settings): IdempotencyConfig => ({
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

function admissionConfig(settings: Settings): AdmissionConfig | undefined {
  const mode = settings.choice(
    'ADMISSION',
    'Admission control: `on` refuses at once (`OVERLOADED`) what cannot be answered in time.',
    ['on', 'off'],
    'on',
  )
  const ceiling = settings.integer(
    'ADMISSION_MAX_CONCURRENCY',
    'Operations that may be in flight at most, those that wait for a provider included; each takes memory.',
    1_536,
    { min: 1, max: 100_000 },
  )
  const floor = settings.integer(
    'ADMISSION_MIN_CONCURRENCY',
    'Operations that may be in flight however busy the process is.',
    Math.min(8, ceiling),
    { min: 1, max: 10_000 },
  )
  if (floor > ceiling) settings.problem('ADMISSION_MIN_CONCURRENCY must not be above ADMISSION_MAX_CONCURRENCY')
  return mode === 'on' ? { floor, ceiling } : undefined
}

/** The trusted proxies: a number of them, or a list of addresses and networks. */
function trustProxy(settings: Settings): TrustedProxies {
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

type IntakeConfig = Pick<
  Config,
  | 'trustProxy'
  | 'maxConnections'
  | 'maxConnectionsPerAddress'
  | 'unauthenticatedPerMinute'
  | 'bodyTimeoutMs'
  | 'maxBufferedBodyBytes'
  | 'maxBufferedAnswerBytes'
>

/** The limits of what connections may send and leave unread. */
const intakeConfig = (settings: Settings): IntakeConfig => ({
  trustProxy: trustProxy(settings),
  maxConnections: settings.integer('MAX_CONNECTIONS', 'Open connections of all addresses together.', 10_000, {
    min: 1,
    max: 1_000_000,
  }),
  maxConnectionsPerAddress: settings.integer(
    'MAX_CONNECTIONS_PER_ADDRESS',
    'Open connections of one address (of IPv6 a /64) that is not a proxy of `TRUST_PROXY`; others are closed.',
    1_000,
    { min: 1, max: 1_000_000 },
  ),
  unauthenticatedPerMinute: settings.integer(
    'UNAUTHENTICATED_REQUESTS_PER_MINUTE',
    'Requests without a valid token, or to an unknown address, that one client address may send in a minute; others answer `RATE_LIMITED`. 0 is no limit.',
    600,
    { min: 0, max: 1_000_000 },
  ),
  bodyTimeoutMs: settings.integer(
    'BODY_TIMEOUT_MS',
    'Time in milliseconds for which a request body may stand still; then it is refused with status 408.',
    10_000,
    { min: 100, max: 30_000 },
  ),
  maxBufferedBodyBytes: settings.integer(
    'MAX_BUFFERED_BODY_BYTES',
    'Memory of the request bodies that arrive at one time, in bytes; beyond it requests answer `OVERLOADED`.',
    67_108_864,
    { min: 1_048_576, max: 1_073_741_824 },
  ),
  maxBufferedAnswerBytes: settings.integer(
    'MAX_BUFFERED_ANSWER_BYTES',
    'Memory of answers of 64 KB and more that wait for their clients, in bytes; beyond it requests answer `OVERLOADED`.',
    134_217_728,
    { min: 1_048_576, max: 1_073_741_824 },
  ),
})

function lifecycleConfig(settings: Settings): Pick<Config, 'admin' | 'drainDelayMs'> {
  const port = settings.integer(
    'ADMIN_PORT',
    'Port of the admin listener with `/health`, `/ready` and `/metrics`, which are then not on the public port; 0: no admin listener.',
    0,
    { min: 0, max: 65_535 },
  )
  const host = settings.text('ADMIN_HOST', 'Address of the admin listener.', '127.0.0.1')
  return {
    admin: port === 0 ? undefined : { host, port },
    drainDelayMs: settings.integer(
      'DRAIN_DELAY_MS',
      'Time in milliseconds between a stop signal, from which `/ready` answers 503, and the closing of the listener; longer than the load balancer takes to notice.',
      DEFAULT_DRAIN_DELAY_MS,
      { min: 0, max: 300_000 },
    ),
  }
}

/** The configuration without the providers. */
function serverConfig(
  settings: Settings,
  plaintext: string[],
  development: boolean,
  openEntry: OpenEntry,
): ServerConfig {
  const proxies = proxyConfig(settings)
  const secrets = secretConfig(settings, plaintext, proxies)
  return {
    auth: readTokenSettings(settings, openEntry),
    tls: readTlsSettings(settings),
    consent: readConsentSettings(settings),
    securityLog: securityConfig(settings, plaintext),
    host: settings.text('HOST', 'Address to listen on.', '127.0.0.1'),
    port: settings.integer('PORT', 'Port to listen on; 0 takes a free one.', 4000, { min: 0, max: 65_535 }),
    ...lifecycleConfig(settings),
    ...secrets,
    ...auditConfig(settings, plaintext, secrets, proxies),
    auditMaskedReads: auditMaskedReads(settings),
    ...idempotencyConfig(settings),
    requestTimeoutMs: settings.integer(
      'REQUEST_TIMEOUT_MS',
      'Deadline of an operation in milliseconds; a client shortens it with the header `x-request-timeout-ms`.',
      DEFAULT_DEADLINE_MS,
      { min: 1, max: 600_000 },
    ),
    rateLimit: readRateLimitSettings(settings),
    ...intakeConfig(settings),
    admission: admissionConfig(settings),
    cors: { origins: corsOrigins(settings), headers: corsHeaders(settings), allowsLoopback: development },
    safelist: safelist(settings),
    executor: settings.choice(
      'EXECUTOR',
      'Executor of queries: `compiled` uses graphql-jit, `interpreted` uses graphql-js, `auto` compiles a query that comes a second time.',
      ['auto', 'compiled', 'interpreted'],
      'auto',
    ),
    httpClient: settings.choice('HTTP_CLIENT', 'HTTP client for providers.', ['undici', 'node-fetch'], 'undici'),
    maxResponseMemoryBytes: settings.integer(
      'MAX_RESPONSE_MEMORY_BYTES',
      'Memory of the answers of all providers that are read at one time, in bytes, four for each byte of a body; beyond it they are read one after the other.',
      67_108_864,
      { min: 1_048_576, max: 4_294_967_296 },
    ),
    proxies,
    logLevel: settings.choice(
      'LOG_LEVEL',
      'Least severe level that is logged; `debug` logs every provider call.',
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'info',
    ),
  }
}

/** The settings by group, as `npm run settings` emits them. */
export const settingGroups: readonly SettingGroup[] = [
  {
    title: 'Server',
    read(settings) {
      serverConfig(settings, [], false, () => settings)
      tenantsText(settings)
      refusePlaintext(settings, [])
    },
  },
  ...Object.values(providers).map((provider) => ({
    title: provider.title,
    condition: `${prefixOf(provider)}_URL`,
    read: (settings: Settings) => void providerConfig(provider, settings, NO_PROXIES),
  })),
]

/** Reads the tenants and their providers, with the addresses among theirs that are reached without encryption. */
function tenancyReading(env: Env): TenancyReading & Pick<SettingsReader, 'plaintext'> {
  const settings = new SettingsReader(env)
  const { problems, plaintext, files } = settings
  const tenancy = readTenancy(settings, proxyConfig(settings))
  const allowed = refusePlaintext(settings, plaintext)
  return { part: problems.length > 0 ? undefined : tenancy, problems, files: [...files], plaintext: [...allowed] }
}

/** The whole configuration, or a `ConfigError` that lists every problem at once. */
export function readConfig(env: Env, { development = false } = {}): Config {
  const settings = new SettingsReader(env)
  const { problems, plaintext } = settings
  const server = serverConfig(settings, plaintext, development, (values, where) => settings.within(values, where))
  if (server.redis !== undefined && server.encryptionKeys === undefined && server.keyRing === undefined)
    problems.push('STORE_ENCRYPTION_KEY is missing, or STORE_KEY_RING_FILE; REDIS_URL needs one of them')
  if (!development) refuseDevelopmentIssuer(settings, server.auth)
  refuseIssuersWithoutTenants(settings, server.auth)
  if (
    server.auth.certificateHeader !== undefined &&
    (typeof server.trustProxy === 'number' || server.trustProxy.length === 0)
  )
    problems.push('TLS_CLIENT_CERT_HEADER needs TRUST_PROXY with the addresses of the proxies that send it')

  // Last, after all addresses have been read.
  const allowed = refusePlaintext(settings, plaintext)
  const { part: tenancy, ...read } = tenancyReading(env)
  problems.push(...read.problems)
  // What a file loses later is refused to its callers, and needs no restart.
  if (tenancy !== undefined) problems.push(...unknownTenants(server.auth, tenancy))
  if (tenancy === undefined || problems.length > 0) throw new ConfigError([...new Set(problems)])
  return {
    ...server,
    reloaded: reloadedParts(env, development),
    providers: tenancy.hasTenants ? {} : tenancy.tenants[0]!.providers,
    tenancy,
    readTenancy: () => tenancyReading(env),
    plaintext: [...allowed, ...read.plaintext],
  }
}

export { environment } from './settings/environment.js'
