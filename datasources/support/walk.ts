import { createHash } from 'node:crypto'
import type { ApiError } from '../contract/errors.js'

/** Pages that one walk reads at most. */
const MAX_PAGES = 100
/** Pages without rows that are followed in succession. */
const MAX_EMPTY_PAGES = 3

/** What a cursor keeps of a walk that goes on in another operation: its pages so far, and the hash of one of its tokens. */
export interface WalkState {
  readonly pages: number
  readonly mark: string
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url').slice(0, 8)
const isPowerOfTwo = (count: number): boolean => Number.isInteger(Math.log2(count))

/**
 * A walk over the pages of a provider's list, by the token that each page holds of the next. A null or empty token ends
 * the list. A token that comes again would have no end: `malformed` is thrown, also where the walk is several operations
 * long, whose tokens are compared with one of their number (Brent's algorithm).
 */
export class Walk {
  readonly #seen = new Set<string>()
  readonly #malformed: () => ApiError
  #state: WalkState
  #read = 0
  #empty = 0

  /** `token` is the token of the first page that this walk reads, where it is not the first of the list. */
  constructor(malformed: () => ApiError, token?: string | null, state: WalkState = { pages: 0, mark: '' }) {
    this.#malformed = malformed
    this.#state = state
    if (token != null) this.#seen.add(token)
  }

  /** The token of the next page after one with so many rows; undefined at the end of the list. */
  next(token: string | null | undefined, rows: number): string | undefined {
    this.#read += 1
    this.#empty = rows === 0 ? this.#empty + 1 : 0
    if (token === null || token === undefined || token === '') return undefined
    const hash = hashOf(token)
    if (this.#seen.has(token) || hash === this.#state.mark) throw this.#malformed()
    this.#seen.add(token)
    const pages = this.#state.pages + 1
    this.#state = { pages, mark: isPowerOfTwo(pages) ? hash : this.#state.mark }
    return token
  }

  /** True when this operation reads no further page. */
  get isExhausted(): boolean {
    return this.#read >= MAX_PAGES || this.#empty > MAX_EMPTY_PAGES
  }

  get state(): WalkState {
    return this.#state
  }
}
