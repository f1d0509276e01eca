import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  ACCOUNTS,
  CHALLENGE,
  CHALLENGE_TOKEN,
  CUSTOMERS,
  PROBLEMS,
} from '../../../datasources/apiture/emulator/index.js'
import { ADA, CROWD } from '../../../datasources/emulator/people.js'
import { type App, type RunOptions, startApp } from '../../support/app.js'
import { resetQuirks } from '../../support/quirks.js'

let app: App
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const SET = `mutation($input: SetAccountEntitlementsInput!) { setAccountEntitlements(input: $input) {
  replayed
  entitlements { bankingCustomerId confirmed asOf items { electronicStatementElection electronicDocumentElection
    account { accountId accountNumber accountMicrNumber productType productCode nickname }
    roles { default view basic billPay loanAdvance } } }
  challenge { operationId challengeId factors { factorId type labels securityQuestions { questionId prompt } } }
} }`

/** The reference's only request. */
const EXAMPLE = {
  accounts: [
    { accountNumber: '123456789', productType: 'CHECKING', productCode: 'DDA_01' },
    { accountNumber: '123456788', accountMicrNumber: '123456788', productType: 'CHECKING', productCode: 'DDA_02' },
    { accountNumber: '123456787', productType: 'CHECKING', productCode: 'DDA_03' },
  ],
  electronicStatementElection: true,
  electronicDocumentElection: true,
  roles: { default: true, billPay: true },
}
const one = (accountNumber = '123456789') => [{ accountNumber, productCode: 'DDA_01' }]

const set = (input: object, options?: RunOptions) => app.run(SET, { input: { ...EXAMPLE, ...input } }, options)

describe('the source example', () => {
  test('is sent to the provider as the reference has it', async () => {
    const { data, errors } = await set({ bankingCustomerId: ADA.bankingCustomerId })
    expect(errors).toEqual([])
    const [call] = app.recorded('apiture')
    expect(app.calls('apiture')).toEqual([
      `PUT /bankingAdmin/bankingCustomers/${ADA.bankingCustomerId}/accountEntitlements`,
    ])
    expect(call!.body).toEqual({
      accounts: [
        { accountNumber: '123456789', productType: 'checking', productCode: 'DDA_01' },
        { accountNumber: '123456788', accountMicrNumber: '123456788', productType: 'checking', productCode: 'DDA_02' },
        { accountNumber: '123456787', productType: 'checking', productCode: 'DDA_03' },
      ],
      assignments: {
        electronicStatementElection: true,
        electronicDocumentElection: true,
        roles: { default: true, billPay: true },
      },
    })
    expect(call!.headers).not.toHaveProperty('challenge')
    expect(call!.headers).not.toHaveProperty('institution-id')

    const { entitlements, ...rest } = data.setAccountEntitlements
    expect(rest).toEqual({ replayed: false, challenge: null })
    expect(entitlements).toMatchObject({
      bankingCustomerId: ADA.bankingCustomerId,
      confirmed: true,
      asOf: expect.stringMatching(/Z$/),
    })
    expect(entitlements.items).toHaveLength(3)
    expect(entitlements.items[1]).toEqual({
      account: {
        accountId: expect.any(String),
        accountNumber: '123456788',
        accountMicrNumber: '123456788',
        productType: 'CHECKING',
        productCode: 'DDA_02',
        nickname: null,
      },
      electronicStatementElection: true,
      electronicDocumentElection: true,
      roles: { default: true, view: null, basic: null, billPay: true, loanAdvance: null },
    })
  })

  test('an answer with an item that was not requested is read by account number', async () => {
    const { data, errors } = await set({ bankingCustomerId: CUSTOMERS.answeredInPart, accounts: one() })
    expect(errors).toEqual([])
    const { items, confirmed } = data.setAccountEntitlements.entitlements
    expect(items.map(({ account }: any) => account.accountNumber)).toEqual(['234567890'])
    expect(confirmed).toBe(true)
  })

  test('the answer of the reference is accepted', async () => {
    const item = (id: string, accountNumber: string) => ({
      account: { id, accountNumber, productType: 'checking', productCode: 'DDA_01' },
      electronicStatementElection: true,
      electronicDocumentElection: true,
      roles: { default: true, billPay: true },
    })
    app.fault('apiture', {
      match: 'PUT /**',
      fault: 'status',
      status: 200,
      body: { items: [item('52abfb19a4810b8b90e7', '123456789'), item('a1b4067f35ae4f0ac4a6', '234567890')] },
    })
    const { data, errors } = await set({ bankingCustomerId: CROWD[0]!.bankingCustomerId })
    expect(errors).toEqual([])
    expect(
      data.setAccountEntitlements.entitlements.items.map(({ account }: any) => [
        account.accountId,
        account.accountNumber,
      ]),
    ).toEqual([
      ['52abfb19a4810b8b90e7', '123456789'],
      ['a1b4067f35ae4f0ac4a6', '234567890'],
    ])
  })

  test('the order and the number of items do not matter', async () => {
    const { data } = await set({ bankingCustomerId: CUSTOMERS.answeredOtherwise })
    expect(data.setAccountEntitlements.entitlements.items.map(({ account }: any) => account.accountNumber)).toEqual([
      '234567890',
      '123456787',
      '123456788',
      '123456789',
    ])
  })
})

