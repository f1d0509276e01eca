import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type ProviderName, providers } from '../datasources/index.js'
import type { Settings } from '../datasources/contract/provider.js'
import builtIn from '../schema/operations/manifest.json' with { type: 'json' }
import { type Manifest, manifestProblem, type Safelist, safelistOf } from './graphql/safelist.js'
import { parseRedisUrl, type RedisAddress } from './store/connection.js'

type Env = Readonly<Record<string, string | undefined>>

/** Thrown once, with everything that is wrong: names of settings, never their values. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The settings are not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
  }
}

export interface ProviderConfig {
  readonly settings: unknown
  readonly timeoutMs: number
  readonly maxConcurrency: number
  /** PEM of who signs its certificate, in place of the public authorities. */
  readonly ca: string | undefined
}

/** Where the audit trail is written. */
export type AuditDestination = { readonly file: string } | { readonly stdout: true } | { readonly stream: string }

/** What the audit trail needs, and whoever checks it. */
export type AuditConfig = Pick<Config, 'audit' | 'redis' | 'encryptionKeys'>

export interface Config {
  readonly host: string
  readonly port: number
  readonly auth: { readonly issuer: string; readonly audience: string; readonly jwksUrl: string }
  readonly redis: RedisAddress | undefined
  readonly encryptionKeys: readonly Buffer[] | undefined
  readonly audit: AuditDestination
  /** How many replicas of Redis must have a change before it counts. */
  readonly redisReplicas: number
  /** A process that died while it held an idempotency key loses it after this. */
  readonly writeLeaseMs: number
  readonly requestTimeoutMs: number
  /** What one client's operations may cost in a minute; 0 is no limit. */
  readonly costPerMinute: number
  readonly corsOrigins: readonly string[]
  readonly executor: 'auto' | 'compiled' | 'interpreted'
  readonly safelist: { readonly mode: 'off' | 'log' | 'enforce'; readonly list: Safelist }
  /** Settings that name an address elsewhere to which nothing is encrypted. */
  readonly plaintext: readonly string[]
  readonly httpClient: 'undici' | 'node-fetch'
  readonly logLevel: string
  readonly providers: Readonly<Partial<Record<ProviderName, ProviderConfig>>>
}

/** True for an address on another machine that is spoken to in clear. */
const isPlain = ({ protocol, hostname }: URL): boolean =>
  ['http:', 'redis:'].includes(protocol) && !isLoopback(hostname)
const isLoopback = (hostname: string): boolean => /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)

/** Reads settings by name and collects what is wrong with them. */
export function settingsFrom(env: Env, problems: string[], plaintext: string[]): Settings {
  const raw = (name: string): string | undefined => {
    const value = env[name]?.trim()
    return value === '' ? undefined : value
  }
  const missing = (name: string): string => {
    problems.push(`${name} is missing`)
    return ''
  }

  function file(name: string): string | undefined {
    const named = raw(name)
    if (named === undefined) return undefined
    try {
      return readFileSync(named, 'utf8').trim()
    } catch {
      problems.push(`${name} names a file that cannot be read`)
      return undefined
    }
  }

  function secret(name: string): string | undefined {
    if (raw(name) !== undefined && raw(`${name}_FILE`) !== undefined)
      problems.push(`${name} and ${name}_FILE are both set`)
    return raw(name) ?? file(`${name}_FILE`)
  }

  return {
    has: (name) => raw(name) !== undefined || raw(`${name}_FILE`) !== undefined,
    problem: (message) => void problems.push(message),
    optional: raw,
    text: (name: string, fallback?: string) => raw(name) ?? fallback ?? missing(name),
    secret: (name) => secret(name) ?? missing(`${name} (or ${name}_FILE)`),
    optionalSecret: secret,
    list: (name) =>
      raw(name)
        ?.split(',')
        .map((part) => part.trim())
        .filter(Boolean) ?? [],
    optionalFile: file,
    optionalPem(name) {
      const text = file(name)
      if (text !== undefined && !text.includes('-----BEGIN ')) problems.push(`${name} does not hold PEM`)
      return text
    },
    url(name: string, fallback?: string) {
      const text = raw(name) ?? fallback
      if (text === undefined) return missing(name)
      const url = URL.canParse(text) ? new URL(text) : undefined
      if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.search || url.hash) {
        problems.push(`${name} must be an http or https URL without credentials, query or fragment`)
        return ''
      }
      if (isPlain(url)) plaintext.push(name)
      return text.replace(/\/+$/, '')
    },
    integer(name, fallback, { min, max }) {
      const text = raw(name)
      if (text === undefined) return fallback
      const value = Number(text)
      if (!Number.isInteger(value) || value < min || value > max)
        problems.push(`${name} must be a whole number from ${min} to ${max}`)
      return value
    },
    choice(name, choices, fallback) {
      const text = raw(name)
      const chosen = choices.find((choice) => choice === text)
      if (text !== undefined && chosen === undefined) problems.push(`${name} must be one of ${choices.join(', ')}`)
      return chosen ?? fallback
    },
  }
}

