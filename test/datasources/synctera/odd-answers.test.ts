import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, NAMED_PEOPLE } from '../../../datasources/emulator/people.js'
import { type App, type Result, startApp } from '../../support/app.js'
import { resetQuirks } from '../../support/quirks.js'

let app: App
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.clear())
afterEach(() => resetQuirks(app.emulators, 'synctera'))
afterAll(() => app.close())

const [ada, percy, rhea] = [
  ADA.personId!,
  ...['Percy', 'Rhea'].map((name) => NAMED_PEOPLE.find(({ firstName }) => firstName === name)!.personId!),
] as [string, string, string]
const personRow = (id: string, rest: object = {}) => ({
  id,
  tenant: 't',
  is_customer: true,
  status: 'ACTIVE',
  ban_status: 'ALLOWED',
  verification_status: 'ACCEPTED',
  creation_time: '2024-01-01T00:00:00Z',
  last_updated_time: '2024-01-01T00:00:00Z',
  ...rest,
})
const verificationRow = (personId: string | undefined, rest: object = {}) => ({
  person_id: personId,
  verification_type: 'IDENTITY',
  result: 'ACCEPTED',
  verification_time: '2024-01-01T00:00:00Z',
  ...rest,
})
const address = { address_line_1: '1 Main St.', country_code: 'US' }
const answer = (match: string, body: object, times = 1) =>
  app.fault('synctera', { match, fault: 'status', status: 200, body, times })
const PERSONS =
  'query($first: Int, $after: String) { persons(first: $first, after: $after) { nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } } }'
const drift = async (field: string) =>
  Number(
    (await (await fetch(`${app.url}/metrics`)).text()).match(
      new RegExp(`kyc_provider_drift_total\\{provider="synctera",field="${field.replaceAll('*', '\\*')}"\\} (\\d+)`),
    )?.[1] ?? 0,
  )

describe('null where a member is optional is the same as its absence', () => {
  test('of a person, an address, a personal id and a page', async () => {
    const OPTIONAL = [
      ...['verification_last_run', 'first_name', 'middle_name', 'last_name', 'chosen_name', 'dob', 'email'],
      ...['phone_number', 'ssn', 'ssn_source', 'has_accounts', 'shipping_address', 'metadata'],
    ]
    const nulls = Object.fromEntries(OPTIONAL.map((name) => [name, null]))
    const legal = {
      ...address,
      id: null,
      address_type: null,
      address_line_2: null,
      city: null,
      state: null,
      postal_code: null,
    }
    const id = {
      id: 'i',
      id_type: 'PASSPORT',
      identifier: 'x',
      system_provided: false,
      country_code: null,
      issue_date: null,
      expiry_date: null,
    }
    answer('GET /v0/persons', {
      persons: [
        personRow(ada, { ...nulls, legal_address: legal, personal_ids: [id] }),
        personRow(percy, { ...nulls, legal_address: null, personal_ids: null }),
      ],
      next_page_token: null,
    })
    const { data, errors } = await app.run(
      '{ persons { nodes { id firstName dateOfBirth ssnLast4 hasAccounts legalAddress { line1 city } personalIds { identifier countryCode } metadata } pageInfo { hasNextPage } } }',
    )
    expect(errors).toEqual([])
    expect(data.persons.pageInfo.hasNextPage).toBe(false)
    expect(data.persons.nodes).toEqual([
      {
        id: ada,
        firstName: null,
        dateOfBirth: null,
        ssnLast4: null,
        hasAccounts: null,
        metadata: null,
        legalAddress: { line1: '1 Main St.', city: null },
        personalIds: [{ identifier: 'x', countryCode: null }],
      },
      {
        id: percy,
        firstName: null,
        dateOfBirth: null,
        ssnLast4: null,
        hasAccounts: null,
        metadata: null,
        legalAddress: null,
        personalIds: null,
      },
    ])
  })

  test.each([
    ['details', { details: null }],
    [
      'a score',
      { details: [{ score: null, category: null, label: null, description: null, result: null, vendor_code: null }] },
    ],
    ['ids', { id: null }],
  ])('of a verification: %s', async (_what, rest) => {
    answer('GET /v0/verifications', { verifications: [verificationRow(ada, rest)] })
    const { data, errors } = await app.run(`{ person(id: "${ada}") { verifications { result details { score } } } }`)
    expect(errors).toEqual([])
    expect(data.person.verifications).toMatchObject([{ result: 'ACCEPTED' }])
  })

  test('a person that was created and a check that was paid for are answered', async () => {
    app.emulators.synctera.quirks(['nullMembers'])
    const created = await app.run(
      'mutation($input: CreatePersonInput!) { createPerson(input: $input) { person { id email } } }',
      { input: { isCustomer: true, status: 'ACTIVE', idempotencyKey: randomUUID() } },
    )
    expect(created.errors).toEqual([])
    expect(created.data.createPerson.person).toEqual({ id: expect.any(String), email: null })
    const verified = await app.run(
      'mutation($input: VerifyPersonInput!) { verifyPerson(input: $input) { verification { status results { type } } } }',
      { input: { personId: ada, customerConsent: true } },
    )
    expect(verified.errors).toEqual([])
    expect(verified.data.verifyPerson.verification.status).toBe('ACCEPTED')
  })
})

