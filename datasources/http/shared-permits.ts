import { sleep } from './retry.js'

/** The pause before a permit is asked for again: at random up to the first, then up to twice as long each time, up to the second. */
const MIN_PAUSE_MS = 20
const MAX_PAUSE_MS = 200

/** The permits of one provider that all processes share. */
export interface SharedPermits {
  /**
   * Takes a permit and returns what gives it back; undefined when none is free. It ends by itself after `ttlMs`, for a
   * process that died. Rejects when the store cannot be reached.
   */
  readonly tryAcquire: (ttlMs: number) => Promise<(() => void) | undefined>
}

/**
 * Waits for a shared permit and returns what gives it back; undefined when the signal aborts or the time-out passes.
 * While the store cannot be reached nothing is waited for: the bulkhead of the process limits the calls alone.
 */
export async function acquireShared(
  permits: SharedPermits,
  signal: AbortSignal,
  timeoutMs: number,
  ttlMs: number,
): Promise<(() => void) | undefined> {
  const until = performance.now() + timeoutMs
  for (let pauseMs = MIN_PAUSE_MS; !signal.aborted; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
    let release: (() => void) | undefined
    try {
      release = await permits.tryAcquire(ttlMs)
    } catch {
      return () => undefined
    }
    if (release && !signal.aborted) return release
    release?.()
    if (performance.now() + pauseMs > until) return undefined
    await sleep(pauseMs * (0.5 + Math.random() / 2), signal)
  }
  return undefined
}
