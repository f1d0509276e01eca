import type { Settings } from '../../datasources/contract/provider.js'
import { type Network, parseNetwork } from './address-rules.js'

/** The settings of webhooks to partners. */
export interface PartnerWebhookSettings {
  /** False where there are none: no endpoint can be created, and nothing is delivered. */
  readonly isOn: boolean
  /** Networks that are not public and may be delivered to. */
  readonly networks: readonly Network[]
  /** Endpoints that one client may have. */
  readonly maxEndpoints: number
  /** Attempts at one time in this process, and those of one endpoint among them. */
  readonly concurrency: number
  readonly endpointConcurrency: number
}

function readNetworks(settings: Settings): readonly Network[] {
  const networks = settings
    .list(
      'PARTNER_WEBHOOK_NETWORKS',
      'Networks (CIDR) with addresses that are not public to which webhooks are delivered all the same, such as `10.20.0.0/16`; one that holds the loopback address allows `http://localhost` too. Without it every such address is refused.',
    )
    .map(parseNetwork)
  if (networks.includes(undefined)) settings.problem('PARTNER_WEBHOOK_NETWORKS must be a comma list of networks (CIDR)')
  return networks.filter((network) => network !== undefined)
}

/** Reads the settings. */
export const readPartnerWebhookSettings = (settings: Settings): PartnerWebhookSettings => ({
  isOn:
    settings.choice(
      'PARTNER_WEBHOOKS',
      'Webhooks to partners: `off` delivers none and creates no endpoint; see `docs/partner-webhooks.md`.',
      ['on', 'off'],
      'on',
    ) === 'on',
  networks: readNetworks(settings),
  maxEndpoints: settings.integer('PARTNER_WEBHOOK_MAX_ENDPOINTS', 'Webhook endpoints that a client may have.', 20, {
    min: 1,
    max: 100,
  }),
  concurrency: settings.integer('PARTNER_WEBHOOK_CONCURRENCY', 'Webhooks that a replica delivers at one time.', 50, {
    min: 1,
    max: 1_000,
  }),
  endpointConcurrency: settings.integer(
    'PARTNER_WEBHOOK_ENDPOINT_CONCURRENCY',
    'Webhooks that a replica delivers to one endpoint at one time.',
    5,
    { min: 1, max: 100 },
  ),
})
