import { setTimeout as delay } from 'node:timers/promises'
import type { Dependencies } from '../observability/dependencies.js'
import { errorClass } from '../observability/error-class.js'
import type { StoreObserver } from '../store/raw-store.js'

/** The interval of probes, and the least time between two that failed commands ask for. */
const PROBE_INTERVAL_MS = 1_000
/** How long a probe may take; the store's own limits are longer together. */
const PROBE_TIMEOUT_MS = 900
const TIMEOUT = 'TIMEOUT'

/** A probe's outcome: the class of the cause, undefined where it succeeded. */
async function outcomeOf(probe: () => Promise<void>): Promise<string | undefined> {
  const patience = new AbortController()
  const expired = delay(PROBE_TIMEOUT_MS, TIMEOUT, { signal: patience.signal }).catch(() => TIMEOUT)
  const outcome = await Promise.race([probe().then(() => undefined, errorClass), expired])
  patience.abort()
  return outcome
}

/**
 * Keeps the state of the store current: a probe each second, at once when a connection changes, and soon when a command
 * failed. Its outcome is reported as the state of the dependency, so `/ready` answers without waiting for the store.
 */
export class StoreReadiness {
  readonly #dependencies: Dependencies
  #probe: (() => Promise<void>) | undefined
  #timer: NodeJS.Timeout | undefined
  #startedAt = -Infinity
  #isProbing = false
  /** Set when a connection changes during a probe, whose outcome may then be of the past. */
  #isAskedAgain = false
  #isClosed = false
  #timeouts = 0

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies
  }

  /** Starts to probe; `probe` is that of the store. */
  start(probe: () => Promise<void>): void {
    this.#probe = probe
    this.#start()
  }

  /** Told of changes by the store. */
  readonly observe: StoreObserver = (what) => {
    if (what === 'connection' && this.#isProbing) this.#isAskedAgain = true
    else if (what === 'connection') this.#start()
    else this.#startIn(this.#startedAt + PROBE_INTERVAL_MS - performance.now())
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  #startIn(ms: number): void {
    if (this.#isProbing || this.#isClosed) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#start(), Math.max(0, ms)).unref()
  }

  #start(): void {
    if (this.#isProbing || this.#isClosed || this.#probe === undefined) return
    clearTimeout(this.#timer)
    void this.#run(this.#probe)
  }

  async #run(probe: () => Promise<void>): Promise<void> {
    this.#isProbing = true
    this.#isAskedAgain = false
    this.#startedAt = performance.now()
    const cause = await outcomeOf(probe)
    this.#isProbing = false
    if (this.#isClosed) return
    this.#timeouts = cause === TIMEOUT ? this.#timeouts + 1 : 0
    // One time-out may be of this process, whose event loop was busy; two in a row are of the store.
    if (this.#timeouts !== 1) this.#dependencies.report('store', cause)
    this.#startIn(this.#isAskedAgain || this.#timeouts === 1 ? 0 : PROBE_INTERVAL_MS)
  }
}
