import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fetch from 'node-fetch'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADA, CROWD, NAMED_PEOPLE } from '../../datasources/emulator/people.js'
import { SCOPES } from '../../schema/scopes.js'
import { createMetrics } from '../../src/observability/metrics/all-metrics.js'
import { type App, startApp } from '../support/app.js'
import { createDpopKey, type DpopKey } from '../support/dpop.js'
import type { TokenOptions } from '../support/tokens.js'

const OTTO = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Otto')!

const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-security-'))
const FILES = { plain: join(folder, 'plain.log'), strict: join(folder, 'strict.log') }
const metrics = createMetrics()

/** Demands a purpose for `pii:read`. */
let app: App
/** Has low limits and a safelist. */
let strict: App
beforeAll(async () => {
  app = await startApp(
    {
      SECURITY_LOG: FILES.plain,
      PURPOSES: 'onboarding',
      REQUIRE_PURPOSE: 'pii',
      RATE_LIMIT_COST_PER_MINUTE: '0',
      BODY_TIMEOUT_MS: '100',
    },
    undefined,
    { metrics },
  )
  strict = await startApp(
    {
      SECURITY_LOG: FILES.strict,
      SAFELIST: 'enforce',
      RATE_LIMIT_COST_PER_MINUTE: '1',
      UNAUTHENTICATED_REQUESTS_PER_MINUTE: '2',
      MAX_CONNECTIONS_PER_ADDRESS: '2',
      TRUST_PROXY: '127.0.0.9',
      AUTH_DPOP_NONCE: 'true',
    },
    app,
  )
})
afterAll(async () => {
  await strict.close()
  await app.close()
})

const linesOf = (file: string): readonly any[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    : []

/** The events of one request, once there are any. */
async function eventsOf(correlationId: string, file = FILES.plain): Promise<readonly any[]> {
  const found = () => linesOf(file).filter((line) => line.http?.request.id === correlationId)
  await expect.poll(() => found().length).toBeGreaterThan(0)
  return found()
}

interface Request {
  readonly query?: string
  readonly body?: string
  readonly path?: string
  readonly token?: string | null
  readonly headers?: Record<string, string>
  readonly options?: TokenOptions
}

/** Sends a request and answers its correlation id. */
async function send({ query, body, path = '/graphql', token, headers, options }: Request, of = app): Promise<string> {
  const id = randomUUID()
  const bearer = token === undefined ? `Bearer ${await of.token(options)}` : token
  await fetch(of.url + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-correlation-id': id,
      ...(bearer === null ? {} : { authorization: bearer }),
      ...headers,
    },
    body: body ?? JSON.stringify({ query }),
  })
  return id
}

const VIEWER = '{ viewer { id } }'
const PERSON = `{ person(id: "${ADA.personId}") { firstName } }`
const SEARCH = `{ persons(filter: { email: "${ADA.email}" }) { nodes { id } } }`
const PURPOSE = { 'x-purpose': 'onboarding' }
const expired = { claims: { exp: 1_700_000_000 } }

