import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Caller } from '../../datasources/contract/caller.js'
import { ApiError } from '../../datasources/contract/errors.js'
import { createMemoryLeases, type LeaseRequest } from '../../src/limits/point-lease.js'
import { createRateLimit, type RateLimit } from '../../src/limits/rate-limit.js'

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

/** Rate limits of several processes on one store, which is slow or away on demand. */
function world(delayMs = 1) {
  const requests: (LeaseRequest & { readonly name: string })[] = []
  const state = { away: false, delayMs, leases: createMemoryLeases() }
  const open = (fallbackPercent = 25, limits: { userPerMinute?: number; tenantPerMinute?: number } = {}) =>
    createRateLimit({
      perMinute: LIMIT,
      ...limits,
      fallbackPercent,
      digest: (...parts) => parts.join(' '),
      async lease(name, limit, windowMs, request) {
        requests.push({ name, ...request })
        const { away } = state
        // The store decides when the request arrives, after half of the time.
        await new Promise((arrived) => setTimeout(arrived, state.delayMs / 2))
        const lease = away ? undefined : await state.leases(name, limit, windowMs, request)
        await new Promise((answered) => setTimeout(answered, state.delayMs / 2))
        if (lease === undefined) throw new ApiError('STORE_UNAVAILABLE')
        return lease
      },
    })
  /** What the store counts as spent or leased. */
  const counted = async (caller = ada) => {
    const none = { first: 0, need: 0, spare: 0, owed: 0, returned: 0, endsAt: 0 }
    const { left } = await state.leases(`kyc:spent:spent tenant ${caller.client}`, LIMIT, 60_000, none)
    return LIMIT - left
  }
  return { requests, state, open, counted }
}

const rest = (ms: number) => vi.advanceTimersByTimeAsync(ms)

/** An operation that must pass or fail without the store. */
function atOnce({ consume }: RateLimit, cost: number, caller = ada) {
  const consumption = consume(caller, cost)
  if (consumption instanceof Promise) throw new Error('the store was asked')
  return consumption
}

/** An operation that must wait for the store. */
async function afterAsking({ consume }: RateLimit, cost: number, caller = ada) {
  const consumption = consume(caller, cost)
  if (!(consumption instanceof Promise)) throw new Error('the store was not asked')
  await rest(1_000)
  return consumption
}

test('the first operation of a window waits for a lease, and those that follow spend what was leased in advance', async () => {
  const { requests, open } = world()
  const one = open()
  expect(await afterAsking(one, 100)).toEqual({
    allowed: true,
    status: { requested: 100, limit: LIMIT, remaining: 900, resetSeconds: 60 },
  })
  expect(atOnce(one, 10)).toEqual({
    allowed: true,
    status: { requested: 10, limit: LIMIT, remaining: 890, resetSeconds: 59 },
  })
  expect(requests[0]).toMatchObject({ first: 100, need: 100, owed: 0, returned: 0 })
})

test('a client that spends evenly does not wait once its pace is known, however far the store is', async () => {
  const { requests, open } = world(600)
  const one = open()
  const waited: number[] = []
  for (let spent = 0; spent < 400; spent += 1) {
    const consumption = one.consume(ada, 1)
    if (consumption instanceof Promise) waited.push(spent)
    await rest(100)
    const { status } = await (consumption instanceof Promise ? rest(600).then(() => consumption) : consumption)
    expect(status.remaining).toBe(LIMIT - spent - 1)
  }
  expect(waited.length).toBeLessThan(5)
  expect(Math.max(...waited)).toBeLessThan(50)
  // Points are leased in blocks, not for each operation.
  expect(requests.length).toBeLessThan(60)
})

test.each([0, 1, 300, 600, 900])(
  'four processes let exactly the limit pass when the store answers after %i ms',
  async (delayMs) => {
    const { open } = world(delayMs)
    const processes = Array.from({ length: 4 }, () => open())
    let allowed = 0
    let refused = 0
    for (let round = 0; round < 200; round += 1) {
      for (const { consume } of processes)
        for (let i = 0; i < 3; i += 1)
          void Promise.resolve(consume(ada, 1)).then((passed) => (passed.allowed ? (allowed += 1) : (refused += 1)))
      await rest(100)
    }
    await rest(2_000)
    expect({ allowed, refused }).toEqual({ allowed: LIMIT, refused: 2_400 - LIMIT })
  },
)

