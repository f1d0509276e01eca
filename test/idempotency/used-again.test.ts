import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { BANK, NAMED_PEOPLE } from '../../datasources/emulator/people.js'
import { attemptId, type AttemptParts } from '../../src/idempotency/record.js'
import { type App, startApp } from '../support/app.js'
import { later, today } from '../support/clock.js'

const DAY_SECONDS = 24 * 3600
/** Longer than a key is kept. */
const LIFE_SECONDS = 8 * DAY_SECONDS

let app: App
beforeAll(async () => {
  app = await startApp({
    REDIS_URL: inject('redisUrl'),
    STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    BANFICO_RETENTION_DAYS: '30',
    RATE_LIMIT_COST_PER_MINUTE: '0',
  })
})
beforeEach(() => app.clear())
afterEach(today)
afterAll(() => app.close())

const named = (name: string) => NAMED_PEOPLE.find(({ firstName }) => firstName === name)!.customerId

async function run(query: string, input: object, options = {}): Promise<any> {
  const { data, errors } = await app.run(query, { input }, options)
  expect(errors).toEqual([])
  return data
}

const CHECK = {
  customerNumber: '1',
  date: '2024-05-06T07:08:09Z',
  how: 'branch',
  staffUserId: 'staff-1',
  staffName: 'Sam',
  satisfied: true,
  comments: 'Fine.',
}
const DOCUMENT = {
  customerNumber: '1',
  type: 'passport',
  number: 'P-1',
  issueDate: '2020-01-01T00:00:00Z',
  issuePlace: 'Bonn',
  expiryDate: '2090-01-01T00:00:00Z',
}
const MEDIA = {
  customerNumber: '1',
  type: 'image',
  url: 'https://x.example/1',
  date: '2024-01-01T00:00:00Z',
  relatesToKycDocumentId: '',
  relatesToKycCheckId: '',
}

describe.each([
  ['addKycCheck', 'kycCheck', 'kycChecks', CHECK],
  ['addKycDocument', 'kycDocument', 'kycDocuments', DOCUMENT],
  ['addKycMedia', 'kycMedia', 'kycMedia', MEDIA],
])('the key of %s without an id, used again after its record has ended', (mutation, member, list, record) => {
  const query = `mutation($input: A${mutation.slice(1)}Input!) { ${mutation}(input: $input) { replayed ${member} { id customerId } } }`
  const add = async (customerId: string, idempotencyKey: string) =>
    (await run(query, { customerId, ...record, idempotencyKey }))[mutation]
  const idsOf = async (customerId: string) =>
    (await app.run(`{ customer(id: "${customerId}") { ${list} { id } } }`)).data.customer[list].map(
      ({ id }: { id: string }) => id,
    )

  test.each([
    ['of another customer', 'Rhea'],
    ['of the same customer', 'Una'],
  ])('adds a record %s, and leaves the first one where it is', async (_whose, second) => {
    const idempotencyKey = randomUUID()
    const first = await add(named('Una'), idempotencyKey)
    later(LIFE_SECONDS)
    const again = await add(named(second), idempotencyKey)
    expect(again).toMatchObject({ replayed: false, [member]: { customerId: named(second) } })
    expect(again[member].id).not.toBe(first[member].id)
    expect(await idsOf(named('Una'))).toContain(first[member].id)
    expect(await idsOf(named(second))).toContain(again[member].id)
  })

  test('within its life is the same record, also where its answer was lost days ago', async () => {
    const idempotencyKey = randomUUID()
    const place = `PUT /obp/v4.0.0/banks/${BANK}/customers/${named('Una')}/kyc_*/*`
    app.fault('obp', { match: place, fault: 'drop-after-apply' })
    const before = await idsOf(named('Una'))
    const input = { customerId: named('Una'), ...record, idempotencyKey }
    expect((await app.run(query, { input })).errors[0]!.extensions.code).toBe('OUTCOME_UNKNOWN')
    later(6 * DAY_SECONDS)
    await add(named('Una'), idempotencyKey)
    expect(await idsOf(named('Una'))).toHaveLength(before.length + 1)
  })
})

test("a person is created under a key that Synctera still keeps, as the key's record here has ended", async () => {
  const query =
    'mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed person { id firstName } } }'
  const input = { idempotencyKey: randomUUID(), isCustomer: true, status: 'PROSPECT', firstName: 'Nora' }
  app.fault('synctera', { match: 'POST /v0/persons', fault: 'reset', times: 3 })
  expect((await app.run(query, { input })).errors[0]!.extensions.code).toBe('OUTCOME_UNKNOWN')
  later(6 * DAY_SECONDS)
  // Synctera keeps the key for seven days from now on.
  const { createPerson: first } = await run(query, input)
  later(2 * DAY_SECONDS)
  const { createPerson: again } = await run(query, input)
  expect(again).toMatchObject({ replayed: false, person: { firstName: 'Nora' } })
  expect(again.person.id).not.toBe(first.person.id)
})

