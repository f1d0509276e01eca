import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK, CROWD, NAMED_PEOPLE, OTHER_BANK } from '../../../datasources/emulator/people.js'
import type { Scope } from '../../../schema/scopes.js'
import { type App, startApp } from '../../support/app.js'
import { besideTheGraph } from '../../support/obp.js'

let app: App
let beside: Awaited<ReturnType<typeof besideTheGraph>>
beforeAll(async () => {
  app = await startApp({ OBP_BANK_IDS: `${BANK},${OTHER_BANK}` })
  beside = await besideTheGraph(app)
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const OTTO = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Otto')!
const customers = `/obp/v4.0.0/banks/${BANK}/customers`
const writes = () => app.calls('obp').filter((call) => !call.startsWith('GET '))

/** Every update: its mutation, a valid input, the path that it writes, and the values read afterwards. */
const CHANGES: [mutation: string, input: Record<string, unknown>, part: string, seen: Record<string, unknown>][] = [
  ['updateCustomerBranch', { branchId: 'branch-9' }, 'branch', { branchId: 'branch-9' }],
  [
    'updateCustomerCreditLimit',
    { creditLimit: { currency: 'USD', amount: '2500.50' } },
    'credit-limit',
    { creditLimit: { currency: 'USD', amount: '2500.50' } },
  ],
  [
    'updateCustomerCreditRating',
    { rating: 'B+', source: 'agency' },
    'credit-rating-and-source',
    { creditRating: { rating: 'B+', source: 'agency' } },
  ],
  [
    'updateCustomerData',
    {
      faceImage: { url: 'https://images.example.com/new.png', date: '2024-05-06T07:08:09.500+02:00' },
      relationshipStatus: 'divorced',
      dependants: 3,
      highestEducationAttained: 'PhD',
      employmentStatus: 'retired',
    },
    'data',
    {
      faceImage: { url: 'https://images.example.com/new.png', date: '2024-05-06T05:08:09.000Z' },
      relationshipStatus: 'divorced',
      dependants: 3,
      highestEducationAttained: 'PhD',
      employmentStatus: 'retired',
    },
  ],
  ['updateCustomerEmail', { email: 'New.Address@Example.com' }, 'email', { email: 'new.address@example.com' }],
  [
    'updateCustomerIdentity',
    { legalName: 'Newly Named', dateOfBirth: '1999-12-31', title: '', nameSuffix: 'Jr' },
    'identity',
    { legalName: 'Newly Named', dateOfBirth: '1999-12-31', title: null, nameSuffix: 'Jr' },
  ],
  ['updateCustomerMobileNumber', { mobilePhoneNumber: '+49 30 1' }, 'mobile-number', { mobilePhoneNumber: '+49 30 1' }],
  ['updateCustomerNumber', { customerNumber: 'K-1' }, 'number', { number: 'K-1' }],
]

const CUSTOMER = `id bankId number legalName title nameSuffix email mobilePhoneNumber faceImage { url date } dateOfBirth relationshipStatus dependants
  datesOfBirthOfDependants creditRating { rating source } creditLimit { currency amount } highestEducationAttained employmentStatus kycStatus lastOkDate branchId`
const typeOf = (mutation: string) => `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`
const change = (mutation: string, input: object, options = {}, fields = CUSTOMER) =>
  app.run(
    `mutation($input: ${typeOf(mutation)}!) { ${mutation}(input: $input) { replayed customer { ${fields} } } }`,
    { input },
    options,
  )
const read = async (id: string) =>
  (await app.run(`query($id: ID!) { customer(id: $id) { ${CUSTOMER} } }`, { id })).data.customer

describe.each(CHANGES)('%s', (mutation, given, part, seen) => {
  const input = { customerId: CROWD[0]!.customerId, ...given }

  test('updates that part of the customer only', async () => {
    const before = await read(input.customerId)
    app.clear()
    const { data, errors } = await change(mutation, input)
    expect(errors).toEqual([])
    expect(data[mutation]).toEqual({ replayed: false, customer: { ...before, ...seen } })
    expect(writes()).toEqual([`PUT ${customers}/${input.customerId}/${part}`])
    expect(await read(input.customerId)).toEqual({ ...before, ...seen })
  })

  test("does not update another bank's customer or an unknown customer", async () => {
    for (const key of [
      { customerId: OTTO.customerId },
      { customerId: ADA.customerId, bankId: OTHER_BANK },
      { customerId: ADA.customerId, bankId: 'elsewhere' },
      { customerId: 'nobody' },
    ]) {
      const { data, errors } = await change(mutation, { ...given, ...key })
      expect(data[mutation]).toBeNull()
      expect(errors[0]!.extensions).toMatchObject({ code: 'NOT_FOUND', provider: 'OPEN_BANK_PROJECT' })
    }
    const narrowed = await change(
      mutation,
      { ...given, customerId: OTTO.customerId, bankId: OTHER_BANK },
      { claims: { banks: [BANK] } },
    )
    expect(narrowed.errors[0]!.extensions.code).toBe('NOT_FOUND')
    expect(writes()).toEqual([])
  })

  test('needs customers:write, and masks personal data without pii:read', async () => {
    const refused = await change(mutation, input, { scopes: ['customers:read', 'pii:read'] })
    expect(refused.errors[0]!.message).toBe('This needs the scope customers:write.')
    expect(app.calls('obp')).toEqual([])
    const scopes: Scope[] = part === 'number' ? ['customers:write', 'links:write'] : ['customers:write']
    const { data, errors } = await change(mutation, input, { scopes }, 'email dateOfBirth')
    expect(errors).toEqual([])
    expect(data[mutation].customer).toEqual({ email: expect.stringMatching(/^.•••$/), dateOfBirth: null })
  })

  test('with an unknown outcome is not repeated, because another caller may have changed the value since', async () => {
    const again = { ...input, ...(part === 'number' ? { customerNumber: 'K-2' } : {}), idempotencyKey: `again-${part}` }
    app.fault('obp', { match: `PUT ${customers}/${input.customerId}/${part}`, fault: 'drop-after-apply' })
    expect((await change(mutation, again)).errors[0]!.extensions).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      retryable: true,
    })
    app.clear()
    // The record is read back instead, and holds the requested value.
    expect((await change(mutation, again)).data[mutation]).toMatchObject({
      replayed: true,
      customer: part === 'number' ? { number: 'K-2' } : seen,
    })
    expect(app.calls('obp')).toEqual([`GET ${customers}/${input.customerId}`])
    app.clear()
    expect((await change(mutation, again)).data[mutation].replayed).toBe(true)
    expect(app.calls('obp')).toEqual([])
  })

  test('keeps an unknown outcome when the record holds another value', async () => {
    const customerId = CROWD[6]!.customerId
    const lost = {
      ...given,
      customerId,
      ...(part === 'number' ? { customerNumber: 'K-4' } : {}),
      idempotencyKey: `lost-${part}`,
    }
    app.fault('obp', { match: `PUT ${customers}/${customerId}/${part}`, fault: 'reset' })
    expect((await change(mutation, lost)).errors[0]!.extensions).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      retryable: true,
    })
    const { errors } = await change(mutation, lost)
    expect(errors[0]).toMatchObject({
      message: expect.stringContaining('Read the record back'),
      extensions: { code: 'OUTCOME_UNKNOWN', retryable: false, replayed: true },
    })
    expect(writes()).toHaveLength(1)
    const anew = await change(mutation, { ...lost, idempotencyKey: `anew-${part}` })
    expect(anew.data[mutation]).toMatchObject({
      replayed: false,
      customer: part === 'number' ? { number: 'K-4' } : seen,
    })
    // The record now holds the requested value, so the first call is a replay.
    expect((await change(mutation, lost)).data[mutation].replayed).toBe(true)
  })

  test.each<[number, string, string]>([
    [404, 'OBP-30001: Bank not found. Please specify a valid value for BANK_ID. Current BankId is x', 'NOT_FOUND'],
    [403, 'OBP-20006: User is missing one or more roles: CanUpdateCustomer', 'PROVIDER_REFUSED'],
    [401, 'OBP-20001: User not logged in. Authentication is required!', 'PROVIDER_REFUSED'],
    [400, 'OBP-10001: Incorrect json format. The Json body should be the PutUpdateCustomerJsonV310 ', 'BAD_USER_INPUT'],
    [
      404,
      'OBP-30046: Customer not found. Please specify a valid value for CUSTOMER_ID.. Current CustomerId(x)',
      'NOT_FOUND',
    ],
    [
      400,
      'OBP-30006: Customer Number already exists. Please specify a different value for BANK_ID or CUSTOMER_NUMBER. Current customer_number(1)',
      'CONFLICT',
    ],
    [400, 'OBP-30058: Cannot update the Customer', 'PROVIDER_UNAVAILABLE'],
    [400, 'OBP-50000: Unknown Error.', 'OUTCOME_UNKNOWN'],
  ])('maps %i %s to %s', async (status, message, code) => {
    app.fault('obp', {
      match: `PUT ${customers}/*/${part}`,
      fault: 'status',
      status,
      body: { code: status, message },
      times: 0,
    })
    const { errors } = await change(mutation, { ...input, ...(part === 'number' ? { customerNumber: 'K-3' } : {}) })
    expect(errors[0]!.extensions).toMatchObject({
      code,
      provider: 'OPEN_BANK_PROJECT',
      providerStatus: status,
      providerCode: message.slice(0, 9),
    })
  })
})

