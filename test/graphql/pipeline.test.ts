import { getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADA, CROWD } from '../../datasources/emulator/people.js'
import type { Fault } from '../../datasources/emulator/run.js'
import type { ErrorCode } from '../../datasources/contract/error-codes.js'
import { ApiError } from '../../datasources/contract/errors.js'
import type { ProviderName } from '../../datasources/index.js'
import { MAX_COST } from '../../src/limits/cost-estimator.js'
import { createMetrics } from '../../src/observability/metrics/all-metrics.js'
import { type App, type RunOptions, startApp } from '../support/app.js'
import { exchange, watchApollo } from '../support/witness.js'

/** Apollo Server chooses the content type of a longer `Accept` header each time, so such a request enters it each time. */
const ALWAYS_APOLLO = `application/json, ${'text/x, '.repeat(40)}text/html`
const SAME_ID = '3f2a7c1e-0b5d-4e8f-9a6b-1c2d3e4f5a6b'

let apollo: ReturnType<typeof watchApollo>
let app: App
let breaking: App
let isBroken = false
let failure: Error = new TypeError('of Ada Accepted')
const metrics = createMetrics()
beforeAll(async () => {
  apollo = watchApollo()
  app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0' })
  const reckoned: typeof metrics.reckoned = (...given) => {
    if (isBroken) throw failure
    metrics.reckoned(...given)
  }
  breaking = await startApp({}, app, { metrics: { ...metrics, reckoned } })
})
afterAll(async () => {
  await breaking.close()
  await app.close()
  apollo.restore()
})

interface Case {
  readonly of?: () => App
  readonly query: string
  readonly variables?: object
  readonly as?: RunOptions
  readonly fault?: readonly [ProviderName, Fault]
  readonly headers?: Readonly<Record<string, string>>
  /** Refused by its header, so that it never enters Apollo Server. */
  readonly isRefusedAtFront?: true
}

const PERSON = `{ person(id: "${ADA.personId}") { id } }`
const BY_ID = 'query($id: ID!, $first: Int) { person(id: $id) { id } persons(first: $first) { nodes { id } } }'
const EMAIL = `mutation { updateCustomerEmail(input: { customerId: "${CROWD[0]!.customerId}", email: "nobody" }) { replayed } }`

