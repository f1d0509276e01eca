import { type AccountAttributesJob, AccountAttributesJobStatus } from '../../schema/account-attributes.js'
import type { Store, StoreKey } from '../contract/store.js'
import {
  completePoll,
  isDue,
  leasePoll,
  newPollLease,
  nextPollAt,
  type PollSchedule,
  pollSchedule,
} from '../support/poll-schedule.js'

const TTL_SECONDS = 30 * 24 * 3600

/** A stored job with the tenant that may read it: SEI does not know tenants. */
interface StoredJob {
  readonly tenant: string
  readonly job: AccountAttributesJob
  /** The poll schedule and its lease. */
  readonly pace: PollSchedule
}

const storeKey = (key: string): StoreKey => ['attributes-job', key]

/** The job as this server knows it. */
const currentState = ({ job, pace }: StoredJob): AccountAttributesJob =>
  job.status === AccountAttributesJobStatus.PENDING ? { ...job, nextPollAt: nextPollAt(pace) } : job

/** The jobs in the store. A job that has ended does not change any more. */
export class JobStore {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** Rejects with `STORE_UNAVAILABLE` when the store cannot be reached. */
  async assertAvailable(): Promise<void> {
    await this.#store.get(storeKey(''))
  }

  /** Stores a new job and returns it with the time of its first poll. */
  async add(tenant: string, job: AccountAttributesJob): Promise<AccountAttributesJob> {
    const stored: StoredJob = { tenant, job, pace: pollSchedule(Date.now()) }
    // SEI has accepted the job; a store that fails now only means that the job cannot be read later.
    await this.#store.set(storeKey(job.key), stored, TTL_SECONDS).catch(() => undefined)
    return currentState(stored)
  }

  /** Null for a job that does not exist or belongs to another tenant; `due` when SEI may be polled. */
  async find(tenant: string, key: string): Promise<{ job: AccountAttributesJob; due: boolean } | null> {
    const stored = await this.#store.get<StoredJob>(storeKey(key))
    return stored?.tenant === tenant
      ? {
          job: currentState(stored),
          due: stored.job.status === AccountAttributesJobStatus.PENDING && isDue(stored.pace),
        }
      : null
  }

  /**
   * Leases the poll for one operation of all replicas. Without a lease another operation is polling or has just
   * polled, or the job has ended.
   */
  async leasePoll(key: string): Promise<{ job: AccountAttributesJob | null; lease: string | undefined }> {
    const lease = newPollLease()
    const { value, changed } = await this.#updatePending(key, (current) =>
      isDue(current.pace) ? { ...current, pace: leasePoll(current.pace, lease) } : undefined,
    )
    return { job: value && currentState(value), lease: changed ? lease : undefined }
  }

  /** Releases the lease with the polled job and returns its state. The end of a job is stored even if the lease has expired. */
  async completePoll(
    job: AccountAttributesJob,
    lease: string,
    hintSeconds: number | undefined,
  ): Promise<AccountAttributesJob> {
    const ended = job.status !== AccountAttributesJobStatus.PENDING
    const now = Date.now()
    // Without the store SEI is polled once more; nothing else is lost.
    const updated = await this.#updatePending(job.key, (current) => {
      const next = completePoll(current.pace, lease, now, hintSeconds)
      if (ended) return { ...current, job: { ...job, nextPollAt: null } }
      const { providerStatus } = job
      return next && { ...current, job: { ...current.job, providerStatus }, pace: next }
    }).catch(() => undefined)
    if (ended) return { ...job, nextPollAt: null }
    return updated?.value
      ? currentState(updated.value)
      : { ...job, nextPollAt: nextPollAt(pollSchedule(now, hintSeconds)) }
  }

  #updatePending(key: string, change: (current: StoredJob) => StoredJob | undefined) {
    return this.#store.update<StoredJob>(storeKey(key), TTL_SECONDS, (current) =>
      current?.job.status === AccountAttributesJobStatus.PENDING ? change(current) : undefined,
    )
  }
}
