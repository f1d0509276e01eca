import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { getOperationAST, parse } from 'graphql'
import fetch from 'node-fetch'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADA, NAMED_PEOPLE } from '../../datasources/emulator/people.js'
import type { ProviderName } from '../../datasources/index.js'
import type { Scope } from '../../schema/scopes.js'
import { createExecutor } from '../../src/graphql/executor.js'
import { Pipeline } from '../../src/graphql/pipeline.js'
import type { Answer as SentAnswer, OperationContext, Plugin } from '../../src/graphql/plugin.js'
import { schemas } from '../../src/graphql/schema.js'
import { createLog } from '../../src/observability/log.js'
import { randomQuery, seeded } from '../support/documents.js'
import { type App, startApp } from '../support/app.js'

let apps: Readonly<Record<'interpreted' | 'compiled' | 'auto', App>>

/** The tests of this file spend more than a client may in a minute. */
const UNLIMITED = {
  // Cursors are encrypted: equal ones need one key.
  STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  RATE_LIMIT_COST_PER_MINUTE: '0',
}

beforeAll(async () => {
  const interpreted = await startApp({ EXECUTOR: 'interpreted', ...UNLIMITED })
  apps = {
    interpreted,
    compiled: await startApp({ EXECUTOR: 'compiled', ...UNLIMITED }, interpreted),
    auto: await startApp({ EXECUTOR: 'auto', ...UNLIMITED }, interpreted),
  }
})
afterAll(async () => {
  await apps.auto.close()
  await apps.compiled.close()
  await apps.interpreted.close()
})

const id = ADA.customerId
const otherBank = NAMED_PEOPLE.find(({ bankId }) => bankId !== ADA.bankId)!

const OTHER_ID = 'a0000000-0000-4000-8000-00000000ffff'
const WRITE =
  'mutation W($input: CreatePersonInput!) { made: createPerson(input: $input) { __typename replayed person { ...N } } } fragment N on Person { firstName lastName metadata }'

