import { type KycReview, KycReviewAction, type KycReviewReason } from '../../schema/kyc-review.js'
import {
  PersonVerificationOutcome,
  type PersonVerificationResult,
  PersonVerificationType,
  type VerificationDetail,
} from '../../schema/person-verification.js'
import { VerificationStatus } from '../../schema/verification-status.js'

// What a review desk does with a person, as pure functions. docs/review-desk.md holds it as a table.

const { ACCEPTED, PENDING, PROVISIONAL, REVIEW, UNVERIFIED, VENDOR_ERROR } = PersonVerificationOutcome
const { DOCUMENT_VERIFICATION, IDENTITY, WATCHLIST } = PersonVerificationType

const hasPassed = ({ result }: PersonVerificationResult): boolean => result === ACCEPTED || result === PROVISIONAL
const isFinding = ({ result }: VerificationDetail): boolean => result !== 'PASS' && result !== 'INFO'

/** The findings of the checks that did not pass; such a check without findings is a reason itself. */
function reasonsOf(results: readonly PersonVerificationResult[]): KycReviewReason[] {
  return results
    .filter((check) => !hasPassed(check))
    .flatMap(({ type, result, verifiedAt, details }) => {
      const findings = details.filter(isFinding)
      const check = { type, result, verifiedAt }
      if (findings.length === 0) return [{ ...check, category: null, label: null, description: null, vendorCode: null }]
      return findings.map(({ category, label, description, vendorCode }) => ({
        ...check,
        category,
        label,
        description,
        vendorCode,
      }))
    })
}

/** The next action for a person of this status with these current results. */
function actionOf(status: VerificationStatus, results: readonly PersonVerificationResult[]): KycReviewAction {
  const isAny = (outcome: PersonVerificationOutcome, kind?: PersonVerificationType) =>
    results.some(({ type, result }) => result === outcome && (kind === undefined || type === kind))
  if (isAny(PENDING)) return KycReviewAction.WAIT
  if (results.length === 0 && status === VerificationStatus.PENDING) return KycReviewAction.WAIT
  if (results.length === 0 || isAny(VENDOR_ERROR) || isAny(UNVERIFIED)) return KycReviewAction.RUN_CHECKS
  if (isAny(REVIEW, WATCHLIST)) return KycReviewAction.REVIEW_MATCHES
  const hasDocument = results.some(({ type }) => type === DOCUMENT_VERIFICATION)
  return isAny(REVIEW, IDENTITY) && !hasDocument ? KycReviewAction.REQUEST_DOCUMENT : KycReviewAction.DECIDE
}

/** The action as a sentence for people. */
const INSTRUCTIONS: Readonly<Record<KycReviewAction, string>> = {
  WAIT: 'A check is in progress. Look again when its outcome is there.',
  RUN_CHECKS: 'Run the checks: one is missing, or its vendor failed.',
  REQUEST_DOCUMENT: 'Ask the person for an identity document: the identity is in doubt, and no document was checked.',
  REVIEW_MATCHES:
    'Compare the possible matches of the watch lists with the person, and record the decision as a manual review at Synctera.',
  DECIDE: 'Decide on the findings, and record the decision as a manual review at Synctera.',
}

/** Why a person of this status is in review, and what is to be done. */
export function findingsOf(
  status: VerificationStatus,
  results: readonly PersonVerificationResult[],
): Pick<KycReview, 'action' | 'instruction' | 'reasons'> {
  const action = actionOf(status, results)
  return { action, instruction: INSTRUCTIONS[action], reasons: reasonsOf(results) }
}
