import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import fetch from 'node-fetch'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { readRequest } from '../../src/http/graphql-request.js'
import { refuseOtherSearch } from '../../src/http/utf-8.js'
import { type App, type GraphError, startApp } from '../support/app.js'

let app: App
let authorization: string
beforeAll(async () => {
  app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0' })
  authorization = `Bearer ${await app.token()}`
})
beforeEach(() => app.clear())
afterAll(() => app.close())

interface Sent {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer | Readable
}

async function send({ method = 'POST', path = '/graphql', headers = {}, body }: Sent) {
  const response = await fetch(app.url + path, {
    method,
    headers: { authorization, ...headers },
    ...(body === undefined ? {} : { body }),
  })
  const { data, errors = [] } = (await response.json()) as { data?: any; errors?: GraphError[] }
  return { status: response.status, headers: response.headers, data, errors }
}

const JSON_TYPE = { 'content-type': 'application/json' }
const PERSON = `query Ada { person(id: "${ADA.personId}") { firstName } }`
const query = (members: Readonly<Record<string, string>>) =>
  `?${new URLSearchParams({ query: PERSON, ...members }).toString()}`
const ADA_FOUND = { person: { firstName: 'Ada' } }

describe('the type of an answer', () => {
  test.each([
    undefined,
    '*/*',
    'application/*',
    'application/json',
    'application/json; charset=utf-8',
    'application/graphql-response+json',
    'application/graphql-response+json; charset=utf-8, application/json; charset=utf-8',
    'application/json, application/graphql-response+json',
    'application/json, application/graphql-response+json;charset=utf-8',
    'application/json;q=0.8, application/graphql-response+json',
    'application/json;q=0.8, */*;q=0.9',
    'application/graphql-response+json;q=0, */*',
    'application/json;q=0, application/*;q=0.1',
    '*/*, application/graphql-response+json',
    'text/html, application/json;q=0.5, */*;q=0.5',
    'multipart/mixed, application/graphql-response+json, application/json',
  ])('for accept: %s is that which Apollo Server chooses, also when the document is known', async (accept) => {
    const body = JSON.stringify({ query: `${PERSON} # ${accept}` })
    const headers = { ...JSON_TYPE, ...(accept !== undefined && { accept }) }
    const [chosen, again] = [await send({ headers, body }), await send({ headers, body })]
    expect([chosen.status, chosen.data]).toEqual([200, ADA_FOUND])
    expect([again.status, again.data]).toEqual([200, ADA_FOUND])
    expect(again.headers.get('content-type')).toBe(chosen.headers.get('content-type'))
  })
})

describe('a query by GET runs', () => {
  test.each<[string, Sent]>([
    [
      'as urql sends it: with a token and no preflight header',
      {
        headers: {
          accept:
            'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
        },
        path: `/graphql${query({ operationName: 'Ada', variables: '{}' })}`,
      },
    ],
    ['with the operation name of Apollo Client', { headers: { authorization: '', 'x-apollo-operation-name': 'Ada' } }],
    ['at the address with a trailing slash', { path: `/graphql/${query({})}` }],
    ['with an empty operation name', { path: `/graphql${query({ operationName: '' })}` }],
    ['with empty variables', { path: `/graphql${query({ variables: '' })}` }],
    ['with empty extensions', { path: `/graphql${query({ extensions: '' })}` }],
    [
      'with all three empty',
      { path: `/graphql?operationName=&query=${encodeURIComponent(PERSON)}&variables=&extensions=` },
    ],
    [
      'with variables and extensions that are null',
      { path: `/graphql${query({ variables: 'null', extensions: 'null' })}` },
    ],
  ])('%s', async (_how, sent) => {
    const { status, data, errors } = await send({ method: 'GET', path: `/graphql${query({})}`, ...sent })
    if (sent.headers?.['authorization'] === '')
      expect([status, errors[0]!.extensions.code]).toEqual([401, 'UNAUTHENTICATED'])
    else expect({ status, data, errors }).toEqual({ status: 200, data: ADA_FOUND, errors: [] })
  })
})

describe('a query by POST runs', () => {
  const members: readonly (readonly [string, object])[] = [
    ['an empty operation name', { operationName: '' }],
    ['an operation name that is null', { operationName: null }],
    ['empty variables', { variables: '' }],
    ['variables that are null', { variables: null }],
    ['empty extensions', { extensions: '' }],
    ['extensions that are null', { extensions: null }],
    ['all of them empty', { operationName: '', variables: '', extensions: '' }],
  ]
  test.each(members)('with %s, for a new document and for a known one', async (_what, more) => {
    const text = `${PERSON} # ${JSON.stringify(more)}`
    for (const path of ['/graphql', '/graphql/', '/graphql?', '/graphql/?']) {
      const { status, data } = await send({ path, headers: JSON_TYPE, body: JSON.stringify({ query: text, ...more }) })
      expect({ path, status, data }).toEqual({ path, status: 200, data: ADA_FOUND })
    }
  })
})

