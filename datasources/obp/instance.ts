import { operationsOf } from '../contract/operations.js'
import type { ProviderInstance } from '../contract/provider.js'
import type { RecordChange } from '../contract/state-change.js'
import type { Drift } from '../support/mapping.js'
import type { Credentials } from './credentials.js'
import type { AttributeSource, CustomerSource } from './customers/datasource.js'
import type { DefinitionSource } from './definitions/datasource.js'
import type { EngagementSource } from './engagement/datasource.js'
import type { KycSource } from './kyc/datasource.js'
import type { LinkSource } from './links/datasource.js'
import type { OnboardingSource } from './onboarding/datasource.js'
import type { RecordSource } from './records/datasource.js'
import type { ObpSettings } from './settings.js'
import type { UpdateSource } from './updates/datasource.js'

/** What the queries and commands of the Open Bank Project work with, for as long as the process runs. */
export interface ObpInstance extends ProviderInstance, Pick<ObpSettings, 'bankId' | 'bankIds' | 'release'> {
  readonly sources: {
    readonly attributes: AttributeSource
    readonly customers: CustomerSource
    readonly definitions: DefinitionSource
    readonly engagement: EngagementSource
    readonly kyc: KycSource
    readonly links: LinkSource
    readonly onboarding: OnboardingSource
    readonly records: RecordSource
    readonly updates: UpdateSource
  }
  readonly credentials: Credentials
  /** Records that what decides on a customer has changed. */
  readonly record: RecordChange
  readonly drift: Drift
}

export const { query, command } = operationsOf<ObpInstance>()
