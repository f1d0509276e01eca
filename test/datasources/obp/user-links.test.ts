import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK, PEOPLE, CROWD, NAMED_PEOPLE, OTHER_BANK } from '../../../datasources/emulator/people.js'
import { type App, startApp } from '../../support/app.js'
import { besideTheGraph } from '../../support/obp.js'

let app: App
let beside: Awaited<ReturnType<typeof besideTheGraph>>
beforeAll(async () => {
  app = await startApp({ OBP_BANK_IDS: `${BANK},${OTHER_BANK}` })
  beside = await besideTheGraph(app)
})
beforeEach(() => app.clear())
afterAll(() => app.close())

const OTTO = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Otto')!
/** The user and the link that the emulator holds for every test customer. */
const userOf = ({ customerId }: { customerId: string }) => customerId.replace(/^./, 'e')
const linkOf = ({ customerId }: { customerId: string }) => customerId.replace(/^./, 'f')

const at = (bank: string) => `/obp/v4.0.0/banks/${bank}/user_customer_links`
const writes = () => app.calls('obp').filter((call) => !call.startsWith('GET '))
const LINK = 'id userId customerId insertedAt isActive customer { id }'
const CREATE = `mutation($input: CreateUserCustomerLinkInput!) { createUserCustomerLink(input: $input) { replayed link { ${LINK} } } }`
const DELETE =
  'mutation($input: DeleteUserCustomerLinkInput!) { deleteUserCustomerLink(input: $input) { replayed deletedId } }'
const create = (input: object, options = {}) => app.run(CREATE, { input }, options)
const remove = (input: object, options = {}) => app.run(DELETE, { input }, options)
const ofUser = async (userId: string) =>
  (await beside('GET', `/banks/${BANK}/user_customer_links/users/${userId}`)).body.user_customer_links as {
    user_customer_link_id: string
    customer_id: string
  }[]

const ADAS = {
  id: linkOf(ADA),
  userId: userOf(ADA),
  customerId: ADA.customerId,
  insertedAt: '2024-01-15T08:30:00.000Z',
  isActive: true,
  customer: { id: ADA.customerId },
}

