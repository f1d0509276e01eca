import { vi } from 'vitest'

const real = Date.now.bind(Date)
let ahead = 0

/** Lets this much time pass at once, for servers in this process too. The clock goes on from there until `today`. */
export function later(seconds: number): void {
  ahead += seconds * 1000
  vi.spyOn(Date, 'now').mockImplementation(() => real() + ahead)
}

/** Sets the clock right again. */
export function today(): void {
  ahead = 0
  vi.restoreAllMocks()
}
