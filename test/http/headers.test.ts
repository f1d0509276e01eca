import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import fetch, { type RequestInit } from 'node-fetch'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { readConfig } from '../../src/config.js'
import { explorerPage } from '../../src/dev/explorer/page.js'
import { AUDIENCE } from '../../src/dev/issuer.js'
import { createLog } from '../../src/observability/log.js'
import { type Server, startServer } from '../../src/server.js'
import { type App, startApp } from '../support/app.js'

const ORIGIN = 'https://app.example'
const INTERACTION_ID = 'A3F1C8DE-1111-4222-8333-444455556666'
const PREFLIGHT: RequestInit = {
  method: 'OPTIONS',
  headers: {
    origin: ORIGIN,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  },
}

let app: App
let open: App
let development: Server
beforeAll(async () => {
  app = await startApp()
  open = await startApp({ CORS_ORIGINS: `${ORIGIN},https://other.example`, CORS_HEADERS: 'X-Tenant, traceparent' }, app)
  development = await startServer({
    config: readConfig(
      {
        PORT: '0',
        AUTH_ISSUER: app.ground.issuer.issuer,
        AUTH_AUDIENCE: AUDIENCE,
        AUTH_JWKS_URL: app.ground.jwksUrl,
        ...app.ground.settings,
      },
      { development: true },
    ),
    log: createLog('silent'),
    explorer: explorerPage,
  })
})
afterAll(async () => {
  await development.close()
  await open.close()
  await app.close()
})

const graphql = async (body: string, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: `Bearer ${await app.token()}`, ...headers },
  body,
})

