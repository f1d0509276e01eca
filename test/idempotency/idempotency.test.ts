import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { ADA, BANK, OTHER_BANK } from '../../datasources/emulator/people.js'
import type { Store } from '../../datasources/contract/store.js'
import type { Attempt } from '../../datasources/contract/operations.js'
import { ApiError } from '../../datasources/contract/errors.js'
import type { Fault } from '../../datasources/emulator/run.js'
import { memoryStore } from '../../src/store/memory.js'
import type { RawStore } from '../../src/store/raw-store.js'
import { redisStore } from '../../src/store/redis.js'
import { encryptedStore } from '../../src/store/encrypted.js'
import { Idempotency } from '../../src/idempotency/idempotency.js'
import type { Write } from '../../src/idempotency/write.js'
import { writeKeys } from '../../src/idempotency/write-name.js'
import { type App, type RunOptions, startApp } from '../support/app.js'
import { addressOf, emptyDatabase } from '../support/redis.js'
import { cipherOf } from '../support/keys.js'

const ROUTE = 'POST /v0/persons'
const MEETINGS = 'POST /obp/v4.0.0/banks/*/meetings'
const CREATE =
  'mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed person { id firstName dateOfBirth } } }'
const UPDATE = 'mutation($input: UpdatePersonInput!) { updatePerson(input: $input) { replayed } }'
const MEET = 'mutation($input: CreateMeetingInput!) { createMeeting(input: $input) { replayed meeting { id } } }'

const create = (app: App, input: object, options?: RunOptions) =>
  app.run(CREATE, { input: { isCustomer: true, status: 'ACTIVE', firstName: 'Nora', ...input } }, options)
const meet = (app: App, input: object, options?: RunOptions) =>
  app.run(
    MEET,
    {
      input: {
        providerId: 'video',
        purposeId: 'onboarding',
        date: '2030-01-01T00:00:00Z',
        creator: { name: 'Sue', mobilePhone: '', emailAddress: '' },
        invitees: [],
        ...input,
      },
    },
    options,
  )

/** The idempotency keys that Synctera received, in the order of the calls. */
const keysOf = (app: App) => app.recorded('synctera').map(({ headers }) => headers['idempotency-key'])
const codeOf = ({ errors }: { errors: readonly { extensions: { code: string } }[] }) => errors[0]?.extensions.code

const SECRET = randomBytes(32)
const REDIS_URL = await emptyDatabase()
const shared = () => ({ REDIS_URL, STORE_ENCRYPTION_KEY: SECRET.toString('base64') })
const BANKS = { OBP_BANK_IDS: `${BANK},${OTHER_BANK}` }

