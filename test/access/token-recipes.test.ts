import { once } from 'node:events'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { type App, startApp } from '../support/app.js'
import { later, today } from '../support/clock.js'
import { createDpopKey } from '../support/dpop.js'
import { startIssuers, type TestIssuer, type TestIssuers } from '../support/issuers.js'

type Entry = Readonly<Record<string, string>>

/** The recipes of `docs/tokens.md`, by their headings. */
const recipes = new Map(
  [...readFileSync('docs/tokens.md', 'utf8').matchAll(/### (.+)\n\n[^#]*?```json\n([^`]+)```/g)].map(
    ([, title, text]) => [title!, JSON.parse(text!) as Entry],
  ),
)
const PARTNER = 'https://sso.partner.test'

let issuers: TestIssuers
let opened: Map<string, TestIssuer>
let app: App

const seconds = () => Math.floor(Date.now() / 1000)

/** A recipe as it stands in the docs, with addresses of this machine. */
const entryOf = (title: string, entry: Entry): Entry => ({
  ...entry,
  ...('AUTH_JWKS_URL' in entry ? { AUTH_JWKS_URL: opened.get(title)!.jwksUrl } : {}),
  ...('AUTH_INTROSPECTION_URL' in entry ? { AUTH_INTROSPECTION_URL: opened.get(title)!.introspectionUrl } : {}),
})

beforeAll(async () => {
  issuers = await startIssuers()
  opened = new Map()
  for (const title of [...recipes.keys(), 'Partner'])
    opened.set(title, await issuers.open(title.replace(/\W/g, ''), title === 'Ory Hydra' ? 'RS256' : 'ES256'))
  const partner: Entry = {
    AUTH_ISSUER: PARTNER,
    AUTH_AUDIENCE: 'kyc-graph',
    AUTH_JWKS_URL: '',
    AUTH_TENANTS: 'shared',
    AUTH_INTROSPECTION_CACHE_SECONDS: '60',
  }
  const file = join(mkdtempSync(join(tmpdir(), 'kyc-issuers-')), 'issuers.json')
  const entries = [...recipes, ['Partner', partner] as const].map(([title, entry]) => entryOf(title, entry))
  writeFileSync(file, JSON.stringify(entries))
  app = await startApp({ AUTH_ISSUERS_FILE: file })
})
beforeEach(() => app.clear())
afterAll(async () => {
  today()
  await app.close()
  issuers.close()
})

const VIEWER = '{ viewer { id scopes } }'
const NAMES = ['customers:read', 'persons:read']

interface Form {
  readonly claims: object
  readonly header?: object
  /** Whom the token names. */
  readonly id: string
  /** A token of the same issuer that is no access token. */
  readonly other: { readonly claims: object; readonly header?: object }
}

/** Tokens in the form that each issuer gives them. */
const FORMS: Readonly<Record<string, Form>> = {
  Keycloak: {
    claims: {
      aud: ['kyc-graph', 'account'],
      typ: 'Bearer',
      azp: 'onboarding',
      sub: 'f1c3',
      scope: 'openid persons:read customers:read',
      realm_access: { roles: ['offline_access'] },
    },
    header: { typ: 'JWT' },
    id: 'f1c3',
    other: { claims: { typ: 'ID', azp: 'onboarding', sub: 'f1c3', aud: 'kyc-graph', at_hash: 'h' } },
  },
  Auth0: {
    claims: {
      aud: ['https://kyc.bank.example', 'https://bank.eu.auth0.com/userinfo'],
      azp: 'app1',
      sub: 'auth0|7',
      scope: 'openid profile',
      permissions: NAMES,
    },
    header: { typ: 'JWT' },
    id: 'auth0|7',
    other: { claims: { aud: 'app1', sub: 'auth0|7', nonce: 'n' } },
  },
  'Entra ID': {
    claims: {
      aud: '6f8b1c9e-0000-4000-8000-000000000002',
      azp: 'service',
      oid: 'o-1',
      sub: 'pairwise',
      tid: 't-1',
      ver: '2.0',
      roles: ['persons:read'],
      scp: 'customers:read',
    },
    header: { typ: 'JWT' },
    id: 'o-1',
    other: { claims: { aud: '00000003-0000-0000-c000-000000000000', azp: 'service', oid: 'o-1', roles: NAMES } },
  },
  Okta: {
    claims: { aud: 'api://kyc-graph', cid: '0oa1', uid: '00u1', sub: 'ada@bank.example', scp: NAMES, ver: 1 },
    id: 'ada@bank.example',
    other: { claims: { aud: '0oa1', sub: '00u1', at_hash: 'h', nonce: 'n' } },
  },
  Cognito: {
    claims: {
      client_id: '1example23456789',
      token_use: 'access',
      sub: 'c-1',
      username: 'ada',
      scope: 'kyc-graph/persons:read kyc-graph/customers:read other/persons:write aws.cognito.signin.user.admin',
    },
    id: 'c-1',
    other: { claims: { aud: '1example23456789', token_use: 'id', sub: 'c-1' } },
  },
  'Duende IdentityServer': {
    claims: { aud: 'kyc-graph', client_id: 'spa', sub: 'd-1', scope: ['openid', ...NAMES], nbf: seconds() - 5 },
    header: { typ: 'at+jwt' },
    id: 'd-1',
    other: { claims: { aud: 'kyc-graph', client_id: 'spa', sub: 'd-1', scope: NAMES }, header: { typ: 'JWT' } },
  },
  'Ory Hydra': {
    claims: { aud: ['kyc-graph'], client_id: 'h-app', sub: 'h-1', scp: NAMES, ext: {} },
    header: { typ: 'JWT' },
    id: 'h-1',
    other: { claims: { aud: ['h-app'], sub: 'h-1', nonce: 'n', at_hash: 'h' } },
  },
}

const signedBy = (title: string, { claims, header }: Pick<Form, 'claims' | 'header'>, by = title): Promise<string> =>
  opened.get(by)!.sign({ iss: recipes.get(title)!['AUTH_ISSUER'], ...claims }, header)

test('there is a token of the form of each recipe', () => {
  expect(Object.keys(FORMS)).toEqual([...recipes.keys()])
})

describe.each(Object.entries(FORMS))('the recipe of %s', (title, form) => {
  const run = async (token: string) => app.run(VIEWER, undefined, { token })

  test('accepts its access token, with its client, subject and scopes', async () => {
    const { status, data } = await run(await signedBy(title, form))
    expect([status, data.viewer]).toEqual([
      200,
      { id: `${recipes.get(title)!['AUTH_ISSUER']} ${form.id}`, scopes: expect.arrayContaining(NAMES) as unknown },
    ])
    expect(data.viewer.scopes).not.toContain('persons:write')
  })

  test('refuses a token that is meant for something else', async () => {
    expect((await run(await signedBy(title, form.other))).status).toBe(401)
  })

  test('refuses the same token signed by another issuer', async () => {
    expect((await run(await signedBy(title, form, 'Partner'))).status).toBe(401)
  })
})

test('Cognito: a client that is not listed, and a token without one, are refused', async () => {
  const { client_id: _client, ...claims } = FORMS['Cognito']!.claims as { client_id: string }
  for (const token of [
    await signedBy('Cognito', { claims: { ...claims, client_id: 'stranger' } }),
    await signedBy('Cognito', { claims }),
    await signedBy('Cognito', { claims: { ...claims, client_id: ['1example23456789'] } }),
  ])
    expect((await app.run(VIEWER, undefined, { token })).status).toBe(401)
})

describe('names of two issuers', () => {
  const claims = { sub: 'alice', client_id: 'app', aud: 'kyc-graph', scope: 'persons:write' }
  const partner = (more: object = {}) =>
    opened.get('Partner')!.sign({ iss: PARTNER, tenant: 'shared', ...claims, ...more })
  const write = (token: string) =>
    app.run(
      'mutation { createPerson(input: { isCustomer: true, status: ACTIVE, idempotencyKey: "one-key-for-two" }) { person { id } } }',
      undefined,
      { token },
    )

  test('never meet: one idempotency key makes two persons', async () => {
    const mine = await app.token({ client: 'app', claims: { sub: 'alice', tenant: 'shared' } })
    const [first, again] = [await write(mine), await write(mine)]
    const theirs = await write(await partner())
    expect(first.data.createPerson.person.id).toBe(again.data.createPerson.person.id)
    expect(theirs.data.createPerson.person.id).not.toBe(first.data.createPerson.person.id)
  })

  test('cannot be forged by the other issuer', async () => {
    for (const forged of [
      { sub: `${PARTNER} alice` },
      { client: `${PARTNER} app` },
      { claims: { tenant: `${PARTNER} x` } },
    ]) {
      const { status } = await app.run(VIEWER, undefined, {
        token: await app.token({
          client: forged.client ?? 'x',
          claims: { ...forged.claims, ...(forged.sub && { sub: forged.sub }) },
        }),
      })
      expect(status).toBe(401)
    }
  })

  test('are of the tenants that the issuer may name', async () => {
    expect((await app.run(VIEWER, undefined, { token: await partner({ tenant: 'acme' }) })).status).toBe(401)
    // The only tenant needs no claim.
    expect((await app.run(VIEWER, undefined, { token: await partner({ tenant: undefined }) })).status).toBe(200)
  })
})

describe('an opaque token', () => {
  const QUERY = `{ person(id: "${ADA.personId}") { id } }`
  const hydra = () => opened.get('Ory Hydra')!
  const active = (more: object = {}) => ({
    active: true,
    iss: 'https://auth.bank.example',
    aud: ['kyc-graph'],
    client_id: 'h-app',
    sub: 'h-2',
    scope: 'persons:read',
    token_type: 'Bearer',
    token_use: 'access_token',
    iat: seconds(),
    exp: seconds() + 3600,
    ...more,
  })
  let count = 0
  /** A new token, of which the endpoint says this. */
  function opaque(answer: object): string {
    count += 1
    const token = `ory_at_token-${count}.x`
    hydra().answers.set(token, answer)
    return token
  }
  const statusOf = async (token: string) => (await app.run(QUERY, undefined, { token })).status
  const calls = () => issuers.introspected.length

  test('is introspected once for many requests, with the form of RFC 7662', async () => {
    const token = opaque(active())
    const before = calls()
    expect(await Promise.all(Array.from({ length: 8 }, () => statusOf(token)))).toEqual(Array(8).fill(200))
    expect(await statusOf(token)).toBe(200)
    expect(calls() - before).toBe(1)
    const { headers, form } = issuers.introspected.at(-1)!
    expect(form.toString()).toBe(`token=${token}&token_type_hint=access_token`)
    expect(headers).toMatchObject({
      'user-agent': expect.stringMatching(/^kyc-graph\//) as unknown,
      'content-type': 'application/x-www-form-urlencoded',
    })
  })

  test.each<[string, () => object]>([
    ['is not active', () => ({ active: false })],
    ['is of another issuer', () => active({ iss: 'https://elsewhere.test' })],
    ['is for another API', () => active({ aud: ['another'] })],
    ['is for nobody', () => active({ aud: [] })],
    ['has ended', () => active({ exp: seconds() - 1 })],
    ['has not begun', () => active({ nbf: seconds() + 600 })],
    ['is a refresh token', () => active({ token_use: 'refresh_token' })],
    ['is bound to a key', () => active({ cnf: { jkt: 'x'.repeat(43) } })],
    ['is bound to something unknown', () => active({ cnf: { kid: 'k' } })],
    ['names nobody', () => active({ sub: undefined, client_id: undefined })],
    ['is a refresh token by its type', () => active({ token_type: 'refresh_token' })],
    ['is a DPoP token without a key', () => active({ token_type: 'DPoP' })],
    ['was issued in the future', () => active({ iat: seconds() + 600 })],
    ['has a time of issue that is a text', () => active({ iat: 'now' })],
    ['lives for ten years', () => active({ iat: seconds(), exp: seconds() + 315_360_000 })],
    ['lives for ten years from now', () => active({ iat: undefined, exp: seconds() + 315_360_000 })],
    ['has an end that is a text', () => active({ exp: 'tomorrow' })],
  ])('that %s is refused, and what is not active is known for a moment', async (_what, answer) => {
    const token = opaque(answer())
    expect(await statusOf(token)).toBe(401)
    expect(app.calls('synctera')).toEqual([])
  })

  describe('that is a JWT', () => {
    let introspecting: App
    beforeAll(async () => {
      const settings = { AUTH_ISSUER: 'https://auth.bank.example', AUTH_JWKS_URL: undefined }
      introspecting = await startApp({ ...settings, AUTH_INTROSPECTION_URL: hydra().introspectionUrl }, app)
    })
    afterAll(() => introspecting.close())

    /** A JWT of the issuer, which says this of it. */
    async function jwt(claims: object, answer: object, header: object = {}): Promise<string> {
      const { iss, aud } = active() as { iss: string; aud: string[] }
      count += 1
      const token = await hydra().sign(
        { iss, aud, sub: 'h-2', client_id: 'h-app', jti: String(count), ...claims },
        header,
      )
      hydra().answers.set(token, answer)
      return token
    }

    test.each<[what: string, token: () => Promise<string>, status: number]>([
      ['is judged by the answer', () => jwt({}, active()), 200],
      ['is bound to a key, and the answer does not say so', () => jwt({ cnf: { jkt: 'x'.repeat(43) } }, active()), 401],
      ['is bound to something unknown, and the answer does not say so', () => jwt({ cnf: {} }, active()), 401],
      ['is a logout token by its header', () => jwt({}, active(), { typ: 'logout+jwt' }), 401],
    ])('%s', async (_what, token, status) => {
      expect((await introspecting.run(QUERY, undefined, { token: await token() })).status).toBe(status)
      if (status !== 200) expect(app.calls('synctera')).toEqual([])
    })

    test('is let in with the proof of the key that it names', async () => {
      const key = await createDpopKey()
      const token = await jwt({ cnf: { jkt: key.thumbprint } }, active())
      const dpop = await key.proof({ url: `${introspecting.url}/graphql`, token })
      const { status } = await introspecting.run(QUERY, undefined, {
        token: null,
        headers: { authorization: `DPoP ${token}`, dpop },
      })
      expect(status).toBe(200)
    })
  })

  test('that is not active makes no second call at once', async () => {
    const before = calls()
    expect([await statusOf('unknown.1'), await statusOf('unknown.1')]).toEqual([401, 401])
    expect(calls() - before).toBe(1)
  })

  test.each([
    ['a failure', 500, ''],
    ['a refusal of our own credentials', 401, '{"error":"invalid_client"}'],
    ['a web page', 200, '<html></html>'],
    ['no word on whether it is active', 200, '{"sub":"x"}'],
    ['a word in another form', 200, '{"active":"true"}'],
    ['two words', 200, '{"active":false,"active":true,"client_id":"app","aud":"kyc-graph"}'],
    ['too many words', 200, JSON.stringify({ active: true, client_id: 'app', note: 'x'.repeat(70_000) })],
    ['null', 200, 'null'],
  ])('is not judged by %s: 503', async (_what, status, body) => {
    issuers.faults.push({ status, body })
    const token = opaque(active())
    const { status: refused, errors, headers } = await app.run(QUERY, undefined, { token })
    expect([refused, errors[0]!.extensions.code]).toEqual([503, 'ISSUER_UNAVAILABLE'])
    expect(headers.get('retry-after')).toBe('1')
    expect(await statusOf(token)).toBe(200)
  })

  test('is asked about on no connection that the endpoint may have closed meanwhile', async () => {
    // Resets a connection that was idle for longer, when it is used again.
    const idleMs = 300
    const answeredAt = new WeakMap<object, number>()
    const endpoint = createServer((_request, response) => {
      const { socket } = response
      if (Date.now() - (answeredAt.get(socket!) ?? Infinity) > idleMs) return void socket!.resetAndDestroy()
      answeredAt.set(socket!, Date.now())
      response.end(JSON.stringify(active()))
    })
    await once(endpoint.listen(0, '127.0.0.1'), 'listening')
    const { port } = endpoint.address() as AddressInfo
    const settings = { AUTH_ISSUER: 'https://auth.bank.example', AUTH_JWKS_URL: undefined }
    const other = await startApp({ ...settings, AUTH_INTROSPECTION_URL: `http://127.0.0.1:${port}/introspect` }, app)
    for (const token of ['idle.1', 'idle.2', 'idle.3']) {
      expect((await other.run(QUERY, undefined, { token })).status).toBe(200)
      await delay(2 * idleMs)
    }
    await other.close()
    endpoint.close()
  })

  test('that was revoked is refused after the time of the cache, and one that ends no later', async () => {
    const [revoked, short] = [opaque(active()), opaque(active({ exp: seconds() + 20 }))]
    expect([await statusOf(revoked), await statusOf(short)]).toEqual([200, 200])
    hydra().answers.set(revoked, { active: false })
    later(21)
    expect([await statusOf(revoked), await statusOf(short)]).toEqual([200, 401])
    later(40)
    expect(await statusOf(revoked)).toBe(401)
    today()
  })
})
