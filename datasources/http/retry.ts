import type { Leaving, RetryPolicy } from './call.js'
import type { ApiError } from '../contract/errors.js'

/** The first try and two more: what three tries cannot do, a fourth hardly can. */
export const MAX_ATTEMPTS = 3

const SHORTEST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1_000
/** A provider that asks for a longer pause is not waited for: the caller is told how long it would be. */
const LONGEST_STATED_PAUSE_MS = 2_000

/** How a try ended that did not succeed. */
export interface FailedAttempt {
  readonly error: ApiError
  /** True when a later try may succeed. */
  readonly transient: boolean
  /** True when the provider certainly did nothing. */
  readonly notExecuted: boolean
  /** True when the provider may have done it. */
  readonly ambiguous: boolean
  /** For the log: why, without any value. */
  readonly detail?: string | undefined
}

/** How long to wait before the next try, in ms; undefined when there is to be none. `tries` have been made. */
export function retryDelayMs(
  { error: failure, transient, notExecuted }: FailedAttempt,
  repeat: RetryPolicy,
  tries: number,
): number | undefined {
  if (!transient || tries >= MAX_ATTEMPTS || repeat === 'never' || (repeat === 'unsent' && !notExecuted))
    return undefined
  // Full jitter: those who failed together do not come back together.
  const own = Math.random() * Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** tries)
  const stated = failure.extensions['retryAfterSeconds'] as number | undefined
  if (stated === undefined) return own
  return stated * 1000 > LONGEST_STATED_PAUSE_MS ? undefined : stated * 1000 + own
}

/** Tries beyond the first that a provider is burdened with: a sick one gets a fifth more of calls, not three times as many. */
export interface RetryBudget {
  /** Told of each first try. */
  readonly deposit: () => void
  /** True when there is enough for one more. */
  readonly withdraw: () => boolean
}

const PER_CALL = 0.2
/** A floor for those who call rarely. */
const PER_SECOND = 10
const MOST_SAVED = 100

/** A token bucket, as gRPC and Finagle have it. `now` is in ms. */
export function createRetryBudget(now: () => number = () => performance.now()): RetryBudget {
  let saved = MOST_SAVED
  let at = now()
  return {
    deposit: () => void (saved = Math.min(MOST_SAVED, saved + PER_CALL)),
    withdraw() {
      const time = now()
      saved = Math.min(MOST_SAVED, saved + ((time - at) / 1000) * PER_SECOND)
      at = time
      if (saved < 1) return false
      saved -= 1
      return true
    },
  }
}

/** Waits, unless the signal ends it first: then false. */
export function sleep(ms: number, signal: Leaving): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false)
  return new Promise((resolve) => {
    const end = (whole: boolean) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', leave)
      resolve(whole)
    }
    const leave = () => end(false)
    const timer = setTimeout(end, ms, true)
    signal.addEventListener('abort', leave, { once: true })
  })
}
