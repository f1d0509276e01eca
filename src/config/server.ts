import { NO_PROXIES } from '../../datasources/http/proxy.js'
import { providers } from '../../datasources/index.js'
import type { Settings } from '../../datasources/contract/provider.js'
import { type OpenEntry, readTokenSettings } from '../access/token-settings.js'
import { readConsentSettings } from '../consent/settings.js'
import { readEventSettings } from '../events/event-settings.js'
import { readTlsSettings } from '../http/tls-settings.js'
import { DEFAULT_DEADLINE_MS } from '../lifecycle/deadline.js'
import { DEFAULT_DRAIN_DELAY_MS } from '../lifecycle/drain.js'
import { readRateLimitSettings } from '../limits/rate-limit-settings.js'
import { readLogSettings } from '../observability/log-settings.js'
import { readTraceSettings } from '../observability/tracing/settings.js'
import { readPartnerWebhookSettings } from '../partner-webhooks/settings.js'
import { readStreamSettings } from '../streams/stream-limit-settings.js'
import { prefixOf, providerConfig } from '../tenants/provider-config.js'
import { tenantsText } from '../tenants/tenancy.js'
import { auditConfig, auditMaskedReads, securityConfig } from './audit.js'
import { corsConfig } from './cors.js'
import { admissionConfig, intakeConfig } from './intake.js'
import { proxyConfig, refusePlaintext } from './network.js'
import { safelist } from './safelist.js'
import { idempotencyConfig, secretConfig } from './store.js'
import type { Config, SettingGroup } from './types.js'

type ServerConfig = Omit<Config, 'providers' | 'tenancy' | 'readTenancy' | 'plaintext' | 'reloaded'>

/** The admin listener. */
function adminConfig(settings: Settings): Config['admin'] {
  const port = settings.integer(
    'ADMIN_PORT',
    'Port of the admin listener with `/health`, `/ready` and `/metrics`, which are then not on the public port; 0: no admin listener.',
    0,
    { min: 0, max: 65_535 },
  )
  const host = settings.text('ADMIN_HOST', 'Address of the admin listener.', '127.0.0.1')
  return port === 0 ? undefined : { host, port }
}

const drainDelay = (settings: Settings): number =>
  settings.integer(
    'DRAIN_DELAY_MS',
    'Time in milliseconds between a stop signal, from which `/ready` answers 503, and the closing of the listener; longer than the load balancer takes to notice.',
    DEFAULT_DRAIN_DELAY_MS,
    { min: 0, max: 300_000 },
  )

/** The configuration without the providers. */
export function serverConfig(
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
    admin: adminConfig(settings),
    drainDelayMs: drainDelay(settings),
    ...secrets,
    ...auditConfig(settings, plaintext, secrets, proxies),
    auditMaskedReads: auditMaskedReads(settings),
    ...idempotencyConfig(settings),
    events: readEventSettings(settings),
    partnerWebhooks: readPartnerWebhookSettings(settings),
    requestTimeoutMs: settings.integer(
      'REQUEST_TIMEOUT_MS',
      'Deadline of an operation in milliseconds; a client shortens it with the header `x-request-timeout-ms`.',
      DEFAULT_DEADLINE_MS,
      { min: 1, max: 600_000 },
    ),
    rateLimit: readRateLimitSettings(settings),
    ...intakeConfig(settings),
    admission: admissionConfig(settings),
    cors: corsConfig(settings, development),
    streams: readStreamSettings(settings),
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
    log: readLogSettings(settings),
    traces: readTraceSettings(settings),
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
