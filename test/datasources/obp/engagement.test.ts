import fetch from 'node-fetch'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK, NAMED_PEOPLE, OTHER_BANK } from '../../../datasources/emulator/people.js'
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

const named = (name: string) => NAMED_PEOPLE.find(({ firstName }) => firstName === name)!
const OTTO = named('Otto')
const at = (bank: string) => `/obp/v4.0.0/banks/${bank}`
/** What stands under `found`, also where it hangs off the viewer. */
const found = (data: any) => (data.found?.messages === undefined ? data.found : data.found.messages)
const ids = (nodes: { id: string }[] | null) => nodes && nodes.map(({ id }) => id)

const CONTACT = { name: 'Sue', mobilePhone: '', emailAddress: '' }
const MEETING = {
  providerId: 'video',
  purposeId: 'onboarding',
  date: '2024-07-01T12:00:00Z',
  creator: CONTACT,
  invitees: [{ contactDetails: CONTACT, status: '' }],
}
const createMeeting = (input: object, options?: RunOptions) =>
  app.run(
    'mutation($input: CreateMeetingInput!) { createMeeting(input: $input) { replayed meeting { id bankId when customerUserId creator { name mobilePhone emailAddress } invitees { contactDetails { name } status } } } }',
    { input: { ...MEETING, ...input } },
    options,
  )

const MESSAGE = { customerId: ADA.customerId, message: 'All is well.', fromDepartment: '', fromPerson: '' }
const send = (input: object, options?: RunOptions) =>
  app.run(
    'mutation($input: CreateCustomerMessageInput!) { createCustomerMessage(input: $input) { replayed sent } }',
    { input: { ...MESSAGE, ...input } },
    options,
  )
const inbox = async (client: string, bankId?: string) =>
  (
    await app.run(
      'query($bankId: ID) { viewer { messages(bankId: $bankId) { id message fromDepartment } } }',
      { bankId },
      { client, scopes: ['customers:read:own'] },
    )
  ).data.viewer.messages

