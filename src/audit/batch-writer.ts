import { setTimeout as delay } from 'node:timers/promises'
import { ApiError } from '../../datasources/contract/errors.js'
import type { ChainEntry, HashChain, Head } from './chain.js'
import type { Sink } from './sink.js'

const MAX_BATCH = 500
/** Length of the queue from which no further operation that needs the trail is accepted. */
const MAX_QUEUED = 10_000
const RETRY_DELAY_MS = 250
/** Batching delay of entries that no caller waits for. */
const BATCH_DELAY_MS = 10
/** Timeout of one write, after which the callers that wait for it get `AUDIT_UNAVAILABLE`. */
const WRITE_TIMEOUT_MS = 2_000

/** Callbacks of a caller that waits for its entry. */
interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: ApiError) => void
}

interface QueuedEntry {
  readonly chain: HashChain
  readonly at: string
  readonly entry: object
  readonly waiter: Waiter | undefined
  /** Set on the first attempt, so that a retry writes the same line. */
  chained?: ChainEntry
}

/** Error of an operation that the trail cannot record at the moment. */
export const auditUnavailable = () => new ApiError('AUDIT_UNAVAILABLE', { retryAfterSeconds: 1 })

/** ISO timestamps, one for all entries of the same millisecond: formatting one costs more than most of an entry. */
function createClock(): () => string {
  let at = 0
  let text = ''
  return () => {
    const now = Date.now()
    if (now !== at) text = new Date(now).toISOString()
    at = now
    return text
  }
}

/**
 * Batch writer: writes queued entries to the sink in order, many lines with one call, and retries until the sink takes
 * them. An entry that a caller waits for is written at once, together with all entries before it.
 */
export class BatchWriter {
  readonly #sink: Sink
  #chain: HashChain
  readonly #onStateChange: (usable: boolean) => void
  readonly #timestamp = createClock()
  readonly #queue: QueuedEntry[] = []
  /** The newest entry that the sink has, of each chain. */
  readonly #heads = new Map<string, Head>()
  #hasFailed = false
  #hasEnded = false
  #isClosed = false
  #refused = 0
  #isWriting = false
  #batchTimer: NodeJS.Timeout | undefined

  constructor(sink: Sink, chain: HashChain, onStateChange: (usable: boolean) => void) {
    this.#sink = sink
    this.#chain = chain
    this.#onStateChange = onStateChange
  }

  /** False from a failed write to the next successful one, and while the queue is full. */
  get isUsable(): boolean {
    return !this.#hasFailed && this.#queue.length < MAX_QUEUED
  }

  /** How far the sink has each chain of this process. */
  get heads(): readonly Head[] {
    return [...this.#heads.values()]
  }

  /** Entries that are pushed from now on belong to this chain. */
  use(chain: HashChain): void {
    this.#chain = chain
  }

  /** Queues an entry. After the end none is taken: it could not be told from one that was added to the trail. */
  push(entry: object, waiter?: Waiter): void {
    if (this.#hasEnded) {
      this.#refused += 1
      waiter?.reject(auditUnavailable())
      return
    }
    this.#queue.push({ chain: this.#chain, at: this.#timestamp(), entry, waiter })
    if (this.#isWriting) return
    if (waiter) this.#start()
    else this.#startLater()
  }

  /** Queues an entry and waits until it is written, or until the timeout. */
  async pushAndWait(entry: object, timeoutMs: number): Promise<void> {
    const timeout = new AbortController()
    const written = new Promise<void>((resolve) => this.push(entry, { resolve, reject: () => undefined }))
    await Promise.race([written, delay(timeoutMs, undefined, { signal: timeout.signal }).catch(() => undefined)])
    timeout.abort()
  }

  /** True once the last entry is queued. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Queues the last entry and waits until it is written, or until the timeout. */
  async end(entry: object, timeoutMs: number): Promise<void> {
    const written = this.pushAndWait(entry, timeoutMs)
    this.#hasEnded = true
    await written
  }

  /** Entries that came after the end, and are not written. */
  get refused(): number {
    return this.#refused
  }

  /** Stops retries, and returns the number of entries before the end that were not written. */
  close(): number {
    this.#isClosed = true
    return this.#queue.length
  }

  #start(): void {
    clearTimeout(this.#batchTimer)
    this.#batchTimer = undefined
    this.#isWriting = true
    void this.#write()
  }

  #startLater(): void {
    this.#batchTimer ??= setTimeout(() => this.#start(), BATCH_DELAY_MS)
  }

  async #write(): Promise<void> {
    // The entries of one turn of the event loop become one batch.
    await new Promise(setImmediate)
    do {
      const written = await this.#writeBatch()
      this.#setUsable(written > 0)
      if (written > 0) continue
      if (this.#isClosed) return
      await delay(RETRY_DELAY_MS)
    } while (this.#hasFailed || this.#queue.length >= MAX_BATCH || this.#queue.some(({ waiter }) => waiter))
    // No await after the condition: an entry that is pushed from here on starts another write.
    this.#isWriting = false
    if (this.#queue.length > 0) this.#startLater()
  }

  /** Writes one batch and returns how many of its lines were written. */
  async #writeBatch(): Promise<number> {
    const lines = this.#queue
      .slice(0, MAX_BATCH)
      .map((queued) => (queued.chained ??= queued.chain.next(queued.at, queued.entry)).line)
    const timeout = setTimeout(() => this.#setUsable(false), WRITE_TIMEOUT_MS)
    const written = await this.#sink.write(lines).catch(() => 0)
    clearTimeout(timeout)
    const done = this.#queue.splice(0, written)
    for (const { chained, at, waiter } of done) {
      this.#advance(chained!, at)
      waiter?.resolve()
    }
    return written
  }

  #advance({ chain, seq, mac }: ChainEntry, at: string): void {
    this.#heads.set(chain, { chain, since: this.#heads.get(chain)?.since ?? at, at, count: seq + 1, head: mac })
  }

  #setUsable(usable: boolean): void {
    if (!usable) for (const { waiter } of this.#queue) waiter?.reject(auditUnavailable())
    if (this.#hasFailed === !usable) return
    this.#hasFailed = !usable
    this.#onStateChange(usable)
  }
}
