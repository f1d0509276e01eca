import { setTimeout as delay } from 'node:timers/promises'
import { monotonicClock } from './monotonic-clock.js'

const MIN_DELAY_MS = 250
const MAX_DELAY_MS = 5_000

/** Retry with exponential backoff: repeats a change until the store takes it or the time is over. It never rejects. */
export async function retryUntilStored(change: () => Promise<unknown>, timeoutMs: number): Promise<void> {
  const timeoutAt = monotonicClock.now() + timeoutMs
  const isStored = () =>
    change().then(
      () => true,
      () => false,
    )
  for (let delayMs = MIN_DELAY_MS; monotonicClock.now() < timeoutAt; delayMs = Math.min(delayMs * 2, MAX_DELAY_MS)) {
    if (await isStored()) return
    await delay(delayMs, undefined, { ref: false })
  }
}