describe('links', () => {
  test('are read by customer and by user, each with one call', async () => {
    const query = `query($id: ID!, $userId: ID!) { customer(id: $id) { userLinks { ${LINK} } again: userLinks { customer { userLinks { id } } } } userCustomerLinks(userId: $userId) { ${LINK} } same: userCustomerLinks(userId: $userId) { id } }`
    const { data, errors } = await app.run(query, { id: ADA.customerId, userId: userOf(ADA) })
    expect(errors).toEqual([])
    expect(data).toEqual({
      customer: { userLinks: [ADAS], again: [{ customer: { userLinks: [{ id: ADAS.id }] } }] },
      userCustomerLinks: [ADAS],
      same: [{ id: ADAS.id }],
    })
    expect(app.calls('obp').sort()).toEqual([
      `GET /obp/v4.0.0/banks/${BANK}/customers/${ADA.customerId}`,
      `GET ${at(BANK)}/customers/${ADA.customerId}`,
      `GET ${at(BANK)}/users/${userOf(ADA)}`,
    ])
  })

  test('to customers of another bank than the requested one answer no customer', async () => {
    const user = CROWD[0]!
    expect(
      (
        await beside('POST', `/banks/${OTHER_BANK}/user_customer_links`, {
          user_id: userOf(user),
          customer_id: OTTO.customerId,
        })
      ).status,
    ).toBe(201)
    const { data, errors } = await app.run(
      `query($userId: ID!) { here: userCustomerLinks(userId: $userId) { customerId customer { bankId } } there: userCustomerLinks(userId: $userId, bankId: "${OTHER_BANK}") { customerId customer { bankId } } }`,
      { userId: userOf(user) },
    )
    expect(errors).toEqual([])
    expect(data.here).toEqual([
      { customerId: user.customerId, customer: { bankId: BANK } },
      { customerId: OTTO.customerId, customer: null },
    ])
    expect(data.there).toEqual([
      { customerId: user.customerId, customer: null },
      { customerId: OTTO.customerId, customer: { bankId: OTHER_BANK } },
    ])
  })

  test('to customers of a bank that the caller may not access are left out', async () => {
    const query = 'query($userId: ID!) { userCustomerLinks(userId: $userId) { customerId } }'
    expect((await app.run(query, { userId: userOf(OTTO) })).data.userCustomerLinks).toEqual([
      { customerId: OTTO.customerId },
    ])
    const { data, errors } = await app.run(query, { userId: userOf(OTTO) }, { claims: { banks: [BANK] } })
    expect({ data, errors }).toEqual({ data: { userCustomerLinks: [] }, errors: [] })
  })

  test('are an empty list for an unknown user, and null at a bank that the caller may not access', async () => {
    const { data, errors } = await app.run(
      '{ nobody: userCustomerLinks(userId: "nobody") { id } odd: userCustomerLinks(userId: "x <- OBP-20003") { id } elsewhere: userCustomerLinks(userId: "nobody", bankId: "elsewhere") { id } }',
    )
    expect({ data, errors }).toEqual({ data: { nobody: [], odd: [], elsewhere: null }, errors: [] })
    expect(app.calls('obp')).toEqual([`GET ${at(BANK)}/users/nobody`])
    const narrowed = await app.run(
      `{ userCustomerLinks(userId: "${userOf(OTTO)}", bankId: "${OTHER_BANK}") { id } }`,
      undefined,
      { claims: { banks: [BANK] } },
    )
    expect(narrowed.data.userCustomerLinks).toBeNull()
  })

  test("need customers:read, or customers:read:own for the caller's own", async () => {
    const query = `{ customer(id: "${ADA.customerId}") { userLinks { userId } } userCustomerLinks(userId: "${userOf(ADA)}") { id } }`
    const own = await app.run(query, undefined, { client: 'ada', scopes: ['customers:read:own'] })
    expect(own.data).toEqual({ customer: { userLinks: [{ userId: userOf(ADA) }] }, userCustomerLinks: null })
    expect(own.errors.map(({ message }) => message)).toEqual(['This needs the scope customers:read.'])
    const other = await app.run(query, undefined, { client: 'rhea', scopes: ['customers:read:own'] })
    expect(other.data.customer).toBeNull()
  })
})

