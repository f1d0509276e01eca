import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { FetchError } from 'node-fetch'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { ADA } from '../../../datasources/emulator/people.js'
import type { Fault } from '../../../datasources/emulator/run.js'
import { start as startSynctera } from '../../../datasources/synctera/emulator/index.js'
import { transportError } from '../../../datasources/http/transport.js'
import { type App, startApp } from '../../support/app.js'
import { countTurns } from '../../support/clock.js'
import { createGate } from '../../support/gate.js'

const READ = `{ person(id: "${ADA.personId}") { id } viewer { id } }`
const WRITE = 'mutation { createPerson(input: { isCustomer: true, status: PROSPECT }) { person { id } } }'
const MEET =
  'mutation { createMeeting(input: { providerId: "p", purposeId: "p", date: "2030-01-01T00:00:00Z", creator: { name: "Sue", mobilePhone: "", emailAddress: "" }, invitees: [] }) { replayed } }'
const MEET_ROUTE = 'POST /obp/v4.0.0/banks/*/meetings'
const READ_ROUTE = 'GET /v0/persons/*'
const WRITE_ROUTE = 'POST /v0/persons'

type Expected = {
  code: string | null
  retryable?: boolean
  retryAfterSeconds?: number
  providerStatus?: number
  providerCode?: string
}
type Row = [
  fault: string,
  given: Omit<Fault, 'match'>,
  read: Expected,
  write: Expected,
  calls?: number,
  writeCalls?: number,
]

const status = (code: number, extras: Partial<Fault> = {}): Omit<Fault, 'match'> => ({
  fault: 'status',
  status: code,
  ...extras,
})

const ROWS: Row[] = [
  [
    'hangs',
    { fault: 'hang' },
    { code: 'PROVIDER_TIMEOUT', retryable: true },
    { code: 'OUTCOME_UNKNOWN', retryable: false },
  ],
  [
    'resets the connection',
    { fault: 'reset' },
    { code: 'PROVIDER_UNAVAILABLE', retryable: true },
    { code: 'OUTCOME_UNKNOWN' },
    3,
  ],
  [
    'applies the call and resets the connection',
    { fault: 'drop-after-apply' },
    { code: 'PROVIDER_UNAVAILABLE' },
    { code: 'OUTCOME_UNKNOWN' },
    3,
  ],
  ['is slow but within the timeout', { fault: 'slow', delayMs: 50 }, { code: null }, { code: null }],
  [
    'answers broken JSON',
    { fault: 'malformed' },
    { code: 'PROVIDER_MALFORMED', retryable: false },
    { code: 'OUTCOME_UNKNOWN' },
  ],
  ['answers an HTML page', { fault: 'html' }, { code: 'PROVIDER_MALFORMED' }, { code: 'OUTCOME_UNKNOWN' }],
  [
    'answers 200 with an unexpected body',
    status(200, { body: { id: 7 } }),
    { code: 'PROVIDER_MALFORMED', providerStatus: 200 },
    { code: 'OUTCOME_UNKNOWN' },
  ],
  ['redirects', status(302), { code: 'PROVIDER_MALFORMED', providerStatus: 302 }, { code: 'PROVIDER_MALFORMED' }],
  ['answers 400', status(400), { code: 'BAD_USER_INPUT', providerCode: 'BAD_REQUEST' }, { code: 'BAD_USER_INPUT' }],
  ['answers 401', status(401), { code: 'PROVIDER_REFUSED', retryable: false }, { code: 'PROVIDER_REFUSED' }],
  ['answers 403', status(403), { code: 'PROVIDER_REFUSED', providerCode: 'FORBIDDEN' }, { code: 'PROVIDER_REFUSED' }],
  ['answers 404', status(404), { code: null }, { code: 'NOT_FOUND' }],
  ['answers 408', status(408), { code: 'PROVIDER_TIMEOUT' }, { code: 'OUTCOME_UNKNOWN' }, 3],
  ['answers 409', status(409), { code: 'CONFLICT', providerCode: 'DUPLICATE_RESOURCE' }, { code: 'CONFLICT' }],
  [
    'answers 422',
    status(422, { body: { code: 'INVALID_STATUS' } }),
    { code: 'CONFLICT' },
    { code: 'CONFLICT', providerCode: 'INVALID_STATUS' },
  ],
  [
    'answers 429 with retry_after in the body',
    status(429, { body: { code: 'TOO_MANY_REQUESTS', retry_after: 7 } }),
    { code: 'RATE_LIMITED', retryable: true, retryAfterSeconds: 7 },
    { code: 'RATE_LIMITED', retryAfterSeconds: 7 },
  ],
  [
    'answers 429 with Retry-After',
    status(429, { headers: { 'retry-after': '3' } }),
    { code: 'RATE_LIMITED', retryAfterSeconds: 3 },
    { code: 'RATE_LIMITED' },
  ],
  [
    'answers 499',
    status(499),
    { code: 'PROVIDER_UNAVAILABLE', providerCode: 'REQUEST_CANCELED' },
    { code: 'OUTCOME_UNKNOWN', providerStatus: 499 },
    3,
    1,
  ],
  [
    'answers 500',
    status(500),
    { code: 'PROVIDER_UNAVAILABLE', providerStatus: 500 },
    { code: 'OUTCOME_UNKNOWN', providerStatus: 500 },
    3,
    1,
  ],
  [
    'answers 501',
    status(501),
    { code: 'PROVIDER_UNAVAILABLE', providerStatus: 501 },
    { code: 'PROVIDER_UNAVAILABLE', providerStatus: 501 },
  ],
  ['answers 502', status(502), { code: 'PROVIDER_UNAVAILABLE' }, { code: 'OUTCOME_UNKNOWN' }, 3],
  [
    'answers 503',
    status(503, { headers: { 'retry-after': '9' } }),
    { code: 'PROVIDER_UNAVAILABLE', retryable: true, retryAfterSeconds: 9 },
    { code: 'PROVIDER_UNAVAILABLE', retryable: true },
  ],
  ['answers 504', status(504), { code: 'PROVIDER_TIMEOUT', retryable: true }, { code: 'OUTCOME_UNKNOWN' }, 3, 1],
  [
    'answers 504 with the code VENDOR_TIMEOUT',
    status(504, { body: { code: 'VENDOR_TIMEOUT' } }),
    { code: 'PROVIDER_TIMEOUT' },
    { code: 'OUTCOME_UNKNOWN', providerCode: 'VENDOR_TIMEOUT' },
    3,
    1,
  ],
  ...[520, 522, 524].map((code): Row => [
    `answers ${code}, as its reverse proxy does`,
    status(code, { body: 'error code' }),
    { code: 'PROVIDER_UNAVAILABLE', providerStatus: code },
    { code: 'OUTCOME_UNKNOWN', providerStatus: code },
    3,
    1,
  ]),
]