test('a process that alone is asked, after each of four was asked once, can use nine tenths of the limit at once', async () => {
  const { open } = world(300)
  const processes = Array.from({ length: 4 }, () => open())
  for (const one of processes) await afterAsking(one, 1)
  const answers = Array.from({ length: LIMIT }, () => Promise.resolve(processes[0]!.consume(ada, 1)))
  await rest(5_000)
  const allowed = (await Promise.all(answers)).filter((passed) => passed.allowed).length
  expect(allowed).toBeGreaterThan(0.9 * LIMIT)
  expect(allowed).toBeLessThanOrEqual(LIMIT - 3)
})

test('one process tells each operation what is left to the point, and lets the very last pass that fits', async () => {
  const { open } = world()
  const one = open()
  expect((await afterAsking(one, 450)).status.remaining).toBe(550)
  expect((await afterAsking(one, 500)).status.remaining).toBe(50)
  expect(await afterAsking(one, 51)).toMatchObject({ allowed: false, status: { remaining: 50 } })
  // A refused operation costs nothing, and does not hold up a cheaper one.
  const [dear, cheap] = [one.consume(ada, 60), one.consume(ada, 50)]
  await rest(10)
  expect(await dear).toMatchObject({ allowed: false })
  expect(await cheap).toMatchObject({ allowed: true, status: { remaining: 0 } })
})

test('points that a process does not use are given back after two seconds, and to another process then', async () => {
  const { requests, open, counted } = world()
  const [one, other] = [open(), open()]
  await afterAsking(one, 10)
  expect(await counted()).toBeGreaterThan(10)
  await rest(3_000)
  expect(await counted()).toBe(10)
  expect(requests.at(-1)!.returned).toBeGreaterThan(0)
  expect(await afterAsking(other, LIMIT - 10)).toMatchObject({ allowed: true, status: { remaining: 0 } })
  const sent = requests.length
  await rest(10_000)
  expect(requests).toHaveLength(sent)
})

test('an operation that comes while points are given back waits for a lease of its own', async () => {
  const { state, open } = world()
  const one = open()
  await afterAsking(one, 10)
  state.delayMs = 500
  await rest(1_500)
  expect(await afterAsking(one, 10)).toMatchObject({ allowed: true, status: { remaining: 980 } })
})

test('a window that is over is a whole one again, and what was leased in its last moment is void', async () => {
  const { open, counted } = world()
  const one = open()
  await afterAsking(one, 100)
  await rest(58_900)
  await afterAsking(one, 100)
  expect(await afterAsking(one, 1)).toMatchObject({ allowed: true, status: { remaining: 999, resetSeconds: 60 } })
  await rest(5_000)
  expect(await counted()).toBe(1)
})

test('a store that lost the window is believed: another one has begun', async () => {
  const { state, open, counted } = world()
  const one = open()
  await afterAsking(one, 500)
  state.leases = createMemoryLeases()
  expect(await afterAsking(one, 700)).toMatchObject({ allowed: true, status: { remaining: 300 } })
  await rest(5_000)
  expect(await counted()).toBe(700)
})

test.each([-3_600, 3_600])(
  'a window of this process ends after its minute, and no sooner, where the clock is set by %d s',
  async (step) => {
    const lease = createMemoryLeases()
    const request = { first: 1, need: 1, spare: 0, owed: LIMIT - 1, returned: 0, endsAt: 0 }
    const grantedNow = async () => (await lease('client', LIMIT, 60_000, { ...request, owed: 0 })).granted
    expect((await lease('client', LIMIT, 60_000, request)).granted).toBe(1)
    vi.setSystemTime(Date.now() + step * 1000)
    await vi.advanceTimersByTimeAsync(59_000)
    expect(await grantedNow()).toBe(0)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await grantedNow()).toBe(1)
  },
)

test('while the store is away each process lets a client spend a quarter of the limit, leased points included', async () => {
  const { requests, state, open, counted } = world()
  const processes = Array.from({ length: 4 }, () => open())
  for (const one of processes) await afterAsking(one, 100)
  state.away = true
  // Learns of the outage; after that nothing waits.
  const waiting = processes.map(({ consume }) => Promise.resolve(consume(ada, 50)))
  await rest(100)
  for (const { status } of await Promise.all(waiting)) expect(status.remaining).toBe(100)
  for (const one of processes) {
    expect(atOnce(one, 101)).toMatchObject({ allowed: false, status: { remaining: 100 } })
    expect(atOnce(one, 100)).toMatchObject({ allowed: true, status: { remaining: 0, limit: LIMIT } })
    expect(atOnce(one, 1)).toMatchObject({ allowed: false })
  }
  // Asked at growing distances, by each process once at a time.
  const before = requests.length
  await rest(10_000)
  expect(requests.length - before).toBeLessThanOrEqual(4 * 8)
  state.away = false
  await rest(6_000)
  expect(await counted()).toBe(LIMIT)
  for (const one of processes) expect((await afterAsking(one, 1)).allowed).toBe(false)
})