describe('a link', () => {
  test('is created, visible at once, and gives the user access to the customer', async () => {
    const [user, customer] = [CROWD[1]!, CROWD[2]!]
    const query = `mutation($input: CreateUserCustomerLinkInput!) { createUserCustomerLink(input: $input) { link { ${LINK} customer { userLinks { userId } } } } }`
    const { data, errors } = await app.run(query, { input: { userId: userOf(user), customerId: customer.customerId } })
    expect(errors).toEqual([])
    expect(data.createUserCustomerLink.link).toEqual({
      id: expect.any(String),
      userId: userOf(user),
      customerId: customer.customerId,
      insertedAt: expect.stringMatching(/^20\d\d-.*Z$/),
      isActive: true,
      customer: { id: customer.customerId, userLinks: [{ userId: userOf(customer) }, { userId: userOf(user) }] },
    })
    expect(app.recorded('obp').find(({ method }) => method === 'POST')).toMatchObject({
      url: at(BANK),
      body: { user_id: userOf(user), customer_id: customer.customerId },
    })
    const theirs = await app.run('{ viewer { customers { id } } }', undefined, { client: user.username, scopes: [] })
    expect(theirs.data.viewer.customers.map(({ id }: { id: string }) => id)).toEqual([
      user.customerId,
      customer.customerId,
    ])
  })

  test("is not created for another bank's customer", async () => {
    for (const rest of [
      { customerId: OTTO.customerId },
      { customerId: ADA.customerId, bankId: OTHER_BANK },
      { customerId: 'nobody' },
    ]) {
      const { errors } = await create({ userId: userOf(ADA), ...rest })
      expect(errors[0]!.extensions).toMatchObject({ code: 'NOT_FOUND', provider: 'OPEN_BANK_PROJECT' })
    }
    expect(writes()).toEqual([])
  })

  test('is created once when a call with an unknown outcome is repeated', async () => {
    const [user, { customerId }] = [CROWD[3]!, CROWD[4]!]
    const input = { userId: userOf(user), customerId, idempotencyKey: 'user-link-1' }
    app.fault('obp', { match: `POST ${at(BANK)}`, fault: 'drop-after-apply' })
    expect((await create(input)).errors[0]!.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true })
    const second = await create(input)
    expect(second.errors).toEqual([])
    expect(second.data.createUserCustomerLink).toMatchObject({
      replayed: true,
      link: { userId: userOf(user), customerId, customer: { id: customerId } },
    })
    expect((await create(input)).data.createUserCustomerLink).toEqual(second.data.createUserCustomerLink)
    expect(writes()).toHaveLength(1)
    expect(await ofUser(userOf(user))).toHaveLength(2)
  })

  test('is not created again by the repeated call when the link was deleted meanwhile', async () => {
    const input = { userId: userOf(CROWD[5]!), customerId: CROWD[6]!.customerId, idempotencyKey: 'user-link-2' }
    app.fault('obp', { match: `POST ${at(BANK)}`, fault: 'drop-after-apply' })
    expect((await create(input)).errors[0]!.extensions.code).toBe('OUTCOME_UNKNOWN')
    const made = (await ofUser(input.userId)).find((link) => link.customer_id === input.customerId)!
    expect((await remove({ linkId: made.user_customer_link_id, customerId: input.customerId })).errors).toEqual([])
    expect((await create(input)).errors[0]!.extensions).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      retryable: false,
      replayed: true,
    })
    expect(await ofUser(input.userId)).toHaveLength(1)
    expect((await create({ ...input, idempotencyKey: 'user-link-3' })).errors).toEqual([])
  })

  test('of the same user and customer is a conflict', async () => {
    const { errors } = await create({ userId: userOf(ADA), customerId: ADA.customerId })
    expect(errors[0]!.extensions).toMatchObject({ code: 'CONFLICT', providerCode: 'OBP-30007' })
  })

  test('of an unknown user is NOT_FOUND', async () => {
    const { errors } = await create({ userId: 'nobody', customerId: ADA.customerId })
    expect(errors[0]!.extensions).toMatchObject({ code: 'NOT_FOUND', providerCode: 'OBP-20005' })
  })
})

