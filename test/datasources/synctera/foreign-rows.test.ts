import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, CROWD, NAMED_PEOPLE } from '../../../datasources/emulator/people.js'
import { type App, startApp } from '../../support/app.js'
import { resetQuirks } from '../../support/quirks.js'

// A provider that answers rows and records of others than were asked for, rows that name none, and words of its own.

let app: App
beforeAll(async () => {
  app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0' })
})
beforeEach(() => app.clear())
afterEach(() => resetQuirks(app.emulators, 'synctera'))
afterAll(() => app.close())

const [ada, other] = [ADA.personId!, CROWD[30]!.personId!]
const rhea = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Rhea')!.personId!
const TIME = '2024-01-01T00:00:00Z'

const answer = (match: string, body: object, times = 1, status = 200) =>
  app.fault('synctera', { match, fault: 'status', status, body, times })
const codes = ({ errors }: { errors: readonly { extensions: { code: string } }[] }) =>
  errors.map(({ extensions }) => extensions.code)
const writes = () => app.calls('synctera').filter((call) => !call.startsWith('GET '))

const personRow = (id: string, rest: object = {}) => ({
  id,
  tenant: 't',
  is_customer: true,
  status: 'ACTIVE',
  ban_status: 'ALLOWED',
  verification_status: 'ACCEPTED',
  creation_time: TIME,
  last_updated_time: TIME,
  ...rest,
})
const checkRow = (personId: unknown, rest: object = {}) => ({
  id: randomUUID(),
  person_id: personId,
  verification_type: 'IDENTITY',
  result: 'ACCEPTED',
  verification_time: TIME,
  ...rest,
})
const disclosureRow = (personId: unknown, rest: object = {}) => ({
  id: randomUUID(),
  person_id: personId,
  type: 'KYC_DATA_COLLECTION',
  version: '1.0',
  event_type: 'ACKNOWLEDGED',
  disclosure_date: TIME,
  creation_time: TIME,
  ...rest,
})
const alertRow = (personId: unknown, rest: object = {}) => ({
  id: randomUUID(),
  person_id: personId,
  status: 'ACTIVE',
  title: 'a list',
  ...rest,
})

describe('rows of another person are not answered', () => {
  const read = (selection: string) => app.run(`{ person(id: "${ada}") { ${selection} } }`)

  test.each<[list: string, path: string, selection: string, rows: readonly object[]]>([
    ['verifications', 'verifications', 'verifications { personId }', [checkRow(other), checkRow(ada)]],
    [
      'verifications',
      'verifications',
      'verifications { personId }',
      [checkRow(null, { business_id: other }), checkRow(ada)],
    ],
    ['disclosures', 'disclosures', 'disclosures { type }', [disclosureRow(other), disclosureRow(ada)]],
    ['alerts', 'monitoring/alerts', 'monitoringAlerts { id }', [alertRow(other), alertRow(ada)]],
    ['subscriptions', 'monitoring/subscriptions', 'monitoringSubscriptions { id }', [alertRow(other), alertRow(ada)]],
  ])('of %s (%s)', async (list, path, selection, rows) => {
    answer(`GET /v0/${path}`, { [list]: rows })
    const { data, errors } = await read(selection)
    expect(errors).toEqual([])
    expect(Object.values<unknown[]>(data.person)[0]).toHaveLength(1)
    expect(JSON.stringify(data)).not.toContain(other)
  })

  test('of the history, nor of another kind or outcome than the filter has', async () => {
    answer('GET /v0/verifications', {
      verifications: [
        checkRow(other, { verification_type: 'WATCHLIST' }),
        checkRow(other, { verification_type: 'WATCHLIST', result: 7 }),
        checkRow(null, { verification_type: 'WATCHLIST', business_id: other }),
        checkRow(ada),
        checkRow(ada.toUpperCase(), { verification_type: 'WATCHLIST' }),
        checkRow(ada, { verification_type: 'WATCHLIST', result: 'REVIEW' }),
      ],
    })
    const { data, errors } = await read(
      'verificationHistory(filter: { types: [WATCHLIST], outcomes: [ACCEPTED] }) { nodes { type result } pageInfo { hasNextPage } }',
    )
    expect(errors).toEqual([])
    expect(data.person.verificationHistory).toEqual({
      nodes: [{ type: 'WATCHLIST', result: 'ACCEPTED' }],
      pageInfo: { hasNextPage: false },
    })
  })

  test.each<[filter: string, held: object, wanted: boolean]>([
    ['{ ids: ["ID"] }', {}, false],
    ['{ firstName: "Ann" }', { first_name: 'Bob' }, false],
    ['{ firstName: "Ann" }', { first_name: 'Anna', chosen_name: 'ANN' }, true],
    ['{ lastName: "Müller" }', { last_name: 'MULLER ' }, true],
    ['{ lastName: "Müller" }', { last_name: null }, false],
    ['{ email: "A@b.example" }', { email: 'a@B.example' }, true],
    ['{ email: "a@b.example" }', { email: 'b@b.example' }, false],
    ['{ phoneNumber: "+14155550100" }', { phone_number: '+14155550101' }, false],
    ['{ ssnLast4: "6789" }', { ssn: '***-**-6780' }, false],
    ['{ ssnLast4: "6789" }', { ssn: '***-**-6789' }, true],
  ])('by a filter of persons that the provider ignores: %s of %o is %s', async (filter, held, wanted) => {
    answer('GET /v0/persons', { persons: [personRow(other, held)] })
    const { data, errors } = await app.run(
      `{ persons(filter: ${filter.replace('ID', randomUUID())}) { nodes { id } pageInfo { hasNextPage } } }`,
    )
    expect(errors).toEqual([])
    expect(data.persons.nodes).toHaveLength(wanted ? 1 : 0)
    expect(data.persons.pageInfo.hasNextPage).toBe(false)
  })

  test('by a check of a person', async () => {
    answer('POST /v0/verifications/verify', { verification_status: 'REVIEW', verifications: [checkRow(other)] }, 1, 201)
    const { data, errors } = await app.run(
      'mutation($input: VerifyPersonInput!) { verifyPerson(input: $input) { verification { results { id } } } }',
      { input: { personId: ada, customerConsent: true } },
    )
    expect(errors).toEqual([])
    expect(data.verifyPerson.verification.results).toEqual([])
  })
})

