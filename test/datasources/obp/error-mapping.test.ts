import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK, CROWD } from '../../../datasources/emulator/people.js'
import type { Fault } from '../../../datasources/emulator/run.js'
import { type App, startApp } from '../../support/app.js'

let app: App
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const READ = `{ customer(id: "${ADA.customerId}") { id } viewer { id } }`
const WRITE = `mutation { createCustomer(input: { legalName: "N", mobilePhoneNumber: "1", email: "n@example.com", dateOfBirth: "1990-01-01", relationshipStatus: "", highestEducationAttained: "",
  employmentStatus: "", kycStatus: false, lastOkDate: "2024-01-01T00:00:00Z" }) { customer { id } } }`
const CUSTOMER = `GET /obp/v4.0.0/banks/${BANK}/customers/*`
const CREATE = `POST /obp/v4.0.0/banks/${BANK}/customers`

const refuses = (match: string, status: number, message: string, rest: Partial<Fault> = {}): Fault => ({
  match,
  fault: 'status',
  status,
  body: { code: status, message },
  ...rest,
})

/** `read: null` is no error but null: there is none. */
type Row = [status: number, message: string, expected: { read: string | null; write: string; providerCode?: string }]

const ROWS: Row[] = [
  [
    404,
    'OBP-30001: Bank not found. Please specify a valid value for BANK_ID. Current BankId is x',
    { read: null, write: 'NOT_FOUND', providerCode: 'OBP-30001' },
  ],
  [
    400,
    'OBP-30001: Bank not found. Please specify a valid value for BANK_ID.',
    { read: null, write: 'NOT_FOUND', providerCode: 'OBP-30001' },
  ],
  [
    404,
    'OBP-30046: Customer not found. Please specify a valid value for CUSTOMER_ID.. Current CustomerId(x)',
    { read: null, write: 'NOT_FOUND', providerCode: 'OBP-30046' },
  ],
  [
    400,
    'OBP-30046: Customer not found. Please specify a valid value for CUSTOMER_ID.',
    { read: null, write: 'NOT_FOUND', providerCode: 'OBP-30046' },
  ],
  [
    404,
    'OBP-30002: Customer not found. Please specify a valid value for CUSTOMER_NUMBER.',
    { read: null, write: 'NOT_FOUND', providerCode: 'OBP-30002' },
  ],
  [
    400,
    'OBP-20005: User not found. Please specify a valid value for USER_ID.',
    { read: null, write: 'NOT_FOUND', providerCode: 'OBP-20005' },
  ],
  [
    400,
    'OBP-30069: Customer Attribute not found. Please specify a valid value for CUSTOMER_ATTRIBUTE_ID.',
    { read: null, write: 'NOT_FOUND', providerCode: 'OBP-30069' },
  ],
  [
    400,
    'OBP-50200: Connector cannot return the data we requested. <- OBP-30071: Attribute Definition not found.',
    { read: null, write: 'NOT_FOUND', providerCode: 'OBP-30071' },
  ],
  [400, 'OBP-30035: User Customer Link not found', { read: null, write: 'NOT_FOUND', providerCode: 'OBP-30035' }],
  [
    400,
    'OBP-30104: Meeting not found. Current MeetingId(x) ',
    { read: null, write: 'NOT_FOUND', providerCode: 'OBP-30104' },
  ],
  [
    400,
    'OBP-30113: Invalid Bank Id (x). The Customer(y) does not belong to this Bank',
    { read: null, write: 'NOT_FOUND', providerCode: 'OBP-30113' },
  ],
  [
    400,
    'OBP-50200: Connector cannot return the data we requested. <- OBP-30300: Tax Residence not found by TAX_RESIDENCE_ID. ',
    { read: null, write: 'NOT_FOUND', providerCode: 'OBP-30300' },
  ],
  [
    400,
    "OBP-50200: Connector cannot return the data we requested. <- OBP-30310: Customer's Address not found by CUSTOMER_ADDRESS_ID. ",
    { read: null, write: 'NOT_FOUND', providerCode: 'OBP-30310' },
  ],
  [
    400,
    'OBP-10001: Incorrect json format. The Json body should be the X ',
    { read: 'BAD_USER_INPUT', write: 'BAD_USER_INPUT', providerCode: 'OBP-10001' },
  ],
  [
    400,
    'OBP-10016: Incorrect filter Parameters in URL.  <- OBP-10025: wrong value for obp_limit parameter.',
    { read: 'BAD_USER_INPUT', write: 'BAD_USER_INPUT', providerCode: 'OBP-10025' },
  ],
  [
    400,
    'OBP-10020: Incorrect json. The filed dependants(1) not equal the length(2) of dob_of_dependants array',
    { read: 'BAD_USER_INPUT', write: 'BAD_USER_INPUT', providerCode: 'OBP-10020' },
  ],
  [
    400,
    'OBP-30051: Cannot create Customer',
    { read: 'BAD_USER_INPUT', write: 'BAD_USER_INPUT', providerCode: 'OBP-30051' },
  ],
  [
    400,
    'OBP-30006: Customer Number already exists.',
    { read: 'CONFLICT', write: 'CONFLICT', providerCode: 'OBP-30006' },
  ],
  [409, 'User with the same username already exists.', { read: 'CONFLICT', write: 'CONFLICT' }],
  [
    401,
    'OBP-20001: User not logged in. Authentication is required!',
    { read: 'PROVIDER_REFUSED', write: 'PROVIDER_REFUSED', providerCode: 'OBP-20001' },
  ],
  [
    403,
    'OBP-20006: User is missing one or more roles: CanGetCustomer',
    { read: 'PROVIDER_REFUSED', write: 'PROVIDER_REFUSED', providerCode: 'OBP-20006' },
  ],
  [
    400,
    'OBP-20006: User is missing one or more roles: CanGetCustomer',
    { read: 'PROVIDER_REFUSED', write: 'PROVIDER_REFUSED', providerCode: 'OBP-20006' },
  ],
  [
    403,
    'OBP-20017: Current user does not have access to the view',
    { read: 'PROVIDER_REFUSED', write: 'PROVIDER_REFUSED', providerCode: 'OBP-20017' },
  ],
  [
    403,
    'OBP-00012: Customer firehose is not allowed on this instance. or OBP-20006: User is missing roles',
    { read: 'PROVIDER_REFUSED', write: 'PROVIDER_REFUSED', providerCode: 'OBP-00012' },
  ],
  [
    403,
    'OBP-20101: not a super admin',
    { read: 'PROVIDER_REFUSED', write: 'PROVIDER_REFUSED', providerCode: 'OBP-20101' },
  ],
  [
    403,
    'OBP-20023: Consumer is missing roles',
    { read: 'PROVIDER_REFUSED', write: 'PROVIDER_REFUSED', providerCode: 'OBP-20023' },
  ],
  [
    404,
    'OBP-10404: Request Not Found. The server has not found anything matching the Request-URI.',
    { read: 'PROVIDER_NOT_CONFIGURED', write: 'PROVIDER_NOT_CONFIGURED', providerCode: 'OBP-10404' },
  ],
  // What failed behind the provider may have been done before it failed.
  [
    400,
    'OBP-50200: Connector cannot return the data we requested.',
    { read: 'PROVIDER_UNAVAILABLE', write: 'OUTCOME_UNKNOWN', providerCode: 'OBP-50200' },
  ],
  [
    400,
    'OBP-30046: Customer not found. <- OBP-50200: Connector cannot return the data we requested.',
    { read: 'PROVIDER_UNAVAILABLE', write: 'OUTCOME_UNKNOWN', providerCode: 'OBP-50200' },
  ],
  [
    400,
    'OBP-50005: An unspecified or internal error occurred.',
    { read: 'PROVIDER_UNAVAILABLE', write: 'OUTCOME_UNKNOWN', providerCode: 'OBP-50005' },
  ],
  [
    400,
    'OBP-50000: Unknown Error.',
    { read: 'PROVIDER_UNAVAILABLE', write: 'OUTCOME_UNKNOWN', providerCode: 'OBP-50000' },
  ],
  [
    500,
    'OBP-50015: The server encountered an unexpected condition which prevented it from fulfilling the request.',
    { read: 'PROVIDER_UNAVAILABLE', write: 'OUTCOME_UNKNOWN', providerCode: 'OBP-50015' },
  ],
  [503, 'Service Unavailable', { read: 'PROVIDER_UNAVAILABLE', write: 'PROVIDER_UNAVAILABLE' }],
  [504, 'Gateway Timeout', { read: 'PROVIDER_TIMEOUT', write: 'OUTCOME_UNKNOWN' }],
  // A code that this graph does not know follows its status.
  [400, 'OBP-99999: Something new.', { read: 'BAD_USER_INPUT', write: 'BAD_USER_INPUT', providerCode: 'OBP-99999' }],
  // What a message repeats of the input is not read as a code.
  [400, 'Unknown value OBP-30046', { read: 'BAD_USER_INPUT', write: 'BAD_USER_INPUT' }],
  [
    404,
    'OBP-30046: Customer not found. Current CustomerId(OBP-10018: OBP-20003)',
    { read: null, write: 'NOT_FOUND', providerCode: 'OBP-30046' },
  ],
]

