import fetch from 'node-fetch'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK, CROWD, NAMED_PEOPLE, PEOPLE } from '../../../datasources/emulator/people.js'
import { maxAttributeLength } from '../../../datasources/obp/server-releases.js'
import { type App, startApp } from '../../support/app.js'
import { control, RUN_RELEASES } from '../../support/obp.js'

const RHEA = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Rhea')!
const ACCOUNTS = `/banks/${BANK}/accounts`

const createAccount = (app: App, accountId: string) =>
  app.run('mutation($input: CreateAccountInput!) { createAccount(input: $input) { account { accountId } } }', {
    input: { accountId, label: 'L', productCode: 'AC', currency: 'EUR' },
  })

const createUser = (app: App, username: string) =>
  app.run('mutation($input: CreateUserInput!) { createUser(input: $input) { user { username } } }', {
    input: { email: 'n@example.com', username, password: 'Only.Nora-knows-4711', firstName: 'N', lastName: 'N' },
  })

const addAttribute = (app: App, value: string) =>
  app.run(
    'mutation($input: CreateCustomerAttributeInput!) { createCustomerAttribute(input: $input) { attribute { value } } }',
    { input: { customerId: ADA.customerId, name: 'NOTE', type: 'STRING', value } },
  )

const CREDIT_LIMITS: [operation: string, document: string][] = [
  ['getCreditLimitRequests', `{ customer(id: "${ADA.customerId}") { creditLimitRequests { rankAmount1 } } }`],
  [
    'getCreditLimitRequestByRequestId',
    `{ customer(id: "${ADA.customerId}") { creditLimitRequest(id: "1") { rankAmount1 } } }`,
  ],
  [
    'createCreditLimitRequest',
    `mutation { requestCreditLimit(input: { customerId: "${ADA.customerId}", requestedCurrentRateAmount1: "1", requestedCurrentRateAmount2: "1", requestedCurrentValidEndDate: "2030-01-01", currentCreditDocumentation: "", temporaryCreditDocumentation: "", temporaryRequestedCurrentAmount: "", requestedTemporaryValidEndDate: "" }) { replayed } }`,
  ],
]

