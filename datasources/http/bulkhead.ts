import { FairQueue } from '../support/fair-queue.js'
import { type Admission, type Claim, PermitWait, type WaitLimits } from './permit-wait.js'

export type { Admission, Claim } from './permit-wait.js'

/** A claim of the process itself, such as a token request. */
const OWN_CLAIM: Claim = { share: [], isWrite: false }

/** Queue places for each permit: at 150 ms a call, a request further back would reach its deadline first. */
const MAX_QUEUED_PER_PERMIT = 64
/** The part of the permits that writes may hold together, one client beside others, and of the queue that one client may fill. */
const MAX_PART = 3 / 4
/** How long after its last call a client counts as one beside others. */
const ACTIVE_MS = 60_000
/** A share of a client: its tenant and itself. */
const CLIENT_DEPTH = 2
/** The mean time for which permits are held is that of about this many calls. */
const MAX_SAMPLES = 256

/** The requests of one kind: those that wait, how many permits the others hold, and for how long on average. */
class Kind {
  readonly queue = new FairQueue<PermitWait>()
  /** Permits times the ms that they were held, the number of those that were returned, and the time of the last change. */
  #heldMs = 0
  #returned = 0
  #changedAt = 0

  get held(): number {
    return this.queue.held
  }

  take(share: readonly string[], now: number): void {
    this.#count(now)
    this.queue.hold(share)
  }

  release(share: readonly string[], now: number): void {
    this.#count(now)
    this.queue.release(share)
    this.#returned += 1
    if (this.#returned < MAX_SAMPLES) return
    // What was long ago counts less.
    this.#returned /= 2
    this.#heldMs /= 2
  }

  /** How long a request of this owner would wait behind its others; 0 where it cannot be told. */
  expectedWaitMs(share: readonly string[], now: number): number {
    const [waiting, held] = [this.queue.sizeOf(share), this.queue.heldBy(share)]
    if (waiting === 0 || held === 0) return 0
    this.#count(now)
    return ((waiting / held) * this.#heldMs) / Math.max(1, this.#returned)
  }

  #count(now: number): void {
    this.#heldMs += this.held * (now - this.#changedAt)
    this.#changedAt = now
  }
}

/** The two clients that called last, which suffice to know whether there is another than a given one. */
class ActiveClients {
  #last: { readonly tenant: string; readonly client: string; at: number } | undefined
  #previousAt = -Infinity

  saw([tenant, client]: readonly string[], now: number): void {
    if (tenant === undefined || client === undefined) return
    const last = this.#last
    if (last?.tenant === tenant && last.client === client) last.at = now
    else {
      this.#previousAt = last?.at ?? -Infinity
      this.#last = { tenant, client, at: now }
    }
  }

  /** True when another client than this one has called lately. */
  hasOther([tenant, client]: readonly string[], now: number): boolean {
    const last = this.#last
    const isLast = last?.tenant === tenant && last?.client === client
    return now - (isLast ? this.#previousAt : (last?.at ?? -Infinity)) < ACTIVE_MS
  }
}

/**
 * Bulkhead: a semaphore with a bounded queue. At most `maxConcurrent` calls to a provider run at a time; the others
 * wait. A request that waits has certainly not been sent.
 *
 * Permits that are scarce go to tenants, their clients and their users in fair shares: next is who holds the fewest.
 * Writes, which may take long, hold at most three quarters of the permits, and so does one client while others call,
 * whose writes hold three quarters of that; while reads and writes wait, those that hold fewer permits come next. What
 * does not wait takes no part: a client alone has all permits.
 */
export class Bulkhead {
  readonly #maxConcurrent: number
  readonly #maxQueued: number
  /** Of writes, and of one client beside others. */
  readonly #maxHeld: number
  /** Of the writes of one client beside others, so that its reads do not wait for them. */
  readonly #maxClientWrites: number
  #free: number
  readonly #reads = new Kind()
  readonly #writes = new Kind()
  readonly #clients = new ActiveClients()

  constructor(maxConcurrent: number, maxQueued = maxConcurrent * MAX_QUEUED_PER_PERMIT) {
    this.#maxConcurrent = maxConcurrent
    this.#free = maxConcurrent
    this.#maxQueued = maxQueued
    this.#maxHeld = Math.ceil(maxConcurrent * MAX_PART)
    this.#maxClientWrites = Math.max(1, Math.floor(this.#maxHeld * MAX_PART))
  }