function encryptionKeys(settings: Settings): readonly Buffer[] | undefined {
  const keys = settings
    .optionalSecret('STORE_ENCRYPTION_KEY')
    ?.split(',')
    .map((part) => Buffer.from(part.trim(), 'base64'))
  if (keys?.some((key) => key.length !== 32))
    settings.problem('STORE_ENCRYPTION_KEY must be 32 bytes in base64, or a comma list of such')
  return keys
}

function redis(settings: Settings, plaintext: string[]): RedisAddress | undefined {
  const url = settings.optionalSecret('REDIS_URL')
  const address = url === undefined ? undefined : parseRedisUrl(url)
  if (url !== undefined && address === undefined)
    settings.problem(
      'REDIS_URL must be redis:// or rediss://, a comma list of such, or redis+sentinel://host:port,host:port/name',
    )
  if (address && !address.tls && address.nodes.some(({ host }) => !isLoopback(host))) plaintext.push('REDIS_URL')
  const ca = authority(settings, 'REDIS_CA_FILE')
  if (ca === undefined) return address
  if (address?.tls !== true) settings.problem('REDIS_CA_FILE needs a REDIS_URL that is rediss:// or rediss+sentinel://')
  return address && { ...address, ca }
}

function auditConfig(settings: Settings, plaintext: string[]): AuditConfig {
  const address = redis(settings, plaintext)
  const named = settings.text('AUDIT_LOG', 'audit.log')
  const stream = /^redis:(.*)$/.exec(named)?.[1]?.trim()
  if (stream === '') settings.problem('AUDIT_LOG names no stream after redis:')
  if (stream !== undefined && address === undefined) settings.problem('REDIS_URL is missing; AUDIT_LOG needs it')
  const audit = stream !== undefined ? { stream } : named === 'stdout' ? ({ stdout: true } as const) : { file: named }
  return { audit, redis: address, encryptionKeys: encryptionKeys(settings) }
}

/** What the check of the audit trail needs; the same settings as the server's. */
export function readAuditConfig(env: Env): AuditConfig {
  const problems: string[] = []
  const config = auditConfig(settingsFrom(env, problems, []), [])
  if (problems.length > 0) throw new ConfigError(problems)
  return config
}

function authority(settings: Settings, name: string): string | undefined {
  const pem = settings.optionalFile(name)
  if (pem === undefined) return undefined
  try {
    new X509Certificate(pem)
  } catch {
    settings.problem(`${name} holds no certificate in PEM`)
  }
  return pem
}

function corsOrigins(settings: Settings): readonly string[] {
  const origins = settings.list('CORS_ORIGINS')
  if (origins.some((origin) => !/^https?:/.test(origin) || !URL.canParse(origin) || new URL(origin).origin !== origin))
    settings.problem('CORS_ORIGINS must be a comma list of origins such as https://app.example; there is no wildcard')
  return origins
}

