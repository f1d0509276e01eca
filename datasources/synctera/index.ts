import { Provider as Label } from '../../schema/shared.js'
import type { Credential } from '../http.js'
import type { Provider } from '../provider.js'
import { syncteraCommands } from './commands.js'
import { refusal, syncteraSource } from './datasource.js'
import { syncteraLoaders } from './loaders.js'

export interface SyncteraSettings {
  readonly url: string
  readonly apiKey: string
}

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
  settings: (settings): SyncteraSettings => ({
    url: settings.url('SYNCTERA_URL'),
    apiKey: settings.secret('SYNCTERA_API_KEY'),
  }),
  open({ url, apiKey }, house) {
    const client = house.client({ url, credential: bearer(apiKey), refusal })
    return {
      enter(visit) {
        const source = syncteraSource(client, visit)
        const { readings, forget } = syncteraLoaders(source, house.drift)
        return { loaders: readings, commands: syncteraCommands(source, forget, house.drift) }
      },
      close: () => client.close(),
    }
  },
  sandbox: () => import('./sandbox.js'),
} satisfies Provider<SyncteraSettings>
