import { randomUUID } from 'node:crypto'
import { generateKeyPair, exportJWK, SignJWT, UnsecuredJWT } from 'jose'
import fetch from 'node-fetch'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { type App, startApp } from '../support/app.js'
import { createDpopKey, type DpopKey, hashOf } from '../support/dpop.js'
import { startIssuers, type TestIssuer, type TestIssuers } from '../support/issuers.js'
import { askedOf } from '../support/access-paths.js'
import { type Road, ROADS, sendBy } from '../support/roads.js'

const ISS = 'https://own.test'
const AUD = 'kyc-graph'
const QUERY = `{ person(id: "${ADA.personId}") { id } }`

let issuers: TestIssuers
let own: TestIssuer
let app: App
let key: DpopKey
let otherKey: DpopKey

beforeAll(async () => {
  issuers = await startIssuers()
  own = await issuers.open('own')
  ;[key, otherKey] = await Promise.all([createDpopKey(), createDpopKey()])
  app = await startApp({ AUTH_ISSUER: ISS, AUTH_AUDIENCE: AUD, AUTH_JWKS_URL: own.jwksUrl })
})
beforeEach(() => app.clear())
afterAll(async () => {
  await app.close()
  issuers.close()
})

const seconds = () => Math.floor(Date.now() / 1000)
const CLAIMS = { iss: ISS, aud: AUD, sub: 'mallory', client_id: 'app', scope: 'persons:read pii:read' }
const sign = (claims: object = {}, header: object = {}) => own.sign({ ...CLAIMS, ...claims }, header)
const bound = () => sign({ cnf: { jkt: key.thumbprint } })
const urlOf = ({ path }: Road) => app.url + path

/** The headers of a request by a road. */
type Forgery = (road: Road) => Promise<Record<string, string>>
type Proof = (road: Road, token: string) => Promise<string>

const bearer =
  (token: () => Promise<string>): Forgery =>
  async () => ({ authorization: `Bearer ${await token()}` })

/** A bound token with a proof. */
const dpop =
  (proof: Proof, token = bound): Forgery =>
  async (road) => {
    const value = await token()
    return { authorization: `DPoP ${value}`, dpop: await proof(road, value) }
  }
/** A proof by the key of the token, with a change of its claims or header, or of the request that it is for. */
const proved =
  (claims: object = {}, header: () => object = () => ({}), of: object = {}): Proof =>
  (road, token) =>
    key.proof({ method: road.method, url: urlOf(road), token, ...of }, claims, header())

/** A proof by a stranger. */
const provedByOther =
  (header: () => object = () => ({})): Proof =>
  (road, token) =>
    otherKey.proof({ method: road.method, url: urlOf(road), token }, {}, header())

async function byStranger(header: object = {}, claims: object = {}): Promise<string> {
  const { privateKey } = await generateKeyPair('ES256')
  return new SignJWT({ ...CLAIMS, iat: seconds(), exp: seconds() + 3600, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'own-key', ...header })
    .sign(privateKey)
}

async function withOwnJwk(): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  return new SignJWT({ ...CLAIMS, iat: seconds(), exp: seconds() + 3600 })
    .setProtectedHeader({ alg: 'ES256', jwk: await exportJWK(publicKey) })
    .sign(privateKey)
}

const byPublicKey = (): Promise<string> =>
  new SignJWT({ ...CLAIMS, iat: seconds(), exp: seconds() + 3600 })
    .setProtectedHeader({ alg: 'HS256', kid: 'own-key' })
    .sign(Buffer.from(JSON.stringify(own.publicKey).padEnd(64)))

const bySecret: Proof = ({ method, ...road }, token) =>
  new SignJWT({ jti: randomUUID(), htm: method, htu: app.url + road.path, iat: seconds(), ath: hashOf(token) })
    .setProtectedHeader({
      alg: 'HS256',
      typ: 'dpop+jwt',
      jwk: { kty: 'oct', ...{ k: Buffer.alloc(32, 1).toString('base64url') } },
    })
    .sign(Buffer.alloc(32, 1))

/** A good proof whose header says that there is no signature. */
const unsigned: Proof = async (road, token) => {
  const [, claims] = (await proved()(road, token)).split('.')
  const header = JSON.stringify({ alg: 'none', typ: 'dpop+jwt', jwk: key.publicJwk })
  return `${Buffer.from(header).toString('base64url')}.${claims}.AA`
}

const altered = (token: string): string => {
  const [header, , signature] = token.split('.')
  return [header, Buffer.from(JSON.stringify({ ...CLAIMS, exp: seconds() + 9 })).toString('base64url'), signature].join(
    '.',
  )
}