describe.each<[string, (app?: App) => Promise<App>]>([
  ['one server with its memory', async (app) => app ?? startApp(BANKS)],
  ['two servers with one Redis', (app) => startApp({ ...BANKS, ...shared() }, app)],
])('a key given to %s', (_where, start) => {
  let one: App
  let other: App
  beforeAll(async () => {
    one = await start()
    other = await start(one)
  })
  beforeEach(() => one.clear())
  afterAll(async () => {
    if (other !== one) await other.close()
    await one.close()
  })

  test('by fifty concurrent callers makes one call, and each gets the person or an in-progress error', async () => {
    const idempotencyKey = randomUUID()
    one.fault('synctera', { match: ROUTE, fault: 'slow', delayMs: 100 })
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => create(i % 2 ? one : other, { idempotencyKey })),
    )
    expect(one.calls('synctera')).toEqual([ROUTE])
    const made = answers.flatMap(({ data }) => data.createPerson ?? [])
    expect(made.filter(({ replayed }) => !replayed)).toHaveLength(1)
    expect(new Set(made.map(({ person }) => person.id)).size).toBe(1)
    const refused = answers.filter(({ errors }) => errors.length > 0)
    expect(refused).toHaveLength(50 - made.length)
    for (const { errors } of refused)
      expect(errors[0]!.extensions).toMatchObject({
        code: 'IDEMPOTENCY_IN_PROGRESS',
        retryable: true,
        retryAfterSeconds: 1,
      })

    for (const app of [one, other])
      expect((await create(app, { idempotencyKey })).data.createPerson).toMatchObject({
        replayed: true,
        person: { id: made[0].person.id },
      })
    expect(one.calls('synctera')).toEqual([ROUTE])
  })

  test('is bound to one input, in any order of its members', async () => {
    const idempotencyKey = randomUUID()
    await create(one, { idempotencyKey, metadata: { a: 1, b: [{ c: 2, d: 3 }] } })
    expect(
      (await create(other, { metadata: { b: [{ d: 3, c: 2 }], a: 1 }, idempotencyKey })).data.createPerson.replayed,
    ).toBe(true)
    for (const input of [{ firstName: 'Norma' }, { lastName: 'Nor' }, { metadata: { a: 1, b: [{ c: 2, d: 4 }] } }]) {
      const { errors } = await create(other, { metadata: { a: 1, b: [{ c: 2, d: 3 }] }, idempotencyKey, ...input })
      expect(errors[0]!.extensions).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED', retryable: false })
    }
    expect(one.calls('synctera')).toEqual([ROUTE])
  })

  test('is scoped to the client, the tenant and the mutation', async () => {
    const idempotencyKey = randomUUID()
    const callers: RunOptions[] = [
      { client: 'a' },
      { client: 'b' },
      { client: 'a', claims: { tenant: 'a' } },
      { client: 'a', claims: { tenant: 'b' } },
      { client: 'a', claims: { tenant: 'client:a' } },
    ]
    const made = await Promise.all(callers.map((options) => create(one, { idempotencyKey }, options)))
    expect(made.map(({ data }) => data.createPerson.replayed)).toEqual(callers.map(() => false))
    expect(new Set(made.map(({ data }) => data.createPerson.person.id)).size).toBe(callers.length)
    await one.run(UPDATE, { input: { id: ADA.personId, idempotencyKey, note: 'x' } }, { client: 'a' })
    expect(new Set(keysOf(one)).size).toBe(callers.length + 1)
    expect((await create(other, { idempotencyKey }, callers[3])).data.createPerson).toMatchObject({
      replayed: true,
      person: { id: made[3]!.data.createPerson.person.id },
    })
  })

  test("replays the provider's final answer, and marks it as replayed", async () => {
    const idempotencyKey = randomUUID()
    one.fault('synctera', { match: ROUTE, fault: 'status', status: 409 })
    const first = await create(one, { idempotencyKey })
    expect(first.errors[0]!.extensions).toMatchObject({ code: 'CONFLICT', providerStatus: 409 })
    expect(first.errors[0]!.extensions).not.toHaveProperty('replayed')
    const again = await create(other, { idempotencyKey })
    expect(again.errors[0]!.message).toBe(first.errors[0]!.message)
    expect(again.errors[0]!.extensions).toEqual({
      ...first.errors[0]!.extensions,
      replayed: true,
      correlationId: expect.any(String),
    })
    expect(one.calls('synctera')).toEqual([ROUTE])
  })

  test.each<[string, object, Omit<Fault, 'match'> | undefined, string]>([
    ['of input that breaks a rule', { email: 'nobody' }, undefined, 'BAD_USER_INPUT'],
    ['of a day that does not exist', { dateOfBirth: '2001-02-30' }, undefined, 'BAD_USER_INPUT'],
    ['of a call that came too often', {}, { fault: 'status', status: 429 }, 'RATE_LIMITED'],
    ['of a call that was not taken', {}, { fault: 'status', status: 503 }, 'PROVIDER_UNAVAILABLE'],
    ['of credentials that were refused', {}, { fault: 'status', status: 401 }, 'PROVIDER_REFUSED'],
  ])('%s is released, and accepts any input', async (_what, input, fault, code) => {
    const idempotencyKey = randomUUID()
    if (fault) one.fault('synctera', { match: ROUTE, ...fault, times: 0 })
    expect(codeOf(await create(one, { idempotencyKey, ...input }))).toBe(code)
    one.clear()
    expect((await create(other, { idempotencyKey, firstName: 'Norma' })).data.createPerson).toMatchObject({
      replayed: false,
      person: { firstName: 'Norma' },
    })
  })

  test('of a write that cannot be repeated keeps an unknown outcome, and the write is never sent again', async () => {
    const idempotencyKey = randomUUID()
    one.fault('obp', { match: MEETINGS, fault: 'drop-after-apply' })
    const lost = await meet(one, { idempotencyKey })
    expect(lost.errors[0]!.extensions).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      retryable: false,
      provider: 'OPEN_BANK_PROJECT',
    })
    for (const app of [one, other, one]) {
      const { errors } = await meet(app, { idempotencyKey })
      expect(errors[0]!.message).toContain('Read the record back')
      expect(errors[0]!.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: false, replayed: true })
    }
    expect(codeOf(await meet(one, { idempotencyKey, purposeId: 'other' }))).toBe('IDEMPOTENCY_KEY_REUSED')
    expect(one.calls('obp')).toHaveLength(1)
  })

  test('of a repeatable write sends the write again with the same provider key', async () => {
    const idempotencyKey = randomUUID()
    one.fault('synctera', { match: ROUTE, fault: 'drop-after-apply', times: 3 })
    expect((await create(one, { idempotencyKey })).errors[0]!.extensions).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      retryable: true,
    })
    const found = await create(other, { idempotencyKey })
    expect(found.data.createPerson.replayed).toBe(false)
    expect(keysOf(one)).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), ...Array<unknown>(3).fill(keysOf(one)[0])])
    expect(new Set(one.recorded('synctera').map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect((await create(one, { idempotencyKey })).data.createPerson).toEqual({
      ...found.data.createPerson,
      replayed: true,
    })
    expect(one.calls('synctera')).toHaveLength(4)
  })

  test('keeps an unknown outcome while the provider refuses the repeated call', async () => {
    const idempotencyKey = randomUUID()
    one.fault('synctera', { match: ROUTE, fault: 'drop-after-apply', times: 3 })
    await create(one, { idempotencyKey })
    for (const [status, times] of [
      [429, 1],
      [503, 3],
      [401, 1],
    ] as const) {
      one.fault('synctera', { match: ROUTE, fault: 'status', status, times })
      // Whatever the repeat was told, the first call is still in doubt: any other code would say that nothing was done.
      expect((await create(other, { idempotencyKey })).errors[0]!.extensions).toMatchObject({
        code: 'OUTCOME_UNKNOWN',
        retryable: true,
        providerStatus: status,
      })
      // The first call may have been carried out, so the key stays bound to its input.
      expect(codeOf(await create(one, { idempotencyKey, firstName: 'Norma' }))).toBe('IDEMPOTENCY_KEY_REUSED')
    }
    expect((await create(one, { idempotencyKey })).data.createPerson).toMatchObject({
      replayed: false,
      person: { firstName: 'Nora' },
    })
    expect(one.calls('synctera')).toHaveLength(9)
    expect(new Set(keysOf(one)).size).toBe(1)
  })

  test('replays only the fields that the caller is authorized to read', async () => {
    const idempotencyKey = randomUUID()
    const input = { idempotencyKey, dateOfBirth: '1990-01-02' }
    expect((await create(one, input)).data.createPerson).toMatchObject({
      replayed: false,
      person: { firstName: 'Nora', dateOfBirth: '1990-01-02' },
    })
    expect((await create(other, input, { scopes: ['persons:write'] })).data.createPerson).toMatchObject({
      replayed: true,
      person: { firstName: 'N•••', dateOfBirth: null },
    })
    expect((await create(other, input)).data.createPerson).toMatchObject({
      replayed: true,
      person: { firstName: 'Nora', dateOfBirth: '1990-01-02' },
    })
    const refused = await create(other, input, { scopes: ['persons:read', 'pii:read'] })
    expect(refused.errors[0]).toMatchObject({
      message: 'This needs the scope persons:write.',
      extensions: { code: 'FORBIDDEN' },
    })
    expect(refused.data.createPerson).toBeNull()
  })

  test('used at a bank is not visible to a token without access to the bank', async () => {
    const idempotencyKey = randomUUID()
    expect((await meet(one, { idempotencyKey, bankId: OTHER_BANK })).data.createMeeting.replayed).toBe(false)
    const hidden = await meet(other, { idempotencyKey, bankId: OTHER_BANK }, { claims: { banks: [BANK] } })
    expect([hidden.data.createMeeting, codeOf(hidden)]).toEqual([null, 'NOT_FOUND'])
    expect(hidden.errors[0]!.extensions).not.toHaveProperty('replayed')
    expect(
      (await meet(other, { idempotencyKey, bankId: OTHER_BANK }, { claims: { banks: [OTHER_BANK] } })).data
        .createMeeting.replayed,
    ).toBe(true)
    expect(one.calls('obp')).toHaveLength(1)
  })
})

