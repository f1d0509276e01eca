import { setTimeout as delay } from 'node:timers/promises'

const SHORTEST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5_000

/** Offers a change to the store until it takes it, ever less often, and gives up after a while. */
export async function retryUntilStored(change: () => Promise<unknown>, forMs: number): Promise<void> {
  const until = Date.now() + forMs
  for (let pause = SHORTEST_PAUSE_MS; Date.now() < until; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    if (
      await change().then(
        () => true,
        () => false,
      )
    )
      return
    await delay(pause, undefined, { ref: false })
  }
}
