import fetch from 'node-fetch'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import type { Scope } from '../../schema/scopes.js'
import { type App, startApp } from '../support/app.js'

const LIMIT = 100_000
let app: App
beforeAll(async () => {
  app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: String(LIMIT) })
})
afterAll(() => app.close())

async function send(client: string, body: object, scopes?: readonly Scope[], accept = '*/*'): Promise<any> {
  const token = await app.token({ client, ...(scopes ? { scopes } : {}) })
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })
  return response.json()
}

const VIEWER = '{ viewer { id } }'
const PERSON = 'query($id: ID!) { person(id: $id) { id } }'
const WRITE = 'mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed } }'
const id = ADA.personId

/** What a client has left, which costs one point to ask. */
const remaining = async (client: string): Promise<number> =>
  (await send(client, { query: VIEWER })).extensions.cost.remaining as number

/** The points that a request costs a client who has paid for the document that asks. */
async function pointsOf(client: string, body: object, scopes?: readonly Scope[]): Promise<number> {
  const before = await remaining(client)
  await send(client, body, scopes)
  return before - 1 - (await remaining(client))
}

const many = (count: number, item: (i: number) => string) => Array.from({ length: count }, (_, i) => item(i)).join(' ')

describe('a document that is not known yet costs points by its length', () => {
  test.each<[what: string, text: string]>([
    ['a short one', '{ short: viewer { id } }'],
    ['a long one', `{ ${many(90, (i) => `long${i}: __typename`)} }`],
    ['one with a syntax error', `{ viewer { ${'id '.repeat(300)}`],
    ['one that is not valid', `{ ${many(400, (i) => `unknown${i}`)} }`],
    ['one of too many tokens', `{ ${'id '.repeat(4_000)} }`],
    ['one of too many selections', `{ viewer { ${many(1_100, (i) => `f${i}`)} } }`],
  ])('%s', async (what, text) => {
    const points = await pointsOf(`parse ${what}`, { query: text })
    expect(points).toBeGreaterThanOrEqual(5 + Math.ceil(text.length / 50))
    expect(points).toBeLessThanOrEqual(6 + Math.ceil(text.length / 50))
  })

  test('and none once it is known', async () => {
    await send('first', { query: PERSON, variables: { id } })
    const known = await pointsOf('second', { query: PERSON, variables: { id } })
    const { extensions } = await send('second', { query: PERSON, variables: { id } })
    expect(known).toBe(extensions.cost.requested)
  })

  test.each([
    ['a hash', { extensions: { persistedQuery: null } }],
    ['extensions, a name and a further member', { extensions: null, operationName: null, id: null }],
  ])('and none once it is known, with null as %s', async (what, beside) => {
    const body = { query: `# ${what}\n${PERSON}`, variables: { id }, ...beside }
    const unknown = await pointsOf(what, body)
    const { extensions } = await send(what, body)
    expect(await pointsOf(what, body)).toBe(extensions.cost.requested)
    expect(unknown).toBeGreaterThanOrEqual(5 + extensions.cost.requested)
  })

  test.each(['application/json', 'application/*, text/plain;q=0.1'])(
    'and none once it is known, for the first request with accept: %s either',
    async (accept) => {
      await send('first', { query: PERSON, variables: { id } })
      const before = await remaining(accept)
      const { extensions } = await send(accept, { query: PERSON, variables: { id } }, undefined, accept)
      expect(extensions.cost.remaining).toBe(before - extensions.cost.requested)
    },
  )

  test.each([
    ['a hash of no document', { version: 1, sha256Hash: 'a'.repeat(64) }],
    ['a hash that is none', { version: 1, sha256Hash: [['a']] }],
    ['another version', { version: 2, sha256Hash: 'a'.repeat(64) }],
  ])('%s costs points', async (what, persistedQuery) => {
    expect(await pointsOf(what, { extensions: { persistedQuery } })).toBeGreaterThanOrEqual(5)
  })
})

