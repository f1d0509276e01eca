/** Parts of a time-out by which calls are grouped. */
const PARTS = 10
/** Calls that began so many parts ago have waited for nine tenths of the time-out, or have ended. */
const OBSERVED_PARTS = [PARTS, PARTS + 1]
const SLOTS = 16
/** With a smaller share of slow calls, most answers still come. */
const MAX_SLOW_RATE = 0.5

/** The calls that began in one part. */
interface Slot {
  readonly index: number
  calls: number
  answered: number
}

/**
 * Slow calls: the share of calls that wait for nine tenths of the time-out, among those that began at the same time. It
 * is known while they wait, and the answers of the time before a provider became slow do not dilute it.
 */
export class SlowCalls {
  readonly #minCalls: number
  readonly #partMs: number
  readonly #slots: (Slot | undefined)[] = new Array<undefined>(SLOTS).fill(undefined)

  constructor(minCalls: number, timeoutMs: number) {
    this.#minCalls = minCalls
    this.#partMs = timeoutMs / PARTS
  }

  /** The result is called when the call was answered, or given up before it was slow. */
  begin(now: number): () => void {
    const index = Math.floor(now / this.#partMs)
    let slot = this.#slots[index % SLOTS]
    if (slot?.index !== index) slot = this.#slots[index % SLOTS] = { index, calls: 0, answered: 0 }
    slot.calls += 1
    return () => void (slot.answered += 1)
  }

  /** True when at least half of the calls, and at least the minimum, are slow. */
  areMost(now: number): boolean {
    const present = Math.floor(now / this.#partMs)
    let calls = 0
    let answered = 0
    for (const age of OBSERVED_PARTS) {
      const slot = this.#slots[(present - age) % SLOTS]
      if (slot?.index !== present - age) continue
      calls += slot.calls
      answered += slot.answered
    }
    return calls >= this.#minCalls && calls - answered >= calls * MAX_SLOW_RATE
  }
}
