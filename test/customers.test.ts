import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK, CAST, CROWD, NAMED, OTHER_BANK } from '../datasources/cast.js'
import { type App, startApp } from './harness.js'

let app: App
beforeAll(async () => {
  app = await startApp({ OBP_BANK_IDS: `${BANK},${OTHER_BANK}` })
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const named = (name: string) => NAMED.find(({ firstName }) => firstName === name)!
const OTTO = named('Otto')
const at = (bank: string) => `/obp/v4.0.0/banks/${bank}`
const writes = () => app.calls('obp').filter((call) => !call.startsWith('GET '))

const EVERYTHING = `id bankId number legalName title nameSuffix email mobilePhoneNumber faceImage { url date } dateOfBirth relationshipStatus dependants
  datesOfBirthOfDependants creditRating { rating source } creditLimit { currency amount } highestEducationAttained employmentStatus kycStatus lastOkDate branchId`

describe('a customer', () => {
  test('is read by id and by number', async () => {
    const { data, errors } = await app.run(`query($id: ID!, $number: String!) { byId: customer(id: $id) { ${EVERYTHING} } byNumber: customerByNumber(customerNumber: $number) { ${EVERYTHING} } }`, { id: ADA.customerId, number: ADA.customerNumber })
    expect(errors).toEqual([])
    expect(data.byId).toEqual({
      id: ADA.customerId, bankId: BANK, number: ADA.customerNumber, legalName: 'Ada Accepted', title: 'Dr.', nameSuffix: null,
      email: ADA.email, mobilePhoneNumber: ADA.phone, faceImage: { url: 'https://images.example.com/ada.png', date: '2020-02-20T10:00:00.000Z' },
      dateOfBirth: ADA.dateOfBirth, relationshipStatus: 'single', dependants: 1, datesOfBirthOfDependants: ['2010-05-01'],
      creditRating: { rating: 'A', source: 'bureau' }, creditLimit: { currency: 'EUR', amount: '1000.00' },
      highestEducationAttained: 'Master', employmentStatus: 'worker', kycStatus: true, lastOkDate: '2018-01-01T12:00:00.000Z', branchId: 'branch-1',
    })
    expect(data.byNumber).toEqual(data.byId)
  })

  test('is the same in a list, where the provider writes days differently', async () => {
    const { data } = await app.run(`query($id: ID!) { customer(id: $id) { ${EVERYTHING} } customers(first: 100) { nodes { ${EVERYTHING} } } }`, { id: ADA.customerId })
    expect(data.customers.nodes.find(({ id }: { id: string }) => id === ADA.customerId)).toEqual(data.customer)
  })

  test('that is not there is null', async () => {
    const { data, errors } = await app.run('{ a: customer(id: "nobody") { id } b: customer(id: "no body <- OBP-20003") { id } c: customerByNumber(customerNumber: "0") { id } }')
    expect({ data, errors }).toEqual({ data: { a: null, b: null, c: null }, errors: [] })
  })

  test('is asked for once however often an operation names it', async () => {
    const query = `{ ${[1, 2, 3, 4, 5].map((n) => `c${n}: customer(id: "${ADA.customerId}") { links { personId } attributes { name } person { firstName customers { id } } }`).join(' ')} }`
    const { data } = await app.run(query)
    expect(data.c5.person).toEqual({ firstName: 'Ada', customers: [{ id: ADA.customerId }] })
    expect(app.calls('obp')).toEqual([`GET ${at(BANK)}/customers/${ADA.customerId}`, `GET ${at(BANK)}/customers?SYNCTERA_PERSON_ID=${ADA.personId}`, `GET ${at(OTHER_BANK)}/customers?SYNCTERA_PERSON_ID=${ADA.personId}`])
    expect(app.calls('synctera')).toEqual([`GET /v0/persons/${ADA.personId}`])
  })

  test('is resolved from a reference', async () => {
    const representations = [ADA, OTTO].map(({ bankId, customerId: id }) => ({ __typename: 'Customer', bankId, id }))
    const { data } = await app.run('query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Customer { legalName } } }', {
      representations: [...representations, { __typename: 'Customer', bankId: BANK, id: OTTO.customerId }],
    })
    expect(data._entities).toEqual([{ legalName: 'Ada Accepted' }, { legalName: 'Otto Otherbank' }, null])
  })

  test('shows nothing personal without pii:read', async () => {
    const { data } = await app.run(`{ customer(id: "${ADA.customerId}") { ${EVERYTHING} attributes { name value } } }`, undefined, { scopes: ['customers:read'] })
    expect(data.customer).toMatchObject({
      legalName: 'A•••', email: 'a•••', mobilePhoneNumber: '••••0101', dateOfBirth: null, datesOfBirthOfDependants: null, faceImage: { url: 'h•••' }, number: ADA.customerNumber,
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
      const member = CAST.find(({ customerId }) => customerId === id)!
      expect(person).toMatchObject({ id: member.personId, firstName: member.firstName })
    }
    const [lists, others] = [app.calls('obp').filter((call) => call.includes('/firehose/')), app.calls('obp').filter((call) => !call.includes('/firehose/'))]
    expect(lists).toEqual([`GET ${at(BANK)}/firehose/customers?sort_direction=DESC&from_date=1970-01-01T00:00:00.000Z&to_date=9000-01-01T00:00:00.000Z&limit=26&offset=0`])
    expect(others).toHaveLength(25)
    expect(new Set(others).size).toBe(25)
    expect(others.every((call) => call.endsWith('/attributes'))).toBe(true)
    expect(app.calls('synctera')).toEqual(['GET /v0/persons?id=…&limit=100', 'GET /v0/verifications?person_id=…&limit=100'])
  })

  test('answers the others when one of them fails', async () => {
    app.fault('obp', { match: `GET ${at(BANK)}/customers/${CROWD[39]!.customerId}/attributes`, fault: 'status', status: 500 })
    const { data, errors } = await app.run(QUERY)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatchObject({ path: ['customers', 'nodes', expect.any(Number), 'person'], extensions: { code: 'PROVIDER_UNAVAILABLE', provider: 'OPEN_BANK_PROJECT' } })
    expect(data.customers.nodes.filter(({ person }: { person: object | null }) => person === null)).toHaveLength(1)
  })
})

describe('paging', () => {
  const PAGE = 'query($after: String, $filter: CustomerFilter, $first: Int) { customers(first: $first, after: $after, filter: $filter) { edges { cursor node { id lastOkDate } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }'

  async function walk(filter: object | undefined, first: number) {
    const seen: { id: string; lastOkDate: string }[] = []
    for (let after: string | null = null, pages = 0; pages < 100; pages += 1) {
      const answer: { data: any; errors: readonly unknown[] } = await app.run(PAGE, { first, after, filter })
      expect(answer.errors).toEqual([])
      const { edges, pageInfo } = answer.data.customers
      seen.push(...edges.map(({ node }: { node: object }) => node))
      expect(pageInfo).toEqual({ hasNextPage: seen.length < 47, hasPreviousPage: after !== null, startCursor: edges[0].cursor, endCursor: edges.at(-1).cursor })
      if (!pageInfo.hasNextPage) break
      after = pageInfo.endCursor
    }
    return seen
  }

  const ofBank = CAST.filter(({ bankId }) => bankId === BANK).map(({ customerId }) => customerId)

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
    // Older than a year and in the future: the provider hides both unless it is told not to.
    expect(dates).toEqual(expect.arrayContaining(['2015-06-30T09:00:00.000Z', '2090-01-01T00:00:00.000Z']))
  })

  test('a window narrows it', async () => {
    const { data } = await app.run(PAGE, { first: 10, filter: { lastOkFrom: '2018-03-01T00:00:00+01:00', lastOkTo: '2018-03-03T12:00:00Z' } })
    expect(data.customers.edges.map(({ node }: { node: { lastOkDate: string } }) => node.lastOkDate)).toEqual(['2018-03-03T12:00:00.000Z'])
  })

  test('a cursor is good for its own list only', async () => {
    const { data } = await app.run(PAGE, { first: 1 })
    const after = data.customers.pageInfo.endCursor as string
    const other = (text: string) => Buffer.from(text).toString('base64url')
    const [, list] = JSON.parse(Buffer.from(after, 'base64url').toString())
    app.clear()
    for (const variables of [{ after, filter: { sortDirection: 'ASC' } }, { after: 'nonsense' }, { after: other('[5]') }, { after: other(`[-1,"${list}"]`) }, { after: other(`[1.5,"${list}"]`) }]) {
      const { errors } = await app.run(PAGE, variables)
      expect(errors[0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: { after: ['is not a cursor of this list'] } })
    }
    expect(app.calls('obp')).toEqual([])
  })
})

describe('customers by attributes', () => {
  const QUERY = 'query($attributes: [CustomerAttributeMatch!]!, $first: Int, $bankId: ID) { customersByAttributes(attributes: $attributes, first: $first, bankId: $bankId) { id attributes { name } } }'
  const person = (member: { personId: string | undefined }) => ({ name: 'SYNCTERA_PERSON_ID', value: member.personId! })

  test('have any of them, and come once', async () => {
    const attributes = [person(ADA), person(named('Rhea')), { name: 'SEI_EXTERNAL_ID', value: ADA.seiExternalId }, person(ADA), person(OTTO)]
    const { data } = await app.run(QUERY, { attributes })
    expect(data.customersByAttributes.map(({ id }: { id: string }) => id)).toEqual([ADA.customerId, named('Rhea').customerId])
    expect(data.customersByAttributes[0].attributes).toHaveLength(4)
    expect(app.calls('obp')).toHaveLength(1)
    expect((await app.run(QUERY, { attributes, first: 1 })).data.customersByAttributes).toHaveLength(1)
    expect((await app.run(QUERY, { attributes, bankId: OTHER_BANK })).data.customersByAttributes).toEqual([{ id: OTTO.customerId, attributes: expect.any(Array) }])
  })

  test('are not asked for without a value, which would be everybody', async () => {
    expect((await app.run(QUERY, { attributes: [] })).errors[0]!.extensions.code).toBe('BAD_USER_INPUT')
    expect((await app.run(QUERY, { attributes: [{ name: '', value: '' }] })).errors[0]!.extensions.fields).toHaveProperty('attributes[0].name')
    expect(app.calls('obp')).toEqual([])
  })

  test('are a search for what is personal', async () => {
    const { errors } = await app.run(QUERY, { attributes: [person(ADA)] }, { scopes: ['customers:read'] })
    expect(errors[0]).toMatchObject({ message: 'This needs the scope pii:read.', extensions: { code: 'FORBIDDEN' } })
    expect(app.calls('obp')).toEqual([])
  })
})

describe('the customers of persons', () => {
  test('cost one call per bank for all persons', async () => {
    const { data } = await app.run('{ persons(first: 20) { nodes { id customers { id bankId } } } }')
    expect(data.persons.nodes).toHaveLength(20)
    for (const { id, customers } of data.persons.nodes) expect(customers).toEqual(CAST.flatMap(({ personId, customerId, bankId }) => (personId === id ? [{ id: customerId, bankId }] : [])))
    expect(app.calls('obp')).toHaveLength(2)
  })

  test('leave out banks that the token does not name', async () => {
    const { data } = await app.run(`{ person(id: "${OTTO.personId}") { customers { id } } }`, undefined, { claims: { banks: [BANK] } })
    expect(data.person.customers).toEqual([])
    expect(app.calls('obp')).toHaveLength(1)
  })
})

describe("at a bank that the caller may not name, or at another than the customer's, nothing exists", () => {
  test.each<[string, string, Record<string, unknown>]>([
    ['a customer of another bank', `customer(id: "${OTTO.customerId}") { id }`, {}],
    ['a customer under another bank', `customer(id: "${ADA.customerId}", bankId: "${OTHER_BANK}") { id }`, {}],
    ['a bank that is not configured', `customer(id: "${ADA.customerId}", bankId: "elsewhere.03.uk") { id }`, {}],
    ['a bank outside the token', `customer(id: "${OTTO.customerId}", bankId: "${OTHER_BANK}") { id }`, { banks: [BANK] }],
    ['the configured bank outside the token', `customer(id: "${ADA.customerId}") { id }`, { banks: [OTHER_BANK] }],
    ['a token for no bank', `customer(id: "${ADA.customerId}") { id }`, { banks: [] }],
    ['by number', `customerByNumber(customerNumber: "${OTTO.customerNumber}", bankId: "${OTHER_BANK}") { id }`, { banks: [BANK] }],
    ['by attributes', `customersByAttributes(attributes: [{ name: "SEI_EXTERNAL_ID", value: "${OTTO.seiExternalId}" }], bankId: "${OTHER_BANK}") { id }`, { banks: [BANK] }],
    ['a list', `customers(bankId: "${OTHER_BANK}") { nodes { id } }`, { banks: [BANK] }],
    ['a reference', `_entities(representations: [{ __typename: "Customer", bankId: "${OTHER_BANK}", id: "${OTTO.customerId}" }]) { __typename }`, { banks: [BANK] }],
  ])('%s', async (_what, field, claims) => {
    const { data, errors } = await app.run(`{ found: ${field} }`, undefined, { claims })
    expect(errors).toEqual([])
    expect([data.found].flat()).toEqual([null])
  })

  test('and a bank that is within both is found', async () => {
    const { data } = await app.run(`{ customer(id: "${OTTO.customerId}", bankId: "${OTHER_BANK}") { bankId } }`, undefined, { claims: { banks: [OTHER_BANK] } })
    expect(data.customer).toEqual({ bankId: OTHER_BANK })
  })

  const attribute = { name: 'COLOUR', type: 'STRING', value: 'blue' }
  test.each<[string, string, Record<string, unknown>]>([
    ['createCustomerAttribute', 'attribute { id }', attribute],
    ['updateCustomerAttribute', 'attribute { id }', { ...attribute, attributeId: 'x' }],
    ['deleteCustomerAttribute', 'deletedId', { attributeId: 'x' }],
    ['linkCustomer', 'customer { id }', { seiExternalId: 'sei-1' }],
    ['addKycCheck', 'kycCheck { id }', { customerNumber: '1', staffUserId: 's', staffName: 'S', satisfied: true, comments: '' }],
    ['addKycDocument', 'kycDocument { id }', { customerNumber: '1', issueDate: '2020-01-01T00:00:00Z', issuePlace: 'Berlin', expiryDate: '2030-01-01T00:00:00Z' }],
    ['addKycMedia', 'kycMedia { id }', { customerNumber: '1', relatesToKycDocumentId: '', relatesToKycCheckId: '' }],
    ['addKycStatus', 'kycStatus { ok }', { customerNumber: '1', ok: true, date: '2020-01-01T00:00:00Z' }],
  ])('%s is refused before anything is written', async (mutation, selection, rest) => {
    const type = mutation[0]!.toUpperCase() + mutation.slice(1)
    const absent = [{ customerId: OTTO.customerId }, { customerId: ADA.customerId, bankId: OTHER_BANK }, { customerId: ADA.customerId, bankId: 'elsewhere.03.uk' }, { customerId: 'nobody' }]
    const failures = []
    for (const who of absent) {
      const { errors } = await app.run(`mutation($input: ${type}Input!) { ${mutation}(input: $input) { ${selection} } }`, { input: { ...rest, ...who } })
      const { correlationId: _id, ...extensions } = errors[0]!.extensions
      failures.push({ message: errors[0]!.message, extensions })
    }
    // Somebody else's is refused in the same words as nobody's.
    expect(new Set(failures.map((failure) => JSON.stringify(failure)))).toEqual(
      new Set([JSON.stringify({ message: 'The bank has no such customer.', extensions: { code: 'NOT_FOUND', retryable: false, provider: 'OPEN_BANK_PROJECT' } })]),
    )
    expect(writes()).toEqual([])
  })
})

describe('creating a customer', () => {
  const MUTATION = `mutation($input: CreateCustomerInput!) { createCustomer(input: $input) { replayed customer { ${EVERYTHING} } } }`
  const least = {
    legalName: 'Nora New', mobilePhoneNumber: '+44 07972 444 876', email: 'Nora@Example.com', dateOfBirth: '1990-02-03', relationshipStatus: 'single',
    highestEducationAttained: '', employmentStatus: 'worker', kycStatus: false, lastOkDate: '2024-05-06T07:08:09.123+02:00',
  }

  test('sends what is left out empty, and reads it back as null', async () => {
    const { data, errors } = await app.run(MUTATION, { input: least })
    expect(errors).toEqual([])
    expect(app.recorded('obp')[0]!.body).toEqual({
      legal_name: 'Nora New', mobile_phone_number: '+44 07972 444 876', email: 'Nora@Example.com', face_image: { url: null, date: null }, date_of_birth: '1990-02-03T00:00:00Z',
      relationship_status: 'single', dependants: 0, dob_of_dependants: [], credit_rating: { rating: null, source: null }, credit_limit: { currency: null, amount: null },
      highest_education_attained: '', employment_status: 'worker', kyc_status: false, last_ok_date: '2024-05-06T05:08:09Z', title: '', branch_id: '', name_suffix: '',
    })
    const { customer, replayed } = data.createCustomer
    expect(replayed).toBe(false)
    expect(customer).toMatchObject({
      bankId: BANK, email: 'nora@example.com', faceImage: null, creditRating: null, creditLimit: null, title: null, branchId: null, nameSuffix: null, highestEducationAttained: null,
      dependants: 0, datesOfBirthOfDependants: [], dateOfBirth: '1990-02-03', lastOkDate: '2024-05-06T05:08:09.000Z',
    })
    expect((await app.run(`{ customer(id: "${customer.id}") { ${EVERYTHING} } }`)).data.customer).toEqual(customer)
  })

  test('sends everything that is given', async () => {
    const given = {
      ...least, title: 'Dr.', branchId: 'DERBY6', nameSuffix: 'Sr', faceImage: { url: 'https://x.example/a.png', date: '2024-01-01T00:00:00Z' },
      datesOfBirthOfDependants: ['2010-01-02', '2012-03-04'], creditRating: { rating: 'A', source: 'B' }, creditLimit: { currency: 'EUR', amount: '10.50' }, bankId: OTHER_BANK,
    }
    const { data } = await app.run(MUTATION, { input: given })
    expect(data.createCustomer.customer).toMatchObject({
      bankId: OTHER_BANK, title: 'Dr.', branchId: 'DERBY6', nameSuffix: 'Sr', faceImage: { url: 'https://x.example/a.png', date: '2024-01-01T00:00:00.000Z' }, dependants: 2,
      datesOfBirthOfDependants: ['2010-01-02', '2012-03-04'], creditRating: { rating: 'A', source: 'B' }, creditLimit: { currency: 'EUR', amount: '10.50' },
    })
  })

  test('is done once for one idempotency key, and not again when nobody knows how it ended', async () => {
    const keyed = { ...least, idempotencyKey: 'customer-1' }
    const first = await app.run(MUTATION, { input: keyed })
    expect((await app.run(MUTATION, { input: keyed })).data.createCustomer).toEqual({ replayed: true, customer: first.data.createCustomer.customer })
    expect(writes()).toHaveLength(1)
    app.clear()
    app.fault('obp', { match: `POST ${at(BANK)}/customers`, fault: 'drop-after-apply' })
    const lost = { ...least, idempotencyKey: 'customer-2' }
    for (let i = 0; i < 3; i += 1) {
      const { errors } = await app.run(MUTATION, { input: lost })
      expect(errors[0]).toMatchObject({ message: expect.stringContaining('Read the record back'), extensions: { code: 'OUTCOME_UNKNOWN', retryable: false } })
    }
    expect(writes()).toHaveLength(1)
  })

  test('as one who passed KYC needs kyc:write', async () => {
    const input = { ...least, kycStatus: true }
    const { errors } = await app.run(MUTATION, { input }, { scopes: ['customers:write'] })
    expect(errors[0]).toMatchObject({ message: 'This needs the scope kyc:write.', extensions: { code: 'FORBIDDEN' } })
    expect(writes()).toEqual([])
    expect((await app.run(MUTATION, { input }, { scopes: ['customers:write', 'kyc:write'] })).data.createCustomer.customer.kycStatus).toBe(true)
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
  const create = 'mutation($input: CreateCustomerAttributeInput!) { createCustomerAttribute(input: $input) { attribute { id name type value } } }'
  const update = 'mutation($input: UpdateCustomerAttributeInput!) { updateCustomerAttribute(input: $input) { attribute { id name type value } } }'
  const remove = 'mutation($input: DeleteCustomerAttributeInput!) { deleteCustomerAttribute(input: $input) { deletedId } }'
  const REX = named('Rex').customerId
  const read = async (customerId: string) => (await app.run(`{ customer(id: "${customerId}") { attributes { id name type value } } }`)).data.customer.attributes as { id: string; name: string }[]

  test('are added, changed and removed', async () => {
    const added = await app.run(create, { input: { customerId: REX, name: 'COLOUR', type: 'STRING', value: 'blue' } })
    const { id } = added.data.createCustomerAttribute.attribute
    expect(await read(REX)).toContainEqual({ id, name: 'COLOUR', type: 'STRING', value: 'blue' })
    await app.run(update, { input: { customerId: REX, attributeId: id, name: 'COLOUR', type: 'INTEGER', value: '7' } })
    expect(await read(REX)).toContainEqual({ id, name: 'COLOUR', type: 'INTEGER', value: '7' })
    app.clear()
    expect((await app.run(remove, { input: { customerId: REX, attributeId: id } })).data.deleteCustomerAttribute).toEqual({ deletedId: id })
    expect(app.calls('obp')).toEqual([`GET ${at(BANK)}/customers/${REX}`, `DELETE ${at(BANK)}/customers/attributes/${id}`])
    expect((await read(REX)).map((attribute) => attribute.id)).not.toContain(id)
  })

  test('that are gone already are no error when the call that removed them comes again', async () => {
    const added = await app.run(create, { input: { customerId: REX, name: 'SHAPE', type: 'STRING', value: 'round' } })
    const input = { customerId: REX, attributeId: added.data.createCustomerAttribute.attribute.id, idempotencyKey: 'attribute-gone' }
    app.fault('obp', { match: `DELETE ${at(BANK)}/customers/attributes/*`, fault: 'drop-after-apply' })
    expect((await app.run(remove, { input })).errors[0]!.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true })
    expect(await app.run(remove, { input })).toMatchObject({ data: { deleteCustomerAttribute: { deletedId: input.attributeId } }, errors: [] })
    expect((await app.run(remove, { input: { ...input, idempotencyKey: null } })).errors[0]!.extensions.code).toBe('NOT_FOUND')
  })

  test("of somebody else are not this customer's to change or remove", async () => {
    const hers = (await read(ADA.customerId)).find(({ name }) => name === 'SPECIAL_TAX_NUMBER')!
    app.clear()
    for (const [mutation, rest] of [[update, { name: 'X', type: 'STRING', value: 'x' }], [remove, {}]] as const) {
      const { errors } = await app.run(mutation, { input: { customerId: REX, attributeId: hers.id, ...rest } })
      expect(errors[0]).toMatchObject({ message: 'The customer has no such attribute.', extensions: { code: 'NOT_FOUND' } })
    }
    expect(writes()).toEqual([])
    expect(await read(ADA.customerId)).toContainEqual(hers)
  })

  test.each(['SYNCTERA_PERSON_ID', 'APITURE_BANKING_CUSTOMER_ID', 'SEI_EXTERNAL_ID', ' synctera_person_id '])('never go by the name of a link: %j', async (name) => {
    const link = (await read(REX)).find((attribute) => attribute.name === 'SEI_EXTERNAL_ID')!
    const other = (await read(REX)).find((attribute) => attribute.name === 'SPECIAL_TAX_NUMBER')!
    app.clear()
    const refused = [
      await app.run(create, { input: { customerId: REX, name, type: 'STRING', value: 'x' } }),
      await app.run(update, { input: { customerId: REX, attributeId: other.id, name, type: 'STRING', value: 'x' } }),
    ]
    for (const { errors } of refused) expect(errors[0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: { 'input.name': ['is made only by linkCustomer'] } })
    const { errors } = await app.run(update, { input: { customerId: REX, attributeId: link.id, name: 'FREED', type: 'STRING', value: 'x' } })
    expect(errors[0]!.extensions.fields).toEqual({ 'input.attributeId': ['is made only by linkCustomer'] })
    expect(writes()).toEqual([])
  })

  test.each<[string, Record<string, unknown>]>([
    ['input.name', { name: '' }],
    ['input.name', { name: 'x'.repeat(51) }],
    ['input.value', { value: 'x'.repeat(256) }],
    ['input.type', { type: 'BOOLEAN' }],
    ['input.customerId', { customerId: 'a/b' }],
  ])('with a bad %s are refused before anything is sent', async (field, change) => {
    const { errors } = await app.run(create, { input: { customerId: REX, name: 'COLOUR', type: 'STRING', value: 'blue', ...change } })
    expect(errors[0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: { [field]: expect.any(Array) } })
    expect(app.calls('obp')).toEqual([])
  })
})
