import fetch from 'node-fetch'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { ADA, CROWD, NAMED_PEOPLE } from '../../../datasources/emulator/people.js'
import type { ProviderName } from '../../../datasources/index.js'
import { SCOPES, type Scope } from '../../../schema/scopes.js'
import { createGate, type Gate } from '../../support/gate.js'
import { type App, type GraphError, type RunOptions, startApp } from '../../support/app.js'
import { fieldPaths, queryPaths } from '../../support/access-paths.js'

const PERCY = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Percy')!
const READ_ROUTE = 'GET /v0/persons/*'
const MASKED = (Object.keys(SCOPES) as Scope[]).filter((scope) => !scope.endsWith(':own') && scope !== 'pii:read')
const PAGE = `{ customer(id: "${ADA.customerId}") {
  legalName attributes { name value } addresses { line1 } taxResidences { taxNumber } socialMediaHandles { handle } userLinks { userId }
  kycChecks { comments } kycDocuments { number } kycMedia { url } kycStatuses { ok } person { lastName verifications { result } } accountEntitlements { confirmed }
} }`
const person = (member: { personId: string | undefined } = ADA) => `{ person(id: "${member.personId!}") { lastName } }`

let app: App
beforeAll(async () => {
  app = await startApp()
  // Fetches the tokens and opens the connections.
  await app.run(PAGE)
})
beforeEach(() => app.clear())
afterEach(() => void vi.restoreAllMocks())
afterAll(() => app.close())

