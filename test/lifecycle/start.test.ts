import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fetch from 'node-fetch'
import { beforeAll, expect, test } from 'vitest'
import { build, exitOf, run, urlOf } from '../support/build.js'

beforeAll(build, 120_000)

test('refuses to start with every missing setting by name, and no value', async () => {
  const { child, output } = run({ SYNCTERA_URL: 'secret://not-a-url', PORT: '0' })
  expect(await exitOf(child)).toBe(1)
  for (const name of ['AUTH_ISSUER', 'AUTH_AUDIENCE', 'AUTH_JWKS_URL', 'SYNCTERA_URL', 'SYNCTERA_API_KEY'])
    expect(output()).toContain(name)
  expect(output()).not.toContain('secret://')
})

test('refuses to start on an address in use, with one sentence', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { child, output } = run({
    PORT: String((other.address() as AddressInfo).port),
    AUTH_ISSUER: 'https://issuer.example',
    AUTH_AUDIENCE: 'kyc-graph',
    AUTH_JWKS_URL: 'https://issuer.example/jwks',
    SYNCTERA_URL: 'https://api.synctera.example',
    SYNCTERA_API_KEY: 'the-api-key',
  })
  expect(await exitOf(child)).toBe(1)
  expect(
    output().match(/The address is taken: set HOST and PORT, or ADMIN_HOST and ADMIN_PORT, to a free one\./g),
  ).toHaveLength(1)
  other.close()
})

test('starts, is ready, serves, and stops in good order on SIGTERM', async () => {
  const issuer = createServer((_request, response) => response.end('{"keys":[]}')).listen(0, '127.0.0.1')
  await once(issuer, 'listening')
  const jwks = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks`
  const { child, output } = run({
    PORT: '0',
    DRAIN_DELAY_MS: '0',
    AUTH_ISSUER: 'https://issuer.example',
    AUTH_AUDIENCE: 'kyc-graph',
    AUTH_JWKS_URL: jwks,
    SYNCTERA_URL: 'http://127.0.0.1:9',
    SYNCTERA_API_KEY: 'the-api-key',
  })
  const url = await urlOf({ output })
  expect((await fetch(`${url}/ready`)).status).toBe(200)
  const refused = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer a.b.c' },
    body: '{"query":"{viewer{id}}"}',
  })
  expect(refused.status).toBe(401)
  // The development routes are absent.
  for (const [method, path] of [
    ['POST', '/oauth/token'],
    ['GET', '/oauth/jwks'],
    ['GET', '/__emulator/calls'],
    ['POST', '/__emulator/faults'],
  ] as const)
    expect((await fetch(url + path, { method })).status).toBe(404)
  expect(
    (await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } })).headers.get('content-type'),
  ).not.toContain('text/html')
  child.kill('SIGTERM')
  expect(await exitOf(child)).toBe(0)
  expect(output()).not.toContain('the-api-key')
  expect(output()).not.toMatch(/Warning/)
  issuer.close()
})
