import type { Provider } from '../provider.js'
import { banksOf } from './banks.js'
import { credentialsOf } from './credentials.js'
import { customerCommands } from './customers/commands.js'
import { customerSource } from './customers/datasource.js'
import { customerLoaders } from './customers/loaders.js'
import { definitionCommands } from './definitions/commands.js'
import { definitionSource } from './definitions/datasource.js'
import { definitionLoaders } from './definitions/loaders.js'
import { engagementCommands } from './engagement/commands.js'
import { engagementSource } from './engagement/datasource.js'
import { engagementLoaders } from './engagement/loaders.js'
import { kycCommands } from './kyc/commands.js'
import { kycSource } from './kyc/datasource.js'
import { kycLoaders } from './kyc/loaders.js'
import { linkCommands } from './links/commands.js'
import { linkSource } from './links/datasource.js'
import { linkLoaders } from './links/loaders.js'
import { onboardingCommands } from './onboarding/commands.js'
import { onboardingSource } from './onboarding/datasource.js'
import { recordCommands } from './records/commands.js'
import { recordSource } from './records/datasource.js'
import { recordLoaders } from './records/loaders.js'
import { LABEL, refusal, TITLE } from './refusal.js'
import { type ObpSettings, obpSettings } from './settings.js'
import { updateCommands } from './updates/commands.js'
import { updateSource } from './updates/datasource.js'

/** The Open Bank Project: a bank's customers and its KYC records. */
export const obp = {
  name: 'obp',
  label: LABEL,
  title: TITLE,
  maxConcurrency: 64,
  settings: obpSettings,
  open(settings, house) {
    const credentials = credentialsOf(settings, house)
    const client = house.client({ url: settings.url, credential: credentials.service, refusal })
    const { drift } = house
    return {
      enter(visit) {
        const banks = banksOf(settings, visit.caller)
        const source = {
          ...customerSource(client, visit),
          ...kycSource(client, visit),
          ...recordSource(client, visit),
          ...updateSource(client, visit),
          ...linkSource(client, visit),
          ...definitionSource(client, visit),
          ...engagementSource(client, visit),
          ...onboardingSource(client, visit),
        }
        const customers = customerLoaders(source, banks, () => credentials.asUser(visit), drift)
        const kyc = kycLoaders(source, banks, customers.readings.customerById.load, drift)
        const records = recordLoaders(source, banks, drift)
        const links = linkLoaders(source, banks, customers.readings.customerById.load, drift)
        const definitions = definitionLoaders(source, banks, drift)
        const engagement = engagementLoaders(source, banks, () => credentials.asUser(visit), drift)
        const { createAccount, createUser } = onboardingCommands(source, banks, drift)
        return {
          loaders: {
            ...customers.readings,
            ...kyc.readings,
            ...records.readings,
            ...links.readings,
            ...definitions.readings,
            ...engagement.readings,
          },
          commands: {
            ...banks.admitting({
              ...customerCommands(source, banks, customers, drift),
              ...kycCommands(source, customers, kyc, drift),
              ...recordCommands(source, customers, records, drift),
              ...updateCommands(source, customers, drift),
              ...linkCommands(source, banks, customers, links, drift),
              ...definitionCommands(source, banks, definitions, drift),
              ...engagementCommands(source, banks, customers, drift),
              createAccount,
            }),
            // A user is of no bank.
            createUser,
          },
        }
      },
      close: async () => {
        await Promise.all([client.close(), credentials.close()])
      },
    }
  },
  sandbox: () => import('./sandbox.js'),
} satisfies Provider<ObpSettings>