describe('a mutation by GET is refused and not run', () => {
  const mutation = encodeURIComponent(
    'mutation { createPerson(input: { isCustomer: true, status: ACTIVE }) { replayed } }',
  )

  test.each([
    ['with a token', {}],
    ['with a preflight header', { 'apollo-require-preflight': '1' }],
    ['with a content type', JSON_TYPE],
  ])('%s', async (_how, headers) => {
    const {
      status,
      headers: answered,
      errors,
    } = await send({ method: 'GET', path: `/graphql?query=${mutation}`, headers })
    expect([status, answered.get('allow'), errors[0]!.extensions.code]).toEqual([405, 'POST', 'BAD_USER_INPUT'])
    expect(app.calls('synctera')).toEqual([])
  })
})

const CREATE = JSON.stringify({
  query: 'mutation { createPerson(input: { isCustomer: true, status: ACTIVE }) { replayed } }',
})

test.each(['PUT', 'PATCH', 'DELETE'] as const)(
  '%s is refused with the methods that are taken, and runs nothing',
  async (method) => {
    const { status, headers, errors } = await send({ method, headers: JSON_TYPE, body: CREATE })
    expect([status, headers.get('allow'), errors[0]!.message]).toEqual([
      405,
      'GET, POST',
      'This address takes GET and POST.',
    ])
    expect(app.calls('synctera')).toEqual([])
  },
)

describe('a request in a form that is not read is refused, names what is missing and runs nothing', () => {
  const unread = (header: string) => ({ status: 415, code: 'BAD_USER_INPUT', answered: header })
  const zipped = gzipSync(CREATE)

  test.each<[string, Sent, ReturnType<typeof unread> | undefined, RegExp]>([
    [
      'gzip',
      { headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: zipped },
      unread('accept-encoding: identity'),
      /content-encoding/,
    ],
    [
      'br',
      { headers: { ...JSON_TYPE, 'content-encoding': 'br' }, body: CREATE },
      unread('accept-encoding: identity'),
      /content-encoding/,
    ],
    [
      'deflate',
      { headers: { ...JSON_TYPE, 'content-encoding': 'deflate' }, body: zipped },
      unread('accept-encoding: identity'),
      /content-encoding/,
    ],
    [
      'two codings',
      { headers: { ...JSON_TYPE, 'content-encoding': 'identity, gzip' }, body: zipped },
      unread('accept-encoding: identity'),
      /content-encoding/,
    ],
    [
      'no content type',
      { body: Buffer.from(CREATE) },
      unread('accept: application/json'),
      /content-type: application\/json/,
    ],
    [
      'text',
      { headers: { 'content-type': 'text/plain' }, body: CREATE },
      unread('accept: application/json'),
      /content-type: application\/json/,
    ],
    [
      'a form',
      { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'query={__typename}' },
      unread('accept: application/json'),
      /content-type: application\/json/,
    ],
    [
      'an upload',
      { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: '--x--' },
      unread('accept: application/json'),
      /content-type: application\/json/,
    ],
    [
      'a bare document',
      { headers: { 'content-type': 'application/graphql' }, body: '{ __typename }' },
      unread('accept: application/json'),
      /content-type: application\/json/,
    ],
    [
      'XML',
      { headers: { 'content-type': 'application/xml' }, body: '<a/>' },
      unread('accept: application/json'),
      /content-type: application\/json/,
    ],
    [
      'UTF-16',
      { headers: { 'content-type': 'application/json; charset=utf-16' }, body: Buffer.from(CREATE, 'utf16le') },
      unread('accept: application/json'),
      /UTF-8/,
    ],
    [
      'Latin 1',
      { headers: { 'content-type': 'application/json;charset="ISO-8859-1"' }, body: Buffer.from(CREATE, 'latin1') },
      unread('accept: application/json'),
      /UTF-8/,
    ],
    [
      'an answer as a picture',
      { headers: { ...JSON_TYPE, accept: 'image/png' }, body: CREATE },
      { status: 406, code: 'BAD_USER_INPUT', answered: '' },
      /accept/,
    ],
    [
      'an answer as a page',
      { headers: { ...JSON_TYPE, accept: 'text/html' }, body: CREATE },
      { status: 406, code: 'BAD_USER_INPUT', answered: '' },
      /accept/,
    ],
    [
      'JSON that is refused by weight',
      {
        headers: { ...JSON_TYPE, accept: 'application/json;q=0, application/graphql-response+json;q=0, */*' },
        body: CREATE,
      },
      { status: 406, code: 'BAD_USER_INPUT', answered: '' },
      /accept/,
    ],
    [
      'a bare GET',
      { method: 'GET', path: '/graphql?query={__typename}', headers: { authorization: '' } },
      { status: 400, code: 'BAD_USER_INPUT', answered: '' },
      /authorization, apollo-require-preflight or x-apollo-operation-name/,
    ],
    [
      'no members',
      { headers: JSON_TYPE, body: '{}' },
      { status: 400, code: 'BAD_USER_INPUT', answered: '' },
      /JSON object/,
    ],
    ['a list', { headers: JSON_TYPE, body: '[]' }, { status: 400, code: 'BAD_USER_INPUT', answered: '' }, /batches/],
    ['nothing', { headers: JSON_TYPE, body: '' }, { status: 400, code: 'BAD_USER_INPUT', answered: '' }, /JSON object/],
    [
      'no JSON',
      { headers: JSON_TYPE, body: '{' },
      { status: 400, code: 'BAD_USER_INPUT', answered: '' },
      /JSON object/,
    ],
  ])('%s', async (_what, sent, expected, message) => {
    for (const path of sent.path === undefined ? ['/graphql', '/graphql?', '/graphql/'] : [sent.path]) {
      const { status, headers, errors } = await send({ ...sent, path })
      const [name = '', value] = expected!.answered.split(': ')
      expect({ status, code: errors[0]!.extensions.code, value: name === '' ? undefined : headers.get(name) }).toEqual({
        status: expected!.status,
        code: expected!.code,
        value,
      })
      expect(errors[0]!.message).toMatch(message)
    }
    expect(app.calls('synctera')).toEqual([])
  })

  test('identity and UTF-8 are read, however they are written', async () => {
    const body = JSON.stringify({ query: PERSON })
    for (const headers of [
      { ...JSON_TYPE, 'content-encoding': 'identity' },
      { 'content-type': 'application/json;charset="UTF-8"' },
      { 'content-type': 'application/json ; charset=utf8' },
      { ...JSON_TYPE, accept: 'application/json; charset="utf-8"' },
      { ...JSON_TYPE, accept: 'application/graphql-response+json;q="0.5";charset="UTF-8"' },
    ]) {
      expect((await send({ headers, body })).data).toEqual(ADA_FOUND)
      const events = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { authorization, ...headers, accept: 'text/event-stream; charset="utf-8"' },
        body,
      })
      expect([events.status, events.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
      expect(await events.text()).toContain(JSON.stringify(ADA_FOUND))
    }
  })
})

