import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import { providers, type ProviderName } from '../../datasources/index.js'
import type { Scope } from '../../schema/scopes.js'
import { type App, type RunOptions, startApp } from '../support/app.js'

const PURPOSES = 'onboarding,periodic-review'
const UUID = '0b7c3a52-6d0f-4c3e-9a51-2f6f4b0d8e11'
const GIVEN = { 'x-purpose': 'onboarding', 'x-consent-id': 'consent-given' }

let app: App
/** The same with the register of consents. */
let asking: App
beforeAll(async () => {
  const required = { PURPOSES, REQUIRE_PURPOSE: 'pii', REQUIRE_CONSENT: 'pii', RATE_LIMIT_COST_PER_MINUTE: '0' }
  app = await startApp(required)
  const register = {
    CONSENT_URL: app.ground.consentUrl,
    CONSENT_CREDENTIAL: 'register-credential',
    CONSENT_CACHE_SECONDS: '60',
  }
  asking = await startApp({ ...required, ...register }, app)
})
afterAll(async () => {
  await asking.close()
  await app.close()
})

const callsOf = (of: App): string[] => (Object.keys(providers) as ProviderName[]).flatMap((name) => of.calls(name))

const PERSON = `{ person(id: "${ADA.personId}") { firstName } }`

/** The roads on which personal values are reached; each selects at least one. */
const ROADS: readonly (readonly [string, string])[] = [
  ['a root field', PERSON],
  [
    'a nested field below one without personal values',
    `{ customer(id: "${ADA.customerId}") { id person { lastName } } }`,
  ],
  [
    'a fragment',
    `{ customer(id: "${ADA.customerId}") { ...F } } fragment F on Customer { id ... on Customer { email } }`,
  ],
  [
    'an entity',
    `{ _entities(representations: [{ __typename: "Person", id: "${ADA.personId}" }]) { ... on Person { email } } }`,
  ],
  ['a list', '{ persons(first: 1) { nodes { firstName } } }'],
  [
    'the payload of a mutation',
    `mutation { updatePerson(input: { id: "${ADA.personId}", status: ACTIVE }) { person { lastName } } }`,
  ],
  ['a search by a personal value alone', `{ persons(filter: { email: "${ADA.email}" }) { nodes { id } } }`],
]

describe('a token with pii:read', () => {
  test.each(ROADS)('gets nothing without a purpose by %s, and no provider is called', async (_road, query) => {
    app.clear()
    const { data, errors } = await app.run(query)
    expect(errors.map(({ extensions: { code } }) => code)).toEqual(['FORBIDDEN'])
    expect(errors[0]!.message).toContain('x-purpose')
    expect(JSON.stringify(data ?? null)).not.toContain(ADA.lastName)
    expect(callsOf(app)).toEqual([])
  })

  test.each(ROADS)('gets nothing without a consent by %s', async (_road, query) => {
    app.clear()
    const { errors } = await app.run(query, undefined, { headers: { 'x-purpose': 'onboarding' } })
    expect(errors.map(({ extensions: { code } }) => code)).toEqual(['FORBIDDEN'])
    expect(errors[0]!.message).toContain('x-consent-id')
    expect(callsOf(app)).toEqual([])
  })

  test.each(ROADS)('sees what it asks for by %s with both', async (_road, query) => {
    expect((await app.run(query, undefined, { headers: GIVEN })).errors).toEqual([])
  })

  test('reads what is not personal without them', async () => {
    const { data, errors } = await app.run(`{ person(id: "${ADA.personId}") { id verificationStatus } }`)
    expect([errors, data.person.id]).toEqual([[], ADA.personId])
  })
})

test.each<readonly [string, readonly Scope[]]>([
  ['masked', ['persons:read']],
  ['of the own records alone', ['persons:read:own', 'customers:read:own']],
])('a token without pii:read needs neither: %s', async (_what, scopes) => {
  const { errors } = await app.run(PERSON, undefined, { scopes })
  expect(errors.filter(({ extensions: { code } }) => code === 'FORBIDDEN')).toEqual([])
})

const OK = 200

