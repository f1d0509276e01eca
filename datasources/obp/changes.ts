import type { Attempt } from '../contract/operations.js'
import type { CustomerRef } from './customer-ref.js'
import type { ObpInstance } from './instance.js'

/** The state of an overview that is to be read again: a write knows a part of the evidence only, and not the decision. */
const CHANGED = 'CHANGED'

/** Records that a write changed the evidence of a customer's overview: a check, a document, a status or a link. */
export const recordEvidence = (
  { record }: ObpInstance,
  { id }: CustomerRef,
  { id: revision }: Pick<Attempt, 'id'>,
): void => record({ type: 'kycOverview', id, state: CHANGED, isFinal: false, revision, subjects: [id] })
