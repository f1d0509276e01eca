import type { AccountAttributesJob } from '../../schema/account-attributes.js'
import { keyLoader } from '../support/loader.js'
import { query } from '../contract/operations.js'
import { retryAfterOf, nullIfNotFound } from '../contract/errors.js'
import type { Drift } from '../support/mapping.js'
import type { SeiSource } from './datasource.js'
import type { JobStore } from './job-store.js'
import { toProgress } from './mapping.js'

/** SEI's questions. */
export function seiLoaders(source: SeiSource, jobs: JobStore, tenant: string, drift: Drift) {
  async function ask(job: AccountAttributesJob, turn: string): Promise<AccountAttributesJob> {
    // A job that SEI does not show may only not be visible yet.
    const answer = await nullIfNotFound(source.getJobStatus(job.key)).catch(async (error: unknown) => {
      await jobs.advance(job, turn, retryAfterOf(error))
      throw error
    })
    return jobs.advance({ ...job, ...(answer && toProgress(answer.body, drift)) }, turn, answer?.hintSeconds)
  }

  const byKey = keyLoader(async (key: string): Promise<AccountAttributesJob | null> => {
    const found = await jobs.find(tenant, key)
    if (!found?.due) return found && found.job
    const { job, turn } = await jobs.take(key)
    return job && turn !== undefined ? ask(job, turn) : job
  })

  return {
    jobByKey: query<string, AccountAttributesJob | null>({
      scope: 'attributes:write',
      type: 'AccountAttributesJob',
      load: byKey.load,
    }),
  }
}
