import type { CustomerKey } from '../contract/operations.js'
import type { Provider } from '../contract/provider.js'
import { contents, once } from '../sections.js'
import { bankAccessOf } from './bank-access.js'
import { credentialsOf } from './credentials.js'
import { customerCommands } from './customers/commands.js'
import { customerSource } from './customers/datasource.js'
import { customerLoaders } from './customers/queries.js'
import { definitionCommands } from './definitions/commands.js'
import { definitionSource } from './definitions/datasource.js'
import { definitionLoaders } from './definitions/queries.js'
import { engagementCommands } from './engagement/commands.js'
import { engagementSource } from './engagement/datasource.js'
import { engagementLoaders } from './engagement/queries.js'
import { kycCommands } from './kyc/commands.js'
import { kycSource } from './kyc/datasource.js'
import { kycLoaders } from './kyc/queries.js'
import { linkCommands } from './links/commands.js'
import { linkSource } from './links/datasource.js'
import { linkLoaders } from './links/queries.js'
import { accountCommands, userCommands } from './onboarding/commands.js'
import { onboardingSource } from './onboarding/datasource.js'
import { recordCommands } from './records/commands.js'
import { recordSource } from './records/datasource.js'
import { recordLoaders } from './records/queries.js'
import { LABEL, mapError, TITLE } from './error-mapping.js'
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
    const client = house.client({ url: settings.url, credential: credentials.service, mapError })
    const { drift } = house
    const questions = contents()
    const writes = contents()
    return {
      enter(visit) {
        const banks = bankAccessOf(settings, visit.caller)
        const asUser = () => credentials.asUser(visit)
        const customers = once(() => customerLoaders(customerSource(client, visit), banks, asUser, drift))
        const customerById = (key: CustomerKey) => customers().readings.customerById.load(key)
        const kyc = once(() => kycLoaders(kycSource(client, visit), banks, customerById, drift))
        const records = once(() => recordLoaders(recordSource(client, visit), banks, drift))
        const links = once(() => linkLoaders(linkSource(client, visit), banks, customerById, drift))
        const definitions = once(() => definitionLoaders(definitionSource(client, visit), banks, drift))
        const engagement = once(() => engagementLoaders(engagementSource(client, visit), banks, asUser, drift))
        return {
          loaders: questions(
            () => customers().readings,
            () => kyc().readings,
            () => records().readings,
            () => links().readings,
            () => definitions().readings,
            () => engagement().readings,
          ),
          commands: writes(
            () => banks.admitting(customerCommands(customerSource(client, visit), banks, customers(), drift)),
            () => banks.admitting(kycCommands(kycSource(client, visit), customers(), kyc(), drift)),
            () => banks.admitting(recordCommands(recordSource(client, visit), customers(), records(), drift)),
            () => banks.admitting(updateCommands(updateSource(client, visit), customers(), drift)),
            () =>
              banks.admitting(
                linkCommands(
                  linkSource(client, visit),
                  customerSource(client, visit),
                  banks,
                  customers(),
                  links(),
                  drift,
                ),
              ),
            () => banks.admitting(definitionCommands(definitionSource(client, visit), banks, definitions(), drift)),
            () => banks.admitting(engagementCommands(engagementSource(client, visit), banks, customers(), drift)),
            () => banks.admitting(accountCommands(onboardingSource(client, visit), banks, drift)),
            // A user is of no bank.
            () => userCommands(onboardingSource(client, visit)),
          ),
        }
      },
      close: async () => {
        await Promise.all([client.close(), credentials.close()])
      },
    }
  },
  emulator: () => import('./emulator/index.js'),
} satisfies Provider<ObpSettings>
