import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK, PEOPLE, CROWD, NAMED_PEOPLE, OTHER_BANK } from '../../../datasources/emulator/people.js'
import { type App, startApp } from '../../support/app.js'

let app: App
beforeAll(async () => {
  app = await startApp({ OBP_BANK_IDS: `${BANK},${OTHER_BANK}` })
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const named = (name: string) => NAMED_PEOPLE.find(({ firstName }) => firstName === name)!
const OTTO = named('Otto')
const at = (bank: string) => `/obp/v4.0.0/banks/${bank}`
const writes = () => app.calls('obp').filter((call) => !call.startsWith('GET '))

const EVERYTHING = `id bankId number legalName title nameSuffix email mobilePhoneNumber faceImage { url date } dateOfBirth relationshipStatus dependants
  datesOfBirthOfDependants creditRating { rating source } creditLimit { currency amount } highestEducationAttained employmentStatus kycStatus lastOkDate branchId`

describe('a customer', () => {
  test('is read by id and by number', async () => {
    const { data, errors } = await app.run(
      `query($id: ID!, $number: String!) { byId: customer(id: $id) { ${EVERYTHING} } byNumber: customerByNumber(customerNumber: $number) { ${EVERYTHING} } }`,
      { id: ADA.customerId, number: ADA.customerNumber },
    )
    expect(errors).toEqual([])
    expect(data.byId).toEqual({
      id: ADA.customerId,
      bankId: BANK,
      number: ADA.customerNumber,
      legalName: 'Ada Accepted',
      title: 'Dr.',
      nameSuffix: null,
      email: ADA.email,
      mobilePhoneNumber: ADA.phone,
      faceImage: { url: 'https://images.example.com/ada.png', date: '2020-02-20T10:00:00.000Z' },
      dateOfBirth: ADA.dateOfBirth,
      relationshipStatus: 'single',
      dependants: 1,
      datesOfBirthOfDependants: ['2010-05-01'],
      creditRating: { rating: 'A', source: 'bureau' },
      creditLimit: { currency: 'EUR', amount: '1000.00' },
      highestEducationAttained: 'Master',
      employmentStatus: 'worker',
      kycStatus: true,
      lastOkDate: '2018-01-01T12:00:00.000Z',
      branchId: 'branch-1',
    })
    expect(data.byNumber).toEqual(data.byId)
  })

  test('is the same in a list, where the provider writes days differently', async () => {
    const { data } = await app.run(
      `query($id: ID!) { customer(id: $id) { ${EVERYTHING} } customers(first: 100) { nodes { ${EVERYTHING} } } }`,
      { id: ADA.customerId },
    )
    expect(data.customers.nodes.find(({ id }: { id: string }) => id === ADA.customerId)).toEqual(data.customer)
  })

  test('of another number than the one that was asked for is absent', async () => {
    const body = { bank_id: BANK, customer_id: 'x', customer_number: '7', kyc_status: true }
    app.fault('obp', { match: `POST ${at(BANK)}/customers/customer-number`, fault: 'status', status: 200, body })
    const { data, errors } = await app.run('{ customerByNumber(customerNumber: "8") { id } }')
    expect({ data, errors }).toEqual({ data: { customerByNumber: null }, errors: [] })
  })

  test('that is not there is null', async () => {
    const { data, errors } = await app.run(
      '{ a: customer(id: "nobody") { id } b: customer(id: "no body <- OBP-20003") { id } c: customerByNumber(customerNumber: "0") { id } }',
    )
    expect({ data, errors }).toEqual({ data: { a: null, b: null, c: null }, errors: [] })
  })

  test('is asked for once however often an operation names it', async () => {
    const query = `{ ${[1, 2, 3, 4, 5].map((n) => `c${n}: customer(id: "${ADA.customerId}") { links { personId } attributes { name } person { firstName customers { id } } }`).join(' ')} }`
    const { data } = await app.run(query)
    expect(data.c5.person).toEqual({ firstName: 'Ada', customers: [{ id: ADA.customerId }] })
    expect(app.calls('obp')).toEqual([
      `GET ${at(BANK)}/customers/${ADA.customerId}`,
      `GET ${at(BANK)}/customers?SYNCTERA_PERSON_ID=${ADA.personId}`,
      `GET ${at(OTHER_BANK)}/customers?SYNCTERA_PERSON_ID=${ADA.personId}`,
    ])
    expect(app.calls('synctera')).toEqual([`GET /v0/persons/${ADA.personId}`])
    app.clear()
    await app.run(
      `{ a: customerByNumber(customerNumber: "${ADA.customerNumber}") { links { personId } } b: customerByNumber(customerNumber: "${ADA.customerNumber}") { attributes { id } } }`,
    )
    expect(app.calls('obp')).toEqual([`POST ${at(BANK)}/customers/customer-number`])
  })

  test('is resolved from a reference', async () => {
    const representations = [ADA, OTTO].map(({ bankId, customerId: id }) => ({ __typename: 'Customer', bankId, id }))
    const { data } = await app.run(
      'query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Customer { legalName } } }',
      {
        representations: [...representations, { __typename: 'Customer', bankId: BANK, id: OTTO.customerId }],
      },
    )
    expect(data._entities).toEqual([{ legalName: 'Ada Accepted' }, { legalName: 'Otto Otherbank' }, null])
  })

  test('leaves nothing personal in the log', async () => {
    await app.run(
      `{ customer(id: "${ADA.customerId}") { legalName person { lastName } } customersByAttributes(attributes: [{ name: "SPECIAL_TAX_NUMBER", value: "tax-5000001" }]) { email } }`,
    )
    expect(app.log()).toContain('/obp/v4.0.0/banks/{}/customers/{}')
    for (const value of [ADA.customerId, ADA.personId!, 'tax-5000001', 'Accepted', ADA.email])
      expect(app.log()).not.toContain(value)
  })

  test('shows nothing personal without pii:read', async () => {
    const { data } = await app.run(
      `{ customer(id: "${ADA.customerId}") { ${EVERYTHING} attributes { name value } } }`,
      undefined,
      { scopes: ['customers:read'] },
    )
    expect(data.customer).toMatchObject({
      legalName: 'A•••',
      email: 'a•••',
      mobilePhoneNumber: '••••0101',
      dateOfBirth: null,
      datesOfBirthOfDependants: null,
      faceImage: { url: 'h•••' },
      number: ADA.customerNumber,
      title: null,
      relationshipStatus: null,
      dependants: null,
      creditRating: null,
      creditLimit: null,
      highestEducationAttained: null,
      employmentStatus: null,
    })
    expect(data.customer.attributes).toContainEqual({ name: 'SPECIAL_TAX_NUMBER', value: '••••0001' })
  })
})

describe('a page of customers with their persons and verifications', () => {
  const QUERY = '{ customers(first: 25) { nodes { id person { id firstName verifications { result } } } } }'

  test('costs one list, their attributes, and one call each for persons and verifications', async () => {
    const { data, errors } = await app.run(QUERY)
    expect(errors).toEqual([])
    expect(data.customers.nodes).toHaveLength(25)
    for (const { id, person } of data.customers.nodes) {
      const member = PEOPLE.find(({ customerId }) => customerId === id)!
      expect(person).toMatchObject({ id: member.personId, firstName: member.firstName })
    }
    const [lists, others] = [
      app.calls('obp').filter((call) => call.includes('/firehose/')),
      app.calls('obp').filter((call) => !call.includes('/firehose/')),
    ]
    expect(lists).toEqual([
      `GET ${at(BANK)}/firehose/customers?sort_direction=DESC&from_date=0001-01-01T00:00:00.000Z&to_date=9999-12-31T23:59:59.999Z&limit=26&offset=0`,
    ])
    expect(others).toHaveLength(25)
    expect(new Set(others).size).toBe(25)
    expect(others.every((call) => call.endsWith('/attributes'))).toBe(true)
    expect(app.calls('synctera')).toEqual([
      'GET /v0/persons?id=…&limit=100',
      'GET /v0/verifications?person_id=…&limit=100',
    ])
  })

  test('answers the others when one of them fails', async () => {
    app.fault('obp', {
      match: `GET ${at(BANK)}/customers/${CROWD[39]!.customerId}/attributes`,
      fault: 'status',
      status: 500,
      times: 3,
    })
    const { data, errors } = await app.run(QUERY)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatchObject({
      path: ['customers', 'nodes', expect.any(Number), 'person'],
      extensions: { code: 'PROVIDER_UNAVAILABLE', provider: 'OPEN_BANK_PROJECT' },
    })
    expect(data.customers.nodes.filter(({ person }: { person: object | null }) => person === null)).toHaveLength(1)
  })
})

describe('paging', () => {
  const PAGE =
    'query($after: String, $filter: CustomerFilter, $first: Int) { customers(first: $first, after: $after, filter: $filter) { edges { cursor node { id lastOkDate } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }'

  async function walk(filter: object | undefined, first: number) {
    const seen: { id: string; lastOkDate: string }[] = []
    for (let after: string | null = null, pages = 0; pages < 100; pages += 1) {
      const answer: { data: any; errors: readonly unknown[] } = await app.run(PAGE, { first, after, filter })
      expect(answer.errors).toEqual([])
      const { edges, pageInfo } = answer.data.customers
      seen.push(...edges.map(({ node }: { node: object }) => node))
      expect(pageInfo).toEqual({
        hasNextPage: seen.length < 47,
        hasPreviousPage: after !== null,
        startCursor: edges[0].cursor,
        endCursor: edges.at(-1).cursor,
      })
      if (!pageInfo.hasNextPage) break
      after = pageInfo.endCursor
    }
    return seen
  }

  const ofBank = PEOPLE.filter(({ bankId }) => bankId === BANK).map(({ customerId }) => customerId)

  test.each([
    ['newest first', undefined, 7],
    ['newest first', { sortDirection: 'DESC' }, 47],
    ['oldest first', { sortDirection: 'ASC' }, 10],
    ['one by one', { sortDirection: 'ASC' }, 1],
  ])('%s goes through the whole bank without gaps or repeats', async (_order, filter, first) => {
    const seen = await walk(filter, first)
    expect(seen.map(({ id }) => id).sort()).toEqual([...ofBank].sort())
    const dates = seen.map(({ lastOkDate }) => lastOkDate)
    expect(dates).toEqual(filter?.sortDirection === 'ASC' ? [...dates].sort() : [...dates].sort().reverse())
    // Older than a year and in the future: the provider leaves both out by default.
    expect(dates).toEqual(expect.arrayContaining(['2015-06-30T09:00:00.000Z', '2090-01-01T00:00:00.000Z']))
  })

  test('a window narrows it', async () => {
    const { data } = await app.run(PAGE, {
      first: 10,
      filter: { lastOkFrom: '2018-03-01T00:00:00+01:00', lastOkTo: '2018-03-03T12:00:00Z' },
    })
    expect(data.customers.edges.map(({ node }: { node: { lastOkDate: string } }) => node.lastOkDate)).toEqual([
      '2018-03-03T12:00:00.000Z',
    ])
  })
})

describe('customers by attributes', () => {
  const QUERY =
    'query($attributes: [CustomerAttributeMatch!]!, $first: Int, $bankId: ID) { customersByAttributes(attributes: $attributes, first: $first, bankId: $bankId) { id attributes { name } } }'
  const person = (member: { personId: string | undefined }) => ({ name: 'SYNCTERA_PERSON_ID', value: member.personId! })

  test('have any of them, and come once', async () => {
    const attributes = [
      person(ADA),
      person(named('Rhea')),
      { name: 'SEI_EXTERNAL_ID', value: ADA.seiExternalId },
      person(ADA),
      person(OTTO),
    ]
    const { data } = await app.run(QUERY, { attributes })
    expect(data.customersByAttributes.map(({ id }: { id: string }) => id)).toEqual([
      ADA.customerId,
      named('Rhea').customerId,
    ])
    expect(data.customersByAttributes[0].attributes).toHaveLength(4)
    // The provider refuses a query that repeats a name.
    expect(app.calls('obp').sort()).toEqual(
      [
        `SYNCTERA_PERSON_ID=${ADA.personId}&SEI_EXTERNAL_ID=${ADA.seiExternalId}`,
        `SYNCTERA_PERSON_ID=${named('Rhea').personId}`,
        `SYNCTERA_PERSON_ID=${OTTO.personId}`,
      ]
        .map((query) => `GET ${at(BANK)}/customers?${query}`)
        .sort(),
    )
    expect((await app.run(QUERY, { attributes, first: 1 })).data.customersByAttributes).toHaveLength(1)
    expect((await app.run(QUERY, { attributes, bankId: OTHER_BANK })).data.customersByAttributes).toEqual([
      { id: OTTO.customerId, attributes: expect.any(Array) },
    ])
  })

  test('are only those that have one; an attribute that cannot be read may be it', async () => {
    const attribute = (value: unknown) => ({
      customer_attribute_id: 'a',
      name: 'SEI_EXTERNAL_ID',
      type: 'STRING',
      value,
    })
    const customer = (customer_id: string, ...customer_attributes: object[]) => ({
      bank_id: BANK,
      customer_id,
      customer_number: customer_id,
      kyc_status: true,
      customer_attributes,
    })
    const customers = [
      customer('has', attribute('wanted')),
      customer('other', attribute('other'), { ...attribute('wanted'), name: 'COLOUR' }),
      customer('none'),
      customer('unreadable', attribute(7)),
    ]
    app.fault('obp', { match: `GET ${at(BANK)}/customers`, fault: 'status', status: 200, body: { customers } })
    const { data, errors } = await app.run(QUERY, { attributes: [{ name: 'SEI_EXTERNAL_ID', value: 'wanted' }] })
    expect(data.customersByAttributes.map(({ id }: { id: string }) => id)).toEqual(['has'])
    expect(errors).toMatchObject([{ extensions: { code: 'PROVIDER_MALFORMED', leftOut: 1 } }])
  })

  test('are not asked for without a value, which would be everybody', async () => {
    expect((await app.run(QUERY, { attributes: [] })).errors[0]!.extensions.code).toBe('BAD_USER_INPUT')
    expect(
      (await app.run(QUERY, { attributes: [{ name: '', value: '' }] })).errors[0]!.extensions.fields,
    ).toHaveProperty('attributes[0].name')
    expect(app.calls('obp')).toEqual([])
  })

  test('are a search for what is personal', async () => {
    const { errors } = await app.run(QUERY, { attributes: [person(ADA)] }, { scopes: ['customers:read'] })
    expect(errors[0]).toMatchObject({ message: 'This needs the scope pii:read.', extensions: { code: 'FORBIDDEN' } })
    expect(app.calls('obp')).toEqual([])
  })
})

describe('the customers of persons', () => {
  test('cost one call for each person and bank', async () => {
    const { data } = await app.run('{ persons(first: 20) { nodes { id customers { id bankId } } } }')
    expect(data.persons.nodes).toHaveLength(20)
    for (const { id, customers } of data.persons.nodes)
      expect(customers).toEqual(
        PEOPLE.flatMap(({ personId, customerId, bankId }) => (personId === id ? [{ id: customerId, bankId }] : [])),
      )
    expect(app.calls('obp')).toHaveLength(2 * 20)
  })

  test('leave out banks that the token does not name', async () => {
    const { data } = await app.run(`{ person(id: "${OTTO.personId}") { customers { id } } }`, undefined, {
      claims: { banks: [BANK] },
    })
    expect(data.person.customers).toEqual([])
    expect(app.calls('obp')).toHaveLength(1)
  })
})

describe("at a bank that the caller may not name, or at another than the customer's, nothing exists", () => {
  test.each<[string, string, Record<string, unknown>]>([
    ['a customer of another bank', `customer(id: "${OTTO.customerId}") { id }`, {}],
    ['a customer under another bank', `customer(id: "${ADA.customerId}", bankId: "${OTHER_BANK}") { id }`, {}],
    ['a bank that is not configured', `customer(id: "${ADA.customerId}", bankId: "elsewhere.03.uk") { id }`, {}],
    [
      'a bank outside the token',
      `customer(id: "${OTTO.customerId}", bankId: "${OTHER_BANK}") { id }`,
      { banks: [BANK] },
    ],
    ['the configured bank outside the token', `customer(id: "${ADA.customerId}") { id }`, { banks: [OTHER_BANK] }],
    ['a token for no bank', `customer(id: "${ADA.customerId}") { id }`, { banks: [] }],
    [
      'by number',
      `customerByNumber(customerNumber: "${OTTO.customerNumber}", bankId: "${OTHER_BANK}") { id }`,
      { banks: [BANK] },
    ],
    [
      'by attributes',
      `customersByAttributes(attributes: [{ name: "SEI_EXTERNAL_ID", value: "${OTTO.seiExternalId}" }], bankId: "${OTHER_BANK}") { id }`,
      { banks: [BANK] },
    ],
    ['a list', `customers(bankId: "${OTHER_BANK}") { nodes { id } }`, { banks: [BANK] }],
    [
      'a reference',
      `_entities(representations: [{ __typename: "Customer", bankId: "${OTHER_BANK}", id: "${OTTO.customerId}" }]) { __typename }`,
      { banks: [BANK] },
    ],
  ])('%s', async (_what, field, claims) => {
    const { data, errors } = await app.run(`{ found: ${field} }`, undefined, { claims })
    expect(errors).toEqual([])
    expect([data.found].flat()).toEqual([null])
  })

  test('and a bank that is within both is found', async () => {
    const { data } = await app.run(
      `{ customer(id: "${OTTO.customerId}", bankId: "${OTHER_BANK}") { bankId } }`,
      undefined,
      { claims: { banks: [OTHER_BANK] } },
    )
    expect(data.customer).toEqual({ bankId: OTHER_BANK })
  })

  const attribute = { name: 'COLOUR', type: 'STRING', value: 'blue' }
  test.each<[string, string, Record<string, unknown>]>([
    ['createCustomerAttribute', 'attribute { id }', attribute],
    ['updateCustomerAttribute', 'attribute { id }', { ...attribute, attributeId: 'x' }],
    ['deleteCustomerAttribute', 'deletedId', { attributeId: 'x' }],
    ['linkCustomer', 'customer { id }', { seiExternalId: 'sei-1' }],
    [
      'addKycCheck',
      'kycCheck { id }',
      { customerNumber: '1', staffUserId: 's', staffName: 'S', satisfied: true, comments: '' },
    ],
    [
      'addKycDocument',
      'kycDocument { id }',
      {
        customerNumber: '1',
        issueDate: '2020-01-01T00:00:00Z',
        issuePlace: 'Berlin',
        expiryDate: '2030-01-01T00:00:00Z',
      },
    ],
    ['addKycMedia', 'kycMedia { id }', { customerNumber: '1', relatesToKycDocumentId: '', relatesToKycCheckId: '' }],
    ['addKycStatus', 'kycStatus { ok }', { customerNumber: '1', ok: true, date: '2020-01-01T00:00:00Z' }],
  ])('%s is refused before anything is written', async (mutation, selection, rest) => {
    const type = mutation[0]!.toUpperCase() + mutation.slice(1)
    const absent = [
      { customerId: OTTO.customerId },
      { customerId: ADA.customerId, bankId: OTHER_BANK },
      { customerId: ADA.customerId, bankId: 'elsewhere.03.uk' },
      { customerId: 'nobody' },
    ]
    const failures = []
    for (const who of absent) {
      const { errors } = await app.run(
        `mutation($input: ${type}Input!) { ${mutation}(input: $input) { ${selection} } }`,
        { input: { ...rest, ...who } },
      )
      const { correlationId: _id, ...extensions } = errors[0]!.extensions
      failures.push({ message: errors[0]!.message, extensions })
    }
    // Another bank's customer and an unknown customer get the same error.
    expect(new Set(failures.map((failure) => JSON.stringify(failure)))).toEqual(
      new Set([
        JSON.stringify({
          message: 'The bank has no such customer.',
          extensions: { code: 'NOT_FOUND', retryable: false, provider: 'OPEN_BANK_PROJECT' },
        }),
      ]),
    )
    expect(writes()).toEqual([])
  })
})
