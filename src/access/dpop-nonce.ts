import type { Store } from '../../datasources/contract/store.js'

/** A nonce is given out for this time, and accepted for as long again. */
const WINDOW_MS = 120_000
const NAME = 'dpop nonce'

/**
 * Nonces of DPoP proofs (RFC 9449, 8 and 9): a keyed hash of a window of time, so that every replica knows them and none
 * stores them. They go by the store's time.
 */
export class DpopNonces {
  readonly #store: Pick<Store, 'digest' | 'isDigest' | 'now'>
  #window = -1
  #current = ''

  constructor(store: Pick<Store, 'digest' | 'isDigest' | 'now'>) {
    this.#store = store
  }

  /** The nonce for the next proofs. */
  current(): string {
    const window = this.#windowOf()
    if (window !== this.#window) {
      this.#window = window
      this.#current = this.#store.digest(NAME, String(window))
    }
    return this.#current
  }

  /** True of a nonce of this window or the one before, from any replica; one whose clock is ahead may be in the next. */
  isValid(nonce: unknown): boolean {
    if (typeof nonce !== 'string') return false
    if (nonce === this.current()) return true
    const window = this.#windowOf()
    return [window, window - 1, window + 1].some((at) => this.#store.isDigest(nonce, NAME, String(at)))
  }

  #windowOf(): number {
    return Math.floor(this.#store.now() / WINDOW_MS)
  }
}
