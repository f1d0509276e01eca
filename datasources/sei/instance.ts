import type { OperationScope } from '../contract/operation-scope.js'
import { operationsOf } from '../contract/operations.js'
import type { ProviderInstance } from '../contract/provider.js'
import type { RecordChange } from '../contract/state-change.js'
import type { KeyedMutex } from '../support/keyed-mutex.js'
import type { Drift } from '../support/mapping.js'
import type { SeiSource } from './datasource.js'
import { JobStore } from './job-store.js'

/** What SEI's queries and commands work with, for as long as the process runs. */
export interface SeiInstance extends ProviderInstance {
  readonly source: SeiSource
  /** Sends the writes to one account one after the other, within this instance and until SEI has accepted each. */
  readonly accountMutex: KeyedMutex
  /** Records the states of jobs. */
  readonly record: RecordChange
  readonly drift: Drift
  /** How long jobs are kept after their last change. */
  readonly retentionSeconds: number
}

export const { query, command } = operationsOf<SeiInstance>()

/** The jobs, as one operation uses them. */
export const jobStore = ({ retentionSeconds }: SeiInstance, { store }: OperationScope): JobStore =>
  new JobStore(store, retentionSeconds)
