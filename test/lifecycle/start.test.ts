import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fetch from 'node-fetch'
import { beforeAll, expect, test } from 'vitest'
import { build, exitOf, program, run, urlOf } from '../support/build.js'

beforeAll(build, 120_000)

test('refuses to start with every missing setting by name, and no value', async () => {
  const { child, output } = run({ SYNCTERA_URL: 'secret://not-a-url', PORT: '0' })
  expect(await exitOf(child)).toBe(1)
  for (const name of ['AUTH_ISSUER', 'AUTH_AUDIENCE', 'SYNCTERA_URL', 'SYNCTERA_API_KEY'])
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

const SETTINGS = {
  PORT: '0',
  AUTH_ISSUER: 'https://issuer.example',
  AUTH_AUDIENCE: 'kyc-graph',
  AUTH_JWKS_URL: 'https://issuer.example/jwks',
  SYNCTERA_URL: 'https://api.synctera.example',
  SYNCTERA_API_KEY: 'the-api-key',
}

test.each<[string, Record<string, string>]>([
  ['HOST', { HOST: '192.0.2.7' }],
  ['ADMIN_HOST', { ADMIN_PORT: '9464', ADMIN_HOST: '192.0.2.7' }],
])('refuses to start on a %s that is no address of the machine, with one sentence', async (_name, settings) => {
  const { child, output } = run({ ...SETTINGS, ...settings })
  expect(await exitOf(child)).toBe(1)
  expect(output().match(/HOST, or ADMIN_HOST, is no address of this machine: set it to/g)).toHaveLength(1)
})

test('warns of a memory store and of a name that is nearly a setting, and checks the same with --check', async () => {
  const settings = { ...SETTINGS, REDIS_ULR: 'redis://127.0.0.1' }
  const started = run(settings)
  await urlOf(started)
  started.child.kill('SIGKILL')
  for (const text of [
    'REDIS_URL is not set: idempotency keys',
    'REDIS_ULR is not a setting: REDIS_URL is probably meant',
  ])
    expect(started.output()).toContain(text)
  const check = (env: Readonly<Record<string, string>>, ...flags: string[]) =>
    spawnSync(process.execPath, [program(), '--check', ...flags], { env, encoding: 'utf8' })
  const { status, stdout } = check(settings, '--json')
  expect([status, (JSON.parse(stdout) as { problems: string[] }).problems]).toEqual([
    1,
    ['REDIS_ULR is not a setting: REDIS_URL is probably meant'],
  ])
  expect(check(SETTINGS)).toMatchObject({ status: 0, stdout: expect.stringContaining('The settings are usable.') })
  expect(check(SETTINGS).stdout).not.toContain('the-api-key')
})

test('SIGUSR1 opens no debugger, and the server goes on', async () => {
  const { child, output } = run({ ...SETTINGS, DRAIN_DELAY_MS: '0' })
  const url = await urlOf({ output })
  child.kill('SIGUSR1')
  for (let i = 0; i < 5; i += 1) expect((await fetch(`${url}/health`)).status).toBe(200)
  child.kill('SIGTERM')
  expect(await exitOf(child)).toBe(0)
  expect(output()).not.toMatch(/debugger|inspector/i)
})

test('starts, is ready, serves, and stops in good order on SIGTERM', async () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const keys = JSON.stringify({ keys: [publicKey.export({ format: 'jwk' })] })
  const issuer = createServer((_request, response) => response.end(keys)).listen(0, '127.0.0.1')
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
  // A start waits two seconds at most for what it needs.
  await expect.poll(async () => (await fetch(`${url}/ready`)).status).toBe(200)
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
