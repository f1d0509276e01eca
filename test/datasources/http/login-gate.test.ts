import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { ADA } from '../../../datasources/emulator/people.js'
import { ApiError } from '../../../datasources/contract/errors.js'
import type { Store } from '../../../datasources/contract/store.js'
import { LoginGate } from '../../../datasources/http/login-gate.js'
import { encryptedStore } from '../../../src/store/encrypted.js'
import { memoryStore } from '../../../src/store/memory.js'
import { type App, startApp } from '../../support/app.js'
import { later, today } from '../../support/clock.js'
import { createGate } from '../../support/gate.js'
import { cipherOf } from '../../support/keys.js'

afterEach(today)

const newStore = () => encryptedStore(memoryStore(), cipherOf([randomBytes(32)]))
const gateOf = (store: Store, secret = 'wrong') => new LoginGate({ store, tenant: 'default' }, 'test', ['url', secret])
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

test('a login that fails otherwise pauses nothing', async () => {
  const store = newStore()
  const silence = () => Promise.reject(new ApiError('PROVIDER_TIMEOUT'))
  expect(await secondsOf(gateOf(store).logIn(silence))).toEqual(['PROVIDER_TIMEOUT', undefined, undefined])
  expect(await gateOf(store).logIn(() => Promise.resolve('token'))).toBe('token')
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
