import type { Settings } from '../contract/provider.js'

/** Limits of the calls to Synctera, unless `<PROVIDER>_MAX_CONCURRENCY` and `<PROVIDER>_TIMEOUT_MS` say otherwise. */
export const LIMITS = { maxConcurrency: 64, timeoutMs: 10_000 }

export interface SyncteraSettings {
  readonly url: string
  readonly apiKey: string
  /** The signing secret of webhooks; undefined where none are accepted. */
  readonly webhookSecret: string | undefined
  /** How long the token and URL of a document verification session are kept for repeats of its idempotency key. */
  readonly documentSessionMs: number
}

const DEFAULT_DOCUMENT_SESSION_MINUTES = 30

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
  const url = settings.url('SYNCTERA_URL', 'Base URL of Synctera, without the `/v0` of its documentation.')
  // A path that holds it twice is answered 404, which reads as "no such person".
  if (/\/v0$/i.test(url)) settings.problem('SYNCTERA_URL must be the base URL without /v0, which the server adds')
  return {
    url,
    apiKey: settings.secret('SYNCTERA_API_KEY', 'API key for Synctera.'),
    webhookSecret,
    documentSessionMs:
      settings.integer(
        'SYNCTERA_DOCUMENT_SESSION_MINUTES',
        'How long a repeat of `startDocumentVerification` returns its session; after that it answers `OUTCOME_ERASED`. Synctera states no lifetime of a session.',
        DEFAULT_DOCUMENT_SESSION_MINUTES,
        { min: 1, max: 7 * 24 * 60 },
      ) * 60_000,
  }
}