describe('is a line with the field names of ECS', () => {
  test.each<readonly [what: string, request: Request, event: object]>([
    ['no token', { query: VIEWER, token: null }, { event: { action: 'login-failed', reason: 'token_missing' } }],
    [
      'no bearer token',
      { query: VIEWER, token: 'Basic YTpi' },
      { event: { action: 'login-failed', reason: 'token_malformed' } },
    ],
    [
      'a token that is none',
      { query: VIEWER, token: 'Bearer a.b.c' },
      { event: { action: 'login-failed', reason: 'token_opaque' } },
    ],
    [
      'a token that has expired',
      { query: VIEWER, options: expired },
      { event: { action: 'login-failed', reason: 'err_jwt_expired' } },
    ],
    [
      'a token of another audience',
      { query: VIEWER, options: { claims: { aud: 'other' } } },
      { event: { action: 'login-failed', reason: 'err_jwt_claim_validation_failed' } },
    ],
    [
      'a token of another issuer',
      { query: VIEWER, token: `Bearer eyJhbGciOiJFUzI1NiIsImtpZCI6Im5vbmUifQ.e30.${'A'.repeat(86)}` },
      { event: { action: 'login-failed', reason: 'issuer_unknown' } },
    ],
    [
      'a token of another key',
      {
        query: VIEWER,
        token: `Bearer eyJhbGciOiJFUzI1NiIsImtpZCI6Im5vbmUifQ.${Buffer.from(JSON.stringify({ iss: 'https://issuer.test' })).toString('base64url')}.${'A'.repeat(86)}`,
      },
      { event: { action: 'login-failed', reason: 'err_jwks_no_matching_key' } },
    ],
    [
      'a missing scope',
      {
        query: PERSON,
        options: { client: 'scope', scopes: [], claims: { sub: 'u-1', tenant: 'acme', act: { sub: 'agent' } } },
      },
      {
        event: { action: 'access-denied', category: ['api'], outcome: 'failure' },
        rule: { name: 'persons:read' },
        user: { id: 'u-1' },
        organization: { id: 'tenant:acme' },
        kyc: { client: { id: 'scope' }, actor: { id: 'agent' } },
      },
    ],
    [
      'a missing scope of a mutation',
      {
        query: `mutation { updatePerson(input: { id: "${ADA.personId}", status: ACTIVE }) { replayed } }`,
        options: { client: 'write', scopes: ['persons:read'] },
      },
      { event: { action: 'access-denied' }, rule: { name: 'persons:write' } },
    ],
    [
      'introspection',
      { query: '{ __schema { queryType { name } } }', options: { client: 'schema', scopes: ['persons:read'] } },
      { event: { action: 'introspection-denied' } },
    ],
    [
      "another owner's record",
      {
        query: `{ customer(id: "${CROWD[3]!.customerId}") { id } }`,
        options: { client: 'ada', scopes: ['customers:read:own'] },
      },
      { event: { action: 'foreign-record', reason: 'owner' } },
    ],
    [
      "another bank's record",
      {
        query: `{ customer(id: "${ADA.customerId}") { id } }`,
        options: { client: 'bank', claims: { banks: ['other'] } },
      },
      { event: { action: 'foreign-record', reason: 'bank' } },
    ],
    [
      'a customer of another bank by its id alone',
      {
        query: `{ customer(id: "${OTTO.customerId}") { id } }`,
        options: { client: 'otto', scopes: ['customers:read'] },
      },
      { event: { action: 'foreign-record', reason: 'bank' }, user: { id: 'otto' } },
    ],
    [
      'a search by a personal value',
      { query: SEARCH, headers: PURPOSE, options: { client: 'search' } },
      { event: { action: 'personal-search', outcome: 'success' }, user: { id: 'search' } },
    ],
    [
      'no purpose',
      { query: PERSON, options: { client: 'purpose' } },
      { event: { action: 'consent-refused', reason: 'purpose_missing' } },
    ],
    [
      'a purpose that is not listed',
      { query: PERSON, headers: { 'x-purpose': 'marketing' }, options: { client: 'unlisted' } },
      { event: { action: 'consent-refused', reason: 'purpose_unknown' } },
    ],
    [
      'a consent id that cannot be read',
      { query: PERSON, headers: { ...PURPOSE, 'x-consent-id': 'a b' }, options: { client: 'consent' } },
      { event: { action: 'consent-refused', reason: 'consent_unreadable' } },
    ],
    [
      'a body that is too large',
      { body: `"${'x'.repeat(300_000)}"`, options: { client: 'large' } },
      { event: { action: 'limit-reached', reason: 'body_bytes' }, kyc: { client: { id: 'large' } } },
    ],
    [
      'an operation that is too complex',
      { query: `{ ${'a: viewer { id } '.repeat(2_000)} }`, options: { client: 'complex' } },
      { event: { action: 'limit-reached', reason: 'complexity' } },
    ],
    [
      'a forged webhook',
      { path: '/webhooks/synctera', body: '{}', token: null, headers: { 'synctera-signature': 'forged' } },
      { event: { action: 'webhook-forged', category: ['intrusion_detection'] }, rule: { name: 'synctera' } },
    ],
  ])('%s', async (_what, request, event) => {
    const [first] = await eventsOf(await send(request))
    expect(first).toMatchObject(event)
    expect(first).toMatchObject({
      '@timestamp': expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      ecs: { version: '8.11.0' },
      event: { kind: 'event', dataset: 'kyc-graph.security' },
      source: { ip: '127.0.0.1' },
    })
  })

  test('a search by a personal value without pii:read, and the scope that it lacks', async () => {
    const events = await eventsOf(await send({ query: SEARCH, options: { client: 'nosy', scopes: ['persons:read'] } }))
    expect(events.map(({ event: { action }, rule }) => [action, rule.name]).sort()).toEqual([
      ['access-denied', 'pii:read'],
      ['personal-search-denied', 'PersonConnection'],
    ])
  })

  test("another tenant's verification and job", async () => {
    const verify = `mutation($account: AccountToVerifyInput!) {
      verifyAccount(input: { types: [NAME], account: $account }) { result { id } } }`
    const account = { type: 'PERSONAL', idScheme: 'SCAN', id: ADA.account, name: 'Accepted,Ada' }
    const { data } = await app.run(verify, { account }, { client: 'asker' })
    const { id } = data.verifyAccount.result
    const scopes = ['verifications:read'] as const
    const sent = await send({
      query: `{ verificationResult(id: "${id}") { id } }`,
      options: { client: 'stranger', scopes },
    })
    expect(await eventsOf(sent)).toMatchObject([{ event: { action: 'foreign-record', reason: 'tenant' } }])
  })

  test('by the fast path and by the framework alike, with the interaction id', async () => {
    const interaction = randomUUID()
    for (const path of ['/graphql', '/graphql?']) {
      const headers = { 'x-fapi-interaction-id': interaction }
      const id = await send({ path, query: PERSON, headers, options: { client: `path${path}`, scopes: [] } })
      expect(await eventsOf(id)).toMatchObject([
        { event: { action: 'access-denied' }, kyc: { interaction: { id: interaction }, count: 1 } },
      ])
    }
  })

  test('one for each kind of refusal of an answer', async () => {
    const query = `{ ${Array.from({ length: 20 }, (_, i) => `a${i}: person(id: "${ADA.personId}") { id }`).join(' ')} }`
    expect(await eventsOf(await send({ query, options: { client: 'many', scopes: ['schema:read'] } }))).toHaveLength(1)
  })
})

