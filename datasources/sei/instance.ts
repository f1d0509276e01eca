import { operationsOf } from '../contract/operations.js'
import type { ProviderInstance } from '../contract/provider.js'
import type { KeyedMutex } from '../support/keyed-mutex.js'
import type { Drift } from '../support/mapping.js'
import type { SeiSource } from './datasource.js'

/** What SEI's queries and commands work with, for as long as the process runs. */
export interface SeiInstance extends ProviderInstance {
  readonly source: SeiSource
  /** Serialises the writes to one account. */
  readonly accountMutex: KeyedMutex
  readonly drift: Drift
}

export const { query, command } = operationsOf<SeiInstance>()
