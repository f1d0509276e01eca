import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DocumentNode, getIntrospectionQuery, print } from 'graphql'
import fetch from 'node-fetch'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import * as generated from '../../schema/operations/index.js'
import type { Scope } from '../../schema/scopes.js'
import type { Manifest } from '../../src/graphql/safelist.js'
import type { emit } from '../../src/tools/emit.js'
import { type App, type GraphError, startApp } from '../support/app.js'
import { subscribers, TRANSPORTS } from '../support/subscriptions.js'

const MANIFEST = JSON.parse(readFileSync('schema/operations/manifest.json', 'utf8')) as Manifest
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const { id: ID, body: BODY } = MANIFEST.operations.find(({ name }) => name === 'PersonById')!
const VARIABLES = { id: ADA.personId }

let app: App
let trial: App
beforeAll(async () => {
  app = await startApp({ SAFELIST: 'enforce' })
  trial = await startApp({ SAFELIST: 'log' }, app)
})
beforeEach(() => app.clear())
afterAll(async () => {
  await trial.close()
  await app.close()
})

interface Answer {
  readonly status: number
  readonly data?: any
  readonly errors?: readonly GraphError[]
}

async function send(
  body: object,
  {
    to = app,
    scopes = ['persons:read'],
    method = 'POST',
  }: { to?: App; scopes?: readonly Scope[]; method?: 'GET' | 'POST' } = {},
): Promise<Answer> {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${await to.token({ scopes })}`,
    'apollo-require-preflight': '1',
  }
  const search = new URLSearchParams(
    Object.entries(body).map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
  const answer =
    method === 'POST'
      ? await fetch(`${to.url}/graphql`, { method, headers, body: JSON.stringify(body) })
      : await fetch(`${to.url}/graphql?${search.toString()}`, { headers })
  return { status: answer.status, ...((await answer.json()) as object) }
}

const persisted = (sha256Hash: unknown, version: unknown = 1) => ({
  extensions: { persistedQuery: { version, sha256Hash } },
})

describe('the manifest', () => {
  test('holds every operation as the typed documents print it, under the hash of that', () => {
    const documents = Object.values(generated as unknown as Record<string, DocumentNode>).filter(
      (value) => (value as { kind?: unknown }).kind === 'Document',
    )
    expect(new Set(MANIFEST.operations.map(({ body }) => body))).toEqual(
      new Set(documents.map((document) => print(document))),
    )
    for (const { id, body } of MANIFEST.operations) expect(id).toBe(sha256(body))
  })

  test('is current', async () => {
    const emitted = vi.fn<typeof emit>()
    vi.doMock('../../src/tools/emit.js', () => ({ emit: emitted }))
    await import('../../src/tools/emit-safelist.js')
    vi.doUnmock('../../src/tools/emit.js')
    const [path, text] = emitted.mock.calls[0]!
    expect(readFileSync(path, 'utf8')).toBe(text)
  })
})

describe('under SAFELIST=enforce an operation of the list is answered', () => {
  test.each<[string, object, 'GET' | 'POST']>([
    ['by its id', persisted(ID), 'POST'],
    ['by its id and GET', persisted(ID), 'GET'],
    ['in full', { query: BODY }, 'POST'],
    ['in full with its id', { query: BODY, ...persisted(ID) }, 'POST'],
    ['in full with an id that is null', { query: BODY, extensions: { persistedQuery: null } }, 'POST'],
    ['by its name', { query: BODY, operationName: 'PersonById' }, 'POST'],
    ['written in another way', { query: `# a comment\n${BODY.replace(/\s+/g, '  ,\n')}` }, 'POST'],
    ['written in another way, with its own hash', { query: `${BODY}\n`, ...persisted(sha256(`${BODY}\n`)) }, 'POST'],
  ])('%s', async (_how, body, method) => {
    const { data, errors } = await send({ ...body, variables: VARIABLES }, { method })
    expect(errors).toBeUndefined()
    expect(data.person.id).toBe(ADA.personId)
  })
})

