import fetch from 'node-fetch'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK, CROWD, NAMED_PEOPLE } from '../../../datasources/emulator/people.js'
import { type App, startApp } from '../../support/app.js'
import { besideTheGraph } from '../../support/obp.js'

let app: App
let beside: Awaited<ReturnType<typeof besideTheGraph>>
beforeAll(async () => {
  app = await startApp()
  beside = await besideTheGraph(app)
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const UNA = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Una')!
const LINK =
  'mutation($input: LinkCustomerInput!) { linkCustomer(input: $input) { replayed customer { id links { personId bankingCustomerId seiExternalId } person { firstName } } } }'
const READ =
  'query($id: ID!) { customer(id: $id) { links { personId bankingCustomerId seiExternalId } person { id } } }'
const customer = (id: string) => `/obp/v4.0.0/banks/${BANK}/customers/${id}`
const writes = () => app.calls('obp').filter((call) => !call.startsWith('GET '))
const link = (input: object, options = {}) => app.run(LINK, { input }, options)
/** Rows of a name as the provider has them. */
const rows = async (id: string, name: string) =>
  (
    (await beside('GET', `/banks/${BANK}/customers/${id}/attributes`)).body.customer_attributes as {
      name: string
      value: string
    }[]
  )
    .filter((row) => row.name === name)
    .map(({ value }) => value)
const addRow = (id: string, name: string, value: string) =>
  beside('POST', `/banks/${BANK}/customers/${id}/attribute`, { name, type: 'STRING', value })

test('a customer without a person link has no person', async () => {
  const { data, errors } = await app.run(READ, { id: UNA.customerId })
  expect(errors).toEqual([])
  expect(data.customer).toEqual({
    links: { personId: null, bankingCustomerId: 'banking-una', seiExternalId: 'sei-una' },
    person: null,
  })
  expect(app.calls('synctera')).toEqual([])
})

test('a missing link is added, and the person is visible at once', async () => {
  const { customerId } = UNA
  const personId = CROWD[0]!.personId!
  const { data, errors } = await link({ customerId, personId })
  expect(errors).toEqual([])
  expect(data.linkCustomer).toEqual({
    replayed: false,
    customer: {
      id: customerId,
      links: { personId, bankingCustomerId: 'banking-una', seiExternalId: 'sei-una' },
      person: { firstName: 'Crowd01' },
    },
  })
  expect(writes()).toEqual([`POST ${customer(customerId)}/attribute`])
  expect(app.recorded('obp').find(({ method }) => method === 'POST')!.body).toEqual({
    name: 'SYNCTERA_PERSON_ID',
    type: 'STRING',
    value: personId,
  })
  const both = await app.run(`{ person(id: "${personId}") { customers { id } } }`)
  expect(both.data.person.customers.map(({ id }: { id: string }) => id)).toEqual(
    expect.arrayContaining([customerId, CROWD[0]!.customerId]),
  )
})

test('a person id in capitals is linked in lower case, so that the person has the customer', async () => {
  const { customerId, personId } = CROWD[7]!
  const typed = personId!.toUpperCase()
  const { SYNCTERA_URL: url, SYNCTERA_API_KEY: key } = app.emulators.synctera.settings
  const headers = { authorization: `Bearer ${key}` }
  const answer = await fetch(`${url}/v0/persons/${personId}`, { headers })
  const body: unknown = JSON.parse((await answer.text()).replaceAll(personId!, typed))
  // Synctera takes an id in either case.
  app.fault('synctera', { match: `GET /v0/persons/${typed}`, fault: 'status', status: 200, body })
  const { errors } = await link({ customerId, personId: typed })
  expect(errors).toEqual([])
  expect(await rows(customerId, 'SYNCTERA_PERSON_ID')).toEqual([personId])
  const { data } = await app.run(`{ person(id: "${personId}") { customers { id } } }`)
  expect(data.person.customers).toContainEqual({ id: customerId })
})

test('an existing link with the same value is not written', async () => {
  const { errors } = await link({
    customerId: ADA.customerId,
    personId: ADA.personId,
    bankingCustomerId: ADA.bankingCustomerId,
    seiExternalId: ADA.seiExternalId,
  })
  expect(errors).toEqual([])
  expect(writes()).toEqual([])
})

test('a new value replaces the old one, and a link that is left out does not change', async () => {
  const { customerId, personId } = CROWD[1]!
  const { data } = await link({ customerId, seiExternalId: 'sei-new' })
  expect(data.linkCustomer.customer.links).toEqual({
    personId,
    bankingCustomerId: CROWD[1]!.bankingCustomerId,
    seiExternalId: 'sei-new',
  })
  expect(writes()).toEqual([expect.stringMatching(`^PUT ${customer(customerId)}/attributes/`)])
  expect(await rows(customerId, 'SEI_EXTERNAL_ID')).toEqual(['sei-new'])
})

test('null removes it', async () => {
  const { customerId } = CROWD[2]!
  const { data } = await link({ customerId, personId: null, bankingCustomerId: null })
  expect(data.linkCustomer.customer).toMatchObject({
    links: { personId: null, bankingCustomerId: null, seiExternalId: CROWD[2]!.seiExternalId },
    person: null,
  })
  expect(writes()).toHaveLength(2)
  expect(await rows(customerId, 'SYNCTERA_PERSON_ID')).toEqual([])
})

describe('several rows of one name', () => {
  test('that agree are one link', async () => {
    const { customerId, personId } = CROWD[3]!
    await addRow(customerId, 'SYNCTERA_PERSON_ID', personId!)
    const { data } = await app.run(READ, { id: customerId })
    expect(data.customer).toMatchObject({ links: { personId }, person: { id: personId } })
  })

  test('that contradict each other are a conflict until linkCustomer sets all of them', async () => {
    const { customerId, personId } = CROWD[4]!
    await addRow(customerId, 'SYNCTERA_PERSON_ID', ADA.personId!)
    const { data, errors } = await app.run(READ, { id: customerId })
    expect(data.customer).toEqual({ links: null, person: null })
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['CONFLICT', 'CONFLICT'])
    expect(JSON.stringify(errors)).not.toContain(personId)
    expect(app.calls('synctera')).toEqual([])
    const set = await link({ customerId, personId })
    expect(set.data.linkCustomer.customer.links.personId).toBe(personId)
    expect(await rows(customerId, 'SYNCTERA_PERSON_ID')).toEqual([personId, personId])
  })
})

test('a person who does not exist is not recorded', async () => {
  const { errors } = await link({ customerId: UNA.customerId, personId: '00000000-0000-4000-8000-000000000000' })
  expect(errors[0]).toMatchObject({
    message: 'Synctera has no person of this personId.',
    extensions: { code: 'NOT_FOUND', provider: 'SYNCTERA' },
  })
  expect(app.calls('obp')).toEqual([])
})

test('linking needs links:write, and linking a person also needs persons:read', async () => {
  const named = await link({ customerId: ADA.customerId, personId: ADA.personId }, { scopes: ['links:write'] })
  expect(named.errors[0]!.message).toBe('This needs the scope persons:read.')
  const input = { customerId: ADA.customerId, seiExternalId: 'sei-1' }
  expect(
    (await link(input, { scopes: ['customers:read', 'customers:write', 'persons:read'] })).errors[0]!.message,
  ).toBe('This needs the scope links:write.')
  expect(app.calls('obp')).toEqual([])
  const { data } = await app.run(
    'mutation($input: LinkCustomerInput!) { linkCustomer(input: $input) { customer { legalName } } }',
    { input: { ...input, seiExternalId: ADA.seiExternalId } },
    { scopes: ['links:write'] },
  )
  expect(data.linkCustomer.customer).toEqual({ legalName: 'A•••' })
})

test('a link with an unknown outcome is created once however often the call is repeated', async () => {
  const { customerId } = CROWD[5]!
  await link({ customerId, seiExternalId: null })
  const input = { customerId, seiExternalId: 'sei-lost', idempotencyKey: 'link-1' }
  app.fault('obp', { match: `POST ${customer(customerId)}/attribute`, fault: 'drop-after-apply' })
  expect((await link(input)).errors[0]!.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true })
  expect((await link(input)).data.linkCustomer).toMatchObject({
    replayed: true,
    customer: { links: { seiExternalId: 'sei-lost' } },
  })
  expect((await link({ ...input, idempotencyKey: 'link-2' })).data.linkCustomer).toMatchObject({
    replayed: false,
    customer: { links: { seiExternalId: 'sei-lost' } },
  })
  expect(await rows(customerId, 'SEI_EXTERNAL_ID')).toEqual(['sei-lost'])
})

