/** Keeps clear of the moment at which the other side closes a connection, as far as it announces one. */
const ANNOUNCED_MARGIN_MS = 1_000
/** The longest idle time of a connection that a request which is not repeated goes out on. */
const MAX_RECENT_MS = 250
/** A restart of the provider closes connections of any age: less than this is not learned. */
const MIN_LEARNED_MS = 50
/** What was learned is forgotten after this time, because the provider or a proxy may have changed. */
const LEARNED_FOR_MS = 600_000

export const DEFAULT_KEEP_ALIVE_MS = 4_000

/**
 * How long a connection may be idle and still be used. A request on a connection that the other side closes at the same
 * moment is lost, and whether it was executed is not known; so connections are left earlier than the other side's
 * habit: as the setting says, as the provider announces, and as it was seen to do.
 */
export class IdleLimit {
  #learnedMs = Infinity
  #learnedAt = 0

  /** 0 uses each connection for one request. `now` is in ms. */
  constructor(
    readonly maxMs: number = DEFAULT_KEEP_ALIVE_MS,
    readonly now: () => number = () => performance.now(),
  ) {}

  /** The longest idle time in ms of a connection that this response kept open, by its header `Keep-Alive`. */
  announced(keepAlive: string | null | undefined): number {
    const seconds = /(?:^|[,;\s])timeout\s*=\s*"?(\d{1,6})/i.exec(keepAlive ?? '')?.[1]
    return seconds === undefined ? Infinity : Math.max(0, Number(seconds) * 1000 - ANNOUNCED_MARGIN_MS)
  }

  /** The longest idle time in ms at present. */
  ms(recentOnly: boolean): number {
    if (this.#learnedMs !== Infinity && this.now() - this.#learnedAt > LEARNED_FOR_MS) this.#learnedMs = Infinity
    const ms = Math.min(this.maxMs, this.#learnedMs)
    return recentOnly ? Math.min(ms, MAX_RECENT_MS) : ms
  }

  /** Called when the other side closed a connection that had been idle for so long: half of it is safe. */
  closedAfter(idleMs: number): void {
    const learnedMs = Math.max(MIN_LEARNED_MS, idleMs / 2)
    if (learnedMs >= this.ms(false)) return
    this.#learnedMs = learnedMs
    this.#learnedAt = this.now()
  }
}
