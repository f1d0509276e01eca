import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { CUSTOMERS } from '../../../datasources/apiture/emulator/index.js'
import { executedDespite, SnapshotStore } from '../../../datasources/apiture/snapshot-store.js'
import { ApiError } from '../../../datasources/contract/errors.js'
import type { ErrorCode } from '../../../datasources/contract/error-codes.js'
import type { Store } from '../../../datasources/contract/store.js'
import { CROWD } from '../../../datasources/emulator/people.js'
import { Idempotency } from '../../../src/idempotency/idempotency.js'
import { memoryStore } from '../../../src/store/memory.js'
import { encryptedStore } from '../../../src/store/encrypted.js'
import { later, today } from '../../support/clock.js'
import { type App, startApp } from '../../support/app.js'
import { resetQuirks } from '../../support/quirks.js'
import { privateRedis, type PrivateRedis } from '../../support/redis.js'
import { cipherOf } from '../../support/keys.js'

const SET = `mutation($input: SetAccountEntitlementsInput!) { setAccountEntitlements(input: $input) {
  entitlements { confirmed items { electronicStatementElection account { accountNumber } roles { default view basic billPay loanAdvance } } }
  challenge { challengeId } replayed
} }`
const READ = `query($id: ID!) { accountEntitlements(bankingCustomerId: $id) {
  bankingCustomerId confirmed asOf items { electronicStatementElection account { accountId accountNumber } roles { default view basic billPay loanAdvance } }
} }`

type Roles = Partial<Record<'default' | 'view' | 'basic' | 'billPay' | 'loanAdvance', boolean>>

const inputOf = (bankingCustomerId: string, numbers: readonly string[], roles: Roles, rest: object = {}) => ({
  input: {
    bankingCustomerId,
    accounts: numbers.map((accountNumber) => ({ accountNumber, productCode: 'DDA_01' })),
    electronicStatementElection: true,
    electronicDocumentElection: true,
    roles,
    ...rest,
  },
})

