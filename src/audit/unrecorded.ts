import type { Trail } from './trail.js'

/**
 * Operations that only read masked or searched while the trail could not be written. They go on without it, so they are
 * counted: their entries would fill the queue of those that must not be lost.
 */
export class Unrecorded {
  readonly #trail: Trail
  #operations = 0

  constructor(trail: Trail) {
    this.#trail = trail
  }

  add(): void {
    this.#operations += 1
  }

  /** Appends the count, once the trail can be written again. */
  settle(): void {
    if (this.#operations === 0) return
    this.#trail.append({ kind: 'unrecorded', operations: this.#operations })
    this.#operations = 0
  }
}