describe('a refused operation costs points', () => {
  test.each<[what: string, body: object, scopes?: readonly Scope[]]>([
    ['variables that are not valid', { query: PERSON, variables: {} }],
    [
      'rules that are broken',
      { query: WRITE, variables: { input: { isCustomer: true, status: 'ACTIVE', email: 'x' } } },
    ],
    ['a scope that lacks', { query: WRITE, variables: { input: {} } }, []],
    ['a field that lacks its scope', { query: PERSON, variables: { id } }, []],
    [
      'a cost that no operation may have',
      {
        query: 'query($r: [_Any!]!) { _entities(representations: $r) { ... on Person { id } } }',
        variables: { r: Array(26_000).fill({}) },
      },
    ],
    ['a question about the schema', { query: '{ __schema { queryType { name } } }' }, []],
    ['a name of no operation', { query: PERSON, operationName: 'Nobody' }],
  ])('%s', async (what, body, scopes) => {
    await send('teacher', body)
    expect(await pointsOf(`refused ${what}`, body, scopes)).toBeGreaterThanOrEqual(1)
  })
})

test('a large request costs points by its length', async () => {
  await send('teacher', { query: PERSON, variables: { id } })
  const small = await pointsOf('large', { query: PERSON, variables: { id: 'x' } })
  expect(await pointsOf('large', { query: PERSON, variables: { id: 'x'.repeat(200_000) } })).toBe(small + 20)
})

describe('selections beyond a hundred cost points', () => {
  const costOf = async (query: string) =>
    (await send('selector', { query, variables: { id } })).extensions.cost.requested as number
  const FIELDS = 'id isCustomer status firstName middleName lastName chosenName dateOfBirth phoneNumber ssnLast4'

  test.each<[what: string, selections: (times: number) => string]>([
    ['the same fields again', (times) => `{ person(id: "${id}") { ${many(times, () => FIELDS)} } }`],
    [
      'a fragment that is spread again',
      (times) =>
        `{ person(id: "${id}") { ${many(times, (i) => `... on Person { ...F } ${i > 0 ? '' : 'id'}`)} } } fragment F on Person { ${FIELDS} }`,
    ],
    ['the same parents again', (times) => `{ ${many(times, () => `person(id: "${id}") { ${FIELDS} }`)} }`],
  ])('%s', async (_what, selections) => {
    const once = await costOf(selections(1))
    expect(await costOf(selections(5))).toBe(once)
    const often = await costOf(selections(19))
    expect(often).toBeGreaterThanOrEqual(once + 4)
    expect(often).toBeLessThan(once + 20)
  })
})

describe('an answer tells what its operation did cost', () => {
  const LIST = 'query($first: Int!) { customers(first: $first) { edges { node { id person { id } } } } }'

  test('beside the estimate: the rows that came, and the calls of providers', async () => {
    const { data, extensions } = await send('tuner', { query: LIST, variables: { first: 100 } })
    const rows = data.customers.edges.length as number
    expect(rows).toBeGreaterThan(0)
    expect(rows).toBeLessThan(100)
    const { requested, actual, providerCalls } = extensions.cost
    expect(actual).toBeLessThan(requested)
    expect(providerCalls).toBeGreaterThan(0)
    const fewer = await send('tuner', { query: LIST, variables: { first: rows } })
    expect(fewer.extensions.cost.requested).toBe(
      actual + data.customers.edges.filter(({ node }: any) => node.person === null).length,
    )
  })

  test('a record that is not there costs its call alone', async () => {
    const { data, extensions } = await send('tuner', { query: PERSON, variables: { id: 'nobody' } })
    expect(data).toEqual({ person: null })
    expect(extensions.cost.actual).toBe(extensions.cost.requested - 1)
  })

  test('an operation that is refused has no actual cost', async () => {
    const { extensions, errors } = await send('tuner', { query: PERSON, variables: { id: null } })
    expect(errors).toHaveLength(1)
    expect(extensions?.cost?.actual).toBeUndefined()
  })
})
