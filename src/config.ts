import { serverConfig } from './config/server.js'
import { reloadedParts, tenancyReading } from './config/parts.js'
import { refusePlaintext } from './config/network.js'
import { refuseDevelopmentIssuer, refuseIssuersWithoutTenants, unknownTenants } from './config/tokens.js'
import { type Config, ConfigError } from './config/types.js'
import { type Env, SettingsReader } from './settings/settings-reader.js'

/** The whole configuration, or a `ConfigError` that lists every problem at once. */
export function readConfig(env: Env, { development = false, settings = new SettingsReader(env) } = {}): Config {
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
  const { part: tenancy, ...read } = tenancyReading(env, settings)
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

export { readErasureConfig, readSecretConfig, readSecurityConfig, readVerifyConfig } from './config/parts.js'
export { settingGroups } from './config/server.js'
export {
  type Config,
  ConfigError,
  type CorsConfig,
  type ErasureConfig,
  type Reading,
  type SecretConfig,
  type SettingGroup,
  type TenancyReading,
  type VerifyConfig,
} from './config/types.js'
export { environment } from './settings/environment.js'
