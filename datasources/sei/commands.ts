import {
  type AccountAttributesJob,
  JobStatus,
  type SetAccountAttributesInput,
} from '../../schema/account-attributes.js'
import { command } from '../contract/operations.js'
import { ApiError } from '../contract/errors.js'
import type { KeyedMutex } from '../support/keyed-mutex.js'
import type { OperationScope } from '../contract/operation-scope.js'
import type { SeiSource } from './datasource.js'
import type { JobStore } from './job-store.js'
import { attributesBody, toTrackingId } from './mapping.js'

/** SEI's write. It knows no idempotency keys and its jobs say nothing of their order, so writes to one account wait for each other. */
export function seiCommands(source: SeiSource, jobs: JobStore, queue: KeyedMutex, { caller, signal }: OperationScope) {
  return {
    setAccountAttributes: command<SetAccountAttributesInput, { job: AccountAttributesJob }>({
      scope: 'attributes:write',
      type: 'SetAccountAttributesPayload',
      repeatable: false,
      run: (input) =>
        queue(input.externalId, async () => {
          if (signal.aborted)
            throw new ApiError('DEADLINE_EXCEEDED', {
              message: 'The operation ended before it was the turn of this write; nothing was sent.',
            })
          // Whose job it is would be known nowhere else, so it is not begun while the store is away.
          await jobs.ready()
          const { key, requestTrackingId } = await source.setAccountAttributes(attributesBody(input))
          const job = await jobs.remember(caller.tenant, {
            key,
            externalId: input.externalId,
            status: JobStatus.PENDING,
            requestTrackingId: toTrackingId(requestTrackingId),
            submittedAt: new Date().toISOString(),
            nextPollAt: null,
            errors: [],
          })
          return { job }
        }),
    }),
  }
}
