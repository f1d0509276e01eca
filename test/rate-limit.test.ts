import { createServer, type AddressInfo, type Server } from 'node:net'
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import fetch from 'node-fetch'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { ADA } from '../datasources/cast.js'
import { memoryAccounts } from '../src/store/counter.js'
import { redisStore } from '../src/store/redis.js'
import { type App, type RunOptions, startApp } from './harness.js'
import { privateRedis, addressOf } from './redis.js'

const PERSON = `{ person(id: "${ADA.personId}") { id verifications { type } } }`

async function ask(app: App, options: RunOptions = {}, query = PERSON) {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await app.token(options)}` },
    body: JSON.stringify({ query }),
  })
  const { data, errors, extensions } = (await response.json()) as any
  return { status: response.status, retryAfter: response.headers.get('retry-after'), data, error: errors?.[0], cost: extensions?.cost }
}

/** The settings under which a client may ask this often, and not once more. */
async function allowing(times: number): Promise<Record<string, string>> {
  const app = await startApp()
  const { cost } = await ask(app)
  await app.close()
  return { RATE_LIMIT_COST_PER_MINUTE: String(times * cost.requested + cost.requested - 1) }
}

let two: Record<string, string>
beforeAll(async () => {
  two = await allowing(2)
})

test('a client is told what is spent, and refused before anything is asked when its minute is spent', async () => {
  const app = await startApp(two)
  const first = await ask(app, { client: 'a' })
  const { requested, limit } = first.cost
  expect(first.cost).toEqual({ requested, limit: Number(two['RATE_LIMIT_COST_PER_MINUTE']), remaining: limit - requested, resetSeconds: 60 })
  expect((await ask(app, { client: 'a' })).cost.remaining).toBe(limit - 2 * requested)

  app.clear()
  const refused = await ask(app, { client: 'a' })
  expect(refused).toMatchObject({ status: 429, data: undefined, error: { extensions: { code: 'RATE_LIMITED', retryable: true, correlationId: expect.any(String) } } })
  const { retryAfterSeconds } = refused.error.extensions
  expect(retryAfterSeconds).toBeGreaterThan(0)
  expect(retryAfterSeconds).toBeLessThanOrEqual(60)
  expect(refused.retryAfter).toBe(String(retryAfterSeconds))
  expect(refused.error.message).toContain(`costs ${requested}`)
  expect(app.calls('synctera')).toEqual([])
  // What is refused is not paid for: something smaller still goes through.
  expect(refused.cost).toMatchObject({ requested, remaining: limit - 2 * requested })
  expect((await ask(app, { client: 'a' }, '{ viewer { id } }')).data.viewer.id).toBe('a')
  // Another client has a minute of its own, whoever its tenant is.
  expect((await ask(app, { client: 'b' })).status).toBe(200)
  expect((await ask(app, { client: 'a', claims: { tenant: 'other' } })).status).toBe(200)
  await app.close()
})

test('an operation that no minute would be enough for is told so', async () => {
  const app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '1' })
  const { status, error } = await ask(app)
  expect(status).toBe(400)
  expect(error).toMatchObject({ message: expect.stringMatching(/^The operation costs \d+, more than the 1 that a client may spend in a minute\.$/), extensions: { code: 'QUERY_TOO_COMPLEX', retryable: false } })
  await app.close()
})

test('a limit of 0 is none, and the answer still says what it cost', async () => {
  const app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0' })
  expect((await ask(app)).cost).toEqual({ requested: expect.any(Number) })
  expect(await (await fetch(`${app.url}/metrics`)).text()).toContain('kyc_graphql_operation_cost_count{type="query"} 1')
  await app.close()
})

test('replicas share the budget through Redis, where no client can be read', async () => {
  const settings = { ...two, REDIS_URL: inject('redisUrl'), STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64') }
  const app = await startApp(settings)
  const replica = await startApp(settings, app)
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

test('while Redis is away each process counts by itself, and shares again afterwards', async () => {
  const redis = await privateRedis()
  const app = await startApp({ ...two, REDIS_URL: redis.url, STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64') })
  expect((await ask(app)).cost.remaining).toBeGreaterThan(0)
  await redis.kill()
  expect([(await ask(app)).status, (await ask(app)).status, (await ask(app)).status]).toEqual([200, 200, 429])
  await redis.start()
  const probe = new Redis(redis.url)
  await expect.poll(async () => (await ask(app)).status === 200 && (await probe.keys('kyc:spent:*')).length, { timeout: 15_000, interval: 200 }).toBe(1)
  probe.disconnect()
  await app.close()
  await redis.kill()
})

describe('a Redis that takes questions and answers none', () => {
  let silent: Server
  beforeAll(() => new Promise<void>((listening) => (silent = createServer(() => undefined).listen(0, '127.0.0.1', listening))))
  afterAll(() => silent.close())

  test('keeps nobody waiting', async () => {
    const app = await startApp({ ...two, REDIS_URL: `redis://127.0.0.1:${(silent.address() as AddressInfo).port}`, STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64') })
    await ask(app, {}, '{ viewer { id } }')
    const begun = performance.now()
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(app, { client: 'c' }, '{ viewer { id } }')))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(performance.now() - begun).toBeLessThan(900)
    await app.close()
  })
})

describe.each([
  ['memory', () => ({ spend: memoryAccounts(), close: () => Promise.resolve() })],
  ['redis', () => redisStore(addressOf(inject('redisUrl')), () => undefined)],
])('accounts in %s', (_where, open) => {
  test('pay whole or not at all, and are whole again after their window', async () => {
    const { spend, close } = open()
    const name = `kyc:spent:${randomBytes(8).toString('hex')}`
    const pay = (points: number) => spend(name, points, 10, 400)
    await expect.poll(() => pay(7).catch(() => undefined)).toMatchObject({ paid: true, spent: 7 })
    expect(await pay(4)).toMatchObject({ paid: false, spent: 7 })
    expect(await pay(3)).toMatchObject({ paid: true, spent: 10 })
    const { resetMs } = await pay(1)
    expect(resetMs).toBeLessThanOrEqual(400)
    await delay(resetMs + 10)
    expect(await pay(8)).toMatchObject({ paid: true, spent: 8 })
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