describe('CRM events and meetings', () => {
  test("are the asked bank's", async () => {
    const { data, errors } = await app.run(
      `{ here: crmEvents { id bankId } there: crmEvents(bankId: "${OTHER_BANK}") { id bankId } meetings { id } elsewhere: meetings(bankId: "${OTHER_BANK}") { id } }`,
    )
    expect(errors).toEqual([])
    expect(ids(data.here)).toEqual(
      NAMED_PEOPLE.filter(({ bankId }) => bankId === BANK).map(({ username }) => `crm-${username}`),
    )
    expect(data.there).toEqual([{ id: 'crm-otto', bankId: OTHER_BANK }])
    expect([ids(data.meetings), ids(data.elsewhere)]).toEqual([['meeting-percy', 'meeting-ada'], ['meeting-otto']])
  })

  test('are listed once for each bank however many are wanted of them', async () => {
    const { data } =
      await app.run(`{ a: crmEvents(first: 2) { id } b: crmEvents(first: 1, bankId: "${BANK}") { id } c: crmEvents(first: null) { id } d: meetings(first: 1) { id } e: meetings { id }
      f: meeting(id: "meeting-ada") { purposeId } g: meeting(id: "meeting-ada", bankId: "${BANK}") { when } }`)
    expect([data.a, data.b, data.c, data.d, data.e].map((list) => list.length)).toEqual([2, 1, 7, 1, 2])
    expect(data).toMatchObject({ f: { purposeId: 'onboarding' }, g: { when: '2024-04-02T10:00:00.000Z' } })
    expect(app.calls('obp').sort()).toEqual([
      `GET ${at(BANK)}/crm-events`,
      `GET ${at(BANK)}/meetings`,
      `GET ${at(BANK)}/meetings/meeting-ada`,
    ])
  })

  test.each([0, 101, -1])('are not listed with first: %i', async (first) => {
    for (const field of ['crmEvents', 'meetings']) {
      const { errors } = await app.run(`query($first: Int) { ${field}(first: $first) { id } }`, { first })
      expect(errors[0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: { first: expect.any(Array) } })
    }
    expect(app.calls('obp')).toEqual([])
  })

  test("that say that they are another bank's are left out", async () => {
    const meeting = {
      meeting_id: 'm',
      bank_id: OTHER_BANK,
      provider_id: 'p',
      purpose_id: 'p',
      when: null,
      creator: { name: 'n' },
      invitees: [],
    }
    app.fault('obp', {
      match: `GET ${at(BANK)}/crm-events`,
      fault: 'status',
      status: 200,
      body: {
        crm_events: [
          { id: 'e', bank_id: OTHER_BANK },
          { id: 'mine', bank_id: BANK },
        ],
      },
    })
    app.fault('obp', { match: `GET ${at(BANK)}/meetings`, fault: 'status', status: 200, body: { meetings: [meeting] } })
    app.fault('obp', { match: `GET ${at(BANK)}/meetings/m`, fault: 'status', status: 200, body: meeting })
    app.fault('obp', {
      match: `GET ${at(BANK)}/meetings/other`,
      fault: 'status',
      status: 200,
      body: { ...meeting, bank_id: BANK },
    })
    const { data, errors } = await app.run(
      '{ crmEvents { id } meetings { id } m: meeting(id: "m") { id } other: meeting(id: "other") { id } }',
    )
    expect(errors).toEqual([])
    expect(data).toEqual({ crmEvents: [{ id: 'mine' }], meetings: [], m: null, other: null })
  })

  test.each<[string, string, Record<string, unknown>]>([
    ['a meeting that is not there', 'meeting(id: "nowhere") { id }', {}],
    ['a meeting of another bank', 'meeting(id: "meeting-otto") { id }', {}],
    ['an id that is none', 'meeting(id: "x <- OBP-20003") { id }', {}],
    [
      'a meeting at a bank outside the token',
      `meeting(id: "meeting-otto", bankId: "${OTHER_BANK}") { id }`,
      { banks: [BANK] },
    ],
    ['meetings of a bank outside the token', `meetings(bankId: "${OTHER_BANK}") { id }`, { banks: [BANK] }],
    ['CRM events of a bank outside the token', `crmEvents(bankId: "${OTHER_BANK}") { id }`, { banks: [BANK] }],
    ['CRM events of a bank that is not configured', 'crmEvents(bankId: "elsewhere.03.uk") { id }', {}],
    ['messages of a bank outside the token', `viewer { messages(bankId: "${OTHER_BANK}") { id } }`, { banks: [BANK] }],
  ])('%s is null', async (_what, field, claims) => {
    const { data, errors } = await app.run(`{ found: ${field} }`, undefined, { client: 'ada', claims })
    expect(errors).toEqual([])
    expect(found(data)).toBeNull()
  })

  test('show nothing personal without pii:read, and nothing at all without engagement:read', async () => {
    const query =
      '{ crmEvents(first: 1) { customerName customerNumber detail result } meeting(id: "meeting-ada") { creator { name mobilePhone emailAddress } invitees { contactDetails { name mobilePhone emailAddress } status } } meetings(first: 2) { id creator { name } } }'
    const { data, errors } = await app.run(query, undefined, { scopes: ['engagement:read'] })
    expect(errors).toEqual([])
    expect(data).toEqual({
      crmEvents: [{ customerName: 'A•••', customerNumber: ADA.customerNumber, detail: 'C•••', result: 'r•••' }],
      meeting: {
        creator: { name: 'S•••', mobilePhone: '•••• 876', emailAddress: 's•••' },
        invitees: [{ contactDetails: { name: 'A•••', mobilePhone: '••••0101', emailAddress: 'a•••' }, status: 'a•••' }],
      },
      meetings: [
        { id: 'meeting-percy', creator: { name: 'S•••' } },
        { id: 'meeting-ada', creator: { name: 'S•••' } },
      ],
    })
    app.clear()
    const closed = await app.run(query, undefined, {
      client: 'ada',
      scopes: ['customers:read', 'customers:read:own', 'engagement:write', 'pii:read'],
    })
    expect(closed.data).toEqual({ crmEvents: null, meeting: null, meetings: null })
    expect(closed.errors.map(({ message }) => message)).toEqual(Array(3).fill('This needs the scope engagement:read.'))
    expect(app.calls('obp')).toEqual([])
  })

  test('that hold less, or what cannot be read, are null there', async () => {
    app.fault('obp', {
      match: `GET ${at(BANK)}/crm-events`,
      fault: 'status',
      status: 200,
      body: { crm_events: [{ id: 'e', bank_id: BANK, customer_name: '', scheduled_date: 'soon', actual_date: null }] },
    })
    app.fault('obp', {
      match: `GET ${at(BANK)}/meetings`,
      fault: 'status',
      status: 200,
      body: {
        meetings: [
          {
            meeting_id: 'm',
            bank_id: BANK,
            provider_id: null,
            purpose_id: null,
            when: 'later',
            creator: {},
            invitees: [{ contact_details: { name: null }, status: null }],
          },
        ],
      },
    })
    const { data, errors } = await app.run(
      '{ crmEvents { customerName detail scheduledAt actualAt } meetings { providerId purposeId when staffUserId customerUserId creator { name mobilePhone } invitees { contactDetails { name emailAddress } status } } }',
    )
    expect(errors).toEqual([])
    expect(data).toEqual({
      crmEvents: [{ customerName: null, detail: null, scheduledAt: null, actualAt: null }],
      meetings: [
        {
          providerId: '',
          purposeId: '',
          when: null,
          staffUserId: null,
          customerUserId: null,
          creator: { name: '', mobilePhone: null },
          invitees: [{ contactDetails: { name: '', emailAddress: null }, status: '' }],
        },
      ],
    })
  })
})