describe.each(RUN_RELEASES)('the server as of %s', (release) => {
  let app: App
  beforeAll(async () => {
    app = await startApp()
    await control(app, 'release', { release })
  })
  beforeEach(() => app.clear())
  afterAll(() => app.close())

  test('opens an account under the path that it has, which is remembered', async () => {
    expect((await createAccount(app, `first-${release}`)).errors).toEqual([])
    expect((await createAccount(app, `second-${release}`)).errors).toEqual([])
    expect(app.calls('obp')).toEqual([
      `PUT /obp/v4.0.0${ACCOUNTS}/first-${release}`,
      `PUT /obp/v3.1.0${ACCOUNTS}/first-${release}`,
      `PUT /obp/v3.1.0${ACCOUNTS}/second-${release}`,
    ])
    expect((await createAccount(app, `first-${release}`)).errors[0]!.extensions).toMatchObject({
      code: 'CONFLICT',
      providerCode: 'OBP-30208',
    })
  })

  test.each([
    ['two persons', [ADA, RHEA]],
    ['three persons', [ADA, RHEA, CROWD[0]!]],
    ['one person', [RHEA]],
    ['one person twice', [ADA, RHEA, ADA]],
    ['twelve persons', CROWD.slice(0, 12)],
  ])('answers the customers of %s, though it refuses a repeated query name', async (_what, people) => {
    const { data, errors } = await app.run(
      'query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Person { customers { id } } } }',
      { representations: people.map(({ personId: id }) => ({ __typename: 'Person', id })) },
    )
    expect(errors).toEqual([])
    expect(data._entities).toEqual(people.map(({ customerId: id }) => ({ customers: [{ id }] })))
  })

  test('answers the customers of a page of persons', async () => {
    const { data, errors } = await app.run('{ persons(first: 10) { nodes { id customers { id } } } }')
    expect(errors).toEqual([])
    for (const { id, customers } of data.persons.nodes)
      expect(customers).toEqual(
        PEOPLE.flatMap((person) =>
          person.personId === id && person.bankId === BANK ? [{ id: person.customerId }] : [],
        ),
      )
  })

  test.each([
    ['two values of one name', [ADA, RHEA], 2],
    ['four values of one name', [ADA, RHEA, CROWD[0]!, CROWD[1]!], 4],
    ['the same value twice', [ADA, ADA], 1],
    ['three values, one of them twice', [RHEA, ADA, RHEA, CROWD[0]!], 3],
    ['ten values of one name', CROWD.slice(0, 10), 10],
  ])('finds customers by %s', async (_what, people, calls) => {
    const attributes = people.map(({ personId: value }) => ({ name: 'SYNCTERA_PERSON_ID', value }))
    const { data, errors } = await app.run(
      'query($attributes: [CustomerAttributeMatch!]!) { customersByAttributes(attributes: $attributes) { id } }',
      { attributes },
    )
    expect(errors).toEqual([])
    expect(data.customersByAttributes).toEqual([...new Set(people)].map(({ customerId: id }) => ({ id })))
    expect(app.calls('obp')).toHaveLength(calls)
  })

  test('says of a taken user name that it is taken', async () => {
    expect((await createUser(app, 'taken.nora')).errors).toEqual([])
    expect((await createUser(app, 'taken.nora')).errors[0]!.extensions).toMatchObject({
      code: 'CONFLICT',
      providerStatus: 409,
      retryable: false,
    })
  })

  test.each(['nora.new@example.com', 'x'.repeat(65), 'x'.repeat(100), 'nora+kyc@mail.example.co.uk'])(
    'registers the user name %s',
    async (username) => {
      expect((await createUser(app, username)).data.createUser).toEqual({ user: { username } })
    },
  )

  test('does not let a new user log in before the e-mail address is validated', async () => {
    expect((await createUser(app, 'unvalidated.nora')).errors).toEqual([])
    const { OBP_URL: url, OBP_CONSUMER_KEY: key } = app.emulators.obp.settings
    const login = await fetch(`${url}/my/logins/direct`, {
      method: 'POST',
      headers: {
        authorization: `DirectLogin username="unvalidated.nora",password="Only.Nora-knows-4711",consumer_key="${key}"`,
      },
    })
    expect(login.status).toBe(401)
  })

  test('refuses the data of a user', async () => {
    const answer = await fetch(`${app.emulators.obp.url}/obp/v4.0.0/users`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        email: 'é@example.com',
        username: 'refused.nora',
        password: 'Only.Nora-knows-4711',
        first_name: 'N',
        last_name: 'N',
      }),
    })
    const message =
      release === '2024-10' ? 'OBP-50005: An unspecified or internal error occurred.' : 'Invalid email address'
    const { code, ...told } = (await answer.json()) as { readonly code: unknown }
    expect([answer.status, Number(code), told]).toEqual([400, 400, { message }])
  })

  test.each([256, 1000, 2000])('keeps an attribute value of %i characters', async (length) => {
    const value = 'x'.repeat(length)
    expect((await addAttribute(app, value)).data.createCustomerAttribute).toEqual({ attribute: { value } })
  })

  test('registers the user of a valid token, who has no customers', async () => {
    const { data, errors } = await app.run('{ viewer { customers { id } } }', undefined, { client: 'walk-in' })
    expect({ data, errors }).toEqual({ data: { viewer: { customers: [] } }, errors: [] })
  })

  test.each([
    [400, 'Invalid JWT serialization: Missing dot delimiter(s)'],
    [400, 'Signed JWT rejected: Another algorithm expected, or no matching key(s) found'],
    [401, 'OBP-20001: User not logged in. Authentication is required! <- OBP-20208: No matching issuer.'],
    [400, 'OBP-20208: No matching issuer.'],
    [401, 'Unauthorized'],
  ])('that refuses a token of the caller with %i %s is PROVIDER_REFUSED', async (status, message) => {
    const fault = { fault: 'status', status, body: { code: status, message }, times: 0 } as const
    app.fault('obp', { match: 'GET /obp/v4.0.0/users/current/customers', ...fault })
    app.fault('obp', { match: 'GET /obp/v4.0.0/banks/*/customer/messages', ...fault })
    const { errors } = await app.run('{ viewer { customers { id } messages { id } } }', undefined, { client: 'ada' })
    expect(errors).toHaveLength(2)
    for (const error of errors)
      expect(error).toMatchObject({
        message: 'Open Bank Project refuses the token of the caller.',
        extensions: { code: 'PROVIDER_REFUSED', providerStatus: status, retryable: false },
      })
    expect(JSON.stringify(errors)).not.toContain('JWT')
  })

  test.each(CREDIT_LIMITS)('has or lacks %s, and says so', async (operation, document) => {
    const { errors } = await app.run(document)
    expect(errors.map(({ message, extensions: { code } }) => [code, message])).toEqual(
      release === '2023-04'
        ? []
        : [
            [
              'PROVIDER_NOT_CONFIGURED',
              `Open Bank Project does not have the operation ${operation} in its release v4.0.0, commit emulated-2024-10.`,
            ],
          ],
    )
  })
})