let ground: App
beforeAll(async () => {
  ground = await startApp()
})
beforeEach(() => ground.clear())
afterAll(() => ground.close())

describe.each(['undici', 'node-fetch'])('through %s, when Synctera', (client) => {
  // Each case starts its own server and Synctera: retry delays run in parallel and no circuit opens.
  test.concurrent.each(ROWS)(
    '%s: a read, and a write with an idempotency key',
    async (_what, fault, ofRead, ofWrite, tries = 1, writes = tries) => {
      const synctera = await startSynctera({})
      const app = await startApp(
        {
          HTTP_CLIENT: client,
          ...synctera.settings,
          ...(fault.fault === 'hang' ? { SYNCTERA_TIMEOUT_MS: '1000' } : {}),
        },
        ground,
      )
      for (const match of [READ_ROUTE, WRITE_ROUTE]) synctera.fault({ match, ...fault, times: 0 })
      const [read, write] = await Promise.all([app.run(READ), app.run(WRITE)])
      const sent = (method: string) => synctera.calls().filter((call) => call.method === method)

      expect(read.data.viewer).toEqual({ id: 'tester' })
      expect(sent('GET')).toHaveLength(tries)
      if (ofRead.code === null) expect(read.errors).toEqual([])
      else {
        expect(read.data.person).toBeNull()
        expect(read.errors).toHaveLength(1)
        expect(read.errors[0]!.extensions).toMatchObject({
          provider: 'SYNCTERA',
          correlationId: expect.any(String),
          ...ofRead,
        })
      }

      expect(sent('POST')).toHaveLength(writes)
      expect(
        new Set(sent('POST').map(({ headers, body }) => JSON.stringify([headers['idempotency-key'], body]))).size,
      ).toBe(1)
      if (ofWrite.code === null) expect(write.errors).toEqual([])
      else {
        expect(write.data.createPerson).toBeNull()
        expect(write.errors[0]!.extensions).toMatchObject({ provider: 'SYNCTERA', ...ofWrite })
      }
      await app.close()
      await synctera.close()
    },
  )
})