describe('a meeting', () => {
  test('is recorded at the bank that is named, and found there', async () => {
    const { data, errors } = await createMeeting({
      bankId: OTHER_BANK,
      date: '2030-01-01T01:00:00+01:00',
      invitees: [],
    })
    expect(errors).toEqual([])
    expect(data.createMeeting).toEqual({
      replayed: false,
      meeting: {
        id: expect.any(String),
        bankId: OTHER_BANK,
        when: '2030-01-01T00:00:00.000Z',
        customerUserId: expect.any(String),
        creator: { name: 'Sue', mobilePhone: null, emailAddress: null },
        invitees: [],
      },
    })
    const after = await app.run(
      `{ meetings(bankId: "${OTHER_BANK}", first: 1) { id } here: meeting(id: "${data.createMeeting.meeting.id}") { id } }`,
    )
    expect(after.data).toEqual({ meetings: [{ id: data.createMeeting.meeting.id }], here: null })
  })

  test('is not recorded at a bank that the caller may not name', async () => {
    const { errors } = await createMeeting({ bankId: OTHER_BANK }, { claims: { banks: [BANK] } })
    expect(errors[0]!.extensions.code).toBe('NOT_FOUND')
    expect(app.calls('obp')).toEqual([])
  })

  test('is recorded once under an idempotency key, also when its answer is lost, and masked anew', async () => {
    const kept = {
      idempotencyKey: 'meeting-1',
      creator: { ...CONTACT, mobilePhone: '+44 07972 444 876', emailAddress: 'sue@example.com' },
    }
    await createMeeting(kept)
    const again = await createMeeting(kept, { scopes: ['engagement:write'] })
    expect(again.data.createMeeting).toMatchObject({
      replayed: true,
      meeting: { creator: { name: 'S•••', mobilePhone: '•••• 876', emailAddress: 's•••' } },
    })
    app.fault('obp', { match: `POST ${at(BANK)}/meetings`, fault: 'drop-after-apply' })
    for (let i = 0; i < 2; i += 1)
      expect((await createMeeting({ idempotencyKey: 'meeting-2' })).errors[0]!.extensions).toMatchObject({
        code: 'OUTCOME_UNKNOWN',
        retryable: false,
      })
    expect(app.calls('obp')).toEqual([`POST ${at(BANK)}/meetings`, `POST ${at(BANK)}/meetings`])
  })

  const long = (length: number) => 'x'.repeat(length + 1)
  test.each<[string, object]>([
    ['input.providerId', { providerId: long(64) }],
    ['input.purposeId', { purposeId: long(64) }],
    ['input.date', { date: '2024-07-01' }],
    ['input.creator.name', { creator: { ...CONTACT, name: '' } }],
    ['input.creator.name', { creator: { ...CONTACT, name: long(255) } }],
    ['input.creator.mobilePhone', { creator: { ...CONTACT, mobilePhone: long(32) } }],
    ['input.creator.emailAddress', { creator: { ...CONTACT, emailAddress: 'sue' } }],
    [
      'input.creator.emailAddress',
      { creator: { ...CONTACT, emailAddress: `${'s'.repeat(60)}@${'x'.repeat(40)}.com` } },
    ],
    ['input.invitees', { invitees: Array(101).fill({ contactDetails: CONTACT, status: '' }) }],
    ['input.invitees[0].status', { invitees: [{ contactDetails: CONTACT, status: long(255) }] }],
    [
      'input.invitees[0].contactDetails.mobilePhone',
      { invitees: [{ contactDetails: { ...CONTACT, mobilePhone: long(32) }, status: '' }] },
    ],
    ['input.bankId', { bankId: 'a/b' }],
  ])('is refused with a bad %s before anything is sent', async (field, change) => {
    const { errors } = await createMeeting(change)
    expect(errors[0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: { [field]: expect.any(Array) } })
    expect(app.calls('obp')).toEqual([])
  })
})