describe('OBP_RELEASE', () => {
  let app: App
  beforeAll(async () => {
    app = await startApp({ OBP_RELEASE: '2024-10' })
  })
  beforeEach(() => app.clear())
  afterAll(() => app.close())

  test.each(CREDIT_LIMITS)('refuses %s without a call', async (operation, document) => {
    const { errors } = await app.run(document)
    expect(errors[0]).toMatchObject({
      message: `Open Bank Project does not have the operation ${operation} in its release 2024-10.`,
      extensions: { code: 'PROVIDER_NOT_CONFIGURED' },
    })
    expect(app.calls('obp').filter((call) => call.includes('credit_limit'))).toEqual([])
  })

  test('chooses the path of an account', async () => {
    expect((await createAccount(app, 'chosen')).errors).toEqual([])
    expect(app.calls('obp')).toEqual([`PUT /obp/v3.1.0${ACCOUNTS}/chosen`])
  })

  test.each([
    [undefined, 2000],
    ['2020-10', 255],
    ['2022-08', 255],
    ['2022-09', 2000],
    ['2024-10', 2000],
  ])('%s has room for %s characters of a value', (release, expected) => {
    expect(maxAttributeLength(release)).toBe(expected)
  })
})

describe('a server before September 2022', () => {
  test('refuses a long value: here where its release is set, else by its answer', async () => {
    const unknown = await startApp()
    expect((await addAttribute(unknown, 'x'.repeat(255))).errors).toEqual([])
    expect((await addAttribute(unknown, 'x'.repeat(256))).errors[0]!.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      providerCode: 'OBP-50200',
    })
    const known = await startApp({ OBP_RELEASE: '2022-08' }, unknown)
    unknown.clear()
    expect((await addAttribute(known, 'x'.repeat(256))).errors[0]!.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: { 'input.value': [expect.stringContaining('at most 255 characters')] },
    })
    expect(known.calls('obp')).toEqual([])
    await known.close()
    await unknown.close()
  })
})

describe('what the server is not set up for', () => {
  let app: App
  beforeAll(async () => {
    app = await startApp()
  })
  beforeEach(async () => {
    app.clear()
    await control(app, 'quirks', [])
  })
  afterAll(() => app.close())

  test.each([
    ['2023-04', 'PROVIDER_REFUSED', 'allow_customer_firehose=true in its props and the role CanUseCustomerFirehose'],
    ['2024-10', 'PROVIDER_NOT_CONFIGURED', 'allow_customer_firehose=true in its props.'],
  ])('is named: the firehose of %s is %s', async (release, code, sentence) => {
    await control(app, 'release', { release })
    await control(app, 'quirks', { firehoseOff: true })
    const { errors } = await app.run('{ customers { nodes { id } } }')
    expect(errors[0]).toMatchObject({ message: expect.stringContaining(sentence), extensions: { code } })
  })

  test.each([
    ['CanGetCustomer', `GET /obp/v4.0.0/banks/${BANK}/customers/*`, `{ customer(id: "${ADA.customerId}") { id } }`],
    [
      'CanGetAnyKycChecks',
      'GET /obp/v4.0.0/customers/*/kyc_checks',
      `{ customer(id: "${ADA.customerId}") { kycChecks { id } } }`,
    ],
    ['CanUseCustomerFirehoseAtAnyBank', 'GET /obp/v4.0.0/banks/*/firehose/customers', '{ customers { nodes { id } } }'],
    [
      'CanAddKycStatus',
      `PUT /obp/v4.0.0/banks/${BANK}/customers/*/kyc_statuses`,
      `mutation { addKycStatus(input: { customerId: "${ADA.customerId}", customerNumber: "1", ok: true, date: "2024-01-01T00:00:00Z" }) { replayed } }`,
    ],
    [
      'CanGetSocialMediaHandles',
      'GET /obp/v4.0.0/banks/*/customers/*/social_media_handles',
      `{ customer(id: "${ADA.customerId}") { socialMediaHandles { handle } } }`,
    ],
    [
      'CanGetTaxResidence',
      'GET /obp/v4.0.0/banks/*/customers/*/tax-residences',
      `{ customer(id: "${ADA.customerId}") { taxResidences { id } } }`,
    ],
  ])('is named: the role %s', async (role, match, document) => {
    const message = `OBP-20006: User is missing one or more roles: ${role} at Bank(x)`
    app.fault('obp', { match, fault: 'status', status: 403, body: { code: 403, message } })
    const { errors } = await app.run(document)
    expect(errors[0]!.extensions.code).toBe('PROVIDER_REFUSED')
    expect(errors[0]!.message).toContain(`lacks the role ${role} at Open Bank Project`)
  })

  test.each([
    ['getMeetings', `GET /obp/v4.0.0/banks/*/meetings`, '{ meetings { id } }'],
    ['getCrmEvents', `GET /obp/v4.0.0/banks/*/crm-events`, '{ crmEvents { id } }'],
    [
      'getKycMedia',
      'GET /obp/v4.0.0/customers/*/kyc_media',
      `{ customer(id: "${ADA.customerId}") { kycMedia { id } } }`,
    ],
  ])('is named: the operation %s, also when the error code is a text', async (operation, match, document) => {
    const body = { code: '404', message: 'OBP-10404: Request Not Found. The server has not found anything.' }
    app.fault('obp', { match, fault: 'status', status: 404, body })
    const { errors } = await app.run(document)
    expect(errors[0]!.extensions.code).toBe('PROVIDER_NOT_CONFIGURED')
    expect(errors[0]!.message).toContain(operation)
  })
})

