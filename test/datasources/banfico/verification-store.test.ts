import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { ADA, CROWD } from '../../../datasources/emulator/people.js'
import type { StoreKey } from '../../../datasources/contract/store.js'
import { readConfig } from '../../../src/config.js'
import { openStore, untilUsable } from '../../../src/store/open-store.js'
import { later, stopClock, today } from '../../support/clock.js'
import { createGate } from '../../support/gate.js'
import { type App, type RunOptions, startApp } from '../../support/app.js'
import { emptyDatabase, privateRedis, type PrivateRedis } from '../../support/redis.js'
import { openKeys } from '../../../src/keys/open-keys.js'

const RESULT =
  'id state fromCache checkedAt nextPollAt account { accountId status nameCheckStatus respondedName } responder { scheme data }'
const VERIFY = `mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { replayed result { ${RESULT} } } }`
const READ = `query($id: ID!) { verificationResult(id: $id) { ${RESULT} } }`
const POST = 'POST /v1.0/account-verifications'
const PENDING = '90070020000031'

const mine: RunOptions = { client: 'tester', scopes: ['verifications:read', 'verifications:write', 'pii:read'] }
const input = (account: object = {}, rest: object = {}) => ({
  input: { types: ['NAME'], account: { idScheme: 'SCAN', id: ADA.account, name: 'Accepted,A', ...account }, ...rest },
})

/** Writes and reads of one app; a write answers its result, and fails the test when there is none. */
function on(app: App) {
  const verify = async (account: object = {}, rest: object = {}, options: RunOptions = mine) => {
    const { data, errors } = await app.run(VERIFY, input(account, rest), options)
    expect(errors).toEqual([])
    return data.verifyAccount.result
  }
  const read = async (id: string, options: RunOptions = mine) => {
    const { data, errors } = await app.run(READ, { id }, options)
    expect(errors).toEqual([])
    return data.verificationResult
  }
  return {
    verify,
    read,
    checks: () => app.calls('banfico').filter((call) => call === POST).length,
    polls: () => app.calls('banfico').filter((call) => call.startsWith('GET ')).length,
  }
}

const key = () => randomBytes(32).toString('base64')
const STORES: [store: string, settings: () => Record<string, string>][] = [
  ['memory', () => ({})],
  ['Redis', () => ({ REDIS_URL: inject('redisUrl'), STORE_ENCRYPTION_KEY: key() })],
]

