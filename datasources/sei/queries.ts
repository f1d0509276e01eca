import type { AccountAttributesJob } from '../../schema/account-attributes.js'
import { nullIfNotFound, retryAfterOf } from '../contract/errors.js'
import type { OperationScope } from '../contract/operation-scope.js'
import { keyLoader } from '../support/loader.js'
import { jobChange } from './changes.js'
import { jobStore, query, type SeiInstance } from './instance.js'
import { toProgress } from './mapping.js'

/** Polls SEI for a job, under the lease that this operation holds. */
async function poll(
  instance: SeiInstance,
  operation: OperationScope,
  job: AccountAttributesJob,
  lease: string,
): Promise<AccountAttributesJob> {
  const { source, drift } = instance
  const store = jobStore(instance, operation)
  // SEI may answer 404 for a job that is not visible yet, so the job stays pending for a day.
  const answer = await nullIfNotFound(source.getJobStatus(operation, job.key)).catch(async (error: unknown) => {
    await store.completePoll(job, lease, null, retryAfterOf(error))
    throw error
  })
  const polled = answer === null ? 'absent' : toProgress(answer.body, drift)
  const current = await store.completePoll(job, lease, polled, answer?.hintSeconds)
  instance.record(jobChange(current, operation.caller.tenant))
  return current
}

const jobs = keyLoader<SeiInstance, string, AccountAttributesJob | null>(async (instance, operation, key) => {
  const store = jobStore(instance, operation)
  const found = await store.find(operation, key)
  if (found === null) return null
  if (!found.due) {
    // A process that ended after it had stored the end of a job may not have recorded it.
    instance.record(jobChange(found.job, operation.caller.tenant, true))
    return found.job
  }
  const { job, lease } = await store.leasePoll(key)
  return job && lease !== undefined ? poll(instance, operation, job, lease) : job
})

/** SEI's queries. */
export const seiQueries = {
  jobByKey: query<string, AccountAttributesJob | null>({
    scope: 'attributes:write',
    type: 'AccountAttributesJob',
    load: (instance, operation, key) => operation.loader(instance, jobs).load(key),
  }),
}