// What executors are known to read differently; the rest of the suite runs on both anyway.
const DOCUMENTS: readonly (readonly [
  what: string,
  document: string,
  variables?: Record<string, unknown> | undefined,
])[] = [
  [
    'one field under several names',
    `{ a: customer(id: "${id}") { id x: id legalName } b: customer(id: "${id}") { legalName id } }`,
  ],
  [
    'one field asked for in parts',
    `{ customer(id: "${id}") { person { id } person { firstName } ...P } } fragment P on Customer { person { lastName id } }`,
  ],
  [
    'fragments in fragments',
    `{ customer(id: "${id}") { ...A } } fragment A on Customer { id ...B } fragment B on Customer { ... on Customer { legalName ... { customerNumber } } }`,
  ],
  [
    'the same fragment at two places',
    `{ a: customer(id: "${id}") { ...C } b: customer(id: "${otherBank.customerId}") { ...C } } fragment C on Customer { id person { id } }`,
  ],
  ['the name of the type', `{ __typename customer(id: "${id}") { __typename person { t: __typename id } } }`],
  [
    '@skip and @include by variable',
    'query($id: ID!, $yes: Boolean!, $no: Boolean!) { customer(id: $id) { id @skip(if: $yes) legalName @include(if: $yes) customerNumber @skip(if: $no) email @include(if: $no) } }',
    { id, yes: true, no: false },
  ],
  [
    '@skip and @include together',
    'query($id: ID!, $yes: Boolean!, $no: Boolean!) { customer(id: $id) { id legalName @include(if: $yes) @skip(if: $yes) customerNumber @include(if: $yes) @skip(if: $no) } }',
    { id, yes: true, no: false },
  ],
  [
    '@skip on fragments',
    'query($id: ID!, $yes: Boolean = true) { customer(id: $id) { id ...N @skip(if: $yes) ... @include(if: $yes) { customerNumber person { id ... @skip(if: $yes) { firstName } } } } } fragment N on Customer { legalName }',
    { id },
  ],
  [
    'a field that one branch skips and another wants',
    'query($id: ID!, $yes: Boolean!) { customer(id: $id) { person @skip(if: $yes) { id firstName } ...P } } fragment P on Customer { person { id } }',
    { id, yes: true },
  ],
  [
    'a condition written oddly',
    `{ viewer { id @,skip(if: true) scopes @ # why\n include(if: true) } viewer { id @skip(if: true) } }`,
  ],
  ['everything skipped', 'query($yes: Boolean!) { viewer @skip(if: $yes) { id } }', { yes: true }],
  ['a literal @include', `{ customer(id: "${id}") { id @include(if: false) legalName @skip(if: false) } }`],
  [
    'defaults of variables',
    `query($id: ID! = "${id}", $first: Int = 2) { customer(id: $id) { id } persons(first: $first) { nodes { id } pageInfo { hasNextPage } } }`,
  ],
  [
    'an explicit null for a default',
    'query($first: Int = 2) { persons(first: $first) { nodes { id } } }',
    { first: null },
  ],
  [
    'a variable left out',
    'query($first: Int, $after: String) { persons(first: $first, after: $after) { nodes { id } } }',
    {},
  ],
  [
    'a variable inside an input',
    'query($direction: CustomerSortDirection!) { customers(first: 3, filter: { sortDirection: $direction }) { nodes { id } } }',
    { direction: 'ASC' },
  ],
  [
    'an object given as a variable',
    'query($filter: CustomerFilter) { customers(first: 3, filter: $filter) { edges { cursor node { id } } } }',
    { filter: { sortDirection: 'ASC' } },
  ],
  ['one thing for a list', 'query($ids: [ID!]!) { verificationResults(ids: $ids) { id } }', { ids: 'not-there' }],
  ['a list with holes', '{ verificationResults(ids: ["not-there", "nor-here"]) { id status } }'],
  ['a number for an id', '{ person(id: 12345) { id } }'],
  ['a variable of the wrong type', 'query($first: Int) { persons(first: $first) { nodes { id } } }', { first: 'many' }],
  ['a variable too many', 'query($id: ID!) { customer(id: $id) { id } }', { id, more: 1 }],
  ['a required variable left out', 'query($id: ID!) { customer(id: $id) { id } }', {}],
  ['a required variable that is null', 'query($id: ID!) { customer(id: $id) { id } }', { id: null }],
  [
    'an unknown member of an input',
    'query($filter: CustomerFilter) { customers(filter: $filter) { nodes { id } } }',
    { filter: { unheard: 1 } },
  ],
  [
    'an unknown enum value',
    'query($d: CustomerSortDirection!) { customers(filter: { sortDirection: $d }) { nodes { id } } }',
    { d: 'SIDEWAYS' },
  ],
  ['rules of an argument', '{ persons(first: 1000) { nodes { id } } ok: viewer { id } }'],
  [
    'a field that fails beside one that does not',
    `{ customer(id: "${id}") { id } customers(bankId: "nobodys.bank") { nodes { id } } again: customer(id: "${id}") { legalName } }`,
  ],
  [
    'a union',
    `{ _entities(representations: [{ __typename: "Person", id: "${ADA.personId!}" }, { __typename: "Customer", bankId: "${ADA.bankId}", id: "${id}" }, { __typename: "Unheard" }]) { __typename ... on Person { id firstName } ... on Customer { id legalName } } }`,
  ],
  [
    'entities by variable',
    'query($r: [_Any!]!) { _entities(representations: $r) { ... on Person { id verifications { nodes { id result } } } } }',
    { r: [{ __typename: 'Person', id: ADA.personId }] },
  ],
  [
    'deep lists',
    '{ customers(first: 5) { edges { node { id kycChecks { id } person { id verifications { nodes { id } } } } } } }',
  ],
  [
    'the schema itself beside data',
    '{ __schema { queryType { name } } __type(name: "Person") { name kind } viewer { id } }',
  ],
  ['an operation of several', 'query A { viewer { id } } query B { persons(first: 1) { nodes { id } } }'],
  [
    'a prototype in a literal',
    'mutation { createPerson(input: { isCustomer: true, status: ACTIVE, metadata: { __proto__: { a: 1 }, constructor: 2 } }) { person { metadata } } }',
  ],
  [
    'a prototype in a variable',
    'mutation($m: JSONObject) { createPerson(input: { isCustomer: true, status: ACTIVE, metadata: $m }) { person { metadata } } }',
    JSON.parse('{"m":{"__proto__":{"a":1},"constructor":2}}') as Record<string, unknown>,
  ],
  [
    'a variable in JSON that is written out',
    'mutation($v: String) { createPerson(input: { isCustomer: true, status: ACTIVE, metadata: { a: $v, b: [$v, 1, { c: $v }] } }) { person { metadata } } }',
    { v: 'x' },
  ],
  [
    'a variable in a reference that is written out',
    'query($id: ID!) { _entities(representations: [{ __typename: "Person", id: $id }]) { ... on Person { id } } }',
    { id: ADA.personId },
  ],
  [
    'a variable left out of an input that is written out, which keeps and does not clear',
    `mutation($v: String) { updatePerson(input: { id: "${ADA.personId!}", middleName: $v, status: ACTIVE }) { person { lastName middleName } } }`,
    {},
  ],
  [
    'a variable left out of a list',
    'query($id: ID) { _entities(representations: [{ __typename: "Person", id: "x" }, { __typename: "Person", id: $id }]) { __typename } }',
    {},
  ],
  [
    'names that every object has',
    'query($toString: String, $__proto__: Int) { viewer { __proto__: id constructor: scopes } __proto__: viewer { id } persons(first: $__proto__, after: $toString) { nodes { id } } }',
    JSON.parse('{"__proto__":1}') as Record<string, unknown>,
  ],
  ['an operation of a kind that there is not', 'subscription { viewer { id } }'],
  ['one write', WRITE, { input: { isCustomer: true, status: 'ACTIVE', firstName: 'One', metadata: { a: [1, null] } } }],
  ['one write that breaks a rule', WRITE, { input: { isCustomer: true, status: 'ACTIVE', ssn: 'no' } }],
  ['one write of another form', WRITE, { input: { isCustomer: 'yes', firstName: null, unknown: 1 } }],
  [
    'one write that names nothing',
    `mutation { updatePerson(input: { id: "${OTHER_ID}", status: ACTIVE }) { replayed } }`,
  ],
  [
    'writes one after the other',
    'mutation { a: createPerson(input: { isCustomer: true, status: ACTIVE, firstName: "A" }) { person { firstName } } b: createPerson(input: { isCustomer: true, status: ACTIVE, ssn: "no" }) { person { id } } c: createPerson(input: { isCustomer: true, status: ACTIVE, firstName: "C" }) { replayed } }',
  ],
]

