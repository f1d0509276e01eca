import { KycProvider as Label } from '../../schema/shared.js'
import type { Provider } from '../contract/provider.js'
import type { Credential } from '../http/call.js'
import { syncteraCommands } from './commands.js'
import { mapError, syncteraSource } from './datasource.js'
import type { SyncteraInstance } from './instance.js'
import { createInvalidations } from './invalidations.js'
import { syncteraQueries } from './queries.js'
import { syncteraWebhook } from './webhook.js'

export interface SyncteraSettings {
  readonly url: string
  readonly apiKey: string
  /** The signing secret of webhooks; undefined where none are accepted. */
  readonly webhookSecret: string | undefined
}

/** Synctera's own secrets have 64 characters. */
const MIN_SECRET_LENGTH = 32

const bearer = (apiKey: string): Credential => {
  const headers = { authorization: `Bearer ${apiKey}` }
  return { headers: () => headers }
}

/** Synctera: persons and their identity verification. */
export const synctera = {
  name: 'synctera',
  label: Label.SYNCTERA,
  title: 'Synctera',
  maxConcurrency: 64,
  timeoutMs: 10_000,
  settings(settings): SyncteraSettings {
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
  },
  queries: syncteraQueries,
  commands: syncteraCommands,
  open({ url, apiKey, webhookSecret }, { client: connect, drift }): SyncteraInstance {
    const client = connect({ url, credential: bearer(apiKey), mapError })
    const invalidations = createInvalidations(() => client.invalidate())
    return {
      source: syncteraSource(client),
      invalidations,
      drift,
      webhook: webhookSecret === undefined ? undefined : syncteraWebhook(webhookSecret, invalidations, drift),
      close: () => client.close(),
    }
  },
  emulator: () => import('./emulator/index.js'),
  probe: () => import('./probe.js'),
} satisfies Provider<SyncteraSettings, SyncteraInstance>
