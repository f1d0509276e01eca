import { performance } from 'node:perf_hooks'
import type { Caller } from '../../datasources/contract/caller.js'
import { ApiError } from '../../datasources/contract/errors.js'
import { Attachment } from '../../datasources/support/attachment.js'
import { TransientSet } from '../../datasources/support/transient-map.js'
import { withHttp } from '../graphql/http-head.js'
import { StartTimeFairQueue, type Flow } from './start-time-fair-queue.js'
import { WorkPace } from './work-pace.js'

/** The part of a turn of the event loop after which no further operation is begun in it. */
const TURN_MS = 10
/** Operations are begun for at least this time in each turn, however long the rest of it takes. */
const MIN_SHARE_MS = 2.5
/** The greatest number of operations that are begun in one turn from the queue. */
const MAX_STARTS_IN_TURN = 64
/** While no operation may be begun, the queue is looked at again after this time at most. */
const TICK_MS = 10

/** The length of a queue: the time in which it is served, and the least number of requests. */
interface QueueLength {
  readonly ms: number
  readonly min: number
}

/** The queue that a burst may build. No request comes after it, so that it is served to its end. */
const BURST: QueueLength = { ms: 1_000, min: 128 }
/** The queue that has not been empty for `STANDING_MS`, or was full in the last `FULL_MS`: more comes than can be served. */
const STANDING: QueueLength = { ms: 20, min: 96 }
const STANDING_MS = 500
const FULL_MS = 1_000
const MAX_QUEUED = 512
/** The longest time in the queue. */
const MAX_WAIT_MS = 2_000

/** A tenant may hold this part of the ceiling, a client this part of that, and a user this part of that. */
const MAX_SHARE = 7 / 8

/** The weight of the newest value in a moving average. */
const SMOOTHING = 0.1
/** The rate of starts is read at least over this time. */
const RATE_MS = 20

/** A refused client is told to wait from one to this many seconds: a common time would bring all of them back at once. */
const MAX_RETRY_AFTER_SECONDS = 5

/** Why a request was refused. */
type RefusalReason = 'queue_full' | 'deadline' | 'expired' | 'share'

/** What is told of admission control, for metrics. */
interface AdmissionObserver {
  readonly refused: (reason: RefusalReason) => void
  /** The time of a request in the queue; requests that are admitted at once are not told. */
  readonly queued: (seconds: number) => void
}

/** Clock and scheduler; times are in ms. */
export interface Turns {
  readonly now: () => number
  /** The time that the event loop has waited for events since its start. */
  readonly waited: () => number
  /** Calls back at the end of this turn of the event loop, after its input and output. */
  readonly atEnd: (step: () => void) => void
  readonly after: (ms: number, tick: () => void) => () => void
}

const EVENT_LOOP: Turns = {
  now: () => performance.now(),
  waited: () => performance.eventLoopUtilization().idle,
  atEnd: (step) => void setImmediate(step),
  after(ms, tick) {
    const timer = setTimeout(tick, ms)
    return () => clearTimeout(timer)
  },
}

export interface AdmissionOptions {
  /** Operations that may be in flight however busy the process is, and however idle it is. */
  readonly floor: number
  readonly ceiling: number
  readonly observer: AdmissionObserver
  readonly turns?: Turns
}

/** The part of Node's response that tells of a client that leaves. */
interface ResponseEvents {
  once(event: 'close', listener: () => void): unknown
  off(event: 'close', listener: () => void): unknown
}

/** A request that asks to be admitted. */
interface Applicant {
  readonly caller: Pick<Caller, 'tenant' | 'client' | 'subject'>
  /** When its operation must have ended, by the clock. */
  readonly deadlineAt: number
  readonly response: ResponseEvents
}

/** The time of this process that an operation took, in ms, once it has ended. */
interface MeasuredWork {
  readonly ownMs: number | undefined
}

/** The right to execute one operation. */
export interface Permit {
  /** Ends the operation. Further calls do nothing. */
  readonly release: () => void
}

/** A request in the queue. */
interface Waiting {
  readonly flow: Flow<Waiting>
  readonly response: ResponseEvents
  readonly since: number
  readonly expiresAt: number
  settle?: (outcome: Permit | ApiError) => void
}

/** One error for each time to wait: under overload most answers are refusals, and an error of its own costs a stack trace. */
function refusals(make: (retryAfterSeconds: number) => ApiError, status: number): () => ApiError {
  const errors = Array.from({ length: MAX_RETRY_AFTER_SECONDS }, (_, i) =>
    withHttp(make(i + 1), status, [['retry-after', String(i + 1)]]),
  )
  return () => errors[Math.floor(Math.random() * errors.length)]!
}

const overloaded = refusals((retryAfterSeconds) => new ApiError('OVERLOADED', { retryAfterSeconds }), 503)

/** The refusal of a caller that holds its share of all places: others are still served. */
const tooManyAtOnce = refusals(
  (retryAfterSeconds) =>
    new ApiError('RATE_LIMITED', {
      message: 'Too many operations of this user, client or tenant run at once.',
      retryAfterSeconds,
      refusal: 'share',
    }),
  429,
)