describe.each(ROWS)('%i %s', (status, message, { read, write, providerCode }) => {
  const extensions = (code: string) => ({
    code,
    provider: 'OPEN_BANK_PROJECT',
    providerStatus: status,
    correlationId: expect.any(String),
    providerCode,
  })

  test(`is ${read ?? 'null'} to a read`, async () => {
    app.fault('obp', refuses(CUSTOMER, status, message, { times: 0 }))
    const { data, errors } = await app.run(READ)
    expect(data).toEqual({ customer: null, viewer: { id: 'tester' } })
    expect(errors.map((error) => ({ providerCode: undefined, ...error.extensions }))).toEqual(
      read === null ? [] : [expect.objectContaining(extensions(read))],
    )
  })

  test(`is ${write} to a write`, async () => {
    app.fault('obp', refuses(CREATE, status, message, { times: 0 }))
    const { errors } = await app.run(WRITE)
    expect({ providerCode: undefined, ...errors[0]!.extensions }).toMatchObject(extensions(write))
    expect(JSON.stringify(errors)).not.toContain(message.split(': ')[1] ?? message)
  })
})

test('a 404 that is not in the provider\'s own form is not "there is none"', async () => {
  app.fault('obp', { match: CUSTOMER, fault: 'status', status: 404, body: { error: 'no route' } })
  const { errors } = await app.run(READ)
  expect(errors[0]!.extensions).toMatchObject({ code: 'PROVIDER_MALFORMED', providerStatus: 404 })
})

