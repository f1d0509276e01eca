import cluster from 'node:cluster'
import { createMetrics, type Metrics } from '../observability/metrics.js'
import { channel } from './channel.js'

/** How long a scrape waits for the primary before it answers for this worker alone. */
const PATIENCE_MS = 3_000

/** What a worker is to the server it runs. */
export interface Place {
  /** Which of the workers it is, from 1; a successor has the same number. */
  readonly number: number
  /** What it measures itself; its text is that of all workers. */
  readonly metrics: Metrics
  /** Called when the primary says so, and when it is gone. */
  readonly onStop: (stop: () => void) => void
}

/** This process's place among the workers. */
export function takePlace(number: number): Place {
  const own = createMetrics({ worker: String(number) })
  let stop = () => process.exit(0)
  const ask = channel(process, (question) => (question === 'stop' ? stop() : own.values()))
  cluster.worker!.on('disconnect', () => {
    // Without this Node ends the process at once, in the middle of what it does.
    cluster.worker!.exitedAfterDisconnect = true
    stop()
  })
  return {
    number,
    metrics: { ...own, text: async () => ((await ask('metrics', PATIENCE_MS)) as string | undefined) ?? own.text() },
    onStop: (listener) => {
      stop = listener as typeof stop
    },
  }
}
