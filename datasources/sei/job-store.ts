import { type AccountAttributesJob, AccountAttributesJobStatus } from '../../schema/account-attributes.js'
import type { Progress } from './mapping.js'
import type { OperationScope } from '../contract/operation-scope.js'
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

/** A job ends as `UNKNOWN` when SEI has not found it, or answered nothing that this server understands, for this long. */
const MAX_UNKNOWN_MS = 24 * 3600_000

/** A stored job with the tenant that may read it: SEI does not know tenants. */
interface StoredJob {
  readonly tenant: string
  readonly job: AccountAttributesJob
  /** The poll schedule and its lease. */
  readonly pace: PollSchedule
  /** Since when SEI does not find the job, or answers what this server does not understand, in ms since 1970. */
  readonly unknownSince?: number | undefined
}

/** What a poll told: `absent` where SEI does not know the job, null where SEI did not answer. */
export type Polled = Progress | 'absent' | null

const storeKey = (key: string): StoreKey => ['attributes-job', key]

/** True for the record of the same write, which the store may have taken though its reply was lost. */
const isSameJob = (one: StoredJob, other: StoredJob): boolean =>
  one.tenant === other.tenant && JSON.stringify(one.job) === JSON.stringify(other.job)

/** The job as this server knows it. */
const currentState = ({ job, pace }: StoredJob, now: number): AccountAttributesJob =>
  job.status === AccountAttributesJobStatus.PENDING ? { ...job, nextPollAt: nextPollAt(pace, now) } : job

/** The stored job after a poll. One that SEI does not find, yet or any more, keeps what SEI said of it before. */
function progressed(stored: StoredJob, polled: Polled, now: number): StoredJob {
  if (polled === null) return stored
  const { status, providerStatus, errors } = polled === 'absent' ? { ...stored.job, status: null } : polled
  const unknownSince = status === null ? (stored.unknownSince ?? now) : undefined
  const isOver = unknownSince !== undefined && now - unknownSince >= MAX_UNKNOWN_MS
  const job = {
    ...stored.job,
    status: status ?? (isOver ? AccountAttributesJobStatus.UNKNOWN : AccountAttributesJobStatus.PENDING),
    providerStatus,
    errors,
  }
  return { ...stored, job: { ...job, nextPollAt: null }, unknownSince }
}

/** The jobs in the store. A job that has ended does not change any more. */
export class JobStore {
  readonly #store: Store
  readonly #retentionSeconds: number

  constructor(store: Store, retentionSeconds: number) {
    this.#store = store
    this.#retentionSeconds = retentionSeconds
  }

  /** Rejects with `STORE_UNAVAILABLE` when the store cannot be reached. */
  async assertAvailable(): Promise<void> {
    await this.#store.get(storeKey(''))
  }

  /**
   * Stores a new job and returns it with the time of its first poll. Null where SEI has given the key to another job
   * before: that one keeps it.
   */
  async add(tenant: string, job: AccountAttributesJob): Promise<AccountAttributesJob | null> {
    const now = this.#store.now()
    const stored: StoredJob = { tenant, job, pace: pollSchedule(now) }
    // SEI has accepted the job; a store that fails now only means that the job cannot be read later.
    const subjects = job.externalId === null ? [] : [job.externalId]
    const { value, changed } = await this.#store
      .update<StoredJob>(
        storeKey(job.key),
        this.#retentionSeconds,
        (current) => (current === null ? stored : undefined),
        { subjects, tenant },
      )
      .catch(() => ({ value: stored, changed: true }))
    return changed || isSameJob(value!, stored) ? currentState(stored, now) : null
  }

  /** Null for a job that does not exist or belongs to another tenant; `due` when SEI may be polled. */
  async find(
    operation: Pick<OperationScope, 'caller' | 'foreign'>,
    key: string,
  ): Promise<{ job: AccountAttributesJob; due: boolean } | null> {
    const stored = await this.#store.get<StoredJob>(storeKey(key))
    const now = this.#store.now()
    if (stored === null) return null
    if (stored.tenant !== operation.caller.tenant) {
      operation.foreign('tenant')
      return null
    }
    return {
      job: currentState(stored, now),
      due: stored.job.status === AccountAttributesJobStatus.PENDING && isDue(stored.pace, now),
    }
  }

  /**
   * Leases the poll for one operation of all replicas. Without a lease another operation is polling or has just
   * polled, or the job has ended.
   */
  async leasePoll(key: string): Promise<{ job: AccountAttributesJob | null; lease: string | undefined }> {
    const lease = newPollLease()
    const { value, changed } = await this.#updatePending(key, (current, now) =>
      isDue(current.pace, now) ? { ...current, pace: leasePoll(current.pace, lease, now) } : undefined,
    )
    return { job: value && currentState(value, this.#store.now()), lease: changed ? lease : undefined }
  }

  /**
   * Releases the lease after a poll and returns the job's state. The end of a job is stored even if the lease has
   * expired.
   */
  async completePoll(
    job: AccountAttributesJob,
    lease: string,
    polled: Polled,
    hintSeconds: number | undefined,
  ): Promise<AccountAttributesJob> {
    // Without the store SEI is polled once more; nothing else is lost.
    const updated = await this.#updatePending(job.key, (current, now) => {
      const next = progressed(current, polled, now)
      if (next.job.status !== AccountAttributesJobStatus.PENDING) return next
      const pace = completePoll(current.pace, lease, now, hintSeconds)
      return pace && { ...next, pace }
    }).catch(() => undefined)
    const now = this.#store.now()
    if (updated?.value) return currentState(updated.value, now)
    const pace = pollSchedule(now, hintSeconds)
    return currentState(progressed({ tenant: '', job, pace }, polled, now), now)
  }

  #updatePending(key: string, change: (current: StoredJob, now: number) => StoredJob | undefined) {
    return this.#store.update<StoredJob>(storeKey(key), this.#retentionSeconds, (current, now) =>
      current?.job.status === AccountAttributesJobStatus.PENDING ? change(current, now) : undefined,
    )
  }
}
