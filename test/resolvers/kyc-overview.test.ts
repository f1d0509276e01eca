import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK, CROWD, NAMED_PEOPLE } from '../../datasources/emulator/people.js'
import type { Fault } from '../../datasources/emulator/run.js'
import type { Scope } from '../../schema/scopes.js'
import { type App, startApp } from '../support/app.js'
import { createGate } from '../support/gate.js'
import { firstPages } from '../support/quirks.js'
import { besideTheGraph } from '../support/obp.js'

let app: App
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const named = (name: string) => NAMED_PEOPLE.find(({ firstName }) => firstName === name)!
const SCOPES: readonly Scope[] = ['customers:read', 'kyc:read', 'persons:read']
const ASK =
  'query($id: ID!) { customer(id: $id) { kycOverview { status asOf sources { provider status detail observedAt available } } } }'
const ask = (id: string, scopes: readonly Scope[] = SCOPES, client = 'tester') =>
  app.run(ASK, { id }, { scopes, client })
/** `status` and each source's word; an unavailable one is said so. */
const words = async (id: string, on: App = app) => {
  const { data, errors } = await on.run(ASK, { id }, { scopes: SCOPES })
  expect(errors).toEqual([])
  const { status, sources } = data.customer.kycOverview
  return {
    status,
    ...Object.fromEntries(
      sources.map(({ provider, status, available }: any) => [provider, available ? status : 'unavailable']),
    ),
  }
}

test('is one status, with its sources', async () => {
  const before = new Date().toISOString()
  const { data, errors } = await ask(ADA.customerId)
  expect(errors).toEqual([])
  const { kycOverview } = data.customer
  expect(kycOverview).toEqual({
    status: 'ACCEPTED',
    asOf: expect.any(String),
    sources: [
      {
        provider: 'OPEN_BANK_PROJECT',
        status: 'ACCEPTED',
        detail: "The bank's last status says that it is in order.",
        observedAt: kycOverview.asOf,
        available: true,
      },
      {
        provider: 'SYNCTERA',
        status: 'ACCEPTED',
        detail: 'The status of the recorded person.',
        observedAt: kycOverview.asOf,
        available: true,
      },
    ],
  })
  expect(kycOverview.asOf >= before && kycOverview.asOf <= new Date().toISOString()).toBe(true)
})

test.each([
  ['Ada', 'ACCEPTED', 'ACCEPTED', 'ACCEPTED'],
  ['Percy', 'PENDING', 'UNVERIFIED', 'PENDING'],
  ['Prue', 'REVIEW', 'REVIEW', 'PROVISIONAL'],
  ['Rhea', 'REVIEW', 'UNVERIFIED', 'REVIEW'],
  ['Rex', 'REJECTED', 'REJECTED', 'REJECTED'],
  ['Vic', 'UNVERIFIED', 'UNVERIFIED', 'UNVERIFIED'],
  ['Una', 'UNVERIFIED', 'UNVERIFIED', null],
])('of %s is %s', async (name, status, ofBank, ofSynctera) => {
  expect(await words(named(name).customerId)).toEqual({ status, OPEN_BANK_PROJECT: ofBank, SYNCTERA: ofSynctera })
})

test('contains no personal data, for any caller', async () => {
  const { data } = await app.run(
    '{ customers(first: 100) { nodes { kycOverview { status sources { provider status detail } } } } }',
  )
  const text = JSON.stringify(data)
  expect(data.customers.nodes).toHaveLength(47)
  for (const { firstName, lastName, email, personId, customerNumber } of NAMED_PEOPLE)
    for (const value of [firstName, lastName, email, personId ?? 'none', customerNumber])
      expect(text).not.toContain(value)
})

test('of one customer is one decision in one operation, by whichever path the customer is reached', async () => {
  const ASKED = 'kycOverview { status asOf sources { provider available } }'
  const links = await app.run('query($id: ID!) { customer(id: $id) { userLinks { userId } } }', { id: ADA.customerId })
  const [{ userId }] = links.data.customer.userLinks
  app.clear()
  const checks = `GET /obp/v4.0.0/customers/${ADA.customerId}/kyc_checks`
  const gate = createGate()
  app.fault('obp', { match: 'GET /obp/*/banks/*/user_customer_links/users/*', fault: 'slow', until: gate.opened })
  // The bank refuses the first path's question, and would answer that of the second path.
  app.fault('obp', { match: checks, fault: 'status', status: 403 })
  const running = app.run(
    `query($id: ID!, $userId: ID!) { customer(id: $id) { id ${ASKED} } userCustomerLinks(userId: $userId) { customer { id ${ASKED} } } }`,
    { id: ADA.customerId, userId },
  )
  await expect.poll(() => app.calls('obp').includes(checks) && app.emulators.obp.unanswered() === 1).toBe(true)
  gate.open()
  const { data, errors } = await running
  expect(errors).toEqual([])
  expect(data.customer.kycOverview.sources[0]).toEqual({ provider: 'OPEN_BANK_PROJECT', available: false })
  expect(data.userCustomerLinks).toEqual([{ customer: data.customer }])
})