/**
 * Admission control. A process has one thread, so what it can do is measured on its event loop: operations are begun at
 * the pace at which it keeps up with all that arrives (`WorkPace`), and in the order of a fair queue once there are more.
 * The wait in the queue is known from the rate at which it is served, and a request that would wait too long is refused.
 * The number in flight is limited too, because each takes memory.
 */
export class Admission {
  readonly #queue = new StartTimeFairQueue<Waiting>()
  readonly #waiting = new TransientSet<Waiting>()
  readonly #work = new Attachment<ResponseEvents, MeasuredWork>()
  readonly #pace = new WorkPace()
  readonly #floor: number
  readonly #ceiling: number
  readonly #observer: AdmissionObserver
  readonly #turns: Turns
  /** The greatest numbers in flight of a user, a client and a tenant. */
  readonly #shares: readonly number[]

  /** The turn in which requests are admitted at once: its first admission, undefined in a new turn. */
  #turnBegun: number | undefined
  /** The last turn in which the queue was served. */
  #servedAt: number | undefined
  #startsUntil = 0
  #isFirstStep = false
  #stepsLeft = 0
  #cancelTick: (() => void) | undefined
  /** True while the queue waits for a place rather than for the pace. */
  #isFull = false
  #emptyAt: number
  /** When a request was last refused because the queue was full. */
  #fullAt = -Infinity

  /** Moving averages: the work of an operation, and the time between two that are begun from the queue. */
  #workMs = 1
  #intervalMs = 1
  #starts = 0
  #rateSince = 0

  constructor({ floor, ceiling, observer, turns = EVENT_LOOP }: AdmissionOptions) {
    this.#floor = floor
    this.#ceiling = ceiling
    this.#observer = observer
    this.#turns = turns
    const [tenant, client, user] = [1, 2, 3].map((level) => Math.max(1, Math.floor(ceiling * MAX_SHARE ** level)))
    this.#shares = [user!, client!, tenant!]
    this.#emptyAt = turns.now()
  }

  /** The work that may be begun in a second, in seconds of the process's time. */
  get pace(): number {
    return this.#pace.rate
  }

  get inFlight(): number {
    return this.#queue.inFlight
  }

  get queued(): number {
    return this.#queue.queued
  }

  /**
   * Admits a request at once, or queues it, or throws `OVERLOADED`, or `RATE_LIMITED` where its caller has its share. One
   * that is queued is admitted later, refused, or forgotten when its client leaves.
   */
  admit({ caller: { tenant, client, subject }, deadlineAt, response }: Applicant): Permit | Promise<Permit> {
    const now = this.#turns.now()
    const flow = this.#queue.open(tenant, client, subject)
    if (!this.#isWithinShares(flow)) return this.#refuseAtOnce(flow, 'share')
    if (this.#queue.queued === 0 && this.#mayStart(now) && this.#isTurnOpen(now)) return this.#start(flow, response)
    return this.#enqueue(flow, now, deadlineAt, response)
  }

  #isWithinShares(flow: Flow<Waiting>): boolean {
    let at = flow
    for (const share of this.#shares) {
      if (at.inFlight + at.queued >= share) return false
      at = at.parent!
    }
    return true
  }

  #mayStart(now: number): boolean {
    const { inFlight } = this.#queue
    return inFlight < this.#ceiling && (this.#pace.allows(now) || inFlight < this.#floor)
  }

