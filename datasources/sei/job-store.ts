import { type AccountAttributesJob, JobStatus } from '../../schema/account-attributes.js'
import {
  completePoll,
  isDue,
  newPollLease,
  nextPollAt,
  pollSchedule,
  type PollSchedule,
  leasePoll,
} from '../support/poll-schedule.js'
import type { Store, StoreKey } from '../contract/store.js'

const KEPT_SECONDS = 30 * 24 * 3600

/** A job, and the tenant that may ask for it: SEI knows neither. */
interface OwnedJob {
  readonly tenant: string
  readonly job: AccountAttributesJob
  /** When SEI may be asked again, and who asks. */
  readonly pace: PollSchedule
}

const nameOf = (key: string): StoreKey => ['attributes-job', key]

/** The job as it is known here. */
const standing = ({ job, pace }: OwnedJob): AccountAttributesJob =>
  job.status === JobStatus.PENDING ? { ...job, nextPollAt: nextPollAt(pace) } : job

/** Jobs as this server remembers them; what has ended stays as it ended. */
export function createJobStore(store: Store) {
  const change = (key: string, next: (current: OwnedJob) => OwnedJob | undefined) =>
    store.update<OwnedJob>(nameOf(key), KEPT_SECONDS, (current) =>
      current?.job.status === JobStatus.PENDING ? next(current) : undefined,
    )

  return {
    /** Rejects with `STORE_UNAVAILABLE` while no job could be remembered. */
    async ready(): Promise<void> {
      await store.get(nameOf(''))
    },

    /** Remembers a job that begins, and answers it with its first time to ask. */
    async remember(tenant: string, job: AccountAttributesJob): Promise<AccountAttributesJob> {
      const owned: OwnedJob = { tenant, job, pace: pollSchedule(Date.now()) }
      // Accepted is accepted; should the store fail now, the job can only not be asked about.
      await store.set(nameOf(job.key), owned, KEPT_SECONDS).catch(() => undefined)
      return standing(owned)
    },

    /** Null for a job of somebody else, as for one that does not exist; `due` when SEI may be asked. */
    async find(tenant: string, key: string): Promise<{ job: AccountAttributesJob; due: boolean } | null> {
      const owned = await store.get<OwnedJob>(nameOf(key))
      return owned?.tenant === tenant
        ? { job: standing(owned), due: owned.job.status === JobStatus.PENDING && isDue(owned.pace) }
        : null
    },

    /** Takes the turn to ask SEI, for one caller of all replicas; without a turn somebody else asks, has just asked, or it has ended. */
    async take(key: string): Promise<{ job: AccountAttributesJob | null; turn: string | undefined }> {
      const turn = newPollLease()
      const { value, changed } = await change(key, (current) =>
        isDue(current.pace) ? { ...current, pace: leasePoll(current.pace, turn) } : undefined,
      )
      return { job: value && standing(value), turn: changed ? turn : undefined }
    },

    /** Gives the turn back with what SEI said, and answers the job as it stands now. What has ended counts whoever hears it. */
    async advance(
      job: AccountAttributesJob,
      turn: string,
      hintSeconds: number | undefined,
    ): Promise<AccountAttributesJob> {
      const ended = job.status !== JobStatus.PENDING
      const now = Date.now()
      // Without the store it is asked of SEI once more, that is all.
      const stored = await change(job.key, (current) => {
        const next = completePoll(current.pace, turn, now, hintSeconds)
        return ended ? { ...current, job: { ...job, nextPollAt: null } } : next && { ...current, pace: next }
      }).catch(() => undefined)
      if (ended) return { ...job, nextPollAt: null }
      return stored?.value ? standing(stored.value) : { ...job, nextPollAt: nextPollAt(pollSchedule(now, hintSeconds)) }
    },
  }
}

export type JobStore = ReturnType<typeof createJobStore>
