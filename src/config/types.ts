import type { KeyObject } from 'node:crypto'
import type { Settings } from '../../datasources/contract/provider.js'
import type { ProxySettings } from '../../datasources/http/proxy.js'
import type { TokenConfig } from '../access/token-settings.js'
import type { AuditSinkConfig } from '../audit/audit-settings.js'
import type { CheckpointAccess, CheckpointConfig } from '../audit/checkpoints/settings.js'
import type { CheckpointDestination } from '../audit/checkpoints/sinks.js'
import type { ConsentConfig } from '../consent/settings.js'
import type { EventSettings } from '../events/event-settings.js'
import type { Safelist } from '../graphql/safelist.js'
import type { TrustedProxies } from '../http/client-address.js'
import type { TlsConfig } from '../http/tls-settings.js'
import type { Lifetimes } from '../idempotency/lifetimes.js'
import type { LogSettings } from '../observability/log-settings.js'
import type { TraceSettings } from '../observability/tracing/settings.js'
import type { KeyConfig } from '../keys/key-settings.js'
import type { RateLimitSettings } from '../limits/rate-limit-settings.js'
import type { PartnerWebhookSettings } from '../partner-webhooks/settings.js'
import type { SecurityDestination } from '../security-events/settings.js'
import type { RedisAddress } from '../store/redis-address.js'
import type { StreamSettings } from '../streams/stream-limit-settings.js'
import type { Tenancy, TenantConfig } from '../tenants/tenancy.js'

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
  /** The headers and the authority of the collector of traces. */
  readonly traces: () => Reading<Pick<Config, 'traces'>>
  /** The authority of the destination of security events. */
  readonly securityLog: () => Reading<Pick<Config, 'securityLog'>>
  /** How the destination of checkpoints, and the service with their root key, are reached. */
  readonly checkpoints: () => Reading<{ readonly checkpoints: CheckpointAccess | undefined }>
  /** The certificate of the public port with its key, and the authorities of client certificates. */
  readonly tls: () => Reading<Pick<Config, 'tls'>>
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
  /** How many changes of state are kept, and for how long. */
  readonly events: EventSettings
  readonly partnerWebhooks: PartnerWebhookSettings
  /** Lease of an idempotency key: a process that died loses the key after this time. */
  readonly writeLeaseMs: number
  /** How long idempotency keys and the payloads of their writes are kept. */
  readonly lifetimes: Lifetimes
  readonly requestTimeoutMs: number
  /** The proxies that are trusted to name the address of their client. */
  readonly trustProxy: TrustedProxies
  readonly maxConnections: number
  readonly maxConnectionsPerAddress: number
  /** Requests without a valid token or signature that an address may send in a minute; 0 is no limit. */
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
  /** The limits of open streams. */
  readonly streams: StreamSettings
  readonly executor: 'auto' | 'compiled' | 'interpreted'
  readonly safelist: { readonly mode: 'off' | 'log' | 'enforce'; readonly list: Safelist }
  /** Settings with an address on another machine that is reached without encryption. */
  readonly plaintext: readonly string[]
  /** Memory of the answers of all providers that are being read. */
  readonly maxResponseMemoryBytes: number
  readonly httpClient: 'undici' | 'node-fetch'
  readonly proxies: ProxySettings
  readonly log: LogSettings
  readonly traces: TraceSettings
  /** The providers of a deployment without tenants; none with them. */
  readonly providers: TenantConfig['providers']
  /** The tenants as they were read at the start. */
  readonly tenancy: Tenancy
  /** Reads the tenants and their providers again, from the same settings and the files that these name now. */
  readonly readTenancy: () => TenancyReading
}

/** What was read of the tenants. */
export type TenancyReading = Reading<Tenancy>