  #isTurnOpen(now: number): boolean {
    if (this.#turnBegun === undefined) {
      this.#turnBegun = now
      this.#turns.atEnd(this.#endTurn)
    }
    return now - this.#turnBegun < TURN_MS
  }

  readonly #endTurn = (): void => {
    this.#turnBegun = undefined
  }

  /** Notes where the work of the operation that a response answers is measured; it is read when its permit is released. */
  readonly measure = (response: ResponseEvents, work: MeasuredWork): void => void this.#work.set(response, work)

  #start(flow: Flow<Waiting>, response: ResponseEvents): Permit {
    const charged = this.#workMs
    this.#queue.start(flow, charged)
    this.#pace.take(charged)
    let isHeld = true
    return {
      release: () => {
        if (!isHeld) return
        isHeld = false
        const workMs = this.#work.get(response)?.ownMs ?? charged
        this.#workMs += (workMs - this.#workMs) * SMOOTHING
        this.#queue.end(flow, workMs - charged)
        if (this.#isFull && this.#queue.inFlight < this.#ceiling) this.#serve()
      },
    }
  }

  #enqueue(flow: Flow<Waiting>, now: number, deadline: number, response: ResponseEvents): Promise<Permit> {
    if (now + (this.#queue.ahead(flow) + 1) * this.#intervalMs >= deadline) this.#refuseAtOnce(flow, 'deadline')
    if (this.#queue.queued === 0) this.#beginQueue(now)
    const request: Waiting = { flow, response, since: now, expiresAt: Math.min(deadline, now + MAX_WAIT_MS) }
    this.#queue.push(flow, request)
    if (this.#queue.queued > this.#capacity(now)) {
      this.#fullAt = now
      const surplus = this.#queue.surplus(flow)!
      if (surplus === request) {
        this.#queue.remove(flow, request)
        this.#refuseAtOnce(flow, 'queue_full')
      }
      this.#refuse(surplus, 'queue_full')
    }
    return this.#wait(request)
  }

  #wait(request: Waiting): Promise<Permit> {
    const { response } = request
    this.#waiting.add(request)
    return new Promise((resolve, reject) => {
      const leave = () => this.#refuse(request, undefined)
      response.once('close', leave)
      request.settle = (outcome) => {
        response.off('close', leave)
        if (outcome instanceof ApiError) reject(outcome)
        else resolve(outcome)
      }
    })
  }

  /** The requests that may be queued: as many as are served in a short time. */
  #capacity(now: number): number {
    const isStanding = now - this.#emptyAt > STANDING_MS || now - this.#fullAt < FULL_MS
    const { ms, min } = isStanding ? STANDING : BURST
    return Math.min(MAX_QUEUED, Math.max(min, ms / this.#intervalMs))
  }

  #refuseAtOnce(flow: Flow<Waiting>, reason: RefusalReason): never {
    this.#queue.close(flow)
    this.#observer.refused(reason)
    throw reason === 'share' ? tooManyAtOnce() : overloaded()
  }

  /** Takes a request out of the queue; without a reason its client has left. */
  #refuse(request: Waiting, reason: RefusalReason | undefined): void {
    this.#remove(request)
    this.#queue.close(request.flow)
    if (reason !== undefined) this.#observer.refused(reason)
    request.settle?.(overloaded())
  }

  #remove(request: Waiting): void {
    this.#waiting.delete(request)
    this.#queue.remove(request.flow, request)
    if (this.#queue.queued === 0) this.#emptyAt = this.#turns.now()
  }

  #beginQueue(now: number): void {
    this.#emptyAt = now
    this.#servedAt = undefined
    this.#pace.observeFrom(now, this.#turns.waited())
    this.#starts = 0
    this.#rateSince = now
    this.#arm()
  }

  /** Serves the queue at the end of this turn, or looks again when an operation may be begun. */
  #arm(): void {
    if (this.#stepsLeft > 0 || this.#cancelTick !== undefined) return
    const now = this.#turns.now()
    if (!this.#mayStart(now)) {
      this.#isFull = this.#queue.inFlight >= this.#ceiling
      const waitMs = this.#isFull ? TICK_MS : Math.min(TICK_MS, Math.max(1, Math.ceil(this.#pace.waitMs)))
      this.#cancelTick = this.#turns.after(waitMs, this.#tick)
      return
    }
    this.#isFirstStep = true
    this.#stepsLeft = Math.min(MAX_STARTS_IN_TURN, Math.max(1, this.#queue.queued))
    // One callback for each start: what an operation does at once has ended when the next one is called.
    for (let i = 0; i < this.#stepsLeft; i += 1) this.#turns.atEnd(this.#step)
  }

  #serve(): void {
    this.#cancelTick?.()
    this.#cancelTick = undefined
    this.#servedAt = undefined
    this.#isFull = false
    this.#arm()
  }

  readonly #tick = (): void => {
    const now = this.#turns.now()
    this.#cancelTick = undefined
    this.#isFull = false
    this.#measure(now)
    for (const request of [...this.#waiting]) if (request.expiresAt <= now) this.#refuse(request, 'expired')
    this.#servedAt = undefined
    if (this.#queue.queued > 0) this.#arm()
  }

  readonly #step = (): void => {
    const now = this.#turns.now()
    const isFirst = this.#isFirstStep
    if (isFirst) this.#beginTurn(now)
    if ((isFirst || now < this.#startsUntil) && this.#mayStart(now)) this.#startNext(now)
    this.#stepsLeft -= 1
    if (this.#stepsLeft === 0 && this.#queue.queued > 0) this.#arm()
  }

  #beginTurn(now: number): void {
    this.#isFirstStep = false
    const begun = this.#servedAt ?? this.#turnBegun ?? now
    this.#servedAt = now
    this.#startsUntil = Math.max(begun + TURN_MS, now + MIN_SHARE_MS)
    this.#measure(now)
  }

  #startNext(now: number): void {
    let request = this.#queue.next()
    while (request !== undefined && request.expiresAt <= now) {
      this.#refuse(request, 'expired')
      request = this.#queue.next()
    }
    if (request === undefined) return
    this.#remove(request)
    this.#starts += 1
    this.#observer.queued((now - request.since) / 1000)
    request.settle?.(this.#start(request.flow, request.response))
  }

  /** Measures the process and the rate of starts while there is a queue. */
  #measure(now: number): void {
    this.#pace.observe(now, this.#turns.waited())
    const elapsed = now - this.#rateSince
    if (elapsed < RATE_MS) return
    this.#intervalMs += (elapsed / Math.max(1, this.#starts) - this.#intervalMs) * SMOOTHING
    this.#starts = 0
    this.#rateSince = now
  }
}
