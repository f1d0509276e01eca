import type { ChildProcess } from 'node:child_process'
import fetch from 'node-fetch'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { build, exitOf, run, urlOf } from '../support/build.js'
import { type App, startApp } from '../support/app.js'

/** What graphql-cop (github.com/dolevf/graphql-cop) looks for, made anew from what its checks say they look for. */
let ground: App
let child: ChildProcess
let url: string
beforeAll(async () => {
  build()
  ground = await startApp()
  const started = run({
    ...ground.ground.settings,
    PORT: '0',
    AUTH_ISSUER: ground.ground.issuer.issuer,
    AUTH_AUDIENCE: 'kyc-graph',
    AUTH_JWKS_URL: ground.ground.jwksUrl,
  })
  child = started.child
  url = `${await urlOf(started)}/graphql`
}, 120_000)
afterAll(async () => {
  child.kill('SIGTERM')
  await exitOf(child)
  await ground.close()
})

type Body = any
type Headers = Readonly<Record<string, string>>
type Ask = (sent: object, headers: Headers) => Promise<Body>

const json: Ask = async (sent, headers) =>
  (
    await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(sent),
    })
  ).json()
const byGet = async (query: string, headers: Headers): Promise<Body> =>
  (await fetch(`${url}?${new URLSearchParams({ query }).toString()}`, { headers })).json()
const ask = (query: string, headers: Headers) => json({ query, operationName: 'cop' }, headers)

/** Each answers whether it found something. */
const CHECKS: Readonly<Record<string, (headers: Headers) => Promise<boolean>>> = {
  'alias overloading: a hundred aliases and one': async (headers) =>
    (await ask(`query cop { ${Array.from({ length: 101 }, (_, i) => `alias${i}: __typename`).join(' ')} }`, headers))
      .data?.alias100 !== undefined,
  'batch queries: ten in an array': async (headers) => {
    const answer = await json(
      Array.from({ length: 10 }, () => ({ query: 'query cop { __typename }' })),
      headers,
    )
    return Array.isArray(answer) && answer.length >= 10
  },
  'circular introspection': async (headers) =>
    (await ask(`query cop { __schema { types { ${'fields { type { '.repeat(4)}name${' } }'.repeat(4)} } } }`, headers))
      .data?.__schema?.types !== undefined,
  'directive overloading: an error for each of ten': async (headers) =>
    (await ask(`query cop { __typename ${'@aa'.repeat(10)} }`, headers)).errors?.length === 10,
  'field duplication: one field five hundred times': async (headers) =>
    (await ask(`query cop { ${'__typename '.repeat(500)} }`, headers)).data?.__typename !== undefined,
  'field suggestions': async (headers) =>
    JSON.stringify((await ask('query cop { __schema { directive } }', headers)).errors ?? []).includes('Did you mean'),
  'mutations by GET': async (headers) =>
    (await byGet('mutation cop { __typename }', headers)).data?.__typename !== undefined,
  // A token counts as a header that a page of another site cannot send; what is looked for is a GET that such a page can send.
  'queries by a bare GET': async () => (await byGet('query cop { __typename }', {})).data?.__typename !== undefined,
  'a page to write queries in': async (headers) =>
    /graphiql|graphql[ -]playground|sandbox/i.test(
      await (await fetch(url, { headers: { ...headers, accept: 'text/html' } })).text(),
    ),
  introspection: async (headers) =>
    (await ask('query cop { __schema { types { name fields { name } } } }', headers)).data?.__schema !== undefined,
  'queries in a form': async (headers) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ query: 'query cop { __typename }' }),
    })
    return ((await answer.json()) as Body).data?.__typename !== undefined
  },
  'trace mode': async (headers) =>
    JSON.stringify(await ask('query cop { __typename }', headers))
      .toLowerCase()
      .includes('"tracing"'),
  'unhandled errors': async (headers) =>
    /"(exception|stacktrace)"/i.test(JSON.stringify(await ask('qwerty cop { abc }', headers))),
}

const CALLERS: Readonly<Record<string, () => Promise<Headers>>> = {
  nobody: () => Promise.resolve({}),
  'a caller with every scope but schema:read': async () => ({
    authorization: `Bearer ${await ground.token({ scopes: ['customers:read', 'customers:write', 'persons:read', 'persons:write', 'kyc:read', 'kyc:write', 'pii:read'] })}`,
  }),
}

describe.each(Object.entries(CALLERS))('asked by %s it finds nothing', (_who, headersOf) => {
  test.each(Object.entries(CHECKS))('%s', async (_check, finds) => {
    expect(await finds(await headersOf())).toBe(false)
  })
})

test('the checks get answers: a plain operation succeeds', async () => {
  expect(
    await ask('query cop { __typename }', await CALLERS['a caller with every scope but schema:read']!()),
  ).toMatchObject({ data: { __typename: 'Query' } })
})

test('the development routes are absent', async () => {
  const origin = new URL(url).origin
  for (const [method, path] of [
    ['POST', '/oauth/token'],
    ['GET', '/oauth/jwks'],
    ['GET', '/__emulator/calls'],
    ['POST', '/__emulator/faults'],
  ] as const)
    expect((await fetch(origin + path, { method })).status).toBe(404)
})
