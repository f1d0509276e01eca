import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest'
import { ADA, BANK, CROWD } from '../../../datasources/emulator/people.js'
import { ApiError } from '../../../datasources/contract/errors.js'
import type { Store } from '../../../datasources/contract/store.js'
import { SharedToken } from '../../../datasources/http/shared-token.js'
import { encryptedStore } from '../../../src/store/encrypted.js'
import { memoryStore } from '../../../src/store/memory.js'
import { type App, startApp } from '../../support/app.js'
import { createGate } from '../../support/gate.js'
import { control, logInBeside } from '../../support/obp.js'
import { databaseOf } from '../../support/redis.js'
import { cipherOf } from '../../support/keys.js'

const logins = (app: App) => app.emulators.obp.calls().filter(({ url }) => url === '/my/logins/direct')
const READ = 'query($id: ID!) { customer(id: $id) { id } }'
const WRITE = 'mutation($input: AddKycStatusInput!) { addKycStatus(input: $input) { kycStatus { ok } } }'

describe('a login that ends the older token, of two replicas', () => {
  const shared = { REDIS_URL: inject('redisUrl'), STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64') }
  let one: App
  let two: App
  beforeAll(async () => {
    one = await startApp(shared)
    two = await startApp(shared, one)
    await control(one, 'release', { release: '2023-04' })
  })
  beforeEach(() => one.clear())
  afterAll(async () => {
    await two.close()
    await one.close()
  })

  /** 200 reads and writes, 20 at a time, from both; `between` runs after each 20. The codes of what was refused. */
  async function traffic(between: () => Promise<unknown> = () => Promise.resolve()): Promise<string[]> {
    const refused: string[] = []
    for (let round = 0; round < 10; round += 1) {
      await Promise.all([
        between(),
        ...Array.from({ length: 20 }, async (_, i) => {
          const app = i % 2 === 0 ? one : two
          const { customerId, customerNumber } = CROWD[(round * 20 + i) % CROWD.length]!
          const input = { customerId, customerNumber, ok: true, date: '2024-01-01T00:00:00Z' }
          const { errors } = await (i % 4 < 2 ? app.run(READ, { id: customerId }) : app.run(WRITE, { input }))
          refused.push(...errors.map(({ extensions }) => extensions.code))
        }),
      ])
    }
    return refused
  }

  test('is made once for both, and none of 200 reads and writes is refused', async () => {
    expect(await traffic()).toEqual([])
    expect(logins(one)).toHaveLength(1)
  })

  test('is made again when another client has logged in, and none of 200 reads and writes is refused', async () => {
    one.fault('obp', { match: `GET /obp/v4.0.0/banks/${BANK}/customers/*`, fault: 'slow', delayMs: 20, times: 0 })
    let others = 0
    expect(await traffic(() => ((others += 1), logInBeside(one)))).toEqual([])
    expect(others).toBe(10)
    // At most one for each login of the other client.
    expect(logins(one).length).toBeLessThanOrEqual(2 * others)
  })

  test('is not made by a replica that starts later', async () => {
    await two.run(READ, { id: ADA.customerId })
    one.clear()
    const three = await startApp(shared, one)
    expect((await three.run(READ, { id: ADA.customerId })).errors).toEqual([])
    expect(logins(one)).toEqual([])
    await three.close()
  })

  test('leaves neither the token nor the user name in Redis in clear', async () => {
    await two.run(READ, { id: ADA.customerId })
    const used = one.recorded('obp').map(({ headers }) => /token="(.+)"/.exec(headers['authorization']!)![1]!)
    const redis = new Redis(await databaseOf(shared.STORE_ENCRYPTION_KEY))
    const keys = await redis.keys('kyc:provider-login:*')
    expect(keys.length).toBeGreaterThan(0)
    const stored = [...keys, ...(await Promise.all(keys.map((key) => redis.get(key))))].join()
    for (const secret of [...used, ...Object.values(one.emulators.obp.settings)]) expect(stored).not.toContain(secret)
    redis.disconnect()
  })

  test.each([
    ['401 OBP-20001', { status: 401, body: undefined }],
    [
      '400 OBP-20003',
      { status: 400, body: { code: 400, message: 'OBP-20003: This DirectLogin token is invalid or expired: x' } },
    ],
    [
      '401 OBP-20003 as the cause',
      {
        status: 401,
        body: { code: '401', message: 'OBP-20001: User not logged in. <- OBP-20003: invalid or expired: x' },
      },
    ],
    ['401 text', { status: 401, body: 'Unauthorized', headers: { 'content-type': 'text/plain' } }],
  ])('that is refused for good (%s) ends after one renewal', async (_what, fault) => {
    one.fault('obp', { match: 'GET /obp/**', fault: 'status', ...fault, times: 0 })
    const { errors } = await one.run(READ, { id: ADA.customerId })
    expect(errors[0]!.extensions.code).toBe('PROVIDER_REFUSED')
    expect(one.calls('obp')).toHaveLength(2)
  })
})

describe('a shared token', () => {
  const KEY = ['provider-login', 'default', 'test'] as const
  const store = () => encryptedStore(memoryStore(), cipherOf([randomBytes(32)]))

  test('is obtained by one of many that want it at once, and the others get the same', async () => {
    const one = store()
    let made = 0
    const logIn = () => Promise.resolve({ value: `token ${(made += 1)}`, expiresIn: undefined })
    const replicas = Array.from({ length: 5 }, () => new SharedToken(one, KEY, logIn))
    const tokens = await Promise.all(replicas.map((replica) => replica.obtain(undefined)))
    expect(new Set(tokens.map(({ value }) => value))).toEqual(new Set(['token 1']))
    const renewed = await Promise.all(replicas.map((replica) => replica.obtain('token 1')))
    expect(new Set(renewed.map(({ value }) => value))).toEqual(new Set(['token 2']))
    // An older token than the newest needs no login.
    expect((await replicas[0]!.obtain('token 1')).value).toBe('token 2')
    expect(made).toBe(2)
    expect(await replicas[4]!.newest()).toBe('token 2')
  })

  test('is obtained by another when the first login fails', async () => {
    const one = store()
    const refusal = new ApiError('PROVIDER_REFUSED')
    const failing = new SharedToken(one, KEY, () => Promise.reject(refusal))
    await expect(failing.obtain(undefined)).rejects.toBe(refusal)
    const working = new SharedToken(one, KEY, () => Promise.resolve({ value: 'token', expiresIn: 3600 }))
    expect(await working.obtain(undefined)).toEqual({ value: 'token', expiresIn: 3600 })
    expect(await failing.obtain(undefined)).toEqual({ value: 'token', expiresIn: expect.closeTo(3600, 0) })
  })

  afterEach(() => vi.useRealTimers())

  test('keeps the lease of a login that takes longer than the lease', async () => {
    vi.useFakeTimers()
    const one = store()
    const answer = createGate()
    let logins = 0
    const logIn = async () => {
      logins += 1
      await answer.opened
      return { value: 'token', expiresIn: undefined }
    }
    const tokens: string[] = []
    const obtain = () =>
      void new SharedToken(one, KEY, logIn).obtain(undefined).then(({ value }) => void tokens.push(value))
    obtain()
    await vi.advanceTimersByTimeAsync(60_000)
    obtain()
    answer.open()
    while (tokens.length < 2) await vi.advanceTimersByTimeAsync(50)
    expect([...tokens, logins]).toEqual(['token', 'token', 1])
  })

  test('is not handed on shortly before its end', async () => {
    const one = store()
    let made = 0
    const replica = new SharedToken(one, KEY, () => Promise.resolve({ value: `token ${(made += 1)}`, expiresIn: 5 }))
    expect((await replica.obtain(undefined)).value).toBe('token 1')
    expect((await replica.obtain(undefined)).value).toBe('token 2')
  })

  test('is a token of the process alone while the store cannot be reached', async () => {
    const unreachable = () => Promise.reject(new ApiError('STORE_UNAVAILABLE'))
    const down: Store = { ...store(), get: unreachable, set: unreachable, update: unreachable }
    const replica = new SharedToken(down, KEY, () => Promise.resolve({ value: 'mine', expiresIn: undefined }))
    expect((await replica.obtain(undefined)).value).toBe('mine')
    expect(await replica.newest()).toBeUndefined()
  })
})
