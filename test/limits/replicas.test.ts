import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from '../../datasources/contract/caller.js'
import { createRateLimit, type RateLimit } from '../../src/limits/rate-limit.js'
import { redisStore } from '../../src/store/redis.js'
import { startDelayProxy } from '../support/delay-proxy.js'
import { addressOf, type PrivateRedis, privateRedis } from '../support/redis.js'

const LIMIT = 1_200
const CLIENTS = 10

let redis: PrivateRedis
beforeAll(async () => {
  redis = await privateRedis()
})
afterAll(() => redis.kill())

const callerOf = (client: string): Caller => ({
  subject: client,
  client,
  tenant: 'tenant',
  scopes: new Set(),
  banks: undefined,
  token: '',
})

/** Rate limits of several processes before one Redis, whose bytes arrive this much later in each direction. */
async function processes(count: number, delayMs: number) {
  const proxy = await startDelayProxy(redis.port, delayMs)
  const stores = Array.from({ length: count }, () =>
    redisStore(addressOf(`redis://127.0.0.1:${proxy.port}`), () => undefined),
  )
  const limits = stores.map(({ lease }) =>
    createRateLimit({ perMinute: LIMIT, fallbackPercent: 25, lease, digest: (...parts) => parts.join(' ') }),
  )
  for (const { probe } of stores)
    await expect
      .poll(
        () =>
          probe().then(
            () => true,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true)
  return {
    limits,
    close: async () => {
      for (const store of stores) await store.close()
      proxy.close()
    },
  }
}

/** Calls of several users of a client at the same time, each until it is refused; the number that passed. */
async function spendAll({ consume }: RateLimit, caller: Caller): Promise<number> {
  const passed = await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      for (let count = 0; ; count += 1) if (!(await consume(caller, 1)).allowed) return count
    }),
  )
  return passed.reduce((sum, count) => sum + count, 0)
}

test.each([0, 150, 300])(
  'four processes let exactly the limit pass with Redis %i ms away in each direction',
  async (delayMs) => {
    const { limits, close } = await processes(4, delayMs)
    const caller = callerOf(randomBytes(8).toString('hex'))
    const passed = await Promise.all(limits.map((limit) => spendAll(limit, caller)))
    const total = passed.reduce((sum, count) => sum + count, 0)
    expect(total).toBeLessThanOrEqual(LIMIT)
    expect(total).toBeGreaterThanOrEqual(0.9 * LIMIT)
    await close()
  },
)

/** The window counter of 0.1.0, which a rolling upgrade runs beside. */
const OLD_CONSUME = `
local points, limit, owed = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[4])
local spent = tonumber(redis.call('GET', KEYS[1]) or '0')
local left = redis.call('PTTL', KEYS[1])
if left < 1 then
  if points == 0 then return {1, 0, 0} end
  spent, left, owed = 0, tonumber(ARGV[3]), 0
end
spent = spent + owed
local paid = spent + points <= limit
if paid then spent = spent + points end
if paid or owed > 0 then redis.call('SET', KEYS[1], spent, 'PX', left) end
return {paid and 1 or 0, spent, left}`

test('a replica of 0.1.0 and one of this version spend from one window', async () => {
  const { limits, close } = await processes(1, 0)
  const [limit] = limits as [RateLimit]
  const client = randomBytes(8).toString('hex')
  const caller = callerOf(client)
  const admin = new Redis(redis.port)
  const old = async (points: number) =>
    (await admin.eval(OLD_CONSUME, 1, `kyc:spent:spent tenant ${client}`, points, LIMIT, 60_000, 0)) as number[]

  expect((await old(500))[0]).toBe(1)
  const { status } = await limit.consume(caller, 300)
  expect(status).toMatchObject({ remaining: 400 })
  const [paid, spent] = await old(300)
  expect([paid, spent! >= 1_100]).toEqual([1, true])
  expect(await limit.consume(caller, 200)).toMatchObject({ allowed: false })
  await limit.close()
  expect((await old(100))[0]).toBe(1)
  expect((await old(1))[0]).toBe(0)
  admin.disconnect()
  await close()
})