describe('under SAFELIST=enforce every other document is refused without a provider call', () => {
  const SECOND = 'query Other { persons(first: 1) { nodes { ssnLast4 } } }'
  test.each<[string, object, ('GET' | 'POST')?]>([
    ['another operation', { query: `{ person(id: "${ADA.personId}") { id } }` }],
    ['another operation by GET', { query: `{ person(id: "${ADA.personId}") { id } }` }, 'GET'],
    ['another operation of a listed name', { query: BODY.replace('firstName', 'firstName email') }],
    ['a second operation beside a listed one', { query: `${BODY}\n${SECOND}`, operationName: 'Other' }],
    ['a second operation before a listed one', { query: `${SECOND}\n${BODY}`, operationName: 'PersonById' }],
    ['a fragment beside a listed one', { query: `${BODY}\nfragment F on Person { id }` }],
    ['a listed one with an alias', { query: BODY.replace('firstName', 'given: firstName') }],
    ['a listed one with a directive', { query: BODY.replace('firstName', 'firstName @include(if: true)') }],
    ['a listed id with another text', { query: `{ person(id: "${ADA.personId}") { id } }`, ...persisted(ID) }],
    ['a listed text with another id', { query: BODY, ...persisted('0'.repeat(64)) }],
    ['another text with its own hash', { query: '{ viewer { id } }', ...persisted(sha256('{ viewer { id } }')) }],
    ['an id that is not listed', persisted('0'.repeat(64))],
    ['an id of another version', persisted(ID, 2)],
    ['an id in a list', persisted([ID])],
    ['an id in capitals', persisted(ID.toUpperCase())],
    ['a name of JavaScript', persisted('__proto__')],
    ['a mutation', { query: 'mutation { createPerson(input: { isCustomer: true, status: ACTIVE }) { replayed } }' }],
    [
      'entities, as a router asks for them',
      { query: `{ _entities(representations: [{ __typename: "Person", id: "${ADA.personId}" }]) { __typename } }` },
    ],
    ['the SDL', { query: '{ _service { sdl } }' }],
    ['introspection', { query: getIntrospectionQuery() }],
    ['no operation of GraphQL', { query: 'hello' }],
    ['fields that are not there', { query: '{ nonsense { at { all } } }' }],
    ['more than is ever read', { query: `{ ${'a '.repeat(50_000)} }` }],
  ])('%s', async (_what, body, method) => {
    const answer = await send({ ...body, variables: VARIABLES }, { method: method ?? 'POST' })
    expect(answer).toMatchObject({
      status: 400,
      errors: [
        {
          message: 'This operation is not on the safelist.',
          extensions: { code: 'PERSISTED_QUERY_NOT_ALLOWED', retryable: false, correlationId: expect.any(String) },
        },
      ],
    })
    expect(answer.data).toBeUndefined()
    expect(app.calls('synctera')).toEqual([])
  })

  test('nothing that was refused can be asked for by its hash afterwards', async () => {
    const query = '{ viewer { id } }'
    await send({ query, ...persisted(sha256(query)) })
    expect((await send(persisted(sha256(query)))).errors![0]!.extensions.code).toBe('PERSISTED_QUERY_NOT_ALLOWED')
  })

  test('a request without an operation is refused with BAD_USER_INPUT', async () => {
    expect(await send({ variables: {} })).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    })
  })

  test('a caller with schema:read reads the schema and nothing else', async () => {
    const scopes: Scope[] = ['schema:read', 'persons:read']
    expect((await send({ query: getIntrospectionQuery() }, { scopes })).data.__schema.queryType.name).toBe('Query')
    expect((await send({ query: '{ _service { sdl } }' }, { scopes })).data._service.sdl).toContain('type Person')
    const person = `person(id: "${ADA.personId}") { id }`
    for (const query of [
      `{ __typename ${person} }`,
      `{ __typename ...F } fragment F on Query { ${person} }`,
      `{ __typename ... on Query { ${person} } }`,
      `{ __typename: ${person} }`,
      `query A { __typename } query B { ${person} }`,
      'mutation { __typename }',
    ]) {
      const { errors } = await send({ query, operationName: /query B/.test(query) ? 'B' : undefined }, { scopes })
      expect(errors![0]!.extensions.code).toBe('PERSISTED_QUERY_NOT_ALLOWED')
    }
    expect(app.calls('synctera')).toEqual([])
  })

  test('it is counted, and neither text nor values are logged', async () => {
    await send({ query: '{ persons(filter: { email: "unmistakable@example.com" }) { nodes { id } } }' })
    expect(await (await fetch(`${app.url}/metrics`)).text()).toMatch(
      /kyc_unlisted_operations_total\{outcome="refused"\} [1-9]/,
    )
    expect(app.log()).not.toContain('unmistakable')
  })
})

