import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import fetch from 'node-fetch'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type CallOutcome, CircuitBreaker, type CircuitState } from '../../../datasources/http/circuit-breaker.js'
import { ADA, CROWD } from '../../../datasources/emulator/people.js'
import { ApiError } from '../../../datasources/contract/errors.js'
import { RetryBudget } from '../../../datasources/http/retry.js'
import { TokenCache } from '../../../datasources/http/token-cache.js'
import { type App, startApp } from '../../support/app.js'
import { later, stopClock, today } from '../../support/clock.js'
import { createGate } from '../../support/gate.js'

const person = (n = 0) => `{ person(id: "${CROWD[n]!.personId}") { id } viewer { id } }`
const READ_ROUTE = 'GET /v0/persons/*'
const WRITE_ROUTE = 'POST /v0/persons'
const create = (input = '') =>
  `mutation { createPerson(input: { isCustomer: true, status: PROSPECT ${input} }) { replayed } }`
const MEET =
  'mutation { createMeeting(input: { idempotencyKey: "meet", providerId: "p", purposeId: "p", date: "2030-01-01T00:00:00Z", creator: { name: "Sue", mobilePhone: "", emailAddress: "" }, invitees: [] }) { replayed } }'
const codes = ({ errors }: { errors: readonly { extensions: { code: string } }[] }) =>
  errors.map(({ extensions }) => extensions.code)