describe('a provider that does not listen', () => {
  let app: App
  beforeAll(async () => {
    // A port without a listener.
    app = await startApp({ SYNCTERA_URL: 'http://127.0.0.1:9' }, ground)
  })
  afterAll(() => app.close())

  test('is PROVIDER_UNAVAILABLE for a read and for a write that was not sent', async () => {
    expect((await app.run(READ)).errors[0]!.extensions).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retryable: true })
    expect((await app.run(WRITE)).errors[0]!.extensions).toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      retryable: true,
    })
  })
})

test('a provider that is not configured is reported, and the other fields answer', async () => {
  const app = await startApp({ SYNCTERA_URL: undefined }, ground)
  const { data, errors } = await app.run(READ)
  expect(data).toEqual({ person: null, viewer: { id: 'tester' } })
  expect(errors[0]).toMatchObject({
    message: 'This deployment is not connected to Synctera.',
    extensions: { code: 'PROVIDER_NOT_CONFIGURED', retryable: false, provider: 'SYNCTERA' },
  })
  await app.close()
})

test('the deadline of the operation ends reads, and the finished fields are answered', async () => {
  const app = await startApp({ REQUEST_TIMEOUT_MS: '1000' }, ground)
  app.fault('synctera', { match: READ_ROUTE, fault: 'hang' })
  const { data, errors } = await app.run(READ)
  expect(data).toEqual({ person: null, viewer: { id: 'tester' } })
  expect(errors[0]!.extensions).toMatchObject({ code: 'DEADLINE_EXCEEDED', retryable: true })
  await app.close()
})

describe.concurrent('a write that was not sent', () => {
  const settings = { OBP_MAX_CONCURRENCY: '1', OBP_TIMEOUT_MS: '2000' }

  /** Starts a write that holds the only slot until its timeout, which ends before that of all writes that are sent later. */
  async function hold(app: App) {
    await app.run('{ meetings { id } }')
    app.clear()
    app.fault('obp', { match: MEET_ROUTE, fault: 'hang' })
    const hung = app.run(MEET)
    await vi.waitFor(() => expect(app.calls('obp')).toHaveLength(1), { timeout: 20_000, interval: 5 })
    await delay(500)
    return { hung }
  }
  const codeOf = ({ errors }: Awaited<ReturnType<App['run']>>) => errors[0]?.extensions.code

  test('waits in the bulkhead queue, and its timeout starts when it is sent', async () => {
    const app = await startApp(settings)
    const { hung } = await hold(app)
    app.fault('obp', { match: MEET_ROUTE, fault: 'slow', delayMs: 1_000 })
    const begun = performance.now()
    expect(codeOf(await app.run(MEET))).toBeUndefined()
    expect(performance.now() - begun).toBeGreaterThan(2_000)
    expect(codeOf(await hung)).toBe('OUTCOME_UNKNOWN')
    expect(app.calls('obp')).toHaveLength(2)
    await app.close()
  })

  test('ends at the deadline when it gets no slot, and is never sent', async () => {
    const app = await startApp(settings)
    const { hung } = await hold(app)
    // The second write gets the slot when the first times out, and holds it while the third waits.
    app.fault('obp', { match: MEET_ROUTE, fault: 'hang' })
    const [second, third] = await Promise.all([app.run(MEET), app.run(MEET)])
    expect(codeOf(await hung)).toBe('OUTCOME_UNKNOWN')
    // Which of the two is queued first is not fixed.
    const sent = [second, third].filter((answer) => codeOf(answer) === 'OUTCOME_UNKNOWN')
    expect(sent).toHaveLength(1)
    expect([second, third].find((answer) => !sent.includes(answer))!.errors[0]!.extensions).toMatchObject({
      code: 'PROVIDER_TIMEOUT',
      retryable: true,
      provider: 'OPEN_BANK_PROJECT',
    })
    expect(app.calls('obp')).toHaveLength(2)
    await app.close()
  })

  const create = (name: string) =>
    `${name}: createPerson(input: { idempotencyKey: "${name}", isCustomer: true, status: PROSPECT }) { replayed }`
  /** Waits for the outcome of a write that has continued. Concurrent tests have no `expect.poll`. */
  const replayed = (app: App, name: string) =>
    vi.waitFor(
      async () => expect((await app.run(`mutation { ${create(name)} }`)).data[name]).toEqual({ replayed: true }),
      { timeout: 20_000, interval: 50 },
    )

  test('does not start after the operation ends, and leaves its idempotency key free', async () => {
    const app = await startApp({ REQUEST_TIMEOUT_MS: '1500', SYNCTERA_MAX_CONCURRENCY: '1' })
    const gate = createGate()
    app.fault('synctera', { match: WRITE_ROUTE, fault: 'slow', until: gate.opened })
    // The second waits in the queue behind the first.
    const { data, errors } = await app.run(`mutation { ${create('a')} ${create('b')} }`)
    expect(data).toEqual({ a: null, b: null })
    expect(errors.map(({ extensions: { code, retryable } }) => [code, retryable])).toEqual([
      ['OUTCOME_UNKNOWN', true],
      ['DEADLINE_EXCEEDED', true],
    ])
    expect(app.calls('synctera')).toEqual([WRITE_ROUTE])
    gate.open()
    // The write that was sent has continued, and its idempotency key returns the outcome.
    await replayed(app, 'a')
    expect((await app.run(`mutation { ${create('b')} }`)).data.b).toEqual({ replayed: false })
    await app.close()
  })

  test('leaves time for the root fields after it when it hangs, and for the reads of its payload', async () => {
    const app = await startApp({ REQUEST_TIMEOUT_MS: '8000', SYNCTERA_TIMEOUT_MS: '60000' })
    const gate = createGate()
    app.fault('synctera', { match: WRITE_ROUTE, fault: 'slow', until: gate.opened })
    app.fault('synctera', { match: 'GET /v0/verifications', fault: 'hang', times: 0 })
    const { data, errors } = await app.run(`mutation {
      ${create('first')}
      ...Others
      skipped: createPerson(input: { isCustomer: true, status: PROSPECT }) @skip(if: true) { replayed }
      last: createPerson(input: { idempotencyKey: "last", isCustomer: true, status: PROSPECT }) { replayed }
    }
    fragment Others on Mutation {
      second: createPerson(input: { idempotencyKey: "second", isCustomer: true, status: PROSPECT }) { replayed person { verifications { id } } }
    }`)
    expect(data).toEqual({
      first: null,
      second: { replayed: false, person: { verifications: null } },
      last: { replayed: false },
    })
    expect(errors.map(({ path, extensions }) => [path![0], extensions.code])).toEqual([
      ['first', 'OUTCOME_UNKNOWN'],
      ['second', 'DEADLINE_EXCEEDED'],
    ])
    gate.open()
    await replayed(app, 'first')
    await app.close()
  })
})