const long = (length: number) => 'x'.repeat(length + 1)
const DATA = CHANGES[3]![1]
const IDENTITY = CHANGES[5]![1]
test.each<[string, string, Record<string, unknown>]>([
  ['updateCustomerBranch', 'customerId', { branchId: 'b', customerId: '../x' }],
  ['updateCustomerBranch', 'branchId', { branchId: '' }],
  ['updateCustomerBranch', 'branchId', { branchId: long(255) }],
  ['updateCustomerCreditLimit', 'creditLimit.currency', { creditLimit: { currency: 'euro', amount: '1' } }],
  ['updateCustomerCreditLimit', 'creditLimit.amount', { creditLimit: { currency: 'EUR', amount: '1,00' } }],
  ['updateCustomerCreditRating', 'rating', { rating: long(100), source: 's' }],
  ['updateCustomerCreditRating', 'source', { rating: 'A', source: '' }],
  ['updateCustomerData', 'faceImage.url', { ...DATA, faceImage: { url: '', date: '2024-01-01T00:00:00Z' } }],
  ['updateCustomerData', 'relationshipStatus', { ...DATA, relationshipStatus: long(16) }],
  ['updateCustomerData', 'dependants', { ...DATA, dependants: -1 }],
  ['updateCustomerData', 'highestEducationAttained', { ...DATA, highestEducationAttained: long(32) }],
  ['updateCustomerData', 'employmentStatus', { ...DATA, employmentStatus: long(32) }],
  ['updateCustomerEmail', 'email', { email: 'nobody' }],
  ['updateCustomerEmail', 'email', { email: `n@${'x.'.repeat(100)}com` }],
  ['updateCustomerIdentity', 'legalName', { ...IDENTITY, legalName: long(255) }],
  ['updateCustomerIdentity', 'legalName', { ...IDENTITY, legalName: '' }],
  ['updateCustomerIdentity', 'dateOfBirth', { ...IDENTITY, dateOfBirth: '1899-12-31' }],
  ['updateCustomerIdentity', 'dateOfBirth', { ...IDENTITY, dateOfBirth: '2999-01-01' }],
  ['updateCustomerIdentity', 'title', { ...IDENTITY, title: long(255) }],
  ['updateCustomerIdentity', 'nameSuffix', { ...IDENTITY, nameSuffix: long(255) }],
  ['updateCustomerMobileNumber', 'mobilePhoneNumber', { mobilePhoneNumber: '' }],
  ['updateCustomerMobileNumber', 'mobilePhoneNumber', { mobilePhoneNumber: long(50) }],
  ['updateCustomerNumber', 'customerNumber', { customerNumber: '' }],
  ['updateCustomerNumber', 'customerNumber', { customerNumber: long(50) }],
  ['updateCustomerNumber', 'customerNumber', { customerNumber: '1 <- OBP-20003' }],
])('%s rejects an invalid %s before it sends a call', async (mutation, field, input) => {
  const { errors } = await change(mutation, { customerId: ADA.customerId, ...input })
  expect(errors[0]!.extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    fields: { [`input.${field}`]: expect.any(Array) },
  })
  expect(app.calls('obp')).toEqual([])
})

