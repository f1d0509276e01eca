import { ERROR_CODES } from '../../datasources/contract/error-codes.js'

/** What a second of the run looked like. */
export interface Second {
  readonly answers: number
  readonly errors: number
}

interface Tally {
  asked: number
  answered: number
  unheard: number
  longestMs: number
  readonly codes: Record<string, number>
}

/** Counts of what was asked and how it ended, by kind and by second. */
export class Traffic {
  readonly kinds: Record<string, Tally> = {}
  readonly #seconds: { answers: number; errors: number }[] = []

  constructor(readonly begun: number) {}

  get seconds(): readonly Second[] {
    return Array.from(this.#seconds, (second) => second ?? { answers: 0, errors: 0 })
  }

  get total(): Tally {
    const total: Tally = { asked: 0, answered: 0, unheard: 0, longestMs: 0, codes: {} }
    for (const tally of Object.values(this.kinds)) {
      total.asked += tally.asked
      total.answered += tally.answered
      total.unheard += tally.unheard
      total.longestMs = Math.max(total.longestMs, tally.longestMs)
      for (const [code, count] of Object.entries(tally.codes)) total.codes[code] = (total.codes[code] ?? 0) + count
    }
    return total
  }

  /** Takes down a request that ended: in these codes (none when it went well), or unheard. */
  ended(kind: string, from: number, codes: readonly string[] | 'unheard'): void {
    const tally = (this.kinds[kind] ??= { asked: 0, answered: 0, unheard: 0, longestMs: 0, codes: {} })
    tally.asked += 1
    if (codes === 'unheard') {
      tally.unheard += 1
      return
    }
    const now = Date.now()
    tally.answered += 1
    tally.longestMs = Math.max(tally.longestMs, now - from)
    for (const code of codes.length > 0 ? codes : ['ok']) tally.codes[code] = (tally.codes[code] ?? 0) + 1
    const second = (this.#seconds[Math.floor((now - this.begun) / 1000)] ??= { answers: 0, errors: 0 })
    second.answers += 1
    if (codes.some((code) => Object.hasOwn(ERROR_CODES, code) && code !== 'FORBIDDEN')) second.errors += 1
  }
}