describe('one row that cannot be read', () => {
  const ODD: [string, object, string][] = [
    ['an address without its country', { legal_address: { address_line_1: '1' } }, 'persons/legal_address'],
    ['a status that is no text', { status: 7 }, 'persons/status'],
    ['personal ids that are no list', { personal_ids: { id: 'a' } }, 'persons/personal_ids'],
  ]

  test.each(ODD)(
    '%s: the list has the other rows, an error at its path, and counts it as drift',
    async (_what, rest, field) => {
      const before = await drift(field)
      answer('GET /v0/persons', { persons: [personRow(ada), personRow(percy, rest), personRow(rhea)] })
      const { data, errors } = await app.run(PERSONS)
      expect(data.persons.nodes.map(({ id }: { id: string }) => id)).toEqual([ada, rhea])
      expect(data.persons.edges).toHaveLength(2)
      expect(errors).toMatchObject([
        { path: ['persons'], extensions: { code: 'PROVIDER_MALFORMED', provider: 'SYNCTERA', leftOut: 1 } },
      ])
      expect(await drift(field)).toBe(before + 1)
      expect(JSON.stringify(errors)).not.toContain(percy)
    },
  )

  test.each(ODD)('%s: among persons by id it is an error at its own path', async (_what, rest) => {
    answer('GET /v0/persons', { persons: [personRow(ada), personRow(percy, rest), personRow(rhea)] })
    const { data, errors } = await app.run(
      `{ a: person(id: "${ada}") { id } b: person(id: "${percy}") { id } c: person(id: "${rhea}") { id } }`,
    )
    expect(data).toEqual({ a: { id: ada }, b: null, c: { id: rhea } })
    expect(errors).toMatchObject([{ path: ['b'], extensions: { code: 'PROVIDER_MALFORMED' } }])
  })

  test('a page of one odd row leads to the next page', async () => {
    const token = 'next'
    answer('GET /v0/persons', { persons: [personRow(percy, { tenant: null })], next_page_token: token })
    const { data, errors } = await app.run(PERSONS, { first: 1 })
    expect(errors).toMatchObject([{ path: ['persons'] }])
    expect(data.persons).toMatchObject({ nodes: [], pageInfo: { hasNextPage: true, endCursor: expect.any(String) } })
    answer('GET /v0/persons', { persons: [personRow(rhea)] })
    const next = await app.run(PERSONS, { first: 1, after: data.persons.pageInfo.endCursor })
    expect(next.data.persons.nodes).toEqual([{ id: rhea }])
    expect(app.calls('synctera').at(-1)).toContain(`page_token=${token}`)
  })

  test.each([
    ['details that are no list', { details: 'none' }],
    ['no time', { verification_time: null }],
    ['a result that is no text', { result: true }],
  ])('a verification with %s is left out of its person, and not of another', async (_what, rest) => {
    answer('GET /v0/verifications', {
      verifications: [verificationRow(ada), verificationRow(ada, rest), verificationRow(percy)],
    })
    const { data, errors } = await app.run(
      `{ a: person(id: "${ada}") { verifications { result } } b: person(id: "${percy}") { verifications { result } } }`,
    )
    expect(data).toEqual({
      a: { verifications: [{ result: 'ACCEPTED' }] },
      b: { verifications: [{ result: 'ACCEPTED' }] },
    })
    expect(errors).toMatchObject([
      { path: ['a', 'verifications'], extensions: { code: 'PROVIDER_MALFORMED', leftOut: 1 } },
    ])
  })

  test('a list of which no row can be read is null', async () => {
    answer('GET /v0/verifications', { verifications: [verificationRow(ada, { result: 1 })] })
    const { data, errors } = await app.run(`{ person(id: "${ada}") { id verifications { result } } }`)
    expect(data.person).toEqual({ id: ada, verifications: null })
    expect(errors).toMatchObject([{ path: ['person', 'verifications'], extensions: { code: 'PROVIDER_MALFORMED' } }])
  })

  test('a check that was paid for is answered without it, with an error at the path of the mutation', async () => {
    app.fault('synctera', {
      match: 'POST /v0/verifications/verify',
      fault: 'status',
      status: 201,
      body: {
        verification_status: 'REVIEW',
        verifications: [verificationRow(ada), verificationRow(ada, { result: null })],
      },
    })
    const { data, errors } = await app.run(
      'mutation($input: VerifyPersonInput!) { verifyPerson(input: $input) { verification { status results { result } } } }',
      { input: { personId: ada, customerConsent: true, idempotencyKey: randomUUID() } },
    )
    expect(data.verifyPerson.verification).toEqual({ status: 'REVIEW', results: [{ result: 'ACCEPTED' }] })
    expect(errors).toMatchObject([{ path: ['verifyPerson'], extensions: { code: 'PROVIDER_MALFORMED', leftOut: 1 } }])
  })
})

