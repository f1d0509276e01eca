import type { AccountAttributesJob } from '../../schema/account-attributes.js'
import { each } from '../support/loader.js'
import { reading } from '../contract/operations.js'
import { hintOf, orNull } from '../contract/errors.js'
import type { Drift } from '../support/mapping.js'
import type { SeiSource } from './datasource.js'
import type { Jobs } from './job-store.js'
import { toProgress } from './mapping.js'

/** SEI's questions. */
export function seiLoaders(source: SeiSource, jobs: Jobs, tenant: string, drift: Drift) {
  async function ask(job: AccountAttributesJob, turn: string): Promise<AccountAttributesJob> {
    // A job that SEI does not show may only not be visible yet.
    const answer = await orNull(source.getJobStatus(job.key)).catch(async (error: unknown) => {
      await jobs.advance(job, turn, hintOf(error))
      throw error
    })
    return jobs.advance({ ...job, ...(answer && toProgress(answer.body, drift)) }, turn, answer?.hintSeconds)
  }

  const byKey = each(async (key: string): Promise<AccountAttributesJob | null> => {
    const found = await jobs.find(tenant, key)
    if (!found?.due) return found && found.job
    const { job, turn } = await jobs.take(key)
    return job && turn !== undefined ? ask(job, turn) : job
  })

  return {
    jobByKey: reading<string, AccountAttributesJob | null>({
      scope: 'attributes:write',
      type: 'AccountAttributesJob',
      load: byKey.load,
    }),
  }
}