const redisSettings = (url: string) => ({ REDIS_URL: url, STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64') })
let customers = CROWD.map(({ bankingCustomerId }) => bankingCustomerId)
/** A customer without a snapshot. */
const somebody = () => {
  const [next, ...rest] = customers
  customers = rest
  return next!
}

describe.each([
  ['memory', () => ({})],
  ['Redis', () => redisSettings(inject('redisUrl'))],
])('the snapshot of confirmed writes, stored in %s', (_store, settings) => {
  let app: App
  beforeAll(async () => {
    customers = CROWD.map(({ bankingCustomerId }) => bankingCustomerId)
    app = await startApp({ APITURE_TIMEOUT_MS: '1500', ...settings() })
  })
  afterEach(() => app.clear())
  afterAll(() => app.close())

  const set = (id: string, numbers: readonly string[], roles: Roles, rest?: object) =>
    app.run(SET, inputOf(id, numbers, roles, rest))
  const read = async (id: string) => (await app.run(READ, { id })).data.accountEntitlements
  const rolesOf = (answer: any, number: string) =>
    answer.items.find(({ account }: any) => account.accountNumber === number)?.roles

  test('is null for a customer without a confirmed write', async () => {
    expect(await read(somebody())).toBeNull()
    expect(await read('no-such-customer')).toBeNull()
    expect(app.recorded('apiture')).toEqual([])
  })

  test('is read without a call to the provider', async () => {
    const id = somebody()
    await set(id, ['1001', '1002'], { view: true })
    app.clear()
    expect(await read(id)).toMatchObject({
      bankingCustomerId: id,
      confirmed: true,
      items: [
        { account: { accountId: expect.any(String), accountNumber: '1001' } },
        { account: { accountNumber: '1002' } },
      ],
    })
    expect(app.recorded('apiture')).toEqual([])
  })

  test('adds accounts write by write, and keeps the value of a role that a write leaves out', async () => {
    const id = CUSTOMERS.answeredWithSentRolesOnly
    await set(id, ['1001'], { view: true, basic: true })
    await set(id, ['1002'], { view: true })
    const { data } = await set(id, ['1001'], { basic: false, loanAdvance: false })
    const merged = data.setAccountEntitlements.entitlements
    expect(rolesOf(merged, '1001')).toEqual({
      default: null,
      view: true,
      basic: false,
      billPay: null,
      loanAdvance: false,
    })
    expect(rolesOf(merged, '1002')).toEqual({
      default: null,
      view: true,
      basic: null,
      billPay: null,
      loanAdvance: null,
    })
    expect((await read(id)).items).toEqual(
      merged.items.map((item: any) => ({ ...item, account: { ...item.account, accountId: expect.any(String) } })),
    )
  })

  test('holds null for a role that the write sets and the answer leaves out', async () => {
    const id = somebody()
    await set(id, ['1001'], { view: true, basic: true })
    const item = {
      account: { accountNumber: '1001', productCode: 'DDA_01' },
      electronicStatementElection: true,
      electronicDocumentElection: true,
      roles: {},
    }
    app.fault('apiture', { match: 'PUT /**', fault: 'status', status: 200, body: { items: [item] } })
    await set(id, ['1001'], { view: false })
    expect(rolesOf(await read(id), '1001')).toEqual({
      default: null,
      view: null,
      basic: true,
      billPay: null,
      loanAdvance: null,
    })
  })

  test('removes an account that the write changes and the answer leaves out', async () => {
    const id = CUSTOMERS.answeredInPart
    await set(id, ['9999', '1001'], { view: true })
    await set(id, ['1001', '1002'], { view: false })
    expect((await read(id)).items.map(({ account }: any) => account.accountNumber)).toEqual(['1002'])
  })

  test('stores an item of an account that was not requested', async () => {
    await set(CUSTOMERS.answeredOtherwise, ['1001'], { view: true })
    expect(rolesOf(await read(CUSTOMERS.answeredOtherwise), '234567890')).toMatchObject({
      default: true,
      billPay: true,
    })
  })

  test('stays confirmed after an error and after a challenge', async () => {
    const id = somebody()
    await set(id, ['1001'], { view: true })
    app.fault('apiture', { match: 'PUT /**', fault: 'status', status: 503 })
    expect((await set(id, ['1001'], { view: false })).errors[0]!.extensions.code).toBe('PROVIDER_UNAVAILABLE')
    expect((await set(id, ['404404404'], { view: true })).errors[0]!.extensions.code).toBe('NOT_FOUND')
    expect(await read(id)).toMatchObject({ confirmed: true, items: [{ roles: { view: true } }] })

    await set(CUSTOMERS.challenged, ['1001'], { view: true }, { challengeToken: 'verified-0001' })
    expect(
      (await set(CUSTOMERS.challenged, ['1001'], { view: false })).data.setAccountEntitlements.challenge,
    ).not.toBeNull()
    expect(await read(CUSTOMERS.challenged)).toMatchObject({ confirmed: true, items: [{ roles: { view: true } }] })
  })

  test('is unconfirmed after a failed write to several accounts that it contains', async () => {
    const id = somebody()
    await set(id, ['1001'], { view: true })
    expect((await set(id, ['1001', '404404404'], { view: false })).errors[0]!.extensions.providerCode).toBe(
      'noSuchAccount',
    )
    expect((await read(id)).confirmed).toBe(false)
    await set(id, ['1001'], { view: false })
    expect(await read(id)).toMatchObject({ confirmed: true, items: [{ roles: { view: false } }] })

    expect((await set(id, ['2001', '404404404'], { view: true })).errors).toHaveLength(1)
    expect((await read(id)).confirmed).toBe(true)
  })

  test('is unconfirmed after a write to several accounts that is refused with 404, and was executed in part', async () => {
    const id = somebody()
    await set(id, ['1001'], { view: true })
    app.emulators.apiture.quirks(['accountsNotFound', 'partApplied'])
    const { errors } = await set(id, ['1001', '404404404'], { view: false })
    resetQuirks(app.emulators, 'apiture')
    expect(errors[0]!.extensions).toMatchObject({
      code: 'NOT_FOUND',
      providerStatus: 404,
      providerCode: 'noSuchAccount',
    })
    expect(await read(id)).toMatchObject({ confirmed: false })
  })

  test.each(['hang', 'reset', 'drop-after-apply', 'malformed'] as const)(
    'is unconfirmed after an unknown outcome (%s) until a provably later write covers the same fields',
    async (fault) => {
      const id = somebody()
      await set(id, ['1001', '1002'], { view: true })
      app.fault('apiture', { match: 'PUT /**', fault })
      expect((await set(id, ['1001', '1002'], { view: false, basic: true })).errors[0]!.extensions.code).toBe(
        'OUTCOME_UNKNOWN',
      )
      expect(await read(id)).toMatchObject({
        confirmed: false,
        items: [{ roles: { view: true } }, { roles: { view: true } }],
      })

      // The write with the unknown outcome may be applied late, after this write.
      expect(
        (await set(id, ['1002', '1001'], { view: true, basic: false })).data.setAccountEntitlements.entitlements
          .confirmed,
      ).toBe(false)
      later(61)
      // A write of fewer accounts or fewer roles does not confirm the snapshot.
      expect(
        (await set(id, ['1001'], { view: true, basic: true })).data.setAccountEntitlements.entitlements.confirmed,
      ).toBe(false)
      expect((await set(id, ['1001', '1002'], { view: true })).data.setAccountEntitlements.entitlements.confirmed).toBe(
        false,
      )
      expect(
        (await set(id, ['1002', '1001', '1003'], { view: true, basic: false, billPay: true })).data
          .setAccountEntitlements.entitlements.confirmed,
      ).toBe(true)
      expect((await read(id)).confirmed).toBe(true)
      today()
    },
  )

  test('is confirmed when a lost write is repeated, also with another lost write of the same values', async () => {
    const id = somebody()
    await set(id, ['1001'], { view: true })
    app.fault('apiture', { match: 'PUT /**', fault: 'drop-after-apply' })
    expect((await set(id, ['1001'], { view: false }, { idempotencyKey: 'again' })).errors[0]!.extensions.code).toBe(
      'OUTCOME_UNKNOWN',
    )
    expect(
      (await set(id, ['1001'], { view: false }, { idempotencyKey: 'again' })).data.setAccountEntitlements,
    ).toMatchObject({ replayed: false, entitlements: { confirmed: true } })
    expect((await set(id, ['1002'], { view: true })).data.setAccountEntitlements.entitlements.confirmed).toBe(true)
    expect((await set(id, ['1001'], { view: true })).data.setAccountEntitlements.entitlements.confirmed).toBe(false)
  })

  test('stays unconfirmed when the repeat of a lost write fails', async () => {
    const id = somebody()
    await set(id, ['1001'], { view: true })
    app.fault('apiture', { match: 'PUT /**', fault: 'drop-after-apply' })
    await set(id, ['1001'], { view: false }, { idempotencyKey: 'refused' })
    app.fault('apiture', { match: 'PUT /**', fault: 'status', status: 503 })
    expect(
      (await set(id, ['1001'], { view: false }, { idempotencyKey: 'refused' })).errors[0]!.extensions,
    ).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      retryable: true,
    })
    expect(await read(id)).toMatchObject({ confirmed: false })
  })

  test('is null after a first write with an unknown outcome', async () => {
    const id = somebody()
    app.fault('apiture', { match: 'PUT /**', fault: 'reset' })
    await set(id, ['1001'], { view: true })
    expect(await read(id)).toBeNull()
    // A write to another account confirms that account only.
    await set(id, ['1002'], { view: true })
    expect(await read(id)).toMatchObject({ confirmed: false, items: [{ account: { accountNumber: '1002' } }] })
  })

  test('is confirmed when the same idempotency key repeats a lost write', async () => {
    const id = somebody()
    app.fault('apiture', { match: 'PUT /**', fault: 'drop-after-apply' })
    const first = await set(id, ['1001'], { view: true }, { idempotencyKey: `settle-${_store}` })
    expect(first.errors[0]!.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true })
    const second = await set(id, ['1001'], { view: true }, { idempotencyKey: `settle-${_store}` })
    expect(second.data.setAccountEntitlements).toMatchObject({ replayed: false, entitlements: { confirmed: true } })
    expect(await read(id)).toMatchObject({ confirmed: true })
  })

  describe('the repeat of a lost write under its key', () => {
    afterEach(today)
    const grant = (id: string) => set(id, ['1001'], { view: true }, { idempotencyKey: `grant-${id}-${_store}` })
    const revoke = (id: string) => set(id, ['1001'], { view: false }, { idempotencyKey: `revoke-${id}-${_store}` })
    const lose = () => app.fault('apiture', { match: 'PUT /**', fault: 'drop-after-apply' })
    const unsent = { code: 'OUTCOME_UNKNOWN', retryable: false, replayed: true }
    const puts = () => app.recorded('apiture').length

    test.each([
      ['at once', 0],
      ['an hour later', 3600],
    ])('is not sent after another write that was confirmed %s', async (_when, seconds) => {
      const id = somebody()
      lose()
      expect((await grant(id)).errors[0]!.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true })
      later(seconds)
      expect((await revoke(id)).errors).toEqual([])
      expect((await grant(id)).errors[0]!.extensions).toMatchObject(unsent)
      expect((await grant(id)).errors[0]!.extensions).toMatchObject(unsent)
      expect(puts()).toBe(2)
      expect(rolesOf(await read(id), '1001')).toMatchObject({ view: false })
    })

    test('is not sent after a later write with a lost answer, and that one is sent again', async () => {
      const id = somebody()
      lose()
      await grant(id)
      lose()
      expect((await revoke(id)).errors[0]!.extensions.code).toBe('OUTCOME_UNKNOWN')
      expect((await grant(id)).errors[0]!.extensions).toMatchObject(unsent)
      expect((await revoke(id)).data.setAccountEntitlements).toMatchObject({ replayed: false })
      expect(puts()).toBe(3)
      expect(rolesOf(await read(id), '1001')).toMatchObject({ view: false })
    })

    test('is sent after writes to other accounts, after equal ones, and after ones that were refused', async () => {
      const id = somebody()
      await set(id, ['1001'], { view: false })
      later(60)
      lose()
      await grant(id)
      await set(id, ['1002'], { view: false })
      await set(id, ['1001'], { view: true })
      app.fault('apiture', { match: 'PUT /**', fault: 'status', status: 429 })
      expect((await revoke(id)).errors[0]!.extensions.code).toBe('RATE_LIMITED')
      expect((await grant(id)).data.setAccountEntitlements).toMatchObject({ replayed: false })
      expect(rolesOf(await read(id), '1001')).toMatchObject({ view: true })
    })

    test('is sent where another write came before it, and after a call with its key that was refused', async () => {
      const id = somebody()
      app.fault('apiture', { match: 'PUT /**', fault: 'status', status: 429 })
      expect((await grant(id)).errors[0]!.extensions.code).toBe('RATE_LIMITED')
      later(60)
      expect((await revoke(id)).errors).toEqual([])
      later(60)
      lose()
      expect((await grant(id)).errors[0]!.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true })
      later(180)
      expect((await grant(id)).data.setAccountEntitlements).toMatchObject({ replayed: false })
      expect(puts()).toBe(4)
      expect(rolesOf(await read(id), '1001')).toMatchObject({ view: true })
    })

    test('is not sent where another write came after it, though a call with its key was refused before', async () => {
      const id = somebody()
      app.fault('apiture', { match: 'PUT /**', fault: 'status', status: 429 })
      await grant(id)
      later(60)
      lose()
      await grant(id)
      later(10)
      expect((await revoke(id)).errors).toEqual([])
      expect((await grant(id)).errors[0]!.extensions).toMatchObject(unsent)
      expect(rolesOf(await read(id), '1001')).toMatchObject({ view: false })
    })

    describe('for several accounts, after the provider refused an earlier repeat', () => {
      const both = (id: string, view: boolean, key: string) =>
        set(id, ['1001', '1002'], { view }, { idempotencyKey: `${key}-${id}-${_store}` })
      const refuse = () => app.fault('apiture', { match: 'PUT /**', fault: 'status', status: 409 })
      const unknown = { code: 'OUTCOME_UNKNOWN', retryable: true }

      test('is sent, as the caller was told', async () => {
        const id = somebody()
        lose()
        expect((await both(id, true, 'both')).errors[0]!.extensions).toMatchObject(unknown)
        refuse()
        expect((await both(id, true, 'both')).errors[0]!.extensions).toMatchObject(unknown)
        expect((await both(id, true, 'both')).data.setAccountEntitlements).toMatchObject({
          replayed: false,
          entitlements: { confirmed: true },
        })
        expect(puts()).toBe(3)
      })

      test('is not sent where another key set something else since', async () => {
        const id = somebody()
        lose()
        await both(id, true, 'both')
        refuse()
        await both(id, true, 'both')
        expect((await both(id, false, 'otherwise')).errors).toEqual([])
        expect((await both(id, true, 'both')).errors[0]!.extensions).toMatchObject(unsent)
        expect(puts()).toBe(3)
        expect(rolesOf(await read(id), '1001')).toMatchObject({ view: false })
      })
    })
  })

  test('is unconfirmed while a write is running', async () => {
    const id = somebody()
    await set(id, ['1001'], { view: true })
    app.fault('apiture', { match: 'PUT /**', fault: 'slow', delayMs: 200 })
    const running = set(id, ['1001'], { view: false })
    await expect.poll(() => app.recorded('apiture')).toHaveLength(2)
    expect(await read(id)).toMatchObject({ confirmed: false, items: [{ roles: { view: true } }] })
    await running
    expect(await read(id)).toMatchObject({ confirmed: true, items: [{ roles: { view: false } }] })
  })

  test('is unconfirmed after two different writes at the same time', async () => {
    const id = somebody()
    app.fault('apiture', { match: 'PUT /**', fault: 'slow', delayMs: 200 })
    const slow = set(id, ['1001'], { view: false })
    await expect.poll(() => app.recorded('apiture')).toHaveLength(1)
    const fast = await set(id, ['1001'], { view: true })
    expect(fast.data.setAccountEntitlements.entitlements.confirmed).toBe(false)
    expect((await slow).data.setAccountEntitlements.entitlements.confirmed).toBe(false)
    expect((await read(id)).confirmed).toBe(false)
    await set(id, ['1001'], { view: true })
    expect(await read(id)).toMatchObject({ confirmed: true, items: [{ roles: { view: true } }] })
  })

  test('keeps all concurrent writes', async () => {
    const id = somebody()
    const numbers = Array.from({ length: 6 }, (_, i) => `20${i}`)
    const answers = await Promise.all(numbers.map((number) => set(id, [number], { view: true })))
    expect(answers.flatMap(({ errors }) => errors)).toEqual([])
    const all = await read(id)
    expect(all.confirmed).toBe(true)
    expect(all.items.map(({ account }: any) => account.accountNumber).sort()).toEqual(numbers)
  })
})

