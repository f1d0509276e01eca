import { sleep } from '../http/retry.js'
import type { StoredRow } from './job-store.js'

/** The rows of one job that wait, and when the next of them may be asked. Its times are those of `performance.now()`. */
export class JobRows {
  readonly #waiting: number[] = []
  /** The rows that are asked, each with the number of pauses before. */
  readonly #asking = new Map<number, number>()
  #pauses = 0
  #resumeAt = -Infinity
  /** So many rows may be asked side by side. */
  #limit = Infinity
  #answered = 0
  /** How many rows had been answered when a row was last refused. */
  readonly #answeredAt = new Map<number, number>()
  #wakers: (() => void)[] = []

  constructor(rows: readonly (StoredRow | null)[]) {
    for (const [index, row] of rows.entries()) if (row?.state === 'waiting') this.#waiting.push(index)
  }

  /** How many rows wait. */
  get size(): number {
    return this.#waiting.length
  }

  /** Resolves when a row may be asked; false where none waits any more, or the signal aborts. */
  async ready(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted && this.#waiting.length > 0) {
      const ms = this.#resumeAt - performance.now()
      if (ms > 0) await sleep(ms, signal)
      else if (this.#asking.size < this.#limit) return true
      else await new Promise<void>((resolve) => this.#wakers.push(resolve))
    }
    return false
  }

  /** The next row to ask, until `end`; undefined where none may be asked now. */
  take(): number | undefined {
    if (performance.now() < this.#resumeAt || this.#asking.size >= this.#limit) return undefined
    const index = this.#waiting.shift()
    if (index !== undefined) this.#asking.set(index, this.#pauses)
    return index
  }

  /** A row is asked no more. */
  end(index: number): void {
    this.#asking.delete(index)
    this.wake()
  }

  /** Lets the workers look again whether they may go on. */
  wake(): void {
    for (const wake of this.#wakers.splice(0)) wake()
  }

  /** A row was answered: where it was asked since the last pause, one more may be asked side by side. */
  answered(index: number): void {
    this.#answered += 1
    if (this.#asking.get(index) === this.#pauses) this.#limit += 1
  }

  /** True where another row was answered since this one was refused before, or at all. */
  wereOthersAnswered(index: number): boolean {
    const before = this.#answeredAt.get(index) ?? 0
    this.#answeredAt.set(index, this.#answered)
    return this.#answered > before
  }

  /** No row is asked for so long. After a limit of the rate one row is asked first, and others as answers come. */
  pause(ms: number, isRateLimited: boolean): void {
    this.#pauses += 1
    // A shorter pause does not end a longer one.
    this.#resumeAt = Math.max(this.#resumeAt, performance.now() + ms)
    if (isRateLimited) this.#limit = 1
  }

  /** Lets a row wait again, after the others. */
  putBack(index: number): void {
    this.#waiting.push(index)
  }
}