describe('messages', () => {
  test('go to the linked user, and only that token reads them, newest first and unmasked', async () => {
    const { customerId } = named('Rhea')
    expect(
      (await send({ customerId, message: 'Please call us.', fromDepartment: 'Onboarding' })).data.createCustomerMessage,
    ).toEqual({ replayed: false, sent: true })
    expect(app.calls('obp')).toEqual([
      `GET ${at(BANK)}/customers/${customerId}`,
      `POST ${at(BANK)}/customer/${customerId}/messages`,
    ])
    app.clear()
    expect(await inbox('rhea')).toEqual([
      { id: expect.any(String), message: 'Please call us.', fromDepartment: 'Onboarding' },
      { id: 'message-rhea', message: 'Dear Rhea, please have your passport ready.', fromDepartment: 'Onboarding' },
    ])
    expect(app.recorded('obp').map(({ headers }) => headers['authorization'])).toEqual([
      expect.stringMatching(/^Bearer /),
    ])
    expect(ids(await inbox('percy'))).toEqual(['message-percy'])
  })

  test("are the asked bank's, and asked for once", async () => {
    const { data } = await app.run(
      `{ viewer { messages { id } same: messages(bankId: "${BANK}") { id } there: messages(bankId: "${OTHER_BANK}") { id } } }`,
      undefined,
      { client: 'ada', scopes: [] },
    )
    expect(data.viewer).toEqual({
      messages: [{ id: 'message-ada' }],
      same: [{ id: 'message-ada' }],
      there: [{ id: 'message-ada-elsewhere' }],
    })
    expect(app.calls('obp')).toHaveLength(2)
  })

  test('cannot be read by a caller whom the provider does not know, nor where it cannot be asked as the caller', async () => {
    const query = '{ viewer { id messages { id } } }'
    const stranger = await app.run(query, undefined, { client: 'stranger', scopes: [] })
    expect(stranger.data.viewer).toEqual({ id: 'stranger', messages: null })
    expect(stranger.errors[0]!.extensions).toMatchObject({ code: 'PROVIDER_REFUSED', provider: 'OPEN_BANK_PROJECT' })
    const alone = await startApp({ OBP_USER_TOKEN: undefined })
    expect((await alone.run(query, undefined, { client: 'ada', scopes: [] })).errors[0]!.extensions.code).toBe(
      'PROVIDER_NOT_CONFIGURED',
    )
    expect(alone.calls('obp')).toEqual([])
    await alone.close()
  })

  test('that hold less are shown, and one without a readable date is a broken answer', async () => {
    const match = `GET ${at(BANK)}/customer/messages`
    const message = { id: 'm', date: '2024-01-01T00:00:00Z', message: null, from_department: '', from_person: null }
    app.fault('obp', { match, fault: 'status', status: 200, body: { messages: [message] } })
    const run = () =>
      app.run('{ viewer { messages { id date message fromDepartment fromPerson } } }', undefined, {
        client: 'ada',
        scopes: ['customers:read:own'],
      })
    expect((await run()).data.viewer.messages).toEqual([
      { id: 'm', date: '2024-01-01T00:00:00.000Z', message: '', fromDepartment: null, fromPerson: null },
    ])
    app.fault('obp', { match, fault: 'status', status: 200, body: { messages: [{ ...message, date: 'today' }] } })
    expect((await run()).errors[0]!.extensions.code).toBe('PROVIDER_MALFORMED')
  })

  test.each<[string, object, Record<string, unknown>]>([
    ['another bank', { customerId: OTTO.customerId }, {}],
    ['no bank at all', { customerId: 'nobody' }, {}],
    ['a bank outside the token', { customerId: OTTO.customerId, bankId: OTHER_BANK }, { banks: [BANK] }],
    ['another bank than the one that is named', { bankId: OTHER_BANK }, {}],
  ])('are not sent to a customer of %s', async (_what, input, claims) => {
    const { errors } = await send(input, { claims })
    expect(errors[0]).toMatchObject({ message: 'The bank has no such customer.', extensions: { code: 'NOT_FOUND' } })
    expect(app.calls('obp').filter((call) => call.startsWith('POST'))).toEqual([])
  })

  test('are not sent to a customer to whom no user is linked', async () => {
    const created =
      await app.run(`mutation { createCustomer(input: { legalName: "N", mobilePhoneNumber: "1", email: "n@example.com", dateOfBirth: "1990-01-01", relationshipStatus: "", highestEducationAttained: "",
      employmentStatus: "", kycStatus: false, lastOkDate: "2024-01-01T00:00:00Z" }) { customer { id } } }`)
    const { errors } = await send({ customerId: created.data.createCustomer.customer.id })
    expect(errors[0]).toMatchObject({
      message: 'No user is linked to this customer, so nobody could read the message.',
      extensions: { code: 'NOT_FOUND', retryable: false, providerCode: 'OBP-30008', providerStatus: 400 },
    })
  })

  test('are sent once under an idempotency key, also when the answer is lost', async () => {
    const { customerId } = named('Prue')
    const count = async () => (await inbox('prue')).length
    await send({ customerId, idempotencyKey: 'message-1' })
    expect((await send({ customerId, idempotencyKey: 'message-1' })).data.createCustomerMessage).toEqual({
      replayed: true,
      sent: true,
    })
    expect(await count()).toBe(2)
    app.fault('obp', { match: `POST ${at(BANK)}/customer/*/messages`, fault: 'drop-after-apply' })
    for (let i = 0; i < 2; i += 1)
      expect((await send({ customerId, idempotencyKey: 'message-2' })).errors[0]!.extensions).toMatchObject({
        code: 'OUTCOME_UNKNOWN',
        retryable: false,
      })
    expect(await count()).toBe(3)
    app.fault('obp', {
      match: `POST ${at(BANK)}/customer/*/messages`,
      fault: 'status',
      status: 201,
      body: { success: 'Queued' },
    })
    expect((await send({ customerId })).errors[0]!.extensions.code).toBe('OUTCOME_UNKNOWN')
  })

  test('and meetings need engagement:write', async () => {
    const options: RunOptions = { scopes: ['engagement:read', 'customers:write', 'customers:read', 'pii:read'] }
    for (const { errors } of [await send({}, options), await createMeeting({}, options)])
      expect(errors[0]).toMatchObject({
        message: 'This needs the scope engagement:write.',
        extensions: { code: 'FORBIDDEN' },
      })
    expect(app.calls('obp')).toEqual([])
  })

  test.each<[string, object]>([
    ['input.message', { message: '' }],
    ['input.message', { message: 'x'.repeat(1025) }],
    ['input.fromDepartment', { fromDepartment: 'x'.repeat(65) }],
    ['input.fromPerson', { fromPerson: 'x'.repeat(65) }],
    ['input.customerId', { customerId: 'a/b' }],
  ])('are refused with a bad %s before anything is sent', async (field, change) => {
    const { errors } = await send(change)
    expect(errors[0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: { [field]: expect.any(Array) } })
    expect(app.calls('obp')).toEqual([])
  })
})

