const MINUTE = 60
const HOUR = 60 * MINUTE
/** The longest time between two attempts, in seconds. */
const MAX_DELAY_SECONDS = 8 * HOUR

/** Seconds between one attempt and the next: exponential up to eight hours, 72 hours in all. */
export const RETRY_SECONDS: readonly number[] = [
  5,
  30,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  ...Array.from({ length: 8 }, () => MAX_DELAY_SECONDS),
]

/** The share of a delay that is random, to either side: receivers that failed together are not asked together again. */
const JITTER = 0.1

/** How often a delivery is attempted, and when. */
export interface RetrySchedule {
  readonly maxAttempts: number
  /** The delay in ms after the failed attempt with this number, from 1; `waitMs` is what the receiver asked for. */
  readonly delayMs: (attempt: number, waitMs?: number) => number
}

/** A schedule of these delays; a receiver may ask for more, up to the longest of them. */
export const retrySchedule = (seconds = RETRY_SECONDS, random: () => number = Math.random): RetrySchedule => ({
  maxAttempts: seconds.length + 1,
  delayMs(attempt, waitMs = 0) {
    const planned = (seconds[Math.min(attempt, seconds.length) - 1] ?? 0) * 1000
    const asked = Math.min(waitMs, MAX_DELAY_SECONDS * 1000)
    // Never sooner than the receiver asked for.
    return Math.round(Math.max(planned * (1 - JITTER + 2 * JITTER * random()), asked))
  },
})
