import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Departure } from '../../../datasources/leaving.js'
import { createBulkhead } from '../../../datasources/http/bulkhead.js'

const PATIENCE_MS = 100

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const settled = () => vi.advanceTimersByTimeAsync(0)

/** Numbers below `most`, the same in every run. */
function numbers(seed: number): (most: number) => number {
  let last = seed
  return (most) => {
    last = (last * 48_271) % 2_147_483_647
    return last % most
  }
}

/** The same as a plain list has it. */
function plainTurns(most: number, longest: number) {
  let free = most
  let line: { id: number; until: number }[] = []
  const words = new Map<number, string>()
  const say = (id: number, word: string) => void words.set(id, word)
  return {
    words,
    take(id: number, now: number) {
      if (free > 0) {
        free -= 1
        say(id, 'acquired')
      } else if (line.length >= longest) say(id, 'full')
      else line.push({ id, until: now + PATIENCE_MS })
    },
    leave(id: number) {
      if (line.some((other) => other.id === id)) say(id, 'aborted')
      line = line.filter((other) => other.id !== id)
    },
    give() {
      const first = line.shift()
      if (first) say(first.id, 'acquired')
      else free += 1
    },
    pass(now: number) {
      for (const { id, until } of line) if (until <= now) say(id, 'timeout')
      line = line.filter(({ until }) => until > now)
    },
  }
}

test.each([
  { most: 1, longest: 0 },
  { most: 1, longest: 3 },
  { most: 3, longest: 10 },
  { most: 2, longest: 100 },
])(
  'whoever comes, leaves or loses patience: $most turns and a line of $longest go as a plain list would',
  async ({ most, longest }) => {
    for (let seed = 1; seed <= 2; seed += 1) {
      const next = numbers(seed)
      const line = createBulkhead(most, longest)
      const plain = plainTurns(most, longest)
      const words = new Map<number, string>()
      const signals: Departure[] = []
      let given = 0
      for (let step = 0; step < 1_500; step += 1) {
        const held = [...plain.words.values()].filter((word) => word === 'acquired').length - given
        const what = next(100)
        // In turns there is a rush, in which nobody is given a turn, and none.
        const rush = step % 400 < 250
        if (what < (rush ? 70 : 30)) {
          const id = signals.push(new Departure()) - 1
          const turn = line.acquire(signals[id]!, PATIENCE_MS)
          plain.take(id, Date.now())
          void Promise.resolve(turn).then((word) => words.set(id, word))
        } else if (what < 85) {
          if (held > 0 && !rush) {
            given += 1
            line.release()
            plain.give()
          }
        } else if (what < 97) {
          const id = signals.length - 1 - next(20)
          signals[id]?.abort()
          plain.leave(id)
        } else {
          const ms = next(60)
          await vi.advanceTimersByTimeAsync(ms)
          plain.pass(Date.now())
        }
        await settled()
        // Each word is said once and for all, so none is missed by looking seldom.
        if (step % 10 === 9) expect(words).toEqual(plain.words)
      }
      expect(words.size).toBeGreaterThan(100)
    }
  },
)

test('one signal that ends several who wait, with a turn given meanwhile, ends each of them once', async () => {
  const line = createBulkhead(1, 3)
  const signal = new Departure()
  const words: string[] = []
  const come = (by: Departure) => void Promise.resolve(line.acquire(by, PATIENCE_MS)).then((word) => words.push(word))
  come(new Departure())
  // Told before those in line are, and gives its turn away at that.
  signal.addEventListener('abort', () => line.release())
  come(signal)
  come(signal)
  signal.abort()
  await settled()
  expect(words).toEqual(['acquired', 'acquired', 'aborted'])
  // Nobody waits any more, and the turn of the second is still out.
  for (let i = 0; i < 4; i += 1) come(new Departure())
  await settled()
  expect(words.slice(3)).toEqual(['full'])
  for (let i = 0; i < 4; i += 1) line.release()
  await settled()
  expect(words.slice(4)).toEqual(['acquired', 'acquired', 'acquired'])
})
