import { randomBytes } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest'
import { ADA } from '../../../datasources/emulator/people.js'
import { ApiError } from '../../../datasources/contract/errors.js'
import type { Store } from '../../../datasources/contract/store.js'
import { type GatedProvider, LoginGate } from '../../../datasources/http/login-gate.js'
import { KycProvider } from '../../../schema/shared.js'
import { encryptedStore } from '../../../src/store/encrypted.js'
import { memoryStore } from '../../../src/store/memory.js'
import { type App, startApp } from '../../support/app.js'
import { later, today } from '../../support/clock.js'
import { createGate } from '../../support/gate.js'
import { cipherOf } from '../../support/keys.js'

afterEach(today)

const newStore = () => encryptedStore(memoryStore(), cipherOf([randomBytes(32)]))
const PROVIDER: GatedProvider = { name: 'test', label: KycProvider.SEI, title: 'Test' }
const gateOf = (store: Store, secret = 'wrong') =>
  new LoginGate({ store, tenant: 'default' }, PROVIDER, ['url', secret])
const refusal = () => Promise.reject(new ApiError('PROVIDER_REFUSED', { providerStatus: 401, providerCode: 'no' }))
const secondsOf = (login: Promise<unknown>) =>
  login.then(
    () => null,
    ({ code, extensions }: ApiError) => [code, extensions['providerStatus'], extensions['retryAfterSeconds']],
  )

describe('logins with a wrong secret', () => {
  test('of six replicas at once are tried once, and all are told the pause', async () => {
    const store = newStore()
    let tries = 0
    const logIn = () => ((tries += 1), refusal())
    const ends = await Promise.all(Array.from({ length: 6 }, () => secondsOf(gateOf(store).logIn(logIn))))
    expect(ends).toEqual(Array(6).fill(['PROVIDER_REFUSED', 401, 30]))
    expect(tries).toBe(1)
  })

  test('of six replicas are tried at most twice in any five minutes, and by a new process no sooner', async () => {
    const store = newStore()
    const tries: number[] = []
    const begun = Date.now()
    const logIn = () => (tries.push((Date.now() - begun) / 1000), refusal())
    let gates = Array.from({ length: 6 }, () => gateOf(store))
    for (let seconds = 0; seconds < 3_600; seconds += 10) {
      await Promise.all(gates.map((gate) => secondsOf(gate.logIn(logIn))))
      // Each of them is restarted now and then.
      gates = gates.map((gate, i) => (i === (seconds / 10) % 6 ? gateOf(store) : gate))
      later(10)
    }
    for (const from of tries) expect(tries.filter((at) => at >= from && at < from + 300).length).toBeLessThanOrEqual(2)
    expect(tries.length).toBeLessThanOrEqual(6)
  })

  test('do not pause a corrected secret', async () => {
    const store = newStore()
    await secondsOf(gateOf(store).logIn(refusal))
    expect(await gateOf(store, 'right').logIn(() => Promise.resolve('token'))).toBe('token')
    expect(await secondsOf(gateOf(store).logIn(() => Promise.resolve('token')))).toEqual(['PROVIDER_REFUSED', 401, 30])
  })

  test('pause each process by itself while the store cannot be reached', async () => {
    const unreachable = () => Promise.reject(new ApiError('STORE_UNAVAILABLE'))
    const gate = gateOf({ ...newStore(), get: unreachable, set: unreachable, update: unreachable })
    let tries = 0
    const logIn = () => ((tries += 1), refusal())
    expect(await secondsOf(gate.logIn(logIn))).toMatchObject({ 2: 30 })
    expect(await secondsOf(gate.logIn(logIn))).toMatchObject({ 2: 30 })
    later(30)
    expect(await secondsOf(gate.logIn(logIn))).toMatchObject({ 2: 300 })
    expect(tries).toBe(2)
  })
})

test('a login that succeeds lets all others log in at the same time', async () => {
  const store = newStore()
  const gate = createGate()
  let running = 0
  const first = gateOf(store).logIn(async () => ((running += 1), await gate.opened, 'first'))
  await expect.poll(() => running).toBe(1)
  let most = 0
  const others = Array.from({ length: 4 }, () =>
    gateOf(store).logIn(async () => {
      running += 1
      most = Math.max(most, running)
      await expect.poll(() => most).toBe(4)
      running -= 1
      return 'other'
    }),
  )
  running -= 1
  gate.open()
  expect([await first, ...(await Promise.all(others))]).toEqual(['first', ...Array(4).fill('other')])
})

