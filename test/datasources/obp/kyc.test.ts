import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, BANK, CROWD, NAMED_PEOPLE, OTHER_BANK } from '../../../datasources/emulator/people.js'
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

const named = (name: string) => NAMED_PEOPLE.find(({ firstName }) => firstName === name)!
const customers = `/obp/v4.0.0/banks/${BANK}/customers`
const lists = () => app.calls('obp').filter((call) => call.includes('/kyc_'))

const CHECK = {
  customerNumber: '5000001',
  date: '2024-05-06T07:08:09.500Z',
  how: 'online_meeting',
  staffUserId: 'staff-2',
  staffName: 'Sam',
  satisfied: true,
  comments: 'Fine.',
}
const addCheck =
  'mutation($input: AddKycCheckInput!) { addKycCheck(input: $input) { replayed kycCheck { id bankId customerId customerNumber date how staffUserId staffName satisfied comments } } }'

describe('the KYC records of a customer', () => {
  test('are read', async () => {
    const { data, errors } = await app.run(`{ customer(id: "${ADA.customerId}") {
      kycChecks { id bankId customerId customerNumber date how staffUserId staffName satisfied comments }
      kycDocuments { id bankId customerId customerNumber type number issueDate issuePlace expiryDate expired }
      kycMedia { id bankId customerId customerNumber type url date relatesToKycDocumentId relatesToKycCheckId }
      kycStatuses { customerId customerNumber ok date } } }`)
    expect(errors).toEqual([])
    const record = { bankId: BANK, customerId: ADA.customerId, customerNumber: ADA.customerNumber }
    const date = '2024-04-02T10:00:00.000Z'
    expect(data.customer).toEqual({
      kycChecks: [
        {
          id: 'check-ada',
          ...record,
          date,
          how: 'online_meeting',
          staffUserId: 'staff-1',
          staffName: 'Simon',
          satisfied: true,
          comments: 'All documents match.',
        },
      ],
      kycDocuments: [
        {
          id: 'document-ada',
          ...record,
          type: 'passport',
          number: 'ADA-5000001',
          issueDate: '2016-03-31T00:00:00.000Z',
          issuePlace: 'Berlin',
          expiryDate: '2090-05-01T00:00:00.000Z',
          expired: false,
        },
      ],
      kycMedia: [
        {
          id: 'media-ada',
          ...record,
          type: 'image',
          url: 'https://media.example.com/ada.png',
          date,
          relatesToKycDocumentId: 'document-ada',
          relatesToKycCheckId: 'check-ada',
        },
      ],
      kycStatuses: [{ customerId: ADA.customerId, customerNumber: ADA.customerNumber, ok: true, date }],
    })
  })

  test('are joined at any depth with one call per kind', async () => {
    const query = `{ a: customer(id: "${ADA.customerId}") { ...Deep } b: customer(id: "${ADA.customerId}") { ...Deep } }
      fragment Deep on Customer {
        kycChecks { documents { id media { id check { id media { document { id } } } } } media { id document { id media { check { documents { id } } } } } customer { id kycChecks { id } } }
        kycDocuments { media { check { id } } } kycMedia { document { id } check { id customer { id } } } }`
    const { data, errors } = await app.run(query)
    expect(errors).toEqual([])
    expect(data.b).toEqual(data.a)
    expect(data.a.kycChecks[0]).toEqual({
      documents: [
        {
          id: 'document-ada',
          media: [{ id: 'media-ada', check: { id: 'check-ada', media: [{ document: { id: 'document-ada' } }] } }],
        },
      ],
      media: [
        {
          id: 'media-ada',
          document: { id: 'document-ada', media: [{ check: { documents: [{ id: 'document-ada' }] } }] },
        },
      ],
      customer: { id: ADA.customerId, kycChecks: [{ id: 'check-ada' }] },
    })
    expect(app.calls('obp').sort()).toEqual([
      `GET ${customers}/${ADA.customerId}`,
      ...['checks', 'documents', 'media'].map((kind) => `GET /obp/v4.0.0/customers/${ADA.customerId}/kyc_${kind}`),
    ])
  })

  test('state whether a document has expired', async () => {
    const { data } = await app.run(`{ customer(id: "${named('Prue').customerId}") { kycDocuments { expired } } }`)
    expect(data.customer.kycDocuments).toEqual([{ expired: true }])
  })

  test('state which customers did not pass', async () => {
    const query = ['Rhea', 'Rex', 'Vic']
      .map(
        (name) => `${name}: customer(id: "${named(name).customerId}") { kycChecks { satisfied } kycStatuses { ok } }`,
      )
      .join(' ')
    expect((await app.run(`{ ${query} }`)).data).toEqual({
      Rhea: { kycChecks: [{ satisfied: false }], kycStatuses: [] },
      Rex: { kycChecks: [{ satisfied: false }], kycStatuses: [{ ok: false }] },
      Vic: { kycChecks: [], kycStatuses: [] },
    })
  })

  test('are masked without pii:read and closed without kyc:read', async () => {
    const query = `{ customer(id: "${ADA.customerId}") { kycChecks { comments documents { number } } kycMedia { url } } }`
    const masked = await app.run(query, undefined, { scopes: ['customers:read', 'kyc:read'] })
    expect(masked.data.customer).toEqual({
      kycChecks: [{ comments: 'A•••', documents: [{ number: '••••0001' }] }],
      kycMedia: [{ url: 'h•••' }],
    })
    const expired = await app.run(
      `{ customer(id: "${named('Prue').customerId}") { kycDocuments { type issueDate expiryDate expired } } }`,
      undefined,
      { scopes: ['customers:read', 'kyc:read'] },
    )
    expect(expired.data.customer.kycDocuments).toEqual([
      { type: null, issueDate: null, expiryDate: null, expired: true },
    ])
    app.clear()
    const closed = await app.run(query, undefined, { scopes: ['customers:read', 'pii:read'] })
    expect(closed.data.customer).toEqual({ kycChecks: null, kycMedia: null })
    expect(closed.errors.map(({ message }) => message)).toEqual([
      'This needs the scope kyc:read.',
      'This needs the scope kyc:read.',
    ])
    expect(lists()).toEqual([])
  })

  test('of another bank are left out, though the provider lists them', async () => {
    const { customerId } = named('Percy')
    await beside('PUT', `/banks/${OTHER_BANK}/customers/${customerId}/kyc_check/foreign-check`, {
      customer_number: '1',
      date: null,
      how: null,
      staff_user_id: 's',
      staff_name: 's',
      satisfied: true,
      comments: '',
    })
    expect((await beside('GET', `/customers/${customerId}/kyc_checks`)).body.checks).toHaveLength(2)
    const { data } = await app.run(`{ customer(id: "${customerId}") { kycChecks { id } } }`)
    expect(data.customer.kycChecks).toEqual([{ id: 'check-percy' }])
  })
})

