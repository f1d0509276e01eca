import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK, CROWD, NAMED_PEOPLE, OTHER_BANK } from '../../../datasources/emulator/people.js'
import { type App, startApp } from '../../support/app.js'
import { besideTheGraph } from '../../support/obp.js'
import { ADDRESS, changeIn, HANDLE, INPUTS, type Mutation, MUTATIONS, RESIDENCE } from '../../support/records.js'

let app: App
let beside: Awaited<ReturnType<typeof besideTheGraph>>
beforeAll(async () => {
  app = await startApp({ OBP_BANK_IDS: `${BANK},${OTHER_BANK}` })
  beside = await besideTheGraph(app)
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const named = (name: string) => NAMED_PEOPLE.find(({ firstName }) => firstName === name)!
const [RHEA, OTTO, REX] = ['Rhea', 'Otto', 'Rex'].map(named) as [typeof ADA, typeof ADA, typeof ADA]
const change = changeIn(() => app)
const at = (customerId: string, bank = BANK) => `/obp/v4.0.0/banks/${bank}/customers/${customerId}`
const writes = () => app.calls('obp').filter((call) => !call.startsWith('GET '))

const ALL = `addresses { id line1 line2 city state postcode countryCode tags status } taxResidences { id domain taxNumber } socialMediaHandles { customerNumber handle }
  creditLimitRequests { rankAmount1 } creditLimitRequest(id: "1") { rankAmount1 }`

describe('what hangs off a customer', () => {
  test('is asked for once, however deep and however often', async () => {
    const query = `{ a: customer(id: "${ADA.customerId}") { ...All } b: customer(id: "${ADA.customerId}") { ...All person { customers { ...All } } } } fragment All on Customer { ${ALL} }`
    const { data, errors } = await app.run(query)
    expect(errors).toEqual([])
    expect(data.b.person.customers).toEqual([data.a])
    expect(
      app
        .calls('obp')
        .filter((call) => call.startsWith(`GET ${at(ADA.customerId)}/`))
        .sort(),
    ).toEqual(
      ['addresses', 'credit_limit/requests', 'credit_limit/requests/1', 'social_media_handles', 'tax-residences'].map(
        (list) => `GET ${at(ADA.customerId)}/${list}`,
      ),
    )
  })

  test('is empty where nothing was entered', async () => {
    const { data, errors } = await app.run(
      `{ customer(id: "${CROWD[0]!.customerId}") { addresses { id } taxResidences { id } socialMediaHandles { handle } } }`,
    )
    expect({ data, errors }).toEqual({
      data: { customer: { addresses: [], taxResidences: [], socialMediaHandles: [] } },
      errors: [],
    })
  })

  test('is masked without pii:read, the state in no other place either', async () => {
    const { data } = await app.run(`{ customer(id: "${ADA.customerId}") { ${ALL} } }`, undefined, {
      scopes: ['customers:read'],
    })
    expect(data.customer).toMatchObject({
      addresses: [
        {
          id: 'address-ada',
          line1: 'N•••',
          line2: 'T•••',
          city: 'B•••',
          state: 'B•••',
          postcode: '1•••',
          countryCode: 'DE',
          tags: [],
          status: null,
        },
      ],
      taxResidences: [{ domain: 'D•••', taxNumber: '••••0001' }],
      socialMediaHandles: [{ customerNumber: ADA.customerNumber, handle: '@•••' }],
    })
  })

  test('is closed without customers:read', async () => {
    const { data, errors } = await app.run(
      '{ viewer { customers { addresses { id } taxResidences { id } socialMediaHandles { handle } creditLimitRequests { rankAmount1 } creditLimitRequest(id: "1") { rankAmount1 } attribute(id: "1") { id } } } }',
      undefined,
      { client: 'ada', scopes: ['kyc:read', 'pii:read'] },
    )
    expect(data.viewer.customers).toEqual([
      {
        addresses: null,
        taxResidences: null,
        socialMediaHandles: null,
        creditLimitRequests: null,
        creditLimitRequest: null,
        attribute: null,
      },
    ])
    expect(new Set(errors.map(({ message }) => message))).toEqual(new Set(['This needs the scope customers:read.']))
    expect(errors).toHaveLength(6)
  })

  test("is readable unmasked by the customer's own token, and another customer's is null", async () => {
    const own = { client: 'ada', scopes: ['customers:read:own'] as const }
    const { data, errors } = await app.run(
      `{ customer(id: "${ADA.customerId}") { ${ALL} attributes { id } } rhea: customer(id: "${RHEA.customerId}") { ${ALL} } }`,
      undefined,
      own,
    )
    expect(errors).toEqual([])
    expect(data.rhea).toBeNull()
    expect(data.customer).toMatchObject({
      addresses: [{ line1: 'No 1 the Road' }],
      taxResidences: [{ taxNumber: `DE-${ADA.customerNumber}` }],
      socialMediaHandles: [{ handle: '@ada' }],
      creditLimitRequest: { rankAmount1: 'String' },
    })
    const id = data.customer.attributes[0].id as string
    expect(
      (await app.run(`{ customer(id: "${ADA.customerId}") { attribute(id: "${id}") { id } } }`, undefined, own)).data
        .customer.attribute,
    ).toEqual({ id })
  })

  test('fails alone', async () => {
    app.fault('obp', { match: `GET ${at(ADA.customerId)}/addresses`, fault: 'status', status: 503, times: 0 })
    const { data, errors } = await app.run(
      `{ customer(id: "${ADA.customerId}") { addresses { id } taxResidences { id } } }`,
    )
    expect(data.customer).toEqual({ addresses: null, taxResidences: [{ id: 'tax-residence-ada' }] })
    expect(errors.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['customer', 'addresses'], 'PROVIDER_UNAVAILABLE'],
    ])
  })

  test('of another customer is left out of an answer', async () => {
    const row = { customer_address_id: 'a', customer_id: RHEA.customerId, line_1: 'Hers' }
    app.fault('obp', {
      match: `GET ${at(ADA.customerId)}/addresses`,
      fault: 'status',
      status: 200,
      body: { addresses: [row, { ...row, customer_id: ADA.customerId, line_1: null, tags: null, status: 'OK' }] },
    })
    app.fault('obp', {
      match: `GET ${at(ADA.customerId)}/social_media_handles`,
      fault: 'status',
      status: 200,
      body: { checks: [{ customer_number: RHEA.customerNumber, handle: '@rhea' }] },
    })
    const { data, errors } = await app.run(
      `{ customer(id: "${ADA.customerId}") { addresses { line1 city countryCode tags status insertedAt } socialMediaHandles { handle } } }`,
    )
    expect(errors).toEqual([])
    expect(data.customer).toEqual({
      addresses: [{ line1: '', city: null, countryCode: '', tags: [], status: 'OK', insertedAt: null }],
      socialMediaHandles: [],
    })
  })

  test('has ids that never leave when they cannot be one', async () => {
    const { data, errors } = await app.run(
      `{ customer(id: "${ADA.customerId}") { creditLimitRequest(id: "../../x") { rankAmount1 } attribute(id: "../x") { id } } }`,
    )
    expect({ data, errors }).toEqual({ data: { customer: { creditLimitRequest: null, attribute: null } }, errors: [] })
    expect(app.calls('obp')).toEqual([`GET ${at(ADA.customerId)}`])
  })
})