describe('another record than the one that was asked for is malformed', () => {
  test.each<[what: string, path: string, body: object, query: (id: string) => string]>([
    ['a person', 'persons', personRow(other), (id) => `{ person(id: "${id}") { id firstName } }`],
    ['a verification', 'verifications', checkRow(other), (id) => `{ personVerification(id: "${id}") { id } }`],
    [
      'an alert',
      'monitoring/alerts',
      alertRow(ada),
      (id) => `mutation { setMonitoringAlertStatus(input: { alertId: "${id}", status: SUPPRESSED }) { alert { id } } }`,
    ],
    [
      'a subscription',
      'monitoring/subscriptions',
      alertRow(ada),
      (id) => `mutation { endMonitoring(input: { subscriptionId: "${id}" }) { deletedId } }`,
    ],
    [
      'the person of a personal id',
      'persons',
      personRow(other, { personal_ids: [{ id: rhea, id_type: 'PASSPORT', identifier: 'x', system_provided: false }] }),
      (id) => `mutation { deletePersonalId(input: { personId: "${id}", personalIdId: "${rhea}" }) { personalIdId } }`,
    ],
  ])('%s', async (_what, path, body, query) => {
    answer(`GET /v0/${path}/*`, body)
    const result = await app.run(query(randomUUID()))
    expect(codes(result)).toEqual(['PROVIDER_MALFORMED'])
    expect(Object.values(result.data)).toEqual([null])
    expect(writes()).toEqual([])
  })

  test.each<[what: string, match: string, body: object, mutation: string, input: object]>([
    [
      'an update',
      'PATCH /v0/persons/*',
      personRow(other),
      'mutation($input: UpdatePersonInput!) { updatePerson(input: $input) { person { id } } }',
      { id: ada, chosenName: 'A' },
    ],
    [
      'a disclosure',
      'POST /v0/disclosures',
      disclosureRow(other),
      'mutation($input: RecordDisclosureInput!) { recordDisclosure(input: $input) { disclosure { id } } }',
      { personId: ada, type: 'E_SIGN', version: '1.0', eventType: 'VIEWED' },
    ],
    [
      'an outcome',
      'POST /v0/verifications',
      checkRow(other),
      'mutation($input: RecordPersonVerificationInput!) { recordPersonVerification(input: $input) { verification { id } } }',
      { personId: ada, type: 'IDENTITY', result: 'ACCEPTED', verifiedAt: TIME },
    ],
    [
      'a subscription',
      'POST /v0/monitoring/subscriptions',
      alertRow(other),
      'mutation($input: SubscribeToMonitoringInput!) { subscribeToMonitoring(input: $input) { subscription { id } } }',
      { personId: ada },
    ],
  ])('and the outcome of %s is unknown', async (_what, match, body, mutation, input) => {
    answer(match, body, 1, 201)
    const result = await app.run(mutation, { input })
    expect(codes(result)).toEqual(['OUTCOME_UNKNOWN'])
    expect(JSON.stringify(result.errors)).not.toContain(other)
  })
})

