import { readFileSync } from 'node:fs'
import { type ProviderName, providers } from '../datasources/index.js'
import type { Settings } from '../datasources/provider.js'
import { parseRedisUrl } from './store/connection.js'

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
}

export interface Config {
  readonly host: string
  readonly port: number
  readonly auth: { readonly issuer: string; readonly audience: string; readonly jwksUrl: string }
  readonly redisUrl: string | undefined
  readonly encryptionKeys: readonly Buffer[] | undefined
  /** How many replicas of Redis must have a change before it counts. */
  readonly redisReplicas: number
  /** A process that died while it held an idempotency key loses it after this. */
  readonly writeLeaseMs: number
  readonly requestTimeoutMs: number
  readonly corsOrigins: readonly string[]
  readonly httpClient: 'undici' | 'node-fetch'
  readonly logLevel: string
  readonly providers: Readonly<Partial<Record<ProviderName, ProviderConfig>>>
}

/** Reads settings by name and collects what is wrong with them. */
export function settingsFrom(env: Env, problems: string[]): Settings {
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
    if (raw(name) !== undefined && raw(`${name}_FILE`) !== undefined) problems.push(`${name} and ${name}_FILE are both set`)
    return raw(name) ?? file(`${name}_FILE`)
  }

  return {
    has: (name) => raw(name) !== undefined || raw(`${name}_FILE`) !== undefined,
    problem: (message) => void problems.push(message),
    optional: raw,
    text: (name: string, fallback?: string) => raw(name) ?? fallback ?? missing(name),
    secret: (name) => secret(name) ?? missing(`${name} (or ${name}_FILE)`),
    optionalSecret: secret,
    list: (name) => raw(name)?.split(',').map((part) => part.trim()).filter(Boolean) ?? [],
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
      return text.replace(/\/+$/, '')
    },
    integer(name, fallback, { min, max }) {
      const text = raw(name)
      if (text === undefined) return fallback
      const value = Number(text)
      if (!Number.isInteger(value) || value < min || value > max) problems.push(`${name} must be a whole number from ${min} to ${max}`)
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
  const keys = settings.optionalSecret('STORE_ENCRYPTION_KEY')?.split(',').map((part) => Buffer.from(part.trim(), 'base64'))
  if (keys?.some((key) => key.length !== 32)) settings.problem('STORE_ENCRYPTION_KEY must be 32 bytes in base64, or a comma list of such')
  return keys
}

function redisUrl(settings: Settings): string | undefined {
  const url = settings.optionalSecret('REDIS_URL')
  if (url !== undefined && parseRedisUrl(url) === undefined) settings.problem('REDIS_URL must be redis:// or rediss://, a comma list of such, or redis+sentinel://host:port,host:port/name')
  return url
}

/** The whole configuration, or a `ConfigError` that lists every problem at once. */
export function readConfig(env: Env): Config {
  const problems: string[] = []
  const settings = settingsFrom(env, problems)

  const configured = Object.values(providers).filter((provider) => settings.has(`${provider.name.toUpperCase()}_URL`))
  if (configured.length === 0) problems.push(`no provider is configured: set at least one of ${Object.keys(providers).map((name) => `${name.toUpperCase()}_URL`).join(', ')}`)

  const redis = redisUrl(settings)
  const keys = encryptionKeys(settings)
  if (redis !== undefined && keys === undefined) problems.push('STORE_ENCRYPTION_KEY is missing; REDIS_URL needs it')

  const config: Config = {
    host: settings.text('HOST', '127.0.0.1'),
    port: settings.integer('PORT', 4000, { min: 0, max: 65_535 }),
    auth: { issuer: settings.text('AUTH_ISSUER'), audience: settings.text('AUTH_AUDIENCE'), jwksUrl: settings.url('AUTH_JWKS_URL') },
    redisUrl: redis,
    encryptionKeys: keys,
    redisReplicas: settings.integer('REDIS_REPLICAS', 0, { min: 0, max: 10 }),
    writeLeaseMs: settings.integer('WRITE_LEASE_SECONDS', 30, { min: 1, max: 30 }) * 1000,
    requestTimeoutMs: settings.integer('REQUEST_TIMEOUT_MS', 15_000, { min: 1, max: 600_000 }),
    corsOrigins: settings.list('CORS_ORIGINS'),
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
            maxConcurrency: settings.integer(`${prefix}_MAX_CONCURRENCY`, provider.maxConcurrency, { min: 1, max: 10_000 }),
          },
        ]
      }),
    ),
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return config
}

/** The one place where the environment is read. */
export const environment = (): Env => process.env