describe('of a bound token', () => {
  let key: DpopKey
  let token: string
  beforeAll(async () => {
    key = await createDpopKey()
    token = await app.token({ client: 'dpop', claims: { cnf: { jkt: key.thumbprint } } })
  })
  const url = (of = app) => `${of.url}/graphql`
  const sendProof = async (dpop: string | undefined, of = app) =>
    send({ query: VIEWER, token: `DPoP ${token}`, headers: dpop === undefined ? {} : { dpop } }, of)

  test.each<readonly [what: string, reason: string, proof: () => string | undefined | Promise<string>]>([
    ['no proof', 'missing', () => undefined],
    ['two JWTs', 'form', () => 'a.b.c, a.b.c'],
    ['a proof of another type', 'signature', () => key.proof({ url: url(), token }, {}, { typ: 'JWT' })],
    ['a proof of another key', 'key', async () => (await createDpopKey()).proof({ url: url(), token })],
    ['another method', 'method', () => key.proof({ url: url(), token, method: 'GET' })],
    ['another address', 'address', () => key.proof({ url: 'https://other.test/graphql', token })],
    ['another token', 'token', () => key.proof({ url: url(), token: 'other' })],
    ['a proof of an hour ago', 'time', () => key.proof({ url: url(), token }, { iat: Date.now() / 1000 - 3_600 })],
    ['no id', 'id', () => key.proof({ url: url(), token }, { jti: undefined })],
  ])('%s is told as proof_%s', async (_what, reason, proof) => {
    const events = await eventsOf(await sendProof(await proof()))
    expect(events.map(({ event }) => [event.action, event.reason])).toEqual([['login-failed', `proof_${reason}`]])
  })

  test('a proof that comes a second time, and one without the nonce', async () => {
    const proof = await key.proof({ url: url(), token })
    await sendProof(proof)
    expect(await eventsOf(await sendProof(proof))).toMatchObject([{ event: { reason: 'proof_replayed' } }])
    const id = await sendProof(await key.proof({ url: url(strict), token }), strict)
    expect(await eventsOf(id, FILES.strict)).toMatchObject([{ event: { reason: 'proof_nonce' } }])
  })

  test.each<readonly [what: string, reason: string, scheme: string, cnf: () => unknown]>([
    ['a binding beside an unknown one', 'binding_unknown', 'DPoP', () => ({ jkt: key.thumbprint, jwe: 'a' })],
    ['a bound token that is sent as a bearer token', 'token_bound', 'Bearer', () => ({ jkt: key.thumbprint })],
    ['a bearer token with the scheme DPoP', 'token_unbound', 'DPoP', () => undefined],
    ['no certificate', 'certificate_missing', 'Bearer', () => ({ 'x5t#S256': key.thumbprint })],
  ])('%s is told as %s', async (_what, reason, scheme, cnf) => {
    const bound = await app.token({ client: 'cnf', claims: { cnf: cnf() } })
    const events = await eventsOf(await send({ query: VIEWER, token: `${scheme} ${bound}` }))
    expect(events.map(({ event }) => [event.action, event.reason])).toEqual([['login-failed', reason]])
  })
})