describe('calls', () => {
  const at = `GET /obp/v4.0.0/banks/${BANK}/customers/${ADA.customerId}`
  const LISTS = ['checks', 'documents', 'statuses'].map(
    (kind) => `GET /obp/v4.0.0/customers/${ADA.customerId}/kyc_${kind}`,
  )

  test('are the ones that its evidence needs', async () => {
    await ask(ADA.customerId)
    expect(app.calls('obp').sort()).toEqual([at, ...LISTS].sort())
    expect(firstPages(app.calls('synctera')).sort()).toEqual([
      `GET /v0/monitoring/alerts?person_id=${ADA.personId}&limit=100`,
      `GET /v0/persons/${ADA.personId}`,
      `GET /v0/verifications?person_id=${ADA.personId}&limit=100`,
    ])
  })

  test('are no more when the operation asks for the evidence as well', async () => {
    const query = `{ customer(id: "${ADA.customerId}") { kycOverview { status } kycChecks { id } kycDocuments { id } kycStatuses { ok } links { personId } person { id verifications { result } } again: kycOverview { status } } }`
    const { errors } = await app.run(query)
    expect(errors).toEqual([])
    expect(app.calls('obp').sort()).toEqual([at, ...LISTS].sort())
    expect(firstPages(app.calls('synctera')).sort()).toEqual([
      `GET /v0/monitoring/alerts?person_id=${ADA.personId}&limit=100`,
      `GET /v0/persons/${ADA.personId}`,
      `GET /v0/verifications?person_id=${ADA.personId}&limit=100`,
    ])
  })

  test('for a page of customers are one each for their persons and verifications', async () => {
    const { data, errors } = await app.run(
      '{ customers(first: 20) { nodes { kycOverview { status } person { verificationStatus } } } }',
      undefined,
      { scopes: SCOPES },
    )
    expect(errors).toEqual([])
    expect(data.customers.nodes).toHaveLength(20)
    expect(firstPages(app.calls('synctera'))).toEqual([
      'GET /v0/persons?id=…&limit=100',
      'GET /v0/verifications?person_id=…&limit=100',
      'GET /v0/monitoring/alerts?person_id=…&limit=100',
    ])
  })
})

