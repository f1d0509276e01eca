import { setImmediate as turnEnd } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { coalesceWrites } from '../../src/http/fast-path.js'

test('answers of one turn are written at its end', async () => {
  const written: number[] = []
  const send = coalesceWrites<number>((answer) => void written.push(answer))
  for (let i = 0; i < 3; i += 1) send(i)
  expect(written).toEqual([])
  await turnEnd()
  expect(written).toEqual([0, 1, 2])
})

test('many are written in the turn, but never one before its request can have arrived as a whole', async () => {
  const written: number[] = []
  const send = coalesceWrites<number>((answer) => void written.push(answer))
  for (let i = 0; i < 200; i += 1) {
    send(i)
    expect(written).not.toContain(i)
  }
  expect(written.length).toBeGreaterThan(150)
  await turnEnd()
  await turnEnd()
  expect(written).toEqual(Array.from({ length: 200 }, (_, i) => i))
})