describe.each(STORES)('with the store in %s', (_store, settings) => {
  let app: App
  let bank: ReturnType<typeof on>
  beforeAll(async () => {
    app = await startApp(settings())
    bank = on(app)
  })
  beforeEach(() => app.clear())
  afterEach(today)
  afterAll(() => app.close())

  describe('the same question', () => {
    test('is answered once and stored, without the raw answer of the scheme', async () => {
      const first = await bank.verify()
      const second = await bank.verify()
      expect(first).toMatchObject({ fromCache: false, responder: { data: expect.any(String) } })
      expect(second).toEqual({ ...first, fromCache: true, responder: { scheme: 'UK_COP', data: null } })
      expect(bank.checks()).toBe(1)
    })

    test.each<[what: string, first: [object, object], second: [object, object]]>([
      [
        'types in another order',
        [{ id: CROWD[0]!.account }, { types: ['NAME', 'STATUS'] }],
        [{ id: CROWD[0]!.account }, { types: ['STATUS', 'NAME'] }],
      ],
      [
        'an IBAN in groups and lower case',
        [{ idScheme: 'IBAN', id: 'GB15ABBY30000012345678' }, {}],
        [{ idScheme: 'IBAN', id: 'gb15 abby 3000 0012 3456 78' }, {}],
      ],
      [
        'a member given as null',
        [{ id: CROWD[1]!.account }, {}],
        [{ id: CROWD[1]!.account, secondaryId: null, identities: [] }, { initiator: null }],
      ],
    ])('is the same with %s', async (_what, first, second) => {
      const { id } = await bank.verify(...first)
      expect(await bank.verify(...second)).toMatchObject({ id, fromCache: true })
      expect(bank.checks()).toBe(1)
    })

    test.each<[what: string, account: object, rest: object]>([
      ['another spelling of the name', { name: 'accepted,a' }, {}],
      ['another account', { id: CROWD[3]!.account }, {}],
      ['a secondary id', { secondaryId: '1' }, {}],
      ['a type of account', { type: 'PERSONAL' }, {}],
      ['more to verify', {}, { types: ['NAME', 'STATUS'] }],
      ['a bank', { holdingEntity: { type: 'BICFI', value: 'ABBYGB2L' } }, {}],
      ['an identity', { identities: [{ type: 'SSN', value: '1' }] }, { types: ['NAME', 'ID'] }],
      ['an initiator', {}, { initiator: { idType: 'VAT', idValue: '1' } }],
    ])('is a different question with %s', async (_what, account, rest) => {
      await bank.verify({ id: CROWD[2]!.account })
      app.clear()
      expect(await bank.verify({ id: CROWD[2]!.account, ...account }, rest)).toMatchObject({ fromCache: false })
      expect(bank.checks()).toBe(1)
    })

    test.each<[who: string, id: string, options: RunOptions]>([
      [
        'another client of the same tenant',
        CROWD[4]!.account,
        { ...mine, client: 'sibling', claims: { tenant: 'acme' } },
      ],
      ['the same client of another tenant', CROWD[14]!.account, { ...mine, claims: { tenant: 'globex' } }],
    ])('is asked again for %s', async (_who, id, other) => {
      const account = { id }
      await bank.verify(account, {}, { ...mine, claims: { tenant: 'acme' } })
      expect(await bank.verify(account, {}, other)).toMatchObject({ fromCache: false })
      expect(bank.checks()).toBe(2)
    })

    test('is asked again for a caller that accepts no stored answer, and the new answer is stored', async () => {
      const account = { id: CROWD[5]!.account }
      const old = await bank.verify(account)
      const fresh = await bank.verify(account, { maxAgeSeconds: 0 })
      expect(fresh).toMatchObject({ fromCache: false })
      expect(fresh.id).not.toBe(old.id)
      expect(await bank.verify(account)).toMatchObject({ id: fresh.id, fromCache: true })
      expect(bank.checks()).toBe(2)
    })

    test('is asked again when the stored answer exceeds the accepted age', async () => {
      const account = { id: CROWD[6]!.account }
      const old = await bank.verify(account)
      later(1.1)
      expect((await bank.verify(account, { maxAgeSeconds: 1 })).id).not.toBe(old.id)
      expect(await bank.verify(account, { maxAgeSeconds: 86_400 })).toMatchObject({ fromCache: true })
    })

    test.each([
      ['no such account', '90070020000007', ['NAME']],
      ['opted out', '90070020000008', ['NAME']],
      ['not to be compared', '90070020000009', ['NAME']],
      ['inactive', '90070020000013', ['NAME']],
      ['closed', '90070020000014', ['NAME']],
      ['words that no list has', '90070020000041', ['NAME']],
      ['a match where no name was asked about', '90070020000000', ['STATUS']],
      ['pending', PENDING, ['NAME']],
    ])('is asked again when the answer was %s', async (_what, id, types) => {
      await bank.verify({ id }, { types })
      expect(await bank.verify({ id }, { types })).toMatchObject({ fromCache: false })
      expect(bank.checks()).toBe(2)
    })

    test('is asked again when the name matched on a closed account', async () => {
      const account = { id: CROWD[15]!.account }
      const body = {
        data: {
          result: { id: 'closed', account: { id: account.id, status: 'CLOSED', nameCheckStatus: 'FULL_MATCH' } },
        },
      }
      app.fault('banfico', { match: POST, fault: 'status', status: 200, body })
      expect(await bank.verify(account)).toMatchObject({
        id: 'closed',
        account: { status: 'CLOSED', nameCheckStatus: 'FULL_MATCH' },
      })
      expect(await bank.verify(account)).toMatchObject({ fromCache: false, account: { status: 'ACTIVE' } })
    })

    test('is asked again after a failure', async () => {
      const account = { id: CROWD[7]!.account }
      app.fault('banfico', { match: POST, fault: 'status', status: 503 })
      expect((await app.run(VERIFY, input(account), mine)).errors[0]!.extensions.code).toBe('PROVIDER_UNAVAILABLE')
      expect(await bank.verify(account)).toMatchObject({ fromCache: false })
    })

    test('costs one call for twenty concurrent callers', async () => {
      app.fault('banfico', { match: POST, fault: 'slow', delayMs: 600 })
      const account = { id: CROWD[8]!.account, name: 'Member,C' }
      const [masked, ...results] = await Promise.all([
        bank.verify(account, {}, { ...mine, scopes: ['verifications:write'] }),
        ...Array.from({ length: 19 }, () => bank.verify(account)),
      ])
      expect(bank.checks()).toBe(1)
      expect(new Set([masked, ...results].map(({ id }) => id)).size).toBe(1)
      // Each sees it as its own scopes allow.
      expect(masked).toMatchObject({ account: { respondedName: 'C•••' }, responder: { data: null } })
      for (const result of results) expect(result).toMatchObject({ account: { respondedName: 'Crowd09 Member' } })
    })

    test('costs one call for each concurrent caller that accepts no stored answer or is another client', async () => {
      app.fault('banfico', { match: POST, fault: 'slow', delayMs: 600, times: 0 })
      const account = { id: CROWD[9]!.account }
      const results = await Promise.all([
        bank.verify(account),
        bank.verify(account, { maxAgeSeconds: 0 }),
        bank.verify(account, { maxAgeSeconds: 0 }),
        bank.verify(account, {}, { ...mine, client: 'sibling' }),
      ])
      expect(new Set(results.map(({ id }) => id)).size).toBe(4)
      expect(bank.checks()).toBe(4)
    })

    test('fails for all callers that share the call, and is asked again afterwards', async () => {
      app.fault('banfico', { match: POST, fault: 'slow', delayMs: 600 })
      const account = { id: '90070020000503' }
      const answers = await Promise.all(Array.from({ length: 5 }, () => app.run(VERIFY, input(account), mine)))
      expect(answers.map(({ errors }) => errors[0]!.extensions.code)).toEqual(Array(5).fill('PROVIDER_UNAVAILABLE'))
      expect(new Set(answers.map(({ errors }) => errors[0]!.extensions['correlationId'])).size).toBe(5)
      expect(bank.checks()).toBe(1)
      await app.run(VERIFY, input(account), mine)
      expect(bank.checks()).toBe(2)
    })

    test('goes on for the other callers when the caller that began it leaves', async () => {
      const gate = createGate()
      app.fault('banfico', { match: POST, fault: 'slow', until: gate.opened })
      const account = { id: CROWD[10]!.account }
      const leaving = new AbortController()
      const first = fetch(`${app.url}/graphql`, {
        method: 'POST',
        signal: leaving.signal,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await app.token(mine)}` },
        body: JSON.stringify({ query: VERIFY, variables: input(account) }),
      })
      await expect.poll(bank.checks).toBe(1)
      const second = bank.verify(account)
      await delay(500)
      leaving.abort()
      await expect(first).rejects.toThrow()
      gate.open()
      expect(await second).toMatchObject({ fromCache: false, account: { status: 'ACTIVE' } })
      expect(bank.checks()).toBe(1)
    })
  })

  describe('a result', () => {
    test('is read from the store, without the raw answer of the scheme', async () => {
      const result = await bank.verify({ id: CROWD[11]!.account })
      expect(await bank.read(result.id)).toEqual({
        ...result,
        fromCache: true,
        responder: { scheme: 'UK_COP', data: null },
      })
      expect(bank.polls()).toBe(0)
    })

    test('that is not definitive can be read', async () => {
      const { id } = await bank.verify({ id: '90070020000007' })
      expect(await bank.read(id)).toMatchObject({ fromCache: true, account: { status: 'NOT_FOUND' } })
      expect(bank.polls()).toBe(0)
    })

    test('that is pending is not polled before it is due', async () => {
      const { id, nextPollAt, checkedAt } = await bank.verify({ id: PENDING })
      expect(await bank.read(id)).toMatchObject({
        state: 'PENDING',
        fromCache: true,
        checkedAt,
        nextPollAt,
        account: null,
      })
      expect(bank.polls()).toBe(0)
    })

    test('that is completed is not polled again, and one call completes it for many concurrent callers', async () => {
      const { id } = await bank.verify({ id: '90070020000030' })
      later(1.05)
      app.fault('banfico', { match: 'GET /v1.0/account-verifications/*', fault: 'slow', delayMs: 100 })
      const results = await Promise.all(Array.from({ length: 10 }, () => bank.read(id)))
      expect(results.map(({ state }) => state)).toEqual(Array(10).fill('COMPLETED'))
      expect(bank.polls()).toBe(1)
      expect(await bank.read(id)).toMatchObject({ state: 'COMPLETED', fromCache: true, responder: { data: null } })
      expect(bank.polls()).toBe(1)
    })

    test('is visible to every client of its tenant, and absent for every other tenant', async () => {
      // No poll becomes due meanwhile.
      stopClock()
      const acme = { ...mine, claims: { tenant: 'acme' } }
      const ids = [
        (await bank.verify({ id: CROWD[12]!.account }, {}, acme)).id,
        (await bank.verify({ id: PENDING }, {}, acme)).id,
      ]
      for (const id of ids) {
        expect(await bank.read(id, { ...acme, client: 'sibling' })).toMatchObject({ id })
        for (const other of [
          mine,
          { ...mine, claims: { tenant: 'globex' } },
          { ...mine, claims: { org_id: 'globex' } },
          { ...mine, client: 'stranger' },
          { ...mine, client: 'acme' },
        ])
          expect(await bank.read(id, other)).toBeNull()
        expect(
          await bank.read(id, { client: 'auditor', scopes: ['verifications:read', 'verifications:read:any'] }),
        ).toMatchObject({ id })
      }
      expect(bank.polls()).toBe(0)
    })

    test.each([
      ['that the provider has', 'AFRH44994'],
      ['that does not exist', 'nothing-like-it'],
      ['that is a parent path', '..'],
      ['that is too long', 'x'.repeat(300)],
      ['of two words', 'two words'],
      ['of nothing', ''],
    ])('of an id %s but that this server did not begin is absent and not fetched', async (_what, id) => {
      expect(await bank.read(id)).toBeNull()
      expect(app.calls('banfico')).toEqual([])
    })

    test('of a verification that this server did not begin is fetched with verifications:read:any', async () => {
      const auditor = { ...mine, scopes: ['verifications:read', 'verifications:read:any'] as const }
      expect(await bank.read('AFRH44994', auditor)).toMatchObject({
        state: 'COMPLETED',
        fromCache: false,
        account: { respondedName: 'S•••' },
      })
      expect(await bank.read('AFRH44995', auditor)).toBeNull()
      expect(bank.polls()).toBe(2)
      // A read by the auditor does not make the verification readable by another caller.
      expect(await bank.read('AFRH44994')).toBeNull()
    })

    test('that answers a repeated question has the same id', async () => {
      const account = { id: CROWD[13]!.account }
      await bank.verify(account)
      const { id } = await bank.verify(account)
      expect(await bank.read(id)).toMatchObject({ id, state: 'COMPLETED' })
    })
  })
})

describe.concurrent.each(STORES)('with its store in %s and a cap of three seconds', (_store, settings) => {
  // Of each test's own: they wait side by side, because Redis goes by its own clock.
  const opened = async () => {
    const app = await startApp({ ...settings(), VERIFICATION_MAX_AGE_SECONDS: '3' })
    return { app, bank: on(app) }
  }

  test('the setting limits the age that a caller may accept', async () => {
    const { app, bank } = await opened()
    const { id } = await bank.verify({}, { maxAgeSeconds: 86_400 })
    expect(await bank.verify({}, { maxAgeSeconds: 86_400 })).toMatchObject({ id, fromCache: true })
    await delay(3100)
    expect((await bank.verify({}, { maxAgeSeconds: 86_400 })).id).not.toBe(id)
    expect(bank.checks()).toBe(2)
    await app.close()
  })

  test('a result that has expired in the store is fetched again, for its tenant only', async () => {
    const { app, bank } = await opened()
    const { id } = await bank.verify({ id: CROWD[0]!.account })
    await delay(3100)
    expect(await bank.read(id, { ...mine, client: 'stranger' })).toBeNull()
    expect(bank.polls()).toBe(0)
    expect(await bank.read(id)).toMatchObject({ id, fromCache: false, account: { accountId: CROWD[0]!.account } })
    expect(await bank.read(id)).toMatchObject({ id, fromCache: true })
    expect(bank.polls()).toBe(1)
    await app.close()
  })

  test('a result that the provider no longer has is absent', async () => {
    const { app, bank } = await opened()
    const { id } = await bank.verify({ id: CROWD[1]!.account })
    await delay(3100)
    app.fault('banfico', { match: 'GET /v1.0/account-verifications/*', fault: 'status', status: 404 })
    expect(await bank.read(id)).toBeNull()
    await app.close()
  })
})

test('a maximum age of 0 turns stored answers off, not results', async () => {
  const app = await startApp({ VERIFICATION_MAX_AGE_SECONDS: '0' })
  const bank = on(app)
  const [{ id }] = await Promise.all([bank.verify(), bank.verify()])
  await bank.verify()
  expect(bank.checks()).toBe(3)
  expect(await bank.read(id)).toMatchObject({ id, fromCache: false })
  await app.close()
})

describe('two servers with one store', () => {
  let app: App
  let one: ReturnType<typeof on>
  let other: App
  let two: ReturnType<typeof on>
  beforeAll(async () => {
    const store = { REDIS_URL: inject('redisUrl'), STORE_ENCRYPTION_KEY: key() }
    app = await startApp(store)
    other = await startApp({ ...store, ...app.emulators.banfico.settings })
    one = on(app)
    two = on(other)
  })
  beforeEach(() => app.clear())
  afterEach(today)
  afterAll(() => Promise.all([app.close(), other.close()]))

  test('share answers and results', async () => {
    const { id } = await one.verify()
    expect(await two.verify()).toMatchObject({ id, fromCache: true })
    expect(await two.read(id)).toMatchObject({ id, fromCache: true })
    expect(app.calls('banfico')).toEqual([POST])
  })

  test('a slower poll of one server does not make pending what the other has completed', async () => {
    const { id } = await one.verify({ id: PENDING })
    later(1)
    const match = 'GET /v1.0/account-verifications/*'
    const gate = createGate()
    app.fault('banfico', { match, fault: 'slow', until: gate.opened })
    const slower = one.read(id)
    await expect.poll(one.polls).toBe(1)
    // So slow that its turn is over.
    later(60)
    app.fault('banfico', {
      match,
      fault: 'status',
      status: 200,
      body: { data: { result: { id, account: { id: PENDING, status: 'ACTIVE', nameCheckStatus: 'FULL_MATCH' } } } },
    })
    expect(await two.read(id)).toMatchObject({ state: 'COMPLETED', fromCache: false })
    gate.open()
    expect(await slower).toMatchObject({ state: 'PENDING' })
    expect(await one.read(id)).toMatchObject({ state: 'COMPLETED', fromCache: true })
  })
})

test('Redis holds no personal data in clear, and the raw answer of the scheme not even encrypted', async () => {
  const STORE_ENCRYPTION_KEY = key()
  const settings = { REDIS_URL: await emptyDatabase(), STORE_ENCRYPTION_KEY }
  const app = await startApp(settings)
  const bank = on(app)
  const { id, responder } = await bank.verify({ name: 'Accepted,A' }, { idempotencyKey: 'dump' })
  const pending = (await bank.verify({ id: PENDING, name: 'Accepted,A' })).id

  const redis = new Redis(settings.REDIS_URL)
  const dump: Buffer[] = []
  for (const name of await redis.keys('*'))
    dump.push(Buffer.from(name), (await redis.getBuffer(name).catch(() => null)) ?? Buffer.alloc(0))
  redis.disconnect()
  const text = Buffer.concat(dump).toString('latin1')
  expect(text).toContain('kyc:verification')
  for (const value of [ADA.account, 'Accepted', PENDING, responder.data, id, pending]) expect(text).not.toContain(value)

  const config = readConfig({
    ...settings,
    ...app.emulators.banfico.settings,
    AUTH_ISSUER: 'x',
    AUTH_AUDIENCE: 'x',
    AUTH_JWKS_URL: 'https://x',
  })
  const opened = openStore(config, await openKeys(config), () => undefined)
  const { store, close } = await untilUsable(opened)
  const get = (name: StoreKey) => store.get<object>(name)
  expect(await get(['verification-result', id])).toMatchObject({
    account: { id: ADA.account, respondedName: 'Ada Accepted' },
    responder: { scheme: 'UK_COP', data: null },
  })
  expect(JSON.stringify(await get(['verification', pending]))).not.toContain(PENDING)
  await close()
  await app.close()
})

describe('when Redis is unavailable', () => {
  let redis: PrivateRedis
  let app: App
  let bank: ReturnType<typeof on>
  beforeEach(async () => {
    redis = await privateRedis()
    app = await startApp({ REDIS_URL: redis.url, STORE_ENCRYPTION_KEY: key() })
    bank = on(app)
  })
  afterEach(async () => {
    today()
    await app.close()
    await redis.kill()
  })

  test('verifications go on and results cannot be read, until Redis is back', async () => {
    const { id } = await bank.verify()
    await redis.kill()
    app.clear()

    const during = await bank.verify()
    expect(during).toMatchObject({ fromCache: false, account: { nameCheckStatus: 'PARTIAL_MATCH' } })
    expect((await bank.verify({ id: PENDING })).state).toBe('PENDING')
    expect(bank.checks()).toBe(2)
    for (const wanted of [id, during.id]) {
      const { data, errors } = await app.run(READ, { id: wanted }, mine)
      expect(data.verificationResult).toBeNull()
      expect(errors[0]!.extensions).toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true, retryAfterSeconds: 1 })
    }
    const keyed = await app.run(VERIFY, input({}, { idempotencyKey: 'k' }), mine)
    expect(keyed.errors[0]!.extensions.code).toBe('STORE_UNAVAILABLE')
    expect(bank.polls()).toBe(0)
    for (const value of [ADA.account, 'Accepted', id, PENDING]) expect(app.log()).not.toContain(value)

    await redis.start()
    const back = async () => (await app.run(READ, { id: 'anything' }, mine)).errors.length === 0
    await expect.poll(back).toBe(true)
    const after = await bank.verify()
    expect(await bank.verify()).toMatchObject({ id: after.id, fromCache: true })
    expect(await bank.read(after.id)).toMatchObject({ id: after.id, fromCache: true })
    // A verification that could not be stored has no owner, so no caller reads it.
    expect(await bank.read(during.id)).toBeNull()
  })

  test('a polled result is returned although it cannot be stored', async () => {
    const { id } = await bank.verify({ id: '90070020000030' })
    later(1.05)
    const gate = createGate()
    app.fault('banfico', { match: 'GET /v1.0/account-verifications/*', fault: 'slow', until: gate.opened })
    const answer = bank.read(id)
    await expect.poll(bank.polls).toBe(1)
    await redis.kill()
    gate.open()
    expect(await answer).toMatchObject({ state: 'COMPLETED', fromCache: false })
  })
})

test('a caller that joins a running call waits no longer than its own deadline', async () => {
  const app = await startApp({ REQUEST_TIMEOUT_MS: '1500', BANFICO_TIMEOUT_MS: '60000' })
  const gate = createGate()
  app.fault('banfico', { match: POST, fault: 'slow', until: gate.opened })
  const answers = await Promise.all([app.run(VERIFY, input(), mine), app.run(VERIFY, input(), mine)])
  expect(app.emulators.banfico.unanswered()).toBe(1)
  for (const { errors } of answers)
    expect(errors[0]!.extensions).toMatchObject({ code: 'DEADLINE_EXCEEDED', retryable: true })
  // The call still finishes, and its answer is stored for a later caller.
  gate.open()
  await expect.poll(async () => (await on(app).verify()).fromCache).toBe(true)
  expect(app.calls('banfico')).toEqual([POST])
  await app.close()
})
