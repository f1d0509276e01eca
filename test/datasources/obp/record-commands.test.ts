import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK, type Person, CROWD } from '../../../datasources/emulator/people.js'
import { type App, startApp } from '../../support/app.js'
import { ADDRESS, changeIn, CREDIT_LIMIT, HANDLE, INPUTS, type Mutation, RESIDENCE } from '../../support/records.js'

let app: App
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const at = (customerId: string) => `/obp/v4.0.0/banks/${BANK}/customers/${customerId}`
const writes = () => app.calls('obp').filter((call) => !call.startsWith('GET '))
const change = changeIn(() => app)

const addressOf = async ({ customerId }: Person) => ({
  customerId,
  addressId: (await change('createCustomerAddress', { customerId, ...ADDRESS })).data.createCustomerAddress.address
    .id as string,
})
const residenceOf = async ({ customerId }: Person) => ({
  customerId,
  taxResidenceId: (await change('createTaxResidence', { customerId, ...RESIDENCE })).data.createTaxResidence
    .taxResidence.id as string,
})

describe('a record command with an unknown outcome', () => {
  type Row = [Mutation, method: string, path: string, input: (member: Person) => object | Promise<object>]
  const ROWS: Row[] = [
    ['deleteCustomerAddress', 'DELETE', 'addresses/*', addressOf],
    ['deleteTaxResidence', 'DELETE', 'tax_residencies/*', residenceOf],
    [
      'addSocialMediaHandle',
      'POST',
      'social_media_handles',
      ({ customerId, customerNumber }) => ({ ...HANDLE, customerId, customerNumber }),
    ],
  ]
  const begin = async (i: number, offset: number) => {
    const [mutation, method, path, input] = ROWS[i]!
    const member = CROWD[offset + i]!
    const keyed = { ...(await input(member)), idempotencyKey: `${mutation} ${offset}` }
    app.clear()
    return { mutation, input: keyed, match: `${method} ${at(member.customerId)}/${path}` }
  }
  const cases = ROWS.map(([mutation], i) => [mutation, i] as const)

  test.each(cases)('%s is applied once when the call is repeated', async (_mutation, i) => {
    const { mutation, input, match } = await begin(i, 0)
    app.fault('obp', { match, fault: 'drop-after-apply' })
    expect((await change(mutation, input)).errors[0]!.extensions).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      retryable: true,
    })
    const found = await change(mutation, input)
    expect(found.errors).toEqual([])
    expect(found.data[mutation].replayed).toBe(false)
    expect((await change(mutation, input)).data[mutation]).toEqual({ ...found.data[mutation], replayed: true })
    expect(writes()).toHaveLength(1)
  })

  test.each(cases)('%s is applied by the repeated call when the first did not arrive', async (_mutation, i) => {
    const { mutation, input, match } = await begin(i, 10)
    app.fault('obp', { match, fault: 'reset' })
    expect((await change(mutation, input)).errors[0]!.extensions).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      retryable: true,
    })
    const { errors, data } = await change(mutation, input)
    expect(errors).toEqual([])
    expect(data[mutation].replayed).toBe(false)
    expect(writes()).toHaveLength(2)
  })

  describe('createTaxResidence', () => {
    const lose = (customerId: string, fault: 'drop-after-apply' | 'reset') =>
      app.fault('obp', { match: `POST ${at(customerId)}/tax-residence`, fault })
    const unknown = { code: 'OUTCOME_UNKNOWN', retryable: false, replayed: true }

    test('is found done by the repeated call, which sends nothing', async () => {
      const { customerId } = CROWD[22]!
      const input = { customerId, ...RESIDENCE, idempotencyKey: 'residence done' }
      lose(customerId, 'drop-after-apply')
      expect((await change('createTaxResidence', input)).errors[0]!.extensions).toMatchObject({ retryable: true })
      const found = await change('createTaxResidence', input)
      expect(found.data.createTaxResidence).toMatchObject({ replayed: true, taxResidence: RESIDENCE })
      expect((await change('createTaxResidence', input)).data).toEqual(found.data)
      expect(writes()).toHaveLength(1)
    })

    test('is not sent again where there is none: it may have been deleted since', async () => {
      const { customerId } = CROWD[23]!
      const input = { customerId, ...RESIDENCE, idempotencyKey: 'residence deleted' }
      lose(customerId, 'drop-after-apply')
      await change('createTaxResidence', input)
      const { data } = await app.run('query($id: ID!) { customer(id: $id) { taxResidences { id } } }', {
        id: customerId,
      })
      await change('deleteTaxResidence', { customerId, taxResidenceId: data.customer.taxResidences[0].id })
      expect((await change('createTaxResidence', input)).errors[0]!.extensions).toMatchObject(unknown)
      expect(writes()).toHaveLength(2)
    })
  })

  test('does not answer for another input with the same idempotency key', async () => {
    const { customerId, addressId } = await addressOf(CROWD[21]!)
    app.fault('obp', { match: `DELETE ${at(customerId)}/addresses/*`, fault: 'status', status: 429 })
    const refused = await change('deleteCustomerAddress', { customerId, addressId, idempotencyKey: 'reused' })
    expect(refused.errors[0]!.extensions.code).toBe('RATE_LIMITED')
    const other = await change('deleteCustomerAddress', {
      customerId,
      addressId: 'address-ada',
      idempotencyKey: 'reused',
    })
    expect(other.errors[0]!.extensions.code).toBe('NOT_FOUND')
    expect(
      (await change('deleteCustomerAddress', { customerId, addressId, idempotencyKey: 'reused' })).data
        .deleteCustomerAddress,
    ).toEqual({ replayed: false, deletedId: addressId })
  })

  test('deletes the record although the first attempt arrives late', async () => {
    const { customerId, addressId } = await addressOf(CROWD[22]!)
    const input = { customerId, addressId, idempotencyKey: 'late' }
    app.fault('obp', { match: `DELETE ${at(customerId)}/addresses/*`, fault: 'reset' })
    await change('deleteCustomerAddress', input)
    const message =
      "OBP-50200: Connector cannot return the data we requested. <- OBP-30310: Customer's Address not found by CUSTOMER_ADDRESS_ID. "
    app.fault('obp', {
      match: `DELETE ${at(customerId)}/addresses/*`,
      fault: 'status',
      status: 400,
      body: { code: 400, message },
    })
    expect((await change('deleteCustomerAddress', input)).data.deleteCustomerAddress).toEqual({
      replayed: false,
      deletedId: addressId,
    })
  })
})

