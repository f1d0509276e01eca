import { createServer, type AddressInfo, type Server } from 'node:net'
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import fetch from 'node-fetch'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { createMemoryLeases, type LeaseRequest } from '../../src/limits/point-lease.js'
import { redisStore } from '../../src/store/redis.js'
import { type App, type RunOptions, startApp } from '../support/app.js'
import { countTurns } from '../support/clock.js'
import { type PrivateRedis, privateRedis, addressOf, databaseOf, freePort } from '../support/redis.js'

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

const VIEWER = '{ viewer { id } }'

/** Sends the documents of these tests once for another client: a document that is not known yet costs points of its own. */
async function taught(app: App): Promise<App> {
  for (const query of [PERSON, VIEWER]) await ask(app, { client: 'teacher' }, query)
  return app
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
  const app = await taught(await startApp(two, ground))
  const first = await ask(app, { client: 'a' })
  const { requested, limit } = first.cost
  expect(first.cost).toEqual({
    requested,
    actual: expect.any(Number),
    providerCalls: 2,
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
  expect((await ask(app)).cost).toEqual({
    requested: expect.any(Number),
    actual: expect.any(Number),
    providerCalls: 2,
  })
  expect(await (await fetch(`${app.url}/metrics`)).text()).toContain('kyc_graphql_operation_cost_count{type="query"} 1')
  await app.close()
})

test('the spent budget of one user leaves the other users of the app theirs, and the answer says whose it is', async () => {
  const app = await taught(
    await startApp({ RATE_LIMIT_USER_COST_PER_MINUTE: String(Number(two['RATE_LIMIT_COST_PER_MINUTE'])) }, ground),
  )
  const as = (sub: string) => ask(app, { client: 'app', claims: { sub } })
  expect([(await as('eve')).cost.level, (await as('eve')).status, (await as('eve')).status]).toEqual(['user', 200, 429])
  const refused = await app.run(PERSON, undefined, { client: 'app', claims: { sub: 'eve' } })
  expect(refused.errors[0]!.message).toContain('that a user may spend in a minute')
  expect(refused.errors[0]!.extensions).toMatchObject({ code: 'RATE_LIMITED', limitedBy: 'user' })
  expect(refused.headers.get('ratelimit-policy')).toBe(`"user";q=${two['RATE_LIMIT_COST_PER_MINUTE']};w=60`)
  expect(refused.headers.get('ratelimit')).toMatch(/^"user";r=\d+;t=\d+$/)
  expect((await as('fay')).status).toBe(200)
  const metrics = await (await fetch(`${app.url}/metrics`)).text()
  expect(metrics).toContain('kyc_rate_limited_operations_total{level="user"} 2')
  expect(metrics).not.toMatch(/"(eve|fay|app)"/)
  await app.close()
})

test('without a setting of its own a user has half of the points of the client, and a tenant those of ten', async () => {
  const app = await taught(await startApp({ RATE_LIMIT_COST_PER_MINUTE: '100' }, ground))
  const limits = async (claims: object) => (await ask(app, { client: 'app', claims: { ...claims } }, VIEWER)).cost
  expect(await limits({ sub: 'eve' })).toMatchObject({ level: 'user', limit: 50 })
  expect(await limits({ sub: 'app', tenant: 't' })).toMatchObject({ limit: 100 })
  await app.close()
  const narrow = { RATE_LIMIT_COST_PER_MINUTE: '100', RATE_LIMIT_TENANT_COST_PER_MINUTE: '30' }
  const other = await taught(await startApp(narrow, ground))
  expect((await ask(other, { client: 'app', claims: { tenant: 't' } }, VIEWER)).cost).toMatchObject({
    level: 'tenant',
    limit: 30,
  })
  await other.close()
})

test('replicas share the budget through Redis, where no client can be read', async () => {
  const settings = { ...two, REDIS_URL: inject('redisUrl'), STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64') }
  const app = await taught(await startApp(settings, ground))
  const replica = await taught(await startApp(settings, ground))
  const client = 'a-client-by-name'
  expect([(await ask(app, { client })).status, (await ask(replica, { client })).status]).toEqual([200, 200])
  expect([(await ask(app, { client })).status, (await ask(replica, { client })).status]).toEqual([429, 429])
  const redis = new Redis(await databaseOf(settings.STORE_ENCRYPTION_KEY))
  const names = await redis.keys('kyc:spent:*')
  expect(names.length).toBeGreaterThan(0)
  expect(names.join()).not.toContain(client)
  redis.disconnect()
  await replica.close()
  await app.close()
})

test('while Redis is down each process lets a client spend its part of the limit, and shares again afterwards', async () => {
  const redis = await privateRedis()
  const app = await startApp(
    {
      ...two,
      REDIS_URL: redis.url,
      STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      RATE_LIMIT_FALLBACK_PERCENT: '100',
    },
    ground,
  )
  expect((await ask(app)).cost.remaining).toBeGreaterThan(0)
  await redis.kill()
  expect([(await ask(app)).status, (await ask(app)).status]).toEqual([200, 429])
  // Another client has its part too.
  expect((await ask(app, { client: 'b' })).status).toBe(200)
  await redis.start()
  const probe = new Redis(redis.url)
  // What was spent without a lease counts in the new Redis, which knows nothing of what was leased before.
  await expect.poll(async () => (await probe.keys('kyc:spent:*')).length, { timeout: 15_000, interval: 200 }).toBe(2)
  expect([(await ask(app)).status, (await ask(app)).status, (await ask(app)).status].at(-1)).toBe(429)
  probe.disconnect()
  await app.close()
  await redis.kill()
})

test('while Redis is away, each of four processes would let a quarter of the limit pass', async () => {
  const LIMIT = 80
  const settings = {
    ADMISSION: 'off',
    REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
    STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    RATE_LIMIT_COST_PER_MINUTE: String(LIMIT),
  }
  const apps = [await taught(await startApp(settings, ground)), await taught(await startApp(settings, ground))]
  for (const app of apps) {
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask(app, {}, VIEWER)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(LIMIT / 4)
    expect(answers.find(({ status }) => status === 429)!.cost).toMatchObject({ limit: LIMIT, remaining: 0 })
  }
  for (const app of apps) await app.close()
})

describe('far from its limit', () => {
  /** The points of the first view in a process, which does not know the document yet. */
  const FIRST = 7
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
  /** A server of so many that leave this limit to a client who has viewed once in each. */
  const opened = async (limit: number, processes = 1) => {
    const perMinute = String(limit + processes * FIRST)
    const app = await startApp(
      { ...ENCRYPTION, ADMISSION: 'off', REDIS_URL: redis.url, RATE_LIMIT_COST_PER_MINUTE: perMinute },
      ground,
    )
    expect((await view(app)).status).toBe(200)
    return app
  }
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

  test('a process leases points in blocks, not by a command for each operation, and gives back what it does not use', async () => {
    const app = await opened(100_000)
    await view(app)
    const before = await commands()
    for (let i = 0; i < 10; i += 1) await views(app, 20)
    expect((await commands()) - before).toBeLessThanOrEqual(10)
    await expect.poll(spent, { interval: 50, timeout: 10_000 }).toBe(201 + FIRST)
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
    expect(await spent()).toBe(120 + FIRST)
    await app.close()
  })

  test('two processes let exactly the limit pass together, and then both refuse', async () => {
    const LIMIT = 200
    const [one, other] = [await opened(LIMIT, 2), await opened(LIMIT, 2)]
    const passed = async (app: App) => {
      let count = 0
      for (;;) {
        const paid = (await views(app, 5)).filter(({ status }) => status === 200).length
        count += paid
        if (paid < 5) return count
      }
    }
    const [here, there] = await Promise.all([passed(one), passed(other)])
    expect(here + there).toBe(LIMIT)
    expect([(await view(one)).status, (await view(other)).status]).toEqual([429, 429])
    expect(await spent()).toBe(LIMIT + 2 * FIRST)
    await one.close()
    await other.close()
  })

  test('a window that ended in Redis ends in this process too', async () => {
    const app = await opened(1_000)
    await views(app, 5)
    let remaining = (await view(app)).cost.remaining as number
    await admin.flushall()
    // The process learns of it by its next lease, which may be answered before the next operation or after it.
    const isNewWindow = async () => {
      const before = remaining
      remaining = (await view(app)).cost.remaining as number
      return remaining > before
    }
    await expect.poll(isNewWindow, { interval: 20 }).toBe(true)
    expect(remaining).toBe(999 + FIRST)
    expect((await view(app)).cost.remaining).toBe(998 + FIRST)
    await app.close()
  })

  test('a process that ends gives back what it did not spend', async () => {
    const app = await opened(1_000)
    await view(app)
    await views(app, 10)
    await app.close()
    expect(await spent()).toBe(11 + FIRST)
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
        ADMISSION: 'off',
        RATE_LIMIT_FALLBACK_PERCENT: '100',
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
  ['memory', () => ({ lease: createMemoryLeases(), close: () => Promise.resolve() })],
  ['redis', () => redisStore(addressOf(inject('redisUrl')), () => undefined)],
])('leases in %s', (_where, open) => {
  const NOTHING: LeaseRequest = { first: 0, need: 0, spare: 0, owed: 0, returned: 0, endsAt: 0 }
  const window = (windowMs = 60_000, limit = 100) => {
    const { lease, close } = open()
    const name = `kyc:spent:${randomBytes(8).toString('hex')}`
    const ask = (request: Partial<LeaseRequest>) => lease(name, limit, windowMs, { ...NOTHING, ...request })
    const connected = () => expect.poll(() => ask({}).catch(() => undefined)).toBeDefined()
    return { ask, close, connected }
  }

  test.each([
    { what: 'nothing of a window that is not open', requests: [{}], granted: [0], left: 100 },
    { what: 'what is needed', requests: [{ first: 7, need: 7 }], granted: [7], left: 93 },
    { what: 'a tenth of the rest in advance', requests: [{ first: 10, need: 10, spare: 50 }], granted: [19], left: 81 },
    { what: 'less in advance than a tenth', requests: [{ need: 10, spare: 3 }], granted: [13], left: 87 },
    {
      what: 'all that is left of a need',
      requests: [{ need: 70 }, { first: 5, need: 60 }],
      granted: [70, 30],
      left: 0,
    },
    {
      what: 'nothing where too little is left',
      requests: [{ need: 95 }, { first: 6, need: 9 }],
      granted: [95, 0],
      left: 5,
    },
    {
      what: 'a debt first',
      requests: [{ owed: 40 }, { first: 61, need: 61 }, { need: 60 }],
      granted: [0, 0, 60],
      left: 0,
    },
    { what: 'a debt beyond the limit', requests: [{ owed: 130 }, { first: 1, need: 1 }], granted: [0, 0], left: -30 },
    {
      what: 'what another window gives back',
      requests: [{ need: 90 }, { returned: 50, endsAt: 5 }],
      granted: [90, 0],
      left: 10,
    },
  ])('grant $what', async ({ requests, granted, left }) => {
    const { ask, close, connected } = window()
    await connected()
    const leases = []
    for (const request of requests) leases.push(await ask(request))
    expect(leases.map((lease) => lease.granted)).toEqual(granted)
    expect(leases.at(-1)!.left).toBe(left)
    await close()
  })

  test('take back what was not used, in the same window only', async () => {
    const { ask, close, connected } = window(500)
    await connected()
    const { endsAt, resetMs } = await ask({ need: 90 })
    expect(resetMs).toBeLessThanOrEqual(500)
    const after = await ask({ returned: 50, endsAt })
    expect(after).toMatchObject({ left: 60 })
    expect(Math.abs(after.endsAt - endsAt)).toBeLessThan(20)
    await delay(after.resetMs + 10)
    expect(await ask({})).toEqual({ granted: 0, left: 100, resetMs: 0, endsAt: 0 })
    expect((await ask({ need: 90 })).left).toBe(10)
    expect((await ask({ returned: 50, endsAt })).left).toBe(10)
    await close()
  })

  test('are never more than the limit for many at once', async () => {
    const { ask, close, connected } = window()
    await connected()
    const leases = await Promise.all(Array.from({ length: 50 }, () => ask({ first: 3, need: 3, spare: 2 })))
    expect(leases.reduce((sum, { granted }) => sum + granted, 0)).toBeGreaterThan(97)
    expect(leases.reduce((sum, { granted }) => sum + granted, 0)).toBeLessThanOrEqual(100)
    await close()
  })
})
