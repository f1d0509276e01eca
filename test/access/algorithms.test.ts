import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { askedOf } from '../support/access-paths.js'
import { type App, startApp } from '../support/app.js'
import { hashOf } from '../support/dpop.js'
import { startIssuers, type TestIssuer, type TestIssuers } from '../support/issuers.js'
import { ROADS, sendBy } from '../support/roads.js'

const ISS = 'https://own.test'
const AUD = 'kyc-graph'
const QUERY = `{ person(id: "${ADA.personId}") { id } }`
const ROAD = ROADS[0]!
const ALL = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
const FAPI = ['ES256', 'PS256', 'EdDSA', 'Ed25519']
const NARROW = ['PS256', 'EdDSA', 'Ed25519']

interface Pair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}
const ec = (namedCurve: string): Pair => generateKeyPairSync('ec', { namedCurve })

/** Keys by their kid; the issuer publishes all of them. */
const PAIRS = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  p256: ec('prime256v1'),
  p384: ec('secp384r1'),
  p521: ec('secp521r1'),
  ed25519: generateKeyPairSync('ed25519'),
  // Those that no token and no proof may be signed with.
  short: generateKeyPairSync('rsa', { modulusLength: 1024 }),
  nearly: generateKeyPairSync('rsa', { modulusLength: 2047 }),
  koblitz: ec('secp256k1'),
  brainpool: ec('brainpoolP256r1'),
  ed448: generateKeyPairSync('ed448'),
} satisfies Record<string, Pair>
type Kid = keyof typeof PAIRS

const KID_OF: Readonly<Record<string, Kid>> = { RS: 'rsa', PS: 'rsa', Ed: 'ed25519' }
const CURVES: Readonly<Record<string, Kid>> = { ES256: 'p256', ES384: 'p384', ES512: 'p521' }
const kidOf = (algorithm: string): Kid => CURVES[algorithm] ?? KID_OF[algorithm.slice(0, 2)]!
const jwkOf = (kid: Kid): JWK => {
  // Node exports no curve of Brainpool as a JWK: its coordinates are the end of the key.
  if (kid !== 'brainpool') return PAIRS[kid].publicKey.export({ format: 'jwk' })
  const point = PAIRS[kid].publicKey.export({ format: 'der', type: 'spki' }).subarray(-64)
  const [x, y] = [point.subarray(0, 32), point.subarray(32)].map((part) => part.toString('base64url'))
  return { kty: 'EC', crv: 'BP-256', x: x!, y: y! }
}

/** A JWS by any key: jose signs with no weak one. */
function signed(kid: Kid, header: { readonly alg: string }, payload: object): string {
  const text = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const { privateKey: key } = PAIRS[kid]
  const hash = key.asymmetricKeyType?.startsWith('ed') ? null : `sha${header.alg.slice(2, 5)}`
  const padding = header.alg.startsWith('PS') ? { padding: 6, saltLength: Number(header.alg.slice(2)) / 8 } : {}
  const options = { key, ...(key.asymmetricKeyType === 'ec' ? { dsaEncoding: 'ieee-p1363' as const } : padding) }
  return `${text}.${sign(hash, Buffer.from(text), options).toString('base64url')}`
}

let issuers: TestIssuers
let issuer: TestIssuer
/** With the defaults. */
let app: App
/** The other way round: narrow for tokens, wide for proofs. */
let other: App

beforeAll(async () => {
  issuers = await startIssuers()
  issuer = await issuers.open('own')
  issuer.otherKeys.push(...(Object.keys(PAIRS) as Kid[]).map((kid) => ({ ...jwkOf(kid), kid })))
  const own = { AUTH_ISSUER: ISS, AUTH_AUDIENCE: AUD, AUTH_JWKS_URL: issuer.jwksUrl }
  app = await startApp(own)
  other = await startApp({ ...own, AUTH_ALGORITHMS: NARROW.join(', '), AUTH_DPOP_ALGORITHMS: ALL.join(',') }, app)
})
beforeEach(() => app.clear())
afterAll(async () => {
  await other.close()
  await app.close()
  issuers.close()
})