describe('a row of another person is no evidence', () => {
  const later = () => new Date(Date.now() + 60_000).toISOString()
  const lost = (match: string) => app.fault('synctera', { match, fault: 'status', status: 500, body: {}, times: 1 })

  test.each<[what: string, match: string, list: string, row: () => object, mutation: string, input: object]>([
    [
      'that a disclosure was recorded',
      'POST /v0/disclosures',
      'disclosures',
      () => disclosureRow(other, { creation_time: later() }),
      'mutation($input: RecordDisclosureInput!) { recordDisclosure(input: $input) { disclosure { id } } }',
      { personId: ada, type: 'KYC_DATA_COLLECTION', version: '1.0', eventType: 'ACKNOWLEDGED', disclosedAt: TIME },
    ],
    [
      'that an outcome was recorded',
      'POST /v0/verifications',
      'verifications',
      () => checkRow(other, { creation_time: later() }),
      'mutation($input: RecordPersonVerificationInput!) { recordPersonVerification(input: $input) { verification { id } } }',
      { personId: ada, type: 'IDENTITY', result: 'ACCEPTED', verifiedAt: TIME },
    ],
    [
      'that a subscription was made',
      'POST /v0/monitoring/subscriptions',
      'monitoring/subscriptions',
      () => alertRow(other, { creation_time: later() }),
      'mutation($input: SubscribeToMonitoringInput!) { subscribeToMonitoring(input: $input) { subscription { id } } }',
      { personId: ada },
    ],
  ])('%s', async (_what, match, list, row, mutation, input) => {
    const given = { input: { ...input, idempotencyKey: randomUUID() } }
    lost(match)
    expect(codes(await app.run(mutation, given))).toEqual(['OUTCOME_UNKNOWN'])
    answer(`GET /v0/${list}`, { [list.split('/').at(-1)!]: [row()] }, 9)
    expect(codes(await app.run(mutation, given))).toEqual(['OUTCOME_UNKNOWN'])
    expect(writes()).toHaveLength(1)
  })

  test.each<[what: string, rows: readonly object[], missing: readonly string[]]>([
    ["another person's", [disclosureRow(other)], ['KYC_DATA_COLLECTION']],
    ['the own', [disclosureRow(ada)], []],
    ['one that cannot be read', [disclosureRow(ada, { disclosure_date: 7 })], []],
    ["another person's that cannot be read", [disclosureRow(other, { disclosure_date: 7 })], ['KYC_DATA_COLLECTION']],
  ])('of a disclosure: with %s the missing ones are as many', async (_what, disclosures, missing) => {
    answer('POST /v0/verifications/verify', { code: 'MISSING_DISCLOSURES' }, 1, 422)
    answer('GET /v0/disclosures', { disclosures })
    const { errors } = await app.run(
      'mutation($input: VerifyPersonInput!) { verifyPerson(input: $input) { replayed } }',
      { input: { personId: ada, customerConsent: true } },
    )
    expect(errors).toMatchObject([{ extensions: { code: 'CONFLICT', missingDisclosures: missing } }])
  })
})

describe('a row that names no person', () => {
  test.each([[undefined], [null], [''], [7]])(
    '(%j) among those of several is told for each of them',
    async (personId) => {
      answer('GET /v0/verifications', { verifications: [checkRow(ada), checkRow(personId, { result: 'REJECTED' })] })
      const { data, errors } = await app.run(
        `{ a: person(id: "${ada}") { verifications { result } } b: person(id: "${rhea}") { verifications { result } } }`,
      )
      expect(data).toEqual({ a: { verifications: [{ result: 'ACCEPTED' }] }, b: { verifications: null } })
      expect(codes({ errors })).toEqual(['PROVIDER_MALFORMED', 'PROVIDER_MALFORMED'])
    },
  )

  test.each(['', null, 7])('(%j) is no evidence that there is no open alert', async (personId) => {
    answer('GET /v0/monitoring/alerts', { alerts: [alertRow(personId)] }, 9)
    const { data } = await app.run(
      `{ customer(id: "${ADA.customerId}") { kycOverview { status sources { status available } } } }`,
    )
    expect(data.customer.kycOverview).toMatchObject({
      status: 'PROVISIONAL',
      sources: [
        { status: 'ACCEPTED', available: true },
        { status: null, available: false },
      ],
    })
  })
})

test('ids in the other case are the same person', async () => {
  answer('GET /v0/persons', { persons: [personRow(ada), personRow(rhea)] })
  answer('GET /v0/verifications', { verifications: [checkRow(ada.toUpperCase()), checkRow(rhea)] })
  const { data, errors } = await app.run(
    `{ a: person(id: "${ada.toUpperCase()}") { id verifications { result } } b: person(id: "${rhea}") { verifications { result } } }`,
  )
  expect(errors).toEqual([])
  expect(data).toEqual({
    a: { id: ada, verifications: [{ result: 'ACCEPTED' }] },
    b: { verifications: [{ result: 'ACCEPTED' }] },
  })
})

