import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { MAGIC_ACCOUNTS, type MagicAccount } from '../../../datasources/banfico/emulator/magic-accounts.js'
import { ADA, CROWD } from '../../../datasources/emulator/people.js'
import type { Fault } from '../../../datasources/emulator/run.js'
import { later, today } from '../../support/clock.js'
import { type App, type RunOptions, startApp } from '../../support/app.js'

let app: App
beforeAll(async () => {
  app = await startApp({ BANFICO_TIMEOUT_MS: '1000' })
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const RESULT = `
  id state message checkedAt fromCache nextPollAt
  account { accountId secondaryId status nameCheckStatus respondedName identities { type value status } }
  responder { scheme apiVersion schemeUrl responseCodes receivedAt data entity { idType idValue reference } }`
const VERIFY = `mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { replayed result { ${RESULT} } } }`
const READ = `query($id: ID!) { verificationResult(id: $id) { ${RESULT} } }`

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const POST = 'POST /v1.0/account-verifications'

const ask = (account: object, rest: object = {}) => ({
  input: {
    types: ['NAME'],
    maxAgeSeconds: 0,
    account: { idScheme: 'SCAN', id: ADA.account, name: 'Accepted,Ada', ...account },
    ...rest,
  },
})
const verify = (account: object, rest: object = {}, options: RunOptions = {}) =>
  app.run(VERIFY, ask(account, rest), options)
const tokens = () => app.emulators.banfico.calls().filter(({ url }) => url === '/oauth/token')

describe('a name is compared with the holder of the account', () => {
  test.each([
    ['Accepted,Ada', 'FULL_MATCH', null, []],
    ['Accepted,Ada,,Ms', 'FULL_MATCH', null, []],
    ['Accepted, Ada, Jane, Dr', 'FULL_MATCH', null, []],
    [',,,Ms Ada Accepted', 'FULL_MATCH', null, []],
    ['ada accepted', 'FULL_MATCH', null, []],
    ['Somebody,Else ; ,,,Ada Accepted', 'FULL_MATCH', null, []],
    ['Accepted,A', 'PARTIAL_MATCH', 'Ada Accepted', ['MBAM']],
    ['Acepted,Ada', 'PARTIAL_MATCH', 'Ada Accepted', ['MBAM']],
    ['Mallory,Eve', 'NO_MATCH', null, ['ANNM']],
  ])('%s: %s', async (name, nameCheckStatus, respondedName, responseCodes) => {
    const { data, errors } = await verify({ name })
    expect(errors).toEqual([])
    expect(data.verifyAccount.result).toMatchObject({
      account: { status: 'ACTIVE', nameCheckStatus, respondedName },
      responder: { responseCodes },
    })
  })

  test('the right name on the wrong type of account is a partial match', async () => {
    const { data } = await verify({ type: 'BUSINESS' })
    expect(data.verifyAccount.result).toMatchObject({
      account: { nameCheckStatus: 'PARTIAL_MATCH', respondedName: null },
      responder: { responseCodes: ['PANM'] },
    })
  })
})

test('a result holds everything that the provider returned', async () => {
  const { data, errors } = await verify({ name: 'Accepted,A', secondaryId: 'ROLL-1' })
  expect(errors).toEqual([])
  const { data: report, ...responder } = data.verifyAccount.result.responder
  expect(data.verifyAccount).toMatchObject({
    replayed: false,
    result: {
      id: expect.stringMatching(UUID),
      state: 'COMPLETED',
      message: null,
      checkedAt: expect.stringMatching(INSTANT),
      fromCache: false,
      nextPollAt: null,
      account: {
        accountId: ADA.account,
        secondaryId: 'ROLL-1',
        status: 'ACTIVE',
        nameCheckStatus: 'PARTIAL_MATCH',
        respondedName: 'Ada Accepted',
        identities: [],
      },
    },
  })
  expect(responder).toEqual({
    scheme: 'UK_COP',
    apiVersion: '1.0',
    schemeUrl: null,
    responseCodes: ['MBAM'],
    receivedAt: expect.stringMatching(INSTANT),
    entity: { idType: 'PARTICIPANT_ORG_ID', idValue: '0015800001ZEc1XAAT', reference: 'YOMI701335' },
  })
  expect(JSON.parse(Buffer.from(report, 'base64').toString())).toMatchObject({
    Data: { VerificationReport: { Matched: false, ReasonCode: 'MBAM', Name: 'Ada Accepted' } },
  })
})

test('the whole input is sent to the provider, in its words and nothing else', async () => {
  const { errors } = await app.run(VERIFY, {
    input: {
      types: ['NAME', 'STATUS', 'ID'],
      idempotencyKey: 'everything',
      maxAgeSeconds: 0,
      initiator: { idType: 'VAT', idValue: 'GB999', reference: 'RUM-1' },
      account: {
        type: 'PERSONAL',
        name: 'Doe,John',
        idScheme: 'ACNR',
        id: '000123456789',
        secondaryId: '7',
        holdingEntity: { type: 'USABA', value: '021000021' },
        identities: [{ type: 'TXID', value: '99-1' }],
      },
    },
  })
  expect(errors).toEqual([])
  const [call] = app.recorded('banfico')
  expect(call!.body).toEqual({
    data: {
      verification: {
        types: ['NAME', 'STATUS', 'ID'],
        initiator: { idType: 'VAT', idValue: 'GB999', reference: 'RUM-1' },
        account: {
          type: 'PERSONAL',
          name: 'Doe,John',
          idScheme: 'ACNR',
          id: '000123456789',
          secondaryId: '7',
          holdingEntity: { type: 'USABA', value: '021000021' },
          identities: [{ type: 'TXID', value: '99-1' }],
        },
      },
    },
  })
  expect(call!.headers['transaction-xref-id']).toMatch(UUID)
  expect(call!.headers).not.toHaveProperty('idempotency-key')
})

test('an absent or null member is not sent', async () => {
  await verify(
    { id: '90070020000013', type: null, secondaryId: null, holdingEntity: null, identities: null, name: null },
    { types: ['STATUS'], initiator: null },
  )
  expect(app.recorded('banfico')[0]!.body).toEqual({
    data: { verification: { types: ['STATUS'], account: { idScheme: 'SCAN', id: '90070020000013' } } },
  })
})

test('an IBAN may be written in groups and in lower case', async () => {
  const { data } = await verify({ idScheme: 'IBAN', id: 'gb15 abby 3000 0012 3456 78' })
  expect(data.verifyAccount.result.account).toMatchObject({
    accountId: 'GB15ABBY30000012345678',
    nameCheckStatus: 'FULL_MATCH',
  })
})

const PARTS = { lastName: 'Accepted', firstName: 'Ada' }
test.each<[what: string, holders: object[], sent: string]>([
  ['a full name', [{ fullName: ' Ada Accepted ' }], ',,,Ada Accepted'],
  ['last and first name', [{ parts: PARTS }], 'Accepted,Ada'],
  ['a middle name', [{ parts: { ...PARTS, middleName: 'M' } }], 'Accepted,Ada,M'],
  ['an honorific alone', [{ fullName: null, parts: { ...PARTS, honorific: 'Dr' } }], 'Accepted,Ada,,Dr'],
  ['two holders', [{ fullName: 'Bo Other' }, { parts: PARTS }], ',,,Bo Other;Accepted,Ada'],
  [
    'holders of 150 characters, some of them outside the basic plane',
    [{ parts: PARTS }, { fullName: '\u{20bb7}'.repeat(134) }],
    `Accepted,Ada;,,,${'\u{20bb7}'.repeat(134)}`,
  ],
  [
    'holders of 150 characters',
    [{ parts: PARTS }, { fullName: 'x'.repeat(134) }],
    `Accepted,Ada;,,,${'x'.repeat(134)}`,
  ],
])('%s is sent in the form of the provider', async (_what, holders, sent) => {
  const { data, errors } = await verify({ name: undefined, holders })
  expect(errors).toEqual([])
  expect(data.verifyAccount.result.account.nameCheckStatus).toBe('FULL_MATCH')
  const [call] = app.recorded('banfico')
  expect(call!.body).toMatchObject({ data: { verification: { account: { name: sent } } } })
  expect(JSON.stringify(call!.body)).not.toContain('holders')
})

test('the status alone, and identifiers, can be verified too', async () => {
  const status = await verify({ name: undefined }, { types: ['STATUS'] })
  expect(status.data.verifyAccount.result.account).toMatchObject({
    status: 'ACTIVE',
    nameCheckStatus: null,
    identities: [],
  })
  const identities = await verify(
    {
      name: undefined,
      identities: [
        { type: 'SSN', value: ADA.ssn },
        { type: 'SSN', value: '900-55-9999' },
        { type: 'CRN', value: '1234567890' },
      ],
    },
    { types: ['ID'] },
  )
  expect(
    identities.data.verifyAccount.result.account.identities.map(({ status }: { status: string }) => status),
  ).toEqual(['FULL_MATCH', 'NO_MATCH', 'UNABLE_TO_MATCH'])
})

type Expected =
  | { status: string | null; name: string | null; responded?: string; codes?: string[] | null }
  | {
      code: string
      retryable?: boolean
      providerStatus?: number
      providerCode?: string
      retryAfterSeconds?: number
      fields?: unknown
    }
  | 'PENDING'

const UNABLE = 'UNABLE_TO_MATCH'
const EXPECTED: Record<string, Expected> = {
  '90070012345678': { status: 'ACTIVE', name: 'FULL_MATCH' },
  '90070098765432': { status: 'ACTIVE', name: 'PARTIAL_MATCH', responded: 'ABC Holdings Limit', codes: ['MBAM'] },
  GB15ABBY30000012345678: { status: 'ACTIVE', name: 'FULL_MATCH' },
  GB15ABBY30000098765432: { status: 'ACTIVE', name: 'FULL_MATCH' },
  GB15ABBY30000012340000: { status: 'NOT_FOUND', name: UNABLE, codes: ['AC01'] },
  '90070012345600': { status: 'FORBIDDEN', name: UNABLE, codes: ['OPTO'] },
  '90070020000000': { status: 'ACTIVE', name: 'FULL_MATCH' },
  '90070020000001': { status: 'ACTIVE', name: 'NO_MATCH', codes: ['ANNM'] },
  '90070020000002': { status: 'ACTIVE', name: 'PARTIAL_MATCH', responded: 'Johan Doe', codes: ['MBAM'] },
  '90070020000003': { status: 'ACTIVE', name: 'PARTIAL_MATCH', codes: ['BANM'] },
  '90070020000004': { status: 'ACTIVE', name: 'PARTIAL_MATCH', codes: ['PANM'] },
  '90070020000005': { status: 'ACTIVE', name: 'PARTIAL_MATCH', responded: 'Doe Trading', codes: ['BAMM'] },
  '90070020000006': { status: 'ACTIVE', name: 'PARTIAL_MATCH', responded: 'Jane Doe', codes: ['PAMM'] },
  '90070020000007': { status: 'NOT_FOUND', name: UNABLE, codes: ['AC01'] },
  '90070020000008': { status: 'FORBIDDEN', name: UNABLE, codes: ['OPTO'] },
  '90070020000009': { status: UNABLE, name: UNABLE, codes: ['ACNS'] },
  '90070020000010': { status: UNABLE, name: UNABLE, codes: ['IVCR'] },
  '90070020000011': { status: UNABLE, name: UNABLE, codes: ['CASS'] },
  '90070020000012': { status: UNABLE, name: UNABLE, codes: ['SCNS'] },
  '90070020000013': { status: 'INACTIVE', name: UNABLE },
  '90070020000014': { status: 'CLOSED', name: UNABLE },
  NL94KYCG0000000001: { status: 'ACTIVE', name: 'FULL_MATCH', codes: ['MTCH'] },
  NL67KYCG0000000002: { status: 'ACTIVE', name: 'PARTIAL_MATCH', responded: 'Jan de Vries', codes: ['CMTC'] },
  NL40KYCG0000000003: { status: 'ACTIVE', name: 'NO_MATCH', codes: ['NMTC'] },
  NL13KYCG0000000004: { status: UNABLE, name: UNABLE, codes: ['NOAP'] },
  '90070020000030': 'PENDING',
  '90070020000031': 'PENDING',
  '90070020000032': 'PENDING',
  '90070020000033': 'PENDING',
  '90070020000034': 'PENDING',
  '90070020000035': 'PENDING',
  '90070020000036': { code: 'PROVIDER_MALFORMED', providerStatus: 202, retryable: false },
  '90070020000400': {
    code: 'BAD_USER_INPUT',
    retryable: false,
    providerStatus: 400,
    providerCode: 'INVALID_FIELD',
    fields: {
      'input.account.idScheme': ['is not valid to the provider'],
      'input.account.id': ['is required by the provider'],
    },
  },
  '90070020000401': {
    code: 'PROVIDER_REFUSED',
    retryable: false,
    providerStatus: 401,
    providerCode: 'MISSING_SIGNATURE',
  },
  '90070020000403': { code: 'PROVIDER_REFUSED', retryable: false, providerStatus: 403, providerCode: 'FORBIDDEN' },
  '90070020000404': { code: 'NOT_FOUND', retryable: false, providerStatus: 404, providerCode: 'NOT_FOUND' },
  '90070020000405': {
    code: 'PROVIDER_REFUSED',
    retryable: false,
    providerStatus: 405,
    providerCode: 'METHOD_NOT_ALLOWED',
  },
  '90070020000408': {
    code: 'PROVIDER_TIMEOUT',
    retryable: false,
    providerStatus: 408,
    providerCode: 'SERVICE_UNAVAILABLE',
  },
  '90070020000421': {
    code: 'BAD_USER_INPUT',
    retryable: false,
    providerStatus: 421,
    providerCode: 'METHOD_NOT_ALLOWED',
  },
  '90070020000429': {
    code: 'RATE_LIMITED',
    retryable: true,
    providerStatus: 429,
    providerCode: 'TOO_MANY_REQUESTS',
    retryAfterSeconds: 10,
  },
  '90070020000500': {
    code: 'PROVIDER_UNAVAILABLE',
    retryable: false,
    providerStatus: 500,
    providerCode: 'UNEXPECTED_ERROR',
  },
  '90070020000503': {
    code: 'PROVIDER_UNAVAILABLE',
    retryable: true,
    providerStatus: 503,
    providerCode: 'SERVICE_UNAVAILABLE',
    retryAfterSeconds: 10,
  },
  '90070020000040': { status: 'ACTIVE', name: 'FULL_MATCH', codes: null },
  '90070020000041': { status: null, name: null },
  '90070020000042': { status: 'ACTIVE', name: 'NO_MATCH', codes: ['ANNM'] },
  '90070020000043': { status: 'ACTIVE', name: 'NO_MATCH', codes: ['ANNM'] },
  '90070020000044': { status: 'ACTIVE', name: 'FULL_MATCH' },
  '000123456789': { status: 'ACTIVE', name: 'FULL_MATCH' },
}

describe('every outcome of the emulator is one of the graph', () => {
  test('and each has its row in this test', () => {
    expect(Object.keys(EXPECTED).sort()).toEqual(MAGIC_ACCOUNTS.map(({ id }) => id).sort())
  })

  const rows: [string, MagicAccount][] = MAGIC_ACCOUNTS.map((account) => [
    `${account.idScheme} ${account.id}: ${account.situation}`,
    account,
  ])
  test.each(rows)('%s', async (_title, { idScheme, id }) => {
    const expected = EXPECTED[id]!
    const { data, errors } = await verify({
      idScheme,
      id,
      name: 'Doe,John',
      ...(idScheme === 'ACNR' ? { holdingEntity: { type: 'USABA', value: '021000021' } } : {}),
    })
    expect(app.calls('banfico')).toEqual([POST])
    if (expected === 'PENDING') {
      expect(errors).toEqual([])
      expect(data.verifyAccount.result).toMatchObject({
        id: expect.stringMatching(UUID),
        state: 'PENDING',
        account: null,
        responder: null,
        nextPollAt: expect.stringMatching(INSTANT),
      })
    } else if ('code' in expected) {
      expect(data.verifyAccount).toBeNull()
      expect(errors).toHaveLength(1)
      expect(errors[0]!.extensions).toMatchObject({
        provider: 'BANFICO',
        correlationId: expect.any(String),
        ...expected,
      })
      expect(JSON.stringify(errors)).not.toContain(id)
      if (expected.providerStatus !== 202)
        expect(errors[0]!.extensions['providerRequestId']).toBe('12345678901234567890')
    } else {
      expect(errors).toEqual([])
      const { result } = data.verifyAccount
      expect(result).toMatchObject({
        state: 'COMPLETED',
        nextPollAt: null,
        fromCache: false,
        account: {
          accountId: id,
          status: expected.status,
          nameCheckStatus: expected.name,
          respondedName: expected.responded ?? null,
        },
      })
      expect(result.responder?.responseCodes ?? null).toEqual(expected.codes === undefined ? [] : expected.codes)
    }
  })

  test('an unlisted value is counted as drift, and stands beside the enum for every caller', async () => {
    const RAW = `mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { account {
      status statusRaw nameCheckStatus nameCheckStatusRaw } } } }`
    const { data } = await app.run(RAW, ask({ id: '90070020000041' }), { scopes: ['verifications:write'] })
    expect(data.verifyAccount.result.account).toEqual({
      status: null,
      statusRaw: expect.stringMatching(/^[A-Z_]+$/),
      nameCheckStatus: null,
      nameCheckStatusRaw: 'NEARLY_MATCH',
    })
    const text = await (await fetch(`${app.url}/metrics`)).text()
    for (const field of ['account.status', 'account.nameCheckStatus'])
      expect(text).toMatch(new RegExp(`kyc_provider_drift_total\\{provider="banfico",field="${field}"\\} [1-9]`))
    expect(text + app.log()).not.toContain('NEARLY_MATCH')
  })

  test('one identity that is not in a list is a list of one', async () => {
    const { data } = await verify(
      { id: '90070020000044', identities: [{ type: 'DUNS', value: '150483782' }] },
      { types: ['ID'] },
    )
    expect(data.verifyAccount.result.account.identities).toEqual([
      { type: 'DUNS', value: '150483782', status: 'FULL_MATCH' },
    ])
  })
})

describe('a pending verification', () => {
  const SHORTLY = ['90070020000030', '90070020000032', '90070020000033', '90070020000035']
  /** Begun by account; all of them have waited long enough to be asked about. */
  const begun = new Map<string, string>()
  /** Begun and never to be completed. */
  const open: string[] = []
  /** When each began. */
  const since = new Map<string, number>()

  const begin = async (account: string): Promise<string> => {
    const { result } = (await verify({ id: account, name: 'Doe,John' })).data.verifyAccount
    expect(Date.parse(result.nextPollAt) - Date.parse(result.checkedAt)).toBe(1000)
    since.set(result.id, Date.parse(result.checkedAt))
    return result.id
  }
  beforeAll(async () => {
    await Promise.all([
      ...SHORTLY.map(async (account) => begun.set(account, await begin(account))),
      ...Array.from({ length: 9 }, async () => open.push(await begin('90070020000031'))),
    ])
    later(1.05)
  })
  afterAll(today)

  test.each([
    ['that polls answer with 202', SHORTLY[0]!],
    ['that began with 200 and no account', SHORTLY[1]!],
    ['that polls do not know at first', SHORTLY[2]!],
    ['that polls answer with nothing but 202', SHORTLY[3]!],
  ])('%s is completed when it is due', async (_what, id) => {
    const { data, errors } = await app.run(READ, { id: begun.get(id) })
    expect(errors).toEqual([])
    expect(data.verificationResult).toMatchObject({
      state: 'COMPLETED',
      fromCache: false,
      nextPollAt: null,
      account: { accountId: id, status: 'ACTIVE', nameCheckStatus: 'FULL_MATCH' },
    })
  })

  test.each([
    [
      '202 and two times to wait',
      { fault: 'status', status: 202, body: {}, headers: { 'retry-after': '7', 'expected-response-seconds': '3' } },
      7000,
    ],
    [
      '202 and a guess',
      { fault: 'status', status: 202, body: {}, headers: { 'expected-response-seconds': '4' } },
      4000,
    ],
    // Without a hint, half of what it has taken so far.
    ['404', { fault: 'status', status: 404 }, null],
    [
      '200 and no account',
      (id: string) => ({ fault: 'status' as const, status: 200, body: { data: { result: { id, account: null } } } }),
      null,
    ],
  ] as const)('is pending still when a poll is answered with %s', async (_what, fault, wait) => {
    const id = open.pop()!
    app.fault('banfico', {
      match: 'GET /v1.0/account-verifications/*',
      ...(typeof fault === 'function' ? fault(id) : fault),
    })
    const { data, errors } = await app.run(READ, { id })
    expect(errors).toEqual([])
    const { state, account, checkedAt, nextPollAt, fromCache } = data.verificationResult
    expect({ state, account, fromCache, wait: Date.parse(nextPollAt) - Date.parse(checkedAt) }).toEqual({
      state: 'PENDING',
      account: null,
      fromCache: false,
      wait: wait ?? Math.max(1000, Math.round((Date.parse(checkedAt) - since.get(id)!) / 2)),
    })
  })

  test.each([
    ['400', { fault: 'status', status: 400 }, 'BAD_USER_INPUT'],
    ['500', { fault: 'status', status: 500 }, 'PROVIDER_UNAVAILABLE'],
    ['a web page', { fault: 'html' }, 'PROVIDER_MALFORMED'],
    ['200 and something else', { fault: 'status', status: 200, body: { data: {} } }, 'PROVIDER_MALFORMED'],
    ['silence', { fault: 'hang' }, 'PROVIDER_TIMEOUT'],
  ] as const)('fails and stays as it is when a poll is answered with %s', async (_what, fault, code) => {
    app.fault('banfico', { match: 'GET /v1.0/account-verifications/*', ...fault, times: 0 })
    const id = open.pop()
    const { data, errors } = await app.run(READ, { id })
    expect(data.verificationResult).toBeNull()
    expect(errors[0]!.extensions).toMatchObject({ code, provider: 'BANFICO' })
    app.clear()
    expect((await app.run(READ, { id })).data.verificationResult).toMatchObject({ state: 'PENDING' })
  })

  test('that the provider does not find is pending until the deadline of the responder, then absent', async () => {
    const id = await begin('90070020000034')
    later(1.05)
    expect((await app.run(READ, { id })).data.verificationResult).toMatchObject({ state: 'PENDING' })
    later(1.1)
    expect(await app.run(READ, { id })).toMatchObject({ data: { verificationResult: null }, errors: [] })
  })
})

describe('results', () => {
  test('many are returned in the requested order, each fetched once, and one failure does not affect the others', async () => {
    const ids: string[] = []
    for (const member of CROWD.slice(0, 3))
      ids.push((await verify({ id: member.account })).data.verifyAccount.result.id)
    app.clear()
    app.fault('banfico', { match: 'GET /v1.0/account-verifications/broken', fault: 'status', status: 500, times: 0 })
    const wanted = [ids[2]!, 'unknown', ids[0]!, 'broken', ids[2]!, ids[1]!]
    const { data, errors } = await app.run('query($ids: [ID!]!) { verificationResults(ids: $ids) { id } }', {
      ids: wanted,
    })
    expect(data.verificationResults.map((result: { id: string } | null) => result?.id ?? null)).toEqual([
      ids[2],
      null,
      ids[0],
      null,
      ids[2],
      ids[1],
    ])
    expect(errors).toMatchObject([{ path: ['verificationResults', 3], extensions: { code: 'PROVIDER_UNAVAILABLE' } }])
    expect(app.calls('banfico').sort()).toEqual([
      ...Array<string>(3).fill('GET /v1.0/account-verifications/broken'),
      'GET /v1.0/account-verifications/unknown',
    ])
  })

  test('a hundred are accepted, 101 are not', async () => {
    const query = 'query($ids: [ID!]!) { verificationResults(ids: $ids) { id } }'
    const scopes = ['verifications:read'] as const
    const ids = (count: number) => Array.from({ length: count }, (_, i) => `none-${i}`)
    expect((await app.run(query, { ids: ids(100) }, { scopes })).data.verificationResults).toEqual(
      Array(100).fill(null),
    )
    const { errors, data, status } = await app.run(query, { ids: ids(101) }, { scopes })
    expect([status, data]).toEqual([400, undefined])
    expect(errors[0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: { ids: expect.any(Array) } })
    expect(app.calls('banfico')).toEqual([])
  })

  test('a reference of another subgraph is the same query', async () => {
    const { id } = (await verify({})).data.verifyAccount.result
    const query = `{ _entities(representations: [{ __typename: "VerificationResult", id: "${id}" }]) { ... on VerificationResult { id account { respondedName accountId } } } }`
    expect((await app.run(query)).data._entities).toEqual([
      { id, account: { accountId: ADA.account, respondedName: null } },
    ])
    expect(
      (await app.run(query, undefined, { scopes: ['verifications:read'], client: 'stranger' })).data._entities,
    ).toEqual([null])
  })
})

describe('personal data', () => {
  test('is masked without pii:read, in a payload and in a result', async () => {
    const masked = {
      account: {
        accountId: `••••${ADA.account.slice(-4)}`,
        secondaryId: '••••',
        respondedName: 'A•••',
        identities: [{ type: 'SSN', value: `••••${ADA.ssn.slice(-4)}`, status: 'FULL_MATCH' }],
      },
      responder: { scheme: 'UK_COP', data: null },
    }
    const written = await verify(
      { name: 'Accepted,A', secondaryId: 'R-1', identities: [{ type: 'SSN', value: ADA.ssn }] },
      { types: ['NAME', 'ID'] },
      { scopes: ['verifications:write', 'verifications:read'] },
    )
    expect(written.errors).toEqual([])
    expect(written.data.verifyAccount.result).toMatchObject(masked)
    const { id } = written.data.verifyAccount.result
    const read = await app.run(READ, { id }, { scopes: ['verifications:read'] })
    expect(read.data.verificationResult).toMatchObject(masked)
    expect((await app.run(READ, { id })).data.verificationResult.account.respondedName).toBe('Ada Accepted')
  })

  test('is in no log and no error', async () => {
    const hidden = { name: 'Zaphod,Beeble', id: '90070020000400', secondaryId: 'SECOND-1' }
    const { errors } = await verify(hidden, { initiator: { idType: 'VAT', idValue: 'VAT-77', reference: 'INV-88' } })
    expect(errors[0]!.extensions.code).toBe('BAD_USER_INPUT')
    for (const value of [...Object.values(hidden), 'VAT-77', 'INV-88', 'kyc-graph:'])
      expect(JSON.stringify(errors) + app.log()).not.toContain(value)
  })
})

describe('scopes', () => {
  test.each([
    [
      'verifyAccount',
      VERIFY,
      ask({}),
      'verifications:write',
      ['verifications:read', 'verifications:read:any', 'pii:read'],
    ],
    [
      'verificationResult',
      READ,
      { id: 'AFRH44994' },
      'verifications:read',
      ['verifications:write', 'verifications:read:any', 'pii:read'],
    ],
    [
      'verificationResults',
      'query($ids: [ID!]!) { verificationResults(ids: $ids) { id } }',
      { ids: ['AFRH44994'] },
      'verifications:read',
      ['verifications:write'],
    ],
  ] as const)('%s needs its own', async (field, query, variables, needed, scopes) => {
    const { data, errors } = await app.run<any, any>(query, variables, { scopes })
    expect([null, [null]]).toContainEqual(data[field])
    expect(errors[0]).toMatchObject({ message: `This needs the scope ${needed}.`, extensions: { code: 'FORBIDDEN' } })
    expect(app.calls('banfico')).toEqual([])
  })
})

describe('invalid input names its field, is not sent and is not echoed', () => {
  const iban = { idScheme: 'IBAN' }
  const identity = { type: 'TXID', value: 'x' }
  test.each<[why: string, account: object, rest: object, field: RegExp]>([
    ['no type at all', {}, { types: [] }, /^input\.types$/],
    ['a type twice', {}, { types: ['NAME', 'NAME'] }, /^input\.types$/],
    ['a type that is none', {}, { types: ['NAME', 'SECRET-7'] }, /^input\.types/],
    ['no name to compare', { name: null }, {}, /^input\.account\.name$/],
    ['an empty name', { name: '' }, {}, /^input\.account\.name$/],
    ['a name of nothing but commas', { name: ',,, ' }, {}, /^input\.account\.name$/],
    ['a name of 151 characters', { name: 'SECRET-7'.padEnd(151, 'x') }, {}, /^input\.account\.name$/],
    ['a name and holders', { holders: [{ fullName: 'SECRET-7' }] }, {}, /^input\.account\.holders$/],
    ['no holder in a list', { name: null, holders: [] }, {}, /^input\.account\.holders$/],
    ['21 holders', { name: null, holders: Array(21).fill({ fullName: 'x' }) }, {}, /^input\.account\.holders$/],
    ['a holder of no form', { name: null, holders: [{}] }, {}, /^input\.account\.holders\[0\]\.parts$/],
    [
      'a holder of two forms',
      { name: null, holders: [{ fullName: 'Ada' }, { fullName: 'SECRET-7', parts: PARTS }] },
      {},
      /^input\.account\.holders\[1\]\.parts$/,
    ],
    [
      'a name that would be read as two holders',
      { name: null, holders: [{ fullName: 'Ada;SECRET-7' }] },
      {},
      /^input\.account\.holders\[0\]\.fullName$/,
    ],
    [
      'a part that would be read as two parts',
      { name: null, holders: [{ parts: { ...PARTS, middleName: 'SECRET-7,Mr' } }] },
      {},
      /^input\.account\.holders\[0\]\.parts\.middleName$/,
    ],
    ['a holder without a letter', { name: null, holders: [{ fullName: ' - ' }] }, {}, /\.holders\[0\]\.fullName$/],
    [
      'a holder of 151 characters that do not show by themselves',
      { name: null, holders: [{ fullName: `x${'\ufe0f'.repeat(150)}` }] },
      {},
      /^input\.account\.holders\[0\]\.fullName$/,
    ],
    [
      'holders of 151 characters in all',
      { name: null, holders: [{ fullName: 'x'.repeat(70) }, { fullName: 'y'.repeat(74) }] },
      {},
      /^input\.account\.holders$/,
    ],
    ['no identity to compare', {}, { types: ['ID'] }, /^input\.account\.identities$/],
    ['21 identities', { identities: Array(21).fill(identity) }, { types: ['ID'] }, /^input\.account\.identities$/],
    [
      'an identity without a value',
      { identities: [{ type: 'TXID', value: '' }] },
      { types: ['ID'] },
      /^input\.account\.identities.*value$/,
    ],
    ['a plain number without a bank', { idScheme: 'ACNR' }, {}, /^input\.account\.holdingEntity$/],
    [
      'a bank without a name',
      { idScheme: 'ACNR', holdingEntity: { type: 'BICFI', value: '' } },
      {},
      /^input\.account\.holdingEntity\.value$/,
    ],
    ['a sort code with letters', { id: '90-07-00 1000000A' }, {}, /^input\.account\.id$/],
    ['13 digits', { id: '9007001000000' }, {}, /^input\.account\.id$/],
    ['15 digits', { id: '900700100000011' }, {}, /^input\.account\.id$/],
    ['digits of another script', { id: '٩٠٠٧٠٠١٠٠٠٠٠٠١' }, {}, /^input\.account\.id$/],
    ['an IBAN without check digits', { ...iban, id: 'GBXXABBY30000012345678' }, {}, /^input\.account\.id$/],
    ['an IBAN that is too short', { ...iban, id: 'GB15ABBY300000' }, {}, /^input\.account\.id$/],
    ['an IBAN that is too long', { ...iban, id: 'GB15'.padEnd(35, '7') }, {}, /^input\.account\.id$/],
    ['an IBAN with a plus', { ...iban, id: 'GB15+ABBY+3000+0012+3456+78' }, {}, /^input\.account\.id$/],
    ['an empty id', { idScheme: 'UPIC', id: '' }, {}, /^input\.account\.id$/],
    ['an id of spaces', { idScheme: 'CUID', id: '   ' }, {}, /^input\.account\.id$/],
    ['an id of 65 characters', { idScheme: 'UPIC', id: '7'.repeat(65) }, {}, /^input\.account\.id$/],
    ['a scheme that is none', { idScheme: 'SECRET-7' }, {}, /^input\.account\.idScheme$/],
    ['an age below 0', {}, { maxAgeSeconds: -1 }, /^input\.maxAgeSeconds$/],
    ['an age of more than a day', {}, { maxAgeSeconds: 86_401 }, /^input\.maxAgeSeconds$/],
    ['an age that is no whole number', {}, { maxAgeSeconds: 1.5 }, /^input\.maxAgeSeconds$/],
    ['an initiator of no kind', {}, { initiator: { idType: '', idValue: 'SECRET-7' } }, /^input\.initiator\.idType$/],
  ])('%s', async (_why, account, rest, field) => {
    const { errors } = await verify({ name: 'SECRET-7', ...account }, rest)
    expect(errors).toHaveLength(1)
    expect(errors[0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', retryable: false })
    expect(Object.keys(errors[0]!.extensions.fields!)).toContainEqual(expect.stringMatching(field))
    expect(app.emulators.banfico.calls()).toEqual([])
    for (const value of ['SECRET-7', ADA.account, '９００', 'ABBY', '7'.repeat(10)])
      expect(JSON.stringify(errors) + app.log()).not.toContain(value)
  })

  test('what the provider rejects is named by the graph, up to the first unknown name', async () => {
    const item = (path: string) => ({ errorCode: 'INVALID_FIELD', message: 'Secret,Name', path })
    const errors = [
      'types',
      'account.identities[0].value',
      'account.holdingEntity',
      'account.constructor.x',
      'initiator.idValue.Secret Name',
    ].map((path) => item(`data.verification.${path}`))
    app.fault('banfico', {
      match: POST,
      fault: 'status',
      status: 400,
      body: { errors: [...errors, item('elsewhere'), { message: 'no path' }] },
    })
    const refused = await verify({})
    expect(Object.keys(refused.errors[0]!.extensions.fields!).sort()).toEqual([
      'input',
      'input.account',
      'input.account.holdingEntity',
      'input.account.identities[0].value',
      'input.initiator.idValue',
      'input.types',
    ])
    expect(JSON.stringify(refused.errors)).not.toContain('Secret')
  })

  test.each([0, undefined])(
    'a rejected name is named by the holders that were given (maximum age %s)',
    async (maxAgeSeconds) => {
      const body = { errors: ['account.name', 'account.id'].map((path) => ({ errorCode: 'INVALID_FIELD', path })) }
      app.fault('banfico', { match: POST, fault: 'status', status: 400, body, times: 2 })
      const fieldsOf = async (account: object) =>
        Object.keys((await verify(account, { maxAgeSeconds })).errors[0]!.extensions.fields!).sort()
      expect(await fieldsOf({ name: undefined, holders: [{ fullName: 'Bo Refused' }] })).toEqual([
        'input.account.holders',
        'input.account.id',
      ])
      expect(await fieldsOf({ name: ',,,Bo Refused' })).toEqual(['input.account.id', 'input.account.name'])
    },
  )

  test.each([
    ['no errors', { code: 'BAD_REQUEST' }, 'BAD_REQUEST'],
    ['nothing', {}, undefined],
    ['a list', [], undefined],
    ['a sentence for a code', { code: 'Doe, John is not valid' }, undefined],
  ])('an error with %s in it is mapped', async (_what, body, providerCode) => {
    app.fault('banfico', { match: POST, fault: 'status', status: 400, body })
    const { extensions } = (await verify({})).errors[0]!
    expect(extensions.code).toBe('BAD_USER_INPUT')
    expect(extensions['providerCode']).toBe(providerCode)
    expect(extensions).not.toHaveProperty('fields')
  })
})

describe('a verification is never retried automatically', () => {
  test.each([
    // The check may be billed, so only the caller decides on another one.
    ['is cut off', { fault: 'reset' }, 'PROVIDER_TIMEOUT', false],
    ['is carried out and cut off', { fault: 'drop-after-apply' }, 'PROVIDER_TIMEOUT', false],
    ['is not answered', { fault: 'hang' }, 'PROVIDER_TIMEOUT', false],
    ['is answered with 499', { fault: 'status', status: 499 }, 'PROVIDER_MALFORMED', false],
    ['is answered with 504', { fault: 'status', status: 504 }, 'PROVIDER_TIMEOUT', false],
    ['is answered with 502', { fault: 'status', status: 502 }, 'PROVIDER_UNAVAILABLE', false],
    ['is answered with 503', { fault: 'status', status: 503 }, 'PROVIDER_UNAVAILABLE', true],
    ['is answered with 429', { fault: 'status', status: 429 }, 'RATE_LIMITED', true],
    ['is answered with broken JSON', { fault: 'malformed' }, 'PROVIDER_MALFORMED', false],
    ['is answered with a web page', { fault: 'html' }, 'PROVIDER_MALFORMED', false],
  ] as const)('when it %s', async (_what, fault, code, retryable) => {
    app.fault('banfico', { match: POST, ...fault })
    const { data, errors } = await verify({})
    expect(data.verifyAccount).toBeNull()
    expect(errors[0]!.extensions).toMatchObject({ code, retryable, provider: 'BANFICO' })
    expect(app.calls('banfico')).toEqual([POST])
  })

  test.each<[what: string, fault: Omit<Fault, 'match'>]>([
    ['does not answer', { fault: 'hang' }],
    ['answers 500', { fault: 'status', status: 500 }],
  ])('when it is not sent, because the token endpoint %s, but may be repeated', async (_what, fault) => {
    const fresh = await startApp({ BANFICO_TIMEOUT_MS: '1000' }, app)
    app.fault('banfico', { match: 'POST /oauth/token', ...fault })
    const { errors } = await fresh.run(VERIFY, ask({}))
    await fresh.close()
    expect(errors[0]!.extensions).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retryable: true, provider: 'BANFICO' })
    expect(errors[0]!.extensions).not.toHaveProperty('providerStatus')
    expect(app.calls('banfico')).toEqual([])
  })

  test('and after a lost answer the same idempotency key begins another one', async () => {
    app.fault('banfico', { match: POST, fault: 'drop-after-apply' })
    const rest = { idempotencyKey: 'lost' }
    expect((await verify({}, rest)).errors[0]!.extensions.code).toBe('PROVIDER_TIMEOUT')
    expect((await verify({}, rest)).data.verifyAccount).toMatchObject({
      replayed: false,
      result: { state: 'COMPLETED' },
    })
    const replayed = await verify({}, rest)
    expect(replayed.data.verifyAccount).toMatchObject({
      replayed: true,
      result: { state: 'COMPLETED', responder: { scheme: 'UK_COP', data: null } },
    })
    expect(app.calls('banfico')).toEqual([POST, POST])
  })
})

describe('the token', () => {
  test('is fetched once for all concurrent callers', async () => {
    const fresh = await startApp()
    const many = await Promise.all(CROWD.slice(0, 10).map(({ account }) => fresh.run(VERIFY, ask({ id: account }))))
    expect(many.flatMap(({ errors }) => errors)).toEqual([])
    const calls = fresh.emulators.banfico.calls()
    const [token, ...others] = calls.filter(({ url }) => url === '/oauth/token')
    expect(others).toEqual([])
    expect(token).toMatchObject({
      method: 'POST',
      body: { grant_type: 'client_credentials' },
      headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: expect.stringMatching(/^Basic /) },
    })
    expect(calls).toHaveLength(11)
    await fresh.close()
  })

  test('is renewed once when it is rejected, and the verification sent again', async () => {
    app.fault('banfico', { match: POST, fault: 'status', status: 401 })
    const { errors } = await verify({})
    expect(errors).toEqual([])
    expect(tokens()).toHaveLength(1)
    expect(app.calls('banfico')).toEqual([POST, POST])
    const [first, second] = app.recorded('banfico').map(({ headers }) => headers['authorization'])
    expect(first).not.toBe(second)
  })

  test('is not renewed a second time', async () => {
    app.fault('banfico', { match: POST, fault: 'status', status: 401, times: 0 })
    expect((await verify({})).errors[0]!.extensions).toMatchObject({ code: 'PROVIDER_REFUSED', providerStatus: 401 })
    expect(app.calls('banfico')).toEqual([POST, POST])
  })

  test('is not renewed where a signature is missing', async () => {
    await verify({})
    app.clear()
    expect((await verify({ id: '90070020000401' })).errors[0]!.extensions).toMatchObject({
      code: 'PROVIDER_REFUSED',
      providerCode: 'MISSING_SIGNATURE',
    })
    expect(tokens()).toEqual([])
    expect(app.calls('banfico')).toEqual([POST])
  })

  test('the result of another verification is never returned', async () => {
    const body = {
      data: {
        result: {
          id: 'somebody-else',
          account: { id: '11111111111111', status: 'ACTIVE', nameCheckStatus: 'FULL_MATCH' },
        },
      },
    }
    const id = (await app.run(VERIFY, ask({ id: '90070020000031' }))).data.verifyAccount.result.id
    later(1.05)
    app.fault('banfico', { match: 'GET /v1.0/account-verifications/*', fault: 'status', status: 200, body })
    const { data, errors } = await app.run(READ, { id })
    expect(data.verificationResult).toBeNull()
    expect(errors[0]!.extensions.code).toBe('PROVIDER_MALFORMED')
    today()
  })

  test.each([400, 401, 403])(
    'that its issuer rejects with %i is an error of this server, not of the caller',
    async (status) => {
      const fresh = await startApp()
      fresh.fault('banfico', { match: 'POST /oauth/token', fault: 'status', status, body: { error: 'invalid_client' } })
      const first = await fresh.run(VERIFY, ask({}))
      expect(first.errors[0]!.extensions).toMatchObject({
        code: 'PROVIDER_REFUSED',
        provider: 'BANFICO',
        providerStatus: status,
        providerCode: 'invalid_client',
        retryable: false,
      })
      // The refused login is not repeated at once.
      expect((await fresh.run(VERIFY, ask({}))).errors[0]!.extensions).toMatchObject({
        code: 'PROVIDER_REFUSED',
        providerStatus: status,
        retryAfterSeconds: 30,
      })
      expect(fresh.emulators.banfico.calls()).toHaveLength(1)
      await fresh.close()
    },
  )
})