describe('the request to the provider', () => {
  test('an absent role stays absent and false is sent', async () => {
    await set({
      bankingCustomerId: ADA.bankingCustomerId,
      accounts: one(),
      electronicStatementElection: false,
      roles: { view: false },
    })
    expect(app.recorded('apiture')[0]!.body).toMatchObject({
      assignments: { electronicStatementElection: false, electronicDocumentElection: true, roles: { view: false } },
    })
    expect(Object.keys((app.recorded('apiture')[0]!.body as any).assignments.roles)).toEqual(['view'])
  })

  test('an id with ~ $ and : stays one segment of the path', async () => {
    const { errors } = await set({ bankingCustomerId: 'a~b$c:d.e', accounts: one() })
    expect(errors[0]!.extensions).toMatchObject({ code: 'NOT_FOUND', providerCode: 'notFound' })
    expect(app.recorded('apiture')[0]!.url).toBe('/bankingAdmin/bankingCustomers/a~b%24c%3Ad.e/accountEntitlements')
  })

  test('the institution is sent where it is configured', async () => {
    const other = await startApp({ APITURE_INSTITUTION_ID: 'ACME_01' })
    const { errors } = await other.run(SET, { input: { ...EXAMPLE, bankingCustomerId: ADA.bankingCustomerId } })
    expect(errors).toEqual([])
    expect(other.recorded('apiture')[0]!.headers['institution-id']).toBe('ACME_01')
    await other.close()
  })
})

/** An item as the provider answers it. */
const ITEM = {
  account: { id: '52abfb19a4810b8b90e7', accountNumber: '123456789', productType: 'checking', productCode: 'DDA_01' },
  electronicStatementElection: true,
  electronicDocumentElection: true,
  roles: { default: true },
}

const UNKNOWN = { code: 'OUTCOME_UNKNOWN' }
const EXPECTED: Record<string, { code: string; fields?: object; retryAfterSeconds?: unknown }> = {
  badRequest: { code: 'BAD_USER_INPUT' },
  unauthorized: { code: 'PROVIDER_REFUSED' },
  sessionExpired: { code: 'PROVIDER_REFUSED' },
  challengeRequired: { code: 'CHALLENGE_REQUIRED' },
  loginIncomplete: { code: 'CHALLENGE_REQUIRED' },
  passwordChangeRequired: { code: 'CHALLENGE_REQUIRED' },
  invalidCsrfToken: { code: 'PROVIDER_REFUSED' },
  challengeBlocked: { code: 'CHALLENGE_REQUIRED' },
  noIdentityChallengeFactors: { code: 'CHALLENGE_REQUIRED' },
  invalidIdentityChallengeHeader: {
    code: 'CHALLENGE_REQUIRED',
    fields: { 'input.challengeToken': [expect.any(String)] },
  },
  forbidden: { code: 'PROVIDER_REFUSED' },
  customerDisabled: { code: 'CONFLICT' },
  antiMalwareRequired: { code: 'PROVIDER_REFUSED' },
  modificationForbidden: { code: 'PROVIDER_REFUSED' },
  notFound: { code: 'NOT_FOUND' },
  methodNotAllowed: { code: 'PROVIDER_MALFORMED' },
  notAcceptable: { code: 'PROVIDER_MALFORMED' },
  conflict: { code: 'CONFLICT' },
  preconditionFailed: { code: 'CONFLICT' },
  payloadTooLarge: { code: 'PROVIDER_MALFORMED' },
  unsupportedMediaType: { code: 'PROVIDER_MALFORMED' },
  unprocessableEntity: { code: 'BAD_USER_INPUT' },
  noSuchAccount: { code: 'NOT_FOUND', fields: { 'input.accounts': [expect.any(String)] } },
  accountNotFound: { code: 'NOT_FOUND', fields: { 'input.accounts': [expect.any(String)] } },
  preconditionRequired: { code: 'CONFLICT' },
  tooManyRequests: { code: 'RATE_LIMITED', retryAfterSeconds: 7 },
  internalServerError: UNKNOWN,
  notImplemented: { code: 'PROVIDER_UNAVAILABLE' },
  serviceUnavailable: {
    code: 'PROVIDER_UNAVAILABLE',
    retryAfterSeconds: expect.toSatisfy((seconds: number) => seconds > 50 && seconds <= 60),
  },
  gatewayTimeout: UNKNOWN,
}

