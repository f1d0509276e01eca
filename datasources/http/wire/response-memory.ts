import { TransientSet } from '../../support/transient-map.js'

/** Memory of each byte of a body: as it was received, as text, and as the values that are parsed from it. */
const COPIES = 4
/** Small answers never wait: most calls, tokens, and the outcomes of writes. */
const MAX_SMALL_BYTES = 64 * 1024

/** What waits for memory: a paused connection, or the reader of a body. */
export interface Resumable {
  resume(): void
}

/**
 * Memory of the answers that are being read, of all providers together. Beyond the limit readers pause, and so do the
 * connections that they read from; one of them at a time goes on nevertheless, so that none waits for another that
 * waits for it. So the answers take at most the limit and the largest of them.
 *
 * Memory is given back when an answer has been mapped, not when its operation ends: an operation that held it while it
 * waited for its next call would wait for itself.
 */
export class ResponseMemory {
  readonly #maxBytes: number
  #used = 0
  /** The reading that goes on beyond the limit. */
  #exempt: Reading | undefined
  readonly #waiting = new TransientSet<Reading>()
  /** Those that end with this turn of the event loop. */
  #ending: Reading[] = []

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The bytes of memory that are taken. */
  get used(): number {
    return this.#used
  }

  open(): Reading {
    return new Reading(this)
  }

  /** Counts memory as taken, or as free again where it is negative. */
  count(memory: number): void {
    this.#used += memory
  }

  /** True for a reading that may go on with so much more memory. */
  mayGoOn(reading: Reading, memory: number): boolean {
    if (this.#used + memory <= this.#maxBytes) return true
    this.#exempt ??= reading
    return this.#exempt === reading
  }

  /** Lets a reading wait until it may go on. */
  wait(reading: Reading): void {
    this.#waiting.add(reading)
  }

  /** Releases a reading in the next turn of the event loop. */
  releaseLater(reading: Reading): void {
    if (this.#ending.push(reading) === 1) setImmediate(() => this.#releaseAll())
  }

  #releaseAll(): void {
    const ending = this.#ending
    this.#ending = []
    for (const reading of ending) reading.release()
  }

  /** Forgets a reading that has ended. */
  forget(reading: Reading): void {
    if (this.#exempt === reading) this.#exempt = undefined
    if (this.#waiting.size === 0) return
    this.#waiting.delete(reading)
    for (const waiter of [...this.#waiting]) {
      if (!this.mayGoOn(waiter, waiter.reserves)) return
      this.#waiting.delete(waiter)
      waiter.resume()
    }
  }
}

/** One body that is being read. */
export class Reading {
  #taken = 0
  /** Memory that is counted when it goes on. */
  #reserves = 0
  #waiter: Resumable | undefined

  constructor(private readonly memory: ResponseMemory) {}

  get reserves(): number {
    return this.#reserves
  }

  /** Counts bytes that were received. False: the reader pauses until `resume` is called. */
  take(bytes: number, reader: Resumable): boolean {
    this.#count(bytes * COPIES)
    if (this.#taken <= MAX_SMALL_BYTES * COPIES || this.memory.mayGoOn(this, 0)) return true
    return this.#wait(0, reader)
  }

  /** Counts bytes that a decompressed body may have. False: they are counted when `resume` is called. */
  reserve(bytes: number, reader: Resumable): boolean {
    const memory = bytes * COPIES
    if (!this.memory.mayGoOn(this, memory)) return this.#wait(memory, reader)
    this.#count(memory)
    return true
  }

  /** There is memory again. */
  resume(): void {
    const waiter = this.#waiter
    this.#count(this.#reserves)
    this.#waiter = undefined
    waiter?.resume()
  }

  /** Called when the body has been read and mapped, or is given up. */
  release(): void {
    this.memory.count(-this.#taken)
    this.#taken = 0
    this.memory.forget(this)
  }

  /** Called when the body has been read: by the next turn of the event loop the answer has been parsed and mapped. */
  releaseLater(): void {
    this.memory.releaseLater(this)
  }

  #wait(memory: number, reader: Resumable): false {
    this.#reserves = memory
    this.#waiter = reader
    this.memory.wait(this)
    return false
  }

  #count(memory: number): void {
    this.#taken += memory
    this.memory.count(memory)
  }
}

/** The default: no limit. */
export const unlimitedMemory = new ResponseMemory(Infinity)