describe('an attribute by id', () => {
  const read = (customerId: string, id: string) =>
    app.run(
      'query($customerId: ID!, $id: ID!) { customer(id: $customerId) { a: attribute(id: $id) { id name value } b: attribute(id: $id) { id } } }',
      { customerId, id },
    )
  const idOf = async ({ customerId, bankId }: typeof ADA) =>
    (await beside('GET', `/banks/${bankId}/customers/${customerId}/attributes`)).body.customer_attributes.find(
      ({ name }: { name: string }) => name === 'SPECIAL_TAX_NUMBER',
    ).customer_attribute_id as string

  test('is asked for once', async () => {
    const id = await idOf(ADA)
    app.clear()
    expect((await read(ADA.customerId, id)).data.customer).toEqual({
      a: { id, name: 'SPECIAL_TAX_NUMBER', value: `tax-${ADA.customerNumber}` },
      b: { id },
    })
    expect(app.calls('obp')).toEqual([`GET ${at(ADA.customerId)}`, `GET ${at(ADA.customerId)}/attributes/${id}`])
  })

  test("of another customer or bank is null, although the provider answers every customer's", async () => {
    for (const member of [RHEA, OTTO]) {
      const id = await idOf(member)
      expect((await beside('GET', `/banks/${BANK}/customers/${ADA.customerId}/attributes/${id}`)).status).toBe(200)
      app.clear()
      const { data, errors } = await read(ADA.customerId, id)
      expect({ data, errors }).toEqual({ data: { customer: { a: null, b: null } }, errors: [] })
      expect(app.calls('obp')).toEqual([`GET ${at(ADA.customerId)}`])
    }
  })

  test('is masked without pii:read', async () => {
    const { data } = await app.run(
      `{ customer(id: "${ADA.customerId}") { attribute(id: "${await idOf(ADA)}") { value } } }`,
      undefined,
      { scopes: ['customers:read'] },
    )
    expect(data.customer.attribute).toEqual({ value: '••••0001' })
  })

  test('shows what the same operation changed before', async () => {
    const id = await idOf(REX)
    const seen = `customer { attribute(id: "${id}") { value } }`
    const same = `{ customerId: "${REX.customerId}", seiExternalId: "${REX.seiExternalId}" }`
    const { data, errors } = await app.run(`mutation { before: linkCustomer(input: ${same}) { ${seen} }
      updateCustomerAttribute(input: { customerId: "${REX.customerId}", attributeId: "${id}", name: "SPECIAL_TAX_NUMBER", type: STRING, value: "new" }) { replayed }
      after: linkCustomer(input: ${same}) { ${seen} } }`)
    expect(errors).toEqual([])
    expect([data.before.customer.attribute.value, data.after.customer.attribute.value]).toEqual([
      `tax-${REX.customerNumber}`,
      'new',
    ])
  })
})