describe('bytes that are no UTF-8 are refused, and nothing of them is written', () => {
  const mutation =
    'mutation { createPerson(input: { firstName: "Jos\u00e9", isCustomer: true, status: ACTIVE }) { replayed } }'
  const bytes = Buffer.from(JSON.stringify({ query: mutation }), 'latin1')
  const search = encodeURIComponent('{ persons(first: 1) { nodes { id } } }')

  test.each<[string, () => Sent]>([
    ['on the fast path', () => ({ headers: JSON_TYPE, body: bytes })],
    ['in another form of the address', () => ({ path: '/graphql?', headers: JSON_TYPE, body: bytes })],
    ['in chunks', () => ({ headers: JSON_TYPE, body: Readable.from([bytes.subarray(0, 9), bytes.subarray(9)]) })],
    ['by GET', () => ({ method: 'GET', path: `/graphql?query=${search}&variables=%7B%22a%22%3A%22M%FCller%22%7D` })],
    ['by GET, in an encoding that is cut off', () => ({ method: 'GET', path: `/graphql?query=${search}&x=%e2%82` })],
  ])('%s', async (_where, sent) => {
    const { status, errors } = await send(sent())
    expect([status, errors[0]!.extensions.code]).toEqual([400, 'BAD_USER_INPUT'])
    expect(errors[0]!.message).toMatch(/must be UTF-8/)
    expect(app.calls('synctera')).toEqual([])
  })

  test('a byte that no address may have is refused by GET', () => {
    for (const url of ['/graphql?query={a}&x=\xfc', '/graphql?x=%FC', '/graphql?x=%'])
      expect(() => refuseOtherSearch(url)).toThrow('must be UTF-8')
    for (const url of ['/graphql', '/graphql?', '/graphql?x=%C3%BC+%26']) refuseOtherSearch(url)
  })
})

