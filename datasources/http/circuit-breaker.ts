import { Silence } from './silence.js'
import { SlowCalls } from './slow-calls.js'
import { TransientSet } from '../support/transient-map.js'

/** `closed`: calls pass; `open`: calls fail at once; `half-open`: one call at a time probes the provider. */
export type CircuitState = 'closed' | 'open' | 'half-open'

/**
 * The outcome of a call as the circuit breaker counts it: `failure` is an answer that means a failing provider,
 * `unanswered` a time-out or a lost connection, `ignored` a call that its operation gave up.
 */
export type CallOutcome = 'success' | 'failure' | 'unanswered' | 'ignored'

/** Why a circuit opened: the provider failed too often, too many calls were slow, or nothing was answered at all. */
export type OpenCause = 'failures' | 'slow calls' | 'silence'

/** Failure rates are taken over this window: long enough for a provider with few permits to fail by time-outs. */
const WINDOW_MS = 30_000
const SLOTS = 10
const SLOT_MS = WINDOW_MS / SLOTS
/** Below this failure rate, retries within the retry budget still get most answers. */
const MAX_FAILURE_RATE = 0.5
const MIN_OPEN_MS = 5_000
const MAX_OPEN_MS = 60_000
/** The wait that calls are told while another call probes. */
const PROBE_WAIT_MS = 1_000

/** The calls that the circuit needs to open; fewer where only few may run at a time. */
const MIN_CALLS = { max: 20, perPermit: 2, min: 5 }

/** The calls that open a circuit in front of so many permits. */
export const minCallsFor = (maxConcurrent: number): number =>
  Math.max(MIN_CALLS.min, Math.min(MIN_CALLS.max, maxConcurrent * MIN_CALLS.perPermit))

/** What is told that a circuit opens. */
export interface OpenListener {
  opened(cause: OpenCause): void
}

interface CircuitBreakerOptions {
  /** With fewer calls in the window the circuit stays closed. */
  readonly minCalls: number
  /** The time-out of a call. */
  readonly timeoutMs: number
  readonly onStateChange?: ((state: CircuitState) => void) | undefined
  /** In ms. */
  readonly now?: (() => number) | undefined
}

/** The calls of one part of the window. */
interface Slot {
  index: number
  calls: number
  failures: number
}

/**
 * Circuit breaker: opens when half of the calls of the last 30 s failed, when most calls are slow, or when a provider
 * is silent; rejects calls at once while it is open, and then lets one call at a time probe the provider. Not
 * cockatiel: version 4 needs Node 22, and version 3 makes all other calls wait for the probe, which may hang; neither
 * it nor opossum counts a call before it has ended.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions
  readonly #now: () => number
  readonly #slots: readonly Slot[] = Array.from({ length: SLOTS }, () => ({ index: -Infinity, calls: 0, failures: 0 }))
  readonly #listeners = new TransientSet<OpenListener>()
  #silence: Silence
  #slowCalls: SlowCalls
  #state: CircuitState = 'closed'
  #opensUntil = 0
  #openMs = MIN_OPEN_MS
  #isProbing = false
  /** Counts state changes: the outcome of a call that began before the last one is ignored. */
  #generation = 0

  constructor(options: CircuitBreakerOptions) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
    this.#silence = new Silence(options.timeoutMs)
    this.#slowCalls = new SlowCalls(options.minCalls, options.timeoutMs)
  }

  get state(): CircuitState {
    return this.#state
  }

  /** Milliseconds until a call may pass; 0 when one may pass now. */
  waitMs(): number {
    if (this.#state === 'closed') this.#judgeWaits(this.#now())
    if (this.#state === 'closed') return 0
    const left = this.#state === 'open' ? this.#opensUntil - this.#now() : 0
    if (left > 0) return left
    return this.#isProbing ? PROBE_WAIT_MS : 0
  }

  /** Begins a call that `waitMs` let pass. The result takes the outcome of the call, once. */
  begin(): (outcome: CallOutcome) => void {
    if (this.#state === 'open') this.#changeTo('half-open')
    const generation = this.#generation
    if (this.#state === 'half-open') {
      this.#isProbing = true
      return (outcome) => {
        if (generation === this.#generation) this.#endProbe(outcome)
      }
    }
    const beganAt = this.#now()
    this.#silence.begin(beganAt)
    const isNotSlow = this.#slowCalls.begin(beganAt)
    return (outcome) => {
      if (generation !== this.#generation) return
      const now = this.#now()
      const isAnswered = outcome === 'success' || outcome === 'failure'
      if (isAnswered || outcome === 'ignored') isNotSlow()
      if (isAnswered) this.#silence.answered(now)
      else this.#silence.unanswered(beganAt, now)
      if (outcome !== 'ignored') this.#count(outcome !== 'success')
      if (!isAnswered && this.#state === 'closed') this.#judgeWaits(now)
    }
  }

  /** True when the provider has answered any call since this time, on the clock of the circuit breaker. */
  answeredSince(time: number): boolean {
    return this.#silence.answeredSince(time)
  }

  /** Tells the listener when the circuit opens, at most once. */
  onOpen(listener: OpenListener): void {
    this.#listeners.add(listener)
  }

  /** Tells the listener no more. */
  offOpen(listener: OpenListener): void {
    this.#listeners.delete(listener)
  }

  /** Opens the circuit for calls that wait, also before they have ended. */
  #judgeWaits(now: number): void {
    if (this.#silence.isComplete(now)) this.#open('silence')
    else if (this.#slowCalls.areMost(now)) this.#open('slow calls')
  }

  #endProbe(outcome: CallOutcome): void {
    if (outcome === 'ignored') this.#isProbing = false
    else if (outcome === 'success') this.#close()
    else this.#open('failures')
  }

  #count(isFailure: boolean): void {
    const index = Math.floor(this.#now() / SLOT_MS)
    const slot = this.#slots[index % SLOTS]!
    if (slot.index !== index) Object.assign(slot, { index, calls: 0, failures: 0 })
    slot.calls += 1
    if (!isFailure) return
    slot.failures += 1
    let calls = 0
    let failures = 0
    for (const each of this.#slots) {
      if (each.index <= index - SLOTS) continue
      calls += each.calls
      failures += each.failures
    }
    if (calls >= this.#options.minCalls && failures >= calls * MAX_FAILURE_RATE) this.#open('failures')
  }

  #open(cause: OpenCause): void {
    this.#opensUntil = this.#now() + this.#openMs
    this.#openMs = Math.min(this.#openMs * 2, MAX_OPEN_MS)
    this.#changeTo('open')
    const listeners = [...this.#listeners]
    this.#listeners.clear()
    for (const listener of listeners) listener.opened(cause)
  }

  #close(): void {
    for (const slot of this.#slots) slot.index = -Infinity
    this.#openMs = MIN_OPEN_MS
    this.#changeTo('closed')
  }

  #changeTo(state: CircuitState): void {
    this.#generation += 1
    this.#state = state
    this.#isProbing = false
    // Calls of the last state report to what they began with.
    this.#silence = new Silence(this.#options.timeoutMs)
    this.#slowCalls = new SlowCalls(this.#options.minCalls, this.#options.timeoutMs)
    this.#options.onStateChange?.(state)
  }
}