describe('the walk over the pages of a list', () => {
  const VERIFICATIONS = `{ person(id: "${ada}") { verifications { type } } }`
  const calls = (list: string) => app.calls('synctera').filter((call) => call.startsWith(`GET /v0/${list}?`))
  const page = (token: unknown, rows: object[] = [verificationRow(ada)]) => ({
    verifications: rows,
    next_page_token: token,
  })

  test.each([
    ['an empty token', [page('')]],
    ['a null token', [page(null)]],
    ['an empty token on its second page', [page('a'), page('')]],
    ['a page without rows and with an empty token', [page('a'), page('', [])]],
  ])('%s ends it', async (_what, pages) => {
    for (const body of pages) answer('GET /v0/verifications', body)
    const { data, errors } = await app.run(VERIFICATIONS)
    expect(errors).toEqual([])
    expect(data.person.verifications.length).toBeGreaterThan(0)
    expect(calls('verifications')).toHaveLength(pages.length)
  })

  test.each([
    ['the same token again', ['a', 'a'], 2],
    ['a token from before', ['a', 'b', 'a'], 3],
    ['tokens that go round', ['a', 'b', 'c', 'b'], 4],
  ])('%s is malformed after as many calls', async (_what, tokens, count) => {
    for (const token of tokens) answer('GET /v0/verifications', page(token))
    const { data, errors } = await app.run(VERIFICATIONS)
    expect(data.person.verifications).toBeNull()
    expect(errors).toMatchObject([{ path: ['person', 'verifications'], extensions: { code: 'PROVIDER_MALFORMED' } }])
    expect(calls('verifications')).toHaveLength(count)
  })

  test('pages without rows are followed', async () => {
    app.emulators.synctera.quirks(['emptyPages'])
    const { data, errors } = await app.run(VERIFICATIONS)
    expect(errors).toEqual([])
    expect(data.person.verifications).toHaveLength(2)
    const persons = await app.run(PERSONS, { first: 3 })
    expect(persons.data.persons.nodes).toHaveLength(3)
    expect(persons.errors).toEqual([])
  })

  test('after too many pages without rows a client goes on with the page that follows', async () => {
    let token = 0
    for (let i = 0; i < 4; i += 1) answer('GET /v0/persons', { persons: [], next_page_token: `t${(token += 1)}` })
    const { data, errors } = await app.run(PERSONS, { first: 2 })
    expect(errors).toEqual([])
    expect(data.persons).toMatchObject({ nodes: [], pageInfo: { hasNextPage: true, endCursor: expect.any(String) } })
    answer('GET /v0/persons', { persons: [personRow(ada)] })
    const next = await app.run(PERSONS, { first: 2, after: data.persons.pageInfo.endCursor })
    expect(next.data.persons).toMatchObject({ nodes: [{ id: ada }], pageInfo: { hasNextPage: false } })
    expect(calls('persons').at(-1)).toContain('page_token=t4')
  })

  test.each([
    ['the same', ['a', 'a', 'a', 'a']],
    ['two in turn', ['a', 'b', 'a', 'b', 'a', 'b', 'a', 'b']],
    ['three in turn', ['a', 'b', 'c', 'a', 'b', 'c', 'a', 'b', 'c', 'a', 'b', 'c']],
  ])('of a client, page by page, ends when the tokens repeat: %s', async (_what, tokens) => {
    let after: string | null = null
    for (const token of tokens) {
      answer('GET /v0/persons', { persons: [personRow(ada)], next_page_token: token })
      const { data, errors }: Result<any> = await app.run(PERSONS, { first: 1, after })
      if (errors.length > 0) {
        expect(errors).toMatchObject([{ extensions: { code: 'PROVIDER_MALFORMED' } }])
        return
      }
      after = data.persons.pageInfo.endCursor
    }
    expect.unreachable('the walk went on')
  })

  test.each(['', null])('the token %j is no next page for a client', async (token) => {
    answer('GET /v0/persons', { persons: [personRow(ada)], next_page_token: token })
    expect((await app.run(PERSONS, { first: 5 })).data.persons.pageInfo.hasNextPage).toBe(false)
  })
})