describe('when the store is unavailable', () => {
  let redis: PrivateRedis
  let app: App
  beforeAll(async () => {
    redis = await privateRedis()
    app = await startApp(redisSettings(redis.url))
  })
  afterAll(async () => {
    await app.close()
    await redis.kill()
  })

  test('a write that was already sent returns the values that the provider confirmed', async () => {
    const id = CROWD[0]!.bankingCustomerId
    app.fault('apiture', { match: 'PUT /**', fault: 'slow', delayMs: 500 })
    const running = app.run(SET, inputOf(id, ['1001'], { view: true }))
    await expect.poll(() => app.recorded('apiture')).toHaveLength(1)
    await redis.kill()
    const { data, errors } = await running
    expect(errors).toEqual([])
    expect(data.setAccountEntitlements.entitlements).toMatchObject({
      confirmed: true,
      items: [{ account: { accountNumber: '1001' }, roles: { view: true, basic: null } }],
    })
  })

  test('nothing is sent and no snapshot is returned', async () => {
    app.clear()
    const id = CROWD[0]!.bankingCustomerId
    const write = await app.run(SET, inputOf(id, ['1001'], { view: true }))
    const read = await app.run(READ, { id })
    expect(write.errors[0]!.extensions).toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true })
    expect(read.errors[0]!.extensions).toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true })
    expect(app.recorded('apiture')).toEqual([])
  })
})

