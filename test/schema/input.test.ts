import fetch from 'node-fetch'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { type App, startApp } from '../support/app.js'

let app: App
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const CREATE = 'mutation($input: CreatePersonInput!) { createPerson(input: $input) { person { id } } }'
const PERSONS =
  'query($filter: PersonFilter, $first: Int, $after: String) { persons(filter: $filter, first: $first, after: $after) { nodes { id } } }'
const VERIFY = 'mutation($input: VerifyPersonInput!) { verifyPerson(input: $input) { replayed } }'
const UPDATE = 'mutation($input: UpdatePersonInput!) { updatePerson(input: $input) { person { id } } }'
const MEET = 'mutation($input: CreateMeetingInput!) { createMeeting(input: $input) { replayed } }'
const SECRET = '987-65-4321'
const person = (members: object) => ({ input: { isCustomer: true, status: 'ACTIVE', ...members } })
const meeting = (date: string) => ({
  input: {
    providerId: 'p',
    purposeId: 'p',
    date,
    creator: { name: 'Sue', mobilePhone: '', emailAddress: '' },
    invitees: [],
  },
})

describe('input that cannot be right names its field, reaches no provider and is not repeated', () => {
  test.each<[why: string, query: string, variables: Record<string, unknown> | undefined, field: string | undefined]>([
    ['a required member left out', CREATE, { input: { isCustomer: true } }, 'input.status'],
    ['a number for a string', CREATE, person({ firstName: 98765 }), 'input.firstName'],
    ['a string for a boolean', CREATE, { input: { isCustomer: SECRET, status: 'ACTIVE' } }, 'input.isCustomer'],
    ['a word that goes on like a message', CREATE, person({ status: `x; ${SECRET}` }), 'input.status'],
    ['a word that goes on like a message of ours', CREATE, person({ status: `x; must be ${SECRET}` }), 'input.status'],
    ['a word that ends like a path', CREATE, person({ status: `x" at "input.${SECRET}` }), 'input.status'],
    [
      'a word that ends like a path and a reason',
      CREATE,
      person({ status: `x" at "input.email"; must be ${SECRET}` }),
      'input.status',
    ],
    [
      'an object that ends like a path and a reason',
      CREATE,
      person({ firstName: { a: `" at "input.email"; must be ${SECRET}` } }),
      'input.firstName',
    ],
    ['a list that ends like a path', CREATE, person({ firstName: [`" at "input.email`, SECRET] }), 'input.firstName'],
    [
      'a day that ends like a path and a reason',
      CREATE,
      person({ dateOfBirth: `${SECRET}" at "input.email"; must be ${SECRET}` }),
      'input.dateOfBirth',
    ],
    ['a member name that ends like a path', CREATE, person({ [`${SECRET}" at "input.email`]: 1 }), 'input'],
    ['a member name that continues like a message', CREATE, person({ [`x; must be ${SECRET}`]: 1 }), 'input'],
    ['a text for a number', PERSONS, { first: SECRET }, 'first'],
    ['an object for an id', 'query($id: ID!) { person(id: $id) { id } }', { id: { of: SECRET } }, 'id'],
    ['a word that is no enum value', CREATE, person({ status: SECRET }), 'input.status'],
    ['a member that is not there', CREATE, person({ socialSecurity: SECRET }), 'input'],
    ['an SSN without hyphens', CREATE, person({ ssn: '987654321' }), 'input.ssn'],
    ['an SSN with letters', CREATE, person({ ssn: `${SECRET}x` }), 'input.ssn'],
    ['a day that does not exist', CREATE, person({ dateOfBirth: '2001-02-30' }), 'input.dateOfBirth'],
    ['a birth in the future', CREATE, person({ dateOfBirth: '2999-01-01' }), 'input.dateOfBirth'],
    ['a birth before 1900', CREATE, person({ dateOfBirth: '1899-12-31' }), 'input.dateOfBirth'],
    ['an over-long name', CREATE, person({ lastName: 'x'.repeat(256) }), 'input.lastName'],
    ['no email', CREATE, person({ email: 'no-email' }), 'input.email'],
    ['a national phone number', CREATE, person({ phoneNumber: '0171 987654' }), 'input.phoneNumber'],
    [
      'a country in letters that are none',
      CREATE,
      person({ legalAddress: { line1: 'x', countryCode: 'zqx' } }),
      'input.legalAddress.countryCode',
    ],
    [
      'a passport without a country',
      CREATE,
      person({ personalIds: [{ type: 'PASSPORT_NUMBER', identifier: SECRET }] }),
      'input.personalIds[0].countryCode',
    ],
    ['a suspension without a note', CREATE, person({ banStatus: 'SUSPENDED' }), 'input.note'],
    ['a ban', CREATE, person({ banStatus: 'BANNED' }), 'input.banStatus'],
    ['an empty idempotency key', CREATE, person({ idempotencyKey: '' }), 'input.idempotencyKey'],
    ['an over-long idempotency key', CREATE, person({ idempotencyKey: 'x'.repeat(256) }), 'input.idempotencyKey'],
    [
      'a check without consent',
      VERIFY,
      { input: { personId: ADA.personId, customerConsent: false } },
      'input.customerConsent',
    ],
    ['a meeting in the year 10000', MEET, meeting('10000-01-01T00:00:00Z'), 'input.date'],
    ['a meeting that a zone pushes into the year 10000', MEET, meeting('9999-12-31T23:59:59-01:00'), 'input.date'],
    ['a meeting that a zone pushes before the year 0', MEET, meeting('0000-01-01T00:00:00+01:00'), 'input.date'],
    ['a meeting on a day that does not exist', MEET, meeting('2001-02-30T00:00:00Z'), 'input.date'],
    ['% in a search', PERSONS, { filter: { firstName: '98765%' } }, 'filter.firstName'],
    ['% in a search for an email', PERSONS, { filter: { email: '%98765' } }, 'filter.email'],
    ['a list as metadata', CREATE, person({ metadata: [SECRET] }), 'input.metadata'],
    ['a wildcard in a search', PERSONS, { filter: { lastName: 'Acc*' } }, 'filter.lastName'],
    ['no id of the provider', PERSONS, { filter: { ids: [SECRET] } }, 'filter.ids'],
    ['a page of 0', PERSONS, { first: 0 }, 'first'],
    ['a page of 101', PERSONS, { first: 101 }, 'first'],
    ['a cursor of another list', PERSONS, { after: SECRET }, 'after'],
    [
      'a value in the document',
      `mutation { createPerson(input: { isCustomer: "${SECRET}", status: ACTIVE }) { replayed } }`,
      undefined,
      undefined,
    ],
    [
      'an enum value in the document',
      `mutation { createPerson(input: { isCustomer: true, status: "${SECRET}" }) { replayed } }`,
      undefined,
      undefined,
    ],
    [
      'an enum literal in the document',
      'mutation { createPerson(input: { isCustomer: true, status: S98765 }) { replayed } }',
      undefined,
      undefined,
    ],
    [
      'an enum literal for a boolean',
      'mutation { createPerson(input: { isCustomer: S98765, status: ACTIVE }) { replayed } }',
      undefined,
      undefined,
    ],
    [
      'a value in the document that ends like a message',
      `mutation { createPerson(input: { isCustomer: true, status: "${SECRET} \\" at \\"x\\" enum." }) { replayed } }`,
      undefined,
      undefined,
    ],
    [
      'an object in the document',
      `mutation { createPerson(input: { isCustomer: true, status: ACTIVE, firstName: { a: "${SECRET}" } }) { replayed } }`,
      undefined,
      undefined,
    ],
    [
      'a day in the document',
      `mutation { createPerson(input: { isCustomer: true, status: ACTIVE, dateOfBirth: "${SECRET}" }) { replayed } }`,
      undefined,
      undefined,
    ],
    ['a number in the document', '{ persons(first: 98765432198765) { nodes { id } } }', undefined, undefined],
    [
      'a default in the document',
      `query($yes: Boolean = "${SECRET}") { viewer @skip(if: $yes) { id } }`,
      undefined,
      undefined,
    ],
    [
      'a document that does not parse',
      `mutation { createPerson(input: { ssn: "${SECRET}" "${SECRET}" }) { replayed } }`,
      undefined,
      undefined,
    ],
    ['a field that does not exist', '{ person(id: "x") { socialSecurityNumber } }', undefined, undefined],
  ])('%s', async (_why, query, variables, field) => {
    const { errors } = await app.run(query, variables)
    expect(errors).toHaveLength(1)
    const [error] = errors
    expect(error!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', retryable: false })
    if (field !== undefined) expect(Object.keys(error!.extensions.fields ?? {})).toContain(field)
    expect([...app.calls('synctera'), ...app.calls('obp')]).toEqual([])
    // Ids and times are digits too, and now and then they are these.
    const given = (JSON.stringify(errors) + app.log()).replace(
      /"(?:correlationId|http\.request\.id|trace\.id|chain|@timestamp|hash)":"[^"]+"|"event\.duration":\d+/g,
      '',
    )
    for (const value of [SECRET, '987654321', '98765', 'no-email', '0171', '2001-02-30', 'zqx', 'Acc*'])
      expect(given).not.toContain(value)
  })
})