test("another customer's number is a conflict, the customer's own is not, and the error contains no number", async () => {
  const { customerId, customerNumber } = CROWD[1]!
  const own = await change('updateCustomerNumber', { customerId, customerNumber })
  expect(own.data.updateCustomerNumber.customer).toMatchObject({ id: customerId, number: customerNumber })
  expect(writes()).toEqual([])
  const taken = await change('updateCustomerNumber', { customerId, customerNumber: CROWD[2]!.customerNumber })
  expect(taken.errors[0]!.extensions).toMatchObject({ code: 'CONFLICT', providerCode: 'OBP-30006' })
  expect(JSON.stringify(taken.errors)).not.toContain(CROWD[2]!.customerNumber)
  // Customer numbers are unique per bank.
  expect((await change('updateCustomerNumber', { customerId, customerNumber: OTTO.customerNumber })).errors).toEqual([])
})

test('an update is visible to the next update and in the list of customers', async () => {
  const { customerId } = CROWD[3]!
  const seen = 'customer { email person { customers { email mobilePhoneNumber } } }'
  const { data, errors } = await app.run(`mutation {
    a: updateCustomerEmail(input: { customerId: "${customerId}", email: "first@example.com" }) { ${seen} }
    b: updateCustomerMobileNumber(input: { customerId: "${customerId}", mobilePhoneNumber: "2" }) { ${seen} }
    c: updateCustomerEmail(input: { customerId: "${customerId}", email: "third@example.com" }) { ${seen} } }`)
  expect(errors).toEqual([])
  expect(data.a.customer).toEqual({
    email: 'first@example.com',
    person: { customers: [{ email: 'first@example.com', mobilePhoneNumber: CROWD[3]!.phone }] },
  })
  expect(data.b.customer).toEqual({
    email: 'first@example.com',
    person: { customers: [{ email: 'first@example.com', mobilePhoneNumber: '2' }] },
  })
  expect(data.c.customer).toEqual({
    email: 'third@example.com',
    person: { customers: [{ email: 'third@example.com', mobilePhoneNumber: '2' }] },
  })
})