describe('errors of the provider', () => {
  test('every problem of the reference is in the table', () => {
    expect(Object.keys(EXPECTED).sort()).toEqual(Object.keys(PROBLEMS).sort())
  })

  test.each(Object.entries(EXPECTED))('%s is answered as our own error', async (name, expected) => {
    const { data, errors } = await set({ bankingCustomerId: `problem-${name}` })
    expect(data).toEqual({ setAccountEntitlements: null })
    expect(errors[0]!.extensions).toMatchObject({
      ...expected,
      provider: 'APITURE',
      providerCode: name,
      providerStatus: PROBLEMS[name]!.status,
      providerRequestId: expect.any(String),
    })
    const mustAct = ['loginIncomplete', 'passwordChangeRequired', 'challengeBlocked', 'noIdentityChallengeFactors']
    if (mustAct.includes(name)) expect(errors[0]!.message).toMatch(/customer must .*(bank|factor)/)
    // A session that ended is renewed once; nothing else is tried again.
    expect(app.calls('apiture')).toHaveLength(['unauthorized', 'sessionExpired'].includes(name) ? 2 : 1)
  })

  test.each([
    'https://production.api.apiture.com/errors/customerDisabled/v1.0.0',
    'https://api.apiture.com/errors/customerDisabled/v2.3/',
    'http://elsewhere.test/errors/customerDisabled',
  ])('a problem is recognised by its name: %s', async (type) => {
    app.fault('apiture', {
      match: 'PUT /**',
      fault: 'status',
      status: 403,
      headers: { 'content-type': 'application/problem+json' },
      body: { type },
    })
    const { errors } = await set({ bankingCustomerId: ADA.bankingCustomerId })
    expect(errors[0]!.extensions).toMatchObject({ code: 'CONFLICT', providerCode: 'customerDisabled' })
  })

  test.each([
    '/errors/challengeBlocked/v1.0.0',
    'errors/challengeBlocked',
    'challengeBlocked/v1.2.3-beta',
    'https://api.apiture.com/errors/challengeBlocked/v1.2.3-beta',
    'https://api.apiture.com/errors/challengeBlocked/v2.0.0-rc.1+7/',
    'https://api.apiture.com/v1/problems/challengeBlocked',
  ])('a type of another form names its problem, and renews no token: %s', async (type) => {
    app.fault('apiture', { match: 'PUT /**', fault: 'status', status: 401, body: { type }, times: 0 })
    const { errors } = await set({ bankingCustomerId: ADA.bankingCustomerId })
    expect(errors[0]!.extensions).toMatchObject({ code: 'CHALLENGE_REQUIRED', providerCode: 'challengeBlocked' })
    expect(app.calls('apiture')).toHaveLength(1)
  })

  test.each(['https://tools.ietf.org/html/rfc9110#section-15.5.2', 'about:blank', '/v1.0.0', ''])(
    'a type that names no problem says nothing: %j',
    async (type) => {
      app.fault('apiture', { match: 'PUT /**', fault: 'status', status: 401, body: { type } })
      const { errors } = await set({ bankingCustomerId: ADA.bankingCustomerId })
      expect(errors).toEqual([])
      expect(app.calls('apiture')).toHaveLength(2)
    },
  )

  test('a challenge is answered whatever the form of its type and its factors', async () => {
    app.emulators.apiture.quirks(['relativeProblemTypes', 'nullMembers'])
    const { data, errors } = await set({ bankingCustomerId: CUSTOMERS.challenged })
    resetQuirks(app.emulators, 'apiture')
    expect(errors).toEqual([])
    expect(data.setAccountEntitlements.challenge.factors).toHaveLength(CHALLENGE.factors.length)
  })

  test('null members and an odd item lose nothing of what was written', async () => {
    app.emulators.apiture.quirks(['oddRow', 'nullMembers'])
    const { data, errors } = await set({ bankingCustomerId: CROWD[20]!.bankingCustomerId })
    resetQuirks(app.emulators, 'apiture')
    expect(data.setAccountEntitlements.entitlements.items).toHaveLength(3)
    expect(errors).toMatchObject([
      { path: ['setAccountEntitlements'], extensions: { code: 'PROVIDER_MALFORMED', provider: 'APITURE', leftOut: 1 } },
    ])
  })

  test('a problem without a name is classified by its status', async () => {
    app.fault('apiture', { match: 'PUT /**', fault: 'status', status: 422, body: { title: 'Unprocessable' } })
    const { errors } = await set({ bankingCustomerId: ADA.bankingCustomerId })
    expect(errors[0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', providerStatus: 422 })
    expect(errors[0]!.extensions).not.toHaveProperty('providerCode')
  })

  test.each(Object.entries(ACCOUNTS))(
    'account %s makes the problem %s, and its number is not repeated',
    async (accountNumber, name) => {
      const { errors } = await set({ bankingCustomerId: ADA.bankingCustomerId, accounts: one(accountNumber) })
      expect(errors[0]!.extensions.providerCode).toBe(name)
      expect(JSON.stringify(errors)).not.toContain(accountNumber)
      expect(app.log()).not.toContain(accountNumber)
    },
  )

  test.each([
    ['a cut connection', { fault: 'reset' }],
    ['an answer that is lost after the write', { fault: 'drop-after-apply' }],
    ['a page of HTML', { fault: 'html' }],
    ['JSON that ends in the middle', { fault: 'malformed' }],
    ['an answer without items', { fault: 'status', status: 200, body: {} }],
    ['an empty 204', { fault: 'status', status: 204 }],
    ['an answer with no item', { fault: 'status', status: 200, body: { items: [] } }],
    ['an answer with 17 items', { fault: 'status', status: 200, body: { items: Array(17).fill(ITEM) } }],
    ['a 202 with an item', { fault: 'status', status: 202, body: { items: [ITEM] } }],
  ] as const)('the outcome is unknown after %s', async (_name, fault) => {
    app.fault('apiture', { match: 'PUT /**', ...fault })
    const { errors } = await set({ bankingCustomerId: CROWD[1]!.bankingCustomerId })
    expect(errors[0]!.extensions.code).toBe('OUTCOME_UNKNOWN')
    expect(app.calls('apiture')).toHaveLength(1)
  })
})

test('an answer with 16 items is read', async () => {
  const items = Array.from({ length: 16 }, (_, i) => ({
    ...ITEM,
    account: { ...ITEM.account, accountNumber: `9${i}` },
  }))
  app.fault('apiture', { match: 'PUT /**', fault: 'status', status: 200, body: { items } })
  const { data, errors } = await set({ bankingCustomerId: CROWD[2]!.bankingCustomerId })
  expect(errors).toEqual([])
  expect(data.setAccountEntitlements.entitlements.items).toHaveLength(16)
})

describe('an identity challenge', () => {
  test.each([CUSTOMERS.challenged, CUSTOMERS.challengedByOldRules])(
    'is data, not an error (%s)',
    async (bankingCustomerId) => {
      const { data, errors } = await set({ bankingCustomerId })
      expect(errors).toEqual([])
      const { challenge, entitlements } = data.setAccountEntitlements
      expect(entitlements).toBeNull()
      expect(challenge).toMatchObject({ operationId: CHALLENGE.operationId, challengeId: CHALLENGE.challengeId })
      expect(challenge.factors.map(({ type }: any) => type)).toEqual([
        'SMS',
        'VOICE',
        'VOICE',
        'EMAIL',
        'AUTHENTICATOR_TOKEN',
        'SECURITY_QUESTIONS',
      ])
      expect(challenge.factors[3]).toEqual({
        factorId: 'e917d671cb2f030b56f1',
        type: 'EMAIL',
        labels: ['an****nk@example.com', 'an****98@example.com'],
        securityQuestions: null,
      })
      expect(challenge.factors[5]).toMatchObject({
        labels: [],
        securityQuestions: [
          { questionId: 'q1', prompt: "What is your mother's maiden name?" },
          { questionId: 'q4' },
          { questionId: 'q9' },
        ],
      })
    },
  )

  test('without pii:read it has its ids, and its hints are masked', async () => {
    const { data, errors } = await set({ bankingCustomerId: CUSTOMERS.challenged }, { scopes: ['entitlements:write'] })
    expect(errors).toEqual([])
    expect(data.setAccountEntitlements.challenge.factors).toEqual(
      CHALLENGE.factors.map(({ id }) => ({
        factorId: id,
        type: expect.any(String),
        labels: [],
        securityQuestions: null,
      })),
    )
  })

  test('its token executes the write', async () => {
    const { data, errors } = await set({ bankingCustomerId: CUSTOMERS.challenged, challengeToken: CHALLENGE_TOKEN })
    expect(errors).toEqual([])
    expect(app.recorded('apiture')[0]!.headers['challenge']).toBe(CHALLENGE_TOKEN)
    expect(data.setAccountEntitlements).toMatchObject({ challenge: null, entitlements: { confirmed: true } })
  })

  test('under an idempotency key the write is replayed, the challenge is not', async () => {
    const input = { bankingCustomerId: CUSTOMERS.challenged, idempotencyKey: 'challenge-then-token' }
    expect((await set(input)).data.setAccountEntitlements.challenge).not.toBeNull()
    expect((await set(input)).data.setAccountEntitlements).toMatchObject({ replayed: false, entitlements: null })
    const wrong = await set({ ...input, challengeToken: 'not-the-token' })
    expect(wrong.errors[0]!.extensions).toMatchObject({
      code: 'CHALLENGE_REQUIRED',
      fields: { 'input.challengeToken': ['is not accepted by the provider'] },
    })
    expect((await set({ ...input, challengeToken: CHALLENGE_TOKEN })).data.setAccountEntitlements).toMatchObject({
      replayed: false,
      challenge: null,
    })
    expect((await set(input)).data.setAccountEntitlements).toMatchObject({
      replayed: true,
      challenge: null,
      entitlements: { confirmed: true },
    })
    expect(app.calls('apiture')).toHaveLength(4)
  })

  test('with malformed attributes is an error', async () => {
    const { errors } = await set({ bankingCustomerId: CUSTOMERS.challengedWithoutFactors })
    expect(errors[0]!.extensions).toMatchObject({ code: 'CHALLENGE_REQUIRED', provider: 'APITURE', retryable: false })
  })

  test('an unknown kind of factor is null and counted as drift', async () => {
    app.fault('apiture', {
      match: 'PUT /**',
      fault: 'status',
      status: 401,
      body: {
        type: 'https://api.apiture.com/errors/challengeRequired/v9',
        attributes: { ...CHALLENGE, factors: [{ type: 'retina' }] },
      },
    })
    const { data } = await set({ bankingCustomerId: ADA.bankingCustomerId })
    expect(data.setAccountEntitlements.challenge.factors).toEqual([
      { factorId: null, type: null, labels: [], securityQuestions: null },
    ])
    expect(await (await fetch(`${app.url}/metrics`)).text()).toContain(
      'kyc_provider_drift_total{provider="apiture",field="challenge.factors.type"} 1',
    )
  })
})

describe('invalid input', () => {
  const VALUE = 'S3NSITIVE'
  const accounts = (change: object) => [{ accountNumber: '123456789', productCode: 'DDA_01', ...change }]
  test.each<[string, object, string]>([
    ['a customer id that is too short', { bankingCustomerId: 'short' }, 'input.bankingCustomerId'],
    ['a customer id with a slash', { bankingCustomerId: `${VALUE}/../x` }, 'input.bankingCustomerId'],
    ['no account', { accounts: [] }, 'input.accounts'],
    [
      '17 accounts',
      { accounts: Array.from({ length: 17 }, (_, i) => ({ accountNumber: `9${i}`, productCode: 'DDA_01' })) },
      'input.accounts',
    ],
    ['an account twice', { accounts: [...one(VALUE), ...one('2'), ...one(VALUE)] }, 'input.accounts'],
    [
      'an account number with a sign',
      { accounts: accounts({ accountNumber: `${VALUE}_#` }) },
      'input.accounts[0].accountNumber',
    ],
    [
      'an account number of 33',
      { accounts: accounts({ accountNumber: '1'.repeat(33) }) },
      'input.accounts[0].accountNumber',
    ],
    [
      'a MICR number with letters',
      { accounts: accounts({ accountMicrNumber: VALUE }) },
      'input.accounts[0].accountMicrNumber',
    ],
    ['an account id that is too short', { accounts: accounts({ id: 'short' }) }, 'input.accounts[0].id'],
    ['an empty product code', { accounts: accounts({ productCode: '' }) }, 'input.accounts[0].productCode'],
    [
      'a product code of 17',
      { accounts: accounts({ productCode: `${VALUE}12345678` }) },
      'input.accounts[0].productCode',
    ],
    ['a nickname of 51', { accounts: accounts({ nickname: VALUE.repeat(6) }) }, 'input.accounts[0].nickname'],
    [
      'a kind of account that there is not',
      { accounts: accounts({ productType: VALUE }) },
      'input.accounts[0].productType',
    ],
    ['a role that is null', { roles: { view: null } }, 'input.roles.view'],
    ['a challenge token that is too short', { challengeToken: 'tooshrt' }, 'input.challengeToken'],
    ['a challenge token with a line break', { challengeToken: `${VALUE}\r\nX: y` }, 'input.challengeToken'],
    ['an election that is missing', { electronicStatementElection: undefined }, 'input.electronicStatementElection'],
  ])('%s is invalid input by its name, before anything is sent', async (_name, change, field) => {
    const { errors } = await set({ bankingCustomerId: ADA.bankingCustomerId, ...change })
    expect(errors[0]!.extensions.code).toBe('BAD_USER_INPUT')
    expect(Object.keys(errors[0]!.extensions.fields!)).toEqual([field])
    expect(JSON.stringify(errors)).not.toContain(VALUE)
    expect(app.recorded('apiture')).toEqual([])
  })
})

describe('access', () => {
  test('numbers are masked without pii:read', async () => {
    const { data } = await set({ bankingCustomerId: ADA.bankingCustomerId }, { scopes: ['entitlements:write'] })
    const { account } = data.setAccountEntitlements.entitlements.items.find(
      ({ account }: any) => account.productCode === 'DDA_02',
    )
    expect(account).toMatchObject({ accountNumber: '••••6788', accountMicrNumber: '••••6788' })
    const read = await app.run(
      'query($id: ID!) { accountEntitlements(bankingCustomerId: $id) { items { account { accountNumber } } } }',
      { id: ADA.bankingCustomerId },
      { scopes: ['entitlements:read'] },
    )
    expect(read.data.accountEntitlements.items.map(({ account }: any) => account.accountNumber)).toContain('••••6789')
  })

  test('query and command need a scope each', async () => {
    const write = await set({ bankingCustomerId: ADA.bankingCustomerId }, { scopes: ['entitlements:read'] })
    const read = await app.run(
      '{ accountEntitlements(bankingCustomerId: "x") { asOf } }',
      {},
      { scopes: ['entitlements:write'] },
    )
    expect(write.errors[0]!.message).toBe('This needs the scope entitlements:write.')
    expect(read.errors[0]!.message).toBe('This needs the scope entitlements:read.')
    expect(app.recorded('apiture')).toEqual([])
  })

  test('nothing personal reaches the log', async () => {
    await set({
      bankingCustomerId: ADA.bankingCustomerId,
      accounts: [
        {
          accountNumber: '777 888-999.X',
          accountMicrNumber: '55566677',
          productCode: 'DDA_01',
          nickname: 'Rainy days',
        },
      ],
    })
    await set({ bankingCustomerId: CUSTOMERS.challenged })
    await set({ bankingCustomerId: CUSTOMERS.challenged, challengeToken: 'one-time-secret' })
    expect(app.log()).toContain('/bankingAdmin/bankingCustomers/{}/accountEntitlements')
    for (const value of [
      '777 888',
      '55566677',
      'Rainy',
      'one-time-secret',
      'an****nk',
      'maiden',
      ADA.bankingCustomerId,
    ])
      expect(app.log()).not.toContain(value)
  })
})
