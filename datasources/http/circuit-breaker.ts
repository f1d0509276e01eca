/** Calls go through; none does; one does, to find out. */
export type CircuitState = 'closed' | 'open' | 'half-open'

export interface CircuitBreaker {
  readonly state: () => CircuitState
  /** Milliseconds until a call may go through; 0 when one may now. */
  readonly wait: () => number
  /** Begins a call that `wait` let through. What it answers is told how the call ended, once. */
  readonly begin: () => (end: 'success' | 'failure' | 'ignored') => void
}

/** Rates are taken over this much time, long enough for a provider with few turns to fail in by time-outs. */
const WINDOW_MS = 30_000
const SLOTS = 10
const SLOT_MS = WINDOW_MS / SLOTS
/** Half of the calls: below that, asking again within the retry budget still gets most answers. */
const SICK_SHARE = 0.5
const FIRST_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 60_000

interface BreakerOptions {
  /** Fewer calls in the window than these say nothing. */
  readonly least: number
  readonly changed?: ((state: CircuitState) => void) | undefined
  readonly now?: (() => number) | undefined
}

/**
 * Opens when half of the calls of the last 30 s failed, answers at once while it is open, and lets one call at a time
 * find out whether the provider is back. Of cockatiel, the obvious library, version 4 needs Node 22, and version 3 lets
 * all others wait for that one call, which may hang.
 */
export function createCircuitBreaker({
  least,
  changed,
  now = () => performance.now(),
}: BreakerOptions): CircuitBreaker {
  const slots = Array.from({ length: SLOTS }, () => ({ of: -Infinity, calls: 0, sick: 0 }))
  let state: CircuitState = 'closed'
  let opensAgainAt = 0
  let pauseMs = FIRST_PAUSE_MS
  let probing = false
  /** Calls that began before the circuit last changed do not speak for what came after. */
  let era = 0

  function turn(next: CircuitState): void {
    era += 1
    state = next
    probing = false
    changed?.(next)
  }

  function open(): void {
    opensAgainAt = now() + pauseMs
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
    turn('open')
  }

  function count(sick: boolean): void {
    const of = Math.floor(now() / SLOT_MS)
    const slot = slots[of % SLOTS]!
    if (slot.of !== of) Object.assign(slot, { of, calls: 0, sick: 0 })
    slot.calls += 1
    if (!sick) return
    slot.sick += 1
    let calls = 0
    let failed = 0
    for (const past of slots) {
      if (past.of <= of - SLOTS) continue
      calls += past.calls
      failed += past.sick
    }
    if (calls >= least && failed >= calls * SICK_SHARE) open()
  }

  return {
    state: () => state,
    wait() {
      if (state === 'closed') return 0
      const left = state === 'open' ? opensAgainAt - now() : 0
      // While one call finds out, the others are told to come back in a moment.
      return left > 0 ? left : probing ? 1_000 : 0
    },
    begin() {
      if (state === 'open') turn('half-open')
      const mine = era
      const probe = state === 'half-open'
      if (probe) probing = true
      return (end) => {
        if (mine !== era) return
        if (!probe) {
          if (end !== 'ignored') count(end === 'failure')
        } else if (end === 'ignored') probing = false
        else if (end === 'failure') open()
        else {
          for (const slot of slots) slot.of = -Infinity
          pauseMs = FIRST_PAUSE_MS
          turn('closed')
        }
      }
    },
  }
}
