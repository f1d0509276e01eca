import { once } from 'node:events'
import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http'
import { type AddressInfo, Socket } from 'node:net'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createAuthenticator } from '../../src/access/authenticate.js'
import { Issuers } from '../../src/access/issuers.js'
import { Refusals } from '../../src/access/refusals.js'
import { createSenderConstraint } from '../../src/access/sender-constraint.js'
import { readConfig } from '../../src/config.js'
import { trustOf } from '../../src/http/client-address.js'
import { openStore } from '../../src/store/open-store.js'
import { later, setClock, today } from '../support/clock.js'
import { keysOf } from '../support/keys.js'

const ISSUER = 'https://issuer.test'
const AUDIENCE = 'kyc-graph'

let issuer: Server
let published: JWK[]
let away: boolean
let asked: number
let issuers: Issuers | undefined
let sign: (claims?: { sub?: string; exp?: number; nbf?: number }) => Promise<string>
let verifications: () => number
let open: (most?: number) => (token: string) => Promise<unknown>

const seconds = () => Math.floor(Date.now() / 1000)

beforeEach(async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  published = [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }]
  away = false
  asked = 0
  issuer = createServer((_request, response) => {
    asked += 1
    response
      .writeHead(away ? 503 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ keys: published }))
  }).listen(0, '127.0.0.1')
  await once(issuer, 'listening')
  sign = ({ sub = 'somebody', exp = seconds() + 3600, ...more } = {}) =>
    new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub, iat: seconds(), exp, ...more })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .sign(privateKey)
  const verify = vi.spyOn(crypto.subtle, 'verify')
  verifications = () => verify.mock.calls.length
  open = (most) => {
    const config = readConfig({
      AUTH_ISSUER: ISSUER,
      AUTH_AUDIENCE: AUDIENCE,
      AUTH_JWKS_URL: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks`,
      SYNCTERA_URL: 'http://127.0.0.1:9',
      SYNCTERA_API_KEY: 'key',
    })
    issuers = new Issuers(config)
    issuers.start()
    const refusals = new Refusals(config.auth)
    const { store } = openStore(config, keysOf(), () => undefined)
    const constraint = createSenderConstraint(config, { refusals, store, trusts: trustOf(0) })
    const authenticate = createAuthenticator({ issuers, refusals, constraint, maxCached: most })
    return async (token) => {
      const request = new IncomingMessage(new Socket())
      request.headers.authorization = `Bearer ${token}`
      return authenticate(request, new ServerResponse(request))
    }
  }
})
afterEach(() => {
  today()
  void issuers?.close()
  issuer.closeAllConnections()
  issuer.close()
})

/** Asks until the first answer that was made of the issuer's keys of now has come in. */
async function settled(authenticate: (token: string) => Promise<unknown>): Promise<void> {
  await authenticate(await sign({ sub: 'first' }))
  await new Promise(setImmediate)
}

test('a repeated token answers the same caller without verification, and another token is verified', async () => {
  const authenticate = open()
  await settled(authenticate)
  const [mine, yours] = [await sign(), await sign({ sub: 'another' })]
  const before = verifications()
  const first = await authenticate(mine)
  expect(first).toMatchObject({ subject: 'somebody' })
  expect(await authenticate(mine)).toBe(first)
  expect(verifications() - before).toBe(1)
  expect(await authenticate(yours)).toMatchObject({ subject: 'another' })
  expect(verifications() - before).toBe(2)
  for (const [i, letter] of [...mine].entries()) {
    if (i % 41 === 0)
      await expect(
        authenticate(`${mine.slice(0, i)}${letter === 'A' ? 'B' : 'A'}${mine.slice(i + 1)}`),
      ).rejects.toThrow('The token is not valid here.')
  }
})

test('a cached token is refused from the second of its expiry', async () => {
  const authenticate = open()
  await settled(authenticate)
  const exp = seconds() + 30
  const token = await sign({ exp })
  const known = await authenticate(token)
  // Five seconds of clocks that differ are granted, remembered or not.
  later(exp + 5 - seconds() - 2)
  expect(await authenticate(token)).toEqual(known)
  later(exp + 5 - seconds())
  await expect(authenticate(token)).rejects.toMatchObject({
    message: 'The token has expired.',
    code: 'UNAUTHENTICATED',
  })
})

test('a token is verified each time in its last seconds', async () => {
  const authenticate = open()
  await settled(authenticate)
  const token = await sign({ exp: seconds() + 10 })
  await authenticate(token)
  later(12)
  const before = verifications()
  await authenticate(token)
  await authenticate(token)
  expect(verifications() - before).toBe(2)
})

test('a token is verified again after a minute', async () => {
  const authenticate = open()
  await settled(authenticate)
  const token = await sign()
  await authenticate(token)
  const before = verifications()
  later(58)
  await authenticate(token)
  expect(verifications() - before).toBe(0)
  later(3)
  await authenticate(token)
  expect(verifications() - before).toBe(1)
})

test('a token of a revoked key is refused a minute later, and one request fetches the keys', async () => {
  const authenticate = open()
  await settled(authenticate)
  const token = await sign()
  await authenticate(token)
  const { publicKey } = await generateKeyPair('ES256')
  published = [{ ...(await exportJWK(publicKey)), kid: 'two', alg: 'ES256' }]
  const before = asked
  later(61)
  await Promise.all(Array.from({ length: 20 }, () => authenticate(token).catch(() => undefined)))
  await expect
    .poll(() => authenticate(token).catch((error: Error) => error.message))
    .toBe('The token is not valid here.')
  expect(asked - before).toBe(1)
})

test('a new key is known a few seconds after it is used, also where the clock was set back an hour', async () => {
  const authenticate = open()
  await settled(authenticate)
  await authenticate(await sign())
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  published = [...published, { ...(await exportJWK(publicKey)), kid: 'two', alg: 'ES256' }]
  setClock(-3_600)
  later(6)
  const token = await new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: 'x', iat: seconds(), exp: seconds() + 60 })
    .setProtectedHeader({ alg: 'ES256', kid: 'two' })
    .sign(privateKey)
  expect(await authenticate(token)).toMatchObject({ subject: 'x' })
})

test('while the issuer is down, tokens are verified with the cached keys', async () => {
  const authenticate = open()
  await settled(authenticate)
  const token = await sign()
  away = true
  for (let minute = 0; minute < 5; minute += 1) {
    later(61)
    expect(await authenticate(token)).toMatchObject({ subject: 'somebody' })
  }
})

test('while the issuer is down, keys are used for an hour, and a token of a key that may be new is not judged', async () => {
  const authenticate = open()
  await settled(authenticate)
  const token = await sign()
  const { privateKey } = await generateKeyPair('ES256')
  const unknown = await new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: 'x', iat: seconds(), exp: seconds() + 36_000 })
    .setProtectedHeader({ alg: 'ES256', kid: 'two' })
    .sign(privateKey)
  later(10)
  await expect(authenticate(unknown)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  away = true
  later(61)
  await authenticate(token)
  await expect
    .poll(() => authenticate(unknown).catch((error: { code: string }) => error.code))
    .toBe('ISSUER_UNAVAILABLE')
  // Random key ids do not become requests.
  const before = asked
  for (let i = 0; i < 20; i += 1)
    await expect(authenticate(unknown)).rejects.toMatchObject({ code: 'ISSUER_UNAVAILABLE' })
  expect(asked - before).toBeLessThanOrEqual(1)
  later(3_400)
  expect(await authenticate(await sign({ exp: seconds() + 3600 }))).toMatchObject({ subject: 'somebody' })
  later(200)
  await expect(authenticate(await sign({ exp: seconds() + 3600 }))).rejects.toMatchObject({
    code: 'ISSUER_UNAVAILABLE',
    extensions: { retryAfterSeconds: 1 },
  })
  away = false
  later(2)
  expect(await authenticate(await sign({ exp: seconds() + 3600 }))).toMatchObject({ subject: 'somebody' })
})

test('the cache of callers is bounded, and evicts the least recently used', async () => {
  const authenticate = open(2)
  await settled(authenticate)
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((sub) => sign({ sub })))
  const costs = async (token: string) => {
    const before = verifications()
    await authenticate(token)
    return verifications() - before
  }
  expect([await costs(a!), await costs(b!), await costs(a!), await costs(c!)]).toEqual([1, 1, 0, 1])
  expect([await costs(a!), await costs(c!), await costs(b!)]).toEqual([0, 0, 1])
})

test('a refused token is not cached', async () => {
  const authenticate = open()
  await settled(authenticate)
  const token = await sign({ nbf: seconds() + 20 })
  await expect(authenticate(token)).rejects.toThrow('The token is not valid here.')
  later(21)
  expect(await authenticate(token)).toMatchObject({ subject: 'somebody' })
})
