import { createHash, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ApolloServer } from '@apollo/server'
import { getIntrospectionQuery, parse } from 'graphql'
import fetch from 'node-fetch'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { ADA, CROWD } from '../../datasources/emulator/people.js'
import type { ProviderName } from '../../datasources/index.js'
import type { Fault } from '../../datasources/emulator/run.js'
import { explain } from '../../src/dev/explain.js'
import { SpanMemory } from '../../src/dev/span-memory.js'
import { explorerPage } from '../../src/dev/explorer/page.js'
import { DocumentCache } from '../../src/graphql/document-cache.js'
import { MAX_COST } from '../../src/limits/cost-estimator.js'
import { createMetrics } from '../../src/observability/metrics/all-metrics.js'
import type { Manifest } from '../../src/graphql/safelist.js'
import type { App, RunOptions } from '../support/app.js'
import { Socket } from '../support/subscriptions.js'
import {
  exchange,
  type Letter,
  type Route,
  type Seen,
  trailsOf,
  watch,
  watchApollo,
  type Watched,
  witness,
} from '../support/witness.js'

/** The servers, each over the same emulators. */
const SERVERS = {
  deployed: {},
  interpreting: { EXECUTOR: 'interpreted' },
  deciding: { EXECUTOR: 'auto' },
  listing: { SAFELIST: 'log' },
  enforcing: { SAFELIST: 'enforce' },
  limiting: { RATE_LIMIT_COST_PER_MINUTE: '100' },
  developing: {},
} as const

type Server = keyof typeof SERVERS

const servers = {} as Record<Server, Watched>
let apollo: ReturnType<typeof watchApollo>
beforeAll(async () => {
  apollo = watchApollo()
  servers.deployed = await watch(SERVERS.deployed)
  for (const name of Object.keys(SERVERS).slice(1) as Server[]) {
    const spans = new SpanMemory()
    const development =
      name === 'developing'
        ? {
            explain: explain(spans),
            spanProcessors: [spans],
            explorer: explorerPage,
          }
        : {}
    servers[name] = await watch(SERVERS[name], servers.deployed, development)
  }
  // Fetches the provider tokens, and lets Apollo answer one request that has no Accept header.
  for (const of of Object.keys(SERVERS) as Server[]) {
    await ask(listed('CustomerPage').body.replace('{', '{ # first\n'), {
      of,
      beside: { variables: { customerId: ADA.customerId } },
      route: 'apollo',
    })
    await ask('{ __schema { __typename } }', { of, route: 'apollo' })
  }
})
afterAll(async () => {
  for (const { app } of Object.values(servers).reverse()) await app.close()
  apollo.restore()
})

interface Kind extends Omit<Letter, 'body' | 'patience'> {
  /** Asked of `deployed` unless it says otherwise. */
  readonly of?: Server
  /** The text, made unique by a comment; `exactly` is sent unchanged. */
  readonly query?: string
  readonly exactly?: string
  /** Members sent beside the text; `body` replaces the whole body. */
  readonly beside?: object
  readonly body?: string
  readonly as?: RunOptions
  /** Whether a variant of the text is sent before. */
  readonly before?: boolean
  readonly fault?: readonly [ProviderName, Fault]
  /** The path that answers it the second and the third time. */
  readonly route: Route
  readonly status?: number
  readonly says?: string
  readonly calls?: number
}

const SPENDER: RunOptions = { client: 'spender' }
const JSON_TYPE = { 'content-type': 'application/json' }
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

const tokenOf = (options?: RunOptions) => servers.deployed.app.token(options)

/** One request of its kind. */
async function ask(
  text: string,
  { of = 'deployed', beside, body, as, fault, method, path, headers, lingers }: Kind,
): Promise<{ seen: Seen; route: Route }> {
  const watched = servers[of]
  const bearer = as?.token === undefined ? await tokenOf(as) : as.token
  watched.app.clear()
  if (fault) watched.app.fault(...fault)
  apollo.route()
  const seen = await witness(watched, {
    lingers,
    method: method ?? 'POST',
    path: path?.replaceAll('QUERY', encodeURIComponent(text)) ?? '/graphql',
    headers: { ...JSON_TYPE, ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }), ...headers },
    ...(method === 'GET' ? {} : { body: body ?? JSON.stringify({ query: text, ...beside }) }),
  })
  return { seen, route: apollo.route() }
}

/** Lets Apollo validate a text without executing it. */
async function teach(text: string, { of = 'deployed' }: Kind): Promise<void> {
  const { app } = servers[of]
  await exchange(app.url, {
    headers: { ...JSON_TYPE, authorization: `Bearer ${await tokenOf()}` },
    body: JSON.stringify({ query: text, operationName: 'Nobody' }),
  })
}

const PERSON = `person(id: "${ADA.personId}") { id firstName dateOfBirth }`
const ONE = 'query One($id: ID!) { person(id: $id) { firstName } }'
const TWO = `query One { ${PERSON} } query Two { viewer { id } }`
const id = { id: ADA.personId }
const MEET = 'mutation($input: CreateMeetingInput!) { createMeeting(input: $input) { replayed } }'
const meeting = {
  providerId: 'video',
  purposeId: 'onboarding',
  date: '2030-01-01T00:00:00Z',
  creator: { name: 'Sue', mobilePhone: '', emailAddress: '' },
  invitees: [],
}
const MEETINGS = 'POST /obp/v4.0.0/banks/*/meetings'
const email = (customerId: string) =>
  `updateCustomerEmail(input: { customerId: "${customerId}", email: "a@b.example" }) { replayed customer { id email } }`
const EMAIL = `mutation { ${email(CROWD[0]!.customerId)} }`
const EMAILS = 'PUT /obp/v4.0.0/banks/*/customers/*/email'
const MANIFEST = JSON.parse(readFileSync('schema/operations/manifest.json', 'utf8')) as Manifest
const listed = (name: string) => MANIFEST.operations.find((operation) => operation.name === name)!