describe('the review queue', () => {
  const QUEUE =
    'query($first: Int, $after: String) { kycReviewQueue(first: $first, after: $after) { nodes { person { id } status action instruction reasons { result } } pageInfo { hasNextPage endCursor } } }'
  const queue = (variables: object = {}) => app.run(QUEUE, variables)
  const at = (day: number) => ({ verification_status: 'REVIEW', creation_time: `2024-02-${10 + day}T00:00:00Z` })
  const waiting = (id: string, rest: object = {}) => personRow(id, { ...at(0), ...rest })

  test.each<[what: string, row: object]>([
    ['a status that this graph does not know', { verification_status: 'ESCALATED' }],
    ['no status', { verification_status: null }],
    ['a time of another form', { creation_time: '02/29/2024' }],
    ['29 February of a year without one', { creation_time: '2023-02-29T00:00:00Z' }],
  ])('tells of a person with %s, who may wait', async (_what, row) => {
    answer('GET /v0/persons', { persons: [waiting(ada), waiting(other, row)] })
    answer('GET /v0/verifications', { verifications: [] })
    const { data, errors } = await queue()
    expect(data.kycReviewQueue.nodes.map(({ person }: any) => person.id)).toEqual([ada])
    expect(errors).toMatchObject([{ path: ['kycReviewQueue'], extensions: { code: 'PROVIDER_MALFORMED', leftOut: 1 } }])
  })

  test.each<[what: string, checks: readonly object[], action: string | null, told: number]>([
    ['a check that cannot be read', [checkRow(ada), checkRow(ada, { result: 7 })], null, 1],
    ['an outcome that this graph does not know', [checkRow(ada, { result: 'ESCALATED' })], null, 0],
    [
      'a finding that cannot be read',
      [checkRow(ada, { result: 'REVIEW', details: [{ score: 'high' }] })],
      'REQUEST_DOCUMENT',
      1,
    ],
    ["another person's check alone", [checkRow(other, { result: 'REVIEW' })], 'RUN_CHECKS', 0],
    [
      'a kind that this graph does not know',
      [checkRow(ada, { result: 'REVIEW', verification_type: 'X' })],
      'DECIDE',
      0,
    ],
  ])('of a person with %s has this action', async (_what, verifications, action, told) => {
    answer('GET /v0/persons', { persons: [waiting(ada)] })
    answer('GET /v0/verifications', { verifications })
    const { data, errors } = await queue()
    expect(data.kycReviewQueue.nodes).toMatchObject([{ action, instruction: action && expect.any(String) }])
    expect(codes({ errors })).toEqual(Array.from({ length: told }, () => 'PROVIDER_MALFORMED'))
  })

  test('tells once of a check that may be of any person of the page', async () => {
    answer('GET /v0/persons', { persons: [waiting(ada), waiting(other, at(1)), waiting(rhea, at(2))] })
    answer('GET /v0/verifications', { verifications: [checkRow(null)] })
    const { data, errors } = await queue()
    expect(data.kycReviewQueue.nodes.map(({ action }: any) => action as null)).toEqual([null, null, null])
    expect(errors).toMatchObject([{ extensions: { code: 'PROVIDER_MALFORMED', leftOut: 1 } }])
  })

  test('has each person once and in order where the provider ignores the order, and repeats rows', async () => {
    const ids = Array.from({ length: 6 }, () => randomUUID())
    const rows = [3, 0, 5, 1].map((i) => waiting(ids[i]!, at(i)))
    const rest = [4, 2, 0].map((i) => waiting(ids[i]!, at(i)))
    const seen: string[] = []
    for (let after: string | null = null; ;) {
      answer('GET /v0/persons', { persons: rows, next_page_token: 'more' })
      answer('GET /v0/persons', { persons: rest })
      answer('GET /v0/verifications', { verifications: [] })
      const { data, errors }: { data: any; errors: readonly unknown[] } = await queue({ first: 2, after })
      expect(errors).toEqual([])
      const { nodes, pageInfo } = data.kycReviewQueue
      seen.push(...nodes.map(({ person }: any) => person.id as string))
      if (!pageInfo.hasNextPage) break
      after = pageInfo.endCursor as string
    }
    expect(seen).toEqual(ids)
  })

  test.each<[what: string, pages: readonly object[]]>([
    [
      'the same token again',
      [
        { persons: [], next_page_token: 'a' },
        { persons: [], next_page_token: 'a' },
      ],
    ],
    [
      'pages without rows and without end',
      Array.from({ length: 6 }, (_, i) => ({ persons: [], next_page_token: `t${i}` })),
    ],
  ])('is an error while the provider answers %s', async (_what, pages) => {
    for (const page of pages) answer('GET /v0/persons', page)
    expect(await queue()).toMatchObject({
      data: { kycReviewQueue: null },
      errors: [{ extensions: { code: 'PROVIDER_MALFORMED' } }],
    })
  })
})
