import { type AccountAttributesJob, JobStatus } from '../../schema/account-attributes.js'
import { each } from '../batch.js'
import { reading } from '../door.js'
import { orNull } from '../errors.js'
import type { Drift } from '../mapping.js'
import type { SeiSource } from './datasource.js'
import type { Jobs } from './jobs.js'
import { toProgress } from './mapping.js'

/** SEI's questions. */
export function seiLoaders(source: SeiSource, jobs: Jobs, tenant: string, drift: Drift) {
  const byKey = each(async (key: string): Promise<AccountAttributesJob | null> => {
    const job = await jobs.find(tenant, key)
    if (job?.status !== JobStatus.PENDING) return job
    // A job that SEI does not show may only not be visible yet.
    const answer = await orNull(source.getJobStatus(key).then((body) => ({ body })))
    if (answer === null) return job
    const now = { ...job, ...toProgress(answer.body, drift) }
    // Without the store it is asked of SEI once more, that is all.
    if (now.status !== JobStatus.PENDING) await jobs.end(now).catch(() => undefined)
    return now
  })

  return {
    jobByKey: reading<string, AccountAttributesJob | null>({
      scope: 'attributes:write',
      type: 'AccountAttributesJob',
      load: byKey.load,
    }),
  }
}