interface Sent {
  readonly data: any
  readonly errors?: readonly GraphError[]
}
async function post(
  query: string,
  {
    headers = {},
    signal,
    to = app,
    ...options
  }: RunOptions & { headers?: Record<string, string>; signal?: AbortSignal; to?: App } = {},
): Promise<Sent> {
  const token = await to.token(options)
  const response = await fetch(`${to.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    body: JSON.stringify({ query }),
    ...(signal ? { signal } : {}),
  })
  return (await response.json()) as Sent
}
const metrics = async (of = app) => (await fetch(`${of.url}/metrics`)).text()
const shared = async (provider: ProviderName, of = app) =>
  Number(
    new RegExp(`^kyc_provider_shared_total\\{provider="${provider}"\\} (\\d+)$`, 'm').exec(await metrics(of))?.[1] ?? 0,
  )
const times = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n))
/** Delays all calls to the providers. */
const slow = (delayMs: number, ...providers: ProviderName[]) =>
  providers.forEach((provider) => app.fault(provider, { match: 'GET /**', fault: 'slow', delayMs, times: 0 }))
/** All calls to the provider wait from now on until the gate is opened. */
function hold(provider: ProviderName): Gate {
  const gate = createGate()
  app.fault(provider, { match: 'GET /**', fault: 'slow', until: gate.opened, times: 0 })
  return gate
}
/** Stops the clock that the age of a call is read from, so that a busy machine makes none too old; answers what moves it. */
function stopClock(): (ms: number) => void {
  const stoppedAt = performance.now()
  let passed = 0
  vi.spyOn(performance, 'now').mockImplementation(() => stoppedAt + passed)
  return (ms) => (passed += ms)
}
const unanswered = () => app.emulators.synctera.unanswered()

test('fifty concurrent requests for the same page cost one call for each collection', async () => {
  const alone = await app.run(PAGE)
  const calls = { obp: app.calls('obp').sort(), synctera: app.calls('synctera').sort() }
  app.clear()
  stopClock()
  slow(2500, 'obp', 'synctera')
  const answers = await Promise.all(times(50, (n) => app.run(PAGE, undefined, { client: `caller-${n}` })))
  expect({ obp: app.calls('obp').sort(), synctera: app.calls('synctera').sort() }).toEqual(calls)
  for (const { data, errors } of answers) expect({ data, errors }).toEqual({ data: alone.data, errors: [] })
  expect(await shared('obp')).toBe(49 * calls.obp.length)
})

test('each caller of a shared call sees what its own scopes allow, and each read is audited', async () => {
  stopClock()
  const gate = hold('synctera')
  const before = await shared('synctera')
  const running = Promise.all([
    app.run(person(), undefined, { client: 'first' }),
    app.run(person(), undefined, { client: 'masked', scopes: MASKED }),
    app.run(person(), undefined, { client: 'second' }),
    app.run(person(), undefined, { client: 'stranger', scopes: ['kyc:read'] }),
  ])
  await expect.poll(() => shared('synctera')).toBe(before + 2)
  gate.open()
  const [first, masked, second, stranger] = await running
  expect(app.calls('synctera')).toHaveLength(1)
  expect([first, second].map(({ data }) => data.person.lastName)).toEqual([ADA.lastName, ADA.lastName])
  expect(masked.data.person.lastName).toBe(`${ADA.lastName[0]!}•••`)
  expect([stranger.data.person, stranger.errors[0]!.extensions.code]).toEqual([null, 'FORBIDDEN'])
  const entries = () =>
    app
      .audit()
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { who?: { client: string } }).who?.client ?? '')
  await expect
    .poll(() =>
      entries()
        .filter((client) => ['first', 'masked', 'second', 'stranger'].includes(client))
        .sort(),
    )
    .toEqual(['first', 'masked', 'second'])
})

test("a call with a caller's own token is not shared", async () => {
  slow(400, 'obp')
  const mine = '{ viewer { customers { id } } }'
  const [ada, again, percy] = await Promise.all(
    ['ada', 'ada', 'percy'].map((client) => app.run(mine, undefined, { client })),
  )
  expect(app.calls('obp').filter((call) => call.endsWith('/users/current/customers'))).toHaveLength(3)
  expect(
    [ada, again, percy].map((answer) => answer!.data.viewer.customers.map(({ id }: { id: string }) => id)),
  ).toEqual([[ADA.customerId], [ADA.customerId], [PERCY.customerId]])
})

describe('a shared call', () => {
  test('goes on when the caller that started it disconnects', async () => {
    stopClock()
    const gate = hold('synctera')
    const leaving = new AbortController()
    const before = await shared('synctera')
    const begun = post(person(), { signal: leaving.signal }).catch(() => 'left')
    await expect.poll(unanswered).toBe(1)
    const others = times(3, () => post(person()))
    await expect.poll(() => shared('synctera')).toBe(before + 3)
    leaving.abort()
    expect(await begun).toBe('left')
    gate.open()
    for (const { data } of await Promise.all(others)) expect(data.person.lastName).toBe(ADA.lastName)
    expect(app.calls('synctera')).toHaveLength(1)
  })

  test('is aborted, and its connection closed, when the last caller disconnects', async () => {
    stopClock()
    app.fault('synctera', { match: READ_ROUTE, fault: 'hang', times: 0 })
    const leaving = times(5, () => new AbortController())
    const before = await shared('synctera')
    const all = leaving.map(({ signal }) => post(person(), { signal }).catch(() => 'left'))
    await expect.poll(() => shared('synctera')).toBe(before + 4)
    await expect.poll(unanswered).toBe(1)
    leaving.slice(1).forEach((one) => one.abort())
    await Promise.all(all.slice(1))
    expect(unanswered()).toBe(1)
    leaving[0]!.abort()
    await expect.poll(unanswered).toBe(0)
    app.clear()
    // An aborted call is not joined.
    expect((await app.run(person())).errors).toEqual([])
  })

  test('is awaited by each caller until its own deadline', async () => {
    stopClock()
    const gate = hold('synctera')
    const patient = post(person())
    await expect.poll(unanswered).toBe(1)
    const { data, errors } = await post(person(), { headers: { 'x-request-timeout-ms': '300' } })
    expect(unanswered()).toBe(1)
    gate.open()
    expect([data.person, errors![0]!.extensions.code]).toEqual([null, 'DEADLINE_EXCEEDED'])
    expect((await patient).data.person.lastName).toBe(ADA.lastName)
    expect(app.calls('synctera')).toHaveLength(1)
  })

  test.each([
    ['in silence', 1],
    ['while the provider answers another call', 3],
  ])(
    'that times out %s rejects each waiter with an error of its own, and the next caller makes a new call',
    async (when, attempts) => {
      const hasty = await startApp({ SYNCTERA_TIMEOUT_MS: '1500' }, app)
      const another = () => post('{ persons(first: 1) { nodes { id } } }', { to: hasty })
      const reads = () => app.calls('synctera').filter((call) => call.startsWith('GET /v0/persons/'))
      await another()
      app.clear()
      app.fault('synctera', { match: READ_ROUTE, fault: 'hang', times: attempts })
      stopClock()(1)
      const waiting = times(4, () => post(person(), { to: hasty }))
      if (when !== 'in silence') await another()
      const answers = await Promise.all(waiting)
      expect(answers.map(({ errors }) => errors![0]!.extensions)).toEqual(
        times(4, () => expect.objectContaining({ code: 'PROVIDER_TIMEOUT', provider: 'SYNCTERA' })),
      )
      expect(new Set(answers.map(({ errors }) => errors![0]!.extensions['correlationId'])).size).toBe(4)
      // The attempts are made for all waiters together.
      expect(reads()).toHaveLength(attempts)
      const retries = /^kyc_provider_retries_total\{provider="synctera"\} (\d+)$/m.exec(await metrics(hasty))?.[1] ?? 0
      expect(Number(retries)).toBe(attempts - 1)
      expect((await post(person(), { to: hasty })).data.person.lastName).toBe(ADA.lastName)
      expect(reads()).toHaveLength(attempts + 1)
      await hasty.close()
    },
  )

  test('that began over half a second ago is not joined', async () => {
    const pass = stopClock()
    const gate = hold('synctera')
    const before = await shared('synctera')
    const first = post(person())
    await expect.poll(unanswered).toBe(1)
    pass(499)
    const second = post(person())
    await expect.poll(() => shared('synctera')).toBe(before + 1)
    pass(1)
    const third = post(person())
    await expect.poll(unanswered).toBe(2)
    gate.open()
    await Promise.all([second, third])
    expect((await first).data.person.lastName).toBe(ADA.lastName)
  })
})

describe('a read does not join one that began before', () => {
  const member = CROWD[5]!
  const update = (name: string) =>
    `mutation { updatePerson(input: { id: "${member.personId!}", lastName: "${name}" }) { replayed } }`
  const reads = () => app.calls('synctera').filter((call) => call.startsWith('GET '))

  test('a write that was carried out', async () => {
    stopClock()
    const gate = createGate()
    app.fault('synctera', { match: READ_ROUTE, fault: 'slow', until: gate.opened })
    const before = post(person(member))
    await expect.poll(unanswered).toBe(1)
    expect((await app.run(update('Written'))).errors).toEqual([])
    expect((await app.run(person(member))).data.person.lastName).toBe('Written')
    expect(reads()).toHaveLength(2)
    gate.open()
    await before
  })

  test('a write with an unknown outcome', async () => {
    stopClock()
    const [read, write] = [createGate(), createGate()]
    app.fault('synctera', { match: READ_ROUTE, fault: 'slow', until: read.opened })
    app.fault('synctera', { match: 'PATCH /v0/persons/*', fault: 'slow', until: write.opened })
    const before = post(person(member))
    await expect.poll(unanswered).toBe(1)
    const { errors } = await post(update('Doubtful'), { headers: { 'x-request-timeout-ms': '1500' } })
    expect(errors![0]!.extensions.code).toBe('OUTCOME_UNKNOWN')
    await app.run(person(member))
    expect(reads()).toHaveLength(2)
    read.open()
    write.open()
    await before
  })

  test('the write that depends on it', async () => {
    stopClock()
    const gate = createGate()
    app.fault('obp', { match: 'GET /obp/v4.0.0/banks/*/customers/*', fault: 'slow', until: gate.opened })
    const before = post(`{ customer(id: "${member.customerId}") { legalName } }`)
    await expect.poll(() => app.emulators.obp.unanswered()).toBe(1)
    expect(
      (
        await app.run(
          `mutation { updateCustomerBranch(input: { customerId: "${member.customerId}", branchId: "branch-1" }) { replayed } }`,
        )
      ).errors,
    ).toEqual([])
    expect(
      app
        .calls('obp')
        .filter((call) => call === `GET /obp/v4.0.0/banks/${member.bankId}/customers/${member.customerId}`),
    ).toHaveLength(2)
    gate.open()
    await before
  })
})

test('no query changes a shared result: shared calls give the same answers as separate ones', async () => {
  const operations = [...queryPaths, ...fieldPaths.filter(({ path }) => path[0] === 'viewer')].map((access) =>
    access.ask(),
  )
  const ask = () =>
    Promise.all(operations.map(({ document, variables }) => app.run(document, variables, { client: 'ada' })))
  const withoutIds = (answers: Awaited<ReturnType<typeof ask>>) =>
    answers.map(({ data, errors }) => ({ data, errors: errors.map(({ message, path }) => ({ message, path })) }))
  const alone = withoutIds(await ask())
  const before = await shared('obp')
  slow(300, 'obp', 'synctera', 'sei', 'banfico')
  for (const answers of await Promise.all(times(3, ask))) expect(withoutIds(answers)).toEqual(alone)
  expect(await shared('obp')).toBeGreaterThan(before)
  expect(app.log()).not.toContain('unforeseen')
})
