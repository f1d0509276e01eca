import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK, NAMED_PEOPLE } from '../../datasources/emulator/people.js'
import type { Scope } from '../../schema/scopes.js'
import { type App, type RunOptions, startApp } from '../support/app.js'
import { besideTheGraph } from '../support/obp.js'

const RHEA = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Rhea')!
const MINE = 'GET /obp/v4.0.0/users/current/customers'
const WRITE_OWN: readonly Scope[] = ['customers:write:own', 'persons:write:own']

let app: App
beforeAll(async () => {
  app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0' })
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const as = (client: string, scopes: readonly Scope[]): RunOptions => ({ client, scopes })
const user = (sub: string, scopes: readonly Scope[]): RunOptions => ({ client: 'app', scopes, claims: { sub } })
const mutate = (name: string, input: object, options: RunOptions, selection = 'replayed') =>
  app.run<any>(
    `mutation($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${selection} } }`,
    { input },
    options,
  )
const codes = (errors: readonly { readonly extensions: { readonly code: string } }[]) =>
  errors.map(({ extensions }) => extensions.code)
const writes = () => [...app.calls('obp'), ...app.calls('synctera')].filter((call) => !call.startsWith('GET '))

const ADDRESS = { line1: 'No 1 the Road', city: 'Berlin', countryCode: 'DE' }
const HANDLE = { type: 'mastodon', handle: '@a', addedAt: '2024-01-02T03:04:05Z', activatedAt: '2024-01-02T03:04:05Z' }
const REQUEST = Object.fromEntries(
  [
    'requestedCurrentRateAmount1',
    'requestedCurrentRateAmount2',
    'requestedCurrentValidEndDate',
    'currentCreditDocumentation',
    'temporaryRequestedCurrentAmount',
    'requestedTemporaryValidEndDate',
    'temporaryCreditDocumentation',
  ].map((name) => [name, 'text']),
)

/** What an owner may write; `code` where the provider refuses it to the owner as to everyone. */
const OWNED: [mutation: string, inputOf: (whose: typeof ADA) => object, code?: string][] = [
  ['updateCustomerEmail', ({ customerId }) => ({ customerId, email: 'new@example.com' })],
  ['updateCustomerMobileNumber', ({ customerId }) => ({ customerId, mobilePhoneNumber: '+14155550199' })],
  ['createCustomerAddress', ({ customerId }) => ({ customerId, ...ADDRESS })],
  [
    'updateCustomerAddress',
    ({ customerId, username }) => ({ customerId, addressId: `address-${username}`, ...ADDRESS }),
  ],
  ['deleteCustomerAddress', ({ customerId, username }) => ({ customerId, addressId: `address-${username}` })],
  ['requestCreditLimit', ({ customerId }) => ({ customerId, ...REQUEST })],
  ['addSocialMediaHandle', ({ customerId, customerNumber }) => ({ customerId, customerNumber, ...HANDLE }), 'CONFLICT'],
  ['updatePerson', ({ personId }) => ({ id: personId, chosenName: 'Addie', email: 'new@example.com' })],
  ['recordDisclosure', ({ personId }) => ({ personId, type: 'E_SIGN', version: '1.0', eventType: 'ACKNOWLEDGED' })],
]

describe.each(OWNED.map(([mutation, inputOf, code]) => ({ mutation, inputOf, code })))(
  '$mutation with an :own scope',
  ({ mutation, inputOf, code }) => {
    test("writes the caller's own record, another's is NOT_FOUND like an unknown one, without a call about either", async () => {
      const nowhere = {
        ...RHEA,
        customerId: 'c9999999-0000-4000-8000-999999999999',
        personId: 'a9999999-0000-4000-8000-999999999999',
      }
      const [theirs, nobodys] = [
        await mutate(mutation, inputOf(RHEA), as('ada', WRITE_OWN)),
        await mutate(mutation, inputOf(nowhere), as('ada', WRITE_OWN)),
      ]
      const { correlationId: _one, ...told } = theirs.errors[0]!.extensions
      const { correlationId: _other, ...toldOfNobody } = nobodys.errors[0]!.extensions
      expect(told.code).toBe('NOT_FOUND')
      expect([told, theirs.errors[0]!.message]).toEqual([toldOfNobody, nobodys.errors[0]!.message])
      expect([...app.calls('obp'), ...app.calls('synctera')]).toEqual([MINE, MINE])
      app.clear()
      const mine = await mutate(mutation, inputOf(ADA), as('ada', WRITE_OWN))
      expect(codes(mine.errors)).toEqual(code === undefined ? [] : [code])
      expect(writes()).toHaveLength(code === undefined ? 1 : 0)
    })

    test('tells no stored outcome of a record that is not, or no longer, the own', async () => {
      const input = { ...inputOf(RHEA), idempotencyKey: `stored-${mutation}` }
      await mutate(mutation, input, as('ada', ['customers:write', 'persons:write']))
      const { errors } = await mutate(mutation, input, as('ada', WRITE_OWN))
      expect(codes(errors)).toEqual(['NOT_FOUND'])
      expect(errors[0]!.extensions['replayed']).toBeUndefined()
    })

    test('is refused while the links cannot be read', async () => {
      app.fault('obp', { match: MINE, fault: 'status', status: 503, times: 0 })
      const { errors } = await mutate(mutation, inputOf(ADA), as('ada', WRITE_OWN))
      expect(codes(errors)).toEqual(['PROVIDER_UNAVAILABLE'])
      expect(writes()).toEqual([])
    })
  },
)

test.each<[member: string, value: unknown]>([
  ['status', 'ACTIVE'],
  ['banStatus', 'ALLOWED'],
  ['isCustomer', false],
  ['firstName', 'Eve'],
  ['middleName', 'Eve'],
  ['lastName', 'Eve'],
  ['dateOfBirth', '1990-01-02'],
  ['ssn', '900-55-0001'],
  ['metadata', { SYNCTERA_PERSON_ID: RHEA.personId }],
  ['note', 'text'],
  ['legalAddress', { line1: 'No 1 the Road', countryCode: 'US' }],
])('persons:write:own does not open %s of updatePerson', async (member, value) => {
  const { errors } = await mutate(
    'updatePerson',
    { id: ADA.personId, chosenName: 'Addie', [member]: value },
    as('ada', WRITE_OWN),
  )
  expect(errors[0]).toMatchObject({
    message: `This needs the scope persons:write for input.${member}.`,
    extensions: { code: 'FORBIDDEN' },
  })
  expect(app.calls('obp')).toEqual([])
})

test('an own write shows personal values only with the own scope to read them', async () => {
  const change = (scopes: readonly Scope[]) =>
    mutate(
      'updateCustomerEmail',
      { customerId: ADA.customerId, email: 'shown@example.com' },
      as('ada', scopes),
      'customer { email }',
    ).then(({ data }) => data.updateCustomerEmail.customer.email as string)
  expect(await change(['customers:write:own'])).toBe('s•••')
  expect(await change(['customers:write:own', 'customers:read'])).toBe('s•••')
  expect(await change(['customers:write', 'customers:read:own'])).toBe('s•••')
  expect(await change(['customers:write:own', 'customers:read:own'])).toBe('shown@example.com')
})

test('a link that ends within an operation ends ownership for its next mutation', async () => {
  const { data } = await app.run<any>(`{ customer(id: "${RHEA.customerId}") { userLinks { id } } }`)
  const [{ id }] = data.customer.userLinks
  const { errors } = await app.run<any>(
    `mutation {
      before: updateCustomerEmail(input: { customerId: "${RHEA.customerId}", email: "one@example.com" }) { replayed }
      deleteUserCustomerLink(input: { customerId: "${RHEA.customerId}", linkId: "${id}" }) { replayed }
      after: updateCustomerEmail(input: { customerId: "${RHEA.customerId}", email: "two@example.com" }) { replayed } }`,
    undefined,
    as('rhea', ['customers:write:own', 'links:write']),
  )
  expect(errors.map(({ path, extensions }) => [path, extensions.code])).toEqual([[['after'], 'NOT_FOUND']])
  const beside = await besideTheGraph(app)
  await beside('POST', `/banks/${BANK}/user_customer_links`, {
    user_id: RHEA.customerId.replace(/^./, 'e'),
    customer_id: RHEA.customerId,
  })
})

describe('no write but that of a link gives a caller more to read as their own', () => {
  const rest: readonly Scope[] = [
    'customers:write',
    'persons:write',
    'kyc:write',
    'users:write',
    'accounts:write',
    'attributes:write',
    'entitlements:write',
    'customers:write:own',
    'persons:write:own',
    'customers:read:own',
    'persons:read:own',
    'entitlements:read:own',
  ]
  const seen = () =>
    app
      .run<any>(
        `{ customer(id: "${RHEA.customerId}") { id } person(id: "${RHEA.personId}") { id } accountEntitlements(bankingCustomerId: "${RHEA.bankingCustomerId}") { bankingCustomerId } viewer { customers { id } } }`,
        undefined,
        as('ada', rest),
      )
      .then(({ data }) => data)
  const nothing = {
    customer: null,
    person: null,
    accountEntitlements: null,
    viewer: { customers: [{ id: ADA.customerId }] },
  }

  test.each<[string, object, string]>([
    ['linkCustomer', { customerId: ADA.customerId, personId: RHEA.personId }, 'FORBIDDEN'],
    ['linkCustomer', { customerId: ADA.customerId, bankingCustomerId: RHEA.bankingCustomerId }, 'FORBIDDEN'],
    ['createUserCustomerLink', { customerId: RHEA.customerId, userId: ADA.customerId.replace(/^./, 'e') }, 'FORBIDDEN'],
    ['deleteUserCustomerLink', { customerId: ADA.customerId, linkId: 'link' }, 'FORBIDDEN'],
    ['updateCustomerNumber', { customerId: ADA.customerId, customerNumber: RHEA.customerNumber }, 'FORBIDDEN'],
    ...[
      'SYNCTERA_PERSON_ID',
      ' synctera_person_id ',
      'ＳＹＮＣＴＥＲＡ_ＰＥＲＳＯＮ_ＩＤ',
      'Apiture_Banking_Customer_Id',
    ].map((name): [string, object, string] => [
      'createCustomerAttribute',
      { customerId: ADA.customerId, name, type: 'STRING', value: RHEA.personId },
      'BAD_USER_INPUT',
    ]),
    ['updatePerson', { id: ADA.personId, metadata: { customer_id: RHEA.customerId, person_id: RHEA.personId } }, ''],
    ['createAccount', { userId: ADA.customerId.replace(/^./, 'e'), label: 'a', productCode: 'p', currency: 'EUR' }, ''],
    [
      'createUser',
      { email: RHEA.email, username: 'ada.second', password: 'Long-enough-4-anybody!', firstName: 'A', lastName: 'B' },
      '',
    ],
    ['setAccountAttributes', { externalId: RHEA.seiExternalId, attributes: [] }, 'BAD_USER_INPUT'],
  ])('%s %j', async (mutation, input, code) => {
    const { errors } = await mutate(mutation, input, as('ada', rest))
    expect(codes(errors)).toEqual(code === '' ? [] : [code])
    expect(await seen()).toEqual(nothing)
  })
})

test('the trail has who wrote a link and whom it connects, also of a deleted link that is named by its id alone', async () => {
  const [customerId, userId] = [NAMED_PEOPLE[2]!.customerId, ADA.customerId.replace(/^./, 'e')]
  const staff = { ...as('backoffice', ['links:write']), claims: { sub: 'clerk-7' } }
  const { data } = await mutate('createUserCustomerLink', { customerId, userId }, staff, 'link { id }')
  await mutate('deleteUserCustomerLink', { linkId: data.createUserCustomerLink.link.id }, staff)
  await expect
    .poll(() =>
      app
        .audit()
        .split('\n')
        .filter((line) => line.includes('clerk-7')),
    )
    .toHaveLength(4)
  const lines = app
    .audit()
    .split('\n')
    .filter((line) => line.includes('clerk-7'))
  for (const line of lines) expect(line).toContain('"client":"backoffice"')
  for (const [i, mutation] of [
    [1, 'createUserCustomerLink'],
    [3, 'deleteUserCustomerLink'],
  ] as const) {
    expect(lines[i]).toContain(mutation)
    expect(lines[i]).toContain(customerId)
    expect(lines[i]).toContain(userId)
  }
})

describe('a verification that a user asked for', () => {
  const OWN: readonly Scope[] = ['verifications:write:own', 'verifications:read:own']
  const QUESTION = { types: ['NAME'], account: { idScheme: 'SCAN', id: ADA.account, name: 'Accepted,Ada' } }
  const SELECTION = 'result { id fromCache account { accountId } }'
  const read = (id: string, options: RunOptions) =>
    app.run<any>(
      `query($of: [_Any!]!) { one: verificationResult(id: "${id}") { id } all: verificationResults(ids: ["${id}"]) { id } _entities(representations: $of) { ... on VerificationResult { id } } }`,
      { of: [{ __typename: 'VerificationResult', id }] },
      options,
    )

  test('is found again by that user alone, and by the tenant with the full scope', async () => {
    const { data, errors } = await mutate('verifyAccount', QUESTION, user('eve', OWN), SELECTION)
    expect(errors).toEqual([])
    const { id } = data.verifyAccount.result
    const found = { one: { id }, all: [{ id }], _entities: [{ id }] }
    const absent = { one: null, all: [null], _entities: [null] }
    expect((await read(id, user('eve', OWN))).data).toEqual(found)
    expect((await read(id, user('eve', ['verifications:read']))).data).toEqual(found)
    expect((await read(id, user('fay', ['verifications:read']))).data).toEqual(found)
    app.clear()
    for (const other of [
      user('fay', OWN),
      { ...user('eve', OWN), client: 'another-app' },
      user('fay', [...OWN, 'verifications:read:any']),
    ])
      expect((await read(id, other)).data).toEqual(absent)
    expect(await read('11111111-2222-4333-8444-555555555555', user('fay', OWN))).toMatchObject({
      data: absent,
      errors: [],
    })
    expect(app.calls('banfico')).toEqual([])
  })

  test('answers no question of another user, and is masked: it is about the payee', async () => {
    const ask = (sub: string) => mutate('verifyAccount', { ...QUESTION, maxAgeSeconds: 600 }, user(sub, OWN), SELECTION)
    const first = (await ask('gil')).data.verifyAccount.result
    expect(first).toMatchObject({ fromCache: false, account: { accountId: expect.stringMatching(/^••••/) } })
    expect((await ask('gil')).data.verifyAccount.result).toMatchObject({ id: first.id, fromCache: true })
    const others = (await ask('hal')).data.verifyAccount.result
    expect(others.fromCache).toBe(false)
    expect(others.id).not.toBe(first.id)
  })
})

test('two users of one app with one idempotency key create two persons, and one user creates one', async () => {
  const input = { isCustomer: true, status: 'PROSPECT', idempotencyKey: 'one-key' }
  const create = (sub: string) => mutate('createPerson', input, user(sub, ['persons:write']), 'replayed person { id }')
  const [eve, fay] = [(await create('eve')).data.createPerson, (await create('fay')).data.createPerson]
  expect([eve.replayed, fay.replayed]).toEqual([false, false])
  expect(fay.person.id).not.toBe(eve.person.id)
  expect((await create('eve')).data.createPerson).toEqual({ ...eve, replayed: true })
  expect(new Set(app.recorded('synctera').map(({ headers }) => headers['idempotency-key'])).size).toBe(2)
  expect(writes()).toHaveLength(2)
})
