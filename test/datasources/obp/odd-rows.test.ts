import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK } from '../../../datasources/emulator/people.js'
import { type App, startApp } from '../../support/app.js'

let app: App
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const id = ADA.customerId
const answer = (path: string, body: object) =>
  app.fault('obp', { match: `GET /obp/v4.0.0${path}`, fault: 'status', status: 200, body, times: 0 })
const record = { bank_id: BANK, customer_id: id, customer_number: '1' }
const check = (rest: object = {}) => ({
  ...record,
  id: 'c',
  how: 'branch',
  satisfied: true,
  date: '2024-01-01T00:00:00Z',
  ...rest,
})
const document = (rest: object = {}) => ({
  ...record,
  id: 'd',
  type: 'passport',
  expiry_date: '2090-01-01T00:00:00Z',
  ...rest,
})
const status = (rest: object = {}) => ({
  customer_id: id,
  customer_number: '1',
  ok: true,
  date: '2024-01-01T00:00:00Z',
  ...rest,
})
const attribute = (rest: object = {}) => ({
  customer_attribute_id: 'a',
  name: 'COLOUR',
  type: 'STRING',
  value: 'red',
  ...rest,
})
const CHECKS = `/customers/${id}/kyc_checks`
const DOCUMENTS = `/customers/${id}/kyc_documents`
const STATUSES = `/customers/${id}/kyc_statuses`
const CUSTOMER = `/banks/${BANK}/customers/${id}`
/** A customer's attributes come with the customer. */
const withAttributes = (...customer_attributes: object[]) => ({
  bank_id: BANK,
  customer_id: id,
  customer_number: '1',
  kyc_status: true,
  customer_attributes,
})

describe('a list with one row that cannot be read has the others', () => {
  const at = `/banks/${BANK}/customers/${id}`
  const address = { customer_address_id: 'x', customer_id: id }

  test.each<[field: string, path: string, body: object]>([
    ['kycDocuments { id }', DOCUMENTS, { documents: [document(), document({ expiry_date: '' })] }],
    ['kycDocuments { id }', DOCUMENTS, { documents: [document({ expiry_date: 'soon' }), document()] }],
    ['kycDocuments { id }', DOCUMENTS, { documents: [document(), document({ expiry_date: '2020-02-31T00:00:00Z' })] }],
    ['kycChecks { id }', CHECKS, { checks: [check({ satisfied: 'yes' }), check()] }],
    [
      'kycMedia { id }',
      `/customers/${id}/kyc_media`,
      {
        medias: [
          { ...record, id: 'm' },
          { ...record, id: '' },
        ],
      },
    ],
    ['kycStatuses { ok }', STATUSES, { statuses: [status(), status({ ok: null })] }],
    ['addresses { id }', `${at}/addresses`, { addresses: [address, { ...address, tags: 'home' }] }],
    ['taxResidences { id }', `${at}/tax-residences`, { tax_residence: [{ tax_residence_id: 't' }, { domain: 'x' }] }],
    ['attributes { id }', CUSTOMER, withAttributes(attribute(), attribute({ name: 7 }))],
    [
      'userLinks { id }',
      `/banks/${BANK}/user_customer_links/customers/${id}`,
      {
        user_customer_links: [
          {
            user_customer_link_id: 'l',
            customer_id: id,
            user_id: 'u',
            date_inserted: '2024-01-01T00:00:00Z',
            is_active: true,
          },
          { user_customer_link_id: 'k', customer_id: id, user_id: 'u', date_inserted: 'today', is_active: true },
        ],
      },
    ],
  ])('%s of %s', async (field, path, body) => {
    answer(path, body)
    const { data, errors } = await app.run(`query($id: ID!) { customer(id: $id) { ${field} } }`, { id })
    const name = field.split(' ', 1)[0]!
    expect(data.customer[name]).toHaveLength(1)
    expect(errors).toMatchObject([
      {
        path: ['customer', name],
        extensions: { code: 'PROVIDER_MALFORMED', provider: 'OPEN_BANK_PROJECT', leftOut: 1 },
      },
    ])
  })

  test('an odd row of another customer or bank is of no concern', async () => {
    answer(CHECKS, { checks: [check(), check({ customer_id: 'other', satisfied: 1 })] })
    const { data, errors } = await app.run('query($id: ID!) { customer(id: $id) { kycChecks { id } } }', { id })
    expect(errors).toEqual([])
    expect(data.customer.kycChecks).toEqual([{ id: 'c' }])
  })

  test('a search has the customers that can be read', async () => {
    const customer = (customer_id: string, rest: object = {}) => ({
      bank_id: BANK,
      customer_id,
      customer_number: customer_id,
      mobile_phone_number: '+1',
      kyc_status: true,
      ...rest,
    })
    app.fault('obp', {
      match: `POST /obp/v4.0.0/banks/${BANK}/search/**`,
      fault: 'status',
      status: 200,
      body: { customers: [customer('a'), customer('b', { dependants: '2' }), customer('c')] },
    })
    const { data, errors } = await app.run('{ customersByMobilePhoneNumber(mobilePhoneNumber: "+1") { id } }')
    expect(data.customersByMobilePhoneNumber).toEqual([{ id: 'a' }, { id: 'c' }])
    expect(errors).toMatchObject([{ path: ['customersByMobilePhoneNumber'], extensions: { leftOut: 1 } }])
  })

  test('masked values stay masked, and the row stays out', async () => {
    answer(DOCUMENTS, { documents: [document({ number: 'P1234567890' }), document({ expiry_date: '' })] })
    const { data } = await app.run(
      'query($id: ID!) { customer(id: $id) { kycDocuments { number } } }',
      { id },
      {
        scopes: ['customers:read', 'kyc:read'],
      },
    )
    expect(data.customer.kycDocuments).toEqual([{ number: '••••7890' }])
  })
})

