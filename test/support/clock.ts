import { vi } from 'vitest'

const real = Date.now.bind(Date)
let ahead = 0
let stoppedAt: number | undefined

const mock = () => vi.spyOn(Date, 'now').mockImplementation(() => (stoppedAt ?? real()) + ahead)

/** Lets this much time pass at once, for servers in this process too. The clock goes on from there until `today`. */
export function later(seconds: number): void {
  ahead += seconds * 1000
  mock()
}

/** Stops the clock, so that only `later` moves it: how long the machine takes is then of no consequence. */
export function stopClock(): void {
  stoppedAt = real()
  mock()
}

/** Sets the clock right again. */
export function today(): void {
  ahead = 0
  stoppedAt = undefined
  vi.restoreAllMocks()
}
