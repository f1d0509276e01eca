import { readAuditSink } from '../audit/audit-settings.js'
import { readCheckpointAccess, readCheckpointDestination, readRootKeys } from '../audit/checkpoints/settings.js'
import { readConsentSettings } from '../consent/settings.js'
import { readTlsSettings } from '../http/tls-settings.js'
import { readTraceSettings } from '../observability/tracing/settings.js'
import { type Env, SettingsReader } from '../settings/settings-reader.js'
import { readTenancy, tenantIds } from '../tenants/tenancy.js'
import { auditConfig, securityConfig } from './audit.js'
import { proxyConfig, refusePlaintext, trustProxy } from './network.js'
import { idempotencyConfig, secretConfig } from './store.js'
import { tokenConfig } from './tokens.js'
import {
  type Config,
  ConfigError,
  type ErasureConfig,
  type Reading,
  type ReloadedParts,
  type SecretConfig,
  type TenancyReading,
  type VerifyConfig,
} from './types.js'

/** Reads some settings alone, and checks them as at the start of the server; throws a `ConfigError`. */
function readPart<Part>(env: Env, read: (settings: SettingsReader) => Part): Part {
  const settings = new SettingsReader(env)
  const part = read(settings)
  refusePlaintext(settings, settings.plaintext)
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

/** The parts that are read again by themselves. */
export const reloadedParts = (env: Env, development: boolean): ReloadedParts => ({
  store: () => partReading(env, (settings) => secretConfig(settings, settings.plaintext, proxyConfig(settings))),
  issuers: () =>
    partReading(env, (settings) => ({ auth: tokenConfig(settings, development), proxies: proxyConfig(settings) })),
  consent: () =>
    partReading(env, (settings) => ({ consent: readConsentSettings(settings), proxies: proxyConfig(settings) })),
  traces: () => partReading(env, (settings) => ({ traces: readTraceSettings(settings) })),
  securityLog: () => partReading(env, (settings) => ({ securityLog: securityConfig(settings, settings.plaintext) })),
  checkpoints: () =>
    partReading(env, (settings) => {
      const proxies = proxyConfig(settings)
      const { redis, keyServices } = secretConfig(settings, settings.plaintext, proxies)
      return { checkpoints: readCheckpointAccess(settings, { redis, proxies, services: keyServices }) }
    }),
  tls: () => partReading(env, (settings) => ({ tls: readTlsSettings(settings) })),
})

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

/** Reads the tenants and their providers, with the addresses among theirs that are reached without encryption. */
export function tenancyReading(
  env: Env,
  { readings }: Partial<Pick<SettingsReader, 'readings'>> = {},
): TenancyReading & Pick<SettingsReader, 'plaintext'> {
  const settings = new SettingsReader(env, readings && { readings })
  const { problems, plaintext, files } = settings
  const tenancy = readTenancy(settings, proxyConfig(settings))
  const allowed = refusePlaintext(settings, plaintext)
  return { part: problems.length > 0 ? undefined : tenancy, problems, files: [...files], plaintext: [...allowed] }
}
