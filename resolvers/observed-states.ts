import type { WatchedType } from '../datasources/contract/state-change.js'
import { type AccountAttributesJob, AccountAttributesJobStatus } from '../schema/account-attributes.js'
import { type AccountVerificationJob, AccountVerificationJobState } from '../schema/account-verification-job.js'
import type { KycOverview } from '../schema/kyc-overview.js'
import { type PersonVerification } from '../schema/person-verification.js'
import { VerificationStatus } from '../schema/verification-status.js'
import { type VerificationResult, VerificationState } from '../schema/verification.js'
import type { Observed } from './context.js'

/** The values of the subscription fields. */
export interface ObservedValues {
  readonly verificationResult: VerificationResult
  readonly accountAttributesJob: AccountAttributesJob
  readonly accountVerifications: AccountVerificationJob
  readonly personVerification: PersonVerification
  readonly kycOverview: KycOverview
}

/** Outcomes of all checks of a person together that Synctera does not change by itself. */
const FINAL_OUTCOMES: ReadonlySet<VerificationStatus | null> = new Set([
  VerificationStatus.ACCEPTED,
  VerificationStatus.REJECTED,
])

/** The state of each kind of object, as it is read from a value. */
export const observedStates: { readonly [Type in WatchedType]: (value: ObservedValues[Type]) => Observed } = {
  verificationResult: ({ state, nextPollAt }) => ({
    state,
    isFinal: state !== VerificationState.PENDING,
    nextPollAt,
  }),
  accountAttributesJob: ({ status, nextPollAt }) => ({
    state: status,
    isFinal: status !== AccountAttributesJobStatus.PENDING,
    nextPollAt,
  }),
  accountVerifications: ({ state, counts: { queued, pending, failed }, nextPollAt }) => ({
    state,
    progress: `${queued} ${pending} ${failed}`,
    isFinal: state === AccountVerificationJobState.COMPLETED,
    nextPollAt,
  }),
  personVerification: ({ status, statusRaw }) => ({
    state: status ?? String(statusRaw),
    isFinal: FINAL_OUTCOMES.has(status),
    nextPollAt: null,
  }),
  // No decision is final: an alert of a watch list or a document that expires changes each of them.
  kycOverview: ({ status }) => ({ state: status, isFinal: false, nextPollAt: null }),
}
