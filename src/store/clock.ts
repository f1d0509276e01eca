/** After this time an observation is replaced by a later one, however long that took. */
const MAX_AGE_MS = 10_000

/** The time that a server states as seconds and microseconds, in ms since 1970. */
export const statedTime = (seconds: Buffer, micros: Buffer): number =>
  Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)

/**
 * The clock of the store as this process knows it: a time that the store stated, plus the time since by the monotonic
 * clock. A wrong clock of this machine, or one that is set, has no part in it. It is wrong by at most the time that the
 * observed request took.
 */
export class StoreClock {
  /** The store's time less the monotonic time; undefined until the store has stated its time. */
  #offset: number | undefined
  #roundTripMs = Infinity
  #observedAt = 0

  /** Takes in the time of a reply to a request that was sent at this monotonic time, and returns it. */
  observe(storeTime: number, sentAt: number): number {
    const receivedAt = performance.now()
    const roundTripMs = receivedAt - sentAt
    if (roundTripMs > this.#roundTripMs && receivedAt - this.#observedAt < MAX_AGE_MS) return storeTime
    this.#offset = storeTime - (sentAt + receivedAt) / 2
    this.#roundTripMs = roundTripMs
    this.#observedAt = receivedAt
    return storeTime
  }

  /** The store's time in ms since 1970; that of this machine until the store has stated one. */
  now(): number {
    return this.#offset === undefined ? Date.now() : Math.round(performance.now() + this.#offset)
  }
}
