import type { OperationScope } from '../contract/operation-scope.js'
import { operationsOf } from '../contract/operations.js'
import type { ProviderInstance } from '../contract/provider.js'
import type { Drift } from '../support/mapping.js'
import type { ChallengeSource } from './challenge-source.js'
import { ChallengeStore } from './challenge-store.js'
import type { ApitureSource } from './datasource.js'
import { SnapshotStore } from './snapshot-store.js'

/** What Apiture's queries and commands work with, for as long as the process runs. */
export interface ApitureInstance extends ProviderInstance {
  readonly source: ApitureSource
  readonly challenges: ChallengeSource
  readonly drift: Drift
  /** How long confirmed entitlements are kept after their last change. */
  readonly retentionSeconds: number
}

export const { query, command } = operationsOf<ApitureInstance>()

/** The snapshots, as one operation uses them. */
export const snapshotStore = (
  { retentionSeconds }: ApitureInstance,
  { store, caller }: OperationScope,
): SnapshotStore => new SnapshotStore(store, caller, retentionSeconds)

/** The challenges of the caller of one operation. */
export const challengeStore = ({ store, caller }: OperationScope): ChallengeStore => new ChallengeStore(store, caller)