const QUERIES: Record<string, Kind> = {
  'a query': { query: `{ ${PERSON} }`, route: 'direct', says: '"Ada"', calls: 1 },
  'a query of nothing': { query: '{ __typename }', route: 'direct', calls: 0 },
  'a query of several providers': {
    query: `{ customer(id: "${ADA.customerId}") { legalName kycStatus person { firstName verifications { result } } } }`,
    route: 'direct',
    says: 'Ada Accepted',
  },
  'a query for an unknown customer': {
    query: '{ customer(id: "nobody") { id } }',
    route: 'direct',
    says: '{"customer":null}',
  },
  'references of another subgraph': {
    query: 'query($r: [_Any!]!) { _entities(representations: $r) { ... on Person { lastName } } }',
    beside: { variables: { r: [{ __typename: 'Person', ...id }] } },
    route: 'direct',
    says: 'Accepted',
  },
  interpreted: { of: 'interpreting', query: ONE, beside: { variables: id }, route: 'direct', says: '"Ada"' },
  'compiled where it comes again': {
    of: 'deciding',
    query: ONE,
    beside: { variables: id },
    route: 'direct',
    says: '"Ada"',
  },
  'a fault where it is interpreted': {
    of: 'interpreting',
    query: `{ a: ${PERSON} customers { nodes { id } } }`,
    as: { scopes: ['persons:read'] },
    route: 'direct',
    says: 'customers:read',
  },
  'a fault where it is compiled when it comes again': {
    of: 'deciding',
    query: `{ a: ${PERSON} customers { nodes { id } } }`,
    as: { scopes: ['persons:read'] },
    route: 'direct',
    says: 'customers:read',
  },
}

const VARIABLES: Record<string, Kind> = {
  given: { query: ONE, beside: { variables: id }, route: 'direct', says: '"Ada"' },
  'given with others that are not declared': {
    query: ONE,
    beside: { variables: { ...id, more: [1] } },
    route: 'direct',
    says: '"Ada"',
  },
  'left out': { query: ONE, route: 'direct', status: 400, says: 'BAD_USER_INPUT', calls: 0 },
  'null where nothing is declared': {
    query: `{ ${PERSON} }`,
    beside: { variables: null },
    route: 'direct',
    says: '"Ada"',
  },
  'null where one must be given': { query: ONE, beside: { variables: null }, route: 'direct', status: 400 },
  'of which one is null': { query: ONE, beside: { variables: { id: null } }, route: 'direct', status: 400 },
  'of another type': { query: ONE, beside: { variables: { id: { id: 1 } } }, route: 'direct', status: 400 },
  'a list': { query: ONE, beside: { variables: [ADA.personId] }, route: 'apollo', status: 400 },
  'a text': { query: ONE, beside: { variables: JSON.stringify(id) }, route: 'apollo', status: 400 },
  'with a default': {
    query: 'query($n: Int = 1) { persons(first: $n) { nodes { status } } }',
    beside: { variables: {} },
    route: 'direct',
  },
}

const NAMES: Record<string, Kind> = {
  'the only one by its name': {
    query: ONE,
    beside: { variables: id, operationName: 'One' },
    route: 'direct',
    says: '"Ada"',
  },
  'the only one by null': {
    query: ONE,
    beside: { variables: id, operationName: null },
    route: 'direct',
    says: '"Ada"',
  },
  'the only one by an empty name': {
    query: ONE,
    beside: { variables: id, operationName: '' },
    route: 'direct',
    says: '"Ada"',
  },
  'the only one by another name': {
    query: ONE,
    beside: { variables: id, operationName: 'constructor' },
    route: 'apollo',
    status: 400,
    calls: 0,
  },
  'the only one by a number': { query: ONE, beside: { variables: id, operationName: 1 }, route: 'apollo', status: 400 },
  'the first of two': { query: TWO, beside: { operationName: 'One' }, route: 'direct', says: '"Ada"' },
  'the second of two': { query: TWO, beside: { operationName: 'Two' }, route: 'direct', says: '"viewer"', calls: 0 },
  'neither of two': { query: TWO, route: 'apollo', status: 400, calls: 0 },
  'neither of two, by null': { query: TWO, beside: { operationName: null }, route: 'apollo', status: 400, calls: 0 },
  'a third of two': { query: TWO, beside: { operationName: 'Three' }, route: 'apollo', status: 400, calls: 0 },
}

