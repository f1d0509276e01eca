import { atLeast, atMost, type Line, type Outcome, type Panel } from '../scenario.js'
import type { Bucket } from './generator.js'

/** The parts of capacity that are sent, and the part of the bound's base that must be answered in time. */
export const LOADS = [
  { name: '0.7x', factor: 0.7, goodput: 0.95 },
  { name: '2x', factor: 2, goodput: 0.8 },
  { name: '4x', factor: 4, goodput: 0.8 },
] as const
export const AFTERWARDS = 'afterwards'
const MAX_HEALTH_MS = 100
const MAX_RECOVERY_SECONDS = 3

const quantile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0

export const sum = (buckets: readonly Bucket[], read: (bucket: Bucket) => number): number =>
  buckets.reduce((total, bucket) => total + read(bucket), 0)

/** The time after the overload until the load is answered as before it, in seconds. */
function recoverySeconds(buckets: readonly Bucket[]): number {
  const after = buckets.filter(({ phase }) => phase === AFTERWARDS)
  const last = after.findLastIndex(({ due, good }) => good < 0.95 * due)
  return last < 0 ? 0 : after[last]!.at - (after[0]!.at - after[0]!.seconds)
}

/** One load in one round. */
export interface Measurement {
  readonly name: string
  /** What could have been answered in time: of the load, or of the capacity before and after it. */
  readonly possible: number
  readonly capacity: number
  /** When it began, in seconds from the begin of the first. */
  readonly from: number
  readonly buckets: readonly Bucket[]
  readonly health: readonly (readonly [at: number, ms: number])[]
}

export const ownBuckets = (buckets: readonly Bucket[], name: string): readonly Bucket[] =>
  buckets.filter(({ phase }) => phase === name)

function panelsOf(mix: string, measurements: readonly Measurement[]): readonly Panel[] {
  const line = (name: string, read: (bucket: Bucket) => number): Line => ({
    name,
    points: measurements.flatMap(({ from, buckets }) => buckets.map((bucket) => [from + bucket.at, read(bucket)])),
  })
  const capacity: Line = {
    name: 'capacity',
    points: measurements.flatMap(({ from, buckets, capacity: rate }) =>
      buckets.map((bucket) => [from + bucket.at, rate]),
    ),
  }
  const probes: Line = {
    name: 'each probe',
    points: measurements.flatMap(({ from, health }) => health.map(([at, ms]) => [from + at, ms] as const)),
  }
  return [
    {
      title: `Requests a second: ${mix}`,
      unit: '',
      lines: [
        line('sent', ({ due, seconds }) => due / seconds),
        line('answered in time', ({ good, seconds }) => good / seconds),
        line('refused', ({ refused, seconds }) => refused / seconds),
        capacity,
      ],
    },
    {
      title: `Latency of what was answered in time: ${mix}`,
      unit: ' ms',
      lines: [line('p99', ({ latencies }) => quantile(latencies, 0.99))],
    },
    { title: `Latency of /health: ${mix}`, unit: ' ms', lines: [probes] },
  ]
}

export const TABLE_HEAD = [
  'operations',
  'load',
  'capacity a second',
  'sent',
  'answered within 1 s',
  'refused',
  'late',
  'failed',
  'p99 in ms',
  'share',
]

/** What was found with one mix of operations; its table has no head. */
export function outcomeOf(mix: string, measurements: readonly Measurement[]): Outcome {
  const rows = LOADS.map(({ name, goodput }) => {
    const own = measurements.filter((each) => each.name === name)
    const buckets = own.flatMap((each) => ownBuckets(each.buckets, name))
    const counts = (['due', 'good', 'refused', 'late', 'failed'] as const).map((key) =>
      sum(buckets, (each) => each[key]),
    )
    const capacity = own.reduce((total, each) => total + each.capacity, 0) / own.length
    const share = counts[1]! / own.reduce((total, { possible }) => total + possible, 0)
    const p99 = quantile(
      buckets.flatMap(({ latencies }) => latencies),
      0.99,
    )
    return { name, goodput, capacity, counts, share, p99 }
  })
  const healthP99 = quantile(
    measurements.flatMap(({ health }) => health.map(([, ms]) => ms)),
    0.99,
  )
  const recovery = Math.max(...measurements.map(({ buckets }) => recoverySeconds(buckets)))
  return {
    checks: [
      ...rows.map(({ name, share, goodput }) =>
        atLeast(
          `${mix}, ${name}: answered with data within 1 s, of ${name === '0.7x' ? 'the load' : 'capacity'}`,
          share,
          goodput,
        ),
      ),
      atMost(`${mix}: p99 of /health under all loads`, healthP99, MAX_HEALTH_MS, ' ms'),
      atMost(`${mix}: back to normal after the overload, the longest`, recovery, MAX_RECOVERY_SECONDS, ' s'),
    ],
    table: [
      ...rows.map(({ name, capacity, counts, p99, share }) => [
        mix,
        name,
        capacity.toFixed(0),
        ...counts.map(String),
        p99.toFixed(0),
        share.toFixed(3),
      ]),
    ],
    panels: panelsOf(mix, measurements),
  }
}