describe('answers with odd values', () => {
  let app: App
  beforeAll(async () => {
    app = await startApp()
    await control(app, 'quirks', {
      codeAsText: true,
      nullMembers: true,
      dependantsAsText: true,
      emptyExpiry: true,
      repeatedStatuses: true,
    })
  })
  afterAll(() => app.close())

  test('leave the other customers of a list', async () => {
    const { data, errors } = await app.run('{ customers(first: 100) { nodes { id } } }')
    const others = PEOPLE.filter(({ bankId, customerId }) => bankId === BANK && customerId !== ADA.customerId)
    expect(data.customers.nodes.map(({ id }: { id: string }) => id).sort()).toEqual(
      others.map(({ customerId }) => customerId).sort(),
    )
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['PROVIDER_MALFORMED'])
  })

  test('leave the members that can be read', async () => {
    const { data, errors } = await app.run(
      `{ customer(id: "${RHEA.customerId}") { legalName email creditLimit { amount } datesOfBirthOfDependants } }`,
    )
    expect(errors).toEqual([])
    expect(data.customer).toEqual({
      legalName: 'Rhea Review',
      email: null,
      creditLimit: null,
      datesOfBirthOfDependants: null,
    })
  })

  test('of an error keep their meaning', async () => {
    expect(await app.run('{ customer(id: "nobody-here") { id } }')).toMatchObject({
      data: { customer: null },
      errors: [],
    })
  })

  test('are no evidence: a document whose expiry cannot be read does not make a customer verified', async () => {
    const { data } = await app.run(
      `{ customer(id: "${NAMED_PEOPLE.find(({ firstName }) => firstName === 'Prue')!.customerId}") { kycOverview { sources { provider status } } } }`,
    )
    for (const { provider, status } of data.customer.kycOverview.sources)
      if (provider === 'OPEN_BANK_PROJECT') expect(status).not.toBe('ACCEPTED')
  })

  test('of statuses: two rows of one bank are both shown', async () => {
    const add = (ok: boolean) =>
      app.run('mutation($input: AddKycStatusInput!) { addKycStatus(input: $input) { kycStatus { ok } } }', {
        input: { customerId: RHEA.customerId, customerNumber: '1', ok, date: '2024-05-01T00:00:00Z' },
      })
    for (const { errors } of await Promise.all([add(true), add(true), add(false)])) expect(errors).toEqual([])
    const { data } = await app.run(
      `{ customer(id: "${RHEA.customerId}") { kycStatuses { ok } kycOverview { sources { provider status } } } }`,
    )
    expect(data.customer.kycStatuses.length).toBeGreaterThanOrEqual(3)
    const { status } = data.customer.kycOverview.sources.find(
      ({ provider }: { provider: string }) => provider === 'OPEN_BANK_PROJECT',
    )
    expect(['REJECTED', 'REVIEW']).toContain(status)
  })
})

test('the emulator is no other release than those that it knows', async () => {
  const app = await startApp()
  for (const release of ['2019-01', '2023-4', '', null, 2023, ['2023-04'], 'constructor']) {
    const answer = await fetch(`${app.emulators.obp.url}/__emulator/release`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ release }),
    })
    expect(answer.status).toBe(400)
  }
  await app.close()
})