const BODIES: Record<string, Kind> = {
  'extensions that are null': { query: `{ ${PERSON} }`, beside: { extensions: null }, route: 'direct' },
  'extensions without members': { query: `{ ${PERSON} }`, beside: { extensions: {} }, route: 'direct' },
  'extensions of another kind': {
    query: `{ ${PERSON} }`,
    beside: { extensions: { clientLibrary: { name: 'x' } } },
    route: 'direct',
  },
  'extensions that are a text': { query: `{ ${PERSON} }`, beside: { extensions: '{}' }, route: 'apollo', status: 400 },
  'extensions that are a list': { query: `{ ${PERSON} }`, beside: { extensions: [] }, route: 'apollo', status: 400 },
  'a hash that is null': { query: `{ ${PERSON} }`, beside: { extensions: { persistedQuery: null } }, route: 'direct' },
  'a hash of another text': {
    query: `{ ${PERSON} }`,
    beside: { extensions: { persistedQuery: { version: 1, sha256Hash: sha256('') } } },
    route: 'apollo',
    status: 400,
  },
  'its hash': {
    exactly: `{ hashed: ${PERSON} }`,
    beside: { extensions: { persistedQuery: { version: 1, sha256Hash: sha256(`{ hashed: ${PERSON} }`) } } },
    route: 'direct',
    says: '"Ada"',
  },
  'unknown members': {
    query: `{ ${PERSON} }`,
    beside: { id: 1, constructor: { prototype: {} }, toString: 1 },
    route: 'direct',
  },
  'a member that is named __proto__': {
    body: `{"query":"{ viewer { id } }","__proto__":{"operationName":"Nobody","variables":1,"extensions":{"persistedQuery":{}}}}`,
    route: 'direct',
    says: '"viewer"',
  },
  'nothing but a member that is named __proto__': {
    body: '{"__proto__":{"query":"{ viewer { id } }"}}',
    route: 'apollo',
    status: 400,
  },
  'a variable that is named __proto__': {
    query: ONE,
    body: `{"query":${JSON.stringify(ONE)},"variables":{"id":"${ADA.personId}","__proto__":{"id":"x"}}}`,
    route: 'direct',
    says: '"Ada"',
  },
  'no query': { body: '{"variables":{}}', route: 'apollo', status: 400 },
  'an empty query': { body: '{"query":""}', route: 'apollo', status: 400 },
  'a query that is a number': { body: '{"query":1}', route: 'apollo', status: 400 },
  'a query that is a list': { body: '{"query":["{ viewer { id } }"]}', route: 'apollo', status: 400 },
  'a list of queries': { body: '[{"query":"{ viewer { id } }"}]', route: 'apollo', status: 400 },
  'no members': { body: '{}', route: 'apollo', status: 400 },
  null: { body: 'null', route: 'apollo', status: 400 },
  'no JSON': { body: '{"query":', route: 'direct', status: 400, says: 'cannot be read' },
  'what is no GraphQL': { body: '{"query":"{ viewer { id }"}', route: 'apollo', status: 400 },
  'a field that is not there': { body: '{"query":"{ nothing }"}', route: 'apollo', status: 400 },
  'too much': {
    body: JSON.stringify({ query: `{ __typename } #${'x'.repeat(300_000)}` }),
    route: 'direct',
    status: 413,
  },
}

const accepting = (accept: string | undefined, type: string): Kind => ({
  query: `{ ${PERSON} }`,
  headers: { accept },
  route: 'direct',
  says: type,
})
const TYPES = { json: 'application/json; charset=utf-8', graphql: 'application/graphql-response+json; charset=utf-8' }
const HEADERS: Record<string, Kind> = {
  'Accept: nothing': accepting(undefined, TYPES.json),
  'Accept: empty': accepting('', TYPES.json),
  'Accept: anything': accepting('*/*', TYPES.json),
  'Accept: JSON': accepting('application/json', TYPES.json),
  "Accept: GraphQL's own": accepting('application/graphql-response+json', TYPES.graphql),
  "Accept: GraphQL's own before JSON": accepting(
    'application/graphql-response+json, application/json;q=0.9',
    TYPES.graphql,
  ),
  "Accept: JSON before GraphQL's own": accepting(
    'application/graphql-response+json;q=0.9, application/json',
    TYPES.json,
  ),
  "Accept: GraphQL's own, less liked than nothing": accepting('application/graphql-response+json;q=0.9', TYPES.graphql),
  'Accept: a page, or anything': accepting('text/html,application/xhtml+xml,*/*;q=0.8', TYPES.json),
  'Accept: longer than any that is remembered': {
    ...accepting(`application/json, ${'text/x, '.repeat(40)}text/html`, TYPES.json),
    route: 'apollo',
  },
  'Accept: a page': {
    query: `{ ${PERSON} }`,
    headers: { accept: 'text/html' },
    route: 'direct',
    status: 406,
    calls: 0,
  },
  'Accept: a picture': {
    query: `{ ${PERSON} }`,
    headers: { accept: 'image/png' },
    route: 'direct',
    status: 406,
    calls: 0,
  },
  "an error for a client that accepts GraphQL's own": {
    query: ONE,
    headers: { accept: 'application/graphql-response+json' },
    route: 'direct',
    status: 400,
    says: TYPES.graphql,
  },
  'Content-Type: with its letters': {
    query: `{ ${PERSON} }`,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    route: 'direct',
  },
  'Content-Type: in capitals': {
    query: `{ ${PERSON} }`,
    headers: { 'content-type': 'APPLICATION/JSON;CHARSET=UTF-8' },
    route: 'direct',
  },
  'Content-Type: with more': {
    query: `{ ${PERSON} }`,
    headers: { 'content-type': 'application/json; boundary=x' },
    route: 'apollo',
  },
  'Content-Type: text': {
    query: `{ ${PERSON} }`,
    headers: { 'content-type': 'text/plain' },
    route: 'direct',
    status: 415,
  },
  'Content-Type: none': {
    query: `{ ${PERSON} }`,
    headers: { 'content-type': undefined },
    route: 'direct',
    status: 415,
  },
  "Content-Type: GraphQL's own": {
    query: `{ ${PERSON} }`,
    headers: { 'content-type': 'application/graphql-response+json' },
    route: 'direct',
    status: 415,
  },
  GET: {
    query: `{ ${PERSON} }`,
    method: 'GET',
    path: '/graphql?query=QUERY',
    headers: { 'apollo-require-preflight': '1' },
    route: 'direct',
    says: '"Ada"',
  },
  'GET with a name and variables': {
    query: ONE,
    method: 'GET',
    path: `/graphql?query=QUERY&operationName=One&variables=${encodeURIComponent(JSON.stringify(id))}`,
    route: 'direct',
    says: '"Ada"',
  },
  'GET with empty members': {
    query: `{ ${PERSON} }`,
    method: 'GET',
    path: '/graphql?query=QUERY&operationName=&variables=null&extensions=',
    route: 'direct',
    says: '"Ada"',
  },
  'GET with a hash that is null': {
    query: `{ ${PERSON} }`,
    method: 'GET',
    path: `/graphql?query=QUERY&extensions=${encodeURIComponent('{"persistedQuery":null}')}`,
    route: 'direct',
    says: '"Ada"',
  },
  'GET with members that are null in other letters': {
    query: `{ ${PERSON} }`,
    method: 'GET',
    path: '/graphql?query=QUERY&%76ariables=%6eull&extensions=%20null%0A',
    route: 'direct',
    says: '"Ada"',
  },
  'GET with variables that are an empty text': {
    query: `{ ${PERSON} }`,
    method: 'GET',
    path: '/graphql?query=QUERY&variables=%22%22',
    route: 'direct',
    says: '"Ada"',
  },
  'GET with variables that are a list': {
    query: ONE,
    method: 'GET',
    path: '/graphql?query=QUERY&variables=[]',
    route: 'apollo',
    status: 400,
  },
  'GET with variables that are no JSON': {
    query: ONE,
    method: 'GET',
    path: '/graphql?query=QUERY&variables={',
    route: 'apollo',
    status: 400,
  },
  'GET with a query that is given twice': {
    query: `{ ${PERSON} }`,
    method: 'GET',
    path: '/graphql?query=QUERY&query=QUERY',
    route: 'apollo',
    status: 400,
  },
  'GET of a mutation': { query: EMAIL, method: 'GET', path: '/graphql?query=QUERY', route: 'apollo', status: 405 },
  'POST with a query in its address': {
    query: `{ ${PERSON} }`,
    path: '/graphql?query={nothing}&operationName=Nobody',
    route: 'direct',
    says: '"Ada"',
  },
  PUT: { query: `{ ${PERSON} }`, method: 'PUT', route: 'direct', status: 405 },
  'a wish to have it explained': {
    of: 'developing',
    query: `{ ${PERSON} }`,
    headers: { 'x-explain': '1' },
    route: 'direct',
    says: '"explain":{"ownMs"',
  },
  'a wish to have it explained, when it goes wrong': {
    of: 'developing',
    query: ONE,
    headers: { 'x-explain': '1' },
    route: 'direct',
    status: 400,
    says: '"explain":{"ownMs"',
  },
  'a wish that a deployed server does not hear': {
    query: `{ ${PERSON} }`,
    headers: { 'x-explain': '1' },
    route: 'direct',
  },
}

