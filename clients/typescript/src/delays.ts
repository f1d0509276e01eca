import type { GraphError } from './errors.js'

/** How often an operation is sent, and how long to wait in between where the server does not say. */
export interface RetryPolicy {
  /** Attempts for one call, the first included. @default 8 */
  readonly maxAttempts: number
  /** The first wait; each further one is twice as long. @default 250 */
  readonly minDelayMs: number
  /** The longest wait that is not the server's own word. @default 10000 */
  readonly maxDelayMs: number
}

export const DEFAULT_RETRY: RetryPolicy = { maxAttempts: 8, minDelayMs: 250, maxDelayMs: 10_000 }

/** Callers who were refused together must not return together. */
const JITTER = 0.25
const MAX_JITTER_MS = 1_000

/** The wait that the server asks for: the longest of its errors, else that of the header `Retry-After`. */
export function serverDelayMs(errors: readonly GraphError[], headers: Headers | undefined): number | undefined {
  const told = errors.flatMap(({ extensions }) => extensions?.retryAfterSeconds ?? [])
  if (told.length > 0) return Math.max(...told) * 1_000
  const header = headers?.get('retry-after')
  if (header == null) return undefined
  // A date is by the clock of who sent it, where it says so.
  const now = Date.parse(headers?.get('date') ?? '') || Date.now()
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

/** The wait before the next attempt: never shorter than the server asks for. */
export function delayMs(policy: RetryPolicy, attempts: number, toldMs: number | undefined): number {
  if (toldMs !== undefined) return toldMs + Math.random() * Math.min(MAX_JITTER_MS, toldMs * JITTER)
  const longest = Math.min(policy.maxDelayMs, policy.minDelayMs * 2 ** (attempts - 1))
  return longest * (0.5 + Math.random() / 2)
}

/** Runs with a signal that aborts as this one does, and with a `TimeoutError` when the time is over. */
export async function limited<T>(
  signal: AbortSignal,
  ms: number,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = AbortSignal.timeout(Math.min(MAX_TIMER_MS, Math.max(0, Math.ceil(ms))))
  const both = AbortSignal.any([signal, timeout])
  // Node 20 lets the garbage collector take the signals that `any` joins, and what it makes of them, while they are
  // waited for; a listener of the time-out keeps it, and it them.
  const keep = (): void => void [signal, both]
  timeout.addEventListener('abort', keep)
  try {
    return await run(both)
  } finally {
    timeout.removeEventListener('abort', keep)
  }
}

/** Waits for a promise until the signal says otherwise. */
export function raced<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Waits; rejects with the signal's reason. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const abort = (): void => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    const timer = setTimeout(
      () => {
        signal.removeEventListener('abort', abort)
        resolve()
      },
      Math.min(ms, MAX_TIMER_MS),
    )
    signal.addEventListener('abort', abort, { once: true })
  })
}

/** The longest wait of a timer. */
export const MAX_TIMER_MS = 2 ** 31 - 1