const NOT_LOGGED_IN = 'OBP-20001: User not logged in. Authentication is required!'
const NO_BANK = 'OBP-30001: Bank not found. Please specify a valid value for BANK_ID.'
type Refusals = [status: number, message: string, code: string | null, providerCode: string | undefined][]
const read = (field: string) => () => app.run(`{ found: ${field} }`, undefined, { client: 'ada' })
/** The refusals of reads; null is no error but null: there is none. */
const reads = (bankStatus: number): Refusals => [
  [401, NOT_LOGGED_IN, 'PROVIDER_REFUSED', 'OBP-20001'],
  [bankStatus, NO_BANK, null, 'OBP-30001'],
  [400, 'OBP-50000: Unknown Error.', 'PROVIDER_UNAVAILABLE', 'OBP-50000'],
]
const writes = (type: string): Refusals => [
  [401, NOT_LOGGED_IN, 'PROVIDER_REFUSED', 'OBP-20001'],
  [404, `${NO_BANK} Current BankId is x`, 'NOT_FOUND', 'OBP-30001'],
  [400, `OBP-10001: Incorrect json format. The Json body should be the ${type} `, 'BAD_USER_INPUT', 'OBP-10001'],
  [400, 'OBP-50000: Unknown Error.', 'OUTCOME_UNKNOWN', 'OBP-50000'],
]