const CALLERS: Record<string, Kind> = {
  nobody: { query: `{ ${PERSON} }`, as: { token: null }, route: 'direct', status: 401, calls: 0 },
  'a token that is none': { query: `{ ${PERSON} }`, as: { token: 'none' }, route: 'direct', status: 401, calls: 0 },
  'an expired token': {
    query: `{ ${PERSON} }`,
    as: { claims: { exp: 1_000_000_000 } },
    route: 'direct',
    status: 401,
    says: 'expired',
  },
  'a token without the scope': {
    query: `{ viewer { id } ${PERSON} }`,
    as: { scopes: ['customers:read'] },
    route: 'direct',
    says: 'FORBIDDEN',
    calls: 0,
  },
  'a token without pii:read': {
    query: `{ ${PERSON} }`,
    as: { scopes: ['persons:read'] },
    route: 'direct',
    says: '"A•••"',
  },
  'a caller that is one of them': {
    query: `{ ${PERSON} }`,
    as: { client: 'ada', scopes: ['persons:read:own', 'customers:read:own'] },
    route: 'direct',
    says: '"Ada"',
  },
  'another caller': {
    query: `{ ${PERSON} }`,
    as: { client: 'rhea', scopes: ['persons:read:own', 'customers:read:own'] },
    route: 'direct',
    says: '{"person":null}',
  },
  'a question about the schema': { query: getIntrospectionQuery(), route: 'direct', says: '__schema', calls: 0 },
  'a question about the schema without schema:read': {
    query: getIntrospectionQuery(),
    as: { scopes: ['persons:read'] },
    route: 'direct',
    status: 403,
    says: 'schema:read',
  },
  'a question about a type beside another, without schema:read': {
    query: `{ ${PERSON} __type(name: "Person") { name } }`,
    as: { scopes: ['persons:read'] },
    route: 'direct',
    status: 403,
    calls: 0,
  },
  'a question about the schema in development': {
    of: 'developing',
    query: getIntrospectionQuery(),
    as: { scopes: ['persons:read'] },
    route: 'direct',
    says: '__schema',
  },
}

const LIMITS: Record<string, Kind> = {
  'what costs more than one may': {
    query: 'query($r: [_Any!]!) { _entities(representations: $r) { ... on Person { id } } }',
    beside: { variables: { r: Array(MAX_COST + 1).fill({}) } },
    route: 'direct',
    status: 400,
    says: 'QUERY_TOO_COMPLEX',
    calls: 0,
  },
  'what costs more than a client has': {
    of: 'limiting',
    query: '{ persons(first: 100) { nodes { id } } }',
    as: { client: 'poor' },
    route: 'direct',
    status: 400,
    says: 'QUERY_TOO_COMPLEX',
    calls: 0,
  },
}

const FAULTS: Record<string, Kind> = {
  'one provider away': {
    query: `{ customer(id: "${ADA.customerId}") { legalName person { firstName } } }`,
    fault: ['synctera', { match: 'GET /**', fault: 'status', status: 503, times: 0 }],
    route: 'direct',
    says: '"Ada Accepted"',
  },
  'all of it away': {
    query: `{ ${PERSON} }`,
    fault: ['synctera', { match: 'GET /**', fault: 'malformed', times: 0 }],
    route: 'direct',
    says: '"data":{"person":null}',
  },
  'a deadline that passes': {
    query: `{ ${PERSON} }`,
    headers: { 'x-request-timeout-ms': '150' },
    fault: ['synctera', { match: 'GET /**', fault: 'hang', times: 0 }],
    route: 'direct',
    says: 'DEADLINE_EXCEEDED',
    calls: 1,
  },
}

