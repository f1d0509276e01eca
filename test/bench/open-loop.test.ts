import { describe, expect, it } from 'vitest'
import { OpenLoop } from '../../bench/open-loop.js'

/** All that is due by a time. */
function takeAll(schedule: OpenLoop, now: number): number[] {
  const due: number[] = []
  for (let at; (at = schedule.take(now)) !== undefined;) due.push(at)
  return due
}

describe('the schedule of an open loop', () => {
  it('gives each request when it is due, and not before', () => {
    const schedule = new OpenLoop(100, 1_000, 1)
    expect(takeAll(schedule, 999)).toEqual([])
    expect(takeAll(schedule, 1_000)).toEqual([1_000])
    expect(takeAll(schedule, 1_009)).toEqual([])
    expect(takeAll(schedule, 1_025)).toEqual([1_010, 1_020])
  })

  it('tells of a late request when it was due, not when it was taken', () => {
    const schedule = new OpenLoop(100, 0, 1)
    expect(takeAll(schedule, 45)).toEqual([0, 10, 20, 30, 40])
  })

  it('ends after the requests of its time, however late they are taken', () => {
    const schedule = new OpenLoop(100, 0, 0.1)
    expect(schedule.isOver).toBe(false)
    expect(takeAll(schedule, 5_000)).toHaveLength(10)
    expect(schedule.isOver).toBe(true)
    expect(schedule.take(6_000)).toBeUndefined()
  })

  it('keeps a rate that is no whole number of milliseconds apart', () => {
    expect(takeAll(new OpenLoop(3_000, 0, 2), 2_000)).toHaveLength(6_000)
  })
})