describe('no decision rests on a list of which a row cannot be read', () => {
  const OVERVIEW =
    'query($id: ID!) { customer(id: $id) { kycOverview { status sources { provider status available } } } }'
  const overview = async () => {
    const { data, errors } = await app.run(OVERVIEW, { id })
    expect(errors).toEqual([])
    return data.customer.kycOverview
  }
  const bank = (given: { sources: { provider: string }[] }) =>
    given.sources.find(({ provider }) => provider === 'OPEN_BANK_PROJECT')

  test.each<[string, string, object]>([
    ['a status', STATUSES, { statuses: [status(), status({ ok: 'no' })] }],
    ['a check', CHECKS, { checks: [check(), check({ satisfied: null })] }],
    ['a document', DOCUMENTS, { documents: [document(), document({ expiry_date: '' })] }],
    [
      'a document that expires on no day',
      DOCUMENTS,
      { documents: [document({ expiry_date: '2020-13-01T00:00:00Z' })] },
    ],
  ])('%s that cannot be read leaves an accepted customer provisional', async (_what, path, body) => {
    answer(STATUSES, { statuses: [status()] })
    if (path === STATUSES) app.clear()
    answer(path, body)
    const given = await overview()
    expect(given.status).toBe('PROVISIONAL')
    expect(bank(given)).toMatchObject({ status: null, available: false })
  })

  test.each<[string, string, string, object]>([
    ['REJECTED', 'a status that says no', STATUSES, { statuses: [status({ ok: false }), status({ ok: 7 })] }],
    [
      'REVIEW',
      'a failed check',
      CHECKS,
      { checks: [check({ satisfied: false, date: '2999-01-01T00:00:00Z' }), check({ satisfied: 7 })] },
    ],
    [
      'REVIEW',
      'an expired document',
      DOCUMENTS,
      { documents: [document({ expiry_date: '2020-01-01T00:00:00Z' }), document({ type: 7 })] },
    ],
  ])('what can be read still counts when it is bad: %s for %s', async (expected, _what, path, body) => {
    answer(path, body)
    const given = await overview()
    expect(given.status).toBe(expected)
    expect(bank(given)).toMatchObject({ status: expected, available: false })
  })

  test("an attribute without a name is no link, and does not close what is the customer's own", async () => {
    const link = attribute({ name: 'SYNCTERA_PERSON_ID', value: ADA.personId })
    const body = withAttributes(attribute({ name: null }), link)
    answer(CUSTOMER, body)
    answer('/users/current/customers', { customers: [body] })
    const query = 'query($id: ID!) { customer(id: $id) { links { personId } attributes { name } } }'
    const { data, errors } = await app.run(query, { id })
    expect(errors).toEqual([])
    expect(data.customer.links).toEqual({ personId: ADA.personId })
    expect(data.customer.attributes.map(({ name }: { name: string }) => name)).toEqual(['', 'SYNCTERA_PERSON_ID'])
    const own = await app.run(
      'query($id: ID!) { customer(id: $id) { id } person(id: "' + ADA.personId + '") { id } }',
      { id },
      {
        client: 'ada',
        scopes: ['customers:read:own', 'persons:read:own'],
      },
    )
    expect(own.errors).toEqual([])
    expect(own.data).toEqual({ customer: { id }, person: { id: ADA.personId } })
  })

  test('a link may be the attribute that cannot be read', async () => {
    answer(CUSTOMER, withAttributes(attribute({ name: 7, value: 'x' })))
    const given = await overview()
    expect(given.status).toBe('PROVISIONAL')
    const { data, errors } = await app.run('query($id: ID!) { customer(id: $id) { links { personId } } }', { id })
    expect(data.customer.links).toBeNull()
    expect(errors).toMatchObject([{ path: ['customer', 'links'], extensions: { code: 'PROVIDER_MALFORMED' } }])
  })

  test('a verification that cannot be read leaves an accepted person without a status', async () => {
    app.fault('synctera', {
      match: 'GET /v0/verifications',
      fault: 'status',
      status: 200,
      body: {
        verifications: [{ person_id: ADA.personId, verification_type: 'IDENTITY', result: 1, verification_time: 'x' }],
      },
    })
    expect(await overview()).toMatchObject({
      status: 'PROVISIONAL',
      sources: [
        { provider: 'OPEN_BANK_PROJECT', status: 'ACCEPTED' },
        { provider: 'SYNCTERA', status: null, available: false },
      ],
    })
  })

  test('a write does not take an unreadable row for an absent one', async () => {
    answer(CUSTOMER, withAttributes(attribute(), { value: 'x' }))
    const { errors } = await app.run(
      'mutation($input: LinkCustomerInput!) { linkCustomer(input: $input) { customer { id } } }',
      { input: { customerId: id, seiExternalId: 'other' } },
    )
    expect(errors).toMatchObject([{ path: ['linkCustomer'], extensions: { code: 'PROVIDER_MALFORMED' } }])
    expect(app.calls('obp').filter((call) => !call.startsWith('GET'))).toEqual([])
  })
})