const MUTATIONS: Record<string, Kind> = {
  'done each time': { query: EMAIL, route: 'direct', says: '"replayed":false' },
  'done by a key before': {
    query: MEET,
    beside: { variables: { input: { ...meeting, idempotencyKey: 'known' } } },
    before: true,
    route: 'direct',
    says: '"replayed":true',
    calls: 0,
  },
  'with another input by a key of before': {
    query: MEET,
    beside: { variables: { input: { ...meeting, purposeId: 'other', idempotencyKey: 'known' } } },
    route: 'direct',
    says: 'IDEMPOTENCY_KEY_REUSED',
    calls: 0,
  },
  'refused by its own rules': {
    query: EMAIL.replace('a@b.example', 'nobody'),
    route: 'direct',
    says: 'BAD_USER_INPUT',
    calls: 0,
  },
  'refused for its input': {
    query: MEET,
    beside: { variables: { input: {} } },
    route: 'direct',
    status: 400,
    calls: 0,
  },
  'refused for a missing scope': {
    query: EMAIL,
    as: { scopes: ['customers:read'] },
    route: 'direct',
    says: 'FORBIDDEN',
    calls: 0,
  },
  'refused by the provider': {
    query: EMAIL,
    fault: ['obp', { match: EMAILS, fault: 'status', status: 400 }],
    route: 'direct',
    says: 'providerStatus',
    calls: 2,
  },
  'with an unknown outcome': {
    query: MEET,
    beside: { variables: { input: meeting } },
    fault: ['obp', { match: MEETINGS, fault: 'drop-after-apply' }],
    route: 'direct',
    says: 'OUTCOME_UNKNOWN',
    calls: 1,
  },
  'of which one is done and one is not': {
    query: `mutation { ${email(CROWD[0]!.customerId)} nobody: ${email('nobody')} }`,
    route: 'direct',
    says: '"updateCustomerEmail":{"replayed":false',
  },
  'that outlives its deadline': {
    query: EMAIL,
    headers: { 'x-request-timeout-ms': '1000' },
    fault: ['obp', { match: EMAILS, fault: 'slow', delayMs: 1500 }],
    lingers: true,
    route: 'direct',
    says: 'OUTCOME_UNKNOWN',
    calls: 2,
  },
  'done where it is interpreted': { of: 'interpreting', query: EMAIL, route: 'direct', says: '"replayed":false' },
}

const LISTS: Record<string, Kind> = {
  'what is listed, while it is only logged': {
    of: 'listing',
    exactly: listed('PersonById').body,
    beside: { variables: id },
    route: 'direct',
    says: ADA.personId!,
  },
  'what is not listed, while it is only logged': {
    of: 'listing',
    query: `{ ${PERSON} }`,
    route: 'direct',
    says: '"Ada"',
  },
  'what is listed, by its id, while it is only logged': {
    of: 'listing',
    body: JSON.stringify({
      variables: id,
      extensions: { persistedQuery: { version: 1, sha256Hash: listed('PersonById').id } },
    }),
    route: 'direct',
    says: ADA.personId!,
  },
  'what is listed and goes wrong, by its id, while it is only logged': {
    of: 'listing',
    body: JSON.stringify({
      variables: id,
      extensions: { persistedQuery: { version: 1, sha256Hash: listed('PersonById').id } },
    }),
    as: { scopes: ['customers:read'] },
    route: 'direct',
    says: 'FORBIDDEN',
  },
  'what is listed': {
    of: 'enforcing',
    exactly: listed('KycReviewQueue').body,
    beside: { variables: { first: 2 } },
    route: 'direct',
    says: '"nodes"',
  },
  'what is listed, by its name': {
    of: 'enforcing',
    exactly: listed('CustomersWithPersons').body,
    beside: { variables: { first: 2 }, operationName: 'CustomersWithPersons' },
    route: 'direct',
    says: '"customers"',
  },
  'what is listed and goes wrong': {
    of: 'enforcing',
    exactly: listed('PayeeCheck').body,
    beside: { variables: {} },
    route: 'direct',
    status: 400,
  },
  'what is listed, in other words': {
    of: 'enforcing',
    query: listed('PersonById').body,
    beside: { variables: id },
    route: 'direct',
    says: ADA.personId!,
  },
  'what is listed, by its id': {
    of: 'enforcing',
    body: JSON.stringify({
      variables: id,
      extensions: { persistedQuery: { version: 1, sha256Hash: listed('PersonById').id } },
    }),
    route: 'direct',
    says: ADA.personId!,
  },
  'what is listed and goes wrong, by its id': {
    of: 'enforcing',
    body: JSON.stringify({
      variables: id,
      extensions: { persistedQuery: { version: 1, sha256Hash: listed('PersonById').id } },
    }),
    as: { scopes: ['customers:read'] },
    route: 'direct',
    says: 'FORBIDDEN',
  },
  'what is not listed': {
    of: 'enforcing',
    query: `{ ${PERSON} }`,
    route: 'direct',
    status: 400,
    says: 'PERSISTED_QUERY_NOT_ALLOWED',
    calls: 0,
  },
  'what is not listed, by a name that is': {
    of: 'enforcing',
    query: `query PersonById { ${PERSON} }`,
    beside: { operationName: 'PersonById' },
    route: 'direct',
    status: 400,
    calls: 0,
  },
  'a question about the schema': {
    of: 'enforcing',
    query: '{ __schema { queryType { name } } }',
    route: 'direct',
    says: '"Query"',
  },
  'a question about the schema without schema:read': {
    of: 'enforcing',
    query: '{ __schema { queryType { name } } }',
    as: { scopes: ['persons:read'] },
    route: 'direct',
    status: 400,
    says: 'PERSISTED_QUERY_NOT_ALLOWED',
  },
  'what runs in place of what is refused': {
    of: 'enforcing',
    exactly: '{ __typename }',
    as: { scopes: ['persons:read'] },
    route: 'direct',
    status: 400,
    says: 'PERSISTED_QUERY_NOT_ALLOWED',
  },
}