describe('a process that died during a write', () => {
  afterEach(() => vi.useRealTimers())

  test('leaves the snapshot unconfirmed until a later write covers it', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 0 })
    const store = encryptedStore(memoryStore(), cipherOf([randomBytes(32)]))
    const assignments = { electronicStatementElection: true, electronicDocumentElection: true, roles: { view: true } }
    const write = (id: string, view = false) => ({
      id,
      accounts: ['1001'],
      assignments: { ...assignments, roles: { view } },
    })
    const snapshots = new SnapshotStore(store, { tenant: 'tenant:bank' }, 60)
    await snapshots.confirm('ada', write('first'), [])
    await snapshots.begin('ada', write('died', true))

    await snapshots.begin('ada', write('soon after'))
    expect((await snapshots.confirm('ada', write('soon after'), [])).confirmed).toBe(false)
    // This write has the values of the lost write, so a late arrival changes nothing.
    await snapshots.begin('ada', write('repeated', true))
    expect((await snapshots.confirm('ada', write('repeated', true), [])).confirmed).toBe(true)
    await snapshots.begin('ada', write('otherwise'))
    expect((await snapshots.confirm('ada', write('otherwise'), [])).confirmed).toBe(false)
    vi.setSystemTime(16 * 60_000)
    await snapshots.begin('ada', write('later'))
    expect((await snapshots.confirm('ada', write('later'), [])).confirmed).toBe(true)
  })
})

