import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Bulkhead, type Claim } from '../../../datasources/http/bulkhead.js'

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
          void bulkhead
            .acquire({ signal: controllers[id]!.signal, timeoutMs: TIMEOUT_MS })
            .then((result) => results.set(id, result))
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
    void bulkhead.acquire({ signal, timeoutMs: TIMEOUT_MS }).then((result) => results.push(result))
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

/** A bulkhead with named calls: each holds its permit until the test ends it. */
function world(maxConcurrent: number, maxQueued?: number) {
  const bulkhead = new Bulkhead(maxConcurrent, maxQueued)
  const running: { readonly name: string; readonly claim: Claim }[] = []
  const ended: Record<string, string> = {}
  /** Calls of `owner` (`client` or `tenant/client/user`), numbered: `a` reads, `a!` writes. */
  const call = (owner: string, count = 1, deadlineMs = Infinity) => {
    const [tenant, client, user] = owner.includes('/')
      ? owner.replace('!', '').split('/')
      : ['t', owner.replace('!', ''), 'u']
    const claim = { share: [tenant!, client!, user!], isWrite: owner.endsWith('!') }
    for (let i = 0; i < count; i += 1)
      void bulkhead
        .acquire(
          { signal: new AbortController().signal, timeoutMs: TIMEOUT_MS, deadline: performance.now() + deadlineMs },
          claim,
        )
        .then((admission) => {
          if (admission === 'acquired') running.push({ name: owner, claim })
          else ended[owner] = `${admission} ${(Number(ended[owner]?.split(' ')[1]) || 0) + 1}`
        })
    return settled()
  }
  const end = async (name: string, count = 1) => {
    for (let i = 0; i < count; i += 1) {
      const at = running.findIndex((other) => other.name === name)
      const [{ claim }] = running.splice(at, 1) as [(typeof running)[number]]
      bulkhead.release(claim)
      await settled()
    }
  }
  const held = () => {
    const counts: Record<string, number> = {}
    for (const { name } of running) counts[name] = (counts[name] ?? 0) + 1
    return counts
  }
  return { call, end, held, ended }
}

test('a client alone has all permits for its reads, and writes three quarters of them', async () => {
  const { call, held } = world(8)
  await call('a', 20)
  expect(held()).toEqual({ a: 8 })
  const writes = world(8)
  await writes.call('a!', 20)
  await writes.call('a', 3)
  expect(writes.held()).toEqual({ 'a!': 6, a: 2 })
})

test.each([1, 2, 3])('of %i permits, writes may have all', async (permits) => {
  const { call, held } = world(permits)
  await call('a!', 5)
  expect(held()).toEqual({ 'a!': permits })
})

test('while another client calls, one client has three quarters of the permits; a minute after that all again', async () => {
  const { call, end, held } = world(8)
  await call('b')
  await end('b')
  await call('a', 20)
  expect(held()).toEqual({ a: 6 })
  await call('b', 2)
  expect(held()).toEqual({ a: 6, b: 2 })
  await end('b', 2)
  await vi.advanceTimersByTimeAsync(60_000)
  await call('a', 20)
  expect(held()).toEqual({ a: 8 })
})

test('while another client calls, the writes of one client leave a quarter of its permits to its reads', async () => {
  const { call, end, held } = world(64)
  await call('b')
  await end('b')
  await call('a!', 60)
  await call('a', 1)
  expect(held()).toEqual({ 'a!': 36, a: 1 })
  await call('a', 20)
  expect(held()).toEqual({ 'a!': 36, a: 12 })
  await call('b!', 20)
  expect(held()).toEqual({ 'a!': 36, a: 12, 'b!': 12 })
})

test.each([
  [1, 1],
  [2, 1],
  [3, 2],
  [4, 2],
])('of %i permits, the writes of one client beside another have %i', async (permits, writes) => {
  const { call, end, held } = world(permits)
  await call('b')
  await end('b')
  await call('a!', 5)
  expect(held()).toEqual({ 'a!': writes })
})

