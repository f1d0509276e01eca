/** The state of a counter after a request for points. */
export interface WindowCount {
  /** True when all points were granted; a request is never granted in part. */
  readonly paid: boolean
  readonly spent: number
  /** Milliseconds until the window ends; 0 when no window is open. */
  readonly resetMs: number
}

/** A window counter in this process. */
type LocalWindowCounter = (name: string, points: number, max: number, windowMs: number, owed?: number) => WindowCount

/**
 * Fixed-window counter: grants at most `max` points for each name in one window. The window begins with the first
 * granted request. `owed` points were granted before without the counter; they are added first, even beyond `max`.
 * They count in the open window only, and are dropped when it has ended.
 */
export type WindowCounter = (...args: Parameters<LocalWindowCounter>) => Promise<WindowCount>

/** Creates a window counter that keeps its counts in this process. */
export function createWindowCounter(): LocalWindowCounter {
  const windows = new Map<string, { spent: number; readonly until: number }>()
  let sweepAt = 0

  return (name, points, max, windowMs, owed = 0) => {
    const now = Date.now()
    if (now >= sweepAt) {
      for (const [other, { until }] of windows) if (until <= now) windows.delete(other)
      sweepAt = now + windowMs
    }
    let current = windows.get(name)
    if (current && current.until > now) current.spent += owed
    else if (points === 0) return { paid: true, spent: 0, resetMs: 0 }
    else current = { spent: 0, until: now + windowMs }
    const paid = current.spent + points <= max
    if (paid) current.spent += points
    if (paid) windows.set(name, current)
    return { paid, spent: current.spent, resetMs: current.until - now }
  }
}

/** The window counter of the in-memory store. */
export function createMemoryWindowCounter(): WindowCounter {
  const spend = createWindowCounter()
  return (...args) => Promise.resolve(spend(...args))
}
