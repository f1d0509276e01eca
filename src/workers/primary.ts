import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../observability/log.js'
import { merge, type Values } from '../observability/metrics.js'
import { shutdownOnSignals } from '../lifecycle/shutdown.js'
import { channel } from './channel.js'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 10_000
/** Who lived this long did not die of the start. */
const SOUND_MS = 10_000
/** After so many early deaths in a row, and with nobody left, another process manager is to decide. */
const MOST_EARLY_DEATHS = 5
/** Longer than a server takes to stop in good order. */
const DRAIN_MS = 30_000
/** A worker that says nothing for this long is left out of the metrics. */
const METRICS_PATIENCE_MS = 1_000

/**
 * Starts the workers, which share the port, and puts another in the place of each that dies. Ends with 1 when the first
 * cannot be started, and when they die as soon as they are.
 */
export function lead(count: number, log: Log): void {
  /** Whoever lives, and how to ask. */
  const workers = new Map<Worker, ReturnType<typeof channel>>()
  const serving = new Set<Worker>()
  let earlyDeaths = 0
  let begun = false
  let stopping = false

  async function metrics(): Promise<string> {
    const values = await Promise.all([...workers.values()].map((ask) => ask('metrics', METRICS_PATIENCE_MS)))
    return merge(values.filter((value) => value !== undefined) as Values[])
  }

  function start(number: number): void {
    if (stopping) return
    // Its successor has its number, and so goes on with its files.
    cluster.setupPrimary({ args: [String(number)] })
    const worker = cluster.fork()
    const since = Date.now()
    workers.set(worker, channel(worker, metrics))
    worker.once('listening', () => {
      serving.add(worker)
      if (!begun) for (let other = 2; other <= count; other += 1) start(other)
      begun = true
      if (serving.size === count) log.info({ workers: count }, 'every worker serves')
    })
    worker.once('exit', (code, signal) => {
      workers.delete(worker)
      serving.delete(worker)
      if (!stopping) replace(number, Date.now() - since, { code, signal })
    })
    // Of its channel: how it ended is told by its exit.
    worker.on('error', () => undefined)
  }

  function replace(number: number, livedMs: number, how: { code: number | null; signal: string | null }): void {
    // It has said why itself, and any other would die of the same.
    if (!begun) process.exit(1)
    earlyDeaths = livedMs < SOUND_MS ? earlyDeaths + 1 : 0
    if (earlyDeaths >= MOST_EARLY_DEATHS && serving.size === 0) {
      log.fatal({ worker: number, ...how }, 'workers die as soon as they are started; the process ends')
      process.exit(1)
    }
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** earlyDeaths, LONGEST_PAUSE_MS)
    log.error({ worker: number, ...how, pauseMs }, 'a worker is gone; another takes its place')
    setTimeout(start, pauseMs, number)
  }

  shutdownOnSignals(async () => {
    stopping = true
    // Told as a question and not by a signal: who stops a whole group of processes has signalled the workers too.
    const ends = [...workers].map(async ([worker, ask]) => {
      void ask('stop', DRAIN_MS)
      const [code] = (await once(worker, 'exit')) as [number | null]
      return code === 0
    })
    const inTime = new AbortController()
    const all = await Promise.race([Promise.all(ends), delay(DRAIN_MS, [false], { signal: inTime.signal })])
    inTime.abort()
    if (!all.every(Boolean)) throw new Error('not every worker has ended in good order')
  })
  process.on('exit', () => {
    // Told a second time, or too slow. Workers of a primary that dies of something else end in good order.
    if (stopping) for (const worker of workers.keys()) worker.process.kill('SIGKILL')
  })

  start(1)
}
