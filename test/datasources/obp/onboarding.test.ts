import fetch from 'node-fetch'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK, OTHER_BANK } from '../../../datasources/emulator/people.js'
import { type App, type RunOptions, startApp } from '../../support/app.js'
import { besideTheGraph } from '../../support/obp.js'

let app: App
let beside: Awaited<ReturnType<typeof besideTheGraph>>
beforeAll(async () => {
  app = await startApp({ OBP_BANK_IDS: `${BANK},${OTHER_BANK}` })
  beside = await besideTheGraph(app)
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const accounts = (bank: string) => `/obp/v4.0.0/banks/${bank}/accounts`
const USERS = '/obp/v4.0.0/users'
const ADA_USER = ADA.customerId.replace(/^./, 'e')

const ACCOUNT = { label: 'Household', productCode: 'AC', currency: 'EUR' }
const createAccount = (input: object, options?: RunOptions) =>
  app.run(
    'mutation($input: CreateAccountInput!) { createAccount(input: $input) { replayed account { accountId bankId userId balance { amount currency } routings { scheme address } } } }',
    { input: { ...ACCOUNT, ...input } },
    options,
  )

const PASSWORD = 'Only.Nora-knows-4711'
const USER = {
  email: 'nora@example.com',
  username: 'nora.first',
  password: PASSWORD,
  firstName: 'Nora',
  lastName: 'New',
}
const createUser = (input: object, options?: RunOptions) =>
  app.run(
    'mutation($input: CreateUserInput!) { createUser(input: $input) { replayed user { id email username } } }',
    { input: { ...USER, ...input } },
    options,
  )

describe('an account', () => {
  test('is opened at the bank and for the user of the input', async () => {
    const { data, errors } = await createAccount({ bankId: OTHER_BANK, userId: ADA_USER, accountId: 'ada-2' })
    expect(errors).toEqual([])
    expect(data.createAccount.account).toMatchObject({ accountId: 'ada-2', bankId: OTHER_BANK, userId: ADA_USER })
    expect(app.calls('obp')).toEqual([`PUT ${accounts(OTHER_BANK)}/ada-2`])
    expect(app.recorded('obp')[0]!.body).toMatchObject({ user_id: ADA_USER, balance: { currency: 'EUR', amount: '0' } })
  })

  test.each<[string, object, Record<string, unknown>]>([
    ['that is not configured', { bankId: 'elsewhere.03.uk' }, {}],
    ['outside the token', { bankId: OTHER_BANK }, { banks: [BANK] }],
    ['that is the default and outside the token', {}, { banks: [OTHER_BANK] }],
  ])('is not opened at a bank %s', async (_what, input, claims) => {
    const { errors } = await createAccount(input, { claims })
    expect(errors[0]).toMatchObject({
      message: 'There is no such bank.',
      extensions: { code: 'NOT_FOUND', provider: 'OPEN_BANK_PROJECT' },
    })
    expect(app.calls('obp')).toEqual([])
  })

  test('is not opened with a used id or address, or for an unknown user', async () => {
    const taken = await createAccount({ accountId: 'account-ada', idempotencyKey: 'taken' })
    expect(taken.errors[0]!.extensions).toMatchObject({
      code: 'CONFLICT',
      retryable: false,
      providerCode: 'OBP-30208',
      providerStatus: 400,
    })
    expect(
      (await createAccount({ accountId: 'account-ada', idempotencyKey: 'taken' })).errors[0]!.extensions,
    ).toMatchObject({ code: 'CONFLICT', replayed: true })
    expect(app.calls('obp')).toHaveLength(1)
    const routed = await createAccount({ routings: [{ scheme: 'SCAN', address: ADA.account }] })
    expect(routed.errors[0]!.extensions).toMatchObject({ code: 'CONFLICT', providerCode: 'OBP-30115' })
    expect(JSON.stringify(routed.errors)).not.toContain(ADA.account)
    // The same id and address are free at another bank.
    expect(
      (
        await createAccount({
          accountId: 'account-ada',
          bankId: OTHER_BANK,
          routings: [{ scheme: 'SCAN', address: ADA.account }],
        })
      ).errors,
    ).toEqual([])
    expect((await createAccount({ userId: 'nobody' })).errors[0]!.extensions).toMatchObject({
      code: 'NOT_FOUND',
      providerCode: 'OBP-20005',
    })
  })

  test.each([
    ['an id of the caller', { accountId: 'lost-1' }, 'PUT'],
    ['an id of the provider', {}, 'POST'],
  ])('with %s is asked for once when the answer is lost', async (_what, input, method) => {
    app.fault('obp', { match: `${method} ${accounts(BANK)}${method === 'PUT' ? '/*' : ''}`, fault: 'drop-after-apply' })
    const keyed = { ...input, idempotencyKey: `lost-${method}` }
    expect((await createAccount(keyed)).errors[0]!.extensions).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      retryable: false,
    })
    const again = await createAccount(keyed)
    expect(again.errors[0]).toMatchObject({
      message: expect.stringContaining('Read the record back'),
      extensions: { code: 'OUTCOME_UNKNOWN', retryable: false, replayed: true },
    })
    expect(app.calls('obp')).toHaveLength(1)
    // Under an id of one's own there is a way to find out that cannot open a second one.
    if (method === 'PUT')
      expect((await createAccount(input)).errors[0]!.extensions).toMatchObject({
        code: 'CONFLICT',
        providerCode: 'OBP-30208',
      })
  })

  test('needs accounts:write, and shows no address without pii:read', async () => {
    const routings = [{ scheme: 'IBAN', address: 'DE89370400440532013000' }]
    const refused = await createAccount({ routings }, { scopes: ['customers:write', 'users:write', 'pii:read'] })
    expect(refused.errors[0]).toMatchObject({
      message: 'This needs the scope accounts:write.',
      extensions: { code: 'FORBIDDEN' },
    })
    expect(app.calls('obp')).toEqual([])
    const { data } = await createAccount({ routings }, { scopes: ['accounts:write'] })
    expect(data.createAccount.account.routings).toEqual([{ scheme: 'IBAN', address: '••••3000' }])
  })

  test('answers null for values that the provider leaves out and for an unknown type', async () => {
    const attribute = { account_attribute_id: 'a', product_code: null, name: 'N', type: 'BOOLEAN', value: null }
    const body = {
      account_id: 'x',
      user_id: '',
      label: null,
      product_code: null,
      balance: { currency: 'EUR', amount: '0.00' },
      branch_id: '',
      account_routings: null,
      account_attributes: [attribute],
    }
    app.fault('obp', { match: `POST ${accounts(BANK)}`, fault: 'status', status: 201, body })
    const query =
      'mutation($input: CreateAccountInput!) { createAccount(input: $input) { account { userId label productCode branchId routings { scheme } attributes { id productCode name type value } } } }'
    const { data, errors } = await app.run(query, { input: ACCOUNT })
    expect(errors).toEqual([])
    expect(data.createAccount.account).toEqual({
      userId: null,
      label: '',
      productCode: '',
      branchId: null,
      routings: [],
      attributes: [{ id: 'a', productCode: null, name: 'N', type: null, value: '' }],
    })
  })

  const long = (length: number) => 'x'.repeat(length + 1)
  const routing = (change: object) => ({ routings: [{ scheme: 'IBAN', address: '1', ...change }] })
  test.each<[string, Record<string, unknown>]>([
    ['input.accountId', { accountId: '' }],
    ['input.accountId', { accountId: long(255) }],
    ['input.accountId', { accountId: 'a/b' }],
    ['input.accountId', { accountId: 'a b' }],
    ['input.userId', { userId: '' }],
    ['input.userId', { userId: 'x <- OBP-20003' }],
    ['input.bankId', { bankId: 'a/b' }],
    ['input.label', { label: long(255) }],
    ['input.productCode', { productCode: long(255) }],
    ['input.branchId', { branchId: long(255) }],
    ['input.currency', { currency: '' }],
    ['input.currency', { currency: 'eur' }],
    ['input.currency', { currency: 'EURO' }],
    ['input.currency', { currency: 'ABC' }],
    [
      'input.routings',
      {
        routings: [
          { scheme: 'IBAN', address: '1' },
          { scheme: 'IBAN', address: '2' },
        ],
      },
    ],
    ['input.routings', { routings: Array.from({ length: 21 }, (_, i) => ({ scheme: `S${i}`, address: '1' })) }],
    ['input.routings[0].scheme', routing({ scheme: '' })],
    ['input.routings[0].scheme', routing({ scheme: long(255) })],
    ['input.routings[0].address', routing({ address: '' })],
    ['input.routings[0].address', routing({ address: long(255) })],
    ['input.routings[0].address', routing({ address: 'x <- OBP-20003' })],
  ])('refuses a bad %s before anything is sent: %j', async (field, change) => {
    const { errors } = await createAccount(change)
    expect(errors[0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: { [field]: expect.any(Array) } })
    expect(app.calls('obp')).toEqual([])
  })

  test.each(['.', '..'])('rejects the id %j, which would change the path', async (accountId) => {
    expect((await createAccount({ accountId })).errors[0]!.extensions.code).toBe('BAD_USER_INPUT')
    expect(app.calls('obp')).toEqual([])
  })
})