describe('a source that cannot be asked', () => {
  // A server of its own for each: what fails in one must not open the circuit of the next.
  let own: App
  beforeEach(async () => {
    own = await startApp({ OBP_TIMEOUT_MS: '1500', SYNCTERA_TIMEOUT_MS: '1500' }, app)
  })
  afterEach(() => own.close())

  const checks = 'GET /obp/v4.0.0/customers/*/kyc_checks'
  const person = 'GET /v0/persons/*'
  test.each<[string, 'obp' | 'synctera', Fault, object]>([
    [
      'does not answer in time',
      'synctera',
      { match: person, fault: 'hang' },
      { OPEN_BANK_PROJECT: 'ACCEPTED', SYNCTERA: 'unavailable' },
    ],
    [
      'cannot be reached',
      'synctera',
      { match: person, fault: 'status', status: 503 },
      { OPEN_BANK_PROJECT: 'ACCEPTED', SYNCTERA: 'unavailable' },
    ],
    [
      'answers what cannot be read',
      'synctera',
      { match: person, fault: 'malformed' },
      { OPEN_BANK_PROJECT: 'ACCEPTED', SYNCTERA: 'unavailable' },
    ],
    [
      'refuses us',
      'synctera',
      { match: person, fault: 'status', status: 403 },
      { OPEN_BANK_PROJECT: 'ACCEPTED', SYNCTERA: 'unavailable' },
    ],
    [
      'asks to slow down',
      'synctera',
      { match: person, fault: 'status', status: 429 },
      { OPEN_BANK_PROJECT: 'ACCEPTED', SYNCTERA: 'unavailable' },
    ],
    [
      'does not say what its checks found',
      'synctera',
      { match: 'GET /v0/verifications', fault: 'reset' },
      { OPEN_BANK_PROJECT: 'ACCEPTED', SYNCTERA: 'unavailable' },
    ],
    [
      'does not identify the person',
      'obp',
      { match: `GET /obp/v4.0.0/banks/${BANK}/customers/*/attributes`, fault: 'status', status: 500 },
      { OPEN_BANK_PROJECT: 'ACCEPTED', SYNCTERA: 'unavailable' },
    ],
    [
      'answers in part',
      'obp',
      { match: checks, fault: 'reset' },
      { OPEN_BANK_PROJECT: 'unavailable', SYNCTERA: 'ACCEPTED' },
    ],
    [
      'does not answer in time',
      'obp',
      { match: checks, fault: 'hang' },
      { OPEN_BANK_PROJECT: 'unavailable', SYNCTERA: 'ACCEPTED' },
    ],
  ])('%s: it lowers ACCEPTED to PROVISIONAL (%s)', async (_what, provider, fault, expected) => {
    // Out of a list, where a customer comes without attributes.
    app.fault(provider, { ...fault, times: 0 })
    const { data, errors } = await own.run(
      'query($from: DateTime!) { customers(filter: { lastOkFrom: $from, lastOkTo: $from }) { nodes { id kycOverview { status sources { provider status detail available } } } } }',
      { from: '2018-01-01T12:00:00Z' },
      { scopes: SCOPES },
    )
    expect(errors).toEqual([])
    expect(data.customers.nodes[0].id).toBe(ADA.customerId)
    const { status, sources } = data.customers.nodes[0].kycOverview
    expect(status).toBe('PROVISIONAL')
    expect(
      Object.fromEntries(
        sources.map(({ provider: of, status, available }: any) => [of, available ? status : 'unavailable']),
      ),
    ).toEqual(expected)
    const { detail, status: word } = sources.find(({ available }: { available: boolean }) => !available)
    expect({ detail, word }).toEqual({
      detail: expect.stringMatching(/^(Synctera|Open Bank Project|The Open Bank Project) /),
      word: null,
    })
  })

  test('past the deadline of the operation is one too', async () => {
    const other = await startApp({ REQUEST_TIMEOUT_MS: '2000' })
    other.fault('synctera', { match: person, fault: 'hang' })
    expect(await words(ADA.customerId, other)).toEqual({
      status: 'PROVISIONAL',
      OPEN_BANK_PROJECT: 'ACCEPTED',
      SYNCTERA: 'unavailable',
    })
    await other.close()
  })

  test('does not hide what another rejects', async () => {
    app.fault('obp', { match: checks, fault: 'reset', times: 0 })
    expect(await words(named('Rex').customerId, own)).toEqual({
      status: 'REJECTED',
      OPEN_BANK_PROJECT: 'unavailable',
      SYNCTERA: 'REJECTED',
    })
  })

  test('and that this deployment does not have is not listed', async () => {
    const other = await startApp({ SYNCTERA_URL: undefined })
    expect(await words(ADA.customerId, other)).toEqual({ status: 'ACCEPTED', OPEN_BANK_PROJECT: 'ACCEPTED' })
    expect(await words(named('Una').customerId, other)).toEqual({
      status: 'UNVERIFIED',
      OPEN_BANK_PROJECT: 'UNVERIFIED',
    })
    await other.close()
  })
})

test('contradictory links need a review', async () => {
  const { customerId } = CROWD[4]!
  const beside = await besideTheGraph(app)
  await beside('POST', `/banks/${BANK}/customers/${customerId}/attribute`, {
    name: 'SYNCTERA_PERSON_ID',
    type: 'STRING',
    value: ADA.personId,
  })
  const { data, errors } = await ask(customerId)
  expect(errors).toEqual([])
  expect(data.customer.kycOverview).toMatchObject({
    status: 'REVIEW',
    sources: [
      { status: 'ACCEPTED' },
      {
        status: 'REVIEW',
        available: true,
        detail: 'The links of this customer contradict each other; linkCustomer sets them right.',
      },
    ],
  })
})

