import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Fault } from '../../datasources/emulator/run.js'
import { NAMED_PEOPLE } from '../../datasources/emulator/people.js'
import { type ProviderName, providers } from '../../datasources/index.js'
import { readConfig } from '../../src/config.js'
import { type Emulators, startEmulators } from '../../src/dev/emulators.js'
import { MAX_CALLS, type ProbeOptions, probeProvider, type ProbeReport } from '../../src/tools/probe/run.js'
import { probeTable } from '../../src/tools/probe/table.js'
import { runTool } from '../support/build.js'

const NAMES = Object.keys(providers) as ProviderName[]
const SERVER = { AUTH_ISSUER: 'https://issuer.test', AUTH_AUDIENCE: 'a', AUTH_JWKS_URL: 'https://issuer.test/jwks' }
/** Throw-away accounts of the emulators, where no customer can be created. */
const SUBJECTS: Partial<Record<ProviderName, string>> = {
  apiture: 'challenge-401',
  sei: 'test-probe',
  banfico: 'NL94KYCG0000000001',
}

let emulators: Emulators
let settings: Record<string, string>
let close: () => Promise<void>
beforeAll(async () => {
  ;({ emulators, settings, close } = await startEmulators({ jwksUrl: 'http://127.0.0.1:9/jwks' }))
})
afterAll(() => close())
beforeEach(() => Object.values(emulators).forEach((emulator) => emulator.clear()))

function probe(name: ProviderName, options: Partial<ProbeOptions> = {}, more: Record<string, string> = {}) {
  const config = readConfig({ ...SERVER, ...settings, ...more })
  return probeProvider(name, { config, tenant: config.tenancy.tenants[0]!, pauseMs: 0, ...options })
}

const only = ({ rows }: ProbeReport, result: string) => rows.filter((row) => row.result === result)
const failing = (report: ProbeReport) => only(report, 'fails').map(({ states }) => states)
/** Answers every request that matches with this. */
const plant = (name: ProviderName, match: string, fault: Partial<Fault>) =>
  emulators[name].fault({ match, fault: 'status', times: 0, ...fault })

test.each(NAMES)('every assumption holds at the emulator of %s, by reads alone', async (name) => {
  const report = await probe(name)
  expect(only(report, 'fails')).toEqual([])
  expect(only(report, 'holds').length).toBeGreaterThan(5)
  const calls = emulators[name].calls()
  const isLogin = (url: string) => /oauth|oidc|logins/.test(url)
  expect(calls.filter(({ method, url }) => method !== 'GET' && !isLogin(url))).toEqual([])
  expect(report.calls).toBe(calls.length)
  expect(report.calls).toBeLessThanOrEqual(MAX_CALLS)
})

test.each(NAMES)('with --write every assumption holds at the emulator of %s', async (name) => {
  const report = await probe(name, { mayWrite: true, subject: SUBJECTS[name] })
  expect(only(report, 'fails')).toEqual([])
  expect(only(report, 'unchecked').filter((row) => /write|subject/.test(row.seen))).toEqual([])
})

test.each(['1.0', '1.1'])('Banfico is asked in the version %s that the setting names', async (version) => {
  const report = await probe('banfico', { mayWrite: true, subject: SUBJECTS.banfico }, { BANFICO_API_VERSION: version })
  expect(only(report, 'fails')).toEqual([])
  const calls = emulators.banfico.calls().filter(({ url }) => !url.includes('token'))
  expect(calls.length).toBeGreaterThan(1)
  expect(calls.filter(({ url }) => !url.startsWith(`/v${version}/`))).toEqual([])
})

