import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import fetch from 'node-fetch'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK, NAMED_PEOPLE, OTHER_BANK } from '../../datasources/emulator/people.js'
import { AUDIENCE } from '../../src/dev/issuer.js'
import { type App, startApp } from '../support/app.js'

let app: App
beforeAll(async () => {
  app = await startApp({ OBP_BANK_IDS: `${BANK},${OTHER_BANK}` })
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const SHORT_KEY = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })
const ENCRYPTION_KEY = {
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  use: 'enc',
}

const QUERY = `{ person(id: "${ADA.personId}") { id } }`

async function forged(change: (jwt: SignJWT) => SignJWT, algorithm = 'ES256'): Promise<string> {
  const { privateKey } = await generateKeyPair(algorithm)
  const jwt = new SignJWT({ scope: 'persons:read' })
    .setProtectedHeader({ alg: algorithm, kid: 'development' })
    .setIssuer('https://issuer.test')
    .setAudience(AUDIENCE)
    .setSubject('mallory')
    .setExpirationTime('1h')
  return change(jwt).sign(privateKey)
}

describe('the whole request is refused with 401, without a provider call', () => {
  test.each<[string, () => Promise<string | null>]>([
    ['without a token', async () => null],
    ['with something that is no token', async () => 'not-a-token'],
    ['with a token of another signer', () => forged((jwt) => jwt)],
    [
      'with an unsigned token',
      async () =>
        new UnsecuredJWT({ scope: 'persons:read' })
          .setIssuer('https://issuer.test')
          .setAudience(AUDIENCE)
          .setSubject('x')
          .setExpirationTime('1h')
          .encode(),
    ],
    ['with a token of another issuer', () => app.token({ claims: { iss: 'https://elsewhere.test' } })],
    ['with a token for another audience', () => app.token({ claims: { aud: 'another-api' } })],
    ['with an expired token', () => app.token({ claims: { exp: 1_000_000_000 } })],
    ['with a token that never ends', () => app.token({ claims: { exp: undefined } })],
    [
      'with a token signed by the public key as if it were a secret',
      async () => {
        const jwks = JSON.stringify(await exportJWK((await generateKeyPair('ES256')).publicKey))
        return new SignJWT({ scope: 'persons:read' })
          .setProtectedHeader({ alg: 'HS256' })
          .setIssuer('https://issuer.test')
          .setAudience(AUDIENCE)
          .setExpirationTime('1h')
          .sign(Buffer.from(jwks))
      },
    ],
  ])('%s', async (_what, tokenOf) => {
    const token = await tokenOf()
    const { status, errors, headers, data } = await app.run(QUERY, undefined, { token })
    expect(status).toBe(401)
    expect(data).toBeUndefined()
    expect(headers.get('www-authenticate')).toBe(
      `Bearer realm="kyc-graph"${token === null ? '' : ', error="invalid_token"'}`,
    )
    expect(errors[0]!.extensions).toMatchObject({
      code: 'UNAUTHENTICATED',
      retryable: false,
      correlationId: expect.any(String),
    })
    expect(app.calls('synctera')).toEqual([])
  })
})

describe('the key set of the issuer', () => {
  const NULLS = { x5c: null, x5t: null, key_ops: null, ext: null, alg: null, use: null }

  test.each<[what: string, change: (keys: readonly object[]) => readonly unknown[]]>([
    ['null among its keys', (keys) => [null, ...keys]],
    ['a text and a list among its keys', (keys) => ['odd', ...keys, []]],
    ['keys of kinds that nobody knows', (keys) => [{ kty: 'XX', kid: 'odd' }, { kid: 'odd' }, { kty: 7 }, ...keys]],
    ['keys that lack their members', (keys) => [{ kty: 'RSA', kid: 'odd' }, { kty: 'EC', crv: 'P-256' }, ...keys]],
    ['null in place of optional members', (keys) => keys.map((key) => ({ ...NULLS, ...key }))],
  ])('with %s is read', async (_what, change) => {
    const { keys } = (await (await fetch(app.ground.jwksUrl)).json()) as { keys: object[] }
    const issuer = createServer((_request, response) => response.end(JSON.stringify({ keys: change(keys) })))
    await once(issuer.listen(0, '127.0.0.1'), 'listening')
    const { port } = issuer.address() as AddressInfo
    const other = await startApp({ AUTH_JWKS_URL: `http://127.0.0.1:${port}/jwks` }, app)
    expect((await other.run(QUERY)).data).toEqual({ person: { id: ADA.personId } })
    await other.close()
    issuer.close()
  })
})

