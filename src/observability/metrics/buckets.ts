/** Buckets of latencies in seconds. The thresholds of the service level objectives (1, 2.5 and 5) are among them. */
export const LATENCY_BUCKETS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
