/** What of an `AbortSignal` is looked at here: one of Node's costs as much as all else that is done for a call. */
export interface Leaving {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void, options: { readonly once: true }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** The leaving of somebody who never leaves. */
export const staying: Leaving = {
  aborted: false,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
}

/** A leaving with whoever brings it about. Most are listened to by one, so only further ones take a set. */
export class Departure implements Leaving {
  aborted = false
  #listener: (() => void) | undefined
  #others: Set<() => void> | undefined

  addEventListener(_type: 'abort', listener: () => void): void {
    if (this.aborted || listener === this.#listener) return
    if (this.#listener === undefined) this.#listener = listener
    else (this.#others ??= new Set()).add(listener)
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    if (listener === this.#listener) this.#listener = undefined
    else this.#others?.delete(listener)
  }

  /** Tells everybody who listens, once. */
  abort(): void {
    if (this.aborted) return
    this.aborted = true
    const listener = this.#listener
    this.#listener = undefined
    listener?.()
    // Who is taken off by one before them is not told, as with a signal of Node's.
    if (this.#others) for (const other of this.#others) other()
  }
}