test.each([
  { fallbackPercent: 0, allowed: 0 },
  { fallbackPercent: 10, allowed: 100 },
  { fallbackPercent: 100, allowed: LIMIT },
])('with RATE_LIMIT_FALLBACK_PERCENT=$fallbackPercent, $allowed points pass without the store', async (row) => {
  const { state, open } = world()
  state.away = true
  const one = open(row.fallbackPercent)
  const first = await afterAsking(one, 1)
  let allowed = Number(first.allowed)
  for (let i = 0; i < LIMIT + 10; i += 1) allowed += Number(atOnce(one, 1).allowed)
  expect(allowed).toBe(row.allowed)
})

test('an outage ends a waiting time of one second at most, and for the first operations only', async () => {
  const { state, open } = world()
  const one = open()
  state.delayMs = 60_000
  const first = one.consume(ada, 1)
  await rest(999)
  let isSettled = false
  void Promise.resolve(first).then(() => (isSettled = true))
  await rest(0)
  expect(isSettled).toBe(false)
  await rest(1)
  expect(await first).toMatchObject({ allowed: true, status: { remaining: 249 } })
  expect(atOnce(one, 1, callerOf('ben'))).toMatchObject({ allowed: true, status: { remaining: 249 } })
})

test('a charge never waits, counts beside what is leased, and goes to the store within 50 ms', async () => {
  const { open, counted } = world()
  const one = open()
  expect(one.charge(ada, 5)).toEqual({
    allowed: true,
    status: { requested: 5, limit: LIMIT, remaining: 995, resetSeconds: 60 },
  })
  for (let i = 0; i < 9; i += 1) one.charge(ada, 5)
  await rest(60)
  expect(await counted()).toBeGreaterThanOrEqual(50)
  expect(atOnce(one, 1).status.remaining).toBe(949)
  await rest(5_000)
  expect(await counted()).toBe(51)
})

test('charges count beyond the limit, and then refuse operations and tell so', async () => {
  const { open } = world()
  const [one, other] = [open(), open()]
  await afterAsking(one, 10)
  expect(one.charge(ada, 2 * LIMIT)).toMatchObject({ allowed: true, status: { remaining: 0 } })
  expect(one.charge(ada, 1)).toMatchObject({ allowed: false, status: { remaining: 0 } })
  expect(await afterAsking(one, 1)).toMatchObject({ allowed: false, status: { remaining: 0 } })
  expect(await afterAsking(other, 1)).toMatchObject({ allowed: false, status: { remaining: 0 } })
  // Only in this window.
  await rest(60_000)
  expect(await afterAsking(other, 1)).toMatchObject({ allowed: true, status: { remaining: 999 } })
})

test('a process that ends gives its points back and pays its debts, and waits a second at most for a store that is down', async () => {
  const { state, open, counted } = world()
  const [one, other] = [open(), open()]
  await afterAsking(one, 10)
  other.charge(ada, 7)
  const closed = Promise.all([one.close(), other.close()])
  await rest(10)
  await closed
  expect(await counted()).toBe(17)
  const third = open()
  await afterAsking(third, 5)
  state.delayMs = 10_000
  const closedAgain = third.close()
  await rest(1_000)
  await closedAgain
})

test('clients and tenants have windows of their own', async () => {
  const { open } = world()
  const one = open()
  await afterAsking(one, LIMIT)
  expect((await afterAsking(one, 1, callerOf('ben'))).status.remaining).toBe(999)
  expect((await afterAsking(one, 1, { ...ada, tenant: 'other' })).status.remaining).toBe(999)
  expect((await afterAsking(one, 1)).allowed).toBe(false)
})

