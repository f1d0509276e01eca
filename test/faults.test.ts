import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA } from '../datasources/cast.js'
import type { Fault } from '../datasources/sandbox.js'
import { type App, startApp } from './harness.js'

const READ = `{ person(id: "${ADA.personId}") { id } viewer { id } }`
const WRITE = 'mutation { createPerson(input: { isCustomer: true, status: PROSPECT }) { person { id } } }'
const READ_ROUTE = 'GET /v0/persons/*'
const WRITE_ROUTE = 'POST /v0/persons'

type Expected = { code: string | null; retryable?: boolean; retryAfterSeconds?: number; providerStatus?: number; providerCode?: string }
type Row = [fault: string, given: Omit<Fault, 'match'>, read: Expected, write: Expected]

const status = (code: number, extras: Partial<Fault> = {}): Omit<Fault, 'match'> => ({ fault: 'status', status: code, ...extras })

const ROWS: Row[] = [
  ['hangs', { fault: 'hang' }, { code: 'PROVIDER_TIMEOUT', retryable: true }, { code: 'OUTCOME_UNKNOWN', retryable: false }],
  ['cuts the connection', { fault: 'reset' }, { code: 'PROVIDER_UNAVAILABLE', retryable: true }, { code: 'OUTCOME_UNKNOWN' }],
  ['does it and cuts the connection', { fault: 'drop-after-apply' }, { code: 'PROVIDER_UNAVAILABLE' }, { code: 'OUTCOME_UNKNOWN' }],
  ['is slow, but not too slow', { fault: 'slow', delayMs: 50 }, { code: null }, { code: null }],
  ['answers broken JSON', { fault: 'malformed' }, { code: 'PROVIDER_MALFORMED', retryable: false }, { code: 'OUTCOME_UNKNOWN' }],
  ['answers a web page', { fault: 'html' }, { code: 'PROVIDER_MALFORMED' }, { code: 'OUTCOME_UNKNOWN' }],
  ['answers 200 with something else', status(200, { body: { id: 7 } }), { code: 'PROVIDER_MALFORMED', providerStatus: 200 }, { code: 'OUTCOME_UNKNOWN' }],
  ['redirects', status(302), { code: 'PROVIDER_MALFORMED', providerStatus: 302 }, { code: 'PROVIDER_MALFORMED' }],
  ['answers 400', status(400), { code: 'BAD_USER_INPUT', providerCode: 'BAD_REQUEST' }, { code: 'BAD_USER_INPUT' }],
  ['answers 401', status(401), { code: 'PROVIDER_REFUSED', retryable: false }, { code: 'PROVIDER_REFUSED' }],
  ['answers 403', status(403), { code: 'PROVIDER_REFUSED', providerCode: 'FORBIDDEN' }, { code: 'PROVIDER_REFUSED' }],
  ['answers 404', status(404), { code: null }, { code: 'NOT_FOUND' }],
  ['answers 408', status(408), { code: 'PROVIDER_TIMEOUT' }, { code: 'OUTCOME_UNKNOWN' }],
  ['answers 409', status(409), { code: 'CONFLICT', providerCode: 'DUPLICATE_RESOURCE' }, { code: 'CONFLICT' }],
  ['answers 422', status(422, { body: { code: 'INVALID_STATUS' } }), { code: 'CONFLICT' }, { code: 'CONFLICT', providerCode: 'INVALID_STATUS' }],
  ['answers 429 with a body that says when', status(429, { body: { code: 'TOO_MANY_REQUESTS', retry_after: 7 } }), { code: 'RATE_LIMITED', retryable: true, retryAfterSeconds: 7 }, { code: 'RATE_LIMITED', retryAfterSeconds: 7 }],
  ['answers 429 with Retry-After', status(429, { headers: { 'retry-after': '3' } }), { code: 'RATE_LIMITED', retryAfterSeconds: 3 }, { code: 'RATE_LIMITED' }],
  ['answers 500', status(500), { code: 'PROVIDER_UNAVAILABLE', providerStatus: 500 }, { code: 'OUTCOME_UNKNOWN', providerStatus: 500 }],
  ['answers 502', status(502), { code: 'PROVIDER_UNAVAILABLE' }, { code: 'OUTCOME_UNKNOWN' }],
  ['answers 503', status(503, { headers: { 'retry-after': '9' } }), { code: 'PROVIDER_UNAVAILABLE', retryable: true, retryAfterSeconds: 9 }, { code: 'PROVIDER_UNAVAILABLE', retryable: true }],
  ['answers 504', status(504), { code: 'PROVIDER_TIMEOUT', retryable: true }, { code: 'OUTCOME_UNKNOWN' }],
]