describe('under SAFELIST=log everything is answered', () => {
  const entries = () =>
    trial
      .log()
      .split('\n')
      .filter((line) => line.includes('safelist'))
      .map((line) => JSON.parse(line) as { message: string; 'kyc.operation': { hash: string } })
      .filter(({ message }) => message === 'operation is not on the safelist')
      .map((line) => line['kyc.operation'].hash)

  test('and what is not listed is logged by a hash that no value is part of, and counted', async () => {
    const query = (email: string) => `{ persons(filter: { email: "${email}" }) { nodes { id } } }`
    for (const email of ['one@example.com', 'two@example.com'])
      expect(
        (await send({ query: query(email) }, { to: trial, scopes: ['persons:read', 'pii:read'] })).errors,
      ).toBeUndefined()
    const [one, two] = entries()
    expect(one).toMatch(/^[0-9a-f]{64}$/)
    expect(two).toBe(one)
    expect(await (await fetch(`${trial.url}/metrics`)).text()).toContain(
      'kyc_unlisted_operations_total{outcome="allowed"} 2',
    )
  })

  test('what holds no value is logged under the id that a manifest would give it', async () => {
    const text = 'query Unlisted($id: ID!) {\n  person(id: $id) {\n    id\n  }\n}'
    await send({ query: text, variables: VARIABLES }, { to: trial })
    expect(entries().at(-1)).toBe(sha256(text))
  })

  test('and what is listed is not, by id or in full', async () => {
    const before = entries().length
    expect((await send({ ...persisted(ID), variables: VARIABLES }, { to: trial })).data.person.id).toBe(ADA.personId)
    expect((await send({ query: BODY, variables: VARIABLES }, { to: trial })).data.person.id).toBe(ADA.personId)
    expect(entries()).toHaveLength(before)
  })
})

test('another list may be given, in the form that Apollo writes', async () => {
  const body = 'query Mine($id: ID!) { person(id: $id) { __typename id } }'
  const file = join(mkdtempSync(join(tmpdir(), 'kyc-')), 'manifest.json')
  writeFileSync(file, JSON.stringify({ ...MANIFEST, operations: [{ id: 'mine', name: 'Mine', type: 'query', body }] }))
  const mine = await startApp({ SAFELIST: 'enforce', SAFELIST_FILE: file }, app)
  expect((await send({ ...persisted('mine'), variables: VARIABLES }, { to: mine })).data.person.id).toBe(ADA.personId)
  expect((await send({ query: BODY, variables: VARIABLES }, { to: mine })).errors![0]!.extensions.code).toBe(
    'PERSISTED_QUERY_NOT_ALLOWED',
  )
  await mine.close()
})

test('an operation of another list is found by its text, whatever name the list gives it', async () => {
  const bodies = [
    '{ person(id: "x") { id } }',
    'query Mine { person(id: "x") { id } }',
    'query Mine { person(id: "y") { id } }',
  ]
  const operations = bodies.map((body, i) => ({ id: `id-${i}`, name: 'Other', type: 'query', body }))
  const file = join(mkdtempSync(join(tmpdir(), 'kyc-')), 'manifest.json')
  writeFileSync(file, JSON.stringify({ ...MANIFEST, operations }))
  const mine = await startApp({ SAFELIST: 'enforce', SAFELIST_FILE: file }, app)
  for (const query of bodies) expect((await send({ query }, { to: mine })).errors?.[0]?.extensions.code).toBeUndefined()
  const renamed = 'query Other { person(id: "x") { id } }'
  expect((await send({ query: renamed }, { to: mine })).errors![0]!.extensions.code).toBe('PERSISTED_QUERY_NOT_ALLOWED')
  await mine.close()
})

describe('a text that is no listed one letter by letter', () => {
  const opened = (settings: object = {}) => startApp({ SAFELIST: 'enforce', ...settings }, app)

  test('costs what a new document does, and a client without points is refused before it is parsed', async () => {
    const poor = await opened({ RATE_LIMIT_COST_PER_MINUTE: '20' })
    const query = `# ${'x'.repeat(1_000)}\n{ viewer { id } }`
    const codes = []
    for (let i = 0; i < 3; i += 1) {
      const { status, errors } = await send({ query }, { to: poor })
      codes.push([status, errors![0]!.extensions.code])
    }
    expect(codes).toEqual([
      [400, 'PERSISTED_QUERY_NOT_ALLOWED'],
      [429, 'RATE_LIMITED'],
      [429, 'RATE_LIMITED'],
    ])
    await poor.close()
  })

  test('is compared once where it says the same', async () => {
    const own = await opened()
    const remaining: number[] = []
    for (const query of [BODY, BODY, `# spelled\n${BODY}`, `# spelled\n${BODY}`]) {
      const { extensions } = (await send({ query, variables: VARIABLES }, { to: own })) as Answer & { extensions: any }
      remaining.push(extensions.cost.remaining)
    }
    const [, listed, compared, again] = remaining.map((left, i) => (remaining[i - 1] ?? left) - left)
    expect(again).toBe(listed)
    expect(compared).toBeGreaterThan(listed! + 5)
    await own.close()
  })

  test.each(TRANSPORTS)('is refused over %s too, whatever took its place', async (transport) => {
    const fresh = await opened()
    const stream = await subscribers[transport](fresh, 'query { viewer { id } }', {}, { scopes: ['schema:read'] })
    const [refusal] = await stream.rest()
    expect(refusal!.errors![0]!.extensions.code).toBe('PERSISTED_QUERY_NOT_ALLOWED')
    await fresh.close()
  })
})
