import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { expect, inject, test } from 'vitest'
import { acquireShared, type SharedPermits } from '../../datasources/http/shared-permits.js'
import { redisStore } from '../../src/store/redis.js'
import { startApp } from '../support/app.js'
import { createGate } from '../support/gate.js'
import { addressOf, privateRedis } from '../support/redis.js'

const newName = () => `test:${randomBytes(8).toString('hex')}`
const forever = new AbortController().signal

/** The permits of several processes on one Redis. */
async function processes(count: number, permits: number, name = newName()) {
  const stores = Array.from({ length: count }, () => redisStore(addressOf(inject('redisUrl')), () => undefined))
  for (const { probe } of stores)
    await expect
      .poll(() =>
        probe().then(
          () => true,
          () => false,
        ),
      )
      .toBe(true)
  return {
    name,
    each: stores.map((store) => store.permits!(name, permits)),
    close: () => Promise.all(stores.map(({ close }) => close())),
  }
}

test('processes never hold more permits together than there are, and a returned one can be taken again', async () => {
  const { each, close } = await processes(3, 4)
  const taken = await Promise.all(each.flatMap((one) => Array.from({ length: 5 }, () => one.tryAcquire(60_000))))
  const releases = taken.filter((release) => release !== undefined)
  expect(releases).toHaveLength(4)
  releases[0]!()
  await expect.poll(() => each[0]!.tryAcquire(60_000)).toBeDefined()
  expect(await each[1]!.tryAcquire(60_000)).toBeUndefined()
  await close()
})

test('the permits of a process that died end by themselves, each at its time', async () => {
  const { each, close, name } = await processes(2, 2)
  await each[0]!.tryAcquire(300)
  await each[0]!.tryAcquire(60_000)
  expect(await each[1]!.tryAcquire(60_000)).toBeUndefined()
  await delay(310)
  expect(await each[1]!.tryAcquire(100)).toBeDefined()
  expect(await each[1]!.tryAcquire(100)).toBeUndefined()
  const redis = new Redis(inject('redisUrl'))
  expect(await redis.pttl(`kyc:permits:${name}`)).toBeGreaterThan(30_000)
  redis.disconnect()
  await close()
})

test('a caller waits until a permit is returned, its time is over or its operation ends', async () => {
  const { each, close } = await processes(1, 1)
  const [permits] = each as [SharedPermits]
  const first = await acquireShared(permits, forever, 1_000, 60_000)
  expect(await acquireShared(permits, forever, 50, 60_000)).toBeUndefined()
  const leaving = new AbortController()
  const left = acquireShared(permits, leaving.signal, 60_000, 60_000)
  leaving.abort()
  expect(await left).toBeUndefined()
  const second = acquireShared(permits, forever, 60_000, 60_000)
  first!()
  expect(await second).toBeDefined()
  await close()
})

test('while the store is away a caller waits for nothing', async () => {
  const away: SharedPermits = { tryAcquire: () => Promise.reject(new Error('away')) }
  expect(await acquireShared(away, forever, 60_000, 60_000)).toBeDefined()
})

const SET = 'mutation($input: SetAccountAttributesInput!) { setAccountAttributes(input: $input) { job { status } } }'
const LINE = { name: 'LineOfCreditAccountNumber', value: 'true' }

test('two replicas send a provider no more calls at the same time than its limit for all', async () => {
  const redis = await privateRedis()
  const settings = {
    REDIS_URL: redis.url,
    STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ADMISSION: 'off',
    SEI_MAX_CONCURRENCY: '4',
    SEI_MAX_CONCURRENCY_TOTAL: '4',
  }
  const app = await startApp(settings)
  const other = await startApp(settings, app)
  const set = (n: number) =>
    (n % 2 === 0 ? app : other).run(SET, { input: { externalId: `limit${n}`, attributes: [LINE] } })
  await set(0)

  const gate = createGate()
  app.fault('sei', { match: 'POST /v1/accounts/attributes', fault: 'slow', until: gate.opened, times: 0 })
  const answers = Promise.all(Array.from({ length: 12 }, (_, n) => set(n + 1)))
  await expect.poll(() => app.emulators.sei.unanswered()).toBe(4)
  await delay(300)
  expect(app.emulators.sei.unanswered()).toBe(4)
  gate.open()
  // SEI has no such accounts, so it was asked for each.
  expect((await answers).map(({ errors }) => errors[0]!.extensions.code)).toEqual(Array(12).fill('NOT_FOUND'))
  await app.close()
  await other.close()
  await redis.kill()
})