describe.each(['undici', 'node-fetch'])(
  'a provider that accepts connections and does not answer, called through %s,',
  (HTTP_CLIENT) => {
    let silent: Server
    let settings: Record<string, string>
    const sockets = new Set<Socket>()
    beforeAll(async () => {
      silent = createServer((socket) => void sockets.add(socket.on('error', () => undefined))).listen(0, '127.0.0.1')
      await once(silent, 'listening')
      settings = { HTTP_CLIENT, SYNCTERA_URL: `https://127.0.0.1:${(silent.address() as AddressInfo).port}` }
    })
    afterAll(() => {
      for (const socket of sockets) socket.destroy()
      silent.close()
    })

    test('delays no caller beyond the deadline', async () => {
      const app = await startApp({ ...settings, REQUEST_TIMEOUT_MS: '300' }, ground)
      const turned = countTurns()
      const { errors } = await app.run('{ persons(first: 1) { nodes { id } } }')
      expect(errors[0]!.extensions.code).toBe('DEADLINE_EXCEEDED')
      // Less than the connect timeout.
      expect(turned()).toBeLessThan(2_500)
      await app.close()
    })

    test('receives no write', async () => {
      const app = await startApp({ ...settings, SYNCTERA_TIMEOUT_MS: '3000' }, ground)
      const { errors } = await app.run(
        'mutation { createPerson(input: { isCustomer: true, status: PROSPECT }) { replayed } }',
      )
      expect(errors[0]!.extensions).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retryable: true })
      await app.close()
    })
  },
)

test('a token request without an answer delays no caller beyond the deadline', async () => {
  const app = await startApp({ REQUEST_TIMEOUT_MS: '300' }, ground)
  app.fault('obp', { match: 'POST /my/logins/direct', fault: 'hang' })
  app.fault('sei', { match: 'POST /v2/oauthtoken', fault: 'hang' })
  const turned = countTurns()
  const [read, write] = await Promise.all([
    app.run(`{ customer(id: "${ADA.customerId}") { id } viewer { id } }`),
    app.run(
      `mutation { setAccountAttributes(input: { externalId: "${ADA.seiExternalId}", attributes: [{ name: "a", value: "b" }] }) { replayed } }`,
    ),
  ])
  // Half of the provider's own timeout.
  expect(turned()).toBeLessThan(5_000)
  expect(read.data).toEqual({ customer: null, viewer: { id: 'tester' } })
  for (const { errors } of [read, write])
    expect(errors[0]!.extensions).toMatchObject({ code: 'DEADLINE_EXCEEDED', retryable: true })
  expect([...app.calls('obp'), ...app.calls('sei')]).toEqual([])
  await app.close()
})