describe('a refusal of a whole request has the type of an answer', () => {
  const GRAPHQL = 'application/graphql-response+json'
  let strict: App
  beforeAll(async () => {
    strict = await startApp(
      { AUTH_INTROSPECTION_URL: 'http://127.0.0.1:9/introspect', UNAUTHENTICATED_REQUESTS_PER_MINUTE: '1' },
      app,
    )
  })
  afterAll(() => strict.close())

  const body = JSON.stringify({ query: PERSON })
  test.each(['/graphql', '/graphql/', '/graphql?'])('at %s', async (path) => {
    const typeOf = async (origin: string, headers: Readonly<Record<string, string>>, sent = body) => {
      const all = { ...JSON_TYPE, authorization, ...headers }
      const response = await fetch(origin + path, { method: 'POST', headers: all, body: sent })
      await response.text()
      return [response.status, response.headers.get('content-type')]
    }
    const told = `${GRAPHQL}; charset=utf-8`
    for (const accept of [GRAPHQL, `${GRAPHQL}, application/json;q=0.9`]) {
      expect(await typeOf(strict.url, { accept, authorization: 'Bearer opaque' })).toEqual([503, told])
      expect(await typeOf(app.url, { accept, authorization: '' })).toEqual([401, told])
      expect(await typeOf(app.url, { accept }, body.padEnd(300_000))).toEqual([413, told])
      expect(await typeOf(app.url, { accept, 'content-type': 'text/plain' })).toEqual([415, told])
      expect(await typeOf(app.url, { accept }, '{')).toEqual([400, told])
      await typeOf(strict.url, { accept, authorization: '' })
      expect(await typeOf(strict.url, { accept, authorization: '' })).toEqual([429, told])
    }
    for (const accept of ['*/*', 'application/json', 'image/png', `${GRAPHQL}, ${'x/y, '.repeat(100)}x/z`])
      expect(await typeOf(app.url, { accept, authorization: '' })).toEqual([401, 'application/json; charset=utf-8'])
  })

  test('by GET', async () => {
    const response = await fetch(`${app.url}/graphql${query({})}`, {
      headers: { accept: GRAPHQL, authorization: 'Bearer none' },
    })
    expect([response.status, response.headers.get('content-type')]).toEqual([401, `${GRAPHQL}; charset=utf-8`])
  })
})

describe('a number that does not fit Int is named, and costs nothing', () => {
  const PERSONS = 'query($first: Int) { persons(first: $first) { nodes { id } } }'
  const CUSTOMERS = 'query($n: Int) { customers(first: $n) { nodes { id } } }'

  test.each<[string, string, string, unknown]>([
    ['one more than the largest', PERSONS, 'first', 2_147_483_648],
    ['one less than the smallest', PERSONS, 'first', -2_147_483_649],
    ['as large as a double', PERSONS, 'first', 1e100],
    ['a fraction', PERSONS, 'first', 1_000_000.5],
    ['under another name', CUSTOMERS, 'n', 4_294_967_296],
  ])('%s', async (_what, document, argument, value) => {
    const name = /\$(\w+)/.exec(document)![1]!
    for (let i = 0; i < 3; i += 1) {
      const { status, errors } = await app.run(document, { [name]: value })
      expect([status, errors.map(({ extensions }) => extensions.code)]).toEqual([400, ['BAD_USER_INPUT']])
      expect(errors[0]!.message).toContain(argument)
      expect(JSON.stringify(errors)).not.toContain('costs')
    }
    const literal = document.replace(/query\(.*?\) /, '').replace(/\$\w+/, JSON.stringify(value))
    const { status, errors } = await app.run(literal)
    expect([status, errors.map(({ extensions }) => extensions.code)]).toEqual([400, ['BAD_USER_INPUT']])
  })
})

test.each<[string, (token: string) => Sent]>([
  ['the query', (token) => ({ method: 'GET', path: `/graphql${query({ access_token: token })}` })],
  ['a member of the body', (token) => ({ body: JSON.stringify({ query: PERSON, access_token: token }) })],
  ['a cookie', (token) => ({ headers: { cookie: `access_token=${token}` }, body: JSON.stringify({ query: PERSON }) })],
])('a token in %s is no token', async (_where, sentWith) => {
  const { headers, ...sent } = sentWith(await app.token())
  const { status, data } = await send({ ...sent, headers: { ...JSON_TYPE, ...headers, authorization: '' } })
  expect({ status, data }).toEqual({ status: 401, data: undefined })
  expect(app.calls('synctera')).toEqual([])
})

test.each([
  [undefined, true],
  ['application/json', true],
  ['text/plain', false],
  ['application/x-www-form-urlencoded', false],
])('a GET with the content type %s is read here: %s', (type, isRead) => {
  const headers = type === undefined ? {} : { 'content-type': type }
  const request = readRequest({ method: 'GET', url: '/graphql?query=%7Ba%7D', headers, body: undefined })
  expect(request !== undefined).toBe(isRead)
})
