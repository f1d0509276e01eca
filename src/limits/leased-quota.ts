import { type LeaseRequest, type PointLease, SPARE_DIVISOR } from './point-lease.js'

/** The part of the limit that a process leases in advance at first, and at most. */
const MIN_BLOCK_DIVISOR = 100
const MAX_BLOCK_DIVISOR = 10
/** A block that is spent within this time, or that of this many answers of the store, is too small. */
const BRISK_MS = 1_000
const MIN_ANSWERS = 4
/** A block that lasts longer than this, and than four times as many answers, is too large. */
const SLOW_MS = 5_000

/** An operation that waits for points. */
interface Waiter {
  readonly points: number
  readonly settle: (allowed: boolean) => void
}

/**
 * Leased quota: the points of one window of a user, client or tenant that this process has leased, and those that it spent. Only leased
 * points are spent, so that all processes together keep the limit, however late the store answers. Points that were
 * spent without a lease (charges, and what passes while the store is away) are a debt, which the next lease pays first.
 * All times are by one clock that the caller chooses.
 */
export class LeasedQuota {
  readonly waiters: Waiter[] = []
  /** True while a request to the store is under way. */
  isRequesting = false
  #rest = 0
  #window = 0
  /** Points that this process spent in the window. */
  #spent = 0
  /** Points that no process had leased, and the end of the window by the store's clock, by the last answer. */
  #left: number
  #endsAt = 0
  /** The end of the window by this process's clock; never later than by the store's. */
  #until = -Infinity
  /** How many points are leased in advance. */
  #block: number
  #grantedAt = -Infinity
  #spentAt = -Infinity

  constructor(
    readonly name: string,
    readonly limit: number,
    readonly windowMs: number,
  ) {
    this.#left = limit
    this.#block = this.#minBlock
  }

  get #minBlock(): number {
    return Math.ceil(this.limit / MIN_BLOCK_DIVISOR)
  }

  /** The points left in the window, as far as this process knows. */
  get remaining(): number {
    return Math.max(0, this.#left + this.#rest)
  }

  /** Changes with each window. */
  get window(): number {
    return this.#window
  }

  /** Points that this process let pass in this window. */
  get spent(): number {
    return this.#spent
  }

  /** Points that are leased and not spent; below 0 is a debt. */
  get rest(): number {
    return this.#rest
  }

  resetMs(now: number): number {
    return Math.max(0, this.#until - now)
  }

  isOver(now: number): boolean {
    return now >= this.#until
  }

  /** True when so many leased points are left. */
  canSpend(points: number, now: number): boolean {
    return now < this.#until && points <= this.#rest
  }

  /** Spends leased points; false when there are too few. */
  spend(points: number, now: number): boolean {
    if (!this.canSpend(points, now)) return false
    this.#rest -= points
    this.#spent += points
    this.#spentAt = now
    return true
  }

  /** Spends points that may not be leased. */
  force(points: number, now: number): void {
    if (this.isOver(now)) this.begin(now)
    this.#rest -= points
    this.#spent += points
    this.#spentAt = now
  }

  /** Takes back points that were spent in this window for an operation that does not run. */
  refund(points: number, window: number): void {
    if (window !== this.#window) return
    this.#rest += points
    this.#spent -= points
  }

  /** True when more points should be leased before these are spent. */
  isLow(): boolean {
    return this.#rest < Math.min(this.#block, Math.floor(this.#left / SPARE_DIVISOR)) / 2
  }

  /** True when the leased points have not been used for this long. */
  isIdle(now: number, ms: number): boolean {
    return this.#rest > 0 && now - Math.max(this.#spentAt, this.#grantedAt) >= ms
  }

  /**
   * Begins a request for what the waiters need and a block in advance; the debt goes with it. `wanted` are the points
   * of an operation that is to wait here next.
   */
  request(now: number, wanted = 0): LeaseRequest {
    this.isRequesting = true
    if (this.isOver(now)) this.begin(now)
    const rest = Math.max(0, this.#rest)
    const total = this.waiters.reduce((sum, { points }) => sum + points, wanted)
    const first = Math.max(0, (this.waiters[0]?.points ?? wanted) - rest)
    const need = Math.max(0, total - rest)
    return { first, need, spare: this.#block, owed: Math.max(0, -this.#rest), returned: 0, endsAt: this.#endsAt }
  }

  /** Begins a request that gives the unused points back and pays the debt. */
  giveBack(): LeaseRequest {
    this.isRequesting = true
    const returned = Math.max(0, this.#rest)
    const owed = Math.max(0, -this.#rest)
    this.#rest -= returned
    this.#block = this.#minBlock
    return { first: 0, need: 0, spare: 0, owed, returned, endsAt: this.#endsAt }
  }

  /** The answer to a request made at `requestedAt`; settles the waiters that it decides. */
  answered({ owed }: LeaseRequest, lease: PointLease, requestedAt: number, now: number): void {
    this.isRequesting = false
    this.#left = lease.left
    this.#endsAt = lease.endsAt
    if (lease.granted > 0) this.#adapt(now, now - requestedAt)
    // The window had `resetMs` left at some time after the request was made.
    const until = requestedAt + lease.resetMs
    // Points of a window that has ended meanwhile are void.
    if (now < until || lease.resetMs === 0) {
      this.#until = until
      this.#rest += owed + lease.granted
      // The store counts less than this process alone has leased: it lost the window and began another.
      if (this.limit - lease.left < this.#spent + this.#rest) {
        this.#rest = lease.granted
        this.#spent = owed
        this.#window += 1
      }
    } else {
      this.begin(now)
    }
    this.#settle(now)
  }

  /** A request without an answer: its debt remains, so it may count twice rather than not at all. */
  failed(): void {
    this.isRequesting = false
  }

  /** Begins a window without asking the store. */
  begin(now: number): void {
    this.#until = now + this.windowMs
    this.#window += 1
    this.#rest = 0
    this.#spent = 0
    this.#left = this.limit
    this.#endsAt = 0
  }

  /** Fits the block to the client's pace and to the distance of the store. */
  #adapt(now: number, answerMs: number): void {
    const lasted = now - this.#grantedAt
    this.#grantedAt = now
    const max = Math.ceil(this.limit / MAX_BLOCK_DIVISOR)
    if (lasted < Math.max(BRISK_MS, MIN_ANSWERS * answerMs)) this.#block = Math.min(max, this.#block * 2)
    else if (lasted > Math.max(SLOW_MS, 4 * MIN_ANSWERS * answerMs))
      this.#block = Math.max(this.#minBlock, Math.floor(this.#block / 2))
  }

  /** Lets the waiters pass that the leased points suffice for, and refuses those that the window cannot pay. */
  #settle(now: number): void {
    const undecided: Waiter[] = []
    for (const waiter of this.waiters.splice(0)) {
      if (this.spend(waiter.points, now)) waiter.settle(true)
      else if (waiter.points > this.#rest + this.#left) waiter.settle(false)
      else undecided.push(waiter)
    }
    this.waiters.unshift(...undecided)
  }
}