/** An answer without times and random values. */
const timeless = (text: string) =>
  text
    .replace(/("(?:resetSeconds|retryAfterSeconds|ownMs|waitedMs)":)[\d.]+/g, '$1…')
    .replace(/("(?:asOf|providerRequestId)":)"[^"]+"/g, '$1…')
    .replace(/("ms":)\[[\d.,]*\]/g, '$1[…]')
    .replace(/begins in \d+ s/, 'begins in … s')

/** The parts of an answer that must be the same on each path. */
function told({
  correlationId: _correlationId,
  headers: { 'retry-after': seconds, 'content-length': length, ...headers },
  body,
  ...rest
}: Seen) {
  return {
    ...rest,
    headers: { ...headers, 'retry-after': seconds === undefined ? 'none' : 'some' },
    body: timeless(body),
    hasItsLength: length === undefined || Number(length) === Buffer.byteLength(body),
  }
}

/** Requests with equal documents; their audit entries, written a moment later, are compared. */
const alike: { readonly name: string; readonly of: Server; readonly correlationIds: readonly string[] }[] = []

describe.each([
  ['a read', QUERIES],
  ['variables', VARIABLES],
  ['an operation', NAMES],
  ['a body with', BODIES],
  ['a request with', HEADERS],
  ['asked by', CALLERS],
  ['limited:', LIMITS],
  ['failing:', FAULTS],
  ['a write', MUTATIONS],
  ['under a safelist:', LISTS],
])('a cached document gets the same answer as a new one: %s', (group, kinds) => {
  test.each(Object.entries(kinds))('%s', async (name, kind) => {
    const text = kind.exactly ?? `# ${group} ${name}\n${kind.query ?? '{ viewer { id } }'}`
    if (kind.before) await ask(`${text} `, kind)
    const first = await ask(text, kind)
    // A request refused before its text was parsed does not fill the cache.
    if (first.seen.status >= 400) await teach(text, kind)
    const [second, third] = [await ask(text, kind), await ask(text, kind)]

    const { seen } = first
    expect({ status: seen.status, said: `${String(seen.headers['content-type'])} ${seen.body}` }).toEqual({
      status: kind.status ?? 200,
      said: expect.stringContaining(kind.says ?? ''),
    })
    if (kind.calls !== undefined) expect(seen.calls).toHaveLength(kind.calls)
    expect([second.route, third.route]).toEqual([kind.route, kind.route])
    for (const again of [second, third]) expect(told(again.seen)).toEqual(told(seen))
    alike.push({
      name: `${group} ${name}`,
      of: kind.of ?? 'deployed',
      correlationIds: [first, second, third].map(({ seen: { correlationId } }) => correlationId),
    })
  })
})

test('a cached document gets the same audit entries as a new one', async () => {
  for (const of of Object.keys(SERVERS) as Server[]) {
    const asked = alike.filter((one) => one.of === of)
    const trails = await trailsOf(servers[of], await tokenOf())
    for (const nth of [1, 2]) {
      const [first, again] = [0, nth].map((n) =>
        Object.fromEntries(asked.map(({ name, correlationIds }) => [name, trails.get(correlationIds[n]!)])),
      )
      expect(again).toEqual(first)
    }
  }
  expect(new Set(alike.map(({ name }) => name)).size).toBe(alike.length)
})

test('each answer states the budget that remains at that time', async () => {
  const kind: Kind = { of: 'limiting', query: '', as: { client: 'thrifty' }, route: 'direct' }
  const costs: any[] = []
  for (let i = 0; i < 3; i += 1)
    costs.push(JSON.parse((await ask(`{ budget: ${PERSON} }`, kind)).seen.body).extensions.cost)
  const { requested, remaining } = costs[0]
  // To parse the document has cost points too.
  expect(remaining).toBeLessThan(100 - requested)
  expect(costs.map((cost) => cost.remaining)).toEqual([0, 1, 2].map((times) => remaining - times * requested))
})

test('with a spent quota an unknown document is refused before it is parsed, and a known one by its cost', async () => {
  const kind: Kind = { of: 'limiting', as: SPENDER, route: 'apollo' }
  for (let i = 0; i < 20; i += 1) await ask(`# spent ${i}\n{ viewer { id } }`, kind)
  const known = '# known\n{ viewer { id } }'
  await teach(known, kind)
  for (const text of ['# unknown\n{ viewer { id } }', '{ not a document', `{ ${'x '.repeat(5_000)}}`]) {
    const { seen, route } = await ask(text, kind)
    expect([route, seen.status]).toEqual(['apollo', 429])
    expect(seen.headers['retry-after']).toMatch(/^\d+$/)
    expect(JSON.parse(seen.body).errors).toMatchObject([
      {
        message: expect.stringMatching(/^None of the 100 points .* the document is not known yet;/) as string,
        extensions: { code: 'RATE_LIMITED', retryable: true, correlationId: expect.any(String) as string },
      },
    ])
  }
  const { seen, route } = await ask(known, kind)
  expect([route, seen.status]).toEqual(['direct', 429])
  expect(seen.body).toContain('The operation costs 1, and 0 of the 100')
})