test('with a linked person that does not exist, only the bank counts', async () => {
  const { customerId } = CROWD[5]!
  const beside = await besideTheGraph(app)
  const { body } = await beside('GET', `/banks/${BANK}/customers/${customerId}/attributes`)
  const { customer_attribute_id: id } = body.customer_attributes.find(
    ({ name }: { name: string }) => name === 'SYNCTERA_PERSON_ID',
  )
  await beside('PUT', `/banks/${BANK}/customers/${customerId}/attributes/${id}`, {
    name: 'SYNCTERA_PERSON_ID',
    type: 'STRING',
    value: '00000000-0000-4000-8000-000000000000',
  })
  expect(await words(customerId)).toEqual({ status: 'PROVISIONAL', OPEN_BANK_PROJECT: 'ACCEPTED', SYNCTERA: null })
})

describe('scopes', () => {
  test.each([
    ['kyc:read', ['customers:read', 'persons:read'], 'Ada'],
    ['persons:read', ['customers:read', 'kyc:read'], 'Ada'],
    ['persons:read', ['customers:read', 'kyc:read'], 'Una'],
  ] as const)('without %s it is refused', async (scope, scopes, name) => {
    const { data, errors } = await ask(named(name).customerId, scopes)
    expect(data.customer).toEqual({ kycOverview: null })
    expect(errors.map(({ message, extensions }) => [extensions.code, message])).toEqual([
      ['FORBIDDEN', `This needs the scope ${scope}.`],
    ])
  })

  test('without customers:read the links are closed, and so is it', async () => {
    const { data, errors } = await app.run('{ viewer { customers { kycOverview { status } } } }', undefined, {
      client: 'ada',
      scopes: ['kyc:read', 'persons:read'],
    })
    expect(data.viewer.customers).toEqual([{ kycOverview: null }])
    expect(errors[0]!.message).toBe('This needs the scope customers:read.')
  })

  test("with :own scopes it is there for one's own", async () => {
    const own: readonly Scope[] = ['customers:read:own', 'kyc:read:own', 'persons:read:own']
    const { data, errors } = await ask(ADA.customerId, own, 'ada')
    expect(errors).toEqual([])
    expect(data.customer.kycOverview).toMatchObject({
      status: 'ACCEPTED',
      sources: [{ status: 'ACCEPTED' }, { status: 'ACCEPTED' }],
    })
  })

  test("with kyc:read:own another customer's is absent, though the customer is not", async () => {
    const { data, errors } = await ask(CROWD[0]!.customerId, ['customers:read', 'kyc:read:own', 'persons:read'], 'ada')
    expect({ data, errors }).toEqual({ data: { customer: { kycOverview: null } }, errors: [] })
  })

  test("with persons:read:own another customer's person is no evidence", async () => {
    const { data } = await ask(CROWD[0]!.customerId, ['customers:read', 'kyc:read', 'persons:read:own'], 'ada')
    expect(data.customer.kycOverview).toMatchObject({
      status: 'PROVISIONAL',
      sources: [{ status: 'ACCEPTED' }, { status: null, available: true }],
    })
    expect(app.calls('synctera')).toEqual([])
  })

  test('without a user token for the ownership check of the person, there is no overview', async () => {
    const other = await startApp({ OBP_USER_TOKEN: undefined })
    const { data, errors } = await other.run(
      ASK,
      { id: ADA.customerId },
      { client: 'ada', scopes: ['customers:read', 'kyc:read', 'persons:read:own'] },
    )
    expect(data.customer.kycOverview).toBeNull()
    expect(errors[0]!.extensions).toMatchObject({ code: 'PROVIDER_NOT_CONFIGURED', provider: 'OPEN_BANK_PROJECT' })
    await other.close()
  })
})

test('follows what the same operation writes', async () => {
  const { customerId, customerNumber } = CROWD[7]!
  const input = { customerId, customerNumber }
  const { data, errors } = await app.run(
    `mutation($status: AddKycStatusInput!, $check: AddKycCheckInput!) {
      addKycStatus(input: $status) { kycStatus { ok } }
      addKycCheck(input: $check) { kycCheck { customer { kycOverview { status sources { detail } } } } } }`,
    {
      status: { ...input, ok: true, date: '2024-01-01T00:00:00Z' },
      check: {
        ...input,
        date: '2024-02-01T00:00:00Z',
        how: 'branch',
        staffUserId: 's',
        staffName: 's',
        satisfied: false,
        comments: '',
      },
    },
  )
  expect(errors).toEqual([])
  expect(data.addKycCheck.kycCheck.customer.kycOverview).toMatchObject({
    status: 'REVIEW',
    sources: [{ detail: "A check after the bank's last status was not passed." }, {}],
  })
})
