import { type ChainableCommander, type Cluster, Redis } from 'ioredis'
import { Bulkhead } from '../../datasources/http/bulkhead.js'
import { detachedScope } from '../../datasources/http/call.js'
import { statedTime, type StoreClock } from './clock.js'
import type { RawStore, Swap, Swapped } from './raw-store.js'
import { comparing, sendSwapAll, setsValue, type SwapReply } from './swap-script.js'

/** How long a change waits for its replicas. */
const REPLICAS_TIMEOUT_MS = 500
/** Changes that wait for replicas at once: a change behind more of them would be made after its caller had timed out. */
const MAX_CONCURRENT_WAITS = 2
const MAX_QUEUED_WAITS = 1_000
const MAX_QUEUE_MS = 1_000
type Connection = Redis | Cluster

/** A connection for changes that WAIT for replicas: WAIT blocks its connection, so they have one of their own. */
export class ReplicatedSwaps {
  readonly #connection: Connection
  readonly #replicas: number
  readonly #bulkhead = new Bulkhead(MAX_CONCURRENT_WAITS, MAX_QUEUED_WAITS)
  #isBehind = false

  constructor(connection: Connection, replicas: number) {
    this.#connection = connection
    this.#replicas = replicas
  }

  /** True while the latest change waited for its replicas in vain. */
  get isBehind(): boolean {
    return this.#isBehind
  }

  /** Sends one change and waits for the replicas. Both run in order on one connection, so WAIT is for this change. */
  async send<Reply>(
    add: (pipeline: ChainableCommander) => ChainableCommander,
    isMade: (reply: Reply) => boolean,
  ): Promise<Reply> {
    if ((await this.#bulkhead.acquire({ signal: detachedScope.signal, timeoutMs: MAX_QUEUE_MS })) !== 'acquired')
      throw new Error('too many changes wait for replicas')
    try {
      const pipeline = add(this.#connection.pipeline())
      const [changed, waited] = (await pipeline.wait(this.#replicas, REPLICAS_TIMEOUT_MS).exec()) ?? []
      const failed = changed?.[0] ?? waited?.[0]
      if (failed) throw failed
      const reply = changed?.[1] as Reply
      if (!isMade(reply)) return reply
      this.#isBehind = Number(waited?.[1]) < this.#replicas
      if (this.#isBehind)
        throw Object.assign(new Error('too few replicas have the change'), { code: 'TOO_FEW_REPLICAS' })
      return reply
    } finally {
      this.#bulkhead.release()
    }
  }

  disconnect(): void {
    this.#connection.disconnect()
  }
}

const codeOf = (result: PromiseSettledResult<SwapReply>): number | undefined =>
  result.status === 'fulfilled' ? result.value[0] : undefined

/** What the replies to the parts of a swap say of all of it. */
function swappedOf(
  { changes }: Swap,
  replies: readonly SwapReply[],
  observeTime: (reply: SwapReply) => number,
): Swapped {
  const now = Math.max(...replies.map(observeTime))
  const codes = replies.map(([code]) => code)
  if (codes.every((code) => code === 1)) return { outcome: 'made', now }
  const [first] = replies as [SwapReply]
  // A part that was made was as expected, and is so again.
  const found =
    replies.length === 1 ? first[3]! : replies.map(([, , , own], i) => (own ? own[0]! : changes[i]!.expected))
  return { outcome: codes.includes(-1) ? 'epoch' : 'other', now, found }
}

/** Compare-and-swap on the connections of a store. Only a value that is set waits for replicas; a removed one may come back. */
export class Swaps {
  readonly #redis: Connection
  readonly #replicated: ReplicatedSwaps | undefined
  readonly #clock: StoreClock

  constructor(redis: Connection, replicated: ReplicatedSwaps | undefined, clock: StoreClock) {
    this.#redis = redis
    this.#replicated = replicated
    this.#clock = clock
  }

  /** One value: 1 where it was changed. */
  async one(...swap: Parameters<RawStore['compareAndSwap']>): Promise<boolean> {
    const [name, expected, next, ttlMs] = swap
    const values = [expected ?? '', next ?? '', ttlMs] as const
    if (!this.#replicated || next === null) return (await this.#redis.compareAndSwap(name, ...values)) === 1
    const isMade = (reply: number) => reply === 1
    return isMade(await this.#replicated.send((pipeline) => pipeline.compareAndSwap(name, ...values), isMade))
  }

  /** Several values. On a cluster each has a slot of its own, so each is sent by itself, all at once. */
  async all(swap: Swap): Promise<Swapped> {
    const sentAt = performance.now()
    const observeTime = ([, seconds, micros]: SwapReply) => this.#clock.observe(statedTime(seconds, micros), sentAt)
    if (this.#redis instanceof Redis) return swappedOf(swap, [await this.#send(swap)], observeTime)
    const parts = swap.changes.map((change, i): Swap => ({
      ...swap,
      changes: [change],
      check: i === 0 ? swap.check : undefined,
    }))
    const results = await Promise.allSettled(parts.map((part) => this.#send(part)))
    const replies = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    if (replies.length === parts.length && replies.every(([code]) => code === 1))
      return swappedOf(swap, replies, observeTime)
    await this.#undo(parts.filter((_part, i) => codeOf(results[i]!) === 1))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
    return swappedOf(swap, replies, observeTime)
  }

  async #send(swap: Swap): Promise<SwapReply> {
    const replicated = setsValue(swap) ? this.#replicated : undefined
    if (replicated === undefined) return sendSwapAll(this.#redis, swap)
    // A known key is told without waiting in vain.
    if (replicated.isBehind) {
      const compared = await sendSwapAll(this.#redis, comparing(swap))
      if (compared[0] !== 1) return compared
    }
    return replicated.send<SwapReply>(
      (pipeline) => sendSwapAll(pipeline, swap),
      ([code]) => code === 1,
    )
  }

  async #undo(made: readonly Swap[]): Promise<void> {
    const changes = made.flatMap(({ changes: [change] }) => (change!.next === undefined ? [] : [change!]))
    await Promise.all(changes.map(({ name, expected, next }) => this.one(name, next!, expected, made[0]!.ttlMs)))
  }
}