test('a key that a 503 freed goes on under the same key at Synctera, also in the next week', async () => {
  const query =
    'mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed person { id firstName } } }'
  const input = { idempotencyKey: randomUUID(), isCustomer: true, status: 'PROSPECT', firstName: 'Nora' }
  const keys: unknown[] = []
  const noteKeys = () => {
    for (const { headers, url } of app.recorded('synctera'))
      if (url.startsWith('/v0/persons')) keys.push(headers['idempotency-key'])
  }
  const week = 7 * DAY_SECONDS
  // A second before the end of the week by which attempt ids are made.
  later(week - ((Date.now() / 1000) % week) - 1)
  app.fault('synctera', { match: 'POST /v0/persons', fault: 'status', status: 503, times: 4 })
  expect((await app.run(query, { input })).errors[0]!.extensions.code).toBe('PROVIDER_UNAVAILABLE')
  noteKeys()
  app.clear()
  later(3600)
  expect((await run(query, input)).createPerson).toMatchObject({ replayed: false, person: { firstName: 'Nora' } })
  noteKeys()
  expect(keys.length).toBeGreaterThanOrEqual(2)
  expect(new Set(keys).size).toBe(1)
  expect((await run(query, input)).createPerson).toMatchObject({ replayed: true })
})

test('a job of payees is begun for other payees, while the rows of the first job are kept', async () => {
  const client = { client: 'payer', scopes: ['verifications:read', 'verifications:write', 'pii:read'] as const }
  const query =
    'mutation($input: VerifyAccountsInput!) { verifyAccounts(input: $input) { replayed job { id counts { total } } } }'
  const begin = async (idempotencyKey: string, names: readonly string[]) => {
    const accounts = names.map((name) => ({
      clientReference: name,
      account: { idScheme: 'SCAN', id: '90070020000000', name },
    }))
    return (await run(query, { types: ['NAME'], accounts, idempotencyKey }, client)).verifyAccounts
  }
  const referencesOf = async (id: string) => {
    const { data } = await app.run(
      `{ accountVerifications(jobId: "${id}") { results(first: 10) { nodes { clientReference state } } } }`,
      {},
      client,
    )
    return data.accountVerifications.results.nodes
  }
  const key = randomUUID()
  const first = await begin(key, ['one', 'two'])
  await expect.poll(() => referencesOf(first.job.id)).toMatchObject([{ state: 'COMPLETED' }, { state: 'COMPLETED' }])
  expect(await begin(key, ['one', 'two'])).toMatchObject({ replayed: true, job: { id: first.job.id } })
  later(LIFE_SECONDS)
  const again = await begin(key, ['three'])
  expect(again).toMatchObject({ replayed: false, job: { counts: { total: 1 } } })
  await expect.poll(() => referencesOf(again.job.id)).toEqual([{ clientReference: 'three', state: 'COMPLETED' }])
  expect((await referencesOf(first.job.id)).map((row: any) => row.clientReference)).toEqual(['one', 'two'])
})

test('a webhook endpoint is created with its own address, and its secret is rotated once more', async () => {
  const client = { client: randomUUID() }
  const create =
    'mutation($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { secret endpoint { id url } } }'
  const rotate =
    'mutation($input: RotateWebhookEndpointSecretInput!) { rotateWebhookEndpointSecret(input: $input) { secret } }'
  const key = randomUUID()
  const endpoint = (path: string) =>
    run(create, { url: `https://partner.example/${path}`, types: ['KYC_OVERVIEW'], idempotencyKey: key }, client)
  const { createWebhookEndpoint: first } = await endpoint('first')
  const rotation = { endpointId: first.endpoint.id, idempotencyKey: key }
  const { rotateWebhookEndpointSecret: rotated } = await run(rotate, rotation, client)
  later(LIFE_SECONDS)
  const { createWebhookEndpoint: second } = await endpoint('second')
  expect(second.endpoint.url).toBe('https://partner.example/second')
  expect(second.secret).not.toBe(first.secret)
  const { rotateWebhookEndpointSecret: again } = await run(rotate, rotation, client)
  expect(again.secret).not.toBe(rotated.secret)
})

describe('an attempt id', () => {
  const DAY_MS = DAY_SECONDS * 1000
  const parts: AttemptParts = { name: ['tenant', 'app', 'addKycCheck', 'k'], place: ['bank', 'ada'], begun: 0 }

  test('is a UUID that no process and no day of seven changes, so a provider knows a write that this store lost', () => {
    const id = attemptId(parts)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(attemptId({ ...parts, begun: 7 * DAY_MS - 1 })).toBe(id)
  })

  test('is another one for each key, each place, and each write that begins when the record of the last has ended', () => {
    const begun = 3 * DAY_MS
    const ids = [
      { ...parts, begun },
      { ...parts, begun: begun + 7 * DAY_MS },
      { ...parts, begun: begun + 400 * DAY_MS },
      { ...parts, begun, place: ['bank', 'bob'] },
      { ...parts, begun, name: [...parts.name, 'bank'], place: ['ada'] },
    ].map(attemptId)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
