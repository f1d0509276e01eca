import { once } from 'node:events'
import { createServer } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { NO_PROXIES } from '../../datasources/http/proxy.js'
import { discoverJwksUrl, metadataUrls } from '../../src/access/discovery.js'
import { IssuerKeys } from '../../src/access/issuer-keys.js'
import { readConfig } from '../../src/config.js'
import { authority, certificate, type Signed } from '../support/certificates.js'
import { later, today } from '../support/clock.js'

/** What the issuers answer, by path; an address that is not here is 404. */
const answers = new Map<string, { readonly status?: number; readonly body: unknown }>()
let asked: string[] = []
let ca: Signed
let plain: ReturnType<typeof createServer>
let secure: https.Server

beforeAll(async () => {
  ca = await authority('issuer')
  const own = await certificate('localhost', ca)
  const listener: Parameters<typeof createServer>[1] = (request, response) => {
    asked.push(request.url!)
    const { status = 200, body } = answers.get(request.url!) ?? { status: 404, body: {} }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  plain = createServer(listener)
  secure = https.createServer(own, listener)
  for (const server of [plain, secure]) await once(server.listen(0, '127.0.0.1'), 'listening')
})
beforeEach(() => {
  answers.clear()
  asked = []
})
afterAll(() => {
  today()
  for (const server of [plain, secure]) server.close()
})

const portOf = (server: { address: () => unknown }) => (server.address() as AddressInfo).port
const origin = () => `https://127.0.0.1:${portOf(secure)}`
const access = () => ({ proxies: NO_PROXIES, ca: ca.cert, timeoutMs: 2_000, closed: new AbortController().signal })

const OPENID = '/.well-known/openid-configuration'
const OAUTH = '/.well-known/oauth-authorization-server'

test.each([
  ['https://a.test', [`https://a.test${OPENID}`, `https://a.test${OAUTH}`]],
  ['https://a.test/', [`https://a.test${OPENID}`, `https://a.test${OAUTH}`]],
  ['https://a.test/realms/kyc', [`https://a.test/realms/kyc${OPENID}`, `https://a.test${OAUTH}/realms/kyc`]],
])('the metadata of %s', (issuer, urls) => {
  expect(metadataUrls(issuer)).toEqual(urls)
})

describe('the keys are where the metadata say', () => {
  test.each([
    ['of OpenID Connect', '', OPENID],
    ['of an issuer with a slash at its end', '/', OPENID],
    ['of an issuer with a path', '/realms/kyc', `/realms/kyc${OPENID}`],
    ['of RFC 8414, where there are no others', '/tenant', `${OAUTH}/tenant`],
  ])('%s', async (_what, path, at) => {
    const issuer = origin() + path
    answers.set(at, { body: { issuer, jwks_uri: `${origin()}/keys` } })
    expect(await discoverJwksUrl(issuer, access())).toBe(`${origin()}/keys`)
  })

  test.each<readonly [what: string, answer: () => { status?: number; body: unknown }, code: string]>([
    [
      'name another issuer',
      () => ({ body: { issuer: 'https://other.test', jwks_uri: `${origin()}/k` } }),
      'OTHER_ISSUER',
    ],
    [
      'name it with a slash more',
      () => ({ body: { issuer: `${origin()}/`, jwks_uri: `${origin()}/k` } }),
      'OTHER_ISSUER',
    ],
    ['name no issuer', () => ({ body: { jwks_uri: `${origin()}/k` } }), 'OTHER_ISSUER'],
    ['name no keys', () => ({ body: { issuer: origin() } }), 'NO_JWKS_URI'],
    ['name keys by no address', () => ({ body: { issuer: origin(), jwks_uri: '/keys' } }), 'NO_JWKS_URI'],
    [
      'name keys without TLS',
      () => ({ body: { issuer: origin(), jwks_uri: 'http://127.0.0.1/k' } }),
      'JWKS_URI_WITHOUT_TLS',
    ],
    [
      'name keys of another scheme',
      () => ({ body: { issuer: origin(), jwks_uri: 'file:///k' } }),
      'JWKS_URI_WITHOUT_TLS',
    ],
    ['are null', () => ({ body: null }), 'OTHER_ISSUER'],
    ['are a list', () => ({ body: [] }), 'OTHER_ISSUER'],
    ['are away', () => ({ status: 503, body: {} }), 'HTTP_503'],
    ['are moved', () => ({ status: 302, body: {} }), 'HTTP_302'],
  ])('and not where they %s', async (_what, answer, code) => {
    answers.set(OPENID, answer())
    await expect(discoverJwksUrl(origin(), access())).rejects.toMatchObject({ code })
    // Another document is asked for only where this one does not exist.
    expect(asked).toEqual([OPENID])
  })
})

test('keys that were found are used while the metadata cannot be read, and for no longer than stale keys are', async () => {
  const { publicKey } = await generateKeyPair('ES256')
  answers.set(OPENID, { body: { issuer: origin(), jwks_uri: `${origin()}/keys` } })
  answers.set('/keys', { body: { keys: [{ ...(await exportJWK(publicKey)), kid: 'a', alg: 'ES256' }] } })
  const states: unknown[] = []
  const keys = new IssuerKeys({
    source: { issuer: origin() },
    staleMs: 120_000,
    ca: ca.cert,
    report: (cause, isUsable) => states.push([cause, isUsable]),
  })
  const find = async () => (await keys.find({ alg: 'ES256', kid: 'a' }, {} as never)) !== undefined
  expect(await find()).toBe(true)
  expect(asked).toEqual([OPENID, '/keys'])
  answers.set(OPENID, { body: { issuer: 'https://other.test', jwks_uri: `${origin()}/keys` } })
  later(61)
  keys.refreshIfDue()
  await expect.poll(() => states.at(-1)).toEqual(['OTHER_ISSUER', true])
  expect(await find()).toBe(true)
  later(120)
  await expect(find()).rejects.toMatchObject({ code: 'ISSUER_UNAVAILABLE' })
  keys.close()
  today()
})

test.each<readonly [issuer: string, problem: string | undefined]>([
  ['https://issuer.test', undefined],
  ['https://issuer.test/realms/kyc', undefined],
  ['http://issuer.test', 'AUTH_ISSUER would be reached without encryption'],
  ['http://127.0.0.1:9000', 'AUTH_ISSUER is that of development'],
  ['bank', 'AUTH_JWKS_URL is missing; it is needed where AUTH_ISSUER is no http or https URL'],
  ['https://issuer.test/?tenant=a', 'AUTH_ISSUER must be an http or https URL'],
])('without AUTH_JWKS_URL the issuer %s: %s', (AUTH_ISSUER, problem) => {
  const read = () =>
    readConfig({ AUTH_ISSUER, AUTH_AUDIENCE: 'x', SYNCTERA_URL: 'https://synctera.test', SYNCTERA_API_KEY: 'x' })
  if (problem !== undefined) return expect(read).toThrow(problem)
  expect(read().auth.issuers[0]!.keys).toBe('discovered')
})

test('an issuer that is missing is told as that alone', () => {
  const read = () => readConfig({ AUTH_AUDIENCE: 'x', SYNCTERA_URL: 'https://synctera.test', SYNCTERA_API_KEY: 'x' })
  expect(read).toThrow('AUTH_ISSUER is missing')
  expect(read).not.toThrow('AUTH_JWKS_URL')
})
