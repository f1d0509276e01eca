/** The greatest number of rows of one job: Banfico publishes no limit, and a job of this size ends within seconds. */
export const MAX_JOB_ROWS = 100