describe.each<[string, string, () => ReturnType<App['run']>, Refusals]>([
  ['getCrmEvents', `GET ${at(BANK)}/crm-events`, read('crmEvents { id }'), reads(400)],
  ['getMeetings', `GET ${at(BANK)}/meetings`, read('meetings { id }'), reads(404)],
  [
    'getMeeting',
    `GET ${at(BANK)}/meetings/*`,
    read('meeting(id: "x") { id }'),
    [...reads(404), [400, 'OBP-30104: Meeting not found. Current MeetingId(x) ', null, 'OBP-30104']],
  ],
  ['getCustomerMessages', `GET ${at(BANK)}/customer/messages`, read('viewer { messages { id } }'), reads(400)],
  [
    'createMeeting',
    `POST ${at(BANK)}/meetings`,
    () => createMeeting({}),
    // The meeting may have been entered, and its invitees not.
    [
      ...writes('CreateMeetingJson'),
      [
        400,
        'OBP-50200: Connector cannot return the data we requested. Can not createMeeting in the backend.  <- OBP-60011: Create Meeting Exception. ',
        'OUTCOME_UNKNOWN',
        'OBP-60011',
      ],
    ],
  ],
  [
    'createCustomerMessage',
    `POST ${at(BANK)}/customer/*/messages`,
    () => send({}),
    [
      ...writes('AddCustomerMessageJson'),
      [
        404,
        'OBP-30046: Customer not found. Please specify a valid value for CUSTOMER_ID.. Current CustomerId(x)',
        'NOT_FOUND',
        'OBP-30046',
      ],
      [400, 'OBP-30008: User Customer Link not found by USER_ID Current customerId (x)', 'NOT_FOUND', 'OBP-30008'],
      [
        404,
        'OBP-20005: User not found. Please specify a valid value for USER_ID. Current USER_ID(x)',
        'NOT_FOUND',
        'OBP-20005',
      ],
    ],
  ],
])('%s', (_operation, match, run, rows) => {
  test.each(rows)('that answers %i %s is %s', async (status, message, code, providerCode) => {
    app.fault('obp', { match, fault: 'status', status, body: { code: status, message }, times: 0 })
    const { data, errors } = await run()
    if (code === null) return expect([errors, found(data)]).toEqual([[], null])
    expect(errors[0]!.extensions).toMatchObject({
      code,
      provider: 'OPEN_BANK_PROJECT',
      providerCode,
      providerStatus: status,
    })
  })
})