describe('an update', () => {
  test.each<[string, object, string]>([
    ['that clears a name', { middleName: null }, 'input.middleName'],
    ['that clears the choice', { isCustomer: null }, 'input.isCustomer'],
    [
      'that clears a part of an address',
      { legalAddress: { line1: 'x', countryCode: 'US', city: null } },
      'input.legalAddress.city',
    ],
    [
      'that clears a part of the other address',
      { shippingAddress: { line1: 'x', countryCode: 'US', postalCode: null } },
      'input.shippingAddress.postalCode',
    ],
  ])('%s is refused: the provider cannot', async (_what, change, field) => {
    const { errors } = await app.run(UPDATE, { input: { id: ADA.personId, ...change } })
    expect(errors[0]!.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: { [field]: [expect.stringContaining('cannot be cleared')] },
    })
    expect(app.calls('synctera')).toEqual([])
  })

  test('that changes nothing is refused, and does not use its key', async () => {
    const input = { id: ADA.personId, idempotencyKey: 'nothing' }
    for (let i = 0; i < 2; i += 1)
      expect((await app.run(UPDATE, { input })).errors[0]!.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        fields: { input: ['changes nothing'] },
      })
    expect(app.calls('synctera')).toEqual([])
    expect((await app.run(UPDATE, { input: { ...input, chosenName: 'Ada' } })).errors).toEqual([])
  })
})

