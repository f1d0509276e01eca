import { setTimeout as delay } from 'node:timers/promises'
import { DelayedError, type Job, Queue, UnrecoverableError, Worker } from 'bullmq'
import type { Cluster, Redis } from 'ioredis'
import { WebhookDeliveryOutcome as Outcome } from '../../schema/webhook-endpoint.js'
import { connect, connectWorker, type WorkerConnection } from '../store/connection.js'
import type { RedisAddress } from '../store/redis-address.js'
import type {
  Attempt,
  DeliveryCounts,
  DeliveryIds,
  DeliveryPosition,
  DeliveryQueue,
  ListedDelivery,
  QueuedDelivery,
} from './contract.js'
import type { RetrySchedule } from './retry-schedule.js'

const DEFAULT_PREFIX = 'kyc:webhooks'
/** The hash tag keeps all keys of the queue in one slot of a cluster: its scripts need several of them. */
const QUEUE = '{deliveries}'
/** Delivered ones that are kept for the list, of all endpoints. */
const MAX_DELIVERED = 100_000
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
/** Events of the queue itself, which nothing reads. */
const MAX_QUEUE_EVENTS = 100

/** A failed attempt, which is repeated. Its message is what the queue keeps. */
class AttemptFailed extends Error {
  constructor(
    outcome: Outcome,
    readonly waitMs: number | undefined,
  ) {
    super(outcome)
  }
}

interface RedisQueueOptions {
  readonly address: RedisAddress
  readonly schedule: RetrySchedule
  /** Attempts at one time in this process. */
  readonly concurrency: number
  /** How long ended deliveries are kept. */
  readonly retentionMs: number
  /** @default 30 s */
  readonly lockMs?: number | undefined
  /** What the names of its keys begin with. @default kyc:webhooks */
  readonly prefix?: string | undefined
  /** Told of errors of the queue. */
  readonly onError: (error: Error) => void
}

type DeliveryJob = Job<DeliveryIds, Outcome>

const jobIdOf = ({ eventId, endpointId }: DeliveryIds): string => `${eventId}.${endpointId}`
const idsOf = (jobId: string): DeliveryIds => {
  const [eventId = '', endpointId = ''] = jobId.split('.')
  return { eventId, endpointId }
}

const outcomeOf = (text: unknown): Outcome | undefined => Object.values(Outcome).find((outcome) => outcome === text)

function stateOf({ finishedOn, returnvalue, attemptsMade }: DeliveryJob): QueuedDelivery['state'] {
  if (finishedOn != null) return outcomeOf(returnvalue) === undefined ? 'dead' : 'delivered'
  return attemptsMade > 0 ? 'retrying' : 'pending'
}

function toDelivery(job: DeliveryJob): QueuedDelivery {
  const { id, attemptsMade, returnvalue, failedReason, finishedOn, processedOn, delay: delayMs, timestamp } = job
  const isOver = finishedOn != null
  return {
    ...idsOf(id!),
    attempts: attemptsMade,
    lastOutcome: outcomeOf(returnvalue) ?? outcomeOf(failedReason),
    state: stateOf(job),
    nextAttemptAt: isOver ? undefined : delayMs > 0 ? (processedOn ?? timestamp) + delayMs : timestamp,
    createdAt: timestamp,
    endedAt: finishedOn ?? undefined,
  }
}

/** The deliveries of all replicas: jobs of BullMQ in Redis, and an index of those of each endpoint. */
export class RedisDeliveryQueue implements DeliveryQueue {
  readonly #options: RedisQueueOptions
  readonly #prefix: string
  readonly #redis: Redis | Cluster
  readonly #queue: Queue<DeliveryIds, Outcome, 'deliver'>
  #worker: (WorkerConnection & { readonly worker: Worker<DeliveryIds, Outcome> }) | undefined

