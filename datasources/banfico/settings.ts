import type { Settings } from '../contract/provider.js'
import { API_VERSIONS, type ApiVersion } from './contract.js'

/** Limits of the calls to Banfico, unless `<PROVIDER>_MAX_CONCURRENCY` and `<PROVIDER>_TIMEOUT_MS` say otherwise. */
export const LIMITS = { maxConcurrency: 64, timeoutMs: 10_000 }

export interface BanficoSettings {
  readonly url: string
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecret: string
  /** The maximum age of a result that answers a repeated question, and the time for which results are stored. */
  readonly maxAgeSeconds: number
  /** How long it is known which tenant a verification belongs to. */
  readonly retentionSeconds: number
  readonly apiVersion: ApiVersion
}

/** Reads the settings of Banfico. */
export const banficoSettings = (settings: Settings): BanficoSettings => ({
  url: settings.url('BANFICO_URL', 'Base URL of Banfico.'),
  tokenUrl: settings.url('BANFICO_TOKEN_URL', 'OAuth2 token endpoint of Banfico.'),
  clientId: settings.text('BANFICO_CLIENT_ID', 'OAuth2 client id for Banfico.'),
  clientSecret: settings.secret('BANFICO_CLIENT_SECRET', 'OAuth2 client secret for Banfico.'),
  maxAgeSeconds: settings.integer(
    'VERIFICATION_MAX_AGE_SECONDS',
    'Maximum age of a verification that answers a repeated request for the same account.',
    300,
    { min: 0, max: 86_400 },
  ),
  retentionSeconds:
    settings.integer(
      'BANFICO_RETENTION_DAYS',
      'How long a verification is known here, with its tenant and its pending result; then it cannot be read by id any more.',
      7,
      { min: 1, max: 30 },
    ) * 86_400,
  apiVersion: settings.choice(
    'BANFICO_API_VERSION',
    'Version of the account verification API that the Banfico tenant offers.',
    API_VERSIONS,
    '1.0',
  ),
})