describe('an emulator of the Open Bank Project with quirks', () => {
  const control = (path: string, body: object) =>
    fetch(`${emulators.obp.url}/__emulator/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  beforeAll(() => control('crowd', { count: 12, lastOkDate: '2001-01-01T00:00:00Z' }))
  afterEach(async () => {
    emulators.obp.quirks([])
    await control('release', { release: '2020-10' })
  })

  const TIES = 'Customers of one last OK date come in one order, whatever limit and offset.'
  const DATES = '`from_date` and `to_date` act on the last OK date.'
  const REPEATED = 'A query may repeat a name.'
  const LOGIN = 'A new login leaves the older token valid.'
  const REQUESTS = 'The server has the credit limit requests (getCreditLimitRequests).'
  const ACCOUNTS = 'An account may be created under v4.0.0 (createAccount).'

  test('customers of one date are compared', async () => {
    const { rows } = await probe('obp')
    expect(rows.find(({ states }) => states === TIES)!.result).toBe('holds')
  })

  test.each<[string, readonly string[]]>([
    ['firehoseOff', ['The customer firehose is switched on, and the service user may use it.']],
    ['updateTimeFilter', [DATES]],
    ['oneLoginToken', [LOGIN]],
  ])('the quirk %s is found alone', async (quirk, expected) => {
    emulators.obp.quirks([quirk])
    expect(failing(await probe('obp', { mayWrite: true }))).toEqual(expected)
  })

  test('customers whose number of dependants is no number are left out', async () => {
    emulators.obp.quirks(['dependantsAsText'])
    const { rows } = await probe('obp')
    expect(rows.find(({ states }) => states.includes('dependants'))).toMatchObject({
      result: 'fails',
      needs: expect.stringContaining('leaves such customers out'),
    })
  })

  test('of five quirks each is found, and nothing else', async () => {
    emulators.obp.quirks(['codeAsText', 'nullMembers', 'dependantsAsText', 'shuffledTies', 'uniqueQueryNames'])
    expect(failing(await probe('obp'))).toEqual([
      'The `code` of an error is the status, as a number.',
      TIES,
      REPEATED,
      'Members of a customer are not null.',
      '`dependants` is a number and `kyc_status` a boolean.',
    ])
  })

  test.each<[string, readonly string[]]>([
    ['2020-10', []],
    ['2023-04', [TIES, DATES, REPEATED, ACCOUNTS, LOGIN]],
    ['2024-10', [TIES, DATES, REPEATED, REQUESTS, ACCOUNTS]],
  ])('release %s differs in what its documents say', async (release, expected) => {
    await control('release', { release })
    expect(failing(await probe('obp', { mayWrite: true }))).toEqual(expected)
  })
})

describe('a server that differs', () => {
  const CURRENT_USER = { entitlements: { list: [{ role_name: 'CanGetCustomer', bank_id: 'meridian.01.uk' }] } }

  test.each<[string, ProviderName, string, Partial<Fault>, readonly string[]]>([
    [
      'a role that is missing',
      'obp',
      'GET /obp/v4.0.0/users/current',
      { status: 200, body: CURRENT_USER },
      ['CanGetAnyKycChecks', 'CanAddKycCheck at meridian.01.uk'],
    ],
    [
      'the switch of the firehose',
      'obp',
      'GET /obp/v4.0.0/banks/*/firehose/customers',
      { status: 400, body: { code: 400, message: 'OBP-00009: Firehose is not allowed.' } },
      ['allow_customer_firehose=true'],
    ],
    [
      'an API key that is refused',
      'synctera',
      'GET /v0/persons',
      { status: 401, body: { type: 'https://dev.synctera.com/errors/unauthenticated' } },
      ['SYNCTERA_API_KEY'],
    ],
    ['a scope that is refused', 'apiture', 'GET /**', { status: 403, body: {} }, ['the scope of the client']],
    ['an address that is refused', 'sei', 'GET /**', { status: 403, body: {} }, ['an allowed IP address']],
    ['a login that is refused', 'banfico', 'POST /oauth/token', { status: 401, body: {} }, ['BANFICO_*']],
  ])('%s is named', async (_what, name, match, fault, needs) => {
    plant(name, match, fault)
    const text = probeTable(await probe(name))
    for (const need of needs) expect(text).toContain(need)
    expect(text).toContain('DOES NOT HOLD')
  })

  test('errors and rows in other forms are found, and nothing else', async () => {
    const row = {
      ...(await firstPerson()),
      ...{ email: null, status: 'ASLEEP', ssn: '***-**-0001' },
      personal_ids: [{ id: 'i1', id_type: 'ITIN', identifier: '912-70-0001' }],
    }
    plant('synctera', 'GET /v0/persons', { status: 200, body: { persons: [row, row], next_page_token: '' } })
    plant('synctera', 'GET /v0/persons/*', { status: 404, body: { type: 'https://dev.synctera.com/errors/not-found' } })
    expect(failing(await probe('synctera')).sort()).toEqual(
      [
        'The last page has no member `next_page_token`.',
        'An id that no person has leaves the list empty.',
        'Members without a value are absent, not null.',
        'Statuses are words of the contract.',
        '`ssn` is the last four digits.',
        'An error has a `code`.',
        'Personal ids have an id and a known type, and those of tax and social security show four characters at most.',
      ].sort(),
    )
  })

  const firstPerson = async (): Promise<object> => {
    const response = await fetch(`${emulators.synctera.url}/v0/persons?limit=1`, {
      headers: { authorization: `Bearer ${settings['SYNCTERA_API_KEY']}` },
    })
    return ((await response.json()) as { persons: object[] }).persons[0]!
  }
})

describe('records of persons at Synctera', () => {
  const PERSON_LIST = (name: string) => `\`${name}\` is a list of the persons that are asked for.`
  const ROWS = (name: string) => `Rows of \`${name}\` have their members, with words of the contract.`
  const PERSONAL_ID = 'A personal id is added, corrected and deleted.'
  const SUBSCRIPTION = 'A subscription to the monitoring is made and ended.'
  const DISCLOSURE = {
    id: 'd1',
    person_id: NAMED_PEOPLE[0]!.personId,
    type: 'REG_E',
    version: '1.0',
    event_type: 'VIEWED',
    disclosure_date: '2024-01-01T00:00:00Z',
  }
  const ALERT = { id: 'a1', person_id: DISCLOSURE.person_id, type: 'WATCHLIST', status: 'ACTIVE' }
  const VERIFICATION = { id: 'v1', person_id: 'p1', verification_type: 'LICENSE', result: 'ACCEPTED' }
  const ok = (body: object): Partial<Fault> => ({ status: 200, body })

  test.each<[what: string, match: string, fault: Partial<Fault>, expected: readonly string[]]>([
    ['of others', 'GET /v0/disclosures', ok({ disclosures: [DISCLOSURE] }), [PERSON_LIST('disclosures')]],
    ['that are refused', 'GET /v0/monitoring/alerts', { status: 403 }, [PERSON_LIST('alerts')]],
    [
      'without a member',
      'GET /v0/monitoring/subscriptions',
      ok({ subscriptions: [{ id: 's1' }] }),
      [PERSON_LIST('subscriptions'), ROWS('subscriptions')],
    ],
    [
      'with an unknown word',
      'GET /v0/monitoring/alerts',
      ok({ alerts: [{ ...ALERT, status: 'PAUSED' }] }),
      [PERSON_LIST('alerts'), ROWS('alerts')],
    ],
    [
      'of a business',
      'GET /v0/monitoring/alerts',
      ok({ alerts: [{ ...ALERT, person_id: undefined, business_id: 'b1' }] }),
      [PERSON_LIST('alerts')],
    ],
    [
      'of verifications that ignore the query',
      'GET /v0/verifications',
      ok({ verifications: [VERIFICATION, { ...VERIFICATION, result: 'REJECTED' }] }),
      [
        'One call lists the verifications of several persons.',
        "The history of verifications holds the current ones, and no other person's.",
        '`verification_type` and `result` choose the verifications.',
        'A verification is read by its id, and an unknown one is 404.',
      ],
    ],
    [
      'of a verification that does not exist',
      'GET /v0/verifications/*',
      ok({}),
      ['A verification is read by its id, and an unknown one is 404.'],
    ],
  ])('rows %s are found by reads, and nothing else', async (_what, match, fault, expected) => {
    plant('synctera', match, fault)
    expect(failing(await probe('synctera'))).toEqual(expected)
  })

  test.each<[what: string, match: string, fault: Partial<Fault>, expected: string]>([
    [
      'an address without encryption',
      'POST /v0/verifications/docv_session',
      ok({ session_token: 't', url: 'http://verify.example' }),
      'A document verification session has a token and an `https` address.',
    ],
    ['a refused disclosure', 'POST /v0/disclosures', { status: 403 }, 'A disclosure is recorded and listed.'],
    ['a refused subscription', 'POST /v0/monitoring/subscriptions', { status: 403 }, SUBSCRIPTION],
    ['an alert of any id', 'PATCH /v0/monitoring/alerts/*', ok({}), 'An unknown alert is 404.'],
    ['a refused personal id', 'POST /v0/persons/personal_ids', { status: 403 }, PERSONAL_ID],
    [
      'a refused check of another vendor',
      'POST /v0/verifications',
      { status: 403 },
      'A check of another vendor is recorded, and the history holds it.',
    ],
  ])('%s is found by a write alone', async (_what, match, fault, expected) => {
    plant('synctera', match, fault)
    expect(failing(await probe('synctera'))).toEqual([])
    expect(failing(await probe('synctera', { mayWrite: true }))).toEqual([expected])
  })

  test.each<[string, readonly string[]]>([
    ['unknownIdType', [PERSONAL_ID]],
    ['changeThen500', [SUBSCRIPTION, PERSONAL_ID]],
    ['refusesDuplicates', []],
  ])('the quirk %s is found alone', async (quirk, expected) => {
    emulators.synctera.quirks([quirk])
    try {
      expect(failing(await probe('synctera', { mayWrite: true }))).toEqual(expected)
    } finally {
      emulators.synctera.quirks([])
    }
  })

  test('a tenant without this version of a disclosure is not checked', async () => {
    const body = { code: 'BAD_REQUEST_BODY', invalid: { version: 'there is no such disclosure document' } }
    plant('synctera', 'POST /v0/disclosures', { status: 400, body })
    const report = await probe('synctera', { mayWrite: true })
    expect(failing(report)).toEqual([])
    expect(only(report, 'unchecked').map(({ seen }) => seen)).toContain(
      'the tenant has no version 1.0 of KYC_DATA_COLLECTION',
    )
  })

  test('a run writes to one person', async () => {
    await probe('synctera', { mayWrite: true })
    const calls = emulators.synctera.calls().filter(({ method, url }) => method === 'POST' && url === '/v0/persons')
    expect(new Set(calls.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
  })

  test.each<[string, ProviderName, string, Partial<Fault>, string]>([
    [
      'a path that leads elsewhere',
      'apiture',
      'POST /banking/**',
      { status: 404, body: { type: 'https://api.apiture.com/errors/notFound/v1.0.0' } },
      'Both steps of an unknown challenge are refused with a problem of the Challenges API.',
    ],
    [
      'a refused token',
      'apiture',
      'GET /banking/**',
      { status: 403, body: { id: 'i', type: 'https://api.apiture.com/errors/forbidden/v1.0.0' } },
      'The token is accepted at the path of challenge factors.',
    ],
  ])('%s of challenges is found', async (_what, name, match, fault, expected) => {
    plant(name, match, fault)
    expect(failing(await probe(name, { mayWrite: true, subject: SUBJECTS[name] }))).toEqual([expected])
  })
})

test('no call follows a 429, and its Retry-After is read', async () => {
  plant('synctera', 'GET /v0/persons', { status: 429, headers: { 'retry-after': '1.5' } })
  const report = await probe('synctera')
  expect(report.calls).toBe(1)
  expect(
    only(report, 'unchecked').filter(({ seen }) => seen === 'the provider limits the rate').length,
  ).toBeGreaterThan(5)
  expect(failing(report)).toContain('`Retry-After` is a number of seconds or an HTTP date.')
})

test('no more calls are made than allowed', async () => {
  const report = await probe('obp', { maxCalls: 2 })
  expect(emulators.obp.calls()).toHaveLength(3)
  expect(only(report, 'unchecked').map(({ seen }) => seen)).toContain('2 calls were made')
})

test('a provider that cannot be reached is found', async () => {
  const report = await probe('synctera', {}, { SYNCTERA_URL: 'http://127.0.0.1:9' })
  expect(failing(report)).toEqual(['The provider answers.'])
})

test.each(NAMES)('the report on %s holds no personal value and no secret', async (name) => {
  const text = JSON.stringify(await probe(name, { mayWrite: true, subject: SUBJECTS[name] }))
  const secrets = Object.entries(settings).filter(([key]) => !/URL|BANK_ID|USER_TOKEN/.test(key))
  const people = NAMED_PEOPLE.flatMap(({ email, phone, ssn, customerId }) => [email, phone, ssn, customerId])
  for (const value of [...people, ...secrets.map(([, secret]) => secret)]) expect(text).not.toContain(value)
})

/** Runs the command beside this process, whose emulators answer it. */
const command = (args: readonly string[], more: Record<string, string> = {}) =>
  runTool('probe', args, { ...settings, ...more })

test('the command exits with 0, with 1 when an assumption does not hold, and with 2 for an unknown name', async () => {
  const [good, bad, unknown] = await Promise.all([
    command(['sei']),
    command(['banfico', '--json'], { BANFICO_CLIENT_SECRET: 'wrong' }),
    command(['dogs']),
  ])
  expect([good.code, bad.code, unknown.code]).toEqual([0, 1, 2])
  expect(good.stdout).toMatch(/^sei: \d+ hold, 0 do not, \d+ not checked; 2 requests\n\n\| assumption /)
  expect(JSON.parse(bad.stdout)).toMatchObject([{ provider: 'banfico' }])
  expect(bad.stdout).toContain('no login')
})
