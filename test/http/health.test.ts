import fetch from 'node-fetch'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { errorOrigin } from '../../src/observability/log.js'
import { type App, startApp } from '../support/app.js'

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const JSON_TYPE = { 'content-type': 'application/json' }
const post = async (body: unknown, headers: Record<string, string> = {}, to = app) =>
  fetch(`${to.url}/graphql`, {
    method: 'POST',
    headers: { ...JSON_TYPE, authorization: `Bearer ${await to.token()}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

test('answers liveness, readiness and metrics', async () => {
  expect((await fetch(`${app.url}/health`)).status).toBe(200)
  const ready = await fetch(`${app.url}/ready`)
  expect([ready.status, await ready.json()]).toEqual([
    200,
    {
      status: 'ready',
      reasons: {},
      circuits: Object.fromEntries(Object.keys(app.emulators).map((name) => [name, 'closed'])),
    },
  ])
  await app.run(`{ person(id: "${ADA.personId}") { id } }`)
  const metrics = await (await fetch(`${app.url}/metrics`)).text()
  expect(metrics).toContain(
    'kyc_provider_call_seconds_count{provider="synctera",method="GET",route="/v0/persons/{}",code="ok"}',
  )
  expect(metrics).not.toContain(ADA.personId)
})

test('answers both media types of GraphQL over HTTP', async () => {
  const modern = await post({ query: '{ viewer { id } }' }, { accept: 'application/graphql-response+json' })
  expect(modern.headers.get('content-type')).toContain('application/graphql-response+json')
  const legacy = await post({ query: '{ viewer { id } }' }, { accept: 'application/json' })
  expect(legacy.headers.get('content-type')).toContain('application/json')
})

test('a valid correlation id is kept, and any other is replaced', async () => {
  expect(
    (
      await post({ query: '{ viewer { id } }' }, { 'x-correlation-id': '4bf92f3577b34da6a3ce929d0e0e4736' })
    ).headers.get('x-correlation-id'),
  ).toBe('4bf92f3577b34da6a3ce929d0e0e4736')
  expect(
    (await post({ query: '{ viewer { id } }' }, { 'x-correlation-id': '123-45-6789' })).headers.get('x-correlation-id'),
  ).toMatch(/^[0-9a-f-]{36}$/)
})

test.each<[string, () => Promise<{ status: number; json(): Promise<unknown> }>, number]>([
  ['a body that is too large', () => post({ query: `{ viewer { id } } # ${'x'.repeat(300_000)}` }), 413],
  ['a body that is no JSON', () => post('{"query":'), 400],
  ['a body that says nothing', () => post({}), 400],
  [
    'a form, as another site could send it',
    () => post('query={viewer{id}}', { 'content-type': 'application/x-www-form-urlencoded' }),
    415,
  ],
  ['a batch', () => post([{ query: '{ viewer { id } }' }]), 400],
  [
    'a mutation by GET',
    async () =>
      fetch(
        `${app.url}/graphql?query=${encodeURIComponent('mutation { createPerson(input: { isCustomer: true, status: ACTIVE }) { replayed } }')}`,
        { headers: { authorization: `Bearer ${await app.token()}`, 'apollo-require-preflight': '1' } },
      ),
    405,
  ],
  ['a query by GET that a page could make', () => fetch(`${app.url}/graphql?query={viewer{id}}`), 400],
])('%s is refused in the form of every error', async (_what, send, status) => {
  const response = await send()
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({
    errors: [
      {
        message: expect.any(String),
        extensions: { code: 'BAD_USER_INPUT', retryable: false, correlationId: expect.any(String) },
      },
    ],
  })
})

test('outside development introspection needs schema:read', async () => {
  const query = '{ __schema { queryType { name } } }'
  const { errors } = await app.run(query, undefined, { scopes: ['persons:read', 'pii:read'] })
  expect(errors[0]).toMatchObject({ message: 'This needs the scope schema:read.', extensions: { code: 'FORBIDDEN' } })
  expect((await app.run('{ viewer { __typename } } # __type', undefined, { scopes: [] })).data).toEqual({
    viewer: { __typename: 'Viewer' },
  })
  expect((await app.run(query, undefined, { scopes: ['schema:read'] })).data).toEqual({
    __schema: { queryType: { name: 'Query' } },
  })
  expect(JSON.stringify((await app.run('{ viewer { idd } }')).errors)).not.toContain('Did you mean')
})

test('another origin is allowed only if it is configured', async () => {
  const preflight = (to: App) =>
    fetch(`${to.url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    })
  expect((await preflight(app)).headers.get('access-control-allow-origin')).toBeNull()
  const open = await startApp({ CORS_ORIGINS: 'https://app.example' })
  const allowed = await preflight(open)
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example')
  expect(allowed.headers.get('access-control-allow-headers')).toContain('authorization')
  expect(allowed.headers.get('access-control-allow-headers')).toContain('x-request-timeout-ms')
  await open.close()
})

test('a stopping server finishes running requests and accepts no new ones', async () => {
  const stopping = await startApp()
  stopping.fault('synctera', { match: 'GET /v0/persons/*', fault: 'slow', delayMs: 300 })
  const running = stopping.run(`{ person(id: "${ADA.personId}") { firstName } }`)
  await expect.poll(() => stopping.calls('synctera')).toHaveLength(1)
  const stopped = stopping.close()
  expect((await running).data).toEqual({ person: { firstName: 'Ada' } })
  await stopped
  await expect(fetch(`${stopping.url}/health`)).rejects.toThrow('ECONNREFUSED')
})

test('no log line holds anything personal', async () => {
  await app.run(
    `{ person(id: "${ADA.personId}") { firstName lastName email } persons(filter: { email: "${ADA.email}" }) { nodes { id } } }`,
  )
  await app.run(
    `mutation { createPerson(input: { isCustomer: true, status: ACTIVE, firstName: "Unmistakable", ssn: "987-65-4321" }) { person { id } } }`,
  )
  for (const value of ['Ada', ADA.email, 'Unmistakable', '987-65-4321', 'Bearer'])
    expect(app.log()).not.toContain(value)
  expect(app.log()).toContain('"kyc.route":"/v0/persons"')
})

test('the logged position of an unexpected error does not contain its message, in any form', () => {
  const { kind, at } = errorOrigin(new TypeError('cannot read Ada\n    at Ada Accepted (987-65-4321)\n    at $& home'))
  expect([kind, at.length > 0, /Ada|987|home/.test(at.join())]).toEqual(['TypeError', true, false])
})
