import { setTimeout as delay } from 'node:timers/promises'
import type { Sink } from '../audit/sink.js'
import { errorClass } from '../observability/error-class.js'

/** Lines that wait to be written; more are dropped. */
const MAX_QUEUED = 2_000
const MAX_BATCH = 200
/** How long lines are gathered. */
const BATCH_DELAY_MS = 50
const RETRY_DELAY_MS = 1_000
const WRITE_TIMEOUT_MS = 5_000
/** How long the end of the process waits for the queue to be written. */
const CLOSE_TIMEOUT_MS = 2_000

interface LineWriterOptions {
  /** Called when a write fails after others succeeded, with the class of the cause, and without one when one succeeds again. */
  readonly changed: (cause: string | undefined) => void
  /** Called with the number of lines that are not written. */
  readonly lost: (lines: number) => void
}

/** Writes lines to a sink beside the requests: no caller waits, and a sink that fails costs a bounded queue. */
export class LineWriter {
  readonly #sink: Sink
  readonly #options: LineWriterOptions
  #queue: string[] = []
  #isClosed = false
  #cause: string | undefined
  #writing: Promise<void> | undefined

  constructor(sink: Sink, options: LineWriterOptions) {
    this.#sink = sink
    this.#options = options
  }

  push(line: string): void {
    if (this.#queue.length >= MAX_QUEUED) return this.#options.lost(1)
    this.#queue.push(line)
    this.#writing ??= this.#write().finally(() => (this.#writing = undefined))
  }

  /** Writes what waits, and closes the sink. */
  async close(): Promise<void> {
    this.#isClosed = true
    const patience = new AbortController()
    const late = delay(CLOSE_TIMEOUT_MS, undefined, { signal: patience.signal }).catch(() => undefined)
    await Promise.race([this.#writing, late])
    patience.abort()
    if (this.#queue.length > 0) this.#options.lost(this.#queue.length)
    this.#queue = []
    await this.#sink.close().catch(() => undefined)
  }

  async #write(): Promise<void> {
    await delay(BATCH_DELAY_MS)
    while (this.#queue.length > 0) {
      if (await this.#writeBatch()) continue
      if (this.#isClosed) return
      await delay(RETRY_DELAY_MS, undefined, { ref: false })
    }
  }

  /** Writes one batch; false where nothing of it was written. */
  async #writeBatch(): Promise<boolean> {
    const expiry = new AbortController()
    try {
      const late = delay(WRITE_TIMEOUT_MS, undefined, { signal: expiry.signal }).then(() => {
        throw new DOMException('the sink is silent', 'TimeoutError')
      })
      const written = await Promise.race([this.#sink.write(this.#queue.slice(0, MAX_BATCH)), late])
      this.#queue.splice(0, written)
      this.#report(written > 0 ? undefined : 'NOT_WRITABLE')
      return written > 0
    } catch (error) {
      this.#report(errorClass(error))
      return false
    } finally {
      expiry.abort()
    }
  }

  #report(cause: string | undefined): void {
    if (cause === this.#cause) return
    this.#cause = cause
    this.#options.changed(cause)
  }
}
