import type { RetryPolicy } from './call.js'
import type { ApiError } from '../contract/errors.js'

/** The first attempt and two retries; a fourth attempt hardly ever succeeds. */
const MAX_CALL_ATTEMPTS = 3

const MIN_DELAY_MS = 50
const MAX_DELAY_MS = 1_000
/** With a longer `Retry-After` there is no retry: the caller is told the wait. */
const MAX_RETRY_AFTER_MS = 2_000

/** An attempt that failed. */
export interface FailedAttempt {
  readonly error: ApiError
  /** True when a later attempt may succeed. */
  readonly transient: boolean
  /** True when the call certainly had no effect. */
  readonly notExecuted: boolean
  /** True when the call may have had its effect. */
  readonly ambiguous: boolean
  /** The reason for the log, without any value. */
  readonly detail?: string | undefined
}

/** A failed attempt: final and without effect, unless the details say otherwise. */
export const failedAttempt = (error: ApiError, details: Partial<FailedAttempt> = {}): FailedAttempt => ({
  error,
  transient: false,
  notExecuted: false,
  ambiguous: false,
  ...details,
})

/** The delay in ms before the next attempt, after `attempts` attempts; undefined when there is no retry. */
export function retryDelayMs(
  { error, transient, notExecuted }: FailedAttempt,
  policy: RetryPolicy,
  attempts: number,
): number | undefined {
  if (!transient || attempts >= MAX_CALL_ATTEMPTS || policy === 'never' || (policy === 'unsent' && !notExecuted))
    return undefined
  // Full jitter: calls that failed together are not repeated together.
  const backoff = Math.random() * Math.min(MAX_DELAY_MS, MIN_DELAY_MS * 2 ** attempts)
  const retryAfterSeconds = error.extensions['retryAfterSeconds'] as number | undefined
  if (retryAfterSeconds === undefined) return backoff
  return retryAfterSeconds * 1000 > MAX_RETRY_AFTER_MS ? undefined : retryAfterSeconds * 1000 + backoff
}

const DEPOSIT_PER_CALL = 0.2
/** Keeps retries possible where calls are rare. */
const REFILL_PER_SECOND = 10
const MAX_BALANCE = 100

/**
 * Retry budget: a token bucket that limits the retries to one provider, as gRPC and Finagle have it. A provider that
 * fails gets a fifth more calls, not three times as many. `now` is in ms.
 */
export class RetryBudget {
  readonly #now: () => number
  #balance = MAX_BALANCE
  #refilledAt: number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#refilledAt = now()
  }

  /** Called for each first attempt. */
  deposit(): void {
    this.#balance = Math.min(MAX_BALANCE, this.#balance + DEPOSIT_PER_CALL)
  }

  /** True when the budget allows one retry, which it then pays for. */
  withdraw(): boolean {
    const now = this.#now()
    this.#balance = Math.min(MAX_BALANCE, this.#balance + ((now - this.#refilledAt) / 1000) * REFILL_PER_SECOND)
    this.#refilledAt = now
    if (this.#balance < 1) return false
    this.#balance -= 1
    return true
  }
}

/** Waits; false when the signal aborts first. */
export function sleep(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false)
  return new Promise((resolve) => {
    const settle = (isComplete: boolean) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      resolve(isComplete)
    }
    const abort = () => settle(false)
    const timer = setTimeout(settle, ms, true)
    signal.addEventListener('abort', abort, { once: true })
  })
}