describe('the deletion of a link', () => {
  test('takes two reads and one write when the input names the customer', async () => {
    const { customerId } = CROWD[10]!
    const linkId = linkOf(CROWD[10]!)
    const { data, errors } = await remove({ linkId, customerId })
    expect({ data, errors }).toEqual({
      data: { deleteUserCustomerLink: { replayed: false, deletedId: linkId } },
      errors: [],
    })
    expect(app.calls('obp')).toEqual([
      `GET /obp/v4.0.0/banks/${BANK}/customers/${customerId}`,
      `GET ${at(BANK)}/customers/${customerId}`,
      `DELETE ${at(BANK)}/${linkId}`,
    ])
    expect(await ofUser(userOf(CROWD[10]!))).toEqual([])
  })

  test("searches the bank's customers when the input names none", async () => {
    const linkId = linkOf(CROWD[11]!)
    const { data, errors } = await remove({ linkId })
    expect({ data, errors }).toEqual({
      data: { deleteUserCustomerLink: { replayed: false, deletedId: linkId } },
      errors: [],
    })
    expect(writes()).toEqual([`DELETE ${at(BANK)}/${linkId}`])
    expect(app.calls('obp').length).toBeLessThanOrEqual(2 + PEOPLE.length)
    expect(await ofUser(userOf(CROWD[11]!))).toEqual([])
  })

  test("does not delete another bank's link, another customer's link or an unknown link", async () => {
    for (const input of [
      { linkId: linkOf(OTTO) },
      { linkId: linkOf(OTTO), customerId: OTTO.customerId },
      { linkId: linkOf(ADA), bankId: OTHER_BANK },
      { linkId: linkOf(ADA), customerId: CROWD[0]!.customerId },
      { linkId: linkOf(ADA), bankId: 'elsewhere' },
      { linkId: 'none' },
    ]) {
      const { errors } = await remove(input)
      expect(errors[0]!.extensions).toMatchObject({ code: 'NOT_FOUND', provider: 'OPEN_BANK_PROJECT' })
    }
    expect(
      (await remove({ linkId: linkOf(OTTO), bankId: OTHER_BANK }, { claims: { banks: [BANK] } })).errors[0]!.extensions
        .code,
    ).toBe('NOT_FOUND')
    expect(writes()).toEqual([])
    const { data } = await remove({ linkId: linkOf(OTTO), bankId: OTHER_BANK })
    expect(data.deleteUserCustomerLink.deletedId).toBe(linkOf(OTTO))
  })

  test('succeeds when a repeated call finds the link already deleted', async () => {
    const input = { linkId: linkOf(CROWD[12]!), idempotencyKey: 'end-1' }
    app.fault('obp', { match: `DELETE ${at(BANK)}/*`, fault: 'drop-after-apply' })
    expect((await remove(input)).errors[0]!.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true })
    expect((await remove(input)).data.deleteUserCustomerLink).toEqual({ replayed: false, deletedId: input.linkId })
    expect((await remove(input)).data.deleteUserCustomerLink).toEqual({ replayed: true, deletedId: input.linkId })
    expect(writes()).toHaveLength(1)
    expect((await remove({ linkId: input.linkId })).errors[0]!.extensions.code).toBe('NOT_FOUND')
  })

  test('needs the customer id at a bank with more than 1000 customers', async () => {
    const customer = { bank_id: BANK, customer_number: '1', kyc_status: true }
    const rows = Array.from({ length: 1001 }, (_, i) => ({ ...customer, customer_id: `c-${i}` }))
    app.fault('obp', {
      match: `GET /obp/v4.0.0/banks/${BANK}/firehose/customers`,
      fault: 'status',
      status: 200,
      body: { customers: rows },
    })
    const { errors } = await remove({ linkId: linkOf(ADA) })
    expect(errors[0]!.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: { 'input.customerId': ['is needed at a bank of this many customers'] },
    })
    expect(app.calls('obp')).toHaveLength(1)
  })

  test('is visible at once', async () => {
    const { customerId } = CROWD[13]!
    const { data, errors } = await app.run(
      `mutation($again: CreateUserCustomerLinkInput!, $input: DeleteUserCustomerLinkInput!, $email: UpdateCustomerEmailInput!) {
        before: updateCustomerEmail(input: $email) { customer { userLinks { id } } } deleteUserCustomerLink(input: $input) { deletedId }
        after: updateCustomerEmail(input: $email) { customer { userLinks { id } } } createUserCustomerLink(input: $again) { link { customer { userLinks { userId } } } } }`,
      {
        input: { linkId: linkOf(CROWD[13]!), customerId },
        again: { userId: userOf(ADA), customerId },
        email: { customerId, email: 'a@example.com' },
      },
    )
    expect(errors).toEqual([])
    expect(data).toMatchObject({
      before: { customer: { userLinks: [{ id: linkOf(CROWD[13]!) }] } },
      after: { customer: { userLinks: [] } },
      createUserCustomerLink: { link: { customer: { userLinks: [{ userId: userOf(ADA) }] } } },
    })
  })
})

test.each([
  ['createUserCustomerLink', CREATE, { userId: 'u', customerId: ADA.customerId }],
  ['deleteUserCustomerLink', DELETE, { linkId: 'l' }],
])('%s needs links:write', async (_mutation, mutation, input) => {
  const { errors } = await app.run(mutation, { input }, { scopes: ['customers:read', 'customers:write', 'pii:read'] })
  expect(errors[0]!.message).toBe('This needs the scope links:write.')
  expect(app.calls('obp')).toEqual([])
})

