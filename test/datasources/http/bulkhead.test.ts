import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Bulkhead } from '../../../datasources/http/bulkhead.js'

const TIMEOUT_MS = 100

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const settled = () => vi.advanceTimersByTimeAsync(0)

/** Pseudo-random numbers below `limit`, the same in every run. */
function numbers(seed: number): (limit: number) => number {
  let last = seed
  return (limit) => {
    last = (last * 48_271) % 2_147_483_647
    return last % limit
  }
}

/** The same semantics with a plain list. */
function plainBulkhead(maxConcurrent: number, maxQueued: number) {
  let free = maxConcurrent
  let queue: { id: number; until: number }[] = []
  const results = new Map<number, string>()
  const settle = (id: number, result: string) => void results.set(id, result)
  return {
    results,
    acquire(id: number, now: number) {
      if (free > 0) {
        free -= 1
        settle(id, 'acquired')
      } else if (queue.length >= maxQueued) settle(id, 'full')
      else queue.push({ id, until: now + TIMEOUT_MS })
    },
    abort(id: number) {
      if (queue.some((other) => other.id === id)) settle(id, 'aborted')
      queue = queue.filter((other) => other.id !== id)
    },
    release() {
      const first = queue.shift()
      if (first) settle(first.id, 'acquired')
      else free += 1
    },
    pass(now: number) {
      for (const { id, until } of queue) if (until <= now) settle(id, 'timeout')
      queue = queue.filter(({ until }) => until > now)
    },
  }
}

test.each([
  { maxConcurrent: 1, maxQueued: 0 },
  { maxConcurrent: 1, maxQueued: 3 },
  { maxConcurrent: 3, maxQueued: 10 },
  { maxConcurrent: 2, maxQueued: 100 },
])(
  'a bulkhead of $maxConcurrent permits and $maxQueued queue places admits, aborts and times out as a plain list does',
  async ({ maxConcurrent, maxQueued }) => {
    for (let seed = 1; seed <= 2; seed += 1) {
      const next = numbers(seed)
      const bulkhead = new Bulkhead(maxConcurrent, maxQueued)
      const plain = plainBulkhead(maxConcurrent, maxQueued)
      const results = new Map<number, string>()
      const controllers: AbortController[] = []
      let released = 0
      for (let step = 0; step < 1_500; step += 1) {
        const held = [...plain.results.values()].filter((result) => result === 'acquired').length - released
        const action = next(100)
        // Alternates between a rush, in which no permit is released, and none.
        const isRush = step % 400 < 250
        if (action < (isRush ? 70 : 30)) {
          const id = controllers.push(new AbortController()) - 1
          plain.acquire(id, Date.now())
          void bulkhead.acquire(controllers[id]!.signal, TIMEOUT_MS).then((result) => results.set(id, result))
        } else if (action < 85) {
          if (held > 0 && !isRush) {
            released += 1
            bulkhead.release()
            plain.release()
          }
        } else if (action < 97) {
          const id = controllers.length - 1 - next(20)
          controllers[id]?.abort()
          plain.abort(id)
        } else {
          const ms = next(60)
          await vi.advanceTimersByTimeAsync(ms)
          plain.pass(Date.now())
        }
        await settled()
        // A result never changes, so none is missed by comparing only now and then.
        if (step % 10 === 9) expect(results).toEqual(plain.results)
      }
      expect(results.size).toBeGreaterThan(100)
    }
  },
)

test('one signal that aborts several waiters, while a permit is released, settles each of them once', async () => {
  const bulkhead = new Bulkhead(1, 3)
  const shared = new AbortController()
  const results: string[] = []
  const acquire = (signal: AbortSignal) =>
    void bulkhead.acquire(signal, TIMEOUT_MS).then((result) => results.push(result))
  acquire(new AbortController().signal)
  // Called before the waiters' listeners, and releases the permit then.
  shared.signal.addEventListener('abort', () => bulkhead.release())
  acquire(shared.signal)
  acquire(shared.signal)
  shared.abort()
  await settled()
  expect(results).toEqual(['acquired', 'acquired', 'aborted'])
  // The queue is empty, and the second permit is still held.
  for (let i = 0; i < 4; i += 1) acquire(new AbortController().signal)
  await settled()
  expect(results.slice(3)).toEqual(['full'])
  for (let i = 0; i < 4; i += 1) bulkhead.release()
  await settled()
  expect(results.slice(4)).toEqual(['acquired', 'acquired', 'acquired'])
})
