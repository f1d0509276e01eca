import { randomUUID } from 'node:crypto'

const MIN_WAIT_SECONDS = 1
/** Waits grow with the age of the job, up to this. */
const MAX_WAIT_SECONDS = 60
/** A wrong `Retry-After` must not stop the polling of a record. */
const MAX_HINT_SECONDS = 3600
/** Longer than a call takes; the lease of a process that died while it polled expires after this. */
const LEASE_MS = 30_000

/**
 * Poll schedule: when a provider may be polled next, and which caller of all replicas polls it. Times are the
 * store's, in ms since 1970. The member names are those of stored records.
 */
export interface PollSchedule {
  readonly begunAt: number
  readonly nextAt: number
  /** The lease of the caller that polls now. */
  readonly turn?: { readonly by: string; readonly until: number } | undefined
}

const clamp = (min: number, value: number, max: number) => Math.min(Math.max(min, value), max)

/** The provider's hint; without one, half of the time since the beginning. */
const waitMs = (begunAt: number, at: number, hintSeconds: number | undefined): number =>
  hintSeconds === undefined
    ? Math.round(clamp(MIN_WAIT_SECONDS * 1000, (at - begunAt) / 2, MAX_WAIT_SECONDS * 1000))
    : clamp(MIN_WAIT_SECONDS, hintSeconds, MAX_HINT_SECONDS) * 1000

/** The schedule after the job began, or after a poll, at this time. */
export const pollSchedule = (at: number, hintSeconds?: number, begunAt = at): PollSchedule => ({
  begunAt,
  nextAt: at + waitMs(begunAt, at, hintSeconds),
})

const isLeased = ({ turn }: PollSchedule, now: number): boolean => turn !== undefined && now < turn.until

/** True when a poll is due and no caller polls now. */
export const isDue = (schedule: PollSchedule, now: number): boolean =>
  now >= schedule.nextAt && !isLeased(schedule, now)

/** The time from which a caller should ask again: soon, while another caller polls. */
export const nextPollAt = (schedule: PollSchedule, now: number): string =>
  new Date(
    isLeased(schedule, now) ? Math.max(schedule.nextAt, now + MIN_WAIT_SECONDS * 1000) : schedule.nextAt,
  ).toISOString()

/** A unique lease id. */
export const newPollLease = (): string => randomUUID()

/** The schedule with the lease taken. */
export const leasePoll = (schedule: PollSchedule, by: string, now: number): PollSchedule => ({
  ...schedule,
  turn: { by, until: now + LEASE_MS },
})

/** The schedule after a poll succeeded or failed; undefined when another caller has taken the lease meanwhile. */
export const completePoll = (
  schedule: PollSchedule,
  by: string,
  at: number,
  hintSeconds?: number,
): PollSchedule | undefined => (schedule.turn?.by === by ? pollSchedule(at, hintSeconds, schedule.begunAt) : undefined)