test('a text that differs by one blank is another document', async () => {
  const text = `{ blank: ${PERSON} }`
  const routes: Route[] = []
  for (const asked of [text, text, `${text} `, text.replace('{ ', '{  '), text])
    routes.push((await ask(asked, { route: 'direct' })).route)
  expect(routes).toEqual(['apollo', 'direct', 'apollo', 'apollo', 'direct'])
})

test('a document sent with its hash is found by that hash alone, and by no other hash', async () => {
  const text = `{ hash: ${PERSON} }`
  const extensions = (of: string) => ({ persistedQuery: { version: 1, sha256Hash: sha256(of) } })
  const by = async (beside: object) => {
    const { seen, route } = await ask('', { body: JSON.stringify(beside), route: 'direct' })
    const { data, errors = [] } = JSON.parse(seen.body) as { data?: any; errors?: any[] }
    return [route, data?.hash.firstName ?? errors[0].extensions.code]
  }
  expect(await by({ extensions: extensions(text) })).toEqual(['apollo', 'PERSISTED_QUERY_NOT_FOUND'])
  expect(await by({ query: text, extensions: extensions(text) })).toEqual(['apollo', 'Ada'])
  expect(await by({ extensions: extensions(text) })).toEqual(['direct', 'Ada'])
  expect(await by({ query: text, extensions: extensions(text) })).toEqual(['direct', 'Ada'])
  expect(await by({ query: `${text} `, extensions: extensions(text) })).toEqual(['apollo', 'BAD_USER_INPUT'])
  expect(await by({ extensions: { persistedQuery: { version: 2, sha256Hash: sha256(text) } } })).toEqual([
    'apollo',
    'BAD_USER_INPUT',
  ])
})

describe('a document is found in a stream with members that are null', () => {
  const NULLS = {
    'a hash': { extensions: { persistedQuery: null } },
    'extensions, variables and name': { extensions: null, variables: null, operationName: null },
  }
  const bySse = async (app: App, authorization: string, payload: object) => {
    const headers = { ...JSON_TYPE, accept: 'text/event-stream', authorization }
    return (await exchange(app.url, { headers, body: JSON.stringify(payload) })).body
  }
  const byWebSocket = async (app: App, authorization: string, payload: object) => {
    const socket = await Socket.open(app)
    await socket.init({ authorization })
    socket.send({ id: '1', type: 'subscribe', payload })
    const first = await socket.message()
    socket.raw.terminate()
    return JSON.stringify(first)
  }

  test.each(
    Object.entries({ SSE: bySse, WebSocket: byWebSocket }).flatMap(([how, send]) =>
      Object.entries(NULLS).map(([what, nulls]) => [how, what, send, nulls] as const),
    ),
  )('by %s: %s', async (how, what, send, nulls) => {
    const query = `# ${how} ${what}\n{ ${PERSON} }`
    const entered = vi.spyOn(ApolloServer.prototype, 'executeOperation')
    onTestFinished(() => entered.mockRestore())
    for (let i = 0; i < 2; i += 1)
      expect(await send(servers.deployed.app, `Bearer ${await tokenOf()}`, { query, ...nulls })).toContain('"Ada"')
    expect(entered).toHaveBeenCalledOnce()
  })
})

test('the media type of an answer is negotiated without Apollo Server, also for an Accept header that is new', async () => {
  const text = `{ accepted: ${PERSON} }`
  const by = async (accept: string | undefined, as?: RunOptions) => {
    const { seen, route } = await ask(text, { headers: { accept }, ...(as ? { as } : {}), route: 'direct' })
    return [seen.status, seen.headers['content-type'], route]
  }
  const odd = 'application/graphql-response+json;q=0.7, image/png'
  await by(undefined)
  expect(await by(odd, { token: 'none' })).toEqual([401, TYPES.graphql, 'direct'])
  for (let i = 0; i < 2; i += 1) expect(await by(odd)).toEqual([200, TYPES.graphql, 'direct'])
  expect(await by(undefined)).toEqual([200, TYPES.json, 'direct'])
  for (let i = 0; i < 2; i += 1) expect(await by('image/png')).toEqual([406, TYPES.json, 'direct'])
})

test('concurrent requests of several callers each get their own answer', async () => {
  const query = 'query Crowd($id: ID!) { person(id: $id) { id lastName } customers(first: 1) { nodes { id } } }'
  await teach(query, { route: 'apollo' })
  const callers: readonly RunOptions[] = [
    {},
    { scopes: ['persons:read'] },
    { scopes: ['customers:read'] },
    { token: 'none' },
  ]
  const bearers = await Promise.all(callers.map(async ({ token, ...options }) => token ?? tokenOf(options)))
  servers.deployed.app.clear()
  apollo.route()
  const asked = Array.from({ length: 48 }, (_, n) => ({ n, id: CROWD[n % 12]!.personId, correlationId: randomUUID() }))
  const answers = await Promise.all(
    asked.map(({ n, id: personId, correlationId }) =>
      exchange(servers.deployed.app.url, {
        headers: { ...JSON_TYPE, authorization: `Bearer ${bearers[n % 4]}`, 'x-correlation-id': correlationId },
        body: JSON.stringify({ query, variables: { id: n % 5 === 4 ? null : personId } }),
      }),
    ),
  )
  for (const [n, { status, body }] of answers.entries()) {
    const { data, errors = [] } = JSON.parse(body) as { data?: any; errors?: any[] }
    for (const { extensions } of errors) expect(extensions.correlationId).toBe(asked[n]!.correlationId)
    const codes = errors.map(({ extensions }) => extensions.code)
    if (n % 4 === 3) expect([status, codes]).toEqual([401, ['UNAUTHENTICATED']])
    else if (n % 5 === 4) expect([status, codes]).toEqual([400, ['BAD_USER_INPUT']])
    else
      expect([status, codes, data.person]).toEqual([
        200,
        n % 4 === 0 ? [] : ['FORBIDDEN'],
        n % 4 === 2 ? null : { id: asked[n]!.id, lastName: n % 4 === 0 ? 'Member' : 'M•••' },
      ])
  }
})

