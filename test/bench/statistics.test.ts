import { describe, expect, it } from 'vitest'
import { Latencies } from '../../bench/latencies.js'
import { median, quantile, spread } from '../../bench/statistics.js'

describe('statistics', () => {
  it('finds the median of odd and even numbers of values, in any order', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(median([7])).toBe(7)
  })

  it('has no median of nothing', () => {
    expect(median([])).toBeNaN()
  })

  it('finds quartiles between two values', () => {
    expect(quantile([1, 2, 3, 4, 5], 0.25)).toBe(2)
    expect(quantile([1, 2, 3, 4], 0.25)).toBe(1.75)
    expect(quantile([1, 2, 3, 4], 1)).toBe(4)
  })

  it('tells the middle half and the bounds of eleven rounds', () => {
    const rounds = [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    expect(spread(rounds)).toEqual({ median: 6, low: 3.5, high: 8.5, min: 1, max: 11 })
    expect(rounds[0]).toBe(11)
  })
})

describe('latencies', () => {
  it('gives the latency that a part of the requests does not exceed', () => {
    const latencies = new Latencies()
    for (let ms = 1000; ms >= 1; ms -= 1) latencies.add(ms)
    expect(latencies.count).toBe(1000)
    expect([0.5, 0.99, 0.999, 1].map((part) => latencies.quantile(part))).toEqual([500, 990, 999, 1000])
  })

  it('counts what is added after a quantile was asked for', () => {
    const latencies = new Latencies()
    latencies.add(5)
    expect(latencies.quantile(0.5)).toBe(5)
    latencies.add(1)
    expect(latencies.quantile(0.5)).toBe(1)
    expect(latencies.quantile(0.999)).toBe(5)
  })

  it('is 0 without requests', () => {
    expect(new Latencies().quantile(0.99)).toBe(0)
  })
})
