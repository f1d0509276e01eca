/** The difference of clocks that is tolerated. */
export const CLOCK_TOLERANCE_SECONDS = 5