describe.each(['undici', 'node-fetch'])('through %s, when Synctera', (client) => {
  let app: App
  beforeAll(async () => {
    app = await startApp({ HTTP_CLIENT: client, SYNCTERA_TIMEOUT_MS: '250' })
  })
  beforeEach(() => app.clear())
  afterAll(() => app.close())

  test.each(ROWS)('%s: a read', async (_what, fault, expected) => {
    app.fault('synctera', { match: READ_ROUTE, ...fault })
    const { data, errors } = await app.run(READ)
    expect(data.viewer).toEqual({ id: 'tester' })
    expect(app.calls('synctera')).toHaveLength(1)
    if (expected.code === null) expect(errors).toEqual([])
    else {
      expect(data.person).toBeNull()
      expect(errors).toHaveLength(1)
      expect(errors[0]!.extensions).toMatchObject({ provider: 'SYNCTERA', correlationId: expect.any(String), ...expected })
    }
  })

  test.each(ROWS)('%s: a write', async (_what, fault, _read, expected) => {
    app.fault('synctera', { match: WRITE_ROUTE, ...fault })
    const { data, errors } = await app.run(WRITE)
    expect(app.calls('synctera')).toHaveLength(1)
    if (expected.code === null) expect(errors).toEqual([])
    else {
      expect(data.createPerson).toBeNull()
      expect(errors[0]!.extensions).toMatchObject({ provider: 'SYNCTERA', ...expected })
    }
  })
})

describe('a provider that is not there', () => {
  let app: App
  beforeAll(async () => {
    // A port that nobody listens on.
    app = await startApp({ SYNCTERA_URL: 'http://127.0.0.1:9' })
  })
  afterAll(() => app.close())

  test('is unavailable, to a read and to a write that certainly did not leave', async () => {
    expect((await app.run(READ)).errors[0]!.extensions).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retryable: true })
    expect((await app.run(WRITE)).errors[0]!.extensions).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retryable: true })
  })
})

test('a provider that is not configured is said so, and the rest answers', async () => {
  const app = await startApp({ SYNCTERA_URL: undefined })
  const { data, errors } = await app.run(READ)
  expect(data).toEqual({ person: null, viewer: { id: 'tester' } })
  expect(errors[0]).toMatchObject({ message: 'This deployment is not connected to Synctera.', extensions: { code: 'PROVIDER_NOT_CONFIGURED', retryable: false, provider: 'SYNCTERA' } })
  await app.close()
})

test('the deadline of the operation ends reads, and what is there is answered', async () => {
  const app = await startApp({ REQUEST_TIMEOUT_MS: '200' })
  app.fault('synctera', { match: READ_ROUTE, fault: 'hang' })
  const { data, errors } = await app.run(READ)
  expect(data).toEqual({ person: null, viewer: { id: 'tester' } })
  expect(errors[0]!.extensions).toMatchObject({ code: 'DEADLINE_EXCEEDED', retryable: true })
  await app.close()
})

describe('an unknown outcome with an idempotency key', () => {
  test('is done once when the same call comes again', async () => {
    const app = await startApp({ SYNCTERA_TIMEOUT_MS: '250' })
    const mutation = 'mutation { createPerson(input: { idempotencyKey: "lost-1", isCustomer: true, status: PROSPECT, firstName: "Lost" }) { replayed person { id } } }'
    app.fault('synctera', { match: WRITE_ROUTE, fault: 'drop-after-apply' })
    const lost = await app.run(mutation)
    expect(lost.errors[0]).toMatchObject({ message: expect.stringContaining('same idempotencyKey'), extensions: { code: 'OUTCOME_UNKNOWN', retryable: true } })
    const found = await app.run(mutation)
    expect(found.data.createPerson).toEqual({ replayed: false, person: { id: expect.any(String) } })
    expect((await app.run(mutation)).data.createPerson).toEqual({ replayed: true, person: found.data.createPerson.person })
    const { data } = await app.run('{ persons(filter: { firstName: "Lost" }) { nodes { id } } }')
    expect(data.persons.nodes).toEqual([found.data.createPerson.person])
    await app.close()
  })
})
