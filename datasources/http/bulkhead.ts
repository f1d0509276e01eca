/** The result of `acquire`; only `acquired` must be released. */
export type Admission = 'acquired' | 'full' | 'aborted' | 'timeout'

/** Queue places for each permit: at 150 ms a call, a request further back would reach its deadline first. */
const MAX_QUEUED_PER_PERMIT = 64

/**
 * Bulkhead: a semaphore with a bounded queue. At most `maxConcurrent` calls to a provider run at a time; the others
 * wait in order of arrival. A request that waits has certainly not been sent.
 */
export class Bulkhead {
  #free: number
  readonly #maxQueued: number
  /** The queue, oldest first. */
  readonly #waiters = new Set<() => void>()

  constructor(maxConcurrent: number, maxQueued = maxConcurrent * MAX_QUEUED_PER_PERMIT) {
    this.#free = maxConcurrent
    this.#maxQueued = maxQueued
  }

  /** Takes a permit; false when there is none. */
  tryAcquire(): boolean {
    if (this.#free === 0) return false
    this.#free -= 1
    return true
  }

  /** Takes a permit, or waits for one until the signal aborts or the time-out passes. */
  async acquire(signal: AbortSignal, timeoutMs: number): Promise<Admission> {
    if (signal.aborted) return 'aborted'
    if (this.tryAcquire()) return 'acquired'
    if (this.#waiters.size >= this.#maxQueued) return 'full'
    return new Promise((resolve) => {
      const settle = (admission: Admission) => {
        clearTimeout(timer)
        signal.removeEventListener('abort', abort)
        this.#waiters.delete(admit)
        resolve(admission)
      }
      const admit = () => settle('acquired')
      const abort = () => settle('aborted')
      const timer = setTimeout(settle, timeoutMs, 'timeout')
      signal.addEventListener('abort', abort, { once: true })
      this.#waiters.add(admit)
    })
  }

  /** Returns a permit, or passes it to the request that has waited longest. */
  release(): void {
    const [admit] = this.#waiters
    if (admit) admit()
    else this.#free += 1
  }
}