describe("while the issuer's keys cannot be read", () => {
  test.each<[string, string, (response: ServerResponse) => void]>([
    ['because it fails', 'HTTP_500', (response) => response.writeHead(500).end()],
    [
      'because it answers a web page',
      'NOT_JSON',
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>'),
    ],
    [
      'because it answers something else',
      'NO_JWKS',
      (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"keys":7}'),
    ],
    ['because it answers no key that can be read', 'NO_JWKS', (response) => response.end('{"keys":[null,"odd"]}')],
    ['because it answers no key at all', 'NO_JWKS', (response) => response.end('{"keys":[]}')],
    [
      'because it answers only keys that are too short or encrypt',
      'NO_JWKS',
      (response) => response.end(JSON.stringify({ keys: [SHORT_KEY, ENCRYPTION_KEY] })),
    ],
    [
      'because it answers no public key',
      'NO_JWKS',
      (response) => response.end('{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"a"},{"kty":"unknown"},{}]}'),
    ],
    ['because it hangs up', 'UND_ERR_SOCKET', (response) => response.destroy()],
  ])('%s, the request is refused with 503 (%s) and may be repeated; then it is not', async (_why, cause, fail) => {
    let failing = true
    const issuer = createServer((_request, response) => {
      if (failing) fail(response)
      else
        void fetch(app.ground.jwksUrl).then(async (keys) =>
          response.writeHead(200, { 'content-type': 'application/json' }).end(await keys.text()),
        )
    }).listen(0, '127.0.0.1')
    await once(issuer, 'listening')
    const other = await startApp(
      { AUTH_JWKS_URL: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks` },
      app,
    )
    const { status, errors, headers } = await other.run(QUERY)
    expect(status).toBe(503)
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect(headers.get('www-authenticate')).toBeNull()
    expect(errors).toMatchObject([
      {
        message: "The issuer's keys cannot be read at the moment.",
        extensions: { code: 'ISSUER_UNAVAILABLE', retryable: true, retryAfterSeconds: expect.any(Number) },
      },
    ])
    expect(app.calls('synctera')).toEqual([])
    const ready = await fetch(`${other.url}/ready`)
    expect([ready.status, await ready.json()]).toMatchObject([503, { reasons: { issuer: cause } }])
    // Without a token there is nothing that the issuer could say.
    expect((await other.run(QUERY, undefined, { token: null })).status).toBe(401)
    expect((await other.run(QUERY, undefined, { token: 'not-a-token' })).status).toBe(401)
    failing = false
    await expect
      .poll(async () => (await other.run(QUERY)).data?.person, { timeout: 10_000 })
      .toEqual({ id: ADA.personId })
    expect((await fetch(`${other.url}/ready`)).status).toBe(200)
    expect(other.log().match(/dependency is not usable/g)).toHaveLength(1)
    expect(other.log().match(/dependency is usable again/g)).toHaveLength(1)
    await other.close()
    issuer.close()
  })
})

describe('the banks that a token names', () => {
  const OTTO = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Otto')!
  const HERE = { id: ADA.customerId }
  const THERE = { id: OTTO.customerId }
  test.each<[unknown, object | null, object | null]>([
    [undefined, HERE, THERE],
    [[BANK, OTHER_BANK], HERE, THERE],
    [[OTHER_BANK], null, THERE],
    [BANK, HERE, null],
    [`${BANK} ${OTHER_BANK}`, HERE, THERE],
    [`${OTHER_BANK},elsewhere`, null, THERE],
    [[BANK, 7, null], HERE, null],
    [[], null, null],
    ['', null, null],
    [' ', null, null],
    [{}, null, null],
    [{ [BANK]: true, 0: BANK, length: 1 }, null, null],
    [null, null, null],
    [true, null, null],
    [0, null, null],
    ['*', null, null],
    [BANK.slice(0, 8), null, null],
  ])('are %j: nothing else is there', async (banks, here, there) => {
    const both = await app.run(
      `{ here: customer(id: "${ADA.customerId}") { id } there: customer(id: "${OTTO.customerId}", bankId: "${OTHER_BANK}") { id } }`,
      undefined,
      { claims: { banks } },
    )
    expect(both.errors).toEqual([])
    expect(both.data).toEqual({ here, there })
    expect(app.calls('obp')).toHaveLength([here, there].filter(Boolean).length)
  })
})

test('the viewer answers the client and the scopes of the token', async () => {
  const { data } = await app.run('{ viewer { id scopes } }', undefined, {
    client: 'partner',
    scopes: ['persons:read', 'kyc:read'],
  })
  expect(data.viewer).toEqual({ id: 'partner', scopes: ['kyc:read', 'persons:read'] })
})

test('scopes may be in the claim scp', async () => {
  const { data } = await app.run('{ viewer { scopes } }', undefined, { scopes: [], claims: { scp: ['persons:read'] } })
  expect(data.viewer.scopes).toEqual(['persons:read'])
})

describe('without the scope every way to a person is refused', () => {
  const id = ADA.personId
  test.each([
    ['a root field', `{ person(id: "${id}") { id } }`],
    ['an alias', `{ somebody: person(id: "${id}") { id } }`],
    ['a list', '{ persons { nodes { id } } }'],
    ['a fragment', `query { ...F } fragment F on Query { person(id: "${id}") { id } }`],
    [
      'a reference',
      `{ _entities(representations: [{ __typename: "Person", id: "${id}" }]) { ... on Person { firstName } } }`,
    ],
    ['a write', 'mutation { createPerson(input: { isCustomer: true, status: ACTIVE }) { person { id } } }'],
  ])('%s', async (_road, query) => {
    const { errors } = await app.run(query, undefined, { scopes: ['customers:read', 'pii:read'] })
    expect(errors[0]!.extensions.code).toBe('FORBIDDEN')
    expect(app.calls('synctera')).toEqual([])
  })
})

test('a write scope grants the fields of the payload, and no fields that need a read scope', async () => {
  const { data, errors } = await app.run(
    'mutation { createPerson(input: { isCustomer: true, status: ACTIVE }) { person { id verifications { result } } } }',
    undefined,
    { scopes: ['persons:write'] },
  )
  expect(data.createPerson.person).toEqual({ id: expect.any(String), verifications: null })
  expect(errors[0]).toMatchObject({
    path: ['createPerson', 'person', 'verifications'],
    extensions: { code: 'FORBIDDEN' },
  })
})

test('personal values are masked without pii:read', async () => {
  const query = `{ person(id: "${ADA.personId}") { firstName lastName email phoneNumber dateOfBirth ssnLast4 metadata legalAddress { line1 city postalCode countryCode } } }`
  const { data } = await app.run(query, undefined, { scopes: ['persons:read'] })
  expect(data.person).toEqual({
    firstName: 'A•••',
    lastName: 'A•••',
    email: 'a•••',
    phoneNumber: '••••0101',
    dateOfBirth: null,
    ssnLast4: null,
    metadata: null,
    legalAddress: { line1: '1•••', city: 'N•••', postalCode: '1•••', countryCode: 'US' },
  })
  expect((await app.run(query)).data.person).toMatchObject({ firstName: 'Ada', dateOfBirth: ADA.dateOfBirth })
})

test.each([
  ['firstName', '"Ada"'],
  ['lastName', '"Ada"'],
  ['email', '"ada@example.com"'],
  ['phoneNumber', '"+14155550101"'],
  ['ssnLast4', '"0001"'],
  ['status', 'SANCTION'],
])('searching by %s needs pii:read', async (field, value) => {
  const { errors } = await app.run(`{ persons(filter: { ${field}: ${value} }) { nodes { id } } }`, undefined, {
    scopes: ['persons:read'],
  })
  expect(errors[0]).toMatchObject({ message: 'This needs the scope pii:read.', extensions: { code: 'FORBIDDEN' } })
  expect(app.calls('synctera')).toEqual([])
})

test.each(['FIRST_NAME', 'LAST_NAME', 'DATE_OF_BIRTH'])(
  'an order by %s needs pii:read, also where it comes second',
  async (field) => {
    const order = `[{ field: CREATED_AT, direction: ASC }, { field: ${field}, direction: ASC }]`
    const { errors } = await app.run(`{ persons(orderBy: ${order}) { nodes { id } } }`, undefined, {
      scopes: ['persons:read'],
    })
    expect(errors[0]).toMatchObject({ message: 'This needs the scope pii:read.', extensions: { code: 'FORBIDDEN' } })
    expect(app.calls('synctera')).toEqual([])
  },
)

test.each(['CREATED_AT', 'UPDATED_AT'])('an order by %s does not', async (field) => {
  const { errors } = await app.run(
    `{ persons(orderBy: [{ field: ${field}, direction: DESC }]) { nodes { id } } }`,
    undefined,
    { scopes: ['persons:read'] },
  )
  expect(errors).toEqual([])
})
