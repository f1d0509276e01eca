/** Monotonic clock, in ms: ages, intervals and pauses go by it, which a clock of the machine that is set does not change. */
export const monotonicClock: { now: () => number } = { now: () => performance.now() }
