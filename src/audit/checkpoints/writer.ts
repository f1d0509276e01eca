import type { KeyObject } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { errorClass } from '../../observability/error-class.js'
import type { Head } from '../chain.js'
import { CheckpointSequence, type RootSigner, type SignedCheckpoint } from './checkpoint.js'
import { readKnown } from './known.js'
import type { CheckpointSink } from './sinks.js'

const TICK_MS = 1_000
/** How long the shutdown waits for the last checkpoint. */
const END_TIMEOUT_MS = 5_000
/** How long the checkpoints of other processes are read at the start. */
const READ_MS = 60_000

interface CheckpointOptions {
  readonly root: RootSigner
  /** Public root keys, with which checkpoints of other processes are verified; none where they are not known. */
  readonly roots: readonly KeyObject[]
  readonly sink: CheckpointSink
  readonly intervalSeconds: number
  /** Entries after which a checkpoint is made before its time. */
  readonly maxEntries: number
  /** How far the chains of this process are. */
  readonly heads: () => readonly Head[]
  /** Called when checkpoints cannot be written, with the class of the cause, and when they can again. */
  readonly changed: (cause: string | undefined) => void
}

const countOf = (heads: readonly Head[]): number => heads.reduce((sum, { count }) => sum + count, 0)

/**
 * Writes checkpoints at the start, at an interval, after a number of entries, and at the end. A checkpoint that the sink
 * did not take is put again until it does; meanwhile no other one is made.
 */
export class CheckpointWriter {
  readonly #options: CheckpointOptions
  readonly #sequence: CheckpointSequence
  #sink: CheckpointSink
  readonly #timer: NodeJS.Timeout
  #pending: SignedCheckpoint | undefined
  #running: Promise<void> | undefined
  #madeAt = -Infinity
  #entries = 0
  #isBegun = false
  #isEnding = false
  #known: readonly Head[] | undefined
  #cause: string | undefined

  constructor(options: CheckpointOptions) {
    this.#options = options
    this.#sink = options.sink
    this.#sequence = new CheckpointSequence(options.root, options.intervalSeconds)
    this.#timer = setInterval(() => void this.step(), TICK_MS).unref()
  }

  /** Puts what comes into another sink; what is being put ends in the earlier one. */
  use(sink: CheckpointSink, root: RootSigner | undefined): void {
    const before = this.#sink
    this.#sink = sink
    if (root !== undefined) this.#sequence.useRoot(root)
    void Promise.resolve(this.#running).then(() => before.close())
  }

  /** Makes a checkpoint where one is due, and puts what waits. */
  step(): Promise<void> {
    return (this.#running ??= this.#step().finally(() => (this.#running = undefined)))
  }

  /** Writes the last checkpoint, and closes the sink. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#isEnding = true
    const timeout = new AbortController()
    const ended = this.#end().catch((error: unknown) => this.#report(errorClass(error)))
    await Promise.race([ended, delay(END_TIMEOUT_MS, undefined, { signal: timeout.signal }).catch(() => undefined)])
    timeout.abort()
    await this.#sink.close()
  }

  async #step(): Promise<void> {
    try {
      const heads = this.#options.heads()
      if (this.#pending === undefined && this.#isDue(heads)) await this.#make(this.#isBegun ? 'running' : 'begun')
      await this.#put()
    } catch (error) {
      this.#report(errorClass(error))
    }
  }

  async #end(): Promise<void> {
    await this.#running
    await this.#put()
    if (!this.#isBegun) await this.#make('begun')
    await this.#put()
    await this.#make('ended')
    await this.#put()
  }

  #isDue(heads: readonly Head[]): boolean {
    const { intervalSeconds, maxEntries } = this.#options
    if (heads.length === 0) return false
    return performance.now() - this.#madeAt >= intervalSeconds * 1000 || countOf(heads) - this.#entries >= maxEntries
  }

  async #make(state: 'begun' | 'running' | 'ended'): Promise<void> {
    const known = state === 'begun' ? (this.#known ??= await this.#readKnown()) : undefined
    const chains = this.#options.heads()
    this.#pending = await this.#sequence.next({ state, chains, ...(known && { known }) })
    this.#isBegun = true
    this.#known = undefined
    this.#madeAt = performance.now()
    this.#entries = countOf(chains)
  }

  #readKnown(): Promise<readonly Head[]> {
    const sink = this.#sink
    const until = performance.now() + READ_MS
    return readKnown({
      since: (time) => sink.since(time),
      roots: this.#options.roots,
      isOver: () => this.#isEnding || performance.now() > until,
    })
  }

  async #put(): Promise<void> {
    if (this.#pending === undefined) return
    await this.#sink.put(this.#pending)
    this.#pending = undefined
    this.#report(undefined)
  }

  #report(cause: string | undefined): void {
    if (cause === this.#cause) return
    this.#cause = cause
    this.#options.changed(cause)
  }
}
