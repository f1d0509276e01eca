import { spread } from './statistics.js'

/** A bound that a figure is to keep. */
export interface Reach {
  /** The name of the figure. */
  readonly figure: string
  readonly text: string
  readonly atLeast?: number
  readonly atMost?: number
}

const atLeast = (figure: string, bound: number, text: string): Reach => ({ figure, text, atLeast: bound })
const atMost = (figure: string, bound: number, text: string): Reach => ({ figure, text, atMost: bound })
const HALF_LOAD = ['a', 'b', 'c', 'f', 'h']

/** What is to be reached: CPU time for an operation of the other divided by this server's, unless the text says otherwise. */
export const REACH: readonly Reach[] = [
  atLeast('a raw', 0.7, '(a) against raw'),
  atLeast('b raw', 0.8, '(b) against raw'),
  atLeast('c raw', 0.8, '(c) against raw'),
  atLeast('d raw', 0.6, '(d) from Redis against raw'),
  atLeast('d-at-hand raw', 1.2, '(d) at hand against raw'),
  atLeast('e raw', 0.35, '(e) against raw'),
  atLeast('f raw', 0.4, '(f) against raw'),
  atMost('f sent', 4, '(f) Redis commands beside WAIT that are sent'),
  atMost('f redis', 4, '(f) Redis commands beside WAIT, those inside scripts included'),
  atLeast('g raw', 0.85, '(g) against raw'),
  atLeast('h raw', 0.85, '(h) against raw'),
  atMost('i server', 1.3, '(i) refused here ÷ success, CPU time'),
  atMost('j server', 1.3, '(j) refused by the provider ÷ success, CPU time'),
  atLeast('b strong', 1.5, '(b) against strong'),
  atLeast('c strong', 2.5, '(c) against strong'),
  atLeast('b tailcall', 2.5, '(b) against Tailcall'),
  atLeast('c tailcall', 4, '(c) against Tailcall'),
  atLeast('h tailcall', 1.1, '(h) against Tailcall'),
  atMost('growth', 1.15, 'CPU time for a row of 1,000 ÷ of 10'),
  ...HALF_LOAD.flatMap((id) => [
    atMost(`half-load ${id} p99`, 4, `(${id}) at half load, p99 ÷ p50`),
    atMost(`half-load ${id} p99.9`, 12, `(${id}) at half load, p99.9 ÷ p50`),
  ]),
  atMost('start', 19, 'cold start ÷ `node -e 0`, compile cache warm'),
  atMost('idle', 40, 'idle RSS beyond what the imports take, MB'),
  atMost('connections 500', 220, 'RSS at 500 connections, MB'),
]

export interface Verdict extends Reach {
  readonly median: number
  /** The quartile on the side of the bound: the lower one of what is to be at least so much, the upper one otherwise. */
  readonly quartile: number
  readonly holds: 'holds' | 'holds by the median alone' | 'does not hold' | 'not measured'
}

/** Compares a figure with its bound: the median and the quartile on its side have to keep it. */
export function verdictOf(reach: Reach, values: readonly number[] | undefined): Verdict {
  if (values === undefined || values.length === 0)
    return { ...reach, median: NaN, quartile: NaN, holds: 'not measured' }
  const { median, low, high } = spread(values)
  const quartile = reach.atLeast === undefined ? high : low
  const keeps = (value: number) => value >= (reach.atLeast ?? -Infinity) && value <= (reach.atMost ?? Infinity)
  const holds = keeps(quartile) ? 'holds' : keeps(median) ? 'holds by the median alone' : 'does not hold'
  return { ...reach, median, quartile, holds }
}

export const verdicts = (figures: ReadonlyMap<string, readonly number[]>): Verdict[] =>
  REACH.map((reach) => verdictOf(reach, figures.get(reach.figure)))
