import { type AccountAttributesJob, JobStatus } from '../../schema/account-attributes.js'
import type { Store, StoreKey } from '../store.js'

const KEPT_SECONDS = 30 * 24 * 3600

/** A job, and the tenant that may ask for it: SEI knows neither. */
interface OwnedJob {
  readonly tenant: string
  readonly job: AccountAttributesJob
}

const nameOf = (key: string): StoreKey => ['attributes-job', key]

/** Jobs as this server remembers them; what has ended stays as it ended. */
export function jobs(store: Store) {
  return {
    /** Rejects with `STORE_UNAVAILABLE` while no job could be remembered. */
    async ready(): Promise<void> {
      await store.get(nameOf(''))
    },

    remember: (tenant: string, job: AccountAttributesJob): Promise<void> => store.set(nameOf(job.key), { tenant, job } satisfies OwnedJob, KEPT_SECONDS),

    /** Null for a job of somebody else, as for one that does not exist. */
    async find(tenant: string, key: string): Promise<AccountAttributesJob | null> {
      const owned = await store.get<OwnedJob>(nameOf(key))
      return owned?.tenant === tenant ? owned.job : null
    },

    async end(job: AccountAttributesJob): Promise<void> {
      await store.update<OwnedJob>(nameOf(job.key), KEPT_SECONDS, (current) => (current?.job.status === JobStatus.PENDING ? { ...current, job } : undefined))
    },
  }
}

export type Jobs = ReturnType<typeof jobs>