test.each([
  [400, { code: 'OUTCOME_UNKNOWN', retryable: true }, { code: 'OUTCOME_UNKNOWN', retryable: false, replayed: true }],
  [429, { code: 'OUTCOME_UNKNOWN', retryable: true, retryAfterSeconds: expect.any(Number) }, undefined],
])(
  'a partial write (one link set, another refused with %i) is not reported as undone',
  async (status, first, second) => {
    const { customerId } = CROWD[8]!
    await link({ customerId, seiExternalId: null, bankingCustomerId: null })
    const route = `POST ${customer(customerId)}/attribute`
    app.fault('obp', { match: route, fault: 'slow', delayMs: 1 })
    app.fault('obp', { match: route, fault: 'status', status })
    const input = {
      customerId,
      bankingCustomerId: `banking-${status}`,
      seiExternalId: `sei-${status}`,
      idempotencyKey: `link-${status}`,
    }
    expect((await link(input)).errors[0]!.extensions).toMatchObject(first)
    expect(await rows(customerId, 'APITURE_BANKING_CUSTOMER_ID')).toEqual([`banking-${status}`])
    const { data, errors } = await link(input)
    if (second) expect(errors[0]!.extensions).toMatchObject(second)
    else
      expect(data.linkCustomer).toMatchObject({
        replayed: false,
        customer: { links: { bankingCustomerId: `banking-${status}`, seiExternalId: `sei-${status}` } },
      })
  },
)