test('a failed login that shows the secret to be right lets all others log in at the same time', async () => {
  const store = newStore()
  const wrongGrant = new ApiError('PROVIDER_REFUSED', { providerCode: 'invalid_grant' })
  await expect(
    gateOf(store).logIn(
      () => Promise.reject(wrongGrant),
      () => 'accepted',
    ),
  ).rejects.toBe(wrongGrant)
  const gate = createGate()
  let running = 0
  const others = Array.from({ length: 4 }, () => gateOf(store).logIn(() => ((running += 1), gate.opened)))
  await expect.poll(() => running).toBe(4)
  gate.open()
  await Promise.all(others)
})

test('a login that fails otherwise pauses nothing', async () => {
  const store = newStore()
  const silence = () => Promise.reject(new ApiError('PROVIDER_TIMEOUT'))
  expect(await secondsOf(gateOf(store).logIn(silence))).toEqual(['PROVIDER_TIMEOUT', undefined, undefined])
  expect(await gateOf(store).logIn(() => Promise.resolve('token'))).toBe('token')
})

describe('logins that take long', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  /** Lets a time pass, with turns of the event loop for what does not wait for a timer. */
  async function pass(seconds: number): Promise<void> {
    for (let ms = 0; ms < seconds * 1000; ms += 50) {
      await vi.advanceTimersByTimeAsync(50)
      await nextTurn()
    }
  }
  /** A login that ends this much later. */
  const after = (seconds: number, end: () => Promise<string>) => () =>
    new Promise<string>((resolve, reject) => setTimeout(() => end().then(resolve, reject), seconds * 1000))
  const silence = () => Promise.reject<string>(new ApiError('PROVIDER_TIMEOUT'))
  const broken = () => Promise.reject<string>(new ApiError('PROVIDER_UNAVAILABLE', { providerStatus: 500 }))
  const token = () => Promise.resolve('token')

  /** Six replicas with one store, whose logins are counted. */
  function replicas(store: Store) {
    let tries = 0
    let [running, most] = [0, 0]
    const gates = Array.from({ length: 6 }, () => gateOf(store))
    const counted = (login: () => Promise<string>) => async () => {
      tries += 1
      running += 1
      most = Math.max(most, running)
      return login().finally(() => (running -= 1))
    }
    return {
      tries: () => tries,
      most: () => most,
      all: (login: () => Promise<string>) => Promise.all(gates.map((gate) => secondsOf(gate.logIn(counted(login))))),
      one: (login: () => Promise<string>, i = 0) => secondsOf(gates[i]!.logIn(counted(login))),
    }
  }

  test('a secret that is refused after six seconds is tried once by six replicas', async () => {
    const { all, tries } = replicas(newStore())
    const ends = all(after(6, refusal))
    await pass(7)
    expect(await ends).toEqual(Array(6).fill(['PROVIDER_REFUSED', 401, 30]))
    expect(tries()).toBe(1)
  })

  test('a login that takes longer than its lease keeps it, and the others are told to come back', async () => {
    const { all, tries } = replicas(newStore())
    const ends = all(after(40, refusal))
    await pass(11)
    const again = all(refusal)
    await pass(30)
    expect(await again).toEqual(Array(6).fill(['PROVIDER_UNAVAILABLE', undefined, expect.any(Number)]))
    const [first, ...others] = await ends
    expect(first).toEqual(['PROVIDER_REFUSED', 401, 30])
    for (const other of others) expect(other).toEqual(['PROVIDER_UNAVAILABLE', undefined, expect.any(Number)])
    expect(tries()).toBe(1)
  })

  test.each([
    ['times out', silence],
    ['ends with 500', broken],
  ])('a refusal still counts after a login that %s: the next one pauses all for five minutes', async (_what, fail) => {
    const { all, one, tries, most } = replicas(newStore())
    expect(await one(refusal)).toMatchObject({ 2: 30 })
    await pass(30)
    expect(await one(fail)).not.toMatchObject({ 0: 'PROVIDER_REFUSED' })
    const ends = all(after(6, refusal))
    await pass(7)
    expect(await ends).toEqual(Array(6).fill(['PROVIDER_REFUSED', 401, 300]))
    expect([tries(), most()]).toEqual([3, 1])
  })

  test('a login that says nothing of the secret lets one other replica log in, not all', async () => {
    const { all, tries, most } = replicas(newStore())
    const ends = all(after(3, silence))
    await pass(14)
    expect([tries(), most()]).toEqual([4, 1])
    expect((await ends).map((end) => end![0]).sort()).toEqual([
      ...Array<string>(4).fill('PROVIDER_TIMEOUT'),
      ...Array<string>(2).fill('PROVIDER_UNAVAILABLE'),
    ])
  })

  test('a slow login that is accepted lets all others in at once', async () => {
    const { all, tries, most } = replicas(newStore())
    const ends = all(after(8, token))
    await pass(17)
    expect(await ends).toEqual(Array(6).fill(null))
    expect([tries(), most()]).toEqual([6, 5])
  })

  test('a process that ended during its login holds up the others for no longer than its lease', async () => {
    const store = newStore()
    let isStopped = false
    const update: Store['update'] = (...args) =>
      isStopped ? Promise.reject(new ApiError('STORE_UNAVAILABLE')) : store.update(...args)
    await new Promise<void>((resolve) => {
      void gateOf({ ...store, update }).logIn(() => new Promise(() => resolve()))
    })
    isStopped = true
    const { one, tries } = replicas(store)
    const end = one(token)
    await pass(11)
    expect(await end).toEqual(['PROVIDER_UNAVAILABLE', undefined, expect.any(Number)])
    const next = one(token, 1)
    await pass(5)
    expect(await next).toBeNull()
    expect(tries()).toBe(1)
  })
})

