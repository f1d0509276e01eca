import { createServer, type AddressInfo, type Server } from 'node:net'
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import fetch from 'node-fetch'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { createMemoryWindowCounter } from '../../src/limits/window-counter.js'
import { redisStore } from '../../src/store/redis.js'
import { type App, type RunOptions, startApp } from '../support/app.js'
import { countTurns } from '../support/clock.js'
import { type PrivateRedis, privateRedis, addressOf } from '../support/redis.js'

const PERSON = `{ person(id: "${ADA.personId}") { id verifications { type } } }`

async function ask(app: App, options: RunOptions = {}, query = PERSON) {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await app.token(options)}` },
    body: JSON.stringify({ query }),
  })
  const { data, errors, extensions } = (await response.json()) as any
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    data,
    error: errors?.[0],
    cost: extensions?.cost,
  }
}

/** The settings that allow a client this many operations, and no more. */
async function allowing(times: number): Promise<Record<string, string>> {
  const app = await startApp({}, ground)
  const { cost } = await ask(app)
  await app.close()
  return { RATE_LIMIT_COST_PER_MINUTE: String(times * cost.requested + cost.requested - 1) }
}

let ground: App
let two: Record<string, string>
beforeAll(async () => {
  ground = await startApp()
  two = await allowing(2)
})
afterAll(() => ground.close())

test('an answer states the cost spent, and an operation over the budget is refused without a provider call', async () => {
  const app = await startApp(two, ground)
  const first = await ask(app, { client: 'a' })
  const { requested, limit } = first.cost
  expect(first.cost).toEqual({
    requested,
    limit: Number(two['RATE_LIMIT_COST_PER_MINUTE']),
    remaining: limit - requested,
    resetSeconds: 60,
  })
  expect((await ask(app, { client: 'a' })).cost.remaining).toBe(limit - 2 * requested)

  app.clear()
  const refused = await ask(app, { client: 'a' })
  expect(refused).toMatchObject({
    status: 429,
    data: undefined,
    error: { extensions: { code: 'RATE_LIMITED', retryable: true, correlationId: expect.any(String) } },
  })
  const { retryAfterSeconds } = refused.error.extensions
  expect(retryAfterSeconds).toBeGreaterThan(0)
  expect(retryAfterSeconds).toBeLessThanOrEqual(60)
  expect(refused.retryAfter).toBe(String(retryAfterSeconds))
  expect(refused.error.message).toContain(`costs ${requested}`)
  expect(app.calls('synctera')).toEqual([])
  // A refused operation spends nothing: a cheaper one still runs.
  expect(refused.cost).toMatchObject({ requested, remaining: limit - 2 * requested })
  expect((await ask(app, { client: 'a' }, '{ viewer { id } }')).data.viewer.id).toBe('a')
  // Another client has a budget of its own, in the same tenant or another.
  expect((await ask(app, { client: 'b' })).status).toBe(200)
  expect((await ask(app, { client: 'a', claims: { tenant: 'other' } })).status).toBe(200)
  await app.close()
})

test('an operation that costs more than the whole budget gets an error that says so', async () => {
  const app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '1' }, ground)
  const { status, error } = await ask(app)
  expect(status).toBe(400)
  expect(error).toMatchObject({
    message: expect.stringMatching(/^The operation costs \d+, more than the 1 that a client may spend in a minute\.$/),
    extensions: { code: 'QUERY_TOO_COMPLEX', retryable: false },
  })
  await app.close()
})

test('a limit of 0 disables the limit, and the answer still states its cost', async () => {
  const app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0' }, ground)
  expect((await ask(app)).cost).toEqual({ requested: expect.any(Number) })
  expect(await (await fetch(`${app.url}/metrics`)).text()).toContain('kyc_graphql_operation_cost_count{type="query"} 1')
  await app.close()
})

test('replicas share the budget through Redis, where no client can be read', async () => {
  const settings = { ...two, REDIS_URL: inject('redisUrl'), STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64') }
  const app = await startApp(settings, ground)
  const replica = await startApp(settings, ground)
  const client = 'a-client-by-name'
  expect([(await ask(app, { client })).status, (await ask(replica, { client })).status]).toEqual([200, 200])
  expect([(await ask(app, { client })).status, (await ask(replica, { client })).status]).toEqual([429, 429])
  const redis = new Redis(inject('redisUrl'))
  const names = await redis.keys('kyc:spent:*')
  expect(names.length).toBeGreaterThan(0)
  expect(names.join()).not.toContain(client)
  redis.disconnect()
  await replica.close()
  await app.close()
})

test('while Redis is down each process counts locally, and shares again afterwards', async () => {
  const redis = await privateRedis()
  const app = await startApp(
    { ...two, REDIS_URL: redis.url, STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64') },
    ground,
  )
  expect((await ask(app)).cost.remaining).toBeGreaterThan(0)
  await redis.kill()
  expect([(await ask(app)).status, (await ask(app)).status, (await ask(app)).status]).toEqual([200, 200, 429])
  await redis.start()
  const probe = new Redis(redis.url)
  await expect
    .poll(async () => (await ask(app)).status === 200 && (await probe.keys('kyc:spent:*')).length, {
      timeout: 15_000,
      interval: 200,
    })
    .toBe(1)
  probe.disconnect()
  await app.close()
  await redis.kill()
})

describe('far from its limit', () => {
  const VIEWER = '{ viewer { id } }'
  const ENCRYPTION = { STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64') }
  let redis: PrivateRedis
  let admin: Redis
  beforeAll(async () => {
    redis = await privateRedis()
    admin = new Redis(redis.url)
  })
  beforeEach(() => admin.flushall())
  afterAll(async () => {
    admin.disconnect()
    await redis.kill()
  })
  const opened = (limit: number) =>
    startApp({ ...ENCRYPTION, REDIS_URL: redis.url, RATE_LIMIT_COST_PER_MINUTE: String(limit) }, ground)
  const view = (app: App) => ask(app, {}, VIEWER)
  const views = (app: App, times: number) => Promise.all(Array.from({ length: times }, () => view(app)))
  const left = (answers: Awaited<ReturnType<typeof view>>[]) =>
    answers.map(({ cost }) => cost.remaining as number).sort((a, b) => b - a)
  /** What Redis has as spent, by all clients. */
  const spent = async () => {
    const [name] = await admin.keys('kyc:spent:*')
    return name === undefined ? 0 : Number(await admin.get(name))
  }
  const commands = async () => Number(/cmdstat_evalsha:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1] ?? 0)

  test('a process sends Redis periodic reports, not a command for each operation', async () => {
    const app = await opened(100_000)
    await view(app)
    const [before, begun] = [await commands(), performance.now()]
    for (let i = 0; i < 10; i += 1) await views(app, 20)
    // Reports are 50 ms apart.
    const most = (performance.now() - begun) / 45 + 1
    expect((await commands()) - before).toBeLessThanOrEqual(most)
    expect(most).toBeLessThan(200)
    await expect.poll(spent, { interval: 10 }).toBe(201)
    await app.close()
  })

  test('one process tells each operation to the point what is left, and lets the very last pass that fits', async () => {
    const app = await opened(120)
    const passed = [await view(app), ...(await views(app, 40))]
    for (let i = 0; i < 40; i += 1) passed.push(await view(app))
    expect(left(passed)).toEqual(Array.from(passed, (_, i) => 119 - i))
    const rest = await views(app, 60)
    expect(left(rest.filter(({ status }) => status === 200))).toEqual(Array.from({ length: 39 }, (_, i) => 38 - i))
    expect(rest.filter(({ status }) => status === 429)).toHaveLength(21)
    expect(await spent()).toBe(120)
    await app.close()
  })

  test('each of two processes lets a tenth of the limit pass too much at most, and then both refuse', async () => {
    const LIMIT = 200
    const [one, other] = [await opened(LIMIT), await opened(LIMIT)]
    const passed = async (app: App) => {
      let count = 0
      for (;;) {
        const paid = (await views(app, 5)).filter(({ status }) => status === 200).length
        count += paid
        if (paid < 5) return count
      }
    }
    const [here, there] = await Promise.all([passed(one), passed(other)])
    expect(here + there).toBeGreaterThanOrEqual(LIMIT)
    expect(here + there).toBeLessThanOrEqual(LIMIT * 1.2)
    expect([(await view(one)).status, (await view(other)).status]).toEqual([429, 429])
    // Everything that passed is in the books.
    await expect.poll(spent, { interval: 10 }).toBe(here + there)
    await one.close()
    await other.close()
  })

  test('a window that ended in Redis ends in this process too', async () => {
    const app = await opened(1_000)
    await views(app, 5)
    await view(app)
    await admin.flushall()
    await view(app)
    await expect.poll(async () => (await view(app)).cost.remaining, { interval: 20 }).toBe(999)
    expect((await view(app)).cost.remaining).toBe(998)
    await app.close()
  })

  test('a process that ends tells Redis what was spent in it', async () => {
    const app = await opened(1_000)
    await view(app)
    await views(app, 10)
    await app.close()
    expect(await spent()).toBe(11)
  })
})

describe('a Redis that accepts commands and does not answer', () => {
  let silent: Server
  beforeAll(
    () => new Promise<void>((listening) => (silent = createServer(() => undefined).listen(0, '127.0.0.1', listening))),
  )
  afterAll(() => silent.close())

  test('delays no operation', async () => {
    const app = await startApp(
      {
        ...two,
        REDIS_URL: `redis://127.0.0.1:${(silent.address() as AddressInfo).port}`,
        STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      },
      ground,
    )
    await ask(app, {}, '{ viewer { id } }')
    const turned = countTurns()
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(app, { client: 'c' }, '{ viewer { id } }')))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(turned()).toBeLessThan(900)
    await app.close()
  })
})