describe('with limits of users, clients and tenants', () => {
  const LIMITS = { userPerMinute: 400, tenantPerMinute: 1_500 }
  const userOf = (subject: string, client = 'app'): Caller => ({ ...callerOf(client), subject })
  const [eve, fay] = [userOf('eve'), userOf('fay')]
  const spentOf = async ({ state }: ReturnType<typeof world>, name: string, limit = LIMIT) => {
    const none = { first: 0, need: 0, spare: 0, owed: 0, returned: 0, endsAt: 0 }
    return limit - (await state.leases(`kyc:spent:${name}`, limit, 60_000, none)).left
  }

  test('an operation waits once for the leases of all three, and those that follow ask for none', async () => {
    const { open, requests } = world(600)
    const one = open(25, LIMITS)
    const first = one.consume(eve, 10)
    await rest(601)
    expect(await Promise.race([first, Promise.resolve('waits')])).toEqual({
      allowed: true,
      status: { requested: 10, limit: 400, remaining: 390, resetSeconds: 60, level: 'user' },
    })
    expect(requests.map(({ name }) => name)).toEqual([
      'kyc:spent:spent tenant app',
      'kyc:spent:spent-tenant tenant',
      'kyc:spent:spent-user tenant app eve',
    ])
    atOnce(one, 1, eve)
    expect(requests).toHaveLength(3)
  })

  test('the spent budget of one user leaves the other users theirs, and takes nothing from client and tenant', async () => {
    const all = world()
    const one = all.open(25, LIMITS)
    await afterAsking(one, 400, eve)
    for (let i = 0; i < 20; i += 1)
      expect(await afterAsking(one, 50, eve)).toMatchObject({
        allowed: false,
        status: { level: 'user', limit: 400, remaining: 0 },
      })
    for (let i = 0; i < 4; i += 1) expect(await afterAsking(one, 100, fay)).toMatchObject({ allowed: true })
    await rest(5_000)
    expect(await spentOf(all, 'spent tenant app')).toBe(800)
    expect(await spentOf(all, 'spent-tenant tenant', 1_500)).toBe(800)
  })

  test.each([
    {
      refuses: 'client',
      spend: [
        ['eve', 400],
        ['fay', 400],
        ['gus', 150],
      ] as const,
      by: userOf('hal'),
    },
    {
      refuses: 'tenant',
      spend: [
        ['eve', 400],
        ['fay', 400],
      ] as const,
      by: userOf('hal', 'third'),
    },
  ])('what the $refuses refuses is spent by neither of the others', async ({ refuses, spend, by }) => {
    const all = world()
    const one = all.open(25, LIMITS)
    for (const [subject, cost] of spend) await afterAsking(one, cost, userOf(subject))
    if (refuses === 'tenant')
      for (const subject of ['ida', 'jo']) await afterAsking(one, 325, userOf(subject, 'second'))
    expect(await afterAsking(one, 60, by)).toMatchObject({
      allowed: false,
      status: { limit: refuses === 'client' ? 1_000 : 1_500 },
    })
    await rest(5_000)
    expect(await spentOf(all, `spent-user tenant ${by.client} hal`, 400)).toBe(0)
    expect(await afterAsking(one, 50, by)).toMatchObject({ allowed: true })
  })

  test('a charge to a user without points is not charged to client and tenant', async () => {
    const all = world()
    const one = all.open(25, LIMITS)
    await afterAsking(one, 400, eve)
    expect(one.charge(eve, 10)).toMatchObject({ allowed: false, status: { level: 'user' } })
    expect(one.charge(fay, 10)).toMatchObject({ allowed: true })
    await rest(5_000)
    expect(await spentOf(all, 'spent tenant app')).toBe(410)
  })

  test('processes let no more than each limit pass together', async () => {
    const { open } = world(300)
    const processes = Array.from({ length: 3 }, () => open(25, LIMITS))
    const passed: Record<string, number> = {}
    for (let round = 0; round < 60; round += 1) {
      for (const { consume } of processes)
        for (const subject of ['eve', 'fay', 'gus'])
          void Promise.resolve(consume(userOf(subject), 5)).then(({ allowed }) => {
            if (allowed) passed[subject] = (passed[subject] ?? 0) + 5
          })
      await rest(100)
    }
    await rest(2_000)
    expect(Math.max(...Object.values(passed))).toBeLessThanOrEqual(400)
    const all = Object.values(passed).reduce((sum, points) => sum + points, 0)
    expect(all).toBeLessThanOrEqual(LIMIT)
    expect(all).toBeGreaterThan(0.97 * LIMIT)
  })

  test('while the store is away each level lets its part pass, and nothing waits', async () => {
    const { state, open } = world()
    state.away = true
    const one = open(25, LIMITS)
    await afterAsking(one, 1, eve)
    let allowed = 1
    for (let i = 0; i < 200; i += 1) allowed += Number(atOnce(one, 1, eve).allowed)
    expect(allowed).toBe(100)
    expect(atOnce(one, 1, fay)).toMatchObject({ allowed: true })
  })

  test('a subject that is the client, and a client without a tenant, have one window', async () => {
    const { open, requests } = world()
    await afterAsking(open(25, LIMITS), 1, { ...ada, tenant: 'client:ada' })
    expect(requests.map(({ name }) => name)).toEqual(['kyc:spent:spent client:ada ada'])
  })
})