describe("of another customer than the one that is named, or at another bank than the customer's, nothing is changed", () => {
  test.each(MUTATIONS)('%s', async (mutation) => {
    const strangers = [
      { customerId: OTTO.customerId },
      { customerId: ADA.customerId, bankId: OTHER_BANK },
      { customerId: ADA.customerId, bankId: 'elsewhere.03.uk' },
      { customerId: 'nobody' },
    ]
    for (const who of strangers) {
      const { errors } = await change(mutation, { ...INPUTS[mutation], ...who })
      expect(errors[0]).toMatchObject({
        message: 'The bank has no such customer.',
        extensions: { code: 'NOT_FOUND', provider: 'OPEN_BANK_PROJECT' },
      })
    }
    const { errors } = await change(
      mutation,
      { ...INPUTS[mutation], customerId: OTTO.customerId, bankId: OTHER_BANK },
      { claims: { banks: [BANK] } },
    )
    expect(errors[0]!.extensions.code).toBe('NOT_FOUND')
    expect(writes()).toEqual([])
  })

  test.each<[Mutation, string, string]>([
    ['updateCustomerAddress', 'address-ada', 'The customer has no such address.'],
    ['updateCustomerAddress', 'no-address', 'The customer has no such address.'],
    ['deleteCustomerAddress', 'address-ada', 'The customer has no such address.'],
    ['deleteCustomerAddress', 'address-otto', 'The customer has no such address.'],
    ['deleteCustomerAddress', '..', 'The customer has no such address.'],
    ['deleteTaxResidence', 'tax-residence-ada', 'The customer has no such tax residence.'],
    ['deleteTaxResidence', 'no-residence', 'The customer has no such tax residence.'],
  ])('%s of %s', async (mutation, id, message) => {
    const keyed = { idempotencyKey: `${mutation} ${id}`, customerId: RHEA.customerId }
    for (let i = 0; i < 2; i += 1) {
      const { errors } = await change(mutation, {
        ...INPUTS[mutation],
        ...keyed,
        [mutation === 'deleteTaxResidence' ? 'taxResidenceId' : 'addressId']: id,
      })
      expect(errors[0]).toMatchObject({ message, extensions: { code: 'NOT_FOUND', provider: 'OPEN_BANK_PROJECT' } })
    }
    expect(writes()).toEqual([])
  })

  test.each(MUTATIONS)('%s needs customers:write', async (mutation) => {
    const { errors } = await change(
      mutation,
      { ...INPUTS[mutation], customerId: ADA.customerId },
      { scopes: ['customers:read', 'customers:read:own', 'kyc:write'], client: 'ada' },
    )
    expect(errors[0]!.message).toBe('This needs the scope customers:write.')
    expect(app.calls('obp')).toEqual([])
  })
})

