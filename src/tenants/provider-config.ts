import type { Provider, ProviderInstance, Settings } from '../../datasources/contract/provider.js'
import type { ProxySettings } from '../../datasources/http/proxy.js'
import { DEFAULT_KEEP_ALIVE_MS, DEFAULT_MAX_RESPONSE_BYTES } from '../../datasources/http/transport.js'
import type { ProviderName, providers } from '../../datasources/index.js'
import { authority } from '../settings/settings-reader.js'

export interface ProviderConfig {
  readonly settings: unknown
  readonly timeoutMs: number
  readonly maxConcurrency: number
  /** The maximum number of concurrent calls of all replicas; 0 is no limit. */
  readonly maxConcurrencyTotal: number
  /** The largest body that is read, in bytes. */
  readonly maxResponseBytes: number
  /** How long a connection may be idle and still be used. */
  readonly keepAliveMs: number
  /** Whether the provider is sent the interaction id of the request. */
  readonly sendsInteractionId: boolean
  /** Whether the provider is sent the trace of the request. */
  readonly propagatesTrace: boolean
  /** The forward proxy of this provider, instead of that of the process. */
  readonly proxyUrl: string | undefined
  /** The forward proxies of the process. */
  readonly proxies: ProxySettings
  /** Certificate authority (PEM) of the provider, instead of the public ones. */
  readonly ca: string | undefined
}

type AnyProvider = (typeof providers)[ProviderName]

/** Only some providers have these. */
type OwnLimits = Pick<Provider<unknown, ProviderInstance>, 'name' | 'maxResponseBytes' | 'maxConcurrencyTotal'>

/** The prefix of the names of a provider's settings. */
export const prefixOf = ({ name }: AnyProvider): string => name.toUpperCase()

/** The headers of an operation that calls of a provider repeat. */
const sentHeaders = (
  prefix: string,
  settings: Settings,
): Pick<ProviderConfig, 'sendsInteractionId' | 'propagatesTrace'> => ({
  sendsInteractionId:
    settings.choice(
      `${prefix}_INTERACTION_ID`,
      'Whether calls have the header `x-fapi-interaction-id`, by which an exchange is found on both sides.',
      ['send', 'off'],
      'send',
    ) === 'send',
  propagatesTrace:
    settings.choice(
      `${prefix}_PROPAGATE_TRACE`,
      'Whether calls have the headers `traceparent` and `tracestate` of the operation; `baggage` is never sent.',
      ['on', 'off'],
      'off',
    ) === 'on',
})

/** Reads the settings of one provider: its own, and those that every provider has. */
export function providerConfig(provider: AnyProvider, settings: Settings, proxies: ProxySettings): ProviderConfig {
  const prefix = prefixOf(provider)
  const { maxResponseBytes = DEFAULT_MAX_RESPONSE_BYTES, maxConcurrencyTotal = 0 }: OwnLimits = provider
  return {
    settings: provider.settings(settings),
    timeoutMs: settings.integer(
      `${prefix}_TIMEOUT_MS`,
      'Timeout of one attempt of a call in milliseconds, after at most as long in the queue.',
      provider.timeoutMs,
      { min: 1, max: 600_000 },
    ),
    maxConcurrency: settings.integer(
      `${prefix}_MAX_CONCURRENCY`,
      'Bulkhead: calls at the same time; 64 times as many may be queued.',
      provider.maxConcurrency,
      { min: 1, max: 10_000 },
    ),
    maxConcurrencyTotal: settings.integer(
      `${prefix}_MAX_CONCURRENCY_TOTAL`,
      'Calls at the same time from all replicas together, which they count in Redis; 0 is no limit.',
      maxConcurrencyTotal,
      { min: 0, max: 100_000 },
    ),
    maxResponseBytes: settings.integer(
      `${prefix}_MAX_RESPONSE_BYTES`,
      'Largest body that is read, in bytes, as sent and decompressed; a larger one is `PROVIDER_MALFORMED`.',
      maxResponseBytes,
      { min: 1_024, max: 268_435_456 },
    ),
    keepAliveMs: settings.integer(
      `${prefix}_KEEP_ALIVE_MS`,
      'Idle time in milliseconds after which a connection is not used again, less than the idle timeout of the provider; 0 uses each connection once.',
      DEFAULT_KEEP_ALIVE_MS,
      { min: 0, max: 600_000 },
    ),
    ...sentHeaders(prefix, settings),
    proxyUrl: settings.optionalProxy(
      `${prefix}_PROXY_URL`,
      'Forward proxy for the provider and its token endpoint, instead of `HTTPS_PROXY` and `HTTP_PROXY`; `NO_PROXY` does not apply.',
    ),
    proxies,
    ca: authority(
      settings,
      `${prefix}_CA_FILE`,
      'Certificate authority (PEM) of the provider and its token endpoint, instead of the public ones.',
    ),
  }
}