const BEARER: readonly (readonly [string, Forgery])[] = [
  ['no token', async () => ({})],
  ['another scheme', async () => ({ authorization: `Basic ${await sign()}` })],
  ['something that is no token', bearer(async () => 'nothing')],
  ['alg none', bearer(async () => new UnsecuredJWT({ ...CLAIMS, iat: seconds(), exp: seconds() + 9 }).encode())],
  ['HS256 with the public key as the secret', bearer(byPublicKey)],
  ['the key of a stranger under the known kid', bearer(byStranger)],
  ['a kid that is a path', bearer(() => byStranger({ kid: '../../../../dev/null' }))],
  ['a kid that is SQL', bearer(() => byStranger({ kid: "x' UNION SELECT 'key" }))],
  ['an embedded jwk', bearer(withOwnJwk)],
  ['a jku', bearer(() => byStranger({ jku: `${own.jwksUrl}?evil` }))],
  ['an x5u', bearer(() => byStranger({ x5u: own.jwksUrl }))],
  ['an unknown crit', bearer(() => sign({}, { crit: ['x-unknown'], 'x-unknown': 1 }))],
  ['other claims under a known signature', bearer(async () => altered(await sign()))],
  ['another issuer', bearer(() => sign({ iss: 'https://elsewhere.test' }))],
  ['an issuer that is a list', bearer(() => sign({ iss: [ISS] }))],
  ['no issuer', bearer(() => sign({ iss: undefined }))],
  ['another audience', bearer(() => sign({ aud: 'another-api' }))],
  ['no audience', bearer(() => sign({ aud: undefined }))],
  ['an end in the past', bearer(() => sign({ iat: seconds() - 7200, exp: seconds() - 3600 }))],
  ['no end', bearer(() => sign({ exp: undefined }))],
  ['an end in ten years', bearer(() => sign({ exp: seconds() + 315_360_000 }))],
  ['no time of issue', bearer(() => sign({ iat: undefined }))],
  ['a time of issue in the future', bearer(() => sign({ iat: seconds() + 600 }))],
  ['a beginning in the future', bearer(() => sign({ nbf: seconds() + 600 }))],
  ['the type of a logout token', bearer(() => sign({}, { typ: 'logout+jwt' }))],
  ['the type of a proof', bearer(() => sign({}, { typ: 'dpop+jwt' }))],
  ['the type of an introspection answer', bearer(() => sign({}, { typ: 'token-introspection+jwt' }))],
  ['the type of a security event', bearer(() => sign({}, { typ: 'application/secevent+jwt' }))],
  ['a type that is a list', bearer(() => sign({}, { typ: ['JWT'] }))],
  ['the nonce of an ID token', bearer(() => sign({ nonce: 'n-1' }))],
  ['the at_hash of an ID token', bearer(() => sign({ at_hash: 'h' }, { typ: 'JWT' }))],
  ['the events of a logout token', bearer(() => sign({ events: {} }))],
  ['the claim typ of a refresh token', bearer(() => sign({ typ: 'Refresh' }))],
  ['the claim token_use of an ID token', bearer(() => sign({ token_use: 'id' }))],
  ['a client that is no text', bearer(() => sign({ client_id: { id: 'app' } }))],
  ['a tenant that is no text', bearer(() => sign({ tenant: ['acme'] }))],
  ['a subject that is no text', bearer(() => sign({ sub: 7 }))],
  ['a subject that is no well-formed text', bearer(() => sign({ sub: 'mallory\ud800' }))],
  ['an actor that is a text', bearer(() => sign({ act: 'admin' }))],
  ['an actor without a name', bearer(() => sign({ act: { iss: ISS } }))],
  ['the type DPoP without a key', bearer(() => sign({ typ: 'DPoP' }))],
  ['nobody', bearer(() => sign({ sub: undefined, client_id: undefined }))],
  ['an empty cnf', bearer(() => sign({ cnf: {} }))],
  ['a cnf that is null', bearer(() => sign({ cnf: null }))],
  ['a cnf that is a text', bearer(() => sign({ cnf: 'none' }))],
  ['a cnf with a kid', bearer(() => sign({ cnf: { kid: 'k' } }))],
  ['a cnf with a jwk', bearer(() => sign({ cnf: { jwk: key.publicJwk } }))],
  ['a certificate that is not shown', bearer(() => sign({ cnf: { 'x5t#S256': key.thumbprint } }))],
]

