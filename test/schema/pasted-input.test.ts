import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK } from '../../datasources/emulator/people.js'
import { normalText, textFault } from '../../schema/text.js'
import { type App, startApp } from '../support/app.js'

let app: App
beforeAll(async () => {
  app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0' })
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const VERIFY =
  'mutation($account: AccountToVerifyInput!, $key: String) { verifyAccount(input: { types: [NAME], account: $account, idempotencyKey: $key, maxAgeSeconds: 0 }) { replayed result { id } } }'
const PERSON =
  'mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed person { id firstName } } }'
const NUMBER =
  'mutation($input: UpdateCustomerMobileNumberInput!) { updateCustomerMobileNumber(input: $input) { replayed } }'
const IDENTITY = 'mutation($input: UpdateCustomerIdentityInput!) { updateCustomerIdentity(input: $input) { replayed } }'
const SEARCH =
  'query($n: String!, $m: PhoneNumberMatch) { customersByMobilePhoneNumber(mobilePhoneNumber: $n, match: $m) { id } }'

const bodyOf = (provider: 'banfico' | 'synctera' | 'obp') =>
  app.recorded(provider).findLast(({ method }) => method === 'POST' || method === 'PUT')?.body as any

const IBAN = 'GB33BUKB20201555555555'

describe('an account is named as people paste it', () => {
  test.each<[string, string, string, string]>([
    ['blanks', 'IBAN', 'GB33 BUKB 2020 1555 5555 55', IBAN],
    ['hyphens', 'IBAN', 'GB33-BUKB-2020-1555-5555-55', IBAN],
    ['dots', 'IBAN', 'GB33.BUKB.2020.1555.5555.55', IBAN],
    ['slashes', 'IBAN', 'GB33/BUKB/2020/1555/5555/55', IBAN],
    ['a zero-width space', 'IBAN', 'GB33\u200bBUKB20201555555555', IBAN],
    ['a left-to-right mark', 'IBAN', `\u200e${IBAN}\u200f`, IBAN],
    ['a word joiner and a byte order mark', 'IBAN', `\ufeffGB33\u2060BUKB20201555555555`, IBAN],
    ['no-break spaces', 'IBAN', 'GB33\u00a0BUKB\u202f2020\u00a01555\u00a05555\u00a055', IBAN],
    ['soft hyphens and dashes', 'IBAN', 'GB33\u00adBUKB\u20112020\u20131555555555', IBAN],
    ['the word IBAN', 'IBAN', `IBAN ${IBAN}`, IBAN],
    ['the word IBAN and a colon', 'IBAN', 'iban: gb33 bukb 2020 1555 5555 55', IBAN],
    ['the word IBAN and nothing between', 'IBAN', `IBAN${IBAN}`, IBAN],
    ['lower case', 'IBAN', IBAN.toLowerCase(), IBAN],
    ['full-width letters and digits', 'IBAN', 'ＧＢ３３ＢＵＫＢ２０２０１５５５５５５５５５', IBAN],
    ['a sort code and an account number', 'SCAN', '90-07-00 10000001', '90070010000001'],
    ['a sort code with blanks', 'SCAN', ' 90 07 00 / 1000 0001 ', '90070010000001'],
    ['a sort code in full-width digits', 'SCAN', '９０－０７－００\u200b１０００ ０００１', '90070010000001'],
    ['an account number', 'ACNR', '1000\u00a00001\u200b', '10000001'],
    ['an account number whose separators count', 'ACNR', '19-2000145399/0800', '19-2000145399/0800'],
  ])('%s', async (_how, idScheme, id, sent) => {
    const holdingEntity = idScheme === 'ACNR' ? { type: 'BICFI', value: 'DEUTDEFF' } : null
    const { errors } = await app.run(VERIFY, { account: { idScheme, id, name: 'Accepted,Ada', holdingEntity } })
    expect(errors.filter(({ extensions }) => extensions.code === 'BAD_USER_INPUT')).toEqual([])
    expect(app.recorded('banfico').map(({ body }) => body)).toMatchObject([
      { data: { verification: { account: { id: sent } } } },
    ])
  })

  test.each(['GB33', 'IBAN', 'no account', '90-07-00', '\u200b'])('%j is refused as before', async (id) => {
    const { errors } = await app.run(VERIFY, { account: { idScheme: 'IBAN', id, name: 'Ada' } })
    expect(errors[0]!.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: { 'input.account.id': expect.any(Array) },
    })
    expect(app.calls('banfico')).toEqual([])
  })

  test('two spellings under one idempotency key are the same input', async () => {
    const run = (id: string, name: string) =>
      app.run(VERIFY, { key: 'spelled', account: { idScheme: 'IBAN', id, name } })
    const first = await run(IBAN, 'Zo\u00eb')
    const second = await run('iban gb33 bukb 2020 1555 5555 55', 'Zoe\u0308')
    expect(first.data.verifyAccount.replayed).toBe(false)
    expect(second.data.verifyAccount).toEqual({ ...first.data.verifyAccount, replayed: true })
  })
})

describe('a phone number is found in any spelling', () => {
  const MATCHES = [
    '+44 7911 123456',
    '0044 7911 123456',
    '+44 (0)7911 123 456',
    '+44-7911-123456',
    '(+44) 7911.123456',
    '+447911123456',
  ]

  test.each(MATCHES)('where the bank wrote %j', async (written) => {
    const change = { customerId: ADA.customerId, mobilePhoneNumber: written }
    expect((await app.run(NUMBER, { input: change })).errors).toEqual([])
    for (const asked of [
      '+447911123456',
      '00447911123456',
      '+44 7911 123456',
      '+44 (0) 7911 123456',
      '＋４４７９１１１２３４５６',
    ])
      expect({ asked, found: (await app.run(SEARCH, { n: asked })).data.customersByMobilePhoneNumber }).toEqual({
        asked,
        found: [{ id: ADA.customerId }],
      })
    for (const other of ['+447911123457', '+4479111234560', '7911123456', '+1447911123456', '%', '+44791112345_'])
      expect((await app.run(SEARCH, { n: other })).data.customersByMobilePhoneNumber).toEqual([])
    expect((await app.run(SEARCH, { n: '+44 7911 12', m: 'STARTS_WITH' })).data.customersByMobilePhoneNumber).toEqual([
      { id: ADA.customerId },
    ])
  })

  test('that a person is entered with', async () => {
    for (const phoneNumber of [
      '+1 (415) 555-0100',
      '001 415 555 0100',
      '+1.415.555.0100',
      '\u202a+14155550100\u202c',
    ]) {
      const { errors } = await app.run(PERSON, { input: { isCustomer: true, status: 'ACTIVE', phoneNumber } })
      expect(errors).toEqual([])
      expect(bodyOf('synctera').phone_number).toBe('+14155550100')
    }
  })
})

const KINDS = [
  ['a NUL', 'A\u0000B', true],
  ['a bell', 'A\u0007', true],
  ['a delete', 'A\u007f', true],
  ['a C1 control', 'A\u0085', true],
  ['half of a surrogate pair', 'A\ud800', true],
  ['the other half', '\udc00B', true],
  ['an override of direction', 'Ada\u202eecivreS', true],
  ['an isolate', '\u2066Ada\u2069', true],
  ['marks of direction', 'Ada\u200f', true],
  ['the Arabic letter mark', 'Ada\u061c', true],
  ['only zero-width letters', '\u200b\u200d', true],
  ['only blanks', '\u00a0 \u3000', true],
  ['only fillers', '\u3164\uffa0\u2800', true],
  ['only code points that are no characters', '\uffff\u{1fffe}', true],
  ['a line feed', 'Ada\nByron', true],
  ['a line separator', 'Ada\u2028Byron', true],
  ['a tab', 'Ada\tByron', true],
  ['an accent', 'Zo\u00eb', false],
  ['a name in Arabic', 'آدا', false],
  ['a Persian name with a non-joiner', 'می\u200cخواهم', false],
  ['a name in Chinese', '愛達', false],
  ['a person with a wand', '🧙\u200d♀️', false],
] as const

describe('a text of one line', () => {
  test.each(KINDS)('%s', async (_what, text, isRefused) => {
    const inputs = [
      { document: PERSON, input: { isCustomer: true, status: 'ACTIVE', firstName: text }, path: 'input.firstName' },
      {
        document: PERSON,
        input: { isCustomer: true, status: 'ACTIVE', legalAddress: { line1: text, countryCode: 'US' } },
        path: 'input.legalAddress.line1',
      },
      {
        document: PERSON,
        input: { isCustomer: true, status: 'ACTIVE', idempotencyKey: text },
        path: 'input.idempotencyKey',
      },
      {
        document: IDENTITY,
        input: { customerId: ADA.customerId, legalName: text, dateOfBirth: '1990-01-02', title: '', nameSuffix: '' },
        path: 'input.legalName',
      },
    ]
    for (const { document, input, path } of inputs) {
      app.clear()
      const { errors } = await app.run(document, { input })
      const fields = errors.map(({ extensions }) => Object.keys(extensions.fields ?? {}))
      expect({ path, fields }).toEqual({ path, fields: isRefused ? [[path]] : [] })
      if (isRefused) expect(app.calls('synctera')).toEqual([])
    }
  })

  test('a text of several lines may have tabs and line feeds', async () => {
    const input = { isCustomer: true, status: 'ACTIVE', banStatus: 'SUSPENDED' }
    const ok = await app.run(PERSON, { input: { ...input, note: 'one\r\n\ttwo \u202bthree\u202c\rfour' } })
    expect(ok.errors).toEqual([])
    expect(JSON.stringify(app.recorded('synctera').map(({ body }) => body))).toContain(
      'one\\n\\ttwo \u202bthree\u202c\\nfour',
    )
    for (const note of ['a\u0000', 'a\u001b[0m', 'a\ud800'])
      expect((await app.run(PERSON, { input: { ...input, note } })).errors[0]!.extensions.fields).toHaveProperty([
        'input.note',
      ])
  })

  test('JSON and the arguments of queries follow the same rules', async () => {
    const metadata = { a: ['\u0000'] }
    const asked = [
      await app.run(PERSON, { input: { isCustomer: true, status: 'ACTIVE', metadata } }),
      await app.run(PERSON, { input: { isCustomer: true, status: 'ACTIVE', metadata: { '\ud800': 1 } } }),
      await app.run('query($id: ID!) { customer(id: $id) { id } }', { id: 'a\u0000' }),
      await app.run('query($id: ID!) { person(id: $id) { id } }', { id: '\ud800' }),
      await app.run('query($n: String!) { customerByNumber(customerNumber: $n) { id } }', { n: '\udfff' }),
      await app.run('query($n: String!) { persons(filter: { lastName: $n }) { nodes { id } } }', { n: 'A\u202e' }),
    ]
    expect(asked.map(({ errors }) => Object.keys(errors[0]?.extensions.fields ?? {}))).toEqual([
      ['input.metadata'],
      ['input.metadata'],
      ['id'],
      ['id'],
      ['customerNumber'],
      ['filter.lastName'],
    ])
    expect([...app.calls('synctera'), ...app.calls('obp')]).toEqual([])
  })

  test('rules of text and of the class are one error', async () => {
    const { errors } = await app.run(PERSON, {
      input: {
        isCustomer: true,
        status: 'ACTIVE',
        firstName: 'A\u0000',
        email: 'none',
        lastName: `\u202e${'x'.repeat(300)}`,
      },
    })
    expect(errors).toHaveLength(1)
    expect(Object.keys(errors[0]!.extensions.fields!).sort()).toEqual([
      'input.email',
      'input.firstName',
      'input.lastName',
    ])
    expect(errors[0]!.extensions.fields!['input.lastName']).toHaveLength(2)
  })
})

test('a text is sent in normal form C, an identifier in plain letters', async () => {
  await app.run(PERSON, {
    input: {
      isCustomer: true,
      status: 'ACTIVE',
      firstName: 'Zoe\u0308',
      email: 'ada\u200b@example.com',
      legalAddress: { line1: '１ Main St', countryCode: 'ＵＳ', postalCode: '９４１０３' },
    },
  })
  expect(bodyOf('synctera')).toMatchObject({
    first_name: 'Zo\u00eb',
    email: 'ada@example.com',
    legal_address: { address_line_1: '１ Main St', country_code: 'US', postal_code: '94103' },
  })
})

describe('lengths are counted in code points of the normal form', () => {
  test.each<[string, number, boolean]>([
    ['x', 255, true],
    ['x', 256, false],
    ['𝒳', 255, true],
    ['𝒳', 256, false],
    ['e\u0308', 255, true],
    ['e\u0308', 256, false],
    ['☺\ufe0f', 127, true],
    ['☺\ufe0f', 128, false],
  ])('%s, %i times: %s', async (letter, times, isTaken) => {
    const input = {
      customerId: ADA.customerId,
      legalName: letter.repeat(times),
      dateOfBirth: '1990-01-02',
      title: '',
      nameSuffix: '',
    }
    const { errors } = await app.run(IDENTITY, { input })
    expect(errors.map(({ extensions }) => Object.keys(extensions.fields ?? {}))).toEqual(
      isTaken ? [] : [['input.legalName']],
    )
  })
})

describe('null says none where an empty text does', () => {
  const input = { customerId: ADA.customerId, legalName: 'Ada', dateOfBirth: '1990-01-02' }

  test('and so does what is left out, under one idempotency key', async () => {
    const none = await app.run(IDENTITY, { input: { ...input, title: null, nameSuffix: null, idempotencyKey: 'none' } })
    expect(none.errors).toEqual([])
    expect(bodyOf('obp')).toMatchObject({ title: '', name_suffix: '' })
    const empty = await app.run(IDENTITY, { input: { ...input, title: '', nameSuffix: '', idempotencyKey: 'none' } })
    expect(empty.data).toEqual({ updateCustomerIdentity: { replayed: true } })
    const leftOut = await app.run(IDENTITY, { input: { ...input, idempotencyKey: 'none' } })
    expect(leftOut.data).toEqual({ updateCustomerIdentity: { replayed: true } })
  })

  test('of a new customer too', async () => {
    const create = (none: object) =>
      app.run('mutation($input: CreateCustomerInput!) { createCustomer(input: $input) { replayed } }', {
        input: {
          legalName: 'Ada',
          mobilePhoneNumber: '+44 7911 123456',
          email: 'ada@example.com',
          dateOfBirth: '1990-01-02',
          relationshipStatus: 'single',
          highestEducationAttained: 'x',
          employmentStatus: 'x',
          kycStatus: false,
          lastOkDate: '2026-01-01T00:00:00Z',
          idempotencyKey: 'new',
          ...none,
        },
      })
    expect((await create({})).data).toEqual({ createCustomer: { replayed: false } })
    expect(bodyOf('obp')).toMatchObject({ title: '', name_suffix: '' })
    for (const none of [
      { title: '', nameSuffix: '' },
      { title: null, nameSuffix: null },
    ])
      expect((await create(none)).data).toEqual({ createCustomer: { replayed: true } })
  })

  test.each<[string, string, object]>([
    [
      'SetCustomerAttributeDefinition',
      'setCustomerAttributeDefinition',
      { name: 'x', type: 'STRING', description: null, alias: null, canBeSeenOnViews: [], isActive: true },
    ],
    [
      'CreateCustomerAddress',
      'createCustomerAddress',
      { customerId: ADA.customerId, line1: 'x', city: 'y', postcode: null, countryCode: 'DE', line2: null, tags: null },
    ],
    [
      'AddKycMedia',
      'addKycMedia',
      { customerId: ADA.customerId, customerNumber: 'x', relatesToKycDocumentId: null, relatesToKycCheckId: null },
    ],
    [
      'CreateMeeting',
      'createMeeting',
      {
        providerId: 'p',
        purposeId: 'q',
        date: '2024-01-02T03:04:05z',
        creator: { name: 'Sue', mobilePhone: null, emailAddress: null },
        invitees: [],
      },
    ],
  ])('%s', async (type, field, members) => {
    const { errors } = await app.run(`mutation($input: ${type}Input!) { ${field}(input: $input) { replayed } }`, {
      input: { bankId: BANK, ...members },
    })
    expect(errors).toEqual([])
  })
})

test('what a text is read as is read the same again', () => {
  const texts = [
    IBAN,
    'IBAN IBAN1234',
    '90-07-00 10000001',
    'Zoe\u0308',
    '\u200b１２３',
    '+44 (0)20 7946 0018',
    'a\r\nb',
    ...KINDS.map(([, text]) => text),
  ]
  for (const kind of ['line', 'text', 'identifier', 'phone', 'secret', 'accountId'] as const)
    for (const idScheme of ['IBAN', 'SCAN', 'ACNR'])
      for (const text of texts) {
        const once = normalText(kind, text, { idScheme })
        expect(normalText(kind, once, { idScheme })).toBe(once)
        expect([undefined, expect.any(String)]).toContainEqual(textFault(kind, once))
      }
})