describe.each([
  ['memory', () => ({ spend: createMemoryWindowCounter(), close: () => Promise.resolve() })],
  ['redis', () => redisStore(addressOf(inject('redisUrl')), () => undefined)],
])('accounts in %s', (_where, open) => {
  test('pay whole or not at all, and are whole again after their window', async () => {
    const { spend, close } = open()
    const name = `kyc:spent:${randomBytes(8).toString('hex')}`
    const pay = (points: number) => spend(name, points, 10, 2_000)
    await expect.poll(() => pay(7).catch(() => undefined)).toMatchObject({ paid: true, spent: 7 })
    expect(await pay(4)).toMatchObject({ paid: false, spent: 7 })
    expect(await pay(3)).toMatchObject({ paid: true, spent: 10 })
    const { resetMs } = await pay(1)
    expect(resetMs).toBeLessThanOrEqual(2_000)
    await delay(resetMs + 10)
    expect(await pay(8)).toMatchObject({ paid: true, spent: 8 })
    await close()
  })

  test('take what is owed in any case, and from no window but the one that lasts', async () => {
    const { spend, close } = open()
    const name = `kyc:spent:${randomBytes(8).toString('hex')}`
    await expect
      .poll(() => spend(name, 0, 10, 2_000, 5).catch(() => undefined))
      .toEqual({ paid: true, spent: 0, resetMs: 0 })
    expect(await spend(name, 4, 10, 2_000, 5)).toMatchObject({ paid: true, spent: 4 })
    expect(await spend(name, 3, 10, 2_000, 5)).toMatchObject({ paid: false, spent: 9 })
    expect(await spend(name, 1, 10, 2_000)).toMatchObject({ paid: true, spent: 10 })
    const { spent, resetMs } = await spend(name, 0, 10, 2_000, 2)
    expect(spent).toBe(12)
    await delay(resetMs + 10)
    expect(await spend(name, 1, 10, 2_000, 9)).toMatchObject({ paid: true, spent: 1 })
    await close()
  })

  test('are never overdrawn by many at once', async () => {
    const { spend, close } = open()
    const name = `kyc:spent:${randomBytes(8).toString('hex')}`
    await expect.poll(() => spend(name, 0, 10, 5_000).catch(() => undefined)).toBeDefined()
    const answers = await Promise.all(Array.from({ length: 50 }, () => spend(name, 3, 10, 5_000)))
    expect(answers.filter(({ paid }) => paid)).toHaveLength(3)
    await close()
  })
})