describe("the emulator's updates", () => {
  test('find the customer at any bank, and report missing fields in the order of the provider', async () => {
    const put = (bank: string, id: string, body: object) => beside('PUT', `/banks/${bank}/customers/${id}/branch`, body)
    expect(await put(OTHER_BANK, CROWD[4]!.customerId, { branch_id: 7 })).toMatchObject({
      status: 200,
      body: { bank_id: BANK, branch_id: '7' },
    })
    expect((await put('nowhere', 'nobody', {})).body.message).toContain('OBP-30001')
    expect((await put(BANK, 'nobody', {})).body).toEqual({
      code: 400,
      message: 'OBP-10001: Incorrect json format. The Json body should be the PutUpdateCustomerBranchJsonV310 ',
    })
    expect((await put(BANK, 'nobody', { branch_id: '1' })).body).toEqual({
      code: 404,
      message:
        'OBP-30046: Customer not found. Please specify a valid value for CUSTOMER_ID.. Current CustomerId(nobody)',
    })
    expect((await put(BANK, CROWD[4]!.customerId, { branch_id: long(255) })).status).toBe(400)
  })

  test("reject a customer's current number as a duplicate", async () => {
    const { status, body } = await beside('PUT', `/banks/${BANK}/customers/${ADA.customerId}/number`, {
      customer_number: ADA.customerNumber,
    })
    expect([status, body.message]).toEqual([
      400,
      expect.stringMatching(
        /^OBP-30006: Customer Number already exists\..* Current customer_number\(5000001\) and Current bank_id\(meridian\.01\.uk\)$/,
      ),
    ])
  })
})

test('a number that an operation sets has no social media handle of the former number', async () => {
  const { customerId: id, customerNumber: old } = CROWD[5]!
  const at = '2024-01-01T00:00:00Z'
  const handle = (customerNumber: string, name: string) =>
    `addSocialMediaHandle(input: { customerId: $id, customerNumber: "${customerNumber}", type: "chat", handle: "${name}", addedAt: "${at}", activatedAt: "${at}" }) { handle { handle } }`
  expect((await app.run(`mutation($id: ID!) { ${handle(old, '@old')} }`, { id })).errors).toEqual([])
  const { data, errors } = await app.run(
    `mutation($id: ID!) {
      a: updateCustomerEmail(input: { customerId: $id, email: "handle@example.com" }) { customer { socialMediaHandles { handle } } }
      b: updateCustomerNumber(input: { customerId: $id, customerNumber: "K-8" }) { customer { socialMediaHandles { handle } } }
      c: ${handle('K-8', '@new')}
    }`,
    { id },
  )
  expect(errors).toEqual([])
  expect(data).toEqual({
    a: { customer: { socialMediaHandles: [{ handle: '@old' }] } },
    b: { customer: { socialMediaHandles: [] } },
    c: { handle: { handle: '@new' } },
  })
})