test('the message of a rule is whole, also where it holds the name of its member', async () => {
  const input = { personId: ADA.personId, type: 'PRIVACY_NOTICE', eventType: 'DISPLAYED', version: '1' }
  const { errors } = await app.run(
    'mutation($input: RecordDisclosureInput!) { recordDisclosure(input: $input) { replayed } }',
    { input },
  )
  expect(errors[0]!.extensions.fields).toEqual({ 'input.version': ['must be a version such as 1.0 or v1.1'] })
})

test('a name of an operation that fills the request is refused as fast as any', async () => {
  const body = JSON.stringify({
    query: 'query a { viewer { id } } query b { viewer { id } }',
    operationName: 'x "'.repeat(50_000),
  })
  const authorization = `Bearer ${await app.token()}`
  const times: number[] = []
  for (let i = 0; i < 3; i += 1) {
    const begun = performance.now()
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body,
    })
    const text = await response.text()
    times.push(performance.now() - begun)
    expect([response.status, text.length]).toEqual([400, expect.toSatisfy((length: number) => length < 500)])
    expect(JSON.parse(text)).toMatchObject({
      errors: [{ message: 'The document has no operation of that name.', extensions: { code: 'BAD_USER_INPUT' } }],
    })
  }
  // Whatever else the machine does, one of them shows that nothing here grows with its square.
  expect(Math.min(...times)).toBeLessThan(200)
})