test('too many requests say when to come again', async () => {
  app.fault('obp', { match: CUSTOMER, fault: 'status', status: 429, headers: { 'x-rate-limit-reset': '42' } })
  const { errors } = await app.run(READ)
  expect(errors[0]!.extensions).toMatchObject({
    code: 'RATE_LIMITED',
    retryable: true,
    retryAfterSeconds: 42,
    providerCode: 'OBP-10018',
  })
  app.fault('obp', { match: CUSTOMER, fault: 'status', status: 429, headers: { 'x-rate-limit-reset': '-1' } })
  expect((await app.run(READ)).errors[0]!.extensions.retryAfterSeconds).toBe(5)
})

test("the provider's correlation id is passed on, where it looks like one", async () => {
  app.fault('obp', { match: CUSTOMER, fault: 'status', status: 403, headers: { 'correlation-id': 'node0abc-123' } })
  expect((await app.run(READ)).errors[0]!.extensions['providerRequestId']).toBe('node0abc-123')
  app.fault('obp', {
    match: CUSTOMER,
    fault: 'status',
    status: 403,
    headers: { 'correlation-id': 'a customer called Ada' },
  })
  expect((await app.run(READ)).errors[0]!.extensions).not.toHaveProperty('providerRequestId')
})

const CUSTOMER_ANSWER = { bank_id: BANK, customer_id: ADA.customerId, customer_number: '1', kyc_status: true }

