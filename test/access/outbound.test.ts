import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { NO_PROXIES } from '../../datasources/http/proxy.js'
import { discoverJwksUrl } from '../../src/access/discovery.js'
import { readJwks } from '../../src/access/read-jwks.js'
import { askedOf } from '../support/access-paths.js'
import { type App, startApp } from '../support/app.js'
import { createDpopKey } from '../support/dpop.js'
import { ROADS, sendBy } from '../support/roads.js'

// What a token, a proof or an answer names is asked for nothing: a server stands there and counts its requests.

const QUERY = `{ person(id: "${ADA.personId}") { firstName } }`
const ROAD = ROADS[0]!
const TEXT = 'Zyxquu-text-of-another-server'

/** What must not be asked. */
let target: Server
let reached: string[] = []
/** What this server is configured to ask, and which sends it elsewhere. */
let redirecting: Server
let status = 307
let asked: string[] = []
/** The keys of the intruder, which the target would answer with. */
let stranger: Awaited<ReturnType<typeof generateKeyPair>>
let jwk: JWK
let app: App

const originOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

beforeAll(async () => {
  stranger = await generateKeyPair('ES256', { extractable: true })
  jwk = { ...(await exportJWK(stranger.publicKey)), kid: 'stranger', alg: 'ES256' }
  target = createServer((request, response) => {
    reached.push(`${request.method} ${request.url}`)
    const issuer = originOf(target)
    const answer = {
      keys: [jwk],
      issuer,
      jwks_uri: `${issuer}/jwks`,
      active: true,
      allowed: true,
      sub: 'x',
      client_id: 'x',
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  redirecting = createServer((request, response) => {
    asked.push(request.url!)
    const location = `${originOf(target)}${request.url}`
    response.writeHead(status, { location, 'content-type': 'application/json' }).end(JSON.stringify({ error: TEXT }))
  })
  for (const server of [target, redirecting]) await once(server.listen(0, '127.0.0.1'), 'listening')
  app = await startApp()
})
beforeEach(() => {
  app.clear()
  reached = []
  asked = []
})
afterAll(async () => {
  await app.close()
  for (const server of [target, redirecting]) server.close()
})

const claims = () => ({
  iss: app.ground.issuer.issuer,
  aud: 'kyc-graph',
  sub: 'x',
  client_id: 'x',
  scope: 'persons:read',
})
const forged = (header: object, more: object = {}) =>
  new SignJWT({ ...claims(), ...more })
    .setIssuedAt()
    .setExpirationTime('1h')
    .setProtectedHeader({ alg: 'ES256', ...header })
    .sign(stranger.privateKey)
const at = (path: string) => originOf(target) + path

describe('an address that a token names is not asked:', () => {
  test.each<readonly [what: string, token: () => Promise<string>]>([
    ['jku', () => forged({ jku: at('/jwks'), kid: 'stranger' })],
    ['jku beside the kid of the issuer', () => forged({ jku: at('/jwks'), kid: 'development' })],
    ['x5u', () => forged({ x5u: at('/chain.pem'), kid: 'stranger' })],
    ['jwk with a jku', () => forged({ jwk, jku: at('/jwks') })],
    ['a kid that is an address', () => forged({ kid: at('/jwks') })],
    ['an issuer with metadata of its own', () => forged({ kid: 'stranger' }, { iss: originOf(target) })],
    ['a list of issuers', () => forged({ kid: 'stranger' }, { iss: [claims().iss, originOf(target)] })],
    ['a cnf with a jku', () => forged({ kid: 'stranger' }, { cnf: { jku: at('/jwks'), kid: 'stranger' } })],
  ])('%s', async (_what, token) => {
    const answer = await sendBy(ROAD, app.url, QUERY, { authorization: `Bearer ${await token()}` })
    expect([answer.status, reached, askedOf(app)]).toEqual([401, [], []])
  })

  test.each(['jku', 'x5u'])('%s of a proof', async (member) => {
    const key = await createDpopKey()
    const token = await app.token({ claims: { cnf: { jkt: key.thumbprint } } })
    const send = async (header: object) =>
      sendBy(ROAD, app.url, QUERY, {
        authorization: `DPoP ${token}`,
        dpop: await key.proof({ url: `${app.url}/graphql`, token }, {}, { [member]: at('/jwks'), ...header }),
      })
    // Beside the key it counts for nothing; in place of it there is no key.
    expect([(await send({})).status, reached]).toEqual([200, []])
    expect([(await send({ jwk: undefined })).status, reached]).toEqual([401, []])
  })
})

const CODES = [301, 302, 303, 307, 308]
const access = () => ({ proxies: NO_PROXIES, ca: undefined, timeoutMs: 5_000, closed: new AbortController().signal })

describe.each(CODES)('%i', (code) => {
  test.each([
    ['the keys of the issuer', () => readJwks(`${originOf(redirecting)}/jwks`, access())],
    ['the metadata of the issuer', () => discoverJwksUrl(originOf(redirecting), access())],
  ])('takes %s to no other address', async (_what, read) => {
    status = code
    await expect(read()).rejects.toMatchObject({ code: `HTTP_${code}` })
    expect([asked.length, reached]).toEqual([1, []])
  })
})

/** What this server asks for a request; it is unavailable where that sends it elsewhere. */
const ASKED: readonly (readonly [
  what: string,
  settings: () => Record<string, string>,
  token: () => Promise<string>,
])[] = [
  [
    'the introspection endpoint',
    () => ({ AUTH_INTROSPECTION_URL: `${originOf(redirecting)}/introspect` }),
    () => Promise.resolve('opaque-token'),
  ],
  [
    'the register of consents',
    () => ({ CONSENT_URL: `${originOf(redirecting)}/consents`, REQUIRE_CONSENT: 'pii', PURPOSES: 'onboarding' }),
    () => app.token(),
  ],
]

describe.each(ASKED)('%s', (_what, settings, token) => {
  let redirected: App
  beforeAll(async () => {
    redirected = await startApp(settings(), app)
  })
  afterAll(() => redirected.close())

  test.each(CODES)('is not followed to another address by %i, and its text is not passed on', async (code) => {
    status = code
    const authorization = `Bearer ${await token()}`
    const { text } = await sendBy(ROAD, redirected.url, QUERY, {
      authorization,
      'x-purpose': 'onboarding',
      'x-consent-id': `consent-${code}`,
    })
    const { errors } = JSON.parse(text) as { errors: { extensions: { code: string } }[] }
    expect(errors.map(({ extensions }) => extensions.code)).toEqual([
      expect.stringMatching(/^(ISSUER|CONSENT)_UNAVAILABLE$/),
    ])
    expect(asked.length).toBeGreaterThan(0)
    expect([reached, askedOf(app)]).toEqual([[], []])
    expect(text + redirected.log()).not.toContain(TEXT)
    expect(text).not.toContain(originOf(target))
  })
})