test.each([
  ['userId', CREATE, { userId: '', customerId: 'c' }],
  ['userId', CREATE, { userId: 'x <- OBP-20003', customerId: 'c' }],
  ['customerId', CREATE, { userId: 'u', customerId: 'a/b' }],
  ['linkId', DELETE, { linkId: '' }],
  ['linkId', DELETE, { linkId: 'x'.repeat(256) }],
  ['linkId', DELETE, { linkId: 'customers/x' }],
  ['customerId', DELETE, { linkId: 'l', customerId: 'a/b' }],
])('an invalid %s is rejected before a call is sent', async (field, mutation, input) => {
  const { errors } = await app.run(mutation, { input })
  expect(errors[0]!.extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    fields: { [`input.${field}`]: expect.any(Array) },
  })
  expect(app.calls('obp')).toEqual([])
})

const PAIR = { userId: userOf(CROWD[20]!), customerId: CROWD[21]!.customerId }
const refuses = (match: string, status: number, message: string) =>
  app.fault('obp', { match, fault: 'status', status, body: { code: status, message }, times: 0 })

test.each<[number, string, string]>([
  [401, 'OBP-20001: User not logged in. Authentication is required!', 'PROVIDER_REFUSED'],
  [
    400,
    "OBP-30111: Invalid Bank Id. The BANK_ID should only contain 0-9/a-z/A-Z/'-'/'.'/'_', the length should be smaller than 255.",
    'BAD_USER_INPUT',
  ],
  [400, 'OBP-30001: Bank not found. Please specify a valid value for BANK_ID.', 'NOT_FOUND'],
  [400, 'OBP-10001: Incorrect json format.', 'BAD_USER_INPUT'],
  [400, 'OBP-20005: User not found. Please specify a valid value for USER_ID.', 'NOT_FOUND'],
  [404, 'OBP-20057: User not found by userId. Please specify a valid value for USER_ID.', 'NOT_FOUND'],
  [400, 'OBP-30046: Customer not found. Please specify a valid value for CUSTOMER_ID.', 'NOT_FOUND'],
  [
    403,
    'OBP-20006: User is missing one or more roles: CanCreateUserCustomerLink or CanCreateUserCustomerLinkAtAnyBank',
    'PROVIDER_REFUSED',
  ],
  [400, 'OBP-30007: The User is already linked to a Customer at the bank specified by BANK_ID', 'CONFLICT'],
  [400, 'OBP-30025: Could not create user_customer_links ', 'PROVIDER_UNAVAILABLE'],
  // The text does not show whether this is a refusal or a failure after a partial write.
  [400, 'OBP-50005: An unspecified or internal error occurred.', 'OUTCOME_UNKNOWN'],
  [400, 'OBP-50000: Unknown Error.', 'OUTCOME_UNKNOWN'],
])('creating a link maps %i %s to %s', async (status, message, code) => {
  refuses(`POST ${at(BANK)}`, status, message)
  expect((await create(PAIR)).errors[0]!.extensions).toMatchObject({
    code,
    provider: 'OPEN_BANK_PROJECT',
    providerStatus: status,
    providerCode: message.slice(0, 9),
  })
})

test.each<[number, string, string]>([
  [404, 'OBP-30001: Bank not found. Please specify a valid value for BANK_ID. Current BankId is x', 'NOT_FOUND'],
  [403, 'OBP-20006: User is missing one or more roles: CanDeleteUserCustomerLink', 'PROVIDER_REFUSED'],
  [400, 'OBP-30035: User Customer Link not found', 'NOT_FOUND'],
  [400, 'OBP-50000: Unknown Error.', 'OUTCOME_UNKNOWN'],
])('deleting a link maps %i %s to %s', async (status, message, code) => {
  refuses(`DELETE ${at(BANK)}/*`, status, message)
  expect((await remove({ linkId: linkOf(ADA), customerId: ADA.customerId })).errors[0]!.extensions).toMatchObject({
    code,
    providerStatus: status,
    providerCode: message.slice(0, 9),
  })
})