async function post(accept: string, { of = () => app, query, variables, as, fault, headers }: Case) {
  const to = of()
  app.clear()
  if (fault) app.fault(...fault)
  apollo.route()
  const bearer = as?.token === undefined ? await to.token(as) : as.token
  const answer = await exchange(to.url, {
    headers: {
      accept,
      'content-type': 'application/json',
      'x-correlation-id': SAME_ID,
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  })
  return { answer, route: apollo.route() }
}

const timeless = (text: string) =>
  text
    .replace(/("(?:resetSeconds|retryAfterSeconds)":)\d+/g, '$1…')
    .replace(/("providerRequestId":)"[^"]+"/g, '$1…')
    .replace(/begins in \d+ s/, 'begins in … s')

test.each<[what: string, status: number, code: string, asked: Case]>([
  ['no token', 401, 'UNAUTHENTICATED', { query: PERSON, as: { token: null }, isRefusedAtFront: true }],
  [
    'a token that is not valid',
    401,
    'UNAUTHENTICATED',
    { query: PERSON, as: { token: 'a.b.c' }, isRefusedAtFront: true },
  ],
  ['a missing scope', 200, 'FORBIDDEN', { query: PERSON, as: { scopes: ['customers:read'] } }],
  ['introspection', 403, 'FORBIDDEN', { query: getIntrospectionQuery(), as: { scopes: ['customers:read'] } }],
  ['a variable that is left out', 400, 'BAD_USER_INPUT', { query: BY_ID }],
  ['variables of the wrong type', 400, 'BAD_USER_INPUT', { query: BY_ID, variables: { id: {}, first: 'many' } }],
  [
    'more wrong values than are reported',
    400,
    'BAD_USER_INPUT',
    { query: 'query($ids: [ID!]!) { verificationResults(ids: $ids) { id } }', variables: { ids: Array(60).fill({}) } },
  ],
  ['an argument against its rules', 200, 'BAD_USER_INPUT', { query: '{ persons(first: 1000) { nodes { id } } }' }],
  ['a command against its rules', 200, 'BAD_USER_INPUT', { query: EMAIL }],
  [
    'too high a cost',
    400,
    'QUERY_TOO_COMPLEX',
    {
      query: 'query($r: [_Any!]!) { _entities(representations: $r) { ... on Person { id } } }',
      variables: { r: Array(MAX_COST + 1).fill({}) },
    },
  ],
  [
    'a provider that fails',
    200,
    'PROVIDER_MALFORMED',
    { query: PERSON, fault: ['synctera', { match: 'GET /**', fault: 'malformed', times: 0 }] },
  ],
  [
    'a deadline that passes',
    200,
    'DEADLINE_EXCEEDED',
    {
      query: PERSON,
      headers: { 'x-request-timeout-ms': '150' },
      fault: ['synctera', { match: 'GET /**', fault: 'hang', times: 0 }],
    },
  ],
  ['an unforeseen error', 500, 'INTERNAL_SERVER_ERROR', { of: () => breaking, query: PERSON }],
])('%s is answered with the same bytes without Apollo Server and through it', async (_what, status, code, asked) => {
  const { of = () => app } = asked
  app.clear()
  isBroken = false
  // Apollo finds the document valid and chooses a content type;
  for (const query of [asked.query, '{ __typename }']) await of().run(query, undefined, { client: 'spender' })
  for (const query of ['{ __typename }', asked.query])
    await post('*/*', { of, query, variables: {}, as: { client: 'spender' } })
  isBroken = true
  const direct = await post('*/*', asked)
  const through = await post(ALWAYS_APOLLO, asked)
  isBroken = false

  expect([direct.route, through.route]).toEqual(['direct', asked.isRefusedAtFront ? 'direct' : 'apollo'])
  expect(direct.answer.status).toBe(status)
  const { body } = direct.answer
  expect(timeless(through.answer.body)).toBe(timeless(body))
  expect(through.answer.status).toBe(direct.answer.status)
  expect(Object.keys(through.answer.headers).sort()).toEqual(Object.keys(direct.answer.headers).sort())
  expect(through.answer.headers['content-type']).toBe(direct.answer.headers['content-type'])
  expect(body.endsWith(asked.isRefusedAtFront ? '}' : '}\n')).toBe(true)
  const { errors } = JSON.parse(body) as { errors: { extensions: { code: string; correlationId: string } }[] }
  expect(errors[0]!.extensions.code).toBe(code)
  for (const { extensions } of errors) expect(Object.entries(extensions).at(-1)).toEqual(['correlationId', SAME_ID])
})

test('an unforeseen error is logged once on either way, without its message', async () => {
  const logged = () => breaking.log().split('"unforeseen error"').length - 1
  for (const accept of ['*/*', ALWAYS_APOLLO]) {
    await post(accept, { of: () => breaking, query: PERSON })
    const before = logged()
    isBroken = true
    await post(accept, { of: () => breaking, query: PERSON })
    isBroken = false
    expect(logged()).toBe(before + 1)
  }
  expect(breaking.log()).not.toContain('Ada Accepted')
})

test.each<[ErrorCode, number]>([
  ['QUERY_TOO_COMPLEX', 400],
  ['BAD_USER_INPUT', 400],
  ['FORBIDDEN', 403],
  ['OVERLOADED', 503],
  ['PROVIDER_MALFORMED', 500],
])('%s without a status of its own that ends an operation is HTTP %i', async (code, status) => {
  const before = failure
  failure = new ApiError(code)
  isBroken = true
  const { answer } = await post('*/*', { of: () => breaking, query: PERSON })
  isBroken = false
  failure = before
  const { errors } = JSON.parse(answer.body) as { errors: { extensions: { code: string } }[] }
  expect([answer.status, errors[0]!.extensions.code]).toEqual([status, code])
})

test('a document that is not known yet enters Apollo Server once, and an operation that it does not have as often as it is asked', async () => {
  const query = `query One { a: ${PERSON.slice(1, -1)} }`
  await post('*/*', { query: '{ __typename }' })
  expect((await post('*/*', { query })).route).toBe('apollo')
  expect((await post('*/*', { query })).route).toBe('direct')
  const { answer, route } = await post('*/*', { query: `${query} query Two { viewer { id } }` })
  expect([answer.status, route]).toEqual([400, 'apollo'])
  expect(app.calls('synctera')).toEqual([])
})
