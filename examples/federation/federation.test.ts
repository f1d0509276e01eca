import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ACCOUNTS } from './accounts/data.js'
import { type Environment, startEnvironment } from './environment.js'
import { ask, type AskOptions, type Provider, providerOf, send } from './support/client.js'
import { type Recorder, startRecorder } from './support/recorder.js'

let environment: Environment
/** Between the gateway and kyc-graph. */
let recorder: Recorder
let synctera: Provider
let obp: Provider

beforeAll(async () => {
  environment = await startEnvironment({ between: async (url) => (recorder = await startRecorder(url)) })
  synctera = providerOf(environment, 'synctera')
  obp = providerOf(environment, 'obp')
})
afterAll(() => environment.stop())
beforeEach(async () => {
  await Promise.all([synctera.clear(), obp.clear()])
  recorder.requests.length = 0
})

const [ADA] = ACCOUNTS
const entityRequests = () => recorder.requests.filter(({ query }) => query.includes('_entities'))
const referencesOf = (request: (typeof recorder.requests)[number]) =>
  Object.values(request.variables).flat() as readonly { __typename: string; id: string }[]

test('a list of persons of the other subgraph is one call of `_entities` and one call of the provider', async () => {
  const { data, errors } = await ask(environment, '{ accounts(first: 12) { iban person { id verificationStatus } } }')
  expect(errors).toEqual([])
  expect(data.accounts.map(({ iban, person }: any) => [iban, person.id])).toEqual(
    ACCOUNTS.map(({ iban, person }) => [iban, person.id]),
  )
  expect(data.accounts[0].person.verificationStatus).toBe('ACCEPTED')
  expect(entityRequests().map((request) => referencesOf(request).map(({ id }) => id))).toEqual([
    ACCOUNTS.map(({ person }) => person.id),
  ])
  expect(await synctera.calls()).toEqual(['GET /v0/persons'])
})

test('persons and customers of one list are one call of each kind', async () => {
  const { data, errors } = await ask(
    environment,
    '{ accounts(first: 5) { customer { legalName } person { verificationStatus } } }',
  )
  expect(errors).toEqual([])
  expect(data.accounts[0]).toEqual({
    customer: { legalName: 'Ada Accepted' },
    person: { verificationStatus: 'ACCEPTED' },
  })
  const types = entityRequests().map((request) => referencesOf(request).map(({ __typename }) => __typename))
  expect(types.flat().sort()).toEqual([...Array<string>(5).fill('Customer'), ...Array<string>(5).fill('Person')])
  expect(types.length).toBeLessThanOrEqual(2)
  expect(await synctera.calls()).toEqual(['GET /v0/persons'])
})

test('what begins at kyc-graph is continued at the other subgraph', async () => {
  const { data, errors } = await ask(
    environment,
    'query($id: ID!) { customer(id: $id) { legalName accounts { iban } } }',
    {
      variables: { id: ADA!.customer.id },
    },
  )
  expect(errors).toEqual([])
  expect(data.customer).toEqual({ legalName: 'Ada Accepted', accounts: [{ iban: ADA!.iban }] })
})

const PERSON = 'query($id: ID!) { person(id: $id) { id } }'
const UPDATE = 'mutation($input: UpdatePersonInput!) { updatePerson(input: $input) { person { id } } }'
const ada = () => ({ variables: { id: ADA!.person.id } })

/** Each error once, through a field and through `_entities`. */
test.each<[what: string, query: string, options: () => AskOptions, wanted: object, fault?: object]>([
  [
    'a provider that fails',
    PERSON,
    ada,
    { code: 'PROVIDER_UNAVAILABLE', provider: 'SYNCTERA', retryable: true, providerStatus: 503 },
    { match: 'GET /**', fault: 'status', status: 503, times: 0 },
  ],
  [
    'a provider that fails behind an entity',
    '{ accounts(first: 1) { person { verificationStatus } } }',
    () => ({}),
    { code: 'PROVIDER_UNAVAILABLE', provider: 'SYNCTERA', retryable: true, providerStatus: 503 },
    { match: 'GET /**', fault: 'status', status: 503, times: 0 },
  ],
  [
    'input that is refused',
    UPDATE,
    () => ({ variables: { input: { id: ADA!.person.id, email: 'no address' } } }),
    { code: 'BAD_USER_INPUT', retryable: false, fields: { 'input.email': expect.any(Array) as unknown } },
  ],
  [
    'a record that is not there',
    UPDATE,
    () => ({ variables: { input: { id: randomUUID(), firstName: 'Nora' } } }),
    { code: 'NOT_FOUND', retryable: false },
  ],
])('%s keeps its code and extensions', async (_what, query, options, wanted, fault) => {
  if (fault) await synctera.fault(fault)
  const { errors } = await ask(environment, query, options())
  expect(errors).toHaveLength(1)
  expect(errors[0]!.extensions).toMatchObject({
    ...wanted,
    correlationId: recorder.requests[0]!.headers['x-correlation-id'],
    serviceName: 'kyc',
  })
  expect(errors[0]!.message).not.toMatch(/unexpected/i)
})