describe('length limits are checked before a call is sent', () => {
  const long = (length: number) => 'x'.repeat(length + 1)
  test.each<[Mutation, string, unknown]>([
    ...(['line1', 'line2', 'line3', 'city', 'county', 'state'] as const).flatMap(
      (name): [Mutation, string, unknown][] => [
        ['createCustomerAddress', name, long(255)],
        ['updateCustomerAddress', name, long(255)],
      ],
    ),
    ['createCustomerAddress', 'line1', ''],
    ['createCustomerAddress', 'postcode', long(20)],
    ['createCustomerAddress', 'countryCode', 'DEU'],
    ['createCustomerAddress', 'countryCode', 'de'],
    ['createCustomerAddress', 'tags', ['mailing', 'home', 'holidays']],
    ['createCustomerAddress', 'tags', ['mailing,home']],
    ['createCustomerAddress', 'tags', ['']],
    ['updateCustomerAddress', 'tags', [long(20)]],
    ['updateCustomerAddress', 'addressId', ''],
    ['deleteCustomerAddress', 'addressId', long(255)],
    ['deleteCustomerAddress', 'customerId', 'a/b'],
    ['createTaxResidence', 'domain', long(20)],
    ['createTaxResidence', 'taxNumber', long(20)],
    ['createTaxResidence', 'taxNumber', ''],
    ['deleteTaxResidence', 'taxResidenceId', ''],
    ['addSocialMediaHandle', 'customerNumber', long(64)],
    ['addSocialMediaHandle', 'type', 'PlaceholderString'],
    ['addSocialMediaHandle', 'handle', long(64)],
    ['addSocialMediaHandle', 'addedAt', '2024-01-01'],
    ['addSocialMediaHandle', 'activatedAt', 'soon'],
    ...Object.keys(CREDIT_LIMIT).map((name): [Mutation, string, unknown] => [
      'requestCreditLimit',
      name,
      long(name.endsWith('Documentation') ? 2000 : 255),
    ]),
  ])('%s: %s', async (mutation, field, value) => {
    const { errors } = await change(mutation, { customerId: ADA.customerId, ...INPUTS[mutation], [field]: value })
    expect(errors[0]!.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: { [`input.${field}`]: expect.any(Array) },
    })
    expect(app.calls('obp')).toEqual([])
  })

  test('and what is just within them is taken', async () => {
    const { customerId, customerNumber } = CROWD[20]!
    const x = (length: number) => 'x'.repeat(length)
    const lines = Object.fromEntries(
      ['line1', 'line2', 'line3', 'city', 'county', 'state'].map((name) => [name, x(255)]),
    )
    const inputs: [Mutation, object][] = [
      ['createCustomerAddress', { ...lines, postcode: x(20), countryCode: 'DE', tags: ['mailing', 'home', 'holiday'] }],
      ['createTaxResidence', { domain: x(20), taxNumber: x(20) }],
      ['addSocialMediaHandle', { ...HANDLE, customerNumber, type: x(16), handle: x(64) }],
    ]
    for (const [mutation, input] of inputs)
      expect((await change(mutation, { customerId, ...input })).errors).toEqual([])
  })
})
