import { type AccountVerificationJob, AccountVerificationJobState } from '../../schema/account-verification-job.js'
import { type VerificationResult, VerificationState } from '../../schema/verification.js'
import type { StateChange } from '../contract/state-change.js'

/** The state of a verification that its bank did not answer within the time that it promised: the graph answers null. */
const EXPIRED = 'EXPIRED'

/** What else is known of the verification: the tenant of its caller, and the account, by which Banfico knows a person. */
type About = Pick<StateChange, 'owner' | 'subjects' | 'isObserved'>

/** The state of a verification; null stands for one that its bank did not answer. It may still be answered later. */
export const verificationChange = (id: string, result: VerificationResult | null, about: About): StateChange => ({
  type: 'verificationResult',
  id,
  state: result?.state ?? EXPIRED,
  isFinal: result?.state === VerificationState.COMPLETED,
  ...about,
})

/** The state of a job. */
export const jobChange = ({ id, state }: Pick<AccountVerificationJob, 'id' | 'state'>, about: About): StateChange => ({
  type: 'accountVerifications',
  id,
  state,
  isFinal: state === AccountVerificationJobState.COMPLETED,
  ...about,
})