test.each(['ssn', 'Ssn', 'US_SSN', 'SOCIAL SECURITY NUMBER', 'SSN'])(
  'of an identifier of the type %s at most the last four characters are shown',
  async (type) => {
    const id = { id: 'i', id_type: type, identifier: '123-45-6789', system_provided: false }
    answer('GET /v0/persons/*', personRow(ada, { personal_ids: [id] }))
    const { data } = await app.run(`{ person(id: "${ada}") { personalIds { identifier } } }`)
    expect(data.person.personalIds).toEqual([{ identifier: '6789' }])
  },
)

test.each([
  ['6789', '6789'],
  ['***-**-6789', '6789'],
  ['XXX-XX-6789', '6789'],
  ['', null],
  [null, null],
])('of the social security number %j, %j is shown', async (ssn, shown) => {
  answer('GET /v0/persons/*', personRow(ada, { ssn }))
  const { data, errors } = await app.run(`{ person(id: "${ada}") { ssnLast4 } }`)
  expect(errors).toEqual([])
  expect(data.person).toEqual({ ssnLast4: shown })
})

test.each(['123-45-6789', '123456789', '1**-**-6789', '678', 6789])(
  'a social security number with more than its last four digits, or fewer, is not answered: %j',
  async (ssn) => {
    answer('GET /v0/persons/*', personRow(ada, { ssn }))
    const { data, errors } = await app.run(`{ person(id: "${ada}") { ssnLast4 } }`)
    expect(data.person).toBeNull()
    expect(errors).toMatchObject([{ extensions: { code: 'PROVIDER_MALFORMED' } }])
  },
)

test.each(['Ada Lovelace', '', '2024-02-31T00:00:00Z', '2024-01-01'])(
  'the text %j in place of a time stamp is not answered',
  async (time) => {
    for (const member of ['creation_time', 'last_updated_time']) {
      answer('GET /v0/persons', { persons: [personRow(ada, { [member]: time }), personRow(percy)] })
      const { data, errors } = await app.run('{ persons { nodes { id createdAt updatedAt } } }')
      expect(data.persons.nodes.map(({ id }: { id: string }) => id)).toEqual([percy])
      expect(errors).toHaveLength(1)
      if (time !== '') expect(JSON.stringify(errors) + app.log()).not.toContain(time)
    }
    answer('GET /v0/verifications', {
      verifications: [verificationRow(ada, { verification_time: time }), verificationRow(ada)],
    })
    const { data } = await app.run(`{ person(id: "${ada}") { verifications { verifiedAt } } }`)
    expect(data.person.verifications).toEqual([{ verifiedAt: '2024-01-01T00:00:00.000Z' }])
  },
)

describe('an answer that is nested too deeply', () => {
  const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth))
  const deep = (depth: number) => personRow(ada, { metadata: { a: nested(depth) } })

  test('is malformed, and leaves the other fields of the operation their data', async () => {
    answer('GET /v0/persons/*', deep(1500), 0)
    const { data, errors } = await app.run(`{ viewer { id } person(id: "${ada}") { metadata } }`)
    expect(data).toEqual({ viewer: { id: 'tester' }, person: null })
    expect(errors).toMatchObject([{ path: ['person'], extensions: { code: 'PROVIDER_MALFORMED' } }])
  })

  test.each([10, 400])('is read with %i levels', async (depth) => {
    answer('GET /v0/persons/*', deep(depth))
    const { data, errors } = await app.run(`{ person(id: "${ada}") { metadata } }`)
    expect(errors).toEqual([])
    expect(data.person.metadata).toEqual({ a: nested(depth) })
  })

  test.each([
    [400, 'BAD_REQUEST_BODY', 'BAD_USER_INPUT'],
    [422, 'BAD_REQUEST_BODY', 'OUTCOME_UNKNOWN'],
    [500, 'INTERNAL', 'OUTCOME_UNKNOWN'],
  ])('with the status %i counts by its status', async (status, code, expected) => {
    const invalid = JSON.parse('{"a":'.repeat(1500) + '1' + '}'.repeat(1500)) as object
    app.fault('synctera', { match: 'POST /v0/persons', fault: 'status', status, body: { code, invalid } })
    const { errors } = await app.run(
      'mutation { createPerson(input: { isCustomer: true, status: PROSPECT }) { replayed } }',
    )
    expect(errors[0]!.extensions.code).toBe(expected)
  })

  test('brackets within texts do not count', async () => {
    const text = '[{"\\"'.repeat(2000)
    answer('GET /v0/persons/*', personRow(ada, { metadata: { a: text } }))
    const { data } = await app.run(`{ person(id: "${ada}") { metadata } }`)
    expect(data.person.metadata).toEqual({ a: text })
  })
})