/** What a request and its token state, and what comes of it. */
const CASES: readonly (readonly [what: string, options: RunOptions, status: number, message?: string | RegExp])[] = [
  ['both by header', { headers: GIVEN }, OK],
  ['both by token', { claims: { purpose: 'onboarding', consent_id: 'consent-given' } }, OK],
  ['both by both, equal', { claims: { purpose: 'onboarding', consent_id: 'consent-given' }, headers: GIVEN }, OK],
  [
    'a token for several purposes, and one of them',
    { claims: { purpose: ['onboarding', 'periodic-review'] }, headers: GIVEN },
    OK,
  ],
  ['a token for several purposes as a text', { claims: { purpose: 'onboarding periodic-review' }, headers: GIVEN }, OK],
  [
    'a token for several purposes, and none',
    { claims: { purpose: 'onboarding periodic-review', consent_id: 'x' } },
    403,
    'x-purpose',
  ],
  [
    'a purpose that is not listed',
    { headers: { ...GIVEN, 'x-purpose': 'marketing' } },
    400,
    /x-purpose must be one of onboarding, periodic-review/,
  ],
  ['a purpose in another case', { headers: { ...GIVEN, 'x-purpose': 'Onboarding' } }, 400],
  ['two purposes', { headers: { ...GIVEN, 'x-purpose': 'onboarding, periodic-review' } }, 400],
  ['an empty purpose', { headers: { ...GIVEN, 'x-purpose': '' } }, 400],
  ['a name of the prototype', { headers: { ...GIVEN, 'x-purpose': 'constructor' } }, 400],
  [
    'a token for a purpose that is not listed',
    { claims: { purpose: 'marketing' }, headers: { 'x-consent-id': 'x' } },
    403,
    'purpose of the token',
  ],
  ['a token for another purpose', { claims: { purpose: 'periodic-review' }, headers: GIVEN }, 403, 'does not agree'],
  ['a token whose purpose is no text', { claims: { purpose: 7 }, headers: GIVEN }, 403, 'purpose of the token'],
  ['a token whose purpose is an object', { claims: { purpose: { onboarding: true } }, headers: GIVEN }, 403],
  ['a token for no purpose', { claims: { purpose: [] }, headers: GIVEN }, 403],
  ['a token for another consent', { claims: { consent_id: 'other' }, headers: GIVEN }, 403, 'does not agree'],
  ['a token whose consent id is no text', { claims: { consent_id: ['consent-given'] }, headers: GIVEN }, 403],
  ['a token whose consent id is empty', { claims: { consent_id: '' }, headers: GIVEN }, 403],
  ['a consent id with blanks', { headers: { ...GIVEN, 'x-consent-id': 'a b' } }, 400, 'x-consent-id'],
  ['a consent id of 129 characters', { headers: { ...GIVEN, 'x-consent-id': 'a'.repeat(129) } }, 400],
  ['a consent id of 128 characters', { headers: { ...GIVEN, 'x-consent-id': 'a'.repeat(128) } }, OK],
  ['a consent id with letters of Latin-1', { headers: { ...GIVEN, 'x-consent-id': 'é' } }, 400],
  ['an empty consent id', { headers: { ...GIVEN, 'x-consent-id': '' } }, 400],
  ['a URN as consent id', { headers: { ...GIVEN, 'x-consent-id': 'urn:bank:consent:7f/+=' } }, OK],
]

test.each(CASES.map(([what, ...given]) => [what, given] as const))(
  'stated: %s',
  async (_what, [options, status, message = '']) => {
    app.clear()
    const answer = await app.run(PERSON, undefined, options)
    expect(answer.status).toBe(status)
    expect(answer.errors.length).toBe(status === OK ? 0 : 1)
    expect(answer.errors[0]?.message ?? '').toMatch(message)
    if (status !== OK) expect(callsOf(app)).toEqual([])
  },
)

