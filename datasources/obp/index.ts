import type { Provider } from '../contract/provider.js'
import { Availability } from './availability.js'
import { obpCommands } from './commands.js'
import { credentialsOf } from './credentials.js'
import { attributeSource, customerSource } from './customers/datasource.js'
import { definitionSource } from './definitions/datasource.js'
import { engagementSource } from './engagement/datasource.js'
import { LABEL, mapError, TITLE } from './error-mapping.js'
import type { ObpInstance } from './instance.js'
import { kycSource } from './kyc/datasource.js'
import { linkSource } from './links/datasource.js'
import { onboardingSource } from './onboarding/datasource.js'
import { obpQueries } from './queries.js'
import { recordSource } from './records/datasource.js'
import { LIMITS, type ObpSettings, obpSettings } from './settings.js'
import { updateSource } from './updates/datasource.js'

/** The Open Bank Project: a bank's customers and its KYC records. */
export const obp = {
  name: 'obp',
  label: LABEL,
  title: TITLE,
  ...LIMITS,
  settings: obpSettings,
  queries: obpQueries,
  commands: obpCommands,
  open(settings, deps): ObpInstance {
    const credentials = credentialsOf(settings, deps)
    const client = deps.client({ url: settings.url, credential: credentials.service, mapError })
    const availability = new Availability(client, settings)
    return {
      bankId: settings.bankId,
      bankIds: settings.bankIds,
      release: settings.release,
      sources: {
        attributes: availability.of(attributeSource(client)),
        customers: availability.of(customerSource(client)),
        definitions: availability.of(definitionSource(client)),
        engagement: availability.of(engagementSource(client)),
        kyc: availability.of(kycSource(client)),
        links: availability.of(linkSource(client)),
        onboarding: availability.of(onboardingSource(client, settings.release)),
        records: availability.of(recordSource(client)),
        updates: availability.of(updateSource(client)),
      },
      credentials,
      record: deps.record,
      drift: deps.drift,
      close: async () => {
        await Promise.all([client.close(), credentials.close()])
      },
    }
  },
  emulator: () => import('./emulator/index.js'),
  probe: () => import('./probe.js'),
} satisfies Provider<ObpSettings, ObpInstance>