  constructor(options: RedisQueueOptions) {
    const { address, schedule, retentionMs, prefix = DEFAULT_PREFIX, onError } = options
    this.#options = options
    this.#prefix = prefix
    this.#redis = connect(address)
    this.#queue = new Queue(QUEUE, {
      connection: this.#redis,
      prefix,
      skipVersionCheck: true,
      streams: { events: { maxLen: MAX_QUEUE_EVENTS } },
      defaultJobOptions: {
        attempts: schedule.maxAttempts,
        backoff: { type: 'custom' },
        stackTraceLimit: 0,
        removeOnComplete: { age: Math.ceil(retentionMs / 1000), count: MAX_DELIVERED },
        removeOnFail: { age: Math.ceil(retentionMs / 1000) },
      },
    })
    this.#queue.on('error', onError)
  }

  async add(ids: DeliveryIds): Promise<void> {
    const now = Date.now()
    const { retentionMs } = this.#options
    const index = this.#indexOf(ids.endpointId)
    const jobId = jobIdOf(ids)
    // Before the job: what is not in the index is not listed.
    const replies = await this.#redis
      .pipeline()
      .zadd(index, 'NX', now, jobId)
      .zremrangebyscore(index, '-inf', now - retentionMs)
      .pexpire(index, retentionMs)
      .exec()
    for (const [error] of replies ?? []) if (error) throw error
    await this.#queue.add('deliver', ids, { jobId })
  }

  async list(
    endpointId: string,
    count: number,
    after: DeliveryPosition | undefined,
  ): Promise<readonly ListedDelivery[]> {
    const found = await this.#redis.zrevrangebyscore(
      this.#indexOf(endpointId),
      after?.at ?? '+inf',
      '-inf',
      'WITHSCORES',
      'LIMIT',
      after?.seen ?? 0,
      count,
    )
    const places: { readonly jobId: string; readonly position: DeliveryPosition }[] = []
    let position = after ?? { at: Infinity, seen: 0 }
    for (let i = 0; i < found.length; i += 2) {
      const at = Number(found[i + 1])
      position = { at, seen: at === position.at ? position.seen + 1 : 1 }
      places.push({ jobId: found[i]!, position })
    }
    const deliveries = await Promise.all(places.map(({ jobId }) => this.find(idsOf(jobId))))
    return places.map(({ position: behind }, i) => ({ delivery: deliveries[i], position: behind }))
  }

  async find(ids: DeliveryIds): Promise<QueuedDelivery | undefined> {
    const job = (await this.#queue.getJob(jobIdOf(ids))) as DeliveryJob | undefined
    return job && toDelivery(job)
  }

  async replay(ids: DeliveryIds): Promise<boolean> {
    const job = (await this.#queue.getJob(jobIdOf(ids))) as DeliveryJob | undefined
    const state = job && stateOf(job)
    if (state !== 'dead' && state !== 'delivered') return false
    try {
      await job!.retry(state === 'dead' ? 'failed' : 'completed', { resetAttemptsMade: true })
      return true
    } catch (error) {
      // Another replica was faster.
      if (error instanceof Error && /not in the|Missing key|does not exist/i.test(error.message)) return false
      throw error
    }
  }

  work(attempt: Attempt): void {
    const { address, schedule, concurrency, lockMs = LOCK_MS, onError } = this.#options
    const connected = connectWorker(address)
    const { connection } = connected
    const worker = new Worker<DeliveryIds, Outcome>(QUEUE, (job, token) => this.#process(job, token!, attempt), {
      connection,
      prefix: this.#prefix,
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
    worker.on('error', (error) => {
      onError(error)
      void this.#pause(worker)
    })
    this.#worker = { worker, ...connected }
  }

  async counts(): Promise<DeliveryCounts> {
    const {
      waiting = 0,
      active = 0,
      delayed = 0,
      failed = 0,
    } = await this.#queue.getJobCounts('waiting', 'active', 'delayed', 'failed')
    return { waiting, active, delayed, dead: failed }
  }

  async stop(): Promise<void> {
    if (this.#worker === undefined) return
    const { worker, connection, close } = this.#worker
    this.#worker = undefined
    // Without Redis no outcome can be kept, so there is nothing to wait for.
    const isUsable = connection.status === 'ready'
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, isUsable ? STOP_MS : 0)))
    // What is still under way then is attempted again by another replica, when its lock has ended.
    await Promise.race([worker.close(!isUsable), late])
    clearTimeout(timer)
    close()
  }

  async close(): Promise<void> {
    await this.stop()
    await this.#queue.close()
    this.#redis.disconnect()
  }

  /** Lets a worker rest after an error: it would ask again at once, as often as a Redis refuses it. */
  async #pause(worker: Worker): Promise<void> {
    if (worker.isPaused()) return
    await worker.pause(true)
    await delay(RUN_RETRY_MS, undefined, { ref: false })
    if (this.#worker !== undefined) await worker.resume()
  }

  #indexOf(endpointId: string): string {
    return `${this.#prefix}:${QUEUE}:of:${endpointId}`
  }

  async #process(job: DeliveryJob, token: string, attempt: Attempt): Promise<Outcome> {
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
}