describe('the emulator', () => {
  test('lists no CRM events and no messages of a bank that is not there, as old endpoints do', async () => {
    for (const path of ['crm-events', 'customer/messages'])
      expect(await beside('GET', `/banks/nowhere/${path}`)).toEqual({
        status: 400,
        body: { code: 400, message: NO_BANK },
      })
    expect((await beside('GET', '/banks/nowhere/meetings')).status).toBe(404)
  })

  test('takes a meeting with a date in one form and without invitees, and keeps addresses in lower case', async () => {
    const creator = { name: 'S', mobile_phone: 1, email_address: ' S@Example.com ' }
    const meeting = { provider_id: 'p', purpose_id: 'p', date: '2024-01-01T00:00:00Z', creator }
    const { status, body } = await beside('POST', `/banks/${BANK}/meetings`, meeting)
    expect([status, body]).toEqual([
      201,
      {
        meeting_id: expect.any(String),
        provider_id: 'p',
        purpose_id: 'p',
        bank_id: BANK,
        present: { staff_user_id: '', customer_user_id: expect.any(String) },
        keys: { session_id: '', staff_token: '', customer_token: '' },
        when: '2024-01-01T00:00:00Z',
        creator: { name: 'S', mobile_phone: '1', email_address: 's@example.com' },
        invitees: [],
      },
    ])
    for (const change of [{ date: '2024-01-01T00:00:00.000Z' }, { creator: undefined }, { invitees: [{}] }])
      expect((await beside('POST', `/banks/${BANK}/meetings`, { ...meeting, ...change })).body).toEqual({
        code: 400,
        message: 'OBP-10001: Incorrect json format. The Json body should be the CreateMeetingJson ',
      })
    expect(
      (await beside('POST', `/banks/${BANK}/meetings`, { ...meeting, purpose_id: 'x'.repeat(65) })).body.message,
    ).toMatch(/^OBP-50200: .* <- OBP-60011: Create Meeting Exception\. $/)
  })

  test('stores a message for the user and the bank, under any customer', async () => {
    const token = await app.token({ client: 'vic' })
    const asVic = (method: string, path: string, body?: object) =>
      fetch(`${app.emulators.obp.url}${at(OTHER_BANK)}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
    const { customerId } = named('Vic')
    expect(
      (
        await asVic('POST', `/customer/${customerId}/messages`, {
          message: 'm',
          from_department: 'd',
          from_person: 'p',
        })
      ).status,
    ).toBe(201)
    const answer = (await (await asVic('GET', '/customer/messages')).json()) as { messages: unknown[] }
    expect(answer.messages).toEqual([
      {
        id: expect.any(String),
        date: expect.stringMatching(/^[\d-]{10}T[\d:]{8}Z$/),
        message: 'm',
        from_department: 'd',
        from_person: 'p',
      },
    ])
    expect(
      (await asVic('POST', `/customer/nobody/messages`, { message: 'm', from_department: 'd', from_person: 'p' }))
        .status,
    ).toBe(404)
    expect((await asVic('POST', `/customer/nobody/messages`, {})).status).toBe(400)
  })
})