test.each<[number, string, string | null]>([
  [404, 'OBP-30001: Bank not found. Please specify a valid value for BANK_ID. Current BankId is x', null],
  [403, 'OBP-20006: User is missing one or more roles: CanGetUserCustomerLink', 'PROVIDER_REFUSED'],
  [400, 'OBP-50000: Unknown Error.', 'PROVIDER_UNAVAILABLE'],
])('reading links maps %i %s to %s', async (status, message, code) => {
  refuses(`GET ${at(BANK)}/**`, status, message)
  const { data, errors } = await app.run(
    `{ customer(id: "${ADA.customerId}") { id userLinks { id } } userCustomerLinks(userId: "${userOf(ADA)}") { id } }`,
  )
  expect(data).toEqual({ customer: { id: ADA.customerId, userLinks: null }, userCustomerLinks: null })
  expect(errors.map(({ extensions }) => extensions.code)).toEqual(code === null ? [] : [code, code])
})

test.each([
  ['another customer', { customer_id: 'somebody-else' }, []],
  [
    'an instant with milliseconds',
    { date_inserted: '2024-01-15T08:30:00.500Z' },
    [{ insertedAt: '2024-01-15T08:30:00.500Z' }],
  ],
  ['no instant', { date_inserted: 'yesterday' }, null],
])('a list that answers %s', async (_what, odd, links) => {
  const row = {
    user_customer_link_id: 'l',
    customer_id: ADA.customerId,
    user_id: 'u',
    date_inserted: '2024-01-15T08:30:00Z',
    is_active: true,
  }
  app.fault('obp', {
    match: `GET ${at(BANK)}/customers/*`,
    fault: 'status',
    status: 200,
    body: { user_customer_links: [{ ...row, ...odd }] },
  })
  const { data, errors } = await app.run(`{ customer(id: "${ADA.customerId}") { userLinks { insertedAt } } }`)
  expect(data.customer.userLinks).toEqual(links)
  expect(errors.map(({ extensions }) => extensions.code)).toEqual(links === null ? ['PROVIDER_MALFORMED'] : [])
})

describe("the emulator's links", () => {
  test('answer creation errors in the old format, and are deleted at any bank', async () => {
    const post = (bank: string, body: object) => beside('POST', `/banks/${bank}/user_customer_links`, body)
    expect((await post('nowhere', {})).body).toEqual({
      code: 400,
      message: 'OBP-30001: Bank not found. Please specify a valid value for BANK_ID.',
    })
    expect((await post('no~where', {})).body.message).toContain('OBP-30111')
    expect((await post(BANK, { user_id: '', customer_id: 'x' })).body.message).toBe(
      'OBP-50005: An unspecified or internal error occurred.',
    )
    expect((await post(BANK, { user_id: userOf(ADA), customer_id: 'x' })).body).toEqual({
      code: 400,
      message: 'OBP-30046: Customer not found. Please specify a valid value for CUSTOMER_ID.',
    })
    expect((await post(BANK, { user_id: userOf(ADA), customer_id: OTTO.customerId })).body.message).toContain(
      'OBP-50005',
    )
    const { body } = await post(BANK, PAIR_BODY)
    expect((await post(BANK, PAIR_BODY)).body.message).toContain('OBP-30007')
    const end = () => beside('DELETE', `/banks/${OTHER_BANK}/user_customer_links/${body.user_customer_link_id}`)
    expect(await end()).toEqual({ status: 200, body: { value: { value: true } } })
    expect(await end()).toEqual({
      status: 400,
      body: { code: 400, message: 'OBP-30035: User Customer Link not found' },
    })
  })
})

const PAIR_BODY = { user_id: PAIR.userId, customer_id: PAIR.customerId }