describe('two replicas with a wrong secret', () => {
  const shared = { REDIS_URL: inject('redisUrl'), STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64') }
  let base: App
  beforeAll(async () => {
    base = await startApp(shared)
  })
  afterAll(() => base.close())

  const ROWS = {
    obp: {
      wrong: { OBP_PASSWORD: 'wrong' },
      login: '/my/logins/direct',
      ask: (app: App) => app.run(`{ customer(id: "${ADA.customerId}") { id } }`),
    },
    apiture: {
      wrong: { APITURE_CLIENT_SECRET: 'wrong' },
      login: '/oidc/token',
      ask: (app: App) =>
        app.run(
          'mutation($input: SetAccountEntitlementsInput!) { setAccountEntitlements(input: $input) { replayed } }',
          {
            input: {
              bankingCustomerId: ADA.bankingCustomerId,
              accounts: [{ accountNumber: '1001', productCode: 'DDA_01' }],
              electronicStatementElection: true,
              electronicDocumentElection: true,
              roles: {},
            },
          },
        ),
    },
    sei: {
      wrong: { SEI_PASSWORD: 'wrong' },
      login: '/v2/oauthtoken',
      ask: (app: App) =>
        app.run(
          `mutation { setAccountAttributes(input: { externalId: "${ADA.seiExternalId}", attributes: [{ name: "a", value: "b" }] }) { replayed } }`,
        ),
    },
  } as const
  test.each(Object.keys(ROWS) as (keyof typeof ROWS)[])(
    'ask %s once, also after a restart, and the corrected secret is tried at once',
    async (name) => {
      const { wrong, login, ask } = ROWS[name]
      base.clear()
      const tries = () => base.emulators[name].calls().filter(({ url }) => url.startsWith(login)).length
      const [one, two] = [await startApp({ ...shared, ...wrong }, base), await startApp({ ...shared, ...wrong }, base)]
      const codes = async (app: App) => (await ask(app)).errors.map(({ extensions }) => extensions.code)
      expect(await Promise.all([one, two, one, two].map(codes))).toEqual(Array(4).fill(['PROVIDER_REFUSED']))
      await one.close()
      const again = await startApp({ ...shared, ...wrong }, base)
      expect((await ask(again)).errors[0]!.extensions).toMatchObject({
        code: 'PROVIDER_REFUSED',
        retryAfterSeconds: expect.any(Number),
      })
      expect(tries()).toBe(1)
      expect(await codes(base)).toEqual([])
      expect(tries()).toBe(2)
      await Promise.all([two.close(), again.close()])
    },
  )
})
