import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import type { ProviderName } from '../../../datasources/index.js'
import { later, stopClock, today } from '../../support/clock.js'
import { createGate } from '../../support/gate.js'
import { type App, type RunOptions, startApp } from '../../support/app.js'
import { type PrivateRedis, privateRedis } from '../../support/redis.js'

/** Something that is not finished when it has begun, and what asks how it stands. */
interface Slow {
  readonly provider: ProviderName
  /** Begins one that never ends, and answers its id. */
  readonly begin: (app: App) => Promise<string>
  readonly read: string
  readonly route: string
  /** The provider's word that it has ended. */
  readonly ended: (id: string) => object
}

const VERIFY =
  'mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { replayed result { id state fromCache nextPollAt } } }'
const CHECK = { types: ['NAME'], account: { idScheme: 'SCAN', id: '90070020000031', name: 'Doe,John' } }

const VERIFICATION: Slow = {
  provider: 'banfico',
  begin: async (app) => (await app.run(VERIFY, { input: CHECK })).data.verifyAccount.result.id,
  read: 'query($id: ID!) { it: verificationResult(id: $id) { status: state nextPollAt } }',
  route: 'GET /v1.0/account-verifications/*',
  ended: (id) => ({
    data: { result: { id, account: { id: '90070020000031', status: 'ACTIVE', nameCheckStatus: 'FULL_MATCH' } } },
  }),
}
const JOB: Slow = {
  provider: 'sei',
  begin: async (app) =>
    (
      await app.run(
        'mutation { setAccountAttributes(input: { externalId: "job-pending", attributes: [{ name: "a", value: "b" }] }) { job { key } } }',
      )
    ).data.setAccountAttributes.job.key,
  read: 'query($id: ID!) { it: accountAttributesJob(key: $id) { status nextPollAt } }',
  route: 'GET /**',
  ended: () => ({ data: { status: 'Completed', errors: [] } }),
}

const key = () => randomBytes(32).toString('base64')
afterEach(today)

describe.each([
  ['a verification', VERIFICATION],
  ['a job', JOB],
])('how %s stands', (_what, { provider, begin, read, route, ended }) => {
  let one: App
  let two: App
  beforeAll(async () => {
    const store = {
      REDIS_URL: inject('redisUrl'),
      STORE_ENCRYPTION_KEY: key(),
      [`${provider.toUpperCase()}_TIMEOUT_MS`]: '10000',
    }
    one = await startApp(store)
    two = await startApp(store, one)
  })
  beforeEach(() => one.clear())
  beforeEach(stopClock)
  afterAll(async () => {
    await two.close()
    await one.close()
  })

  const polls = () => one.calls(provider).filter((call) => call.startsWith('GET ')).length
  const ask = (app: App, id: string, options?: RunOptions) => app.run(read, { id }, options)
  const standing = async (app: App, id: string) =>
    (await ask(app, id)).data.it as { status: string; nextPollAt: string | null }
  const wait = async (app: App, id: string) => (Date.parse((await standing(app, id)).nextPollAt!) - Date.now()) / 1000

  test('is not asked of the provider before its time, by whichever server', async () => {
    const id = await begin(one)
    for (const app of [one, two, one, two])
      expect(await standing(app, id)).toMatchObject({ status: 'PENDING', nextPollAt: expect.any(String) })
    expect(polls()).toBe(0)
  })

  test('is asked of the provider once by twenty callers of two servers, who all get an answer', async () => {
    const id = await begin(one)
    later(1)
    one.fault(provider, { match: route, fault: 'slow', delayMs: 300, times: 0 })
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => standing(i % 2 ? one : two, id)))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill('PENDING'))
    expect(polls()).toBe(1)
    for (const { nextPollAt } of answers) expect(Date.parse(nextPollAt!)).toBeGreaterThanOrEqual(Date.now())
  })

  test('is asked for ever more seldom, at least once a minute', async () => {
    const id = await begin(one)
    // Without a hint of the provider's own.
    one.fault(provider, {
      match: route,
      fault: 'status',
      status: provider === 'banfico' ? 202 : 200,
      body: provider === 'banfico' ? {} : { data: { status: 'Pending' } },
      times: 0,
    })
    const waits: number[] = []
    for (let i = 0; i < 12; i += 1) {
      later((await wait(one, id)) + 0.01)
      waits.push(await wait(i % 2 ? one : two, id))
    }
    expect(polls()).toBe(12)
    expect(waits).toEqual([...waits].sort((a, b) => a - b))
    expect(waits[0]).toBeLessThan(1.5)
    expect(waits.at(-1)).toBeGreaterThan(20)
    later(24 * 3600)
    expect(await wait(one, id)).toBeLessThanOrEqual(60)
  })

  test.each([
    ['7', 7],
    ['86400', 3600],
    ['0', 1],
  ])('is asked for when the provider says: Retry-After %s', async (header, seconds) => {
    const id = await begin(one)
    later(600)
    one.fault(provider, {
      match: route,
      fault: 'status',
      status: provider === 'banfico' ? 202 : 200,
      body: {},
      headers: { 'retry-after': header },
    })
    const waitSeconds = await wait(one, id)
    expect(waitSeconds).toBe(seconds)
    later(seconds - 0.9)
    await standing(two, id)
    expect(polls()).toBe(1)
    later(1)
    await standing(two, id)
    expect(polls()).toBe(2)
  })

  test('is left alone for a while when it could not be asked for', async () => {
    const id = await begin(one)
    later(1)
    one.fault(provider, { match: route, fault: 'status', status: 503, headers: { 'retry-after': '9' } })
    expect((await ask(one, id)).errors[0]!.extensions).toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      retryable: true,
      retryAfterSeconds: 9,
    })
    expect(await standing(two, id)).toMatchObject({ status: 'PENDING' })
    later(8)
    await standing(one, id)
    expect(polls()).toBe(1)
    later(1)
    one.fault(provider, { match: route, fault: 'status', status: 200, body: ended(id) })
    expect(await standing(two, id)).toMatchObject({ nextPollAt: null })
  })

  test('is never asked again once it has ended', async () => {
    const id = await begin(one)
    later(1)
    one.fault(provider, { match: route, fault: 'status', status: 200, body: ended(id) })
    for (const app of [one, two, two, one])
      expect(await standing(app, id)).toMatchObject({ status: 'COMPLETED', nextPollAt: null })
    later(200)
    expect(await standing(two, id)).toMatchObject({ status: 'COMPLETED' })
    expect(polls()).toBe(1)
  })

  test('is asked for by another when who asked has gone without a word', async () => {
    const id = await begin(one)
    later(1)
    const gate = createGate()
    one.fault(provider, { match: route, fault: 'slow', until: gate.opened })
    const lost = ask(one, id)
    await expect.poll(polls).toBe(1)
    await standing(two, id)
    expect(polls()).toBe(1)
    later(60)
    one.fault(provider, { match: route, fault: 'status', status: 200, body: ended(id) })
    expect(await standing(two, id)).toMatchObject({ status: 'COMPLETED' })
    gate.open()
    await lost
    expect(await standing(one, id)).toMatchObject({ status: 'COMPLETED' })
    expect(polls()).toBe(2)
  })

  test('is hidden from other clients, and a read of it by them costs no call', async () => {
    const id = await begin(one)
    later(1)
    for (const app of [one, two])
      expect(
        (await ask(app, id, { client: 'stranger', scopes: ['verifications:read', 'attributes:write'] })).data.it,
      ).toBeNull()
    expect(polls()).toBe(0)
  })
})