describe('every answer has the security headers', () => {
  test.each<[string, string, () => Promise<RequestInit> | RequestInit, number]>([
    ['data', '/graphql', () => graphql('{"query":"{viewer{id}}"}'), 200],
    ['an error', '/graphql', () => graphql('{"query":"{nonsense}"}'), 400],
    ['no token', '/graphql', () => graphql('{"query":"{viewer{id}}"}', { authorization: '' }), 401],
    [
      'an unknown hash',
      '/graphql',
      () => graphql(JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } } })),
      200,
    ],
    ['a body that cannot be read', '/graphql', () => graphql('{'), 400],
    ['a body that is too large', '/graphql', () => graphql(`"${'x'.repeat(300_000)}"`), 413],
    ['a preflight', '/graphql', () => PREFLIGHT, 204],
    ['no such address', '/nowhere', () => ({}), 404],
    ['an address that is none', '/%zz', () => ({}), 400],
    ['health', '/health', () => ({}), 200],
    ['readiness', '/ready', () => ({}), 200],
    ['metrics', '/metrics', () => ({}), 200],
  ])('%s', async (_what, path, request, status) => {
    const { headers: own, ...init } = await request()
    const sent = { ...init, headers: { ...(own as Record<string, string>), 'x-fapi-interaction-id': INTERACTION_ID } }
    const { headers, ...answer } = await fetch(open.url + path, sent).then((got) => ({
      status: got.status,
      headers: Object.fromEntries(got.headers),
    }))
    expect(answer.status).toBe(status)
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'x-correlation-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-fapi-interaction-id': INTERACTION_ID,
    })
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['server']))
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['x-powered-by']))
  })

  test.each([
    ['no HTTP at all', 'hello 123-45-6789\r\n\r\n', 400],
    ['headers that are too large', `GET /health HTTP/1.1\r\nhost: x\r\nx-large: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
  ])('%s, and nothing of it is repeated', async (_what, sent, status) => {
    const { hostname, port } = new URL(app.url)
    const socket = connect(Number(port), hostname)
    socket.write(sent)
    const answer = await text(socket)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    for (const header of [
      'x-content-type-options: nosniff',
      'cache-control: no-store',
      "content-security-policy: default-src 'none'",
      'x-fapi-interaction-id: ',
    ])
      expect(answer).toContain(header)
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT', correlationId: expect.any(String) } }],
    })
    expect(answer).not.toContain('123-45-6789')
  })

  test('an answer does not echo the address', async () => {
    const answer = await fetch(`${app.url}/%zz123-45-6789`)
    expect(await answer.text()).not.toContain('123-45-6789')
  })
})

test.each([
  ['without a body', '', 200],
  ['with a body, which is not waited for', 'content-length: 1000\r\n', 400],
])('the page of development is asked for %s', async (_what, header, status) => {
  const { hostname, port } = new URL(development.url)
  const socket = connect(Number(port), hostname)
  socket.write(`GET /graphql HTTP/1.1\r\nhost: x\r\naccept: text/html\r\n${header}\r\n`)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  socket.destroy()
})

describe('an interaction id', () => {
  const PERSON = JSON.stringify({ query: `{ person(id: "${ADA.personId}") { status } }` })
  const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'

  test.each(['/graphql', '/graphql/'])('that is no UUID, or is absent, is a new one at %s', async (path) => {
    const echoed = async (headers: Record<string, string>) => {
      const answer = await fetch(app.url + path, await graphql(PERSON, headers))
      const [interaction, correlation] = ['x-fapi-interaction-id', 'x-correlation-id'].map((name) =>
        answer.headers.get(name),
      )
      return { interaction, correlation }
    }
    for (const given of ['123-45-6789', '', TRACE_ID, `${INTERACTION_ID}0`, `${INTERACTION_ID}, ${INTERACTION_ID}`]) {
      const { interaction, correlation } = await echoed({ 'x-fapi-interaction-id': given })
      expect(interaction).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
      expect(interaction).toBe(correlation)
    }
    expect((await echoed({})).interaction).toMatch(/^[0-9a-f-]{36}$/)
    expect(await echoed({ 'x-correlation-id': TRACE_ID })).toEqual({
      interaction: '4bf92f35-77b3-4da6-a3ce-929d0e0e4736',
      correlation: TRACE_ID,
    })
  })

  test.each(['/graphql', '/graphql/'])('is sent to the providers and logged, from %s', async (path) => {
    app.clear()
    await fetch(app.url + path, await graphql(PERSON, { 'x-fapi-interaction-id': INTERACTION_ID }))
    expect(app.recorded('synctera').map(({ headers }) => headers['x-fapi-interaction-id'])).toEqual([INTERACTION_ID])
    expect(app.log()).toContain(`"kyc.interaction.id":"${INTERACTION_ID}"`)
  })

  test('is sent to no provider of which a setting says so', async () => {
    const other = await startApp({ SYNCTERA_INTERACTION_ID: 'off' }, app)
    app.clear()
    await fetch(`${other.url}/graphql`, await graphql(PERSON, { 'x-fapi-interaction-id': INTERACTION_ID }))
    expect(app.recorded('synctera').map(({ headers }) => headers['x-fapi-interaction-id'])).toEqual([undefined])
    await other.close()
  })
})

describe('other origins', () => {
  const allowed = (headers: { get(name: string): string | null }) =>
    ['origin', 'credentials', 'methods', 'headers'].map((name) => headers.get(`access-control-allow-${name}`))

  test('none is allowed by default, by preflight or otherwise', async () => {
    expect(allowed((await fetch(`${app.url}/graphql`, PREFLIGHT)).headers)).toEqual([null, null, null, null])
    expect(
      allowed(
        (await fetch(`${app.url}/graphql`, await graphql('{"query":"{viewer{id}}"}', { origin: ORIGIN }))).headers,
      ),
    ).toEqual([null, null, null, null])
  })

  test('configured origins are allowed by name, without credentials', async () => {
    const { status, headers } = await fetch(`${open.url}/graphql`, PREFLIGHT)
    expect(status).toBe(204)
    expect(allowed(headers)).toEqual([
      ORIGIN,
      null,
      'GET, POST',
      expect.stringMatching(/^content-type, authorization, .*, sentry-trace, x-tenant$/),
    ])
    expect(headers.get('vary')).toContain('Origin')
    const answer = await fetch(`${open.url}/graphql`, await graphql('{"query":"{viewer{id}}"}', { origin: ORIGIN }))
    expect(answer.headers.get('access-control-expose-headers')).toBe(
      'x-correlation-id, x-fapi-interaction-id, retry-after, www-authenticate, dpop-nonce, date',
    )
  })

  test('headers that clients and browser agents send by themselves are allowed', async () => {
    const { headers } = await fetch(`${open.url}/graphql`, PREFLIGHT)
    expect(headers.get('access-control-allow-headers')!.split(', ')).toEqual([
      'content-type',
      'authorization',
      'dpop',
      'x-correlation-id',
      'x-fapi-interaction-id',
      'x-purpose',
      'x-consent-id',
      'x-request-timeout-ms',
      'x-explain',
      'apollo-require-preflight',
      'apollographql-client-name',
      'apollographql-client-version',
      'x-apollo-operation-name',
      'traceparent',
      'tracestate',
      'baggage',
      'sentry-trace',
      'x-tenant',
    ])
  })

  test.each([
    ['http://localhost:5173', true],
    ['https://localhost', true],
    ['http://app.localhost:3000', true],
    ['http://127.0.0.1:8080', true],
    ['http://127.8.9.10', true],
    ['http://[::1]:4321', true],
    ['http://localhost.evil.example', false],
    ['http://127.0.0.1.evil.example', false],
    ['http://evil.example', false],
    ['http://10.0.0.1:3000', false],
    ['file://localhost', false],
    ['null', false],
  ])('%s may call in development: %s, and never elsewhere', async (origin, may) => {
    const preflight = { ...PREFLIGHT, headers: { ...PREFLIGHT.headers, origin } } as RequestInit
    const allowedBy = async (url: string) =>
      (await fetch(`${url}/graphql`, preflight)).headers.get('access-control-allow-origin')
    expect(await allowedBy(development.url)).toBe(may ? origin : null)
    expect(await allowedBy(open.url)).toBeNull()
    expect(await allowedBy(app.url)).toBeNull()
  })

  test.each(['https://evil.example', 'https://app.example.evil.example', 'http://app.example', 'null'])(
    '%s is not, and learns nothing',
    async (origin) => {
      for (const request of [
        { ...PREFLIGHT, headers: { ...PREFLIGHT.headers, origin } },
        await graphql('{"query":"{viewer{id}}"}', { origin }),
      ]) {
        expect(
          (await fetch(`${open.url}/graphql`, request as RequestInit)).headers.get('access-control-allow-origin'),
        ).toBeNull()
      }
    },
  )
})

test("a GET with a token is answered where development's page is, also when it accepts every type", async () => {
  for (const accept of ['*/*', 'application/json, */*;q=0.1']) {
    const answer = await fetch(`${development.url}/graphql?query={viewer{id}}`, {
      headers: { accept, authorization: `Bearer ${await app.token()}`, 'apollo-require-preflight': '1' },
    })
    expect([accept, answer.status]).toEqual([accept, 200])
    expect(await answer.json()).toMatchObject({ data: { viewer: { id: expect.any(String) } } })
  }
})