/** The list of `SAFELIST_FILE`, else of the operations this repository promises. */
function safelist(settings: Settings): Config['safelist'] {
  const mode = settings.choice('SAFELIST', ['off', 'log', 'enforce'], 'off')
  const text = settings.optionalFile('SAFELIST_FILE')
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

/** Development's tokens are for everybody who can reach its token endpoint; their issuer is a plain address of this machine. */
const isDevelopmentIssuer = (issuer: string): boolean =>
  URL.canParse(issuer) && new URL(issuer).protocol === 'http:' && isLoopback(new URL(issuer).hostname)

function refusePlaintext(settings: Settings, plaintext: readonly string[]): readonly string[] {
  if (settings.choice('ALLOW_PLAINTEXT', ['true', 'false'], 'false') === 'true') return plaintext
  for (const name of plaintext)
    settings.problem(
      `${name} would be reached without encryption: use TLS, or say ALLOW_PLAINTEXT=true where something else encrypts`,
    )
  return []
}

/** The whole configuration, or a `ConfigError` that lists every problem at once. */
export function readConfig(env: Env, { development = false } = {}): Config {
  const problems: string[] = []
  const plaintext: string[] = []
  const settings = settingsFrom(env, problems, plaintext)

  const configured = Object.values(providers).filter((provider) => settings.has(`${provider.name.toUpperCase()}_URL`))
  if (configured.length === 0)
    problems.push(
      `no provider is configured: set at least one of ${Object.keys(providers)
        .map((name) => `${name.toUpperCase()}_URL`)
        .join(', ')}`,
    )

  const trail = auditConfig(settings, plaintext)
  if (trail.redis !== undefined && trail.encryptionKeys === undefined)
    problems.push('STORE_ENCRYPTION_KEY is missing; REDIS_URL needs it')

  const issuer = settings.text('AUTH_ISSUER')
  if (!development && isDevelopmentIssuer(issuer))
    problems.push('AUTH_ISSUER is that of development; its tokens are for everybody')

  const config: Config = {
    host: settings.text('HOST', '127.0.0.1'),
    port: settings.integer('PORT', 4000, { min: 0, max: 65_535 }),
    auth: { issuer, audience: settings.text('AUTH_AUDIENCE'), jwksUrl: settings.url('AUTH_JWKS_URL') },
    ...trail,
    redisReplicas: settings.integer('REDIS_REPLICAS', 0, { min: 0, max: 10 }),
    writeLeaseMs: settings.integer('WRITE_LEASE_SECONDS', 30, { min: 1, max: 30 }) * 1000,
    requestTimeoutMs: settings.integer('REQUEST_TIMEOUT_MS', 15_000, { min: 1, max: 600_000 }),
    costPerMinute: settings.integer('RATE_LIMIT_COST_PER_MINUTE', 60_000, { min: 0, max: 1_000_000_000 }),
    corsOrigins: corsOrigins(settings),
    executor: settings.choice('EXECUTOR', ['auto', 'compiled', 'interpreted'], 'auto'),
    safelist: safelist(settings),
    httpClient: settings.choice('HTTP_CLIENT', ['undici', 'node-fetch'], 'undici'),
    logLevel: settings.choice('LOG_LEVEL', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'info'),
    providers: Object.fromEntries(
      configured.map((provider) => {
        const prefix = provider.name.toUpperCase()
        return [
          provider.name,
          {
            settings: provider.settings(settings),
            timeoutMs: settings.integer(`${prefix}_TIMEOUT_MS`, 10_000, { min: 1, max: 600_000 }),
            maxConcurrency: settings.integer(`${prefix}_MAX_CONCURRENCY`, provider.maxConcurrency, {
              min: 1,
              max: 10_000,
            }),
            ca: authority(settings, `${prefix}_CA_FILE`),
          },
        ]
      }),
    ),
    // Last: every address has been read.
    plaintext: refusePlaintext(settings, plaintext),
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return config
}

/** The one place where the environment is read. */
export const environment = (): Env => process.env
