import {
  type AccountAttributesJob,
  AccountAttributesJobStatus,
  type SetAccountAttributesInput,
} from '../../schema/account-attributes.js'
import { KycProvider as Label } from '../../schema/shared.js'
import { ApiError } from '../contract/errors.js'
import { jobChange } from './changes.js'
import { command, jobStore } from './instance.js'
import { attributesBody, toTrackingId } from './mapping.js'

/** The error of a write whose key is that of another job: SEI has accepted it, and nothing tells what becomes of it. */
const unfollowable = (trackingId: string | null) =>
  new ApiError('OUTCOME_UNKNOWN', { provider: Label.SEI, providerRequestId: trackingId ?? undefined })

/**
 * SEI's command. SEI has no idempotency keys and executes the jobs of one account in no stated order. The writes to one
 * account that one open room sends are sent one after the other, each when SEI has accepted the one before it: that is
 * the order in which SEI gets them, and no more. Two replicas, or a room and the one in its place after new settings, send
 * side by side, and an accepted job may still run when the next one begins.
 */
export const seiCommands = {
  setAccountAttributes: command<SetAccountAttributesInput, { job: AccountAttributesJob }>({
    scope: 'attributes:write',
    type: 'SetAccountAttributesPayload',
    repeatable: false,
    run: (instance, operation, input) =>
      instance.accountMutex(input.externalId, async () => {
        if (operation.signal.aborted)
          throw new ApiError('DEADLINE_EXCEEDED', {
            message: 'The operation ended before it was the turn of this write; nothing was sent.',
          })
        const jobs = jobStore(instance, operation)
        // Only the store records the tenant of a job, so no job is started while the store is unavailable.
        await jobs.assertAvailable()
        const { key, requestTrackingId } = await instance.source.setAccountAttributes(operation, attributesBody(input))
        const trackingId = toTrackingId(requestTrackingId)
        const job = await jobs.add(operation.caller.tenant, {
          key,
          externalId: input.externalId,
          status: AccountAttributesJobStatus.PENDING,
          providerStatus: null,
          requestTrackingId: trackingId,
          submittedAt: new Date().toISOString(),
          nextPollAt: null,
          errors: [],
        })
        if (job === null) {
          instance.drift('jobStatusQueryKey')
          throw unfollowable(trackingId)
        }
        instance.record(jobChange(job, operation.caller.tenant))
        return { job }
      }),
  }),
}