describe('a reference to a check', () => {
  const QUERY =
    'query($representations: [_Any!]!) { _entities(representations: $representations) { ... on KycCheck { id bankId satisfied } } }'
  const check = (member: { customerId: string }, id: string) => ({
    __typename: 'KycCheck',
    customerId: member.customerId,
    id,
  })

  test('is resolved among the checks of its customer', async () => {
    const { data } = await app.run(QUERY, {
      representations: [
        check(ADA, 'check-ada'),
        check(ADA, 'check-rhea'),
        check(named('Otto'), 'check-otto'),
        { __typename: 'KycCheck', customerId: 'no/body', id: 'x' },
      ],
    })
    expect(data._entities).toEqual([
      { id: 'check-ada', bankId: BANK, satisfied: true },
      null,
      { id: 'check-otto', bankId: OTHER_BANK, satisfied: true },
      null,
    ])
  })

  test('is null for a token without its bank', async () => {
    const { data } = await app.run(
      QUERY,
      { representations: [check(named('Otto'), 'check-otto')] },
      { claims: { banks: [BANK] } },
    )
    expect(data._entities).toEqual([null])
  })
})

describe('adding', () => {
  /** A new record's, made by us of the one that was given. */
  const ID = expect.stringMatching(/^[0-9a-f]{32}$/)
  const PASSPORT = {
    id: 'd-vic',
    type: 'passport',
    number: 'P1',
    issueDate: '2011-01-01T00:00:00Z',
    issuePlace: 'Bonn',
  }

  test('a check sends the input values under a generated id', async () => {
    const { data, errors } = await app.run(addCheck, { input: { customerId: ADA.customerId, ...CHECK } })
    expect(errors).toEqual([])
    const { kycCheck } = data.addKycCheck
    expect(kycCheck).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      bankId: BANK,
      customerId: ADA.customerId,
      ...CHECK,
      date: '2024-05-06T07:08:09.000Z',
    })
    expect(app.recorded('obp').at(-1)).toMatchObject({
      method: 'PUT',
      url: `${customers}/${ADA.customerId}/kyc_check/${kycCheck.id}`,
      body: {
        customer_number: '5000001',
        date: '2024-05-06T07:08:09Z',
        how: 'online_meeting',
        staff_user_id: 'staff-2',
        staff_name: 'Sam',
        satisfied: true,
        comments: 'Fine.',
      },
    })
  })

  test('sends an optional field that is left out as null', async () => {
    const { data } = await app.run(addCheck, {
      input: {
        customerId: ADA.customerId,
        id: 'check-least',
        customerNumber: '',
        staffUserId: '',
        staffName: '',
        satisfied: false,
        comments: '',
      },
    })
    expect(app.recorded('obp').at(-1)!.body).toMatchObject({ date: null, how: null })
    expect(data.addKycCheck.kycCheck).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      date: null,
      how: null,
      staffUserId: null,
      comments: null,
    })
  })

  test('a document, media, a check or a status is visible at once in related records', async () => {
    const { customerId, customerNumber } = named('Vic')
    const input = { customerId, customerNumber }
    const { data, errors } = await app.run(
      `mutation($document: AddKycDocumentInput!, $renewed: AddKycDocumentInput!, $media: AddKycMediaInput!, $check: AddKycCheckInput!, $failed: AddKycCheckInput!, $status: AddKycStatusInput!) {
        addKycDocument(input: $document) { kycDocument { id expired media { id } } }
        addKycCheck(input: $check) { kycCheck { customer { kycStatuses { ok } kycChecks { satisfied } } } }
        addKycMedia(input: $media) { kycMedia { id document { id expired media { id } } check { satisfied documents { id } } } }
        addKycStatus(input: $status) { kycStatus { customerId ok date } }
        renewed: addKycDocument(input: $renewed) { kycDocument { media { document { expired } } } }
        failed: addKycCheck(input: $failed) { kycCheck { customer { kycStatuses { ok } kycChecks { satisfied } } } } }`,
      {
        document: { ...input, ...PASSPORT, expiryDate: '2021-01-01T00:00:00Z' },
        renewed: { ...input, ...PASSPORT, expiryDate: '2091-01-01T00:00:00Z' },
        media: {
          ...input,
          id: 'm-vic',
          type: 'image',
          url: 'https://x.example/1',
          date: '2024-01-01T00:00:00Z',
          relatesToKycDocumentId: 'd-vic',
          relatesToKycCheckId: 'c-vic',
        },
        check: { ...CHECK, ...input, id: 'c-vic' },
        failed: { ...CHECK, ...input, id: 'c-vic', satisfied: false },
        status: { ...input, ok: true, date: '2024-01-01T00:00:00Z' },
      },
    )
    expect(errors).toEqual([])
    expect(data).toEqual({
      addKycDocument: { kycDocument: { id: ID, expired: true, media: [] } },
      addKycCheck: { kycCheck: { customer: { kycStatuses: [], kycChecks: [{ satisfied: true }] } } },
      addKycMedia: {
        kycMedia: {
          id: ID,
          document: { id: ID, expired: true, media: [{ id: ID }] },
          check: { satisfied: true, documents: [{ id: ID }] },
        },
      },
      addKycStatus: { kycStatus: { customerId, ok: true, date: '2024-01-01T00:00:00.000Z' } },
      renewed: { kycDocument: { media: [{ document: { expired: false } }] } },
      failed: { kycCheck: { customer: { kycStatuses: [{ ok: true }], kycChecks: [{ satisfied: false }] } } },
    })
    // The owner of the customer is looked up once for all mutations.
    expect(app.calls('obp').filter((call) => call === `GET ${customers}/${customerId}`)).toHaveLength(1)
  })

  test('with an idempotency key uses one id, also after a lost answer', async () => {
    const { customerId } = named('Rhea')
    const input = { customerId, ...CHECK, idempotencyKey: 'check-key' }
    app.fault('obp', { match: `PUT ${customers}/${customerId}/kyc_check/*`, fault: 'drop-after-apply' })
    const lost = await app.run(addCheck, { input })
    expect(lost.errors[0]!.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true })
    const found = await app.run(addCheck, { input })
    expect(found.data.addKycCheck.replayed).toBe(false)
    expect((await app.run(addCheck, { input })).data.addKycCheck).toEqual({
      replayed: true,
      kycCheck: found.data.addKycCheck.kycCheck,
    })
    const { body } = await beside('GET', `/customers/${customerId}/kyc_checks`)
    expect(body.checks).toHaveLength(2)
  })

  test('that was changed after its answer was lost is not written again', async () => {
    const { customerId } = named('Una')
    const input = { customerId, ...CHECK, idempotencyKey: 'check-changed' }
    app.fault('obp', { match: `PUT ${customers}/${customerId}/kyc_check/*`, fault: 'drop-after-apply' })
    expect((await app.run(addCheck, { input })).errors[0]!.extensions.code).toBe('OUTCOME_UNKNOWN')
    const { body } = await beside('GET', `/customers/${customerId}/kyc_checks`)
    const id = body.checks.at(-1).id as string
    const changed = await app.run(addCheck, { input: { customerId, ...CHECK, id, satisfied: false } })
    expect(changed.data.addKycCheck.kycCheck).toMatchObject({ id, satisfied: false })
    app.clear()
    expect((await app.run(addCheck, { input })).errors[0]!.extensions).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      retryable: false,
      replayed: true,
    })
    expect(app.calls('obp').filter((call) => call.startsWith('PUT'))).toEqual([])
  })

  test('needs kyc:write, and shows no more than was written without kyc:read', async () => {
    const input = { customerId: ADA.customerId, ...CHECK, id: 'check-scopes' }
    const refused = await app.run(addCheck, { input }, { scopes: ['kyc:read', 'customers:write'] })
    expect(refused.errors[0]!.message).toBe('This needs the scope kyc:write.')
    expect(app.calls('obp')).toEqual([])
    const { data, errors } = await app.run(
      'mutation($input: AddKycCheckInput!) { addKycCheck(input: $input) { kycCheck { comments customer { id } media { id } } } }',
      { input },
      { scopes: ['kyc:write'] },
    )
    expect(data.addKycCheck.kycCheck).toEqual({ comments: 'F•••', customer: null, media: null })
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN', 'FORBIDDEN'])
  })

  const long = (length: number) => 'x'.repeat(length + 1)
  const DOCUMENT = {
    customerNumber: '1',
    issueDate: '2020-01-01T00:00:00Z',
    issuePlace: 'Bonn',
    expiryDate: '2030-01-01T00:00:00Z',
  }
  const MEDIA = { customerNumber: '1', relatesToKycDocumentId: '', relatesToKycCheckId: '' }
  test.each<[string, string, object, Record<string, unknown>]>([
    ['addKycCheck', 'id', CHECK, { id: long(44) }],
    ['addKycCheck', 'id', CHECK, { id: '../x' }],
    ['addKycCheck', 'id', CHECK, { id: '' }],
    ['addKycCheck', 'customerNumber', CHECK, { customerNumber: long(50) }],
    ['addKycCheck', 'how', CHECK, { how: long(32) }],
    ['addKycCheck', 'staffUserId', CHECK, { staffUserId: long(64) }],
    ['addKycCheck', 'staffName', CHECK, { staffName: long(64) }],
    ['addKycCheck', 'comments', CHECK, { comments: long(2000) }],
    ['addKycCheck', 'date', CHECK, { date: '2024-01-01' }],
    ['addKycDocument', 'customerNumber', DOCUMENT, { customerNumber: long(50) }],
    ['addKycDocument', 'type', DOCUMENT, { type: long(50) }],
    ['addKycDocument', 'number', DOCUMENT, { number: long(50) }],
    ['addKycDocument', 'issuePlace', DOCUMENT, { issuePlace: long(512) }],
    ['addKycDocument', 'expiryDate', DOCUMENT, { expiryDate: 'never' }],
    ['addKycMedia', 'customerNumber', MEDIA, { customerNumber: long(44) }],
    ['addKycMedia', 'type', MEDIA, { type: long(50) }],
    ['addKycMedia', 'url', MEDIA, { url: long(255) }],
    ['addKycMedia', 'relatesToKycDocumentId', MEDIA, { relatesToKycDocumentId: long(255) }],
    ['addKycMedia', 'relatesToKycCheckId', MEDIA, { relatesToKycCheckId: long(255) }],
    ['addKycStatus', 'customerNumber', { ok: true, date: '2024-01-01T00:00:00Z' }, { customerNumber: long(64) }],
  ])('%s refuses a bad %s before anything is sent', async (mutation, field, good, bad) => {
    const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`
    const { errors } = await app.run(`mutation($input: ${type}!) { ${mutation}(input: $input) { replayed } }`, {
      input: { customerId: ADA.customerId, ...good, ...bad },
    })
    expect(errors[0]!.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: { [`input.${field}`]: expect.any(Array) },
    })
    expect(app.calls('obp')).toEqual([])
  })
})

describe('an id that the provider knows already', () => {
  const UNA = named('Una').customerId
  const RHEA = named('Rhea').customerId
  const OTTO = named('Otto').customerId
  const ids = async (id: string, bankId = BANK) =>
    (
      (
        await app.run('query($id: ID!, $bankId: ID) { customer(id: $id, bankId: $bankId) { kycChecks { id } } }', {
          id,
          bankId,
        })
      ).data.customer.kycChecks as { id: string }[]
    ).map((check) => check.id)

  test.each([
    ['of another customer', 'check-rhea', RHEA, BANK],
    ["of another bank's customer", 'check-otto', OTTO, OTHER_BANK],
  ])('%s does not overwrite their check', async (_whose, id, theirs, bankId) => {
    const { data, errors } = await app.run(addCheck, { input: { ...CHECK, customerId: UNA, id } })
    expect(errors).toEqual([])
    expect(data.addKycCheck.kycCheck).toMatchObject({ customerId: UNA, satisfied: true })
    expect(data.addKycCheck.kycCheck.id).not.toBe(id)
    expect(await ids(theirs, bankId)).toContain(id)
  })

  test('of the same customer changes their record, by the id that was given and by the one that was answered', async () => {
    const first = (await app.run(addCheck, { input: { ...CHECK, customerId: UNA, id: 'mine' } })).data.addKycCheck
      .kycCheck
    const second = (await app.run(addCheck, { input: { ...CHECK, customerId: UNA, id: 'mine', satisfied: false } }))
      .data.addKycCheck.kycCheck
    const third = (await app.run(addCheck, { input: { ...CHECK, customerId: UNA, id: first.id, how: 'branch' } })).data
      .addKycCheck.kycCheck
    expect([second.id, third.id]).toEqual([first.id, first.id])
    expect((await ids(UNA)).filter((id) => id === first.id)).toHaveLength(1)
  })
})

test("another bank's check of a customer is not shown by reference either", async () => {
  const { status } = await beside('PUT', `/banks/${OTHER_BANK}/customers/${ADA.customerId}/kyc_check/check-elsewhere`, {
    customer_number: ADA.customerNumber,
    date: '2024-01-01T00:00:00Z',
    how: 'x',
    staff_user_id: 'x',
    staff_name: 'x',
    satisfied: false,
    comments: 'Theirs alone.',
  })
  expect(status).toBe(201)
  const query = `{ _entities(representations: [{ __typename: "KycCheck", customerId: "${ADA.customerId}", id: "check-elsewhere" }]) { ... on KycCheck { comments } } }`
  expect((await app.run(query)).data._entities).toEqual([null])
})

test('a document with an unreadable expiry date is PROVIDER_MALFORMED, not valid for ever', async () => {
  const MEMBER = CROWD[12]!
  const body = {
    documents: [
      {
        bank_id: BANK,
        customer_id: MEMBER.customerId,
        id: 'd',
        customer_number: '1',
        type: 'passport',
        expiry_date: '31/03/2021',
      },
    ],
  }
  app.fault('obp', {
    match: `GET /obp/v4.0.0/customers/${MEMBER.customerId}/kyc_documents`,
    fault: 'status',
    status: 200,
    body,
    times: 0,
  })
  const { data, errors } = await app.run(
    `{ customer(id: "${MEMBER.customerId}") { kycDocuments { id } kycOverview { status } } }`,
  )
  expect(data.customer).toEqual({ kycDocuments: null, kycOverview: { status: 'PROVISIONAL' } })
  expect(errors[0]!.extensions.code).toBe('PROVIDER_MALFORMED')
})