test('without Redis a restarted server sends the provider the same key', async () => {
  const app = await startApp()
  const idempotencyKey = randomUUID()
  const before = await create(app, { idempotencyKey })
  const anew = await startApp({}, app)
  expect((await create(anew, { idempotencyKey })).data.createPerson).toEqual({
    ...before.data.createPerson,
    replayed: false,
  })
  expect(keysOf(app)).toEqual([expect.any(String), keysOf(app)[0]])
  await anew.close()
  await app.close()
})

describe('a key held by a server that died', () => {
  const NEXT = randomBytes(32).toString('base64')
  const raw = redisStore(addressOf(REDIS_URL), () => undefined)
  const store = encryptedStore(raw, cipherOf([SECRET]))
  let app: App
  beforeAll(async () => {
    // It has the next key already, as before every rotation.
    app = await startApp({ ...shared(), STORE_ENCRYPTION_KEY: `${SECRET.toString('base64')},${NEXT}` })
    await vi.waitFor(() => raw.probe(), { timeout: 20_000 })
  })
  beforeEach(() => app.clear())
  afterAll(async () => {
    await app.close()
    await raw.close()
  })

  /** Changes members of the record, under both of its names. */
  const changeRecord = (mutation: string, key: string, members: (now: number) => object) =>
    store.updateWrite(writeKeys({ tenant: 'client:tester', client: 'tester' }, mutation, key), 60, (pair, now) => {
      expect(pair.record).not.toBeNull()
      return {
        record: { ...pair.record, ...members(now) },
        earlier: pair.earlier && { ...pair.earlier, ...members(now) },
      }
    })

  /** Sets the key to its state during the write: held by a dead process, with a lease that ends in a moment. */
  const die = (mutation: string, key: string, endsIn: number) =>
    changeRecord(mutation, key, (now) => ({
      state: 'running',
      runner: 'dead',
      until: now + endsIn,
      payload: undefined,
      failure: undefined,
    }))

  test('is held until its lease ends', async () => {
    const idempotencyKey = randomUUID()
    await create(app, { idempotencyKey })
    await die('createPerson', idempotencyKey, 60_000)
    expect(codeOf(await create(app, { idempotencyKey }))).toBe('IDEMPOTENCY_IN_PROGRESS')
    expect(app.calls('synctera')).toHaveLength(1)
  })

  test('of a repeatable write is taken over by one of the concurrent callers', async () => {
    const idempotencyKey = randomUUID()
    const { person } = (await create(app, { idempotencyKey })).data.createPerson
    await die('createPerson', idempotencyKey, -1)
    app.fault('synctera', { match: ROUTE, fault: 'slow', delayMs: 50 })
    const answers = await Promise.all(Array.from({ length: 8 }, () => create(app, { idempotencyKey })))
    expect(answers.filter(({ data }) => data.createPerson?.replayed === false)).toHaveLength(1)
    for (const { data } of answers) if (data.createPerson) expect(data.createPerson.person).toEqual(person)
    expect(keysOf(app)).toEqual([expect.any(String), keysOf(app)[0]])
    expect((await create(app, { idempotencyKey })).data.createPerson).toEqual({ replayed: true, person })
  })

  test('has an outcome that is replayed for seven days and no longer', async () => {
    const idempotencyKey = randomUUID()
    const { person } = (await create(app, { idempotencyKey })).data.createPerson
    const age = (days: number) =>
      changeRecord('createPerson', idempotencyKey, (now) => ({ begun: now - days * 24 * 3600 * 1000 }))
    await age(6.9)
    expect((await create(app, { idempotencyKey })).data.createPerson).toEqual({ replayed: true, person })
    // The provider forgets the key at that time too: a write with an unknown outcome may not be repeated later.
    await age(7.1)
    expect((await create(app, { idempotencyKey })).data.createPerson.replayed).toBe(false)
    expect(new Set(keysOf(app)).size).toBe(1)
  })

  test('has an outcome that a server with the same secret can read, also as an older secret', async () => {
    const idempotencyKey = randomUUID()
    const { person } = (await create(app, { idempotencyKey })).data.createPerson
    const rotated = await startApp({ ...shared(), STORE_ENCRYPTION_KEY: `${NEXT},${SECRET.toString('base64')}` }, app)
    expect((await create(rotated, { idempotencyKey })).data.createPerson).toEqual({ replayed: true, person })
    expect(codeOf(await create(rotated, { idempotencyKey, firstName: 'Norma' }))).toBe('IDEMPOTENCY_KEY_REUSED')
    const lost = randomUUID()
    app.fault('synctera', { match: ROUTE, fault: 'drop-after-apply', times: 3 })
    expect(codeOf(await create(app, { idempotencyKey: lost }))).toBe('OUTCOME_UNKNOWN')
    expect((await create(rotated, { idempotencyKey: lost })).data.createPerson.replayed).toBe(false)
    expect(new Set(keysOf(app).slice(1)).size).toBe(1)
    await rotated.close()
  })

  test('keeps an unknown outcome where a repeated write would be done twice', async () => {
    const idempotencyKey = randomUUID()
    await meet(app, { idempotencyKey })
    await die('createMeeting', idempotencyKey, -1)
    for (let i = 0; i < 2; i += 1)
      expect((await meet(app, { idempotencyKey })).errors[0]!.extensions).toMatchObject({
        code: 'OUTCOME_UNKNOWN',
        retryable: false,
        replayed: true,
      })
    expect(app.calls('obp')).toHaveLength(1)
  })
})

