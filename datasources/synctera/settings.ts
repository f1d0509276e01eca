import type { Settings } from '../contract/provider.js'

/** Limits of the calls to Synctera, unless `<PROVIDER>_MAX_CONCURRENCY` and `<PROVIDER>_TIMEOUT_MS` say otherwise. */
export const LIMITS = { maxConcurrency: 64, timeoutMs: 10_000 }

export interface SyncteraSettings {
  readonly url: string
  readonly apiKey: string
  /** The signing secret of webhooks; undefined where none are accepted. */
  readonly webhookSecret: string | undefined
}

/** Synctera's own secrets have 64 characters. */
const MIN_SECRET_LENGTH = 32

/** Reads the settings of Synctera. */
export function syncteraSettings(settings: Settings): SyncteraSettings {
  const webhookSecret = settings.optionalSecret(
    'SYNCTERA_WEBHOOK_SECRET',
    'Secret of webhook signatures, at least 32 characters; without it `POST /webhooks/synctera` does not exist.',
  )
  if (webhookSecret !== undefined && webhookSecret.length < MIN_SECRET_LENGTH)
    settings.problem(`SYNCTERA_WEBHOOK_SECRET must have at least ${MIN_SECRET_LENGTH} characters`)
  return {
    url: settings.url('SYNCTERA_URL', 'Base URL of Synctera.'),
    apiKey: settings.secret('SYNCTERA_API_KEY', 'API key for Synctera.'),
    webhookSecret,
  }
}