describe('what a failed write may have executed', () => {
  const two = {
    id: 'failed',
    accounts: ['1001', '1002'],
    assignments: { electronicStatementElection: true, electronicDocumentElection: true, roles: {} },
  }
  const failed = (providerStatus: number, providerCode?: string, code: ErrorCode = 'PROVIDER_REFUSED') =>
    new ApiError(code, { providerStatus, ...(providerCode === undefined ? {} : { providerCode }) })

  test.each([
    ['a part', failed(400, 'badRequest')],
    ['a part', failed(403, 'forbidden')],
    ['a part', failed(404, 'noSuchAccount', 'NOT_FOUND')],
    ['a part', failed(404, undefined, 'NOT_FOUND')],
    ['a part', failed(409, 'conflict', 'CONFLICT')],
    ['a part', failed(422, 'accountNotFound', 'NOT_FOUND')],
    ['nothing', failed(401, 'unauthorized')],
    ['nothing', failed(429, 'tooManyRequests', 'RATE_LIMITED')],
    ['nothing', failed(404, 'notFound', 'NOT_FOUND')],
    ['nothing', failed(403, 'customerDisabled', 'CONFLICT')],
    ['nothing', failed(403, 'challengeRequired', 'CHALLENGE_REQUIRED')],
    ['nothing', failed(503, 'serviceUnavailable', 'PROVIDER_UNAVAILABLE')],
    ['nothing', new ApiError('PROVIDER_UNAVAILABLE')],
    ['unknown', failed(500, undefined, 'OUTCOME_UNKNOWN')],
    ['unknown', new TypeError()],
  ] as const)('is %s of several accounts after %s (%#)', (executed, error) => {
    expect(executedDespite(error, two)).toBe(executed)
    const ofOne = executed === 'a part' ? 'nothing' : executed
    expect(executedDespite(error, { ...two, accounts: ['1001'] })).toBe(ofOne)
  })
})