interface Answer {
  readonly errors: readonly unknown[]
  readonly status: number
  /** The data, its members in their order. */
  readonly text: string | undefined
}

async function ask(
  app: App,
  document: string,
  variables?: Record<string, unknown>,
  scopes?: readonly Scope[],
): Promise<Answer> {
  const { data, errors, status } = await app.run<unknown>(document, variables ?? {}, scopes ? { scopes } : {})
  const reported = errors.map(
    ({ extensions: { correlationId: _id, providerRequestId: _request, ...extensions }, ...error }) => ({
      ...error,
      extensions,
    }),
  )
  // The order of two failures depends on timing.
  reported.sort((a, b) => String(a.path).localeCompare(String(b.path)))
  // An instant of just now is another one in every answer.
  const text = JSON.stringify(data)?.replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, (instant) =>
    Date.now() - Date.parse(JSON.parse(instant) as string) < 600_000 ? '"now"' : instant,
  )
  return { errors: reported, status, text }
}

/** What a provider may answer in place of a value. */
const ODD_VALUES = [7, 2 ** 31, 1.5, true, '', 'odd', {}, ['odd'], null]

/** A row with each of its members in turn replaced by each of these values. */
const oddRows = (row: object): readonly object[] =>
  Object.keys(row).flatMap((member) => ODD_VALUES.map((value) => ({ ...row, [member]: value })))