describe('limits', () => {
  test('the budget of a client, the safelist, failures of an address', async () => {
    const unlisted = await send({ query: PERSON, options: { client: 'unlisted' } }, strict)
    expect(await eventsOf(unlisted, FILES.strict)).toMatchObject([{ event: { action: 'operation-not-listed' } }])
    // What Apollo Server has to read is paid for beforehand.
    const body = JSON.stringify({ query: VIEWER, variables: 7 })
    for (let i = 0; i < 12; i += 1) await send({ body, options: { client: 'budget' } }, strict)
    for (let i = 0; i < 4; i += 1) await send({ query: VIEWER, token: null }, strict)
    const reasons = () => linesOf(FILES.strict).flatMap(({ event: { reason } }) => reason ?? [])
    await expect.poll(reasons).toEqual(expect.arrayContaining(['client_budget', 'unauthenticated_requests']))
  })

  async function line(localAddress: string, sent = ''): Promise<Socket> {
    const socket = connect({ port: Number(new URL(strict.url).port), host: '127.0.0.1', localAddress })
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    socket.write(sent)
    return socket
  }
  const refused = () =>
    linesOf(FILES.strict)
      .filter(({ event: { action } }) => action === 'connection-refused')
      .map(({ event: { reason }, source }) => [reason, source.ip])

  test('connections of an address, and a header that is too large', async () => {
    const sockets = await Promise.all(Array.from({ length: 4 }, () => line('127.0.0.7')))
    sockets.push(await line('127.0.0.8', `GET /health HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(1_000_000)}\r\n\r\n`))
    await expect.poll(refused).toEqual(
      expect.arrayContaining([
        ['address', '127.0.0.7'],
        ['header_bytes', '127.0.0.8'],
      ]),
    )
    for (const socket of sockets) socket.destroy()
  })

  test('an address that is banned, and its connections after that', async () => {
    const head = `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\nauthorization: Bearer ${await app.token()}\r\n\r\n`
    for (let i = 0; i < 5; i += 1) {
      const socket = await line('127.0.0.10', head + '1\r\na\r\n'.repeat(20_000))
      await once(socket, 'data')
      socket.destroy()
    }
    const late = await line('127.0.0.10')
    await once(late, 'close')
    await expect.poll(refused).toContainEqual(['banned', '127.0.0.10'])
    const bans = () => linesOf(FILES.strict).filter(({ event: { action } }) => action === 'address-banned')
    await expect.poll(bans).toMatchObject([{ event: { reason: 'body_parts' }, source: { ip: '127.0.0.10' } }])
    const text = await (await fetch(`${strict.url}/metrics`)).text()
    expect(text).toMatch(/^kyc_connections_refused_total\{reason="banned"\} 1$/m)
    expect(text).toMatch(/^kyc_security_events_total\{action="address-banned",outcome="failure"\} 1$/m)
  })

  test('a client behind a trusted proxy has its own address', async () => {
    const body = '{"query":"{ viewer { id } }"}'
    const head = `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`
    const socket = await line('127.0.0.9', `${head}\r\nx-forwarded-for: 2001:DB8::00:7\r\n\r\n${body}`)
    const sources = () => linesOf(FILES.strict).map(({ source }) => source?.ip)
    await expect.poll(sources).toContain('2001:db8::7')
    socket.destroy()
  })
})

