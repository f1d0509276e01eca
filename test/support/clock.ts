import { vi } from 'vitest'
import { monotonicClock } from '../../datasources/support/monotonic-clock.js'
import { StoreClock } from '../../src/store/clock.js'

const real = Date.now.bind(Date)
let ahead = 0
/** How wrong the clock of the machine is. */
let wrong = 0
let stoppedAt: number | undefined
/** What the monotonic clock is ahead, which never goes back. */
let passed = 0
let ticksStoppedAt: number | undefined
monotonicClock.now = () => (ticksStoppedAt ?? performance.now()) + passed

/** Servers of this process go by the time of this clock, also where Redis states the time. */
function mock(): void {
  const now = () => (stoppedAt ?? real()) + ahead
  vi.spyOn(Date, 'now').mockImplementation(() => now() + wrong)
  vi.spyOn(StoreClock.prototype, 'observe').mockImplementation(now)
  vi.spyOn(StoreClock.prototype, 'now').mockImplementation(now)
}

/** Lets this much time pass at once, for servers in this process too. The clock goes on from there until `today`. */
export function later(seconds: number): void {
  ahead += seconds * 1000
  passed += seconds * 1000
  mock()
}

/** Sets the clock of the machine: no time passes, and Redis states the time that it is. */
export function setClock(seconds: number): void {
  wrong += seconds * 1000
  mock()
}

/** Stops the clock, so that only `later` moves it: how long the machine takes is then of no consequence. */
export function stopClock(): void {
  stoppedAt = real()
  // A whole number, so that sums of times are exact; never before what was read.
  ticksStoppedAt = Math.ceil(performance.now())
  mock()
}

/** Sets the clock right again. */
export function today(): void {
  ahead = 0
  wrong = 0
  stoppedAt = undefined
  ticksStoppedAt = undefined
  vi.restoreAllMocks()
}

const TICK_MS = 25

/**
 * Starts to count the turns of the event loop, at most one for each 25 ms, and returns what reads the time so counted
 * in ms. It is never more than the real time, and a turn that comes late on a busy machine counts as much as one in
 * time: for upper bounds on waits that consist of timers.
 */
export function countTurns(): () => number {
  let turns = 0
  const timer = setInterval(() => (turns += 1), TICK_MS)
  return () => {
    clearInterval(timer)
    return turns * TICK_MS
  }
}