test('a permit that is returned goes to the client with the fewest, whatever the number that waits', async () => {
  const { call, end, held } = world(8)
  await call('a', 30)
  await call('b', 10)
  await call('c', 2)
  expect(held()).toEqual({ a: 8 })
  await end('a', 5)
  expect(held()).toEqual({ a: 3, b: 3, c: 2 })
  // What only one client wants it gets.
  await end('c', 2)
  await end('b', 2)
  expect(held()).toEqual({ a: 4, b: 4 })
})

test('tenants, then their clients, then their users have equal shares', async () => {
  const { call, end, held } = world(12)
  await call('x/x/x', 12)
  for (const owner of ['t/a/u', 't/a/v', 't/b/u', 's/a/u']) await call(owner, 12)
  await end('x/x/x', 12)
  expect(held()).toEqual({ 's/a/u': 6, 't/b/u': 3, 't/a/u': 2, 't/a/v': 1 })
})

test('while reads and writes wait they get equal parts, and none waits while there is a permit for it', async () => {
  const { call, end, held } = world(8)
  await call('a', 20)
  await call('b!', 20)
  expect(held()).toEqual({ a: 8 })
  await end('a', 6)
  expect(held()).toEqual({ a: 4, 'b!': 4 })
  await end('b!', 4)
  expect(held()).toEqual({ a: 4, 'b!': 4 })
})

test('a client that has its part of the permits does not hold up the queued calls of another', async () => {
  const { call, end, held } = world(64)
  await call('b')
  await end('b')
  await call('a!', 60)
  await call('a', 20)
  await call('b', 20)
  expect(held()).toEqual({ 'a!': 36, a: 12, b: 16 })
  // Of reads `a` holds fewer, and may not have another.
  await end('b')
  expect(held()).toEqual({ 'a!': 36, a: 12, b: 16 })
  await end('a')
  expect(held()).toEqual({ 'a!': 36, a: 12, b: 16 })
})

test('nor does it hold up the queued writes of another', async () => {
  const { call, end, held } = world(16)
  await call('b')
  await end('b')
  await call('a', 11)
  await call('a!', 4)
  await call('b!', 6)
  expect(held()).toEqual({ a: 11, 'a!': 1, 'b!': 4 })
  await end('b!')
  expect(held()).toEqual({ a: 11, 'a!': 1, 'b!': 4 })
  // Once it may have another, it is next again.
  await end('a')
  expect(held()).toEqual({ a: 10, 'a!': 2, 'b!': 4 })
})

test('a call does not overtake those of its client that wait, where they have been allowed to run meanwhile', async () => {
  const { call, end, held } = world(8)
  await call('b')
  await end('b')
  await vi.advanceTimersByTimeAsync(59_950)
  await call('t/a/early', 7)
  expect(held()).toEqual({ 't/a/early': 6 })
  // No other client has called for a minute.
  await vi.advanceTimersByTimeAsync(50)
  await call('t/a/late', 3)
  expect(held()).toEqual({ 't/a/early': 7, 't/a/late': 1 })
})

test('one client fills three quarters of the queue, and the process itself all of it', async () => {
  const { call, ended } = world(1, 8)
  await call('a', 20)
  expect(ended).toEqual({ a: 'full 13' })
  await call('b', 3)
  expect(ended).toEqual({ a: 'full 13', b: 'full 1' })
})

test('a call whose deadline comes before its turn is refused at once', async () => {
  const { call, end, ended, held } = world(2, 100)
  await call('a', 2)
  await vi.advanceTimersByTimeAsync(1_000)
  await end('a', 2)
  // Each call takes 1 s, and two run at a time.
  await call('a', 2)
  void call('a', 4, 5_000)
  await settled()
  await call('a', 1, 1_900)
  expect(ended).toEqual({ a: 'late 1' })
  await call('a', 1, 2_100)
  await call('b', 1, 100)
  expect([held(), ended]).toEqual([{ a: 2 }, { a: 'late 1' }])
})