test('the trail has purpose, consent and interaction id; a consent id that is no UUID only as keyed hash', async () => {
  const ids = [1, 2, 3].map((n) => `a3f1c8de-1111-4222-8333-44445555666${n}`)
  const write = `mutation { updatePerson(input: { id: "${ADA.personId}", status: ACTIVE }) { replayed } }`
  const requests: readonly (readonly [string, Record<string, string>])[] = [
    [PERSON, GIVEN],
    [PERSON, { ...GIVEN, 'x-consent-id': UUID }],
    [write, GIVEN],
  ]
  for (const [i, [query, headers]] of requests.entries())
    await app.run(query, undefined, { headers: { ...headers, 'x-fapi-interaction-id': ids[i]! } })
  const lines = () =>
    app
      .audit()
      .split('\n')
      .filter((line) => ids.some((id) => line.includes(id)))
  await expect.poll(() => lines().length).toBe(4)
  const consent = expect.stringMatching(/^#[\w-]{22}$/)
  expect(lines().map((line) => JSON.parse(line))).toMatchObject([
    { kind: 'operation', purpose: 'onboarding', consent, interactionId: ids[0] },
    { kind: 'operation', purpose: 'onboarding', consent: UUID },
    { kind: 'intent', purpose: 'onboarding', consent },
    { kind: 'operation', purpose: 'onboarding', consent },
  ])
  expect(app.audit()).not.toContain('consent-given')
})

describe('the register of consents', () => {
  const asked = () => asking.ground.consents.asked()
  const run = (headers: Record<string, string>, more: RunOptions = {}) =>
    asking.run(PERSON, undefined, { ...more, headers })

  test('is asked once for equal questions at one time and after, and told no value', async () => {
    const before = asked().length
    const options = { client: 'app', claims: { sub: 'user-7', tenant: 'acme', act: { sub: 'agent' } } }
    const answers = await Promise.all(Array.from({ length: 5 }, () => run(GIVEN, options)))
    answers.push(await run(GIVEN, options))
    expect(answers.flatMap(({ errors }) => errors)).toEqual([])
    const questions = asked().slice(before)
    expect(questions.map(({ question: { scopes: _scopes, ...question } }) => question)).toEqual([
      {
        tenant: 'tenant:acme',
        client: 'app',
        subject: 'user-7',
        actor: 'agent',
        purpose: 'onboarding',
        consentId: 'consent-given',
        fields: ['Person.firstName'],
      },
    ])
    expect(questions[0]!.question.scopes).toContain('pii:read')
    expect(questions[0]!.headers).toMatchObject({
      authorization: 'Bearer register-credential',
      'user-agent': expect.stringMatching(/^kyc-graph\//),
    })
  })

  test.each<readonly [string, RunOptions, string]>([
    ['client', { client: 'other' }, PERSON],
    ['subject', { claims: { sub: 'other' } }, PERSON],
    ['tenant', { claims: { tenant: 'other' } }, PERSON],
    ['field', {}, PERSON.replace('firstName', 'lastName')],
    ['scope', { scopes: ['pii:read', 'persons:read'] }, PERSON],
  ])('is asked again for another %s', async (_what, options, query) => {
    await asking.run(PERSON, undefined, { headers: GIVEN })
    const before = asked().length
    expect((await asking.run(query, undefined, { ...options, headers: GIVEN })).errors).toEqual([])
    expect(asked().length).toBe(before + 1)
  })

  test.each<readonly [string, Record<string, string>]>([
    ['a consent that was withdrawn', { ...GIVEN, 'x-consent-id': 'consent-withdrawn' }],
    ['a consent for another purpose', { ...GIVEN, 'x-consent-id': 'consent-other' }],
    ['a consent that it does not know', { ...GIVEN, 'x-consent-id': 'unknown' }],
  ])('refuses %s before a provider is called', async (_what, headers) => {
    asking.ground.consents.put({ id: 'consent-other', purposes: ['periodic-review'] })
    asking.clear()
    const { status, errors } = await run(headers)
    expect([status, errors[0]!.extensions.code, errors[0]!.extensions['retryable']]).toEqual([403, 'FORBIDDEN', false])
    expect(callsOf(asking)).toEqual([])
  })

  test('refuses a search by a personal value alone', async () => {
    const search = `{ persons(filter: { email: "${ADA.email}" }) { nodes { id } } }`
    const { errors } = await asking.run(search, undefined, { headers: { ...GIVEN, 'x-consent-id': 'unknown' } })
    expect(errors.map(({ extensions: { code } }) => code)).toEqual(['FORBIDDEN'])
    expect((await asking.run(search, undefined, { headers: GIVEN })).errors).toEqual([])
  })

  const json = (value: unknown) => JSON.stringify(value)
  test.each<readonly [string, number, string]>([
    ['a server error', 500, json({ allowed: true })],
    ['a redirect', 302, json({ allowed: true })],
    ['not found', 404, json({ allowed: true })],
    ['no content', 204, ''],
    ['created', 201, json({ allowed: true })],
    ['no JSON', 200, 'allowed'],
    ['a bare true', 200, 'true'],
    ['a text in place of true', 200, json({ allowed: 'true' })],
    ['a number in place of true', 200, json({ allowed: 1 })],
    ['no member', 200, json({})],
    ['another consent', 200, json({ allowed: true, consentId: 'other' })],
    ['another purpose', 200, json({ allowed: true, purpose: 'periodic-review' })],
    ['an answer of 20 KB', 200, json({ allowed: true, more: 'x'.repeat(20_000) })],
    ['an answer that is too deep', 200, `{"allowed":true,"more":${'['.repeat(600)}${']'.repeat(600)}}`],
  ])('shows nothing on %s, and says that it may be tried again', async (what, status, body) => {
    asking.clear()
    asking.ground.consents.fail({ status, body })
    const { status: answered, errors, headers } = await run(GIVEN, { client: what })
    asking.ground.consents.fail()
    expect([answered, headers.get('retry-after')]).toEqual([503, '1'])
    expect(errors.map(({ extensions: { code, retryable } }) => [code, retryable])).toEqual([
      ['CONSENT_UNAVAILABLE', true],
    ])
    expect(callsOf(asking)).toEqual([])
  })

  test('is not asked for what is masked or not personal', async () => {
    const before = asked().length
    await asking.run(PERSON, undefined, { scopes: ['persons:read'] })
    await asking.run(`{ person(id: "${ADA.personId}") { status } }`)
    expect(asked().length).toBe(before)
  })

  test('logs no id, and its failure once', () => {
    const log = asking.log()
    expect(log).not.toContain('consent-')
    expect(log).not.toContain('register-credential')
    expect(log.split('HTTP_500').length).toBe(2)
  })
})

test.each<readonly [string, boolean]>([
  ['is away', false],
  ['takes the question and is silent', true],
])('a register that %s shows nothing', async (_what, isSilent) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  if (!isSilent) server.close()
  const settings = { PURPOSES, CONSENT_URL: `http://127.0.0.1:${port}/check`, CONSENT_TIMEOUT_MS: '100' }
  const other = await startApp(settings, app)
  const { status, errors } = await other.run(PERSON)
  expect([status, errors[0]!.extensions.code]).toEqual([503, 'CONSENT_UNAVAILABLE'])
  await other.close()
  server.close()
})
