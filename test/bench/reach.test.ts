import { describe, expect, it } from 'vitest'
import { REACH, verdictOf, verdicts } from '../../bench/reach.js'
import { figuresOf, mergeResults, NO_RESULTS, type Results, type Run } from '../../bench/results.js'
import { callsProblem, type Row } from '../../bench/measure.js'

const LEAST = { figure: 'b raw', text: '(b)', atLeast: 0.8 }
const MOST = { figure: 'start', text: 'start', atMost: 10 }

describe('a verdict', () => {
  it.each([
    [LEAST, [0.8, 0.9, 0.9, 0.9, 1], 'holds'],
    [LEAST, [0.7, 0.7, 0.9, 0.9, 1], 'holds by the median alone'],
    [LEAST, [0.7, 0.7, 0.7, 0.9, 1], 'does not hold'],
    [MOST, [9, 9, 9, 10, 20], 'holds'],
    [MOST, [9, 9, 9, 11, 11], 'holds by the median alone'],
    [MOST, [9, 11, 11, 11, 11], 'does not hold'],
    [MOST, [], 'not measured'],
  ])('of %j with %j is %s', (reach, values, holds) => {
    expect(verdictOf(reach, values).holds).toBe(holds)
  })

  it('is given for each figure that is to be reached, measured or not', () => {
    const given = verdicts(new Map([['b raw', [0.9, 0.9]]]))
    expect(given).toHaveLength(REACH.length)
    expect(given.filter(({ holds }) => holds !== 'not measured').map(({ figure }) => figure)).toEqual(['b raw'])
  })

  it('has one bound for each figure', () => {
    expect(new Set(REACH.map(({ figure }) => figure)).size).toBe(REACH.length)
    for (const { atLeast, atMost } of REACH)
      expect([atLeast, atMost].filter((bound) => bound !== undefined)).toHaveLength(1)
  })
})

const row = (id: string, contender: string, more: Partial<Row> = {}): Row => ({
  id,
  contender,
  workload: `(${id})`,
  connections: 16,
  warmUp: 100,
  rps: 1,
  cpuMs: 1,
  busy: 1,
  calls: 1,
  redis: {},
  bytes: 1,
  rssMb: 1,
  ...more,
})
const run = (...measured: string[]): Run => ({
  measured,
  node: 'v24.0.0',
  cores: 2,
  pinned: true,
  load: 0,
  plan: { rounds: 1, seconds: 1 },
  missing: {},
})

describe('the results', () => {
  it('hold the figures of rows and parts by name', () => {
    const results: Results = {
      ...NO_RESULTS,
      rows: [row('f', 'server', { redis: { get: 3, wait: 1 }, sent: 2 }), row('f', 'raw', { ratios: [0.5] })],
      halfLoad: [{ id: 'a', title: '(a)', capacity: 1, p50: [1, 2], p99: [4, 4], p999: [8, 10] }],
      startup: { readyMs: [100], emptyMs: [20], idleMb: [150], importsMb: [120] },
    }
    expect(Object.fromEntries(figuresOf(results))).toEqual({
      'f redis': [3],
      'f sent': [2],
      'f raw': [0.5],
      'half-load a p99': [4, 2],
      'half-load a p99.9': [8, 5],
      start: [5],
      idle: [30],
    })
  })

  it('are replaced where a later run measured the same, and kept where it did not', () => {
    const before: Results = {
      runs: [run('a', 'b'), run('start')],
      rows: [row('a', 'server'), row('b', 'server')],
      startup: { readyMs: [100], emptyMs: [20], idleMb: [150], importsMb: [120] },
    }
    const merged = mergeResults(before, { runs: [run('b', 'start')], rows: [row('b', 'server', { rps: 2 })] })
    expect(merged.runs.map(({ measured }) => measured)).toEqual([['a'], ['b', 'start']])
    expect(merged.rows.map(({ id, rps }) => [id, rps])).toEqual([
      ['a', 1],
      ['b', 2],
    ])
    expect(merged.startup).toBe(before.startup)
  })

  it('are not valid with too many provider calls, nor with so few that operations were shared', () => {
    expect(callsProblem(27.01, { atMost: 27, atLeast: 27 })).toBeUndefined()
    expect(callsProblem(28, { atMost: 27 })).toContain('27 are enough')
    expect(callsProblem(10.9, { atMost: 27, atLeast: 27 })).toContain('shared')
  })
})