test.each<[string, string, Record<string, unknown>, readonly [ProviderName, Fault]]>([
  [
    'a read',
    `{ viewer { id } ${PERSON} }`,
    {},
    ['synctera', { match: 'GET /**', fault: 'slow', delayMs: 250, times: 0 }],
  ],
  ['a write', MEET, { input: meeting }, ['obp', { match: MEETINGS, fault: 'slow', delayMs: 250, times: 0 }]],
])(
  'a client that disconnects during %s leaves the same log, calls and audit entries',
  async (name, query, variables, fault) => {
    const { app } = servers.deployed
    const seen: Seen[] = []
    const routes: Route[] = []
    for (let i = 0; i < 3; i += 1) {
      app.clear()
      app.fault(...fault)
      apollo.route()
      const headers = { ...JSON_TYPE, authorization: `Bearer ${await tokenOf()}` }
      seen.push(
        await witness(servers.deployed, {
          headers,
          body: JSON.stringify({ query: `# left: ${name}\n${query}`, variables }),
          patience: () => app.calls(fault[0]).length > 0,
          lingers: true,
        }),
      )
      routes.push(apollo.route())
    }
    expect(routes).toEqual(['apollo', 'direct', 'direct'])
    expect(seen[0]).toMatchObject({ status: 0, calls: [expect.any(String)] })
    for (const again of seen.slice(1)) expect(told(again)).toEqual(told(seen[0]!))
    const trails = await trailsOf(servers.deployed, await tokenOf())
    const [first, ...others] = seen.map(({ correlationId }) =>
      JSON.stringify(trails.get(correlationId) ?? []).replace(/"ids":\["[^"]+"\]/g, '"ids":["…"]'),
    )
    for (const other of others) expect(other).toBe(first)
  },
)

test('an unexpected error after a write gets the same answer, and the write is done once and audited', async () => {
  const metrics = createMetrics()
  let isBroken = false
  const operated: typeof metrics.operated = (...given) => {
    if (isBroken) throw new TypeError('of Ada Accepted')
    metrics.operated(...given)
  }
  const broken = await watch({}, servers.deployed, { metrics: { ...metrics, operated } })
  const { app } = broken
  const headers = { ...JSON_TYPE, authorization: `Bearer ${await tokenOf()}` }
  await witness(broken, { headers, body: JSON.stringify({ query: '{ __typename }' }) })
  isBroken = true
  const seen: Seen[] = []
  const routes: Route[] = []
  for (let i = 0; i < 3; i += 1) {
    app.clear()
    apollo.route()
    seen.push(await witness(broken, { headers, body: JSON.stringify({ query: EMAIL }) }))
    routes.push(apollo.route())
  }
  isBroken = false
  expect(routes).toEqual(['apollo', 'direct', 'direct'])
  expect(seen[0]).toMatchObject({
    status: 500,
    body: expect.stringContaining('INTERNAL_SERVER_ERROR'),
    calls: { length: 2 },
  })
  for (const again of seen.slice(1)) expect({ ...told(again), log: [] }).toEqual({ ...told(seen[0]!), log: [] })
  const trails = await trailsOf(broken, await tokenOf())
  for (const { correlationId } of seen)
    expect(trails.get(correlationId)).toMatchObject([
      { kind: 'intent' },
      { kind: 'operation', wrote: [{ outcome: 'done' }] },
    ])
  expect(app.log()).not.toContain('Ada')
  await app.close()
})

test.each(['new', 'known'])(
  'the audit trail holds the data read by an operation with a %s text when the server stops as its caller disconnects',
  async (age) => {
    const stopping = await watch({}, servers.deployed)
    const { app } = stopping
    const people = CROWD.slice(0, 20)
    const headers = { ...JSON_TYPE, accept: 'application/json', authorization: `Bearer ${await tokenOf()}` }
    const body = ({ customerId, personId }: (typeof people)[number], n: number) =>
      JSON.stringify({
        query: `query($c: ID!, $p: ID!) { customer(id: $c) { legalName } person(id: $p) { id } } # ${age === 'new' ? n : 0}`,
        variables: { c: customerId, p: personId },
      })
    app.clear()
    await exchange(app.url, { headers, body: body(people[0]!, 0) })
    app.fault('synctera', { match: 'GET /**', fault: 'hang', times: 0 })
    const correlationIds = people.map(() => randomUUID())
    const leaving = people.map(() => new AbortController())
    const asked = people.map((person, n) =>
      fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { ...headers, 'x-correlation-id': correlationIds[n]! },
        body: body(person, n),
        signal: leaving[n]!.signal,
      }).catch(() => 'left'),
    )
    const shown = () => app.log().split('"kyc.route":"/obp/v4.0.0/banks/{}/customers/{}"').length - 2
    await expect.poll(shown, { interval: 5, timeout: 10_000 }).toBe(people.length)
    for (const one of leaving) one.abort()
    await app.close()
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['left']))
    expect(correlationIds.filter((correlationId) => !app.audit().includes(correlationId))).toEqual([])
  },
)

test('keeps the documents used last, of five times 50,000 characters in 32 MiB', () => {
  const documents = new DocumentCache()
  const text = (n: number) => `{ viewer { id } } # ${n} ${'x'.repeat(50_000)}`
  const numbers = [0, 1, 2, 3, 4, 5, 6]
  for (const n of numbers) {
    documents.store({}, text(n), parse(text(n)))
    documents.find({ query: text(0) })
  }
  expect(numbers.filter((n) => documents.find({ query: text(n) }) !== undefined)).toEqual([0, 3, 4, 5, 6])
})
