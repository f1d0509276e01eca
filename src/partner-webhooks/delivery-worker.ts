import { setTimeout as delay } from 'node:timers/promises'
import { DelayedError, UnrecoverableError, Worker } from 'bullmq'
import type { WebhookDeliveryOutcome as Outcome } from '../../schema/webhook-endpoint.js'
import { connectWorker, type WorkerConnection } from '../store/connection.js'
import type { RedisAddress } from '../store/redis-address.js'
import type { Attempt } from './contract.js'
import { type DeliveryData, type DeliveryJob, QUEUE } from './delivery-job.js'
import type { RetrySchedule } from './retry-schedule.js'

/** A lock of a delivery ends this long after its process died; another process then attempts it. */
const LOCK_MS = 30_000
/** A delivery that loses its process this often becomes a dead letter: it may be what ends the process. */
const MAX_STALLED = 100
/** How long a delivery waits whose attempt could not be made. */
const STORE_RETRY_MS = 1_000
/** How long a worker waits for Redis before it asks again. */
const RUN_RETRY_MS = 1_000
/** How long a stop waits for attempts under way. */
const STOP_MS = 12_000

/** A failed attempt, which is repeated. Its message is what the queue keeps. */
class AttemptFailed extends Error {
  constructor(
    outcome: Outcome,
    readonly waitMs: number | undefined,
  ) {
    super(outcome)
  }
}

export interface WorkerOptions {
  readonly address: RedisAddress
  readonly schedule: RetrySchedule
  /** Attempts at one time in this process. */
  readonly concurrency: number
  /** @default 30 s */
  readonly lockMs?: number | undefined
  /** Told of errors of the queue. */
  readonly onError: (error: Error) => void
}

/** Attempts the deliveries of the queue in this process, on a connection of its own. */
export class DeliveryWorker {
  readonly #worker: Worker<DeliveryData, Outcome>
  readonly #connected: WorkerConnection
  #isStopped = false

  constructor(prefix: string, attempt: Attempt, options: WorkerOptions) {
    const { address, schedule, concurrency, lockMs = LOCK_MS, onError } = options
    this.#connected = connectWorker(address)
    this.#worker = new Worker(QUEUE, (job, token) => process(job, token!, attempt), {
      connection: this.#connected.connection,
      prefix,
      skipVersionCheck: true,
      concurrency,
      lockDuration: lockMs,
      stalledInterval: lockMs,
      maxStalledCount: MAX_STALLED,
      runRetryDelay: RUN_RETRY_MS,
      settings: {
        backoffStrategy: (attempts, _type, error) =>
          schedule.delayMs(attempts, error instanceof AttemptFailed ? error.waitMs : undefined),
      },
    })
    this.#worker.on('error', (error) => {
      onError(error)
      void this.#pause()
    })
  }

  /** Begins no attempt any more; resolves when those under way have ended. */
  async stop(): Promise<void> {
    if (this.#isStopped) return
    this.#isStopped = true
    const { connection, close } = this.#connected
    // Without Redis no outcome can be kept, so there is nothing to wait for.
    const isUsable = connection.status === 'ready'
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, isUsable ? STOP_MS : 0)))
    // What is still under way then is attempted again by another replica, when its lock has ended.
    await Promise.race([this.#worker.close(!isUsable), late])
    clearTimeout(timer)
    close()
  }

  /** Rests after an error: the worker would ask again at once, as often as a Redis refuses it. */
  async #pause(): Promise<void> {
    if (this.#worker.isPaused()) return
    await this.#worker.pause(true)
    await delay(RUN_RETRY_MS, undefined, { ref: false })
    if (!this.#isStopped) await this.#worker.resume()
  }
}

/** Attempts the delivery of a job, and tells BullMQ how it ended. */
async function process(job: DeliveryJob, token: string, attempt: Attempt): Promise<Outcome> {
  const putOff = async (ms: number): Promise<never> => {
    await job.moveToDelayed(Date.now() + ms, token)
    throw new DelayedError()
  }
  const attempted = await attempt(job.data).catch(() => undefined)
  if (attempted === undefined) return putOff(STORE_RETRY_MS)
  const { outcome, verdict, waitMs } = attempted
  switch (verdict) {
    case 'delivered':
      return outcome
    case 'busy':
      return putOff(waitMs ?? STORE_RETRY_MS)
    case 'dead':
      throw new UnrecoverableError(outcome)
    case 'failed':
      throw new AttemptFailed(outcome, waitMs)
  }
}
