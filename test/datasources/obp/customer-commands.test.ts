import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK, NAMED_PEOPLE, OTHER_BANK } from '../../../datasources/emulator/people.js'
import { type App, startApp } from '../../support/app.js'

let app: App
beforeAll(async () => {
  app = await startApp({ OBP_BANK_IDS: `${BANK},${OTHER_BANK}` })
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const named = (name: string) => NAMED_PEOPLE.find(({ firstName }) => firstName === name)!
const at = (bank: string) => `/obp/v4.0.0/banks/${bank}`
const writes = () => app.calls('obp').filter((call) => !call.startsWith('GET '))

const EVERYTHING = `id bankId number legalName title nameSuffix email mobilePhoneNumber faceImage { url date } dateOfBirth relationshipStatus dependants
  datesOfBirthOfDependants creditRating { rating source } creditLimit { currency amount } highestEducationAttained employmentStatus kycStatus lastOkDate branchId`

describe('creating a customer', () => {
  const MUTATION = `mutation($input: CreateCustomerInput!) { createCustomer(input: $input) { replayed customer { ${EVERYTHING} } } }`
  const least = {
    legalName: 'Nora New',
    mobilePhoneNumber: '+44 07972 444 876',
    email: 'Nora@Example.com',
    dateOfBirth: '1990-02-03',
    relationshipStatus: 'single',
    highestEducationAttained: '',
    employmentStatus: 'worker',
    kycStatus: false,
    lastOkDate: '2024-05-06T07:08:09.123+02:00',
  }

  test('sends what is left out empty, and reads it back as null', async () => {
    const { data, errors } = await app.run(MUTATION, { input: least })
    expect(errors).toEqual([])
    expect(app.recorded('obp')[0]!.body).toEqual({
      legal_name: 'Nora New',
      mobile_phone_number: '+44 07972 444 876',
      email: 'Nora@Example.com',
      face_image: { url: null, date: null },
      date_of_birth: '1990-02-03T00:00:00Z',
      relationship_status: 'single',
      dependants: 0,
      dob_of_dependants: [],
      credit_rating: { rating: null, source: null },
      credit_limit: { currency: null, amount: null },
      highest_education_attained: '',
      employment_status: 'worker',
      kyc_status: false,
      last_ok_date: '2024-05-06T05:08:09Z',
      title: '',
      branch_id: '',
      name_suffix: '',
    })
    const { customer, replayed } = data.createCustomer
    expect(replayed).toBe(false)
    expect(customer).toMatchObject({
      bankId: BANK,
      email: 'nora@example.com',
      faceImage: null,
      creditRating: null,
      creditLimit: null,
      title: null,
      branchId: null,
      nameSuffix: null,
      highestEducationAttained: null,
      dependants: 0,
      datesOfBirthOfDependants: [],
      dateOfBirth: '1990-02-03',
      lastOkDate: '2024-05-06T05:08:09.000Z',
    })
    expect((await app.run(`{ customer(id: "${customer.id}") { ${EVERYTHING} } }`)).data.customer).toEqual(customer)
  })

  test('sends everything that is given', async () => {
    const given = {
      ...least,
      title: 'Dr.',
      branchId: 'DERBY6',
      nameSuffix: 'Sr',
      faceImage: { url: 'https://x.example/a.png', date: '2024-01-01T00:00:00Z' },
      datesOfBirthOfDependants: ['2010-01-02', '2012-03-04'],
      creditRating: { rating: 'A', source: 'B' },
      creditLimit: { currency: 'EUR', amount: '10.50' },
      bankId: OTHER_BANK,
    }
    const { data } = await app.run(MUTATION, { input: given })
    expect(data.createCustomer.customer).toMatchObject({
      bankId: OTHER_BANK,
      title: 'Dr.',
      branchId: 'DERBY6',
      nameSuffix: 'Sr',
      faceImage: { url: 'https://x.example/a.png', date: '2024-01-01T00:00:00.000Z' },
      dependants: 2,
      datesOfBirthOfDependants: ['2010-01-02', '2012-03-04'],
      creditRating: { rating: 'A', source: 'B' },
      creditLimit: { currency: 'EUR', amount: '10.50' },
    })
  })

  test('is sent once for one idempotency key, and not again after an unknown outcome', async () => {
    const keyed = { ...least, idempotencyKey: 'customer-1' }
    const first = await app.run(MUTATION, { input: keyed })
    expect((await app.run(MUTATION, { input: keyed })).data.createCustomer).toEqual({
      replayed: true,
      customer: first.data.createCustomer.customer,
    })
    expect(writes()).toHaveLength(1)
    app.clear()
    app.fault('obp', { match: `POST ${at(BANK)}/customers`, fault: 'drop-after-apply' })
    const lost = { ...least, idempotencyKey: 'customer-2' }
    for (let i = 0; i < 3; i += 1) {
      const { errors } = await app.run(MUTATION, { input: lost })
      expect(errors[0]).toMatchObject({
        message: expect.stringContaining('Read the record back'),
        extensions: { code: 'OUTCOME_UNKNOWN', retryable: false },
      })
    }
    expect(writes()).toHaveLength(1)
  })

  test.each(['1969-07-20T20:17:00Z', '9500-01-01T00:00:00Z'])(
    'with lastOkDate %s is in the list of customers',
    async (lastOkDate) => {
      const { data } = await app.run(MUTATION, { input: { ...least, lastOkDate } })
      const sortDirection = lastOkDate < '2000' ? 'ASC' : 'DESC'
      const listed = await app.run(
        'query($filter: CustomerFilter) { customers(first: 1, filter: $filter) { nodes { id } } }',
        { filter: { sortDirection } },
      )
      expect(listed.data.customers.nodes).toEqual([{ id: data.createCustomer.customer.id }])
    },
  )

  test('with kycStatus true needs kyc:write', async () => {
    const input = { ...least, kycStatus: true }
    const { errors } = await app.run(MUTATION, { input }, { scopes: ['customers:write'] })
    expect(errors[0]).toMatchObject({ message: 'This needs the scope kyc:write.', extensions: { code: 'FORBIDDEN' } })
    expect(writes()).toEqual([])
    expect(
      (await app.run(MUTATION, { input }, { scopes: ['customers:write', 'kyc:write'] })).data.createCustomer.customer
        .kycStatus,
    ).toBe(true)
  })

  test('at a bank that the caller may not name is refused', async () => {
    const { errors } = await app.run(MUTATION, { input: { ...least, bankId: 'elsewhere.03.uk' } })
    expect(errors[0]!.extensions.code).toBe('NOT_FOUND')
    expect(app.calls('obp')).toEqual([])
  })

  test.each<[string, Record<string, unknown>]>([
    ['input.legalName', { legalName: '' }],
    ['input.legalName', { legalName: 'x'.repeat(256) }],
    ['input.mobilePhoneNumber', { mobilePhoneNumber: '1'.repeat(51) }],
    ['input.email', { email: 'nobody' }],
    ['input.email', { email: `${'a'.repeat(60)}@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(20)}.com` }],
    ['input.dateOfBirth', { dateOfBirth: '2999-01-01' }],
    ['input.dateOfBirth', { dateOfBirth: '1990-02-30' }],
    ['input.relationshipStatus', { relationshipStatus: 'x'.repeat(17) }],
    ['input.highestEducationAttained', { highestEducationAttained: 'x'.repeat(33) }],
    ['input.employmentStatus', { employmentStatus: 'x'.repeat(33) }],
    ['input.lastOkDate', { lastOkDate: '2024-01-01' }],
    ['input.title', { title: 'x'.repeat(256) }],
    ['input.branchId', { branchId: 'x'.repeat(256) }],
    ['input.nameSuffix', { nameSuffix: 'x'.repeat(256) }],
    ['input.faceImage.url', { faceImage: { url: 'x'.repeat(2001), date: '2024-01-01T00:00:00Z' } }],
    ['input.creditRating.rating', { creditRating: { rating: 'x'.repeat(101), source: 'x' } }],
    ['input.creditLimit.amount', { creditLimit: { currency: 'EUR', amount: '1,000' } }],
    ['input.creditLimit.currency', { creditLimit: { currency: 'Euro', amount: '1' } }],
    ['input.datesOfBirthOfDependants', { datesOfBirthOfDependants: Array.from({ length: 101 }, () => '2010-01-01') }],
    ['input.bankId', { bankId: 'a bank/../b' }],
  ])('refuses %s by name before anything is sent: %j', async (field, change) => {
    const { errors } = await app.run(MUTATION, { input: { ...least, ...change } })
    expect(errors[0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: { [field]: expect.any(Array) } })
    expect(app.calls('obp')).toEqual([])
  })
})

describe('attributes', () => {
  const create =
    'mutation($input: CreateCustomerAttributeInput!) { createCustomerAttribute(input: $input) { attribute { id name type value } } }'
  const update =
    'mutation($input: UpdateCustomerAttributeInput!) { updateCustomerAttribute(input: $input) { attribute { id name type value } } }'
  const remove =
    'mutation($input: DeleteCustomerAttributeInput!) { deleteCustomerAttribute(input: $input) { deletedId } }'
  const REX = named('Rex').customerId
  const read = async (customerId: string) =>
    (await app.run(`{ customer(id: "${customerId}") { attributes { id name type value } } }`)).data.customer
      .attributes as { id: string; name: string }[]

  test('are added, changed and removed', async () => {
    const added = await app.run(create, { input: { customerId: REX, name: 'COLOUR', type: 'STRING', value: 'blue' } })
    const { id } = added.data.createCustomerAttribute.attribute
    expect(await read(REX)).toContainEqual({ id, name: 'COLOUR', type: 'STRING', value: 'blue' })
    await app.run(update, { input: { customerId: REX, attributeId: id, name: 'COLOUR', type: 'INTEGER', value: '7' } })
    expect(await read(REX)).toContainEqual({ id, name: 'COLOUR', type: 'INTEGER', value: '7' })
    app.clear()
    expect(
      (await app.run(remove, { input: { customerId: REX, attributeId: id } })).data.deleteCustomerAttribute,
    ).toEqual({ deletedId: id })
    expect(app.calls('obp')).toEqual([
      `GET ${at(BANK)}/customers/${REX}`,
      `DELETE ${at(BANK)}/customers/attributes/${id}`,
    ])
    expect((await read(REX)).map((attribute) => attribute.id)).not.toContain(id)
  })

  test('that are gone already are no error when the call that removed them comes again', async () => {
    const added = await app.run(create, { input: { customerId: REX, name: 'SHAPE', type: 'STRING', value: 'round' } })
    const input = {
      customerId: REX,
      attributeId: added.data.createCustomerAttribute.attribute.id,
      idempotencyKey: 'attribute-gone',
    }
    app.fault('obp', { match: `DELETE ${at(BANK)}/customers/attributes/*`, fault: 'drop-after-apply' })
    expect((await app.run(remove, { input })).errors[0]!.extensions).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      retryable: true,
    })
    expect(await app.run(remove, { input })).toMatchObject({
      data: { deleteCustomerAttribute: { deletedId: input.attributeId } },
      errors: [],
    })
    expect((await app.run(remove, { input: { ...input, idempotencyKey: null } })).errors[0]!.extensions.code).toBe(
      'NOT_FOUND',
    )
  })

  test('of another customer are not updated or deleted', async () => {
    const hers = (await read(ADA.customerId)).find(({ name }) => name === 'SPECIAL_TAX_NUMBER')!
    app.clear()
    for (const [mutation, rest] of [
      [update, { name: 'X', type: 'STRING', value: 'x' }],
      [remove, {}],
    ] as const) {
      const { errors } = await app.run(mutation, { input: { customerId: REX, attributeId: hers.id, ...rest } })
      expect(errors[0]).toMatchObject({
        message: 'The customer has no such attribute.',
        extensions: { code: 'NOT_FOUND' },
      })
    }
    expect(writes()).toEqual([])
    expect(await read(ADA.customerId)).toContainEqual(hers)
  })

  test.each([
    'SYNCTERA_PERSON_ID',
    'APITURE_BANKING_CUSTOMER_ID',
    'SEI_EXTERNAL_ID',
    ' synctera_person_id ',
    'SEI_EXTERNAL_ID\u200b',
    'SEI\u00ad_EXTERNAL\ufe0f_ID',
    'SEI_\u034fEXT\u3164ERNAL_ID',
    'SÉI_EXTERNAL_ID',
    'ＳＥＩ_ｅｘｔｅｒｎａｌ_ＩＤ',
  ])('never go by the name of a link: %j', async (name) => {
    const link = (await read(REX)).find((attribute) => attribute.name === 'SEI_EXTERNAL_ID')!
    const other = (await read(REX)).find((attribute) => attribute.name === 'SPECIAL_TAX_NUMBER')!
    app.clear()
    const refused = [
      await app.run(create, { input: { customerId: REX, name, type: 'STRING', value: 'x' } }),
      await app.run(update, { input: { customerId: REX, attributeId: other.id, name, type: 'STRING', value: 'x' } }),
    ]
    for (const { errors } of refused)
      expect(errors[0]!.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        fields: { 'input.name': ['is made only by linkCustomer'] },
      })
    for (const [mutation, rest] of [
      [update, { name: 'FREED', type: 'STRING', value: 'x' }],
      [remove, {}],
    ] as const) {
      const { errors } = await app.run(mutation, { input: { customerId: REX, attributeId: link.id, ...rest } })
      expect(errors[0]!.extensions.fields).toEqual({ 'input.attributeId': ['is made only by linkCustomer'] })
    }
    expect(writes()).toEqual([])
  })

  test.each<[string, Record<string, unknown>]>([
    ['input.name', { name: '' }],
    ['input.name', { name: 'x'.repeat(51) }],
    ['input.value', { value: 'x'.repeat(2001) }],
    ['input.type', { type: 'BOOLEAN' }],
    ['input.customerId', { customerId: 'a/b' }],
  ])('with a bad %s are refused before anything is sent', async (field, change) => {
    const { errors } = await app.run(create, {
      input: { customerId: REX, name: 'COLOUR', type: 'STRING', value: 'blue', ...change },
    })
    expect(errors[0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: { [field]: expect.any(Array) } })
    expect(app.calls('obp')).toEqual([])
  })
})