describe('while the store is away', () => {
  let redis: PrivateRedis
  let app: App
  beforeAll(async () => {
    redis = await privateRedis()
    app = await startApp({ REDIS_URL: redis.url, STORE_ENCRYPTION_KEY: key() })
  })
  afterAll(async () => {
    await app.close()
    await redis.kill()
  })

  test('reads fail with STORE_UNAVAILABLE without a provider call', async () => {
    const ids = [
      [VERIFICATION.read, await VERIFICATION.begin(app)],
      [JOB.read, await JOB.begin(app)],
    ] as const
    later(1)
    await redis.kill()
    app.clear()
    for (const [read, id] of ids) {
      const { data, errors } = await app.run(read, { id })
      expect(data.it).toBeNull()
      expect(errors[0]!.extensions).toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true })
    }
    expect([...app.calls('banfico'), ...app.calls('sei')]).toEqual([])
  })
})

describe('verifyAccount with an idempotency key', () => {
  let app: App
  beforeAll(async () => {
    app = await startApp({ REDIS_URL: inject('redisUrl'), STORE_ENCRYPTION_KEY: key(), BANFICO_TIMEOUT_MS: '1500' })
  })
  beforeEach(() => app.clear())
  afterAll(() => app.close())

  test('is one verification, also while its answer is yet to come', async () => {
    const input = { ...CHECK, maxAgeSeconds: 0, idempotencyKey: 'pending' }
    const first = (await app.run(VERIFY, { input })).data.verifyAccount
    const second = (await app.run(VERIFY, { input })).data.verifyAccount
    expect(second).toEqual({ replayed: true, result: { ...first.result, fromCache: true } })
    expect(app.calls('banfico')).toHaveLength(1)
  })

  test.each(['hang', 'reset', 'drop-after-apply'] as const)(
    'is not repeated by itself when the answer is lost (%s), and asked again when the caller repeats it',
    async (fault) => {
      const input = {
        ...CHECK,
        maxAgeSeconds: 0,
        account: { ...CHECK.account, id: '90070020000000' },
        idempotencyKey: fault,
      }
      app.fault('banfico', { match: 'POST /v1.0/account-verifications', fault })
      expect((await app.run(VERIFY, { input })).errors[0]!.extensions).toMatchObject({
        code: 'PROVIDER_TIMEOUT',
        retryable: false,
      })
      expect(app.calls('banfico')).toHaveLength(1)
      expect((await app.run(VERIFY, { input })).data.verifyAccount).toMatchObject({
        replayed: false,
        result: { state: 'COMPLETED' },
      })
      expect((await app.run(VERIFY, { input })).data.verifyAccount).toMatchObject({
        replayed: true,
        result: { state: 'COMPLETED' },
      })
      expect(app.calls('banfico')).toHaveLength(2)
    },
  )
})