interface OddRow {
  readonly provider: ProviderName
  readonly match: string
  readonly document: string
  readonly row: object
}

const ODD_ROWS: Readonly<Record<string, OddRow>> = {
  'a customer': {
    provider: 'obp',
    match: `GET /obp/v4.0.0/banks/*/customers/${id}`,
    document: `{ customer(id: "${id}") { id bankId number kycStatus legalName mobilePhoneNumber email dateOfBirth relationshipStatus dependants datesOfBirthOfDependants highestEducationAttained employmentStatus lastOkDate title branchId nameSuffix faceImage { url date } creditRating { rating source } creditLimit { currency amount } attributes { id name type typeRaw value } } }`,
    row: {
      bank_id: ADA.bankId,
      customer_id: id,
      customer_number: '1',
      kyc_status: true,
      legal_name: 'Ada',
      mobile_phone_number: '+1',
      email: 'ada@example.com',
      face_image: { url: 'https://example.com', date: '2024-01-01T00:00:00Z' },
      date_of_birth: '1990-01-02T00:00:00Z',
      relationship_status: 'single',
      dependants: 2,
      dob_of_dependants: ['2020-01-02T00:00:00Z'],
      credit_rating: { rating: 'A', source: 'x' },
      credit_limit: { currency: 'EUR', amount: '10' },
      highest_education_attained: 'none',
      employment_status: 'none',
      last_ok_date: '2024-01-01T00:00:00Z',
      title: 'Dr',
      branch_id: 'b',
      name_suffix: 'Jr',
      customer_attributes: [{ customer_attribute_id: 'a', name: 'COLOUR', type: 'STRING', value: 'red' }],
    },
  },
  'a person': {
    provider: 'synctera',
    match: `GET /v0/persons/${ADA.personId!}`,
    document: `{ person(id: "${ADA.personId!}") { id tenant isCustomer status statusRaw banStatus banStatusRaw verificationStatus verificationStatusRaw verificationLastRun firstName middleName lastName chosenName dateOfBirth email phoneNumber ssnLast4 ssnSource ssnSourceRaw hasAccounts metadata createdAt updatedAt legalAddress { id type line1 line2 city state postalCode countryCode } } }`,
    row: {
      id: ADA.personId,
      tenant: 't',
      status: 'ACTIVE',
      is_customer: true,
      has_accounts: true,
      ban_status: 'ALLOWED',
      verification_status: 'ACCEPTED',
      verification_last_run: '2024-01-01T00:00:00.000Z',
      first_name: 'Ada',
      middle_name: 'B',
      last_name: 'Accepted',
      dob: '1961-02-11',
      email: 'ada@example.com',
      phone_number: '+14155550101',
      ssn: '0001',
      ssn_source: 'MANUAL',
      creation_time: '2024-01-01T00:00:00.000Z',
      last_updated_time: '2024-01-01T00:00:00.000Z',
      metadata: {},
      legal_address: { address_line_1: 'a', city: 'b', state: 'NY', postal_code: '1', country_code: 'US' },
    },
  },
}

