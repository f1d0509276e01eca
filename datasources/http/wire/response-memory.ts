/** Memory of each byte of a body: as it was received, as text, and as the values that are parsed from it. */
const COPIES = 4
/** Small answers never wait: most calls, tokens, and the outcomes of writes. */
const MAX_SMALL_BYTES = 64 * 1024

/** One body that is being read. */
export interface Reading {
  /** Counts bytes that were received. False: the reader pauses until `resume` is called. */
  readonly take: (bytes: number, resume: () => void) => boolean
  /** Counts bytes that a decompressed body may have. False: they are counted when `resume` is called. */
  readonly reserve: (bytes: number, resume: () => void) => boolean
  /** Called when the body has been read and mapped, or is given up. */
  readonly release: () => void
}

interface Waiter {
  readonly owner: object
  /** Memory that is counted when it goes on. */
  readonly reserves: number
  readonly resume: () => void
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
  #exempt: object | undefined
  readonly #waiting = new Set<Waiter>()

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The bytes of memory that are taken. */
  get used(): number {
    return this.#used
  }

  open(): Reading {
    const owner = {}
    let taken = 0
    let waiter: Waiter | undefined
    const count = (memory: number) => {
      taken += memory
      this.#used += memory
    }
    const wait = (reserves: number, resume: () => void) => {
      const goOn = () => {
        count(reserves)
        resume()
      }
      waiter = { owner, reserves, resume: goOn }
      this.#waiting.add(waiter)
      return false
    }
    return {
      take: (bytes, resume) => {
        count(bytes * COPIES)
        return taken <= MAX_SMALL_BYTES * COPIES || this.#mayGoOn(owner, 0) || wait(0, resume)
      },
      reserve: (bytes, resume) => {
        const reserves = bytes * COPIES
        if (!this.#mayGoOn(owner, reserves)) return wait(reserves, resume)
        count(reserves)
        return true
      },
      release: () => {
        this.#used -= taken
        taken = 0
        if (waiter) this.#waiting.delete(waiter)
        if (this.#exempt === owner) this.#exempt = undefined
        this.#wake()
      },
    }
  }

  #mayGoOn(owner: object, reserves: number): boolean {
    if (this.#used + reserves <= this.#maxBytes) return true
    this.#exempt ??= owner
    return this.#exempt === owner
  }

  #wake(): void {
    for (const waiter of [...this.#waiting]) {
      if (!this.#mayGoOn(waiter.owner, waiter.reserves)) return
      this.#waiting.delete(waiter)
      waiter.resume()
    }
  }
}

/** The default: no limit. */
export const unlimitedMemory = new ResponseMemory(Infinity)
