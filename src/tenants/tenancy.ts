import { type ProviderName, providers, type Providers } from '../../datasources/index.js'
import type { Settings } from '../../datasources/contract/provider.js'
import type { ProxySettings } from '../../datasources/http/proxy.js'
import { prefixOf, type ProviderConfig, providerConfig } from './provider-config.js'
import { SettingsReader } from '../settings/settings-reader.js'
import { readTenantsFile, type TenantEntry, told } from './tenants-file.js'

/** The limits of a tenant; what is undefined is as for all others. */
interface TenantLimits {
  /** The query cost that all clients of the tenant together may use in a minute; 0 is no limit. */
  readonly rateLimit: number | undefined
}

/** The configuration of one tenant. */
export interface TenantConfig {
  /** The value of the token's claim; undefined for the one tenant of a deployment without `TENANTS_FILE`. */
  readonly id: string | undefined
  /** The banks that its callers are narrowed to; undefined where they are not. */
  readonly banks: readonly string[] | undefined
  readonly limits: TenantLimits
  readonly providers: Readonly<Partial<Record<ProviderName, ProviderConfig>>>
}

/** The tenants of a deployment, with the configuration of their providers. */
export interface Tenancy {
  /** True with `TENANTS_FILE`. */
  readonly hasTenants: boolean
  readonly tenants: readonly TenantConfig[]
}

const NO_LIMITS: TenantLimits = { rateLimit: undefined }
const everyProvider = Object.values(providers)
const URLS = everyProvider.map((provider) => `${prefixOf(provider)}_URL`)

/** Reads the setting of the tenants' file; undefined without it. */
export const tenantsText = (settings: Settings): string | undefined =>
  settings.optionalFile(
    'TENANTS_FILE',
    'Tenants (YAML or JSON): the banks, limits and provider settings of each; then a token must name one of them, and no provider setting of the environment is used.',
  )

/** The ids of the tenants, for a tool that needs nothing else of them; undefined without a file. */
export function tenantIds(settings: Settings): readonly string[] | undefined {
  const text = tenantsText(settings)
  return text === undefined
    ? undefined
    : readTenantsFile(text, (message) => settings.problem(message)).map(({ id }) => id)
}

/** The configuration of the providers that the settings name, at least one. */
function configsOf(settings: SettingsReader, proxies: ProxySettings, orElse = ''): TenantConfig['providers'] {
  const configured = everyProvider.filter((provider) => settings.has(`${prefixOf(provider)}_URL`))
  if (configured.length === 0)
    settings.problem(`no provider is configured: set at least one of ${URLS.join(', ')}${orElse}`)
  return Object.fromEntries(configured.map((provider) => [provider.name, providerConfig(provider, settings, proxies)]))
}

function limitsOf({ limits }: TenantEntry, problem: (message: string) => void): TenantLimits {
  const reader = new SettingsReader(limits)
  const rateLimit = reader.has('rateLimit')
    ? reader.integer('rateLimit', '', 0, { min: 0, max: 1_000_000_000 })
    : undefined
  for (const name of Object.keys(limits)) if (!reader.asked.has(name)) reader.problem(`${told(name)} is not a limit`)
  for (const message of reader.problems) problem(`limits: ${message}`)
  return { rateLimit }
}

/** A bank of the tenant is one that its Open Bank Project may be asked for, and the standard bank is one of them. */
function checkBanks({ banks }: TenantEntry, obp: ProviderConfig | undefined, problem: (message: string) => void): void {
  if (banks === undefined) return
  if (obp === undefined) return problem('banks needs OBP_URL')
  const { bankId, bankIds } = obp.settings as Parameters<Providers['obp']['open']>[0]
  if (!banks.includes(bankId)) problem('banks must contain OBP_BANK_ID')
  if (!banks.every((bank) => bankIds.includes(bank))) problem('banks names a bank that OBP_BANK_IDS does not')
}

/** Reads the settings of one tenant, from the same names as the environment has. */
function tenantOf(entry: TenantEntry, main: SettingsReader, proxies: ProxySettings): TenantConfig {
  const { id, banks, settings } = entry
  const reader = main.apart(settings, `tenant ${id}: `)
  const configs = configsOf(reader, proxies)
  const problem = (message: string) => reader.problem(message)
  for (const name of Object.keys(settings))
    if (!reader.asked.has(name)) problem(`${told(name)} is not a setting of a provider that the tenant has`)
  checkBanks(entry, configs.obp, problem)
  const limits = limitsOf(entry, problem)
  for (const message of reader.problems) main.problem(`tenant ${id}: ${message}`)
  for (const name of reader.plaintext) main.plaintext.push(`${name} of tenant ${id}`)
  for (const file of reader.files) main.files.add(file)
  return { id, banks, limits, providers: configs }
}

/** With one secret for two tenants, an event of one would be taken for an event of the other. */
function refuseSharedSecrets(tenants: readonly TenantConfig[], problem: (message: string) => void): void {
  const owners = new Map<string, string>()
  for (const { id, providers: configs } of tenants)
    for (const [name, config] of Object.entries(configs)) {
      const { webhookSecret } = config.settings as { webhookSecret?: string }
      if (webhookSecret === undefined) continue
      const owner = owners.get(webhookSecret)
      if (owner !== undefined) problem(`tenants ${owner} and ${id} have the same webhook secret for ${name}`)
      owners.set(webhookSecret, id!)
    }
}

/**
 * Reads the tenants. With `TENANTS_FILE` the provider settings of the environment are refused, so that no tenant is
 * given credentials that are not its own; without the file they are those of the one default tenant.
 */
export function readTenancy(settings: SettingsReader, proxies: ProxySettings): Tenancy {
  const text = tenantsText(settings)
  if (settings.optional('TENANTS_FILE', '') === undefined)
    return {
      hasTenants: false,
      tenants: [
        {
          id: undefined,
          banks: undefined,
          limits: NO_LIMITS,
          providers: configsOf(settings, proxies, ', or TENANTS_FILE'),
        },
      ],
    }
  for (const url of URLS)
    if (settings.has(url)) settings.problem(`${url} is not used with TENANTS_FILE: set it for a tenant there`)
  if (text === undefined) return { hasTenants: true, tenants: [] }
  const problem = (message: string) => settings.problem(message)
  const tenants = readTenantsFile(text, problem).map((entry) => tenantOf(entry, settings, proxies))
  refuseSharedSecrets(tenants, problem)
  return { hasTenants: true, tenants }
}