describe('a user', () => {
  test('is registered and can log in at once', async () => {
    const { data, errors } = await createUser({ email: 'Nora@Example.com' })
    expect(errors).toEqual([])
    expect(data.createUser).toEqual({
      replayed: false,
      user: { id: expect.any(String), email: 'nora@example.com', username: 'nora.first' },
    })
    const { OBP_URL: url, OBP_CONSUMER_KEY: key } = app.emulators.obp.settings
    const login = await fetch(`${url}/my/logins/direct`, {
      method: 'POST',
      headers: { authorization: `DirectLogin username="nora.first",password="${PASSWORD}",consumer_key="${key}"` },
    })
    expect(login.status).toBe(201)
  })

  test('with a used name is a conflict', async () => {
    await createUser({ username: 'taken.name' })
    const { errors } = await createUser({ username: 'taken.name' })
    expect(errors[0]!.extensions).toMatchObject({ code: 'CONFLICT', providerStatus: 409, retryable: false })
    expect(errors[0]!.extensions).not.toHaveProperty('providerCode')
  })

  test('is registered once under an idempotency key, and not again after a lost answer', async () => {
    const input = { username: 'twice.nora', idempotencyKey: 'user-1' }
    const first = await createUser(input)
    expect((await createUser(input)).data.createUser).toEqual({ ...first.data.createUser, replayed: true })
    expect((await createUser({ ...input, password: `${PASSWORD}!` })).errors[0]!.extensions.code).toBe(
      'IDEMPOTENCY_KEY_REUSED',
    )
    expect(app.calls('obp')).toEqual([`POST ${USERS}`])
    app.clear()
    app.fault('obp', { match: `POST ${USERS}`, fault: 'drop-after-apply' })
    const lost = { username: 'lost.nora', idempotencyKey: 'user-2' }
    for (let i = 0; i < 2; i += 1)
      expect((await createUser(lost)).errors[0]!.extensions).toMatchObject({
        code: 'OUTCOME_UNKNOWN',
        retryable: false,
      })
    expect(app.calls('obp')).toHaveLength(1)
  })

  test('needs users:write, and shows no email and no user name without pii:read', async () => {
    const refused = await createUser(
      { username: 'scope.nora' },
      { scopes: ['customers:write', 'accounts:write', 'pii:read'] },
    )
    expect(refused.errors[0]!.message).toBe('This needs the scope users:write.')
    expect(app.calls('obp')).toEqual([])
    expect(
      (await createUser({ username: 'scope.nora' }, { scopes: ['users:write'] })).data.createUser.user,
    ).toMatchObject({ email: 'n•••', username: 's•••' })
  })

  test("has a password that is only in the provider's request, on success and on failure", async () => {
    const answers = [
      await createUser({ username: 'quiet.nora', idempotencyKey: 'quiet' }),
      await createUser({ username: 'quiet.nora', idempotencyKey: 'quiet' }),
      await createUser({ username: 'quiet.nora' }),
      await createUser({ username: 'no' }),
      await createUser({ username: 'quiet.nora', lastName: undefined }),
      await app.run(`mutation { createUser(input: { password: "${PASSWORD}" email: 7 }) { user { id } } }`),
      await app.run(`mutation { createUser(input: { password: "${PASSWORD}`),
      await app.run('mutation($input: CreateUserInput!) { createUser(input: $input) { user { password } } }', {
        input: USER,
      }),
    ]
    for (const fault of [
      { fault: 'status', status: 400, body: { code: 400, message: `OBP-30207: ${PASSWORD}` } },
      { fault: 'status', status: 500, body: PASSWORD },
      { fault: 'status', status: 201, body: { password: PASSWORD } },
      { fault: 'html' },
      { fault: 'reset' },
    ] as const) {
      app.fault('obp', { match: `POST ${USERS}`, ...fault })
      answers.push(await createUser({ username: 'loud.nora' }))
    }
    expect(answers.map(({ errors }) => errors.length > 0)).toEqual([false, false, ...answers.slice(2).map(() => true)])
    expect(JSON.stringify(answers)).not.toContain(PASSWORD)
    expect(app.log()).not.toContain(PASSWORD)
  })

  test.each([
    ['ten.kinds', 'Abcdefg-1z'],
    ['sixteen.kinds', 'Abcdefghijkl_1~`'],
    ['seventeen.letters', 'seventeen letters'],
    ['other_letters', 'Ünïcödé Pässwörter'],
    ['x'.repeat(64), 'x'.repeat(512)],
  ])('may be called %s and have the password %j', async (username, password) => {
    expect((await createUser({ username, password })).errors).toEqual([])
  })

  test.each<[string, Record<string, unknown>]>([
    ['input.password', { password: '' }],
    ['input.password', { password: 'Abcdef-1z' }],
    ['input.password', { password: 'sixteen letters!' }],
    ['input.password', { password: 'abcdefg-1z' }],
    ['input.password', { password: 'ABCDEFG-1Z' }],
    ['input.password', { password: 'Abcdefg-zz' }],
    ['input.password', { password: 'Abcdefg11z' }],
    ['input.password', { password: 'Abcdefg1 z' }],
    ['input.password', { password: 'x'.repeat(513) }],
    ['input.password', { password: 'Abcdefg,1z' }],
    ['input.password', { password: 'Abcdefg"1z' }],
    ['input.password', { password: 'Abcdefg-1z,' }],
    ['input.password', { password: 'seventeen, letters' }],
    ['input.password', { password: 'seventeen\n"letters"' }],
    ['input.username', { username: 'seven77' }],
    ['input.username', { username: 'x'.repeat(101) }],
    ['input.username', { username: `${'x'.repeat(90)}@example.com` }],
    ['input.username', { username: 'nora@example' }],
    ['input.username', { username: 'nora <OBP-1@example.com>' }],
    ['input.username', { username: '.leading.dot' }],
    ['input.username', { username: 'trailing_' }],
    ['input.username', { username: 'two._in.a.row' }],
    ['input.username', { username: 'with-dash' }],
    ['input.username', { username: 'with space' }],
    ['input.username', { username: 'line.break\n' }],
    ['input.email', { email: 'nora' }],
    ['input.email', { email: 'é@example.com' }],
    ['input.email', { email: 'a@bücher.de' }],
    ['input.email', { email: '"nora new"@example.com' }],
    ['input.email', { email: `${'n'.repeat(37)}@example.com` }],
    ['input.firstName', { firstName: '' }],
    ['input.firstName', { firstName: ' ' }],
    ['input.lastName', { lastName: '' }],
    ['input.lastName', { lastName: 'x'.repeat(256) }],
  ])('is refused with a bad %s before anything is sent: %j', async (field, change) => {
    const { errors } = await createUser(change)
    expect(errors[0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: { [field]: expect.any(Array) } })
    expect(app.calls('obp')).toEqual([])
  })
})

