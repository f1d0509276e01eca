import { operationsOf } from '../contract/operations.js'
import type { ProviderInstance } from '../contract/provider.js'
import type { Drift } from '../support/mapping.js'
import type { ApitureSource } from './datasource.js'

/** What Apiture's queries and commands work with, for as long as the process runs. */
export interface ApitureInstance extends ProviderInstance {
  readonly source: ApitureSource
  readonly drift: Drift
}

export const { query, command } = operationsOf<ApitureInstance>()