describe('both executors answer the same', () => {
  test.each(Object.entries(ODD_ROWS))('%s of whom a provider tells odd values', async (_what, odd) => {
    const { provider, match, document, row } = odd
    let answered = 0
    for (const body of [row, ...oddRows(row)]) {
      apps.interpreted.fault(provider, { match, fault: 'status', status: 200, body, times: 2 })
      const expected = await ask(apps.interpreted, document)
      expect(await ask(apps.compiled, document), JSON.stringify(body)).toEqual(expected)
      if (expected.errors.length === 0) answered += 1
    }
    expect(answered).toBeGreaterThan(Object.keys(row).length)
  })

  test.each(DOCUMENTS.map(([what, document, variables]) => ({ what, document, variables })))(
    '$what',
    async ({ document, variables }) => {
      const expected = await ask(apps.interpreted, document, variables)
      expect(await ask(apps.compiled, document, variables)).toEqual(expected)
      // `auto` interprets the first time and compiles the second.
      expect(await ask(apps.auto, document, variables)).toEqual(expected)
      expect(await ask(apps.auto, document, variables)).toEqual(expected)
    },
  )

  test('150 random queries, for callers with all scopes, few scopes, or only :own scopes', async () => {
    const { served: schema } = schemas()
    const random = seeded(20_261_120)
    const roots = [
      'viewer',
      `customer(id: "${id}")`,
      `customer(id: "${NAMED_PEOPLE[3]!.customerId}")`,
      'customer(id: "c-nobody")',
      'customers(first: 3)',
      `person(id: "${ADA.personId!}")`,
      'persons(first: 2)',
      'meetings',
      'verificationResults(ids: ["not-there", "nor-here"])',
      'customers(bankId: "nobodys.bank")',
    ]
    const callers: readonly (readonly Scope[] | undefined)[] = [
      undefined,
      ['customers:read', 'kyc:read'],
      ['customers:read', 'persons:read', 'pii:read'],
      [],
    ]
    let withData = 0
    let withErrors = 0
    for (let n = 0; n < 150; n += 1) {
      const document = randomQuery(schema, roots, random, n % 4 === 0)
      const scopes = callers[n % callers.length]
      const expected = await ask(apps.interpreted, document, {}, scopes)
      expect(await ask(apps.compiled, document, {}, scopes), document).toEqual(expected)
      if (expected.text !== undefined) withData += 1
      if (expected.errors.length > 0) withErrors += 1
    }
    // Made at random, but not about nothing.
    expect(withData).toBeGreaterThan(100)
    expect(withErrors).toBeGreaterThan(40)
  }, 60_000)
})

describe('literals of a client are no code', () => {
  const code = createRequire(import.meta.url).resolve('graphql-jit/dist/execution.js')
  /** What the compiler replaces in the code that it has written: the last of them by the expression that follows it. */
  const markers = [...readFileSync(code, 'utf8').matchAll(/^const MAGIC_\w+ = "(\w+)";$/gm)].map(
    ([, marker]) => marker!,
  )
  const MARK = 'globalThis.isExecuted=true'
  const escaped = (text: string) => text.replaceAll('_', '\\u005f')
  const refused = (argument: string, selection: string) => `{ viewer { id } x: ${argument} { ${selection} } }`

  test('the compiler has the markers that are known', () => expect(markers).toHaveLength(4))

  test.each(
    markers.flatMap((marker) => [
      [`${marker}${MARK}`],
      [escaped(`${marker}${MARK}`)],
      [marker],
      [`\\"${marker}${MARK}`],
      [`x ${marker}${MARK}`],
    ]),
  )('%s', async (text) => {
    const documents = [
      refused(`person(id: "${text}")`, 'id'),
      refused(`person(id: """${text.replaceAll('\\u005f', '_').replaceAll('\\"', '"')} """)`, 'id'),
      `query($text: String = "${text}") { viewer { id } persons(first: 1, after: $text) { nodes { id } } }`,
      refused(`verificationResults(ids: ["${text}"])`, 'id'),
      `mutation { createPerson(input: { isCustomer: true, status: ACTIVE, metadata: { a: "${text}", b: [{ c: "${text}" }] } }) { person { metadata } } }`,
      `mutation { createPerson(input: { isCustomer: true, status: ACTIVE, metadata: { ${text.replaceAll(/\W/g, '')}: 1 } }) { person { metadata } } }`,
    ]
    for (const document of documents) {
      const expected = await ask(apps.interpreted, document)
      for (const app of [apps.compiled, apps.auto, apps.auto]) expect(await ask(app, document)).toEqual(expected)
    }
    expect(globalThis).not.toHaveProperty('isExecuted')
  })
})