describe('plain JSON holds any name', () => {
  // As text: an object literal would set the prototype instead. In the order in which members are sent.
  const metadata =
    '{"__proto__":{"polluted":true},"constructor":{"x":1},"hasOwnProperty":1,"prototype":{"polluted":true},"toString":{"a":[{"__proto__":{"polluted":true}}]}}'

  test.each<[string, string, string | undefined]>([
    [
      'in variables',
      'mutation($metadata: JSONObject) { createPerson(input: { isCustomer: true, status: ACTIVE, metadata: $metadata }) { person { metadata } } }',
      metadata,
    ],
    [
      'in the document',
      `mutation { createPerson(input: { isCustomer: true, status: ACTIVE, metadata: ${metadata.replace(/"(\w+)":/g, '$1:')} }) { person { metadata } } }`,
      undefined,
    ],
  ])('%s, and gives it back as it came', async (_where, query, variable) => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await app.token()}` },
      body: `{"query":${JSON.stringify(query)},"variables":{${variable === undefined ? '' : `"metadata":${variable}`}}}`,
    })
    // What the operation cost stands behind its data.
    expect((await response.text()).split(',"extensions":{"cost":', 1)[0]).toBe(
      `{"data":{"createPerson":{"person":{"metadata":${metadata}}}}`,
    )
    expect(JSON.stringify(app.recorded('synctera')[0]!.body)).toContain(`"metadata":${metadata}`)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('and an input does not', async () => {
    const { errors } = await app.run(
      CREATE,
      JSON.parse('{"input":{"isCustomer":true,"status":"ACTIVE","__proto__":{"firstName":"x"}}}') as object as Record<
        string,
        unknown
      >,
    )
    expect(errors[0]!.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: { input: ['has a member that is not known'] },
    })
    expect(app.calls('synctera')).toEqual([])
  })
})

/** The error codes of a refused body, and its log lines about unexpected errors. */
async function refusal(body: string): Promise<{ codes: string[]; unforeseen: boolean }> {
  const logged = app.log().length
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await app.token()}` },
    body,
  })
  const { errors = [] } = (await response.json()) as { errors?: { extensions: { code: string } }[] }
  return {
    codes: errors.map(({ extensions }) => extensions.code),
    unforeseen: app.log().slice(logged).includes('unforeseen'),
  }
}

test.each<[string, string, string[]]>([
  [
    'JSON that is deeper than anything can go down',
    `{"query":${JSON.stringify(CREATE)},"variables":{"input":{"isCustomer":true,"status":"ACTIVE","metadata":${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}}}}`,
    ['BAD_USER_INPUT'],
  ],
  [
    'half of a surrogate pair where a provider has an id',
    '{"query":"query($id: ID!) { person(id: $id) { id } customer(id: $id) { id } verificationResult(id: $id) { id } }","variables":{"id":"\\ud800"}}',
    ['BAD_USER_INPUT', 'BAD_USER_INPUT', 'BAD_USER_INPUT'],
  ],
  [
    'the same in a write',
    '{"query":"mutation($id: ID!) { updatePerson(input: { id: $id, status: ACTIVE }) { replayed } setAccountEntitlements(input: { bankingCustomerId: $id, accounts: [{ accountNumber: \\"1001\\", productCode: \\"DDA_01\\" }], electronicStatementElection: true, electronicDocumentElection: true, roles: { view: true } }) { replayed } }","variables":{"id":"\\ud800"}}',
    ['BAD_USER_INPUT', 'BAD_USER_INPUT'],
  ],
  [
    'a persisted query of another hash',
    `{"query":"{ viewer { id } }","extensions":{"persistedQuery":{"version":1,"sha256Hash":"${'0'.repeat(64)}"}}}`,
    ['BAD_USER_INPUT'],
  ],
  [
    'a persisted query of another version',
    '{"extensions":{"persistedQuery":{"version":2,"sha256Hash":"0"}}}',
    ['BAD_USER_INPUT'],
  ],
])("%s is the caller's mistake", async (_what, body, codes) => {
  expect(await refusal(body)).toEqual({ codes, unforeseen: false })
  expect(app.calls('synctera')).toEqual([])
})

describe('a cursor of another origin', () => {
  const LISTS =
    'query($after: String) { persons(after: $after, first: 100) { nodes { id } } customers(after: $after, first: 100) { nodes { id } } }'

  test.each<[unknown]>([
    [null],
    [0],
    ['x'],
    [{}],
    [[]],
    [[null]],
    [[null, 0, 0]],
    [[null, 0, 20]],
    [[null, -1]],
    [[null, 0.5]],
    [[null, 101]],
    [[null, 1e9]],
    [[null, 1e300]],
    [[null, '0']],
    [[null, null]],
    [[1, 0]],
    [[true, 0]],
    [[{}, 0]],
    [[[], 0]],
    [['', 0]],
    [['x'.repeat(2000), 0]],
    [[0, 'x']],
    [[2 ** 40, 'x']],
  ])('%j is refused without a provider call', async (cursor) => {
    for (const text of [JSON.stringify(cursor), `${JSON.stringify(cursor)},`]) {
      const { data, errors } = await app.run(LISTS, { after: Buffer.from(text).toString('base64url') })
      expect(data).toEqual({ persons: null, customers: null })
      for (const { extensions } of errors)
        expect(extensions).toMatchObject({
          code: 'BAD_USER_INPUT',
          fields: { after: ['is not a cursor of this list'] },
        })
      expect([...app.calls('synctera'), ...app.calls('obp')]).toEqual([])
    }
  })
})

