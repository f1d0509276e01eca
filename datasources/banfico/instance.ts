import type { VerificationResult } from '../../schema/verification.js'
import type { OperationScope } from '../contract/operation-scope.js'
import { operationsOf } from '../contract/operations.js'
import type { ProviderInstance } from '../contract/provider.js'
import type { RecordChange } from '../contract/state-change.js'
import type { Drift } from '../support/mapping.js'
import type { BanficoSource } from './datasource.js'
import type { SingleFlight } from '../http/single-flight.js'
import type { JobRunner } from './job-runner.js'
import { JobStore } from './job-store.js'
import type { ResultCache } from './result-cache.js'
import { VerificationStore } from './verification-store.js'

/** What Banfico's queries and commands work with, for as long as the process runs. */
export interface BanficoInstance extends ProviderInstance {
  readonly source: BanficoSource
  /** The maximum age of a result that answers a repeated question, and the time for which results are stored. */
  readonly maxAgeSeconds: number
  /** How long it is known which tenant a verification belongs to. */
  readonly retentionSeconds: number
  /** In-process cache of completed results. */
  readonly resultCache: ResultCache
  /** Single-flight of verifications, by question. */
  readonly checks: SingleFlight<VerificationResult>
  /** Single-flight of polls, by verification id. */
  readonly polls: SingleFlight<VerificationResult | null>
  /** Runs the jobs of `verifyAccounts`. */
  readonly jobs: JobRunner
  /** Records the states of verifications and jobs. */
  readonly record: RecordChange
  readonly drift: Drift
}

export const { query, command } = operationsOf<BanficoInstance>()

/** The stored verifications, as one operation uses them. */
export const verificationStore = (
  { maxAgeSeconds, retentionSeconds }: BanficoInstance,
  { store }: OperationScope,
): VerificationStore => new VerificationStore(store, maxAgeSeconds, retentionSeconds)

/** The stored jobs, as one operation uses them. */
export const jobStore = ({ retentionSeconds }: BanficoInstance, { store }: OperationScope): JobStore =>
  new JobStore(store, retentionSeconds)