const ROLE = 'OBP-20006: User is missing one or more roles:  CanCreateAccount or create account for self'
const NO_BANK = 'OBP-30001: Bank not found. Please specify a valid value for BANK_ID. Current BankId is x'
/** The refusals of both ways to open an account. */
const OPENING: [status: number, message: string, code: string, providerCode?: string, field?: string][] = [
  [401, 'OBP-20001: User not logged in. Authentication is required!', 'PROVIDER_REFUSED', 'OBP-20001'],
  [
    400,
    'OBP-10001: Incorrect json format. The Json body should be the {\n  "user_id": ""\n} ',
    'BAD_USER_INPUT',
    'OBP-10001',
  ],
  [400, 'OBP-30107: Invalid User Id.', 'BAD_USER_INPUT', 'OBP-30107'],
  [
    404,
    'OBP-20005: User not found. Please specify a valid value for USER_ID. Current USER_ID(x)',
    'NOT_FOUND',
    'OBP-20005',
  ],
  [403, ROLE, 'PROVIDER_REFUSED', 'OBP-20006'],
  [400, 'OBP-30106: Invalid Balance Amount.', 'BAD_USER_INPUT', 'OBP-30106'],
  [400, 'OBP-30112: Invalid Number. Initial balance must be a number, e.g 1000.00', 'BAD_USER_INPUT', 'OBP-30112'],
  [400, 'OBP-30109: Initial Balance of Account must be Zero (0).', 'BAD_USER_INPUT', 'OBP-30109'],
  [400, 'OBP-30105: Invalid Balance Currency.', 'BAD_USER_INPUT', 'OBP-30105'],
  [
    400,
    'OBP-10003: Invalid Currency Value. It should be three letters ISO Currency Code. ',
    'BAD_USER_INPUT',
    'OBP-10003',
    'input.currency',
  ],
  [404, NO_BANK, 'NOT_FOUND', 'OBP-30001'],
  [400, 'OBP-30114: Invalid Account Routings. Duplication detected', 'BAD_USER_INPUT', 'OBP-30114', 'input.routings'],
  [
    400,
    'OBP-30115: Account Routing already exist. (bankId: x, scheme: a, address: b); OBP-30115: Account Routing already exist. (bankId: x, scheme: c, address: d)',
    'CONFLICT',
    'OBP-30115',
  ],
  [400, 'OBP-50000: Unknown Error.', 'OUTCOME_UNKNOWN', 'OBP-50000'],
]