describe('a reference of another subgraph', () => {
  const query =
    'query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Person { firstName } ... on Customer { legalName } } }'

  test.each([
    ['in full-width letters', ADA.personId!.replace('a', 'ａ')],
    ['with a zero-width space', `${ADA.personId}\u200b`],
    ['with a byte order mark', `\ufeff${ADA.personId}`],
  ])('is read as any identifier: %s', async (_how, id) => {
    const { data, errors } = await app.run(query, { representations: [{ __typename: 'Person', id }] })
    expect({ data, errors }).toEqual({ data: { _entities: [{ firstName: 'Ada' }] }, errors: [] })
  })

  test.each([
    ['a control character', { __typename: 'Person', id: `${SECRET}\u0000` }, 'id'],
    [
      'a control character, beside a member of no key',
      { __typename: 'Person', id: '\u0007', [SECRET]: '\u0007' },
      'id',
    ],
    ['half of a surrogate pair', { __typename: 'Customer', bankId: `${SECRET}\ud800`, id: ADA.customerId }, 'bankId'],
    ['nothing that shows', { __typename: 'KycCheck', customerId: ' ', id: 'check-ada' }, 'customerId'],
  ])('is refused with %s in it, by its place', async (_what, reference, member) => {
    const { data, errors } = await app.run(query, {
      representations: [{ __typename: 'Person', id: ADA.personId }, reference],
    })
    expect(data._entities).toEqual([{ firstName: 'Ada' }, null])
    expect(errors).toMatchObject([{ path: ['_entities', 1], extensions: { code: 'BAD_USER_INPUT' } }])
    expect(Object.keys(errors[0]!.extensions.fields!)).toEqual([`representations[1].${member}`])
    expect(app.calls('obp')).toEqual([])
    expect(JSON.stringify(errors) + app.log()).not.toContain(SECRET)
  })
})

describe('a reference without its key', () => {
  test.each<[string, unknown]>([
    ['of a person', { __typename: 'Person' }],
    ['of a person, null', { __typename: 'Person', id: null }],
    ['of a person, empty', { __typename: 'Person', id: '' }],
    ['of a person, an object', { __typename: 'Person', id: { of: SECRET } }],
    ['of a customer, without the bank', { __typename: 'Customer', id: ADA.customerId }],
    ['of a customer, without the id', { __typename: 'Customer', bankId: ADA.bankId }],
    ['of a check', { __typename: 'KycCheck', id: 'check-ada' }],
    ['of a verification', { __typename: 'VerificationResult' }],
    ['of a type that is no entity', { __typename: 'PageInfo', id: SECRET }],
    ['of a type that does not exist', { __typename: SECRET, id: SECRET }],
    ['of a type that every object has', { __typename: 'constructor', id: SECRET }],
    ['of no type', { id: SECRET }],
    ['that is no object', SECRET],
  ])('%s is refused, and leaves the one beside it alone', async (_what, reference) => {
    const query =
      'query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Person { firstName } } }'
    const { data, errors } = await app.run(query, {
      representations: [reference, { __typename: 'Person', id: ADA.personId }],
    })
    expect(data._entities).toEqual([null, { firstName: 'Ada' }])
    expect(errors).toMatchObject([{ path: ['_entities', 0], extensions: { code: 'BAD_USER_INPUT', retryable: false } }])
    expect([...app.calls('synctera'), ...app.calls('obp'), ...app.calls('banfico')]).toEqual([
      `GET /v0/persons/${ADA.personId}`,
    ])
    expect(JSON.stringify(errors) + app.log()).not.toContain(SECRET)
  })
})