describe('addresses', () => {
  const list = async (customerId: string) =>
    (await app.run(`{ customer(id: "${customerId}") { addresses { id line1 state tags } } }`)).data.customer
      .addresses as { id: string }[]

  test('are added with what is left out empty, replaced as a whole, and removed', async () => {
    const { customerId } = CROWD[1]!
    const added = await change('createCustomerAddress', { customerId, ...ADDRESS })
    expect(app.recorded('obp').at(-1)!.body).toEqual({
      line_1: 'No 1 the Road',
      line_2: '',
      line_3: '',
      city: 'Berlin',
      county: '',
      state: '',
      postcode: '13359',
      country_code: 'DE',
      tags: [],
      status: '',
    })
    const { id, ...address } = added.data.createCustomerAddress.address
    expect(address).toEqual({ ...ADDRESS, line2: null, line3: null, county: null, state: null, tags: [], status: null })

    const full = {
      ...ADDRESS,
      line2: 'The Place',
      line3: 'The Hill',
      county: 'Kent',
      state: 'Brandenburg',
      tags: ['mailing', 'home'],
    }
    expect(
      (await change('updateCustomerAddress', { customerId, addressId: id, ...full })).data.updateCustomerAddress
        .address,
    ).toEqual({ id, ...full, status: null })
    expect(await list(customerId)).toEqual([
      { id, line1: 'No 1 the Road', state: 'Brandenburg', tags: ['mailing', 'home'] },
    ])
    const again = await change('updateCustomerAddress', {
      customerId,
      addressId: id,
      ...ADDRESS,
      line2: null,
      tags: null,
    })
    expect(again.data.updateCustomerAddress.address).toMatchObject({ line2: null, state: null, tags: [] })

    expect((await change('deleteCustomerAddress', { customerId, addressId: id })).data.deleteCustomerAddress).toEqual({
      replayed: false,
      deletedId: id,
    })
    expect(await list(customerId)).toEqual([])
  })

  test('are masked in the answer of a write without pii:read', async () => {
    const { customerId } = CROWD[2]!
    const { data } = await change(
      'createCustomerAddress',
      { customerId, ...ADDRESS, state: 'Brandenburg' },
      { scopes: ['customers:write'] },
    )
    expect(data.createCustomerAddress.address).toMatchObject({
      line1: 'N•••',
      state: 'B•••',
      status: null,
      countryCode: 'DE',
    })
  })

  test('are added once for one idempotency key, also after an unknown outcome, which is read back', async () => {
    const { customerId } = CROWD[3]!
    const input = { customerId, ...ADDRESS, idempotencyKey: 'address-1' }
    const first = await change('createCustomerAddress', input)
    expect((await change('createCustomerAddress', input)).data.createCustomerAddress).toEqual({
      ...first.data.createCustomerAddress,
      replayed: true,
    })
    app.fault('obp', { match: `POST ${at(customerId)}/address`, fault: 'drop-after-apply' })
    const lost = { ...input, line1: 'Elsewhere 2', idempotencyKey: 'address-2' }
    const { errors } = await change('createCustomerAddress', lost)
    expect(errors[0]!.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true })
    expect((await change('createCustomerAddress', lost)).data.createCustomerAddress).toMatchObject({
      address: { line1: 'Elsewhere 2' },
      replayed: true,
    })
    expect(await list(customerId)).toHaveLength(2)
  })

  test('of an unknown end are read anew in the same operation', async () => {
    const { customerId } = CROWD[4]!
    app.fault('obp', { match: `POST ${at(customerId)}/address`, fault: 'drop-after-apply' })
    const same = `{ customerId: "${customerId}", seiExternalId: "${CROWD[4]!.seiExternalId}" }`
    const { data } = await app.run(
      `mutation($input: CreateCustomerAddressInput!) { before: linkCustomer(input: ${same}) { customer { addresses { id } } } createCustomerAddress(input: $input) { replayed } after: linkCustomer(input: ${same}) { customer { addresses { line1 } } } }`,
      { input: { customerId, ...ADDRESS } },
    )
    expect(data).toEqual({
      before: { customer: { addresses: [] } },
      createCustomerAddress: null,
      after: { customer: { addresses: [{ line1: 'No 1 the Road' }] } },
    })
  })
})