test('an answer with only what is always sent is enough; what it does not say is null', async () => {
  app.fault('obp', {
    match: CUSTOMER,
    fault: 'status',
    status: 200,
    body: { ...CUSTOMER_ANSWER, face_image: null, date_of_birth: '', dob_of_dependants: null, credit_rating: null },
  })
  const { data, errors } = await app.run(
    `{ customer(id: "${ADA.customerId}") { number legalName dateOfBirth datesOfBirthOfDependants faceImage { url } creditRating { rating } creditLimit { amount } kycStatus } }`,
  )
  expect(errors).toEqual([])
  expect(data.customer).toEqual({
    number: '1',
    legalName: null,
    dateOfBirth: null,
    datesOfBirthOfDependants: null,
    faceImage: null,
    creditRating: null,
    creditLimit: null,
    kycStatus: true,
  })
})

test('a value that cannot be read is null and counted, never guessed', async () => {
  app.fault('obp', {
    match: CUSTOMER,
    fault: 'status',
    status: 200,
    body: {
      ...CUSTOMER_ANSWER,
      date_of_birth: '19900101',
      last_ok_date: 'soon',
      customer_attributes: [{ customer_attribute_id: 'x', name: 'N', type: 'BOOLEAN', value: null }],
    },
  })
  const { data, errors } = await app.run(
    `{ customer(id: "${ADA.customerId}") { dateOfBirth lastOkDate attributes { type value } } }`,
  )
  expect(errors).toEqual([])
  expect(data.customer).toEqual({ dateOfBirth: null, lastOkDate: null, attributes: [{ type: null, value: '' }] })
})

test.each([
  ['without an id', { bank_id: BANK, customer_number: '1', kyc_status: true }],
  ['without the flag', { ...CUSTOMER_ANSWER, kyc_status: null }],
  ['of another form', { customer: CUSTOMER_ANSWER }],
])('a customer %s is a broken answer', async (_what, body) => {
  app.fault('obp', { match: CUSTOMER, fault: 'status', status: 200, body })
  expect((await app.run(READ)).errors[0]!.extensions).toMatchObject({ code: 'PROVIDER_MALFORMED', providerStatus: 200 })
})

test('a customer of another id than the one that was asked for is absent', async () => {
  app.fault('obp', {
    match: CUSTOMER,
    fault: 'status',
    status: 200,
    body: { ...CUSTOMER_ANSWER, customer_id: 'somebody-else' },
  })
  expect((await app.run(READ)).data.customer).toBeNull()
})

describe('an id that looks like a code, which the message repeats and the status follows', () => {
  const logins = () => app.emulators.obp.calls().filter(({ url }) => url === '/my/logins/direct')
  beforeEach(async () => {
    await app.run(READ)
    app.clear()
  })

  test.each([
    ['customer', `GET /obp/v4.0.0/banks/${BANK}/customers/OBP-20001`],
    ['meeting', `GET /obp/v4.0.0/banks/${BANK}/meetings/OBP-20001`],
  ])('does not end the login where a %s is absent', async (field, call) => {
    const { data, errors } = await app.run(`{ found: ${field}(id: "OBP-20001") { id } }`)
    expect({ data, errors }).toEqual({ data: { found: null }, errors: [] })
    expect(app.calls('obp')).toEqual([call])
    expect(logins()).toEqual([])
  })

  test('does not make a refusal a time-out after which the outcome is unknown', async () => {
    const [first, second] = CROWD
    const write = (customerId: string) =>
      app.run('mutation($input: UpdateCustomerNumberInput!) { updateCustomerNumber(input: $input) { replayed } }', {
        input: { customerId, customerNumber: 'OBP-01000' },
      })
    expect((await write(first!.customerId)).errors).toEqual([])
    expect((await write(second!.customerId)).errors[0]!.extensions).toMatchObject({
      code: 'CONFLICT',
      providerCode: 'OBP-30006',
      providerStatus: 408,
    })
  })
})

test.each([
  ['OBP-30046: Customer not found. Current CustomerId(OBP-01000)', 'NOT_FOUND'],
  ['OBP-10001: Incorrect json format. OBP-01000', 'BAD_USER_INPUT'],
  ['OBP-01000: Request Timeout.', 'OUTCOME_UNKNOWN'],
  ['OBP-50200: Connector cannot return the data we requested. OBP-01000', 'OUTCOME_UNKNOWN'],
])('a write that is answered with 408 %s is %s', async (message, code) => {
  app.fault('obp', refuses(CREATE, 408, message, { times: 0 }))
  expect((await app.run(WRITE)).errors[0]!.extensions.code).toBe(code)
})