describe('a link that is set before another certainly was not', () => {
  const { customerId } = CROWD[9]!
  const attribute = `POST ${customer(customerId)}/attribute`
  /** The second link is refused with 429: nothing of it was executed. */
  const refuseSecond = () => {
    app.fault('obp', { match: attribute, fault: 'slow', delayMs: 1 })
    app.fault('obp', { match: attribute, fault: 'status', status: 429 })
  }
  const begin = async (key: string) => {
    await link({ customerId, seiExternalId: null, bankingCustomerId: null })
    app.clear()
    refuseSecond()
    const input = {
      customerId,
      bankingCustomerId: `banking-${key}`,
      seiExternalId: `sei-${key}`,
      idempotencyKey: `partly ${key}`,
    }
    const { errors } = await link(input)
    expect(errors[0]!.message).toMatch(/^A part of the request was carried out/)
    return input
  }

  test('keeps its key, and is in the audit trail as a write of which the outcome is unknown', async () => {
    const input = await begin('kept')
    const other = await link({ ...input, seiExternalId: 'sei-other' })
    expect(other.errors[0]!.extensions.code).toBe('IDEMPOTENCY_KEY_REUSED')
    const outcomes = app
      .audit()
      .split('\n')
      .filter((line) => line.includes('linkCustomer') && line.includes('OUTCOME_UNKNOWN'))
    expect(outcomes.at(-1)).toContain('"outcome":"unknown"')
  })

  test('is not set again by the repeat, which sets what is left, also after another refusal', async () => {
    const input = await begin('left')
    app.fault('obp', { match: attribute, fault: 'status', status: 429 })
    expect((await link(input)).errors[0]!.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true })
    await link({ customerId, bankingCustomerId: 'banking-later' })
    expect((await link(input)).data.linkCustomer).toMatchObject({
      replayed: false,
      customer: { links: { bankingCustomerId: 'banking-later', seiExternalId: 'sei-left' } },
    })
    expect(await rows(customerId, 'SEI_EXTERNAL_ID')).toEqual(['sei-left'])
  })

  test('is only read back once the answer about the rest was lost', async () => {
    const input = await begin('lost')
    app.fault('obp', { match: attribute, fault: 'reset' })
    expect((await link(input)).errors[0]!.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true })
    expect((await link(input)).errors[0]!.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: false })
    expect(await rows(customerId, 'SEI_EXTERNAL_ID')).toEqual([])
  })
})

describe('the person of a link', () => {
  const personId = CROWD[6]!.personId
  const input = { customerId: CROWD[6]!.customerId, personId, idempotencyKey: 'link-person' }

  test('is not looked up for a caller without links:write', async () => {
    const { errors } = await link(input, { scopes: ['customers:read', 'customers:write', 'persons:read'] })
    expect(errors[0]!.message).toBe('This needs the scope links:write.')
    expect(app.calls('synctera')).toEqual([])
  })

  test('is looked up once, and not again for a replay', async () => {
    expect(await link(input)).toMatchObject({ data: { linkCustomer: { replayed: false } }, errors: [] })
    expect(app.calls('synctera')).toEqual([`GET /v0/persons/${personId}`])
    app.clear()
    app.fault('synctera', { match: 'GET /v0/persons/*', fault: 'status', status: 503, times: 0 })
    const { data, errors } = await app.run(
      'mutation($input: LinkCustomerInput!) { linkCustomer(input: $input) { replayed } }',
      { input },
    )
    expect({ data, errors }).toEqual({ data: { linkCustomer: { replayed: true } }, errors: [] })
    expect([...app.calls('synctera'), ...app.calls('obp')]).toEqual([])
    const named = await link(input, { scopes: ['links:write'] })
    expect(named.errors[0]!.message).toBe('This needs the scope persons:read.')
  })

  test('leaves the idempotency key free when the lookup fails', async () => {
    const later = { ...input, idempotencyKey: 'link-later' }
    app.fault('synctera', { match: 'GET /v0/persons/*', fault: 'status', status: 503, times: 0 })
    expect((await link(later)).errors[0]!.extensions).toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      provider: 'SYNCTERA',
    })
    expect(app.calls('obp')).toEqual([])
    app.clear()
    expect((await link(later)).data.linkCustomer).toMatchObject({ replayed: false })
  })
})

test.each<[string, Record<string, unknown>]>([
  ['input', {}],
  ['input.personId', { personId: 'no-uuid' }],
  ['input.bankingCustomerId', { bankingCustomerId: 'short' }],
  ['input.bankingCustomerId', { bankingCustomerId: 'has a space' }],
  ['input.seiExternalId', { seiExternalId: '' }],
  ['input.seiExternalId', { seiExternalId: 'x'.repeat(256) }],
])('refuses a bad %s: %j', async (field, rest) => {
  const { errors } = await link({ customerId: ADA.customerId, ...rest })
  expect(errors[0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: { [field]: expect.any(Array) } })
  expect([...app.calls('obp'), ...app.calls('synctera')]).toEqual([])
})