describe.each<[string, string, () => ReturnType<typeof createAccount>, typeof OPENING]>([
  [
    'createAccount',
    `PUT ${accounts(BANK)}/*`,
    () => createAccount({ accountId: 'x' }),
    [
      ...OPENING,
      [400, 'OBP-30208: Account_ID already exists at the Bank.', 'CONFLICT', 'OBP-30208'],
      [
        400,
        "OBP-30110: Invalid Account Id. The ACCOUNT_ID should only contain 0-9/a-z/A-Z/'-'/'.'/'_', the length should be smaller than 255.",
        'BAD_USER_INPUT',
        'OBP-30110',
        'input.accountId',
      ],
      [
        400,
        "OBP-30111: Invalid Bank Id. The BANK_ID should only contain 0-9/a-z/A-Z/'-'/'.'/'_', the length should be smaller than 255.",
        'BAD_USER_INPUT',
        'OBP-30111',
        'input.bankId',
      ],
    ],
  ],
  ['addAccount', `POST ${accounts(BANK)}`, () => createAccount({}), OPENING],
  [
    'createUser',
    `POST ${USERS}`,
    () => createUser({ username: 'table.nora' }),
    [
      [400, 'OBP-10001: Incorrect json format.', 'BAD_USER_INPUT', 'OBP-10001'],
      [
        400,
        'OBP-30207: Invalid Password Format. Your password should EITHER be at least 10 characters long',
        'BAD_USER_INPUT',
        'OBP-30207',
        'input.password',
      ],
      [409, 'User with the same username already exists.', 'CONFLICT'],
      [400, 'Invalid email address;Last name required', 'BAD_USER_INPUT'],
      [400, 'Error occurred during user creation.', 'PROVIDER_UNAVAILABLE'],
      [400, 'OBP-50000: Unknown Error.', 'OUTCOME_UNKNOWN', 'OBP-50000'],
    ],
  ],
])('%s', (_operation, match, run, rows) => {
  test.each(rows)('that answers %i %s is %s', async (status, message, code, providerCode, field) => {
    app.fault('obp', { match, fault: 'status', status, body: { code: status, message }, times: 0 })
    const { errors } = await run()
    expect(errors[0]!.extensions).toMatchObject({ code, provider: 'OPEN_BANK_PROJECT', providerStatus: status })
    expect(errors[0]!.extensions['providerCode']).toBe(providerCode)
    expect(Object.keys(errors[0]!.extensions.fields ?? {})).toEqual(field === undefined ? [] : [field])
    expect(JSON.stringify(errors)).not.toContain(message.split(': ')[1] ?? message)
  })
})