describe('tax residences', () => {
  const list = async (customerId: string) =>
    (await app.run(`{ customer(id: "${customerId}") { taxResidences { id domain taxNumber } } }`)).data.customer
      .taxResidences as { id: string }[]

  test('are added and removed', async () => {
    const { customerId } = CROWD[5]!
    const { id } = (await change('createTaxResidence', { customerId, ...RESIDENCE })).data.createTaxResidence
      .taxResidence
    expect(await list(customerId)).toEqual([{ id, ...RESIDENCE }])
    expect((await change('deleteTaxResidence', { customerId, taxResidenceId: id })).data.deleteTaxResidence).toEqual({
      replayed: false,
      deletedId: id,
    })
    expect(await list(customerId)).toEqual([])
  })

  test('that the customer has already are a conflict, before the provider fails at them', async () => {
    const { errors } = await change('createTaxResidence', {
      customerId: ADA.customerId,
      domain: 'DE',
      taxNumber: `DE-${ADA.customerNumber}`,
    })
    expect(errors[0]).toMatchObject({
      message: 'The customer has this tax residence already.',
      extensions: { code: 'CONFLICT', provider: 'OPEN_BANK_PROJECT' },
    })
    expect(writes()).toEqual([])
    expect(
      (
        await beside('POST', `/banks/${BANK}/customers/${ADA.customerId}/tax-residence`, {
          domain: 'DE',
          tax_number: `DE-${ADA.customerNumber}`,
        })
      ).body,
    ).toEqual({ code: 400, message: 'OBP-50200: Connector cannot return the data we requested.' })
  })
})

describe('a social media handle', () => {
  test("is kept with the customer's own number only", async () => {
    for (const customerNumber of [RHEA.customerNumber, OTTO.customerNumber, '0', ` ${CROWD[6]!.customerNumber}`]) {
      const { errors } = await change('addSocialMediaHandle', {
        ...HANDLE,
        customerId: CROWD[6]!.customerId,
        customerNumber,
      })
      expect(errors[0]!.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        fields: { 'input.customerNumber': ["must be the customer's own number"] },
      })
    }
    expect(writes()).toEqual([])
  })

  test('is the only one, and a second one a conflict before the provider fails at it', async () => {
    const { customerId, customerNumber } = CROWD[6]!
    const input = { ...HANDLE, customerId, customerNumber }
    expect((await change('addSocialMediaHandle', input)).data.addSocialMediaHandle.handle).toEqual({
      customerNumber,
      type: 'twitter',
      handle: '@ada2',
      addedAt: '2024-01-01T00:00:00.000Z',
      activatedAt: '2024-01-02T00:00:00.000Z',
    })
    app.clear()
    for (const rest of [{}, { handle: '@other', idempotencyKey: 'handle-2' }, { idempotencyKey: 'handle-3' }]) {
      const { errors } = await change('addSocialMediaHandle', { ...input, ...rest })
      expect(errors[0]!.extensions).toMatchObject({ code: 'CONFLICT', provider: 'OPEN_BANK_PROJECT' })
    }
    expect(writes()).toEqual([])
    const { status, body } = await beside('POST', `/banks/${BANK}/customers/${customerId}/social_media_handles`, {
      customer_number: customerNumber,
      type: 't',
      handle: 'h',
      date_added: null,
      date_activated: null,
    })
    expect([status, body.message.slice(0, 9)]).toEqual([500, 'OBP-50015'])
  })
})