test.each([
  ['{ customer(id: "ID") { person { ssnLast4 } } person_customer: person(id: "PERSON") { id } }'],
  ['{ person_customer: person(id: "PERSON") { id } customer(id: "ID") { person { ssnLast4 } } }'],
  ['{ customer(id: "ID") { a: person { ssnLast4 } person { id } } customer_a: person(id: "PERSON") { ssnLast4 } }'],
])('an alias that equals the joined names of a path changes nothing that is told of a field: %s', async (template) => {
  const query = template.replace('ID', id).replaceAll('PERSON', ADA.personId!)
  const told = async (app: App) => {
    const authorization = `Bearer ${await app.token({ scopes: ['customers:read', 'persons:read'] })}`
    const headers = { 'content-type': 'application/json', authorization }
    const response = await fetch(`${app.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })
    const { data, extensions } = (await response.json()) as { data: unknown; extensions: { masked: unknown } }
    return { data, masked: extensions.masked }
  }
  const expected = await told(apps.interpreted)
  expect(expected.masked).not.toEqual([])
  for (const app of [apps.compiled, apps.auto, apps.auto]) expect(await told(app)).toEqual(expected)
})

test.each([
  ['query($v: ID = "a") { verificationResults(ids: [$v]) { id } }', { v: null }, 'ids'],
  [
    'query($v: CustomerSortDirection! = ASC, $w: String = "x") { customers(first: 1, filter: { sortDirection: $v, legalName: $w }) { nodes { id } } }',
    { v: null },
    undefined,
  ],
])(
  'a variable that is null within a literal that may not hold it is invalid input: %s',
  async (query, variables, field) => {
    for (const app of [apps.interpreted, apps.compiled, apps.auto, apps.auto]) {
      const { errors } = await app.run(query, variables)
      expect(errors[0]!.extensions.code).toBe('BAD_USER_INPUT')
      if (field !== undefined) expect(Object.keys(errors[0]!.extensions.fields as object)).toEqual([field])
    }
  },
)

test('what callers name their operations is not kept', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const token = await apps.auto.token()
  const ask = async (operationName: string) => {
    const response = await fetch(`${apps.auto.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: 'query A { viewer { id } }', operationName }),
    })
    return ((await response.json()) as { errors: { extensions: { code: string } }[] }).errors.map(
      ({ extensions }) => extensions.code,
    )
  }
  expect(await ask('B')).toEqual(['BAD_USER_INPUT'])
  collect()
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < 60; i += 1) await ask(`N${i}`.padEnd(200_000, 'x'))
  collect()
  // They are 12 MB together.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(6_000_000)
})

test('more operations than are kept compiled answer as before', async () => {
  const token = await apps.compiled.token()
  const ask = async (i: number) => {
    const response = await fetch(`${apps.compiled.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: `{ a${i}: viewer { id } }` }),
    })
    const body = (await response.json()) as { data: unknown; errors?: unknown }
    expect(body.errors).toBeUndefined()
    return body.data
  }
  for (let i = 0; i < 260; i += 1) expect(await ask(i)).toEqual({ [`a${i}`]: { id: 'tester' } })
  expect(await ask(0)).toEqual({ a0: { id: 'tester' } })
})

test('an exception of an executor becomes a masked error of the answer, which every plugin receives', async () => {
  const received: SentAnswer[] = []
  const plugin: Plugin = { willSendResponse: (answer) => void received.push(answer) }
  const execute = createExecutor(schemas().served, 'interpreted')
  const pipeline = new Pipeline({ plugins: [plugin, plugin], execute, log: createLog('silent') })
  const source = 'query($first: Int) { persons(first: $first) { nodes { id } } }'
  const document = parse(source)
  const operation = getOperationAST(document)!
  // No request can say this, but it is what graphql-js throws at.
  const variables = JSON.parse('"none"') as Record<string, unknown>
  const context = { correlationId: 'c' } as OperationContext
  const { status, result } = await pipeline.run({
    context,
    source,
    document,
    operation,
    operationName: undefined,
    variables,
  })
  expect(status).toBe(500)
  expect(result.errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR', correlationId: 'c' } }])
  expect(received.map(({ result }) => result)).toEqual([result, result])
})
