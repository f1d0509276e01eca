import type { Provider } from '../provider.js'
import { banksOf } from './banks.js'
import { serviceCredential, tokenHost, userCredential } from './credentials.js'
import { customerCommands } from './customers/commands.js'
import { customerSource } from './customers/datasource.js'
import { customerLoaders } from './customers/loaders.js'
import { engagementCommands } from './engagement/commands.js'
import { engagementSource } from './engagement/datasource.js'
import { engagementLoaders } from './engagement/loaders.js'
import { kycCommands } from './kyc/commands.js'
import { kycSource } from './kyc/datasource.js'
import { kycLoaders } from './kyc/loaders.js'
import { onboardingCommands } from './onboarding/commands.js'
import { onboardingSource } from './onboarding/datasource.js'
import { LABEL, refusal, TITLE, tokenRefusal } from './refusal.js'
import { type ObpSettings, obpSettings } from './settings.js'

/** The Open Bank Project: a bank's customers and its KYC records. */
export const obp = {
  name: 'obp',
  label: LABEL,
  title: TITLE,
  maxConcurrency: 64,
  settings: obpSettings,
  open(settings, house) {
    const tokens = house.client({ url: tokenHost(settings), refusal: tokenRefusal })
    const asUser = userCredential(tokens, settings)
    const client = house.client({ url: settings.url, credential: serviceCredential(tokens, settings), refusal })
    const { drift } = house
    return {
      enter(visit) {
        const banks = banksOf(settings, visit.caller)
        const source = { ...customerSource(client, visit), ...kycSource(client, visit) }
        const customers = customerLoaders(source, banks, () => asUser(visit), drift)
        const kyc = kycLoaders(source, banks, drift)
        const engagementCalls = engagementSource(client, visit)
        const engagement = engagementLoaders(engagementCalls, banks, () => asUser(visit), drift)
        return {
          loaders: { ...customers.readings, ...kyc.readings, ...engagement.readings },
          commands: {
            ...customerCommands(source, banks, customers, drift),
            ...kycCommands(source, customers, kyc.forget, drift),
            ...engagementCommands(engagementCalls, banks, customers, drift),
            ...onboardingCommands(onboardingSource(client, visit), banks, drift),
          },
        }
      },
      close: async () => {
        await Promise.all([client.close(), tokens.close()])
      },
    }
  },
  sandbox: () => import('./sandbox.js'),
} satisfies Provider<ObpSettings>
