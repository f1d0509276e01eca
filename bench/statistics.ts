/** The median of several rounds, the bounds of their middle half, and their bounds. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
  readonly min: number
  readonly max: number
}

/** The value that this part of all values does not exceed, between two of them where it falls between. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * part
  const below = sorted[Math.floor(at)] ?? NaN
  return below + ((sorted[Math.ceil(at)] ?? NaN) - below) * (at % 1)
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

export const spread = (values: readonly number[]): Spread => ({
  median: median(values),
  low: quantile(values, 0.25),
  high: quantile(values, 0.75),
  min: Math.min(...values),
  max: Math.max(...values),
})