test('a field without its scope is refused by the gateway, and the rest is answered', async () => {
  const token = await environment.graph.token(['customers:read'])
  const query = 'query($id: ID!) { customer(id: $id) { legalName person { verificationStatus } } }'
  const options = { variables: { id: ADA!.customer.id }, token }
  const { data, errors } = await ask(environment, query, options)
  expect(errors.map(({ extensions }) => extensions['code'])).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE'])
  expect(data.customer.legalName).toBeTruthy()
  expect(recorder.requests.filter(({ query }) => query.includes('verificationStatus'))).toEqual([])
  // kyc-graph itself refuses the same field.
  const direct = await send(environment.graph.url, query, options)
  expect(direct.errors.map(({ extensions }) => extensions['code'])).toEqual(['FORBIDDEN'])
  expect(await synctera.calls()).toEqual([])
})

test.each([
  ['without a token', null, 'UNAUTHORIZED_FIELD_OR_TYPE'],
  // A request that is refused as a whole has no code.
  ['with a token that is not valid', 'no.valid.token', undefined],
])('%s no subgraph is asked for a protected field', async (_what, token, code) => {
  const { data, errors } = await ask(environment, PERSON, { ...ada(), token })
  expect([data?.person ?? null, errors.map(({ extensions }) => extensions?.['code'])]).toEqual([null, [code]])
  expect(recorder.requests).toEqual([])
})

test('an operation that costs too much is refused with its code, and no provider is asked', async () => {
  const wide = Array.from(
    { length: 40 },
    (_, i) => `p${i}: persons(first: 100) { nodes { customers { kycOverview { status } } } }`,
  )
  const { errors, data } = await ask(environment, `{ ${wide.join(' ')} }`)
  expect(new Set(Object.values(data ?? { none: null }))).toEqual(new Set([null]))
  // Whichever estimates more.
  const codes = ['COST_ESTIMATED_TOO_EXPENSIVE', 'QUERY_TOO_COMPLEX']
  expect(errors.map(({ extensions }) => extensions['code']).filter((code) => !codes.includes(code as string))).toEqual(
    [],
  )
  expect(errors.length).toBeGreaterThan(0)
  expect(await synctera.calls()).toEqual([])
})

const CREATE = 'mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed person { id } } }'
const person = (idempotencyKey: string) => ({
  variables: { input: { idempotencyKey, isCustomer: true, status: 'PROSPECT', firstName: 'Nora' } },
})
const writes = async () => (await synctera.calls()).filter((call) => call.startsWith('POST'))

test('a mutation with an idempotency key that is sent twice writes once', async () => {
  const options = person(randomUUID())
  const [first, second] = [await ask(environment, CREATE, options), await ask(environment, CREATE, options)]
  expect(second.data.createPerson).toEqual({ replayed: true, person: first.data.createPerson.person })
  expect(first.data.createPerson.replayed).toBe(false)
  expect(await writes()).toEqual(['POST /v0/persons'])
})

test('the gateway sends a mutation whose answer was lost no second time; the client does, and is told the outcome', async () => {
  const options = person(randomUUID())
  recorder.loseNextAnswer()
  const lost = await ask(environment, CREATE, options)
  expect(lost.errors.map(({ extensions }) => extensions['code'])).toEqual(['INTERNAL_SERVER_ERROR'])
  expect(recorder.requests).toHaveLength(1)
  const { data } = await ask(environment, CREATE, options)
  expect(data.createPerson.replayed).toBe(true)
  expect(await writes()).toEqual(['POST /v0/persons'])
})

test('what a client says in headers reaches kyc-graph, and the correlation id comes back', async () => {
  const said = {
    'x-correlation-id': randomUUID(),
    'x-fapi-interaction-id': randomUUID(),
    'x-request-timeout-ms': '9000',
    'x-purpose': 'onboarding',
    'x-consent-id': 'consent-1',
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    tracestate: 'vendor=1',
  }
  const { headers } = await ask(environment, PERSON, { ...ada(), headers: { ...said, 'x-secret': 'stays' } })
  expect(recorder.requests.map(({ headers }) => headers)).toEqual([expect.objectContaining(said)])
  expect(recorder.requests[0]!.headers['authorization']).toBe(`Bearer ${environment.graph.ops}`)
  expect(recorder.requests[0]!.headers).not.toHaveProperty('x-secret')
  expect(headers.get('x-correlation-id')).toBe(said['x-correlation-id'])
})

test('all requests of one operation have one correlation id, also where the client sent none', async () => {
  await ask(environment, '{ accounts(first: 2) { customer { legalName } person { verificationStatus } } }')
  const ids = new Set(recorder.requests.map(({ headers }) => headers['x-correlation-id']))
  expect([...ids]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)])
})

test("the client's deadline ends the operation at kyc-graph", async () => {
  await synctera.fault({ match: 'GET /**', fault: 'hang', times: 0 })
  const { errors } = await ask(environment, PERSON, { ...ada(), headers: { 'x-request-timeout-ms': '300' } })
  expect(errors.map(({ extensions }) => extensions['code'])).toEqual(['DEADLINE_EXCEEDED'])
})