  /** Takes a permit; false when there is none for this claim. What waits and may have one too comes first. */
  tryAcquire(claim: Claim = OWN_CLAIM): boolean {
    const now = performance.now()
    this.#clients.saw(claim.share, now)
    this.#admitNext(now)
    if (!this.#mayTake(claim, now)) return false
    this.#take(claim, now)
    return true
  }

  /** Takes a permit, or waits for one within the limits. */
  async acquire(limits: WaitLimits, claim: Claim = OWN_CLAIM): Promise<Admission> {
    if (limits.signal.aborted) return 'aborted'
    return this.tryAcquire(claim) ? 'acquired' : this.waitFor(claim, limits)
  }

  /** Waits for a permit that `tryAcquire` did not take. */
  waitFor(claim: Claim, limits: WaitLimits): Promise<Admission> {
    const refusal = limits.signal.aborted ? 'aborted' : this.#refusalOf(claim, limits)
    return refusal ? Promise.resolve(refusal) : new PermitWait(claim, this.#kindOf(claim).queue, limits).admission
  }

  /** Returns a permit, which passes to the request that is next. The claim is that of `acquire`. */
  release(claim: Claim = OWN_CLAIM): void {
    const now = performance.now()
    this.#free += 1
    this.#kindOf(claim).release(claim.share, now)
    this.#admitNext(now)
  }

  /** Admits the requests that wait, as long as there are permits for them. */
  #admitNext(now: number): void {
    for (let next = this.#next(now); next; next = this.#next(now)) {
      this.#take(next.claim, now)
      next.admit()
    }
  }

  #kindOf({ isWrite }: Claim): Kind {
    return isWrite ? this.#writes : this.#reads
  }

  #take(claim: Claim, now: number): void {
    this.#free -= 1
    this.#kindOf(claim).take(claim.share, now)
  }

  #mayTake({ share, isWrite }: Claim, now: number): boolean {
    if (this.#free === 0) return false
    // With as many free permits neither writes nor a client can hold too many.
    if (this.#free > this.#maxConcurrent - (isWrite ? this.#maxClientWrites : this.#maxHeld)) return true
    if (isWrite && this.#writes.held >= this.#maxHeld) return false
    if (share.length < CLIENT_DEPTH) return true
    const client = share.slice(0, CLIENT_DEPTH)
    const writes = this.#writes.queue.heldBy(client)
    const isInShare =
      this.#reads.queue.heldBy(client) + writes < this.#maxHeld && !(isWrite && writes >= this.#maxClientWrites)
    return isInShare || !this.#clients.hasOther(share, now)
  }

  /** Takes the request that gets the next permit from its queue; undefined where none waits that may take it. */
  #next(now: number): PermitWait | undefined {
    if (this.#free === 0 || this.#reads.queue.size + this.#writes.queue.size === 0) return undefined
    const isWriteNext = this.#writes.held < this.#reads.held
    const [first, second] = isWriteNext ? [this.#writes, this.#reads] : [this.#reads, this.#writes]
    return this.#nextOf(first, now) ?? this.#nextOf(second, now)
  }

  /** At most one client holds its part of the permits while another is free, so the search passes over one client at most. */
  #nextOf(kind: Kind, now: number): PermitWait | undefined {
    const isFull = kind === this.#writes && kind.held >= this.#maxHeld
    if (isFull || kind.queue.size === 0) return undefined
    return kind.queue.dequeue(({ claim }) => this.#mayTake(claim, now), CLIENT_DEPTH)
  }

  /** Why a wait would not begin; undefined where it may. */
  #refusalOf(claim: Claim, { deadline = Infinity }: WaitLimits): Admission | undefined {
    const { share } = claim
    if (this.#isFull(share)) return 'full'
    const now = performance.now()
    return this.#kindOf(claim).expectedWaitMs(share, now) > deadline - now ? 'late' : undefined
  }

  #isFull(share: readonly string[]): boolean {
    const [reads, writes] = [this.#reads.queue, this.#writes.queue]
    if (reads.size + writes.size >= this.#maxQueued) return true
    if (share.length < CLIENT_DEPTH) return false
    const client = share.slice(0, CLIENT_DEPTH)
    return reads.sizeOf(client) + writes.sizeOf(client) >= Math.ceil(this.#maxQueued * MAX_PART)
  }
}
