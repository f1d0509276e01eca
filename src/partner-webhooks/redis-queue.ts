import { Queue } from 'bullmq'
import type { Cluster, Redis } from 'ioredis'
import type { WebhookDeliveryOutcome as Outcome } from '../../schema/webhook-endpoint.js'
import { connect } from '../store/connection.js'
import {
  type Attempt,
  type DeliveryCounts,
  type DeliveryIds,
  type DeliveryPosition,
  type DeliveryQueue,
  type ListedDelivery,
  POLL,
  type QueuedDelivery,
  type Replay,
} from './contract.js'
import { type DeliveryData, type DeliveryJob, idsOf, jobIdOf, QUEUE, stateOf, toDelivery } from './delivery-job.js'
import { DeliveryWorker, type WorkerOptions } from './delivery-worker.js'

const DEFAULT_PREFIX = 'kyc:webhooks'
/** Delivered ones that are kept for the list, of all endpoints. */
const MAX_DELIVERED = 100_000
/** Events of the queue itself, which nothing reads. */
const MAX_QUEUE_EVENTS = 100

interface RedisQueueOptions extends WorkerOptions {
  /** How long ended deliveries are kept. */
  readonly retentionMs: number
  /** What the names of its keys begin with. @default kyc:webhooks */
  readonly prefix?: string | undefined
  /** Called when the connection is made, the first time and after each loss. */
  readonly onReady?: (() => void) | undefined
}

/** The deliveries of all replicas: jobs of BullMQ in Redis, and an index of those of each endpoint. */
export class RedisDeliveryQueue implements DeliveryQueue {
  readonly #options: RedisQueueOptions
  readonly #prefix: string
  readonly #redis: Redis | Cluster
  readonly #queue: Queue<DeliveryData, Outcome, 'deliver'>
  #worker: DeliveryWorker | undefined

  constructor(options: RedisQueueOptions) {
    const { address, schedule, retentionMs, prefix = DEFAULT_PREFIX, onError, onReady } = options
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
    if (onReady) this.#redis.on('ready', onReady)
  }

  async add(ids: DeliveryIds): Promise<void> {
    const jobId = jobIdOf(ids)
    const isPoll = ids.endpointId === POLL
    // Before the job: what is not in the index is not listed.
    if (!isPoll) await this.#addToIndex(ids.endpointId, jobId)
    // Polls that have ended would push deliveries out of those that are kept.
    await this.#queue.add('deliver', ids, { jobId, ...(isPoll && { removeOnComplete: true }) })
  }

  async #addToIndex(endpointId: string, jobId: string): Promise<void> {
    const now = Date.now()
    const { retentionMs } = this.#options
    const index = this.#indexOf(endpointId)
    const replies = await this.#redis
      .pipeline()
      .zadd(index, 'NX', now, jobId)
      .zremrangebyscore(index, '-inf', now - retentionMs)
      .pexpire(index, retentionMs)
      .exec()
    for (const [error] of replies ?? []) if (error) throw error
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

  async replay(ids: DeliveryIds, replay: Replay): Promise<boolean> {
    const jobId = jobIdOf(ids)
    const job = (await this.#queue.getJob(jobId)) as DeliveryJob | undefined
    const state = job && stateOf(job)
    if (state !== 'dead' && state !== 'delivered') return false
    try {
      // Before it is made: a repeat finds whether it was.
      await job!.updateData({ ...idsOf(jobId), replay: { ...replay, taken: job!.attemptsStarted } })
      await job!.retry(state === 'dead' ? 'failed' : 'completed', { resetAttemptsMade: true })
      return true
    } catch (error) {
      // Another replica was faster.
      if (error instanceof Error && /not in the|Missing key|does not exist/i.test(error.message)) return false
      throw error
    }
  }

  work(attempt: Attempt): void {
    this.#worker = new DeliveryWorker(this.#prefix, attempt, this.#options)
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
    await this.#worker?.stop()
  }

  async close(): Promise<void> {
    await this.stop()
    await this.#queue.close()
    this.#redis.disconnect()
  }

  #indexOf(endpointId: string): string {
    return `${this.#prefix}:${QUEUE}:of:${endpointId}`
  }
}
