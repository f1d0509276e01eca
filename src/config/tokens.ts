import type { Settings } from '../../datasources/contract/provider.js'
import { readTokenSettings, type TokenConfig } from '../access/token-settings.js'
import { isLoopback, type SettingsReader } from '../settings/settings-reader.js'
import type { Tenancy } from '../tenants/tenancy.js'

/** True for the issuer of development, an `http` address of this machine: it issues a token to every client that can reach it. */
const isDevelopmentIssuer = (issuer: string): boolean =>
  URL.canParse(issuer) && new URL(issuer).protocol === 'http:' && isLoopback(new URL(issuer).hostname)

export function refuseDevelopmentIssuer(settings: Settings, { issuers }: TokenConfig): void {
  if (issuers.some(({ issuer }) => isDevelopmentIssuer(issuer)))
    settings.problem('AUTH_ISSUER is that of development; its tokens are for everybody')
}

/** Names of a further issuer have its address before them, unless it shares tenants: none of those is in a tenants' file. */
export function refuseIssuersWithoutTenants(settings: Settings, { issuers }: TokenConfig): void {
  if (!settings.has('TENANTS_FILE')) return
  issuers.slice(1).forEach(({ tenants }, index) => {
    if (tenants.length === 0)
      settings.problem(`AUTH_ISSUERS_FILE, entry ${index + 1}: AUTH_TENANTS is missing; TENANTS_FILE needs it`)
  })
}

/** A tenant that an issuer shares must be one of the file: its tokens would be refused, all of them. */
export function unknownTenants({ issuers }: TokenConfig, { hasTenants, tenants }: Tenancy): readonly string[] {
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

/** The settings of tokens, with what is refused outside of development. */
export function tokenConfig(settings: SettingsReader, development: boolean): TokenConfig {
  const auth = readTokenSettings(settings, (values, where) => settings.within(values, where))
  if (!development) refuseDevelopmentIssuer(settings, auth)
  refuseIssuersWithoutTenants(settings, auth)
  return auth
}