const BOUND: readonly (readonly [string, Forgery])[] = [
  ['a bound token as a bearer token', bearer(bound)],
  [
    'a bound token as a bearer token, with a proof',
    async (road) => {
      const token = await bound()
      return { authorization: `Bearer ${token}`, dpop: await proved()(road, token) }
    },
  ],
  ['an unbound token with the scheme DPoP', dpop(proved(), () => sign())],
  ['a further member of cnf', dpop(proved(), () => sign({ cnf: { jkt: key.thumbprint, kid: 'k' } }))],
  ['a thumbprint that is no hash', dpop(proved(), () => sign({ cnf: { jkt: 'short' } }))],
  [
    'a certificate beside the key, not shown',
    dpop(proved(), () => sign({ cnf: { jkt: key.thumbprint, 'x5t#S256': key.thumbprint } })),
  ],
  ['no proof', async () => ({ authorization: `DPoP ${await bound()}` })],
  ['something that is no proof', dpop(async () => 'nothing')],
  ['two proofs', dpop(async (road, token) => `${await proved()(road, token)}, ${await proved()(road, token)}`)],
  ['the token as its proof', dpop(async (_road, token) => token)],
  ['the proof of another key', dpop(provedByOther())],
  ['the public key of the token, signed by another', dpop(provedByOther(() => ({ jwk: key.publicJwk })))],
  ['the private key in the proof', dpop(proved({}, () => ({ jwk: key.privateJwk })))],
  ['no key in the proof', dpop(proved({}, () => ({ jwk: undefined })))],
  ['a kid in place of the key', dpop(proved({}, () => ({ jwk: undefined, kid: key.thumbprint })))],
  ['a key that is a list', dpop(proved({}, () => ({ jwk: [key.publicJwk] })))],
  ['a symmetric alg', dpop(bySecret)],
  ['alg none', dpop(unsigned)],
  ['an unknown crit of the proof', dpop(proved({}, () => ({ crit: ['x-unknown'], 'x-unknown': 1 })))],
  ['the type JWT', dpop(proved({}, () => ({ typ: 'JWT' })))],
  ['no type', dpop(proved({}, () => ({ typ: undefined })))],
  ['another method', dpop(proved({ htm: 'PUT' }))],
  ['a method in lower case', dpop(proved({ htm: 'post' }))],
  ['no method', dpop(proved({ htm: undefined }))],
  ['another host', dpop(proved({ htu: 'http://elsewhere.test/graphql' }))],
  ['another path', dpop((road, token) => proved({ htu: `${urlOf(road)}/x` })(road, token))],
  ['another scheme', dpop((road, token) => proved({ htu: urlOf(road).replace('http:', 'https:') })(road, token))],
  [
    'credentials in the address',
    dpop((road, token) => proved({ htu: urlOf(road).replace('//', '//a:b@') })(road, token)),
  ],
  ['a path alone', dpop(proved({ htu: '/graphql' }))],
  ['no address', dpop(proved({ htu: undefined }))],
  ['the hash of another token', dpop(proved({ ath: hashOf('another') }))],
  ['no hash of the token', dpop(proved({ ath: undefined }))],
  ['an old proof', dpop((road, token) => proved({ iat: seconds() - 90 })(road, token))],
  ['a proof of the future', dpop((road, token) => proved({ iat: seconds() + 90 })(road, token))],
  ['a proof without time', dpop(proved({ iat: undefined }))],
  ['a time that is a text', dpop((road, token) => proved({ iat: String(seconds()) })(road, token))],
  ['a proof that has ended', dpop((road, token) => proved({ exp: seconds() - 90 })(road, token))],
  ['a proof that has not begun', dpop((road, token) => proved({ nbf: seconds() + 90 })(road, token))],
  ['no jti', dpop(proved({ jti: undefined }))],
  ['an empty jti', dpop(proved({ jti: '' }))],
  ['a jti that is a number', dpop(proved({ jti: 7 }))],
]

describe('every forgery is 401 on every road, without a provider call', () => {
  test.each([...BEARER, ...BOUND])('%s', async (_what, forge) => {
    for (const road of ROADS) {
      const { status, challenge, text } = await sendBy(road, app.url, QUERY, await forge(road))
      expect([road.name, status]).toEqual([road.name, 401])
      expect(challenge).toMatch(
        /^(Bearer realm="kyc-graph"(, error="invalid_token")?$|DPoP error="invalid_(token|dpop_proof)", algs="ES256 )/,
      )
      expect(JSON.parse(text)).toMatchObject({
        errors: [{ extensions: { code: 'UNAUTHENTICATED', retryable: false } }],
      })
    }
    expect(askedOf(app)).toEqual([])
  })
})

describe('on every road', () => {
  test.each(ROADS)('$name: a bearer token and a bound token with its proof are let in', async (road) => {
    const results = await Promise.all(
      [bearer(sign), dpop(proved())].map(async (make) => sendBy(road, app.url, QUERY, await make(road))),
    )
    expect(results.map(({ status }) => status)).toEqual([road.status, road.status])
  })

  test.each(ROADS)('$name: a proof is taken once', async (road) => {
    const headers = await dpop(proved())(road)
    await sendBy(road, app.url, QUERY, headers)
    app.clear()
    for (const again of ROADS.filter(({ method, path }) => method === road.method && path === road.path)) {
      const { status, challenge } = await sendBy(again, app.url, QUERY, headers)
      expect([status, challenge]).toEqual([401, expect.stringMatching(/^DPoP error="invalid_dpop_proof"/)])
    }
    expect(askedOf(app)).toEqual([])
  })
})

test('nothing of a token or a proof is in the log, the trail or the metrics', async () => {
  const road = ROADS[0]!
  const headers = await dpop(proved({ jti: 'jti-that-is-looked-for' }))(road)
  await sendBy(road, app.url, QUERY, headers)
  await sendBy(road, app.url, QUERY, headers)
  const written = app.log() + app.audit() + (await (await fetch(`${app.url}/metrics`)).text())
  for (const secret of [
    headers['authorization']!.slice(-40),
    headers['dpop']!.slice(-40),
    'jti-that-is-looked-for',
    key.thumbprint,
  ])
    expect(written).not.toContain(secret)
})