describe('an unexpected error', () => {
  const writeOf = (store: Store) => ({
    caller: { client: 'c', tenant: 'client:c' },
    store,
    mutation: 'invented',
    repeatable: true,
    intentRecorded: Promise.resolve(),
    toStored: <Payload>(payload: Payload) => payload,
  })

  test.each([true, false])(
    'during a write (repeatable: %s) leaves its key with an unknown outcome, not released',
    async (repeatable) => {
      const raw = memoryStore()
      const store = encryptedStore(raw, cipherOf([SECRET]))
      const tries: { id: string; isRetry: boolean; begunAt: number }[] = []
      const idempotency = new Idempotency(30_000)
      const carry = (name: string) =>
        idempotency.execute({
          ...writeOf(store),
          repeatable,
          input: { idempotencyKey: 'k', ...{ name } },
          run: async (attempt: Attempt) => {
            tries.push(attempt)
            if (tries.length === 1) throw new TypeError('after the provider was asked')
            return { name }
          },
        })

      await expect(carry('a')).rejects.toBeInstanceOf(TypeError)
      await expect(carry('b')).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
      if (repeatable) {
        expect(await carry('a')).toEqual({ name: 'a', replayed: false })
        expect(tries).toEqual([
          { id: expect.any(String), isRetry: false, begunAt: expect.any(Number) },
          { id: tries[0]!.id, isRetry: true, begunAt: tries[0]!.begunAt },
        ])
      } else {
        await expect(carry('a')).rejects.toMatchObject({
          code: 'OUTCOME_UNKNOWN',
          extensions: { retryable: false, replayed: true },
        })
        expect(tries).toHaveLength(1)
      }
      await raw.close()
    },
  )

  test('of a call that is not final keeps the unknown outcome of an earlier call', async () => {
    const raw = memoryStore()
    const answers = [
      () => Promise.reject(new ApiError('OUTCOME_UNKNOWN')),
      () => Promise.resolve({ name: 'challenge' }),
      () => Promise.resolve({ name: 'done' }),
    ]
    const store = encryptedStore(raw, cipherOf([SECRET]))
    const idempotency = new Idempotency(30_000)
    const carry = (size: number) => {
      const write: Write<{ name: string }> = {
        ...writeOf(store),
        input: { idempotencyKey: 'k', ...{ size } },
        toStored: (payload) => (payload.name === 'challenge' ? undefined : payload),
        run: () => answers.shift()!(),
      }
      return idempotency.execute(write)
    }
    await expect(carry(1)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    expect(await carry(1)).toEqual({ name: 'challenge', replayed: false })
    await expect(carry(2)).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
    expect(await carry(1)).toEqual({ name: 'done', replayed: false })
    expect(await carry(1)).toEqual({ name: 'done', replayed: true })
    await raw.close()
  })

  test('of a claim that the store makes only later does not hold the key', async () => {
    const raw: { -readonly [name in keyof RawStore]: RawStore[name] } = memoryStore()
    const { compareAndSwapAll } = raw
    // A claim waits on a connection of its own: it is refused for its time, and is made after the first look for it.
    raw.compareAndSwapAll = (claim) => {
      raw.compareAndSwapAll = async (look) => {
        const looked = await compareAndSwapAll(look)
        raw.compareAndSwapAll = compareAndSwapAll
        await compareAndSwapAll(claim)
        return looked
      }
      return Promise.reject(new ApiError('STORE_UNAVAILABLE'))
    }
    const write: Write<{ name: string }> = {
      ...writeOf(encryptedStore(raw, cipherOf([SECRET]))),
      input: { idempotencyKey: 'k' },
      run: () => Promise.resolve({ name: 'done' }),
    }
    const idempotency = new Idempotency(30_000)
    await expect(idempotency.execute(write)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await expect
      .poll(() => idempotency.execute(write).catch(({ code }: ApiError) => code), { timeout: 5_000 })
      .toEqual({ name: 'done', replayed: false })
    await raw.close()
  })

  test('of the store after the write does not lose the answer', async () => {
    const raw = { ...memoryStore() }
    const store = encryptedStore(raw, cipherOf([SECRET]))
    const write: Write<{ name: string }> = {
      ...writeOf(store),
      repeatable: false,
      input: { idempotencyKey: 'k' },
      run: () => {
        Object.assign(raw, { compareAndSwapAll: () => Promise.reject(new ApiError('STORE_UNAVAILABLE')) })
        return Promise.resolve({ name: 'done' })
      },
    }
    expect(await new Idempotency(30_000).execute(write)).toEqual({ name: 'done', replayed: false })
    await raw.close()
  })
})
