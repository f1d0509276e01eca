import { type AccountAttributesJob, AccountAttributesJobStatus } from '../../schema/account-attributes.js'
import type { StateChange } from '../contract/state-change.js'

/** The state of a job of this tenant's callers; `isObserved` where it was only read. */
export const jobChange = (
  { key, externalId, status }: AccountAttributesJob,
  owner: string,
  isObserved = false,
): StateChange => ({
  type: 'accountAttributesJob',
  id: key,
  state: status,
  isFinal: status !== AccountAttributesJobStatus.PENDING,
  owner,
  subjects: externalId === null ? [] : [externalId],
  isObserved,
})