const seconds = () => Math.floor(Date.now() / 1000)
function tokenBy(alg: string, more: object = {}, kid = kidOf(alg)): string {
  const claims = { iss: ISS, aud: AUD, sub: 'user', client_id: 'app', scope: 'persons:read', exp: seconds() + 300 }
  return signed(kid, { alg, ...{ kid } }, { ...claims, iat: seconds(), jti: randomUUID(), ...more })
}

const withBearer = (to: App, token: string) => sendBy(ROAD, to.url, QUERY, { authorization: `Bearer ${token}` })

/** Sends a bound token, which another key has signed, with a proof. */
async function withProof(to: App, alg: string, kid = kidOf(alg)) {
  const jwk = jwkOf(kid)
  const jkt = await calculateJwkThumbprint(jwk)
  const token = tokenBy('PS256', { cnf: { jkt } })
  const proof = { jti: randomUUID(), htm: 'POST', htu: `${to.url}/graphql`, iat: seconds(), ath: hashOf(token) }
  const dpop = signed(kid, { alg, ...{ typ: 'dpop+jwt', jwk } }, proof)
  return sendBy(ROAD, to.url, QUERY, { authorization: `DPoP ${token}`, dpop })
}

const refusedProof = (algorithms: readonly string[]) =>
  [401, `DPoP error="invalid_dpop_proof", algs="${algorithms.join(' ')}"`, []] as const

describe.each(ALL)('%s', (algorithm) => {
  test('signs access tokens, unless AUTH_ALGORITHMS leaves it out', async () => {
    expect((await withBearer(app, tokenBy(algorithm))).status).toBe(200)
    app.clear()
    const { status } = await withBearer(other, tokenBy(algorithm))
    expect(status).toBe(NARROW.includes(algorithm) ? 200 : 401)
    if (status === 401) expect(askedOf(app)).toEqual([])
  })

  test('signs proofs where FAPI 2.0 permits it, or AUTH_DPOP_ALGORITHMS names it', async () => {
    expect((await withProof(other, algorithm)).status).toBe(200)
    app.clear()
    const { status, challenge } = await withProof(app, algorithm)
    if (FAPI.includes(algorithm)) expect(status).toBe(200)
    else expect([status, challenge, askedOf(app)]).toEqual(refusedProof(FAPI))
  })
})

/** Each key with the algorithms that it could be given out for. */
const WEAK: readonly (readonly [what: string, kid: Kid, algorithm: string])[] = [
  ['an RSA key of 1024 bits', 'short', 'RS256'],
  ['an RSA key of 1024 bits, with PSS', 'short', 'PS256'],
  ['an RSA key of 2047 bits', 'nearly', 'PS256'],
  ['the curve secp256k1', 'koblitz', 'ES256K'],
  ['the curve secp256k1, as if it were P-256', 'koblitz', 'ES256'],
  ['a curve of Brainpool', 'brainpool', 'ES256'],
  ['P-256 with the algorithm of another curve', 'p256', 'ES384'],
  ['the curve Ed448', 'ed448', 'EdDSA'],
]

describe.each(WEAK)('%s', (_what, kid, algorithm) => {
  test('signs no access token, also where the issuer publishes it', async () => {
    for (const to of [app, other]) expect((await withBearer(to, tokenBy(algorithm, {}, kid))).status).toBe(401)
    expect(askedOf(app)).toEqual([])
  })

  test('signs no proof', async () => {
    const { status, challenge } = await withProof(other, algorithm, kid)
    expect([status, challenge, askedOf(app)]).toEqual(refusedProof(ALL))
  })
})

test.each([
  ['AUTH_ALGORITHMS', 'HS256'],
  ['AUTH_ALGORITHMS', 'ES256,none'],
  ['AUTH_DPOP_ALGORITHMS', 'ES256K'],
  ['AUTH_DPOP_ALGORITHMS', ','],
])('%s=%s stops the start', async (name, value) => {
  await expect(startApp({ [name]: value }, app)).rejects.toThrow(`${name} must be a comma list of RS256`)
})
