import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK, PEOPLE, CROWD, NAMED_PEOPLE, OTHER_BANK } from '../../../datasources/emulator/people.js'
import { type App, startApp } from '../../support/app.js'
import { besideTheGraph } from '../../support/obp.js'

let app: App
let beside: Awaited<ReturnType<typeof besideTheGraph>>
const ODD = ['100%', '100x', '5_5', '5a5', 'C:\\1', 'C:x1', '[1-9]', '+49 (30) 1.2', '%']
beforeAll(async () => {
  app = await startApp({ OBP_BANK_IDS: `${BANK},${OTHER_BANK}` })
  beside = await besideTheGraph(app)
  for (const [i, phone] of ODD.entries())
    await beside('PUT', `/banks/${BANK}/customers/${CROWD[30 + i]!.customerId}/mobile-number`, {
      mobile_phone_number: phone,
    })
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const OTTO = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Otto')!
const at = (bank: string) => `/obp/v4.0.0/banks/${bank}/search/customers/mobile-phone-number`
const QUERY = `query($phone: String!, $match: PhoneNumberMatch, $first: Int, $bankId: ID) {
  customersByMobilePhoneNumber(mobilePhoneNumber: $phone, match: $match, first: $first, bankId: $bankId) { id mobilePhoneNumber dateOfBirth } }`
const search = (phone: string, rest: object = {}, options = {}) => app.run(QUERY, { phone, ...rest }, options)
const phones = async (phone: string, match?: string) => {
  const { data, errors } = await search(phone, { match, first: 100 })
  expect(errors).toEqual([])
  return data.customersByMobilePhoneNumber
    .map(({ mobilePhoneNumber }: { mobilePhoneNumber: string }) => mobilePhoneNumber)
    .sort()
}
const pattern = () => (app.recorded('obp')[0]!.body as { mobile_phone_number: string }).mobile_phone_number

test('a complete number finds its customers, and is sent with a wildcard between its digits', async () => {
  const { data, errors } = await search(ADA.phone)
  expect({ data, errors }).toEqual({
    data: {
      customersByMobilePhoneNumber: [
        { id: ADA.customerId, mobilePhoneNumber: ADA.phone, dateOfBirth: ADA.dateOfBirth },
      ],
    },
    errors: [],
  })
  expect(app.recorded('obp')).toMatchObject([
    { method: 'POST', url: at(BANK), body: { mobile_phone_number: `%${[...ADA.phone.slice(1)].join('%')}%` } },
  ])
})

test.each<[phone: string, match: string | undefined, sent: string, found: string[]]>([
  ['100%', undefined, '100_', ['100%']],
  ['5_5', 'EXACT', '5_5', ['5_5']],
  ['%', 'EXACT', '_', ['%']],
  ['%', 'CONTAINS', '%_%', ['%', '100%']],
  ['_', 'CONTAINS', '%_%', ['5_5']],
  ['100%', 'STARTS_WITH', '100_%', ['100%']],
  ['100', 'STARTS_WITH', '100%', ['100%', '100x']],
  ['00', 'STARTS_WITH', '00%', []],
  ['00', 'EXACT', '00', []],
  ['C:\\1', 'EXACT', 'C:_1', ['C:\\1']],
  ['\\', 'CONTAINS', '%_%', ['C:\\1']],
  ['[1-9]', 'EXACT', '_1-9]', ['[1-9]']],
  ['(30) 1.2', 'CONTAINS', '%(30) 1.2%', ['+49 (30) 1.2']],
  ['c:x1', 'EXACT', 'c:x1', []],
])('%s by %s is asked for as %s and finds %j', async (phone, match, sent, found) => {
  expect(await phones(phone, match)).toEqual(found)
  expect(pattern()).toBe(sent)
})

test('what the provider finds beside is left out', async () => {
  const row = { customer_id: 'x', customer_number: '1', kyc_status: true, bank_id: BANK }
  const customers = [
    { ...row, mobile_phone_number: ' 1' },
    { ...row, mobile_phone_number: null },
    { ...row, bank_id: OTHER_BANK, mobile_phone_number: '1' },
    { ...row, customer_id: 'y', mobile_phone_number: '1' },
    { ...row, customer_id: 'y', mobile_phone_number: '1' },
  ]
  app.fault('obp', { match: `POST ${at(BANK)}`, fault: 'status', status: 201, body: { customers } })
  const { data, errors } = await search('1')
  expect(errors).toEqual([])
  expect(data.customersByMobilePhoneNumber).toEqual([{ id: 'y', mobilePhoneNumber: '1', dateOfBirth: null }])
})

test('first cuts the list; without it a hundred at most are answered', async () => {
  expect((await search('+1415', { match: 'STARTS_WITH', first: 3 })).data.customersByMobilePhoneNumber).toHaveLength(3)
  const ofBank = PEOPLE.filter(({ bankId }) => bankId === BANK).length - ODD.length
  expect((await search('+1415', { match: 'STARTS_WITH' })).data.customersByMobilePhoneNumber).toHaveLength(ofBank)
  const customers = Array.from({ length: 150 }, (_, i) => ({
    customer_id: `c-${i}`,
    customer_number: '1',
    kyc_status: true,
    bank_id: BANK,
    mobile_phone_number: '1',
  }))
  for (const first of [undefined, null]) {
    app.fault('obp', { match: `POST ${at(BANK)}`, fault: 'status', status: 201, body: { customers } })
    expect((await search('1', { first })).data.customersByMobilePhoneNumber).toHaveLength(100)
  }
})

describe('a search', () => {
  test('stays at the bank that is named, where the caller may name it', async () => {
    expect((await search(OTTO.phone)).data.customersByMobilePhoneNumber).toEqual([])
    expect((await search(OTTO.phone, { bankId: OTHER_BANK })).data.customersByMobilePhoneNumber).toMatchObject([
      { id: OTTO.customerId },
    ])
    app.clear()
    expect((await search(OTTO.phone, { bankId: 'elsewhere' })).data.customersByMobilePhoneNumber).toBeNull()
    expect(
      (await search(OTTO.phone, { bankId: OTHER_BANK }, { claims: { banks: [BANK] } })).data
        .customersByMobilePhoneNumber,
    ).toBeNull()
    expect(app.calls('obp')).toEqual([])
  })

  test('by a part of the number needs pii:read; by all of it, it shows nothing more', async () => {
    const masked = { scopes: ['customers:read'] as const }
    for (const match of ['STARTS_WITH', 'CONTAINS'])
      expect((await search('+1', { match }, masked)).errors[0]!.message).toBe('This needs the scope pii:read.')
    expect(app.calls('obp')).toEqual([])
    for (const match of [undefined, null, 'EXACT'])
      expect((await search(ADA.phone, { match }, masked)).data.customersByMobilePhoneNumber).toEqual([
        { id: ADA.customerId, mobilePhoneNumber: '••••0101', dateOfBirth: null },
      ])
    expect((await search('%', {}, masked)).data.customersByMobilePhoneNumber).toHaveLength(1)
  })

  test('is refused with customers:read:own alone', async () => {
    const { errors } = await search(ADA.phone, {}, { client: 'ada', scopes: ['customers:read:own', 'pii:read'] })
    expect(errors[0]!.message).toBe('This needs the scope customers:read.')
    expect(app.calls('obp')).toEqual([])
  })

  test.each([
    ['mobilePhoneNumber', '', {}],
    ['mobilePhoneNumber', 'x'.repeat(51), {}],
    ['first', '1', { first: 0 }],
    ['first', '1', { first: 101 }],
  ])('with a bad %s is refused before anything is sent', async (field, phone, rest) => {
    const { errors } = await search(phone, rest)
    expect(errors[0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: { [field]: expect.any(Array) } })
    expect(app.calls('obp')).toEqual([])
  })

  test.each<[number, string, string]>([
    [401, 'OBP-20001: User not logged in. Authentication is required!', 'PROVIDER_REFUSED'],
    [
      400,
      'OBP-10001: Incorrect json format. The Json body should be the PostCustomerPhoneNumberJsonV400 ',
      'BAD_USER_INPUT',
    ],
    [400, 'OBP-10018: Too Many Requests.', 'RATE_LIMITED'],
    [400, 'OBP-50000: Unknown Error.', 'PROVIDER_UNAVAILABLE'],
  ])('that is refused with %i %s is %s', async (status, message, code) => {
    app.fault('obp', { match: `POST ${at(BANK)}`, fault: 'status', status, body: { code: status, message }, times: 0 })
    const { errors } = await search('1')
    expect(errors[0]!.extensions).toMatchObject({ code, providerStatus: status, providerCode: message.slice(0, 9) })
  })
})

test('a search without a match at the provider is null', async () => {
  app.fault('obp', {
    match: `POST ${at(BANK)}`,
    fault: 'status',
    status: 400,
    body: { code: 400, message: 'OBP-30008: User Customer Link not found by USER_ID' },
  })
  expect(await search('1')).toMatchObject({ data: { customersByMobilePhoneNumber: null }, errors: [] })
})

test('the emulator takes wildcards, answers 201 with days, and minds neither bank nor role', async () => {
  const { status, body } = await beside('POST', `/banks/${BANK}/search/customers/mobile-phone-number`, {
    mobile_phone_number: '+1415555010_',
  })
  expect([status, body.customers.length, body.customers[0].date_of_birth]).toEqual([201, 7, ADA.dateOfBirth])
  expect(
    await beside('POST', '/banks/nowhere/search/customers/mobile-phone-number', { mobile_phone_number: '%' }),
  ).toEqual({ status: 201, body: { customers: [] } })
  expect((await beside('POST', `/banks/${BANK}/search/customers/mobile-phone-number`, {})).body.message).toBe(
    'OBP-10001: Incorrect json format. The Json body should be the PostCustomerPhoneNumberJsonV400 ',
  )
})