describe('a list of verifications that is answered 404', () => {
  const VERIFICATIONS = 'verifications { result } verificationHistory(first: 5) { nodes { result } }'

  test('because of one person leaves the others theirs', async () => {
    const stale = randomUUID()
    app.emulators.synctera.quirks(['unknownPersonsNotFound'])
    answer('GET /v0/persons', { persons: [personRow(rhea), personRow(stale), personRow(percy)] })
    const { data, errors } = await app.run('{ persons { nodes { id verifications { result } } } }')
    expect(errors).toEqual([])
    const [ofRhea, ofStale, ofPercy] = data.persons.nodes.map(({ verifications }: any) => verifications.length)
    expect([ofRhea > 0, ofStale, ofPercy > 0]).toEqual([true, 0, true])
    expect(app.calls('synctera').filter((call) => call.startsWith('GET /v0/verifications'))).toHaveLength(4)
  })

  test('for the only person is empty', async () => {
    const stale = randomUUID()
    app.emulators.synctera.quirks(['unknownPersonsNotFound'])
    answer(`GET /v0/persons/${stale}`, personRow(stale))
    const { data, errors } = await app.run(`{ person(id: "${stale}") { ${VERIFICATIONS} } }`)
    expect(errors).toEqual([])
    expect(data.person).toEqual({ verifications: [], verificationHistory: { nodes: [] } })
  })
})

test('a page with more rows than it may have is malformed', async () => {
  answer('GET /v0/persons', { persons: Array.from({ length: 101 }, () => personRow(randomUUID())) })
  const { data, errors } = await app.run(PERSONS)
  expect(data).toEqual({ persons: null })
  expect(errors).toMatchObject([{ extensions: { code: 'PROVIDER_MALFORMED' } }])
})

test('metadata with a number that cannot be read exactly is null, and counted', async () => {
  const before = await drift('person.metadata')
  for (const metadata of [{ ref: 2 ** 53 + 2 }, { list: [{ ref: -(2 ** 60) }] }, { ref: 2 ** 53 - 1 }]) {
    answer('GET /v0/persons/*', personRow(ada, { metadata }))
    const { data } = await app.run(`{ person(id: "${ada}") { metadata } }`)
    expect(data.person.metadata).toEqual(metadata.ref === 2 ** 53 - 1 ? metadata : null)
  }
  expect(await drift('person.metadata')).toBe(before + 2)
})

describe('a check whose results are answered in pages', () => {
  const VERIFY =
    'mutation($input: VerifyPersonInput!) { verifyPerson(input: $input) { verification { status results { type } } } }'
  const verify = () => {
    app.fault('synctera', {
      match: 'POST /v0/verifications/verify',
      fault: 'status',
      status: 201,
      body: { verification_status: 'REVIEW', verifications: [verificationRow(rhea)], next_page_token: 'more' },
    })
    return app.run(VERIFY, { input: { personId: rhea, customerConsent: true } })
  }

  test('has those of the list', async () => {
    const { data, errors } = await verify()
    expect(errors).toEqual([])
    expect(data.verifyPerson.verification).toEqual({
      status: 'REVIEW',
      results: [{ type: 'IDENTITY' }, { type: 'WATCHLIST' }],
    })
  })

  test('is done where the list cannot be read, and says so', async () => {
    app.fault('synctera', { match: 'GET /v0/verifications', fault: 'status', status: 500, times: 0 })
    const { data, errors } = await verify()
    expect(data.verifyPerson.verification).toEqual({ status: 'REVIEW', results: [{ type: 'IDENTITY' }] })
    expect(errors).toMatchObject([{ extensions: { code: 'PROVIDER_UNAVAILABLE' } }])
  })
})
