import { Provider as Label } from '../../schema/shared.js'
import type { Credential } from '../http/client.js'
import type { Provider } from '../contract/provider.js'
import { Parts } from '../sections.js'
import { createInvalidations } from './invalidations.js'
import { syncteraCommands } from './commands.js'
import { mapError, syncteraSource } from './datasource.js'
import { syncteraLoaders } from './queries.js'
import { syncteraWebhook } from './webhook.js'

export interface SyncteraSettings {
  readonly url: string
  readonly apiKey: string
  /** What webhooks are signed with; undefined where none are taken. */
  readonly webhookSecret: string | undefined
}

/** Synctera's own have 64. */
const SHORTEST_SECRET = 32

const bearer = (apiKey: string): Credential => {
  const headers = { authorization: `Bearer ${apiKey}` }
  return { headers: () => headers }
}

/** Synctera: persons and the checks of who they are. */
export const synctera = {
  name: 'synctera',
  label: Label.SYNCTERA,
  title: 'Synctera',
  maxConcurrency: 64,
  settings(settings): SyncteraSettings {
    const webhookSecret = settings.optionalSecret('SYNCTERA_WEBHOOK_SECRET')
    if (webhookSecret !== undefined && webhookSecret.length < SHORTEST_SECRET)
      settings.problem(`SYNCTERA_WEBHOOK_SECRET must have at least ${SHORTEST_SECRET} characters`)
    return { url: settings.url('SYNCTERA_URL'), apiKey: settings.secret('SYNCTERA_API_KEY'), webhookSecret }
  },
  open({ url, apiKey, webhookSecret }, house) {
    const client = house.client({ url, credential: bearer(apiKey), mapError })
    const changed = createInvalidations(() => client.invalidate())
    return {
      enter(visit) {
        const source = syncteraSource(client, visit)
        const { readings, forget } = syncteraLoaders(source, changed, house.drift)
        return new Parts(
          () => readings,
          () => syncteraCommands(source, forget, house.drift),
        )
      },
      webhook: webhookSecret === undefined ? undefined : syncteraWebhook(webhookSecret, changed, house.drift),
      close: () => client.close(),
    }
  },
  emulator: () => import('./emulator/index.js'),
} satisfies Provider<SyncteraSettings>
