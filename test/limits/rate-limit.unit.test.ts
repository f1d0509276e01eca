import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError } from '../../datasources/contract/errors.js'
import type { Caller } from '../../datasources/contract/caller.js'
import { createRateLimit } from '../../src/limits/rate-limit.js'
import { createMemoryWindowCounter } from '../../src/limits/window-counter.js'

const LIMIT = 1_000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const callerOf = (client: string): Caller => ({
  subject: client,
  client,
  tenant: 'tenant',
  scopes: new Set(),
  banks: undefined,
  token: '',
})
const ada = callerOf('ada')

/** Budgets of several processes on one store, which is slow or away on demand. */
function world() {
  const accounts = createMemoryWindowCounter()
  const asked: { name: string; points: number; owed: number }[] = []
  const state = { away: false, delayMs: 1 }
  const open = () =>
    createRateLimit({
      perMinute: LIMIT,
      digest: (...parts) => parts.join(' '),
      async spend(name, points, most, windowMs, owed = 0) {
        asked.push({ name, points, owed })
        await new Promise((answered) => setTimeout(answered, state.delayMs))
        if (state.away) throw new ApiError('STORE_UNAVAILABLE')
        return accounts(name, points, most, windowMs, owed)
      },
    })
  return { asked, state, open }
}

/** A payment that must be made without asking. */
function atOnce({ consume: pay }: ReturnType<typeof createRateLimit>, cost: number, caller = ada) {
  const payment = pay(caller, cost)
  if (payment instanceof Promise) throw new Error('the store was asked')
  return payment
}
/** A payment that must not. */
async function afterAsking({ consume: pay }: ReturnType<typeof createRateLimit>, cost: number, caller = ada) {
  const payment = pay(caller, cost)
  if (!(payment instanceof Promise)) throw new Error('the store was not asked')
  await vi.advanceTimersByTimeAsync(300)
  return payment
}
const rest = (ms: number) => vi.advanceTimersByTimeAsync(ms)

test('the first operation of a window asks, and those that follow pay at once until a tenth of what was left is spent', async () => {
  const { asked, open } = world()
  const one = open()
  expect(await afterAsking(one, 100)).toEqual({
    allowed: true,
    status: { requested: 100, limit: LIMIT, remaining: 900, resetSeconds: 60 },
  })
  expect(atOnce(one, 90)).toEqual({
    allowed: true,
    status: { requested: 90, limit: LIMIT, remaining: 810, resetSeconds: 60 },
  })
  expect(asked).toHaveLength(1)
  // Asks for its own cost, and reports the cost spent before.
  expect((await afterAsking(one, 1)).status.remaining).toBe(809)
  expect(asked[1]).toMatchObject({ points: 1, owed: 90 })
})

test('from half of the limit on every operation asks', async () => {
  const { open } = world()
  const one = open()
  await afterAsking(one, 450)
  expect(atOnce(one, 50).allowed).toBe(true)
  await rest(100)
  for (const remaining of [499, 498]) expect((await afterAsking(one, 1)).status.remaining).toBe(remaining)
  expect(await afterAsking(one, 499)).toMatchObject({ allowed: false, status: { remaining: 498 } })
  expect(await afterAsking(one, 498)).toMatchObject({ allowed: true, status: { remaining: 0 } })
})

test('this process reports its spending within 50 ms, once for each client, and one report at a time', async () => {
  const { asked, state, open } = world()
  const one = open()
  const clients = ['a', 'b', 'c'].map(callerOf)
  for (const client of clients) await afterAsking(one, 1, client)
  asked.length = 0
  state.delayMs = 120
  for (let i = 0; i < 5; i += 1) for (const client of clients) atOnce(one, 2, client)
  await rest(50)
  expect(asked.map(({ points, owed }) => [points, owed])).toEqual([
    [0, 10],
    [0, 10],
    [0, 10],
  ])
  atOnce(one, 3, clients[0])
  await rest(100)
  expect(asked).toHaveLength(3)
  await rest(100)
  expect(asked).toHaveLength(4)
  await rest(10_000)
  // Nothing was spent, so nothing is reported.
  expect(asked).toHaveLength(4)
  expect(vi.getTimerCount()).toBe(0)
})

test('what another process spends is known with the next report', async () => {
  const { open } = world()
  const [one, other] = [open(), open()]
  await afterAsking(one, 10)
  expect((await afterAsking(other, 600)).status.remaining).toBe(390)
  expect(atOnce(one, 10).status.remaining).toBe(980)
  await rest(60)
  expect((await afterAsking(one, 10)).status.remaining).toBe(370)
})

test('what passes beyond the limit, while another process asks for all that is left, is at most a tenth of it for each process', async () => {
  const { open } = world()
  const processes = Array.from({ length: 4 }, open)
  for (const one of processes) await afterAsking(one, 1)
  const all = open().consume(ada, LIMIT - processes.length)
  for (const one of processes) for (let points = 0; points < 99; points += 1) atOnce(one, 1)
  const more = processes.map(({ consume: pay }) => pay(ada, 1))
  await rest(300)
  expect(await all).toMatchObject({ allowed: true, status: { remaining: 0 } })
  for (const payment of [...more, ...processes.map(({ consume: pay }) => pay(ada, 1))]) {
    await rest(10)
    expect(await payment).toMatchObject({ allowed: false, status: { remaining: 0 } })
  }
})

test('a window that is over is a whole one again, and what was spent in its last moment is not taken from the next', async () => {
  const { asked, open } = world()
  const one = open()
  await afterAsking(one, 100)
  await rest(59_690)
  expect(atOnce(one, 50).status).toMatchObject({ remaining: 850, resetSeconds: 1 })
  await rest(40)
  expect(await afterAsking(one, 1)).toMatchObject({ status: { remaining: 999, resetSeconds: 60 } })
  await rest(1_000)
  expect(asked.map(({ owed }) => owed)).toEqual([0, 0])
})

test('failed reports are sent when the store is back; until then this process counts locally, without delay', async () => {
  const { asked, state, open } = world()
  const one = open()
  await afterAsking(one, 100)
  atOnce(one, 20)
  state.away = true
  await rest(60)
  expect(atOnce(one, LIMIT)).toMatchObject({ allowed: true, status: { remaining: 0 } })
  expect(atOnce(one, 1).allowed).toBe(false)
  const before = asked.length
  await rest(1_900)
  expect(asked).toHaveLength(before)
  state.away = false
  await rest(200)
  expect(asked.at(-1)).toMatchObject({ points: 0, owed: 20 })
  expect(atOnce(one, 1).status.remaining).toBe(879)
})

test('a process that ends reports the rest, and waits for a store that is down no longer than an operation does', async () => {
  const { asked, state, open } = world()
  const one = open()
  await afterAsking(one, 10)
  atOnce(one, 5)
  const closed = one.close()
  await rest(10)
  await closed
  expect(asked.at(-1)).toMatchObject({ points: 0, owed: 5 })
  atOnce(one, 5)
  state.delayMs = 10_000
  const closedAgain = one.close()
  await rest(250)
  await closedAgain
})