describe('the emulator', () => {
  const body = { user_id: '', label: 'L', product_code: 'AC', balance: { currency: 'EUR', amount: '0' }, branch_id: '' }
  const open = (change: object, bank = BANK) => beside('POST', `/banks/${bank}/accounts`, { ...body, ...change })

  test.each<[number, string, object]>([
    [400, 'OBP-10001', { label: undefined }],
    [404, 'OBP-20005', { user_id: 'nobody' }],
    [400, 'OBP-30112', { balance: { currency: 'EUR', amount: 'much' } }],
    [400, 'OBP-30109', { balance: { currency: 'EUR', amount: '1' } }],
    [400, 'OBP-10003', { balance: { currency: 'ABC', amount: '0' } }],
    [
      400,
      'OBP-30114',
      {
        account_routings: [
          { scheme: 'A', address: '1' },
          { scheme: 'A', address: '2' },
        ],
      },
    ],
  ])('answers %i %s to %j', async (status, code, change) => {
    expect(await open(change)).toMatchObject({
      status,
      body: { code: status, message: expect.stringMatching(`^${code}: `) },
    })
  })

  test('checks the id first and the bank last', async () => {
    expect((await open({ balance: { currency: 'EUR', amount: '1' } }, 'nowhere')).body.message).toContain('OBP-30109')
    expect(await open({}, 'nowhere')).toMatchObject({
      status: 404,
      body: { message: expect.stringContaining('OBP-30001') },
    })
    expect((await beside('PUT', `/banks/${BANK}/accounts/account-ada`, {})).body.message).toContain('OBP-30208')
    expect((await beside('PUT', `/banks/${BANK}/accounts/a%20b`, body)).body.message).toContain('OBP-30110')
  })

  test('lets users open accounts for themselves only', async () => {
    const token = await app.token({ client: 'ada' })
    const asAda = async (user_id: string) => {
      const answer = await fetch(`${app.emulators.obp.url}${accounts(BANK)}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, user_id }),
      })
      return [answer.status, ((await answer.json()) as { message?: string }).message]
    }
    expect([await asAda(''), await asAda(ADA_USER), await asAda(ADA_USER.replace(/1$/, '4'))]).toEqual([
      [201, undefined],
      [201, undefined],
      [403, ROLE],
    ])
  })

  test('registers any user without authentication, under its validation rules', async () => {
    const register = async (change: object) => {
      const user = {
        email: ' N@Example.com ',
        username: 'walk.in.user',
        password: 'Some-Strong-Pass1',
        first_name: 'N',
        last_name: 'N',
        ...change,
      }
      const answer = await fetch(`${app.emulators.obp.url}${USERS}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(user),
      })
      return [answer.status, await answer.json()]
    }
    expect(await register({ email: undefined })).toEqual([
      400,
      { code: 400, message: 'OBP-10001: Incorrect json format.' },
    ])
    expect(await register({ password: 'String' })).toEqual([
      400,
      { code: 400, message: expect.stringMatching(/^OBP-30207: /) },
    ])
    // Names that are e-mail addresses came later.
    expect(await register({ username: 'nora.new@example.com' })).toEqual([
      400,
      { code: 400, message: 'Invalid username' },
    ])
    expect(await register({ email: 'n', first_name: '' })).toEqual([
      400,
      { code: 400, message: 'Invalid email address;First name required' },
    ])
    expect(await register({})).toEqual([
      201,
      {
        user_id: expect.any(String),
        email: 'n@example.com',
        provider_id: 'walk.in.user',
        provider: expect.any(String),
        username: 'walk.in.user',
        entitlements: { list: [] },
      },
    ])
    expect(await register({})).toEqual([409, { code: 409, message: 'User with the same username already exists.' }])
  })
})