describe('the repeat of a write', () => {
  afterEach(() => vi.useRealTimers())
  const RETENTION_SECONDS = 24 * 3600
  const write = (id: string, view: boolean) => ({
    id,
    accounts: ['1001'],
    assignments: { electronicStatementElection: true, electronicDocumentElection: true, roles: { view } },
  })
  const open = () => {
    vi.useFakeTimers({ toFake: ['Date'], now: RETENTION_SECONDS * 2000 })
    const store = encryptedStore(memoryStore(), cipherOf([randomBytes(32)]))
    return { store, snapshots: new SnapshotStore(store, { tenant: 'tenant:bank' }, RETENTION_SECONDS) }
  }

  const elsewhere = { ...write('elsewhere', true), accounts: ['1002'] }
  /** One attempt of a write under its key. */
  const attempt = (id: string, view: boolean, key = 'key') => ({ ...write(id, view), attempt: key })

  test('is not sent where what came after it may be forgotten', async () => {
    const { snapshots } = open()
    for (const ago of [RETENTION_SECONDS * 1000, 1000, 0])
      expect(await snapshots.begin('ada', write('granted', true), Date.now() - ago)).toBe(false)
  })

  test.each<[how: string, record: (snapshots: SnapshotStore) => Promise<unknown>]>([
    ['begun', (snapshots) => snapshots.begin('ada', elsewhere)],
    ['confirmed', (snapshots) => snapshots.confirm('ada', elsewhere, [])],
    ['refused', (snapshots) => snapshots.fail('ada', elsewhere, 'nothing')],
  ])('is not sent where a write to another account was %s after the snapshot was erased', async (_how, record) => {
    const { store, snapshots } = open()
    const begunAt = Date.now()
    await snapshots.begin('ada', write('lost', true))
    await snapshots.fail('ada', write('lost', true), 'unknown')
    vi.setSystemTime(begunAt + 1000)
    await snapshots.confirm('ada', write('revoked', false), [])
    await store.update(['entitlements', 'ada'], 60, () => null)
    vi.setSystemTime(begunAt + 2000)
    await record(snapshots)
    vi.setSystemTime(begunAt + 3000)
    await snapshots.begin('ada', elsewhere)
    await snapshots.confirm('ada', elsewhere, [])
    expect(await snapshots.begin('ada', write('repeated', true), begunAt)).toBe(false)
    expect(await snapshots.begin('ada', write('repeated', true), begunAt + 2000)).toBe(true)
  })

  test('is sent where the snapshot begins with its own first attempt, or with one that set the same', async () => {
    const { snapshots } = open()
    const begunAt = Date.now() - 1000
    await snapshots.begin('ada', attempt('lost', true))
    await snapshots.fail('ada', attempt('lost', true), 'unknown')
    expect(await snapshots.begin('ada', attempt('repeated', true), begunAt)).toBe(true)
    await snapshots.confirm('ada', attempt('repeated', true), [])
    expect(await snapshots.begin('ada', attempt('repeated again', true), begunAt)).toBe(true)
  })

  test('is not sent where another caller began the same write after the snapshot was erased', async () => {
    const { store, snapshots } = open()
    const begunAt = Date.now()
    await snapshots.begin('ada', attempt('lost', true))
    await snapshots.fail('ada', attempt('lost', true), 'unknown')
    vi.setSystemTime(begunAt + 1000)
    await snapshots.confirm('ada', attempt('revoked', false, 'other'), [])
    await store.update(['entitlements', 'ada'], 60, () => null)
    vi.setSystemTime(begunAt + 2000)
    await snapshots.begin('ada', attempt('granted', true, 'another'))
    expect(await snapshots.begin('ada', attempt('repeated', true), begunAt)).toBe(false)
  })

  test('is sent after the record of a write that was made although its reply was lost', async () => {
    const { store, snapshots } = open()
    const begunAt = Date.now()
    await snapshots.begin('ada', attempt('lost', false))
    await snapshots.fail('ada', attempt('lost', false), 'unknown')
    vi.setSystemTime(begunAt + 1000)
    let losses = 1
    const update: Store['update'] = async (key, ttlSeconds, change, labels) => {
      const result = await store.update(key, ttlSeconds, change, labels)
      if (losses-- > 0) throw new ApiError('STORE_UNAVAILABLE')
      return result
    }
    const lossy = new SnapshotStore({ ...store, update }, { tenant: 'tenant:bank' }, RETENTION_SECONDS)
    await expect(lossy.begin('ada', attempt('granted', true, 'other'))).rejects.toThrow(ApiError)
    const opened = async () => (await store.get<{ open: object[] }>(['entitlements', 'ada']))?.open
    await expect.poll(opened, { timeout: 20_000 }).toHaveLength(1)
    expect(await snapshots.begin('ada', attempt('repeated', false), begunAt)).toBe(true)
  })

  test('is not sent where the store lost the record of a later write with a lost answer', async () => {
    const { store, snapshots } = open()
    const begunAt = Date.now()
    await snapshots.confirm('ada', write('granted', true), [])
    await snapshots.begin('ada', attempt('lost', true))
    await snapshots.fail('ada', attempt('lost', true), 'unknown')
    const before = await store.get<object>(['entitlements', 'ada'])
    vi.setSystemTime(begunAt + 1000)
    await snapshots.begin('ada', attempt('revoked', false, 'other'))
    await store.set(['entitlements', 'ada'], before, RETENTION_SECONDS)
    await snapshots.fail('ada', attempt('revoked', false, 'other'), 'unknown')
    expect(await snapshots.read('ada')).toMatchObject({ confirmed: false })
    expect(await snapshots.begin('ada', attempt('repeated', true), begunAt)).toBe(false)
  })

  test('is judged by the first of its attempts, also where a later one has settled that', async () => {
    const { store, snapshots } = open()
    const begunAt = Date.now()
    for (const [seconds, id] of [
      [0, 'first'],
      [70, 'second'],
    ] as const) {
      vi.setSystemTime(begunAt + seconds * 1000)
      expect(await snapshots.begin('ada', attempt(id, true), seconds === 0 ? undefined : begunAt)).toBe(true)
      await snapshots.fail('ada', attempt(id, true), 'unknown')
    }
    expect(await store.get(['entitlements', 'ada'])).toMatchObject({ open: [{ id: 'second', begunAt }] })
  })

  test('is none after a first attempt that could not be recorded: its key is free', async () => {
    const { store, snapshots } = open()
    const tries: boolean[] = []
    const call = (recorded: SnapshotStore) =>
      new Idempotency(30_000).execute({
        caller: { tenant: 'tenant:bank', client: 'app', subject: 'user' },
        store,
        mutation: 'setAccountEntitlements',
        input: { idempotencyKey: 'unrecorded' },
        repeatable: true,
        intentRecorded: Promise.resolve(),
        toStored: (payload: object) => payload,
        run: async ({ isRetry, begunAt }) => {
          tries.push(isRetry)
          return { isBegun: await recorded.begin('ada', write('granted', true), isRetry ? begunAt : undefined) }
        },
      })
    const away = { ...store, update: () => Promise.reject(new ApiError('STORE_UNAVAILABLE')) }
    const unrecorded = call(new SnapshotStore(away, { tenant: 'tenant:bank' }, RETENTION_SECONDS))
    await expect(unrecorded).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(await call(snapshots)).toMatchObject({ isBegun: true })
    expect(tries).toEqual([false, false])
  })

  test('is judged by the time of the last write where an earlier version confirmed another one', async () => {
    const { store, snapshots } = open()
    const begunAt = Date.now()
    const confirmed = (asOf: number) =>
      store.set(
        ['entitlements', 'ada'],
        {
          items: [],
          asOf: new Date(asOf).toISOString(),
          open: [],
          last: { 1001: write('', false).assignments },
        },
        60,
        {},
      )
    await confirmed(begunAt + 1)
    expect(await snapshots.begin('ada', write('granted', true), begunAt)).toBe(false)
    expect(await snapshots.begin('ada', write('revoked', false), begunAt)).toBe(true)
    await confirmed(begunAt - 1)
    expect(await snapshots.begin('ada', write('granted', true), begunAt)).toBe(true)
  })

  test('is sent where only another account of the customer was written to', async () => {
    const { snapshots } = open()
    const begunAt = Date.now()
    const other = { ...write('other', true), accounts: ['1002'] }
    await snapshots.begin('ada', write('lost', true))
    await snapshots.fail('ada', write('lost', true), 'unknown')
    vi.setSystemTime(begunAt + 1000)
    await snapshots.begin('ada', other)
    await snapshots.confirm('ada', other, [])
    expect(await snapshots.begin('ada', write('repeated', true), begunAt)).toBe(true)
  })

  test('is not sent where another write to one of its accounts was refused and may have been executed in part', async () => {
    const { snapshots } = open()
    const begunAt = Date.now()
    await snapshots.begin('ada', write('lost', true))
    await snapshots.fail('ada', write('lost', true), 'unknown')
    vi.setSystemTime(begunAt + 1000)
    const refused = { ...write('refused', false), accounts: ['1001', '1002'] }
    await snapshots.begin('ada', refused)
    await snapshots.fail('ada', refused, 'a part')
    expect(await snapshots.begin('ada', write('repeated', true), begunAt)).toBe(false)
  })

  describe('after writes that were refused and may have been executed in part', () => {
    const both = (id: string, view: boolean) => ({ ...write(id, view), accounts: ['1001', '1002'] })
    const tell = (seconds: number) => vi.setSystemTime(RETENTION_SECONDS * 2000 + seconds * 1000)
    async function refuse(snapshots: SnapshotStore, id: string, view: boolean): Promise<void> {
      await snapshots.begin('ada', both(id, view))
      await snapshots.fail('ada', both(id, view), 'a part')
    }
    async function confirm(snapshots: SnapshotStore, id: string, view: boolean): Promise<void> {
      await snapshots.begin('ada', both(id, view))
      await snapshots.confirm('ada', both(id, view), [])
    }
    async function lose(snapshots: SnapshotStore): Promise<number> {
      const begunAt = Date.now()
      await snapshots.begin('ada', both('lost', true))
      await snapshots.fail('ada', both('lost', true), 'unknown')
      tell(1)
      return begunAt
    }

    test('is sent where they are its own attempts', async () => {
      const { snapshots } = open()
      const begunAt = await lose(snapshots)
      for (const seconds of [2, 3]) {
        expect(await snapshots.begin('ada', both(`refused ${seconds}`, true), begunAt)).toBe(true)
        await snapshots.fail('ada', both(`refused ${seconds}`, true), 'a part')
        tell(seconds)
      }
      expect(await snapshots.begin('ada', both('repeated', true), begunAt)).toBe(true)
    })

    test('is sent where one of them left the accounts as a later write had confirmed them', async () => {
      const { snapshots } = open()
      const begunAt = await lose(snapshots)
      await confirm(snapshots, 'revoked', false)
      tell(2)
      await confirm(snapshots, 'granted', true)
      tell(3)
      expect(await snapshots.begin('ada', both('refused', true), begunAt)).toBe(true)
      await snapshots.fail('ada', both('refused', true), 'a part')
      expect(await snapshots.begin('ada', both('repeated', true), begunAt)).toBe(true)
    })

    test.each([
      ['was confirmed', confirm],
      ['may have been executed in part', refuse],
    ])('is not sent where one that set something else %s before one that set the same', async (_how, other) => {
      const { snapshots } = open()
      const begunAt = await lose(snapshots)
      await other(snapshots, 'revoked', false)
      tell(2)
      for (const id of ['granted', 'granted again']) await refuse(snapshots, id, true)
      expect(await snapshots.begin('ada', both('repeated', true), begunAt)).toBe(false)
      expect(await snapshots.begin('ada', both('repeated', true), Date.now() - 500)).toBe(true)
    })

    test('is not sent where an earlier version kept their time and not what they set', async () => {
      const { store, snapshots } = open()
      const begunAt = await lose(snapshots)
      const confirmedAt = { 1001: Date.now() }
      await store.set(['entitlements', 'ada'], { items: [], asOf: null, open: [], last: {}, confirmedAt }, 60, {})
      tell(2)
      await refuse(snapshots, 'granted', true)
      expect(await snapshots.begin('ada', both('repeated', true), begunAt)).toBe(false)
    })
  })

  describe('is judged by times', () => {
    const DAY_MS = 24 * 3_600_000
    const to = (id: string, account: string, view: boolean) => ({ ...write(id, view), accounts: [account] })
    const openFor = (days: number) => {
      const { store } = open()
      return { store, snapshots: new SnapshotStore(store, { tenant: 'tenant:bank' }, (days * DAY_MS) / 1000) }
    }

    test('that are kept for as long as a write is repeated', async () => {
      const { store, snapshots } = openFor(400)
      const start = Date.now()
      const refuse = async (days: number, account: string) => {
        vi.setSystemTime(start + days * DAY_MS)
        await snapshots.begin('ada', to(account, account, true))
        await snapshots.fail('ada', to(account, account, true), 'a part')
      }
      const known = async () => {
        const stored = await store.get<Record<'confirmedAt' | 'newest', object>>(['entitlements', 'ada'])
        return [Object.keys(stored!.confirmedAt), Object.keys(stored!.newest)]
      }
      await refuse(0, '404')
      await refuse(1.1, '405')
      await refuse(7, '406')
      expect(await known()).toEqual([
        ['404', '405', '406'],
        ['404', '405', '406'],
      ])
      await refuse(8, '407')
      expect(await known()).toEqual([
        ['405', '406', '407'],
        ['405', '406', '407'],
      ])
      const confirmed = to('confirmed', '408', true)
      vi.setSystemTime(start + 14.5 * DAY_MS)
      await snapshots.confirm('ada', confirmed, [])
      expect(await known()).toEqual([
        ['407', '408'],
        ['407', '408'],
      ])
    })

    test('of its own accounts, also where the time of one was forgotten', async () => {
      const { snapshots } = openFor(400)
      const confirm = async (account: string, view: boolean) => {
        await snapshots.begin('ada', to(account, account, view))
        await snapshots.confirm('ada', to(account, account, view), [])
      }
      await confirm('1001', false)
      vi.setSystemTime(Date.now() + 9 * DAY_MS)
      const begunAt = Date.now()
      await snapshots.begin('ada', to('lost', '1001', true))
      await snapshots.fail('ada', to('lost', '1001', true), 'unknown')
      vi.setSystemTime(begunAt + 1000)
      await confirm('1002', false)
      expect(await snapshots.begin('ada', to('repeated', '1001', true), begunAt)).toBe(true)
    })

    test('of an earlier version, which a write to another account leaves as they were', async () => {
      const { store, snapshots } = openFor(400)
      const begunAt = Date.now()
      const last = { 1001: write('', false).assignments }
      const asOf = (time: number) => ({ items: [], asOf: new Date(time).toISOString(), open: [], last })
      for (const [time, isSent] of [
        [begunAt - 1, true],
        [begunAt + 1, false],
      ] as const) {
        await store.set(['entitlements', 'ada'], asOf(time), 60, {})
        vi.setSystemTime(begunAt + 1000)
        await snapshots.begin('ada', to('other', '1002', true))
        await snapshots.confirm('ada', to('other', '1002', true), [])
        expect(await snapshots.begin('ada', write('repeated', true), begunAt)).toBe(isSent)
      }
    })
  })
})