describe('the classification of a failed call', () => {
  const system = (members: object) => Object.assign(new Error('failed'), members)
  const fetchError = (members: { code: string; syscall?: string }) =>
    new FetchError('failed', 'system', system(members) as never)
  const ROWS: [what: string, error: unknown, sent: boolean][] = [
    ['a refused connection', system({ code: 'ECONNREFUSED', syscall: 'connect' }), false],
    ['an unknown host', system({ code: 'ENOTFOUND', syscall: 'getaddrinfo' }), false],
    ['a connect timeout', system({ code: 'UND_ERR_CONNECT_TIMEOUT' }), false],
    ['a connect timeout of the operating system', system({ code: 'ETIMEDOUT', syscall: 'connect' }), false],
    ['no route to the host', system({ code: 'EHOSTUNREACH', syscall: 'connect' }), false],
    [
      'no route to any address of the host',
      new AggregateError([system({ code: 'ETIMEDOUT', syscall: 'connect' })]),
      false,
    ],
    ['a certificate that is not trusted', system({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }), false],
    [
      'a refused connection as the cause',
      system({ cause: system({ code: 'ECONNREFUSED', syscall: 'connect' }) }),
      false,
    ],
    ['a refused connection of node-fetch', fetchError({ code: 'ECONNREFUSED', syscall: 'connect' }), false],
    ['a connect timeout of node-fetch', fetchError({ code: 'ETIMEDOUT', syscall: 'connect' }), false],
    ['a timeout while reading', system({ code: 'ETIMEDOUT', syscall: 'read' }), true],
    ['no route to the host while reading', system({ code: 'EHOSTUNREACH', syscall: 'read' }), true],
    ['no network while writing', system({ code: 'ENETUNREACH', syscall: 'write' }), true],
    ['a reset while reading', system({ code: 'ECONNRESET', syscall: 'read' }), true],
    ['a broken pipe', system({ code: 'EPIPE', syscall: 'write' }), true],
    ['a timeout without a system call', system({ code: 'ETIMEDOUT' }), true],
    ['a reset without a system call', system({ code: 'ECONNRESET' }), true],
    [
      'a socket that the other side closed',
      system({ code: 'UND_ERR_SOCKET', cause: system({ code: 'ETIMEDOUT', syscall: 'read' }) }),
      true,
    ],
    ['a timeout while node-fetch reads', fetchError({ code: 'ETIMEDOUT', syscall: 'read' }), true],
    ['a reset while node-fetch reads', fetchError({ code: 'ECONNRESET' }), true],
    ['our own timeout', new DOMException('too long', 'TimeoutError'), true],
    ['an unknown error', new TypeError('?'), true],
  ]
  test.each(ROWS)('%s', (_what, error, sent) => {
    expect(transportError(error)).toMatchObject({ sent })
  })
})

describe('an unknown outcome with an idempotency key', () => {
  test('is applied once when the same call is repeated', async () => {
    const app = await startApp({ SYNCTERA_TIMEOUT_MS: '2000' }, ground)
    const mutation =
      'mutation { createPerson(input: { idempotencyKey: "lost-1", isCustomer: true, status: PROSPECT, firstName: "Lost" }) { replayed person { id } } }'
    app.fault('synctera', { match: WRITE_ROUTE, fault: 'drop-after-apply', times: 3 })
    const lost = await app.run(mutation)
    expect(lost.errors[0]).toMatchObject({
      message: expect.stringContaining('same idempotencyKey'),
      extensions: { code: 'OUTCOME_UNKNOWN', retryable: true },
    })
    const found = await app.run(mutation)
    expect(found.data.createPerson).toEqual({ replayed: false, person: { id: expect.any(String) } })
    expect((await app.run(mutation)).data.createPerson).toEqual({
      replayed: true,
      person: found.data.createPerson.person,
    })
    const { data } = await app.run('{ persons(filter: { firstName: "Lost" }) { nodes { id } } }')
    expect(data.persons.nodes).toEqual([found.data.createPerson.person])
    await app.close()
  })
})
