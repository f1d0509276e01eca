import { operationsOf } from '../contract/operations.js'
import type { ProviderInstance } from '../contract/provider.js'
import type { RecordChange } from '../contract/state-change.js'
import type { Drift } from '../support/mapping.js'
import type { SyncteraSource } from './datasource.js'
import type { Invalidations } from './invalidations.js'

/** What Synctera's queries and commands work with, for as long as the process runs. */
export interface SyncteraInstance extends ProviderInstance {
  readonly source: SyncteraSource
  readonly invalidations: Invalidations
  /** Records the states of the verifications of persons. */
  readonly record: RecordChange
  readonly drift: Drift
  /** How long a document verification session is kept for repeats. */
  readonly documentSessionMs: number
}

export const { query, command } = operationsOf<SyncteraInstance>()