const text = async (app: App, path: string) => (await fetch(`${app.url}${path}`)).text()
const ready = async (app: App) => {
  const response = await fetch(`${app.url}/ready`)
  return { ...((await response.json()) as { circuits: Record<string, CircuitState> }), status: response.status }
}
const post = async (app: App, query: string, headers: Record<string, string> = {}, signal?: AbortSignal) => {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await app.token()}`, ...headers },
    body: JSON.stringify({ query }),
    ...(signal ? { signal } : {}),
  })
  return (await response.json()) as { data: any; errors?: { extensions: { code: string } }[] }
}
/** For concurrent tests, in which `expect.poll` does not work. */
const PATIENT = { timeout: 20_000, interval: 50 }
const timed = async <T>(work: Promise<T>): Promise<[T, number]> => {
  const begun = performance.now()
  return [await work, performance.now() - begun]
}

describe.each(['undici', 'node-fetch'])('through %s', (client) => {
  let app: App
  beforeAll(async () => {
    app = await startApp({ HTTP_CLIENT: client, REQUEST_TIMEOUT_MS: '30000', SYNCTERA_TIMEOUT_MS: '60000' })
    await app.run(person())
    await app.run('{ meetings { id } }')
  })
  beforeEach(() => app.clear())
  afterAll(() => app.close())

  test.each(['reset', 'drop-after-apply'] as const)(
    'a read and a write under a key that fail once (%s) succeed the second time, and are counted',
    async (fault) => {
      app.fault('synctera', { match: READ_ROUTE, fault })
      app.fault('synctera', { match: WRITE_ROUTE, fault })
      const answers = await Promise.all([app.run(person()), app.run(create())])
      expect(answers.flatMap(codes)).toEqual([])
      expect(app.calls('synctera')).toHaveLength(4)
      expect(
        new Set(
          app
            .recorded('synctera')
            .flatMap(({ headers, body }) =>
              headers['idempotency-key'] ? [JSON.stringify([headers['idempotency-key'], body])] : [],
            ),
        ).size,
      ).toBe(1)
      expect(await text(app, '/metrics')).toMatch(/kyc_provider_retries_total\{provider="synctera"\} \d*[1-9]/)
      expect(app.log()).toContain('"kyc.attempt":2')
    },
  )

  test('a retry waits as long as the provider states, in its header or in its body', async () => {
    app.fault('synctera', { match: READ_ROUTE, fault: 'status', status: 429, headers: { 'retry-after': '1' } })
    app.fault('synctera', {
      match: 'GET /v0/persons',
      fault: 'status',
      status: 429,
      body: { code: 'TOO_MANY_REQUESTS', retry_after: 1 },
    })
    const both = await Promise.all(
      [person(), '{ persons(filter: { email: "a@example.com" }) { nodes { id } } }'].map((query) =>
        timed(app.run(query)),
      ),
    )
    for (const [answer, took] of both) {
      expect(codes(answer)).toEqual([])
      expect(took / 1000).toBeGreaterThan(0.98)
    }
    expect(app.calls('synctera')).toHaveLength(4)
  })

  test('no retry begins that would end after the deadline', async () => {
    app.fault('synctera', {
      match: READ_ROUTE,
      fault: 'status',
      status: 503,
      headers: { 'retry-after': '2' },
      times: 0,
    })
    const [answer, took] = await timed(post(app, person(), { 'x-request-timeout-ms': '1900' }))
    expect(answer.errors![0]!.extensions).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retryAfterSeconds: 2 })
    expect(app.calls('synctera')).toHaveLength(1)
    expect(took / 1900).toBeLessThan(1)
  })

  test("the client's own deadline ends its calls, and the rest of the data is returned", async () => {
    app.fault('synctera', { match: READ_ROUTE, fault: 'hang', times: 0 })
    const [{ data, errors }, took] = await timed(post(app, person(), { 'x-request-timeout-ms': '300' }))
    expect(data).toEqual({ person: null, viewer: { id: 'tester' } })
    expect(errors![0]!.extensions.code).toBe('DEADLINE_EXCEEDED')
    expect(took / 30_000).toBeLessThan(0.5)
  })

  test.each(['soon', '0', '-5', '1e3', '99999999999'])('an invalid time-out header (%s) is ignored', async (given) => {
    expect((await post(app, person(), { 'x-request-timeout-ms': given })).errors).toBeUndefined()
  })

  test('connections are closed when their operations end, by the deadline or because the client disconnects', async () => {
    const { connections, unanswered } = app.emulators.synctera
    app.fault('synctera', { match: 'GET /v0/persons', fault: 'hang', times: 0 })
    async function wave(): Promise<number> {
      const leaving: AbortController[] = []
      const many = Array.from({ length: 20 }, (_, n) => {
        const query = `{ persons(filter: { email: "n${n}@example.com" }) { nodes { id } } }`
        if (n % 2) return post(app, query, { 'x-request-timeout-ms': '6000' })
        const left = new AbortController()
        leaving.push(left)
        return post(app, query, {}, left.signal).catch(() => undefined)
      })
      await vi.waitFor(() => expect(unanswered()).toBe(20), PATIENT)
      for (const left of leaving) left.abort()
      await vi.waitFor(() => expect(unanswered()).toBe(10), PATIENT)
      await Promise.all(many)
      await vi.waitFor(() => expect(unanswered()).toBe(0), PATIENT)
      return connections()
    }
    // A pool may open others in their place and keep those, but no more in two waves than one wave needs.
    const waves = [await wave(), await wave()]
    for (const kept of waves) expect(kept).toBeLessThanOrEqual(20)
  })
})

// Concurrent, each with servers of its own, because each waits for real time.
describe.concurrent.each(['undici', 'node-fetch'])('in time, through %s', (client) => {
  const opened = () => startApp({ HTTP_CLIENT: client, REQUEST_TIMEOUT_MS: '30000' })

  test.each<[string, boolean]>([
    ['the deadline passes', false],
    ['the client disconnects', true],
  ])('a write that was sent when %s runs to its end, and its outcome is stored', async (_what, leaves) => {
    const app = await opened()
    // Fetches the token before the time is taken.
    await app.run('{ meetings { id } }')
    app.clear()
    const gate = createGate()
    app.fault('obp', { match: 'POST /obp/v4.0.0/banks/*/meetings', fault: 'slow', until: gate.opened })
    const query = MEET.replace('"meet"', `"meet-${leaves}"`)
    const left = new AbortController()
    const answer = post(app, query, leaves ? {} : { 'x-request-timeout-ms': '6000' }, left.signal)
    if (leaves) {
      await vi.waitFor(() => expect(app.calls('obp')).toHaveLength(1), PATIENT)
      left.abort()
      await expect(answer).rejects.toThrow('aborted')
    } else {
      const { data, errors } = await answer
      expect(data).toEqual({ createMeeting: null })
      expect(errors![0]).toMatchObject({
        message: expect.stringContaining('same idempotencyKey'),
        extensions: { code: 'OUTCOME_UNKNOWN', retryable: true },
      })
      expect(codes(await app.run(query))).toEqual(['IDEMPOTENCY_IN_PROGRESS'])
    }
    gate.open()
    await vi.waitFor(
      async () => expect((await app.run(query)).data).toEqual({ createMeeting: { replayed: true } }),
      PATIENT,
    )
    expect(app.calls('obp')).toHaveLength(1)
    await app.close()
  })

  test('a write without a key tells the client to read the record back', async () => {
    const app = await opened()
    await app.run(person())
    const gate = createGate()
    app.fault('synctera', { match: WRITE_ROUTE, fault: 'slow', until: gate.opened })
    const { errors } = await post(app, create(), { 'x-request-timeout-ms': '2000' })
    gate.open()
    expect(errors![0]).toMatchObject({
      message: expect.stringContaining('Read the record back'),
      extensions: { code: 'OUTCOME_UNKNOWN', retryable: false },
    })
    await app.close()
  })

  test('a failing provider is not called for a while, the others are, and it recovers', async () => {
    const app = await opened()
    app.fault('synctera', { match: 'GET /v0/**', fault: 'status', status: 500, times: 0 })
    const query = `{ customer(id: "${ADA.customerId}") { legalName person { id } } }`
    let last = await app.run(query)
    for (let i = 0; i < 10; i += 1) last = await app.run(query)
    expect(last.data.customer).toEqual({ legalName: 'Ada Accepted', person: null })
    expect(last.errors[0]!.extensions).toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      retryable: true,
      retryAfterSeconds: expect.any(Number),
      provider: 'SYNCTERA',
    })
    expect(last.errors[0]!.extensions['retryAfterSeconds']).toBeLessThanOrEqual(5)
    // Twenty failures open the circuit, retries included.
    expect(app.calls('synctera')).toHaveLength(20)
    expect(await ready(app)).toMatchObject({ status: 200, circuits: { synctera: 'open', obp: 'closed' } })
    const metrics = await text(app, '/metrics')
    expect(metrics).toContain('kyc_provider_circuit_state{provider="synctera",part="api"} 2')
    expect(metrics).toContain('kyc_provider_circuit_transitions_total{provider="synctera",part="api",state="open"} 1')
    app.clear()
    await vi.waitFor(async () => expect(codes(await app.run(query))).toEqual([]), { ...PATIENT, interval: 200 })
    expect(await ready(app)).toMatchObject({ circuits: { synctera: 'closed' } })
    await app.close()
  })
})

test.concurrent('a stopping server waits for the writes that were sent', async () => {
  const app = await startApp()
  const other = await startApp({ REQUEST_TIMEOUT_MS: '2000' }, app)
  const gate = createGate()
  app.fault('synctera', { match: WRITE_ROUTE, fault: 'slow', until: gate.opened })
  expect(codes(await other.run(create()))).toEqual(['OUTCOME_UNKNOWN'])
  const closed = other.close().then(() => 'closed')
  expect(await Promise.race([closed, delay(500, 'waits')])).toBe('waits')
  expect(app.emulators.synctera.unanswered()).toBe(1)
  gate.open()
  expect(await closed).toBe('closed')
  await app.close()
})

test('a call is refused at once when the queue of its provider is full', async () => {
  const app = await startApp({
    SYNCTERA_MAX_CONCURRENCY: '1',
    SYNCTERA_TIMEOUT_MS: '60000',
    REQUEST_TIMEOUT_MS: '60000',
  })
  app.fault('synctera', { match: READ_ROUTE, fault: 'hang', times: 0 })
  const left = new AbortController()
  setMaxListeners(0, left.signal)
  // Different queries, so that they do not share one call.
  const another = () => `{ person(id: "${randomUUID()}") { id } }`
  const waiting = Array.from({ length: 80 }, () => post(app, another(), {}, left.signal).catch(() => undefined))
  // One is sent and 64 are queued: the next is refused.
  const refused = async () => {
    const { errors } = await post(app, another(), { 'x-request-timeout-ms': '1000' })
    return errors![0]!.extensions
  }
  await expect.poll(refused).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retryable: true, retryAfterSeconds: 1 })
  left.abort()
  await Promise.all(waiting)
  await app.close()
})

test('a provider that hangs delays only its own callers, and those briefly', async () => {
  const app = await startApp({ BANFICO_TIMEOUT_MS: '4000' })
  const verify = (account: string) =>
    app.run('mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { state } } }', {
      input: { types: ['NAME'], maxAgeSeconds: 0, account: { id: account, idScheme: 'SCAN', name: 'Accepted,Ada' } },
    })
  const query = `{ customer(id: "${ADA.customerId}") { legalName kycChecks { id } person { id } } }`
  const cpu = () => {
    const { user, system } = process.cpuUsage()
    return user + system
  }
  /** The least CPU time of many rounds, which other processes do not change, and how many rounds there were. */
  async function pace(goesOn = () => true): Promise<{ readonly least: number; readonly rounds: number }> {
    const taken: number[] = []
    while (taken.length < 3 || (taken.length < 60 && goesOn())) {
      const begun = cpu()
      expect(codes(await app.run(query))).toEqual([])
      taken.push(cpu() - begun)
    }
    return { least: Math.min(...taken), rounds: taken.length }
  }
  expect(codes(await verify(CROWD[0]!.account))).toEqual([])
  await pace()

  const before = await pace()
  app.fault('banfico', { match: '* /v1.0/**', fault: 'hang', times: 0 })
  const hung = Array.from({ length: 120 }, (_, n) => verify(String(90070030000000 + n)))
  const atFullLoad = () => app.emulators.banfico.unanswered() === 64
  await expect.poll(atFullLoad, { interval: 5 }).toBe(true)
  const during = await pace(atFullLoad)
  // They were answered while every slot of Banfico was taken and the rest waited in its queue.
  expect(atFullLoad() || during.rounds > 3).toBe(true)
  const answers = await Promise.all(hung)
  // Called at once: soon the half-open circuit lets one call through.
  const asked = app.calls('banfico').length
  const refused = await verify(ADA.account)
  expect((await ready(app)).circuits['banfico']).toBe('open')
  const after = await pace()
  console.log(
    `other queries while Banfico hangs at full load: ${(during.least / ((before.least + after.least) / 2)).toFixed(2)} times as much CPU time`,
  )
  expect(during.least / Math.max(before.least, after.least)).toBeLessThan(1.5)

  expect(new Set(answers.flatMap(codes))).toEqual(new Set(['PROVIDER_TIMEOUT', 'PROVIDER_UNAVAILABLE']))
  expect(codes(refused)).toEqual(['PROVIDER_UNAVAILABLE'])
  expect(app.calls('banfico')).toHaveLength(asked)

  app.clear()
  await expect.poll(async () => codes(await verify(ADA.account)), { timeout: 20_000, interval: 200 }).toEqual([])
  expect((await ready(app)).circuits['banfico']).toBe('closed')
  await app.close()
}, 40_000)

describe('a provider that answers nothing', () => {
  const another = () => `{ person(id: "${randomUUID()}") { id } }`
  const start = (settings: Record<string, string> = {}) => startApp({ SYNCTERA_TIMEOUT_MS: '2000', ...settings })

  test('lets two calls wait, and then refuses every call at once, also those that wait in its queue', async () => {
    const app = await start({ SYNCTERA_MAX_CONCURRENCY: '2' })
    await app.run(another())
    app.clear()
    app.fault('synctera', { match: '* /v0/**', fault: 'hang', times: 0 })
    const answers = await Promise.all([...Array.from({ length: 10 }, () => app.run(another())), app.run(create())])
    // The two that were sent are not repeated, and none that waited takes their place.
    expect(app.calls('synctera').length).toBeLessThanOrEqual(3)
    expect(new Set(answers.flatMap(codes))).toEqual(new Set(['PROVIDER_TIMEOUT', 'PROVIDER_UNAVAILABLE']))
    expect((await ready(app)).circuits['synctera']).toBe('open')
    const asked = app.calls('synctera').length
    expect((await app.run(another())).errors[0]!.extensions).toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      retryable: true,
      retryAfterSeconds: expect.any(Number),
    })
    expect(app.calls('synctera')).toHaveLength(asked)
    await app.close()
  })

  test('cuts the reads that wait, and no write, once two calls have waited', async () => {
    const app = await start()
    await app.run(another())
    app.clear()
    const gate = createGate()
    app.fault('synctera', { match: 'GET /v0/**', fault: 'hang', times: 0 })
    app.fault('synctera', { match: WRITE_ROUTE, fault: 'slow', until: gate.opened })
    const first = [app.run(another()), app.run(another())]
    await expect.poll(() => app.calls('synctera').length).toBe(2)
    await delay(1_000)
    const write = app.run(create())
    const read = app.run(another())
    await expect.poll(() => app.calls('synctera').length).toBe(4)
    expect((await Promise.all(first)).map(codes)).toContainEqual(['PROVIDER_TIMEOUT'])
    // Sent a second later, and refused as soon as the first two had waited in vain.
    expect(codes(await read)).toEqual(['PROVIDER_UNAVAILABLE'])
    gate.open()
    expect(codes(await write)).toEqual([])
    await app.close()
  })

  test('is asked again after a time-out only where it answered others meanwhile', async () => {
    const app = await start()
    app.fault('synctera', { match: READ_ROUTE, fault: 'hang', times: 1 })
    const hung = app.run(another())
    await expect.poll(() => app.calls('synctera').length).toBe(1)
    await app.run(another())
    // Its own time-out is waited for, and then the call succeeds.
    expect(codes(await hung)).toEqual([])
    expect(app.calls('synctera')).toHaveLength(3)
    await app.close()
  })
})

describe('retries', () => {
  test('are limited by the retry budget to a fifth of the calls, and ten a second', () => {
    let time = 0
    const budget = new RetryBudget(() => time)
    const spendAll = () => {
      let retries = 0
      while (budget.withdraw()) retries += 1
      return retries
    }
    expect(spendAll()).toBe(100)
    for (let i = 0; i < 50; i += 1) budget.deposit()
    expect(spendAll()).toBeCloseTo(10, -1)
    time = 2000
    expect(spendAll()).toBe(20)
    time = 3_600_000
    expect(spendAll()).toBe(100)
  })
})

describe('a circuit breaker', () => {
  function setUp() {
    const clock = { time: 1_000_000 }
    const seen: CircuitState[] = []
    const circuit = new CircuitBreaker({
      minCalls: 10,
      timeoutMs: 10_000,
      onStateChange: (state) => void seen.push(state),
      now: () => clock.time,
    })
    const calls = (outcome: CallOutcome, times = 1) => {
      for (let i = 0; i < times; i += 1) circuit.begin()(outcome)
    }
    return { clock, seen, circuit, calls }
  }

  test('opens when half of at least the minimum of calls fail, and tells for how long', () => {
    const { calls, circuit } = setUp()
    calls('failure', 9)
    expect(circuit.state).toBe('closed')
    calls('failure')
    expect([circuit.state, circuit.waitMs()]).toEqual(['open', 5_000])
  })

  test('stays closed while less than half fail, and counts neither old nor ignored calls', () => {
    const { calls, circuit, clock } = setUp()
    calls('success', 40)
    calls('failure', 39)
    clock.time += 60_000
    calls('failure', 9)
    calls('ignored', 100)
    clock.time += 31_000
    calls('failure', 9)
    expect(circuit.state).toBe('closed')
  })

  test('lets one call at a time probe, and closes when it succeeds', () => {
    const { calls, circuit, clock, seen } = setUp()
    const slow = circuit.begin()
    calls('failure', 10)
    clock.time += 5_000
    expect(circuit.waitMs()).toBe(0)
    const probe = circuit.begin()
    expect(circuit.waitMs()).toBe(1_000)
    // A call that began before the circuit opened does not count.
    slow('failure')
    expect(circuit.state).toBe('half-open')
    // After an ignored probe the next call probes.
    probe('ignored')
    expect(circuit.waitMs()).toBe(0)
    circuit.begin()('success')
    expect([circuit.state, circuit.waitMs()]).toEqual(['closed', 0])
    calls('failure', 9)
    expect(seen).toEqual(['open', 'half-open', 'closed'])
  })

  test('stays open twice as long after each failed probe, up to a minute', () => {
    const { calls, circuit, clock } = setUp()
    calls('failure', 10)
    const waits = Array.from({ length: 6 }, () => {
      const ms = circuit.waitMs()
      clock.time += ms
      circuit.begin()('failure')
      return ms
    })
    expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000])
  })
})

describe('a refused login', () => {
  beforeEach(stopClock)
  afterEach(today)

  test('pauses logins for half a minute, then five, then twice as long each time, until one succeeds', async () => {
    let refuses = true
    let logins = 0
    const { headers, renew } = new TokenCache({
      fetch: () => {
        logins += 1
        return refuses
          ? Promise.reject(new ApiError('PROVIDER_REFUSED', { providerStatus: 401 }))
          : Promise.resolve({ value: 't', expiresIn: undefined })
      },
      headers: (authorization) => ({ authorization }),
    })
    const refusal = () =>
      Promise.resolve(headers()).then(
        () => null,
        (error: ApiError) => error.extensions,
      )
    for (const [nth, seconds] of [30, 300, 600, 1200, 2400, 3600, 3600].entries()) {
      expect(await refusal()).toMatchObject({
        code: 'PROVIDER_REFUSED',
        providerStatus: 401,
        retryAfterSeconds: seconds,
      })
      later(seconds - 1.5)
      expect(await refusal()).toMatchObject({ code: 'PROVIDER_REFUSED', retryAfterSeconds: 2 })
      expect(logins).toBe(nth + 1)
      later(1.5)
    }
    refuses = false
    const token = await headers()
    refuses = true
    renew(token)
    expect(await refusal()).toMatchObject({ retryAfterSeconds: 30 })
  })
})