test('nothing that a caller chose breaks a line: control characters, separators, long ids', async () => {
  const sub = `a\r\n{"event":"forged"}\u0000\u001b[2J\u2028\u202e𝒳${'x'.repeat(1_000)}`
  const id = await send({ query: PERSON, options: { client: sub, scopes: [], claims: { sub } } })
  const [event] = await eventsOf(id)
  expect(event.user.id.startsWith('a\r\n{"event":"forged"}')).toBe(true)
  expect(event.user.id.length).toBeLessThan(210)
  expect(readFileSync(FILES.plain, 'utf8')).toMatch(/^[ -~\n]*$/)
})

test('the file is readable by its owner alone, and events are counted by action and outcome', async () => {
  expect(statSync(FILES.plain).mode & 0o777).toBe(0o600)
  expect(await metrics.text()).toMatch(/kyc_security_events_total\{action="personal-search",outcome="success"\} [1-9]/)
})

test('repeats are one line with their number', async () => {
  const file = join(folder, 'repeats.log')
  const other = await startApp({ SECURITY_LOG: file }, app)
  for (let i = 0; i < 30; i += 1) await send({ query: VIEWER, token: null }, other)
  await other.close()
  const lines = linesOf(file).filter(({ event: { action } }) => action === 'login-failed')
  expect(lines.map(({ kyc: { count } }) => count)).toEqual([1, 29])
  expect(lines[1].event).toMatchObject({ start: expect.any(String), end: expect.any(String) })
})

test('a refusal before the document is looked up is one event, though it ends the request too', async () => {
  const file = join(folder, 'refusals.log')
  const other = await startApp({ SECURITY_LOG: file, SAFELIST: 'enforce', RATE_LIMIT_COST_PER_MINUTE: '1' }, app)
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${await other.token()}` }
  let refused = 0
  // A text that is not known is paid for before it is compared with the list.
  for (let i = 0; i < 12; i += 1) {
    const body = JSON.stringify({ query: `{ viewer { unlisted${i}: id } }` })
    refused += Number((await fetch(`${other.url}/graphql`, { method: 'POST', headers, body })).status === 429)
  }
  await other.close()
  const told = linesOf(file).filter(({ event: { reason } }) => reason === 'client_budget')
  expect(refused).toBeGreaterThan(0)
  expect(told.reduce((sum, { kyc: { count } }) => sum + Number(count), 0)).toBe(refused)
})

test('a sink that takes nothing slows and fails no request, and is logged once', async () => {
  const other = await startApp({ SECURITY_LOG: join(folder, 'missing', 'x.log') }, app)
  for (let i = 0; i < 5; i += 1)
    expect((await other.run(PERSON, undefined, { client: `c${i}`, scopes: [] })).errors[0]!.extensions.code).toBe(
      'FORBIDDEN',
    )
  await expect.poll(() => other.log()).toContain('security events cannot be written')
  await other.close()
  expect(other.log().split('security events cannot be written').length).toBe(2)
  expect(other.log()).toContain('"error.type":"ENOENT"')
})

test('the audit trail: that it cannot be written is an event', async () => {
  const file = join(folder, 'trail.log')
  const other = await startApp({ SECURITY_LOG: file, AUDIT_LOG: join(folder, 'missing', 'audit.log') }, app)
  await other.close()
  expect(linesOf(file).map(({ event: { action } }) => action)).toEqual(
    expect.arrayContaining(['audit-unusable', 'audit-lost']),
  )
})

test('off by default: nothing is written, and everything is counted', async () => {
  const counted = createMetrics()
  const other = await startApp({}, app, { metrics: counted })
  await other.run(PERSON, undefined, { scopes: [] })
  await other.close()
  expect(await counted.text()).toMatch(/kyc_security_events_total\{action="access-denied",outcome="failure"\} 1/)
})

test('no event names a scope that does not exist', () => {
  const rules = linesOf(FILES.plain).flatMap(({ event: { action }, rule }) =>
    action === 'access-denied' ? rule.name : [],
  )
  expect(rules.filter((rule) => !Object.hasOwn(SCOPES, rule))).toEqual([])
})
