import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA } from '../../../datasources/emulator/people.js'
import { type App, startApp } from '../../support/app.js'
import { later, today } from '../../support/clock.js'
import { resetQuirks } from '../../support/quirks.js'

let app: App
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.clear())
afterEach(() => {
  resetQuirks(app.emulators, 'synctera')
  today()
})
afterAll(() => app.close())

const CREATE = 'mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed person { id } } }'
const UPDATE = 'mutation($input: UpdatePersonInput!) { updatePerson(input: $input) { replayed person { id } } }'
const VERIFY =
  'mutation($input: VerifyPersonInput!) { verifyPerson(input: $input) { replayed verification { status results { type result } } } }'
const NORA = { isCustomer: true, status: 'PROSPECT', firstName: 'Nora', email: 'Nora@example.com' }
const TYPE = 'https://dev.synctera.com/errors'
const refuse = (status: number, body: object, match = 'POST /v0/persons') =>
  app.fault('synctera', { match, fault: 'status', status, body })
const create = (input: object = {}) => app.run(CREATE, { input: { ...NORA, ...input } })
const writes = () => app.calls('synctera').filter((call) => /^(POST|PATCH)/.test(call))

describe('an error without a code is told by the last segment of its type', () => {
  test.each([
    [422, `${TYPE}/conflict`, 'IDEMPOTENCY_IN_PROGRESS'],
    [409, `${TYPE}/conflict/`, 'IDEMPOTENCY_IN_PROGRESS'],
    [422, '/errors/conflict', 'IDEMPOTENCY_IN_PROGRESS'],
    [422, 'conflict', 'IDEMPOTENCY_IN_PROGRESS'],
    [422, `${TYPE}/conflict/v1.2.3-beta`, 'IDEMPOTENCY_IN_PROGRESS'],
    [400, `${TYPE}/not-found`, 'NOT_FOUND'],
    [404, '/errors/not-found/v0', 'NOT_FOUND'],
    [422, `${TYPE}/rule-violation`, 'CONFLICT'],
    [409, `${TYPE}/duplicate`, 'CONFLICT'],
    [422, `${TYPE}/unprocessable-entity`, 'IDEMPOTENCY_KEY_REUSED'],
    [429, `${TYPE}/too-many-requests`, 'RATE_LIMITED'],
    [400, `${TYPE}/bad-request-body`, 'BAD_USER_INPUT'],
    [403, `${TYPE}/forbidden`, 'PROVIDER_REFUSED'],
    [400, 'https://api.example/kinds/duplicate', 'CONFLICT'],
    [422, 'https://api.example/v2/kinds/not-found/v2', 'NOT_FOUND'],
    [400, 'https://tools.ietf.org/html/rfc9110#section-15.5.2', 'BAD_USER_INPUT'],
  ])('%i %s is %s', async (status, type, code) => {
    for (let i = 0; i < 3; i += 1) refuse(status, { type, status, retry_after: 60 })
    const { errors } = await create()
    expect(errors).toMatchObject([{ extensions: { code, provider: 'SYNCTERA', providerStatus: status } }])
  })

  test('a code counts more than the type', async () => {
    refuse(422, { type: `${TYPE}/conflict`, code: 'INVALID_STATUS' })
    expect((await create()).errors).toMatchObject([
      { extensions: { code: 'CONFLICT', providerCode: 'INVALID_STATUS' } },
    ])
  })

  test.each([
    ['conflict', { type: `${TYPE}/conflict`, status: 422 }],
    ['a relative conflict', { type: '/errors/conflict/v1.2.3-beta' }],
    ['nothing that tells why', {}],
    ['a type of another provider', { type: 'about:blank', title: 'Unprocessable' }],
    ['a body that is no object', ['Unprocessable']],
  ])('of %s nothing is stored under the key', async (_what, body) => {
    for (const status of [422, 409]) {
      const idempotencyKey = randomUUID()
      refuse(status, body)
      expect((await create({ idempotencyKey })).errors[0]!.extensions).toMatchObject({ retryable: true })
      const { data, errors } = await create({ idempotencyKey })
      expect(errors).toEqual([])
      expect(data.createPerson).toEqual({ replayed: false, person: { id: expect.any(String) } })
    }
  })

  test('the statuses that a refusal allows tell that it is one', async () => {
    const idempotencyKey = randomUUID()
    refuse(422, { status: 422, detail: 'not now', valid_status: ['ACTIVE'] })
    const codes = [await create({ idempotencyKey }), await create({ idempotencyKey })].map(
      ({ errors }) => errors[0]!.extensions.code,
    )
    expect(codes).toEqual(['CONFLICT', 'CONFLICT'])
    expect(writes()).toHaveLength(1)
  })

  test('the suite of forms together: no code, relative types, versions', async () => {
    app.emulators.synctera.quirks(['errorsWithoutCode', 'relativeProblemTypes'])
    const { errors } = await app.run(`{ person(id: "${randomUUID()}") { id } }`)
    expect(errors).toEqual([])
  })
})

describe('refused members stand at the path of the input', () => {
  test.each([
    ['legal_address.country_code', 'input.legalAddress.countryCode'],
    ['shipping_address.address_line_1', 'input.shippingAddress.line1'],
    ['/legal_address/postal_code', 'input.legalAddress.postalCode'],
    ['personal_ids[0].identifier', 'input.personalIds[0].identifier'],
    ['personal_ids.1.expiry_date', 'input.personalIds[1].expiryDate'],
    ['personal_ids[2].id_type', 'input.personalIds[2].type'],
    ['legal_address.planet', 'input.legalAddress'],
    ['dob', 'input.dateOfBirth'],
  ])('%s is %s', async (member, path) => {
    for (const body of [{ missing: [member] }, { invalid: { [member]: 'because' } }]) {
      refuse(400, { code: 'BAD_REQUEST_BODY', ...body })
      const { errors } = await create()
      expect(errors[0]!.extensions.code).toBe('BAD_USER_INPUT')
      expect(Object.keys(errors[0]!.extensions.fields!)).toEqual([path])
      expect(JSON.stringify(errors)).not.toContain('because')
    }
  })

  test('members within an object of members are found', async () => {
    refuse(400, { code: 'BAD_REQUEST_BODY', invalid: { legal_address: { country_code: 'must be ISO' } } })
    expect(Object.keys((await create()).errors[0]!.extensions.fields!)).toEqual(['input.legalAddress.countryCode'])
  })
})

describe('a write that is carried out and answered 500', () => {
  const persons = async (email: string) =>
    (await app.run('query($filter: PersonFilter) { persons(filter: $filter) { nodes { id } } }', { filter: { email } }))
      .data.persons.nodes as { id: string }[]
  const unknown = (errors: readonly object[], retryable: boolean) =>
    expect(errors).toMatchObject([{ extensions: { code: 'OUTCOME_UNKNOWN', retryable } }])

  test('is sent once, and the same key finds the one person that was created', async () => {
    const input = { email: `${randomUUID()}@example.com`, idempotencyKey: randomUUID(), ssn: '123-45-0001' }
    app.emulators.synctera.quirks(['createThen500'])
    unknown((await create(input)).errors, true)
    expect(writes()).toHaveLength(1)
    resetQuirks(app.emulators, 'synctera')
    const found = await create(input)
    expect(found.errors).toEqual([])
    expect(await persons(input.email)).toEqual([found.data.createPerson.person])
    expect(found.data.createPerson.replayed).toBe(true)
    expect((await create(input)).data).toEqual(found.data)
    expect(writes()).toHaveLength(1)
  })

  test('is still unknown where nothing was created, and nothing is written', async () => {
    const input = { email: `${randomUUID()}@example.com`, idempotencyKey: randomUUID() }
    refuse(500, {})
    unknown((await create(input)).errors, true)
    unknown((await create(input)).errors, false)
    expect(writes()).toHaveLength(1)
    expect(await persons(input.email)).toEqual([])
  })

  test('is still unknown where two equal persons were created since', async () => {
    const input = { email: `${randomUUID()}@example.com`, idempotencyKey: randomUUID() }
    app.emulators.synctera.quirks(['createThen500'])
    unknown((await create(input)).errors, true)
    resetQuirks(app.emulators, 'synctera')
    await create({ email: input.email })
    unknown((await create(input)).errors, false)
    expect(await persons(input.email)).toHaveLength(2)
  })

  test('does not take an older person, nor one of another name, for the created one', async () => {
    const email = `${randomUUID()}@example.com`
    await create({ email })
    const idempotencyKey = randomUUID()
    later(1)
    refuse(500, {})
    unknown((await create({ email, idempotencyKey })).errors, true)
    await create({ email, firstName: 'Norman' })
    unknown((await create({ email, idempotencyKey })).errors, false)
  })

  test('finds a person with all members, in the forms of the provider and in another order', async () => {
    const legalAddress = {
      line1: '1 Rue Sainte',
      city: 'Montreal',
      state: 'QC',
      postalCode: 'H2X1Y4',
      countryCode: 'CA',
    }
    const input = {
      ...{ isCustomer: true, status: 'ACTIVE', banStatus: 'SUSPENDED', note: 'called back', ssn: '123-45-0001' },
      ...{ firstName: 'Nora', middleName: 'Ann', lastName: 'Roy', chosenName: 'No', dateOfBirth: '1990-01-02' },
      ...{ email: `${randomUUID()}@Example.com`, phoneNumber: '+15145550100', tenant: 'quebec', legalAddress },
      shippingAddress: { line1: '2 Rue Sainte', countryCode: 'CA' },
      personalIds: [
        { type: 'SIN', identifier: '123-456-789' },
        { type: 'PASSPORT_NUMBER', identifier: 'X7654321', countryCode: 'CA', expiryDate: '2031-01-01' },
      ],
      metadata: { b: { d: 1, c: [{ f: 1, e: 2 }] }, a: 'A' },
      idempotencyKey: randomUUID(),
    }
    app.emulators.synctera.quirks(['createThen500'])
    unknown((await app.run(CREATE, { input })).errors, true)
    resetQuirks(app.emulators, 'synctera')
    expect((await app.run(CREATE, { input })).data.createPerson).toMatchObject({ replayed: true })
    expect(writes()).toHaveLength(1)
  })

  test('is still unknown where nothing tells the person from others', async () => {
    const input = { isCustomer: true, status: 'PROSPECT', firstName: 'Nora', idempotencyKey: randomUUID() }
    app.emulators.synctera.quirks(['createThen500'])
    unknown((await app.run(CREATE, { input })).errors, true)
    resetQuirks(app.emulators, 'synctera')
    unknown((await app.run(CREATE, { input })).errors, false)
    expect(writes()).toHaveLength(1)
  })

  const MAIN = { line1: '1 Main St.', postalCode: '10001', countryCode: 'US' }
  const passport = (rest: object = {}) => ({
    personalIds: [{ type: 'PASSPORT_NUMBER', identifier: 'X7654321', countryCode: 'US', ...rest }],
  })
  test.each<[string, object, object]>([
    ['a person with more members', {}, { lastName: 'Other' }],
    ['a person of a name in other letters', { firstName: 'NORA' }, { firstName: 'Nora' }],
    ['a person with other metadata', { metadata: { partner: 'A' } }, { metadata: { partner: 'B' } }],
    ['a person with metadata', {}, { metadata: { partner: 'B' } }],
    ['a person of another middle name', { middleName: 'Ann' }, { middleName: 'Eve' }],
    ['a person with a chosen name', {}, { chosenName: 'Eve' }],
    ['a person of another address', { legalAddress: MAIN }, { legalAddress: { ...MAIN, line1: '2 Main St.' } }],
    ['a person with an address', {}, { legalAddress: MAIN }],
    [
      'a person of a shipping address',
      { legalAddress: MAIN },
      { legalAddress: MAIN, shippingAddress: { ...MAIN, city: 'X' } },
    ],
    ['a person of another identifier', passport(), passport({ identifier: 'X7654322' })],
    ['a person of an identifier with a date', passport(), passport({ expiryDate: '2031-01-01' })],
    ['a person with an identifier', {}, passport()],
    ['a suspended person', {}, { banStatus: 'SUSPENDED', note: 'reported' }],
    ['a person of another workspace', { tenant: 'one' }, { tenant: 'two' }],
  ])('does not take %s for the created one', async (_what, sent, other) => {
    const input = { email: `${randomUUID()}@example.com`, idempotencyKey: randomUUID(), ...sent }
    refuse(500, {})
    unknown((await create(input)).errors, true)
    await create({ email: input.email, ...other })
    unknown((await create(input)).errors, false)
    expect(await persons(input.email)).toHaveLength(1)
  })

  test.each<[string, object, object]>([
    ['a note, which is not shown,', { note: 'called back' }, { lastName: 'Updated' }],
    ['a name in other letters', { lastName: 'McDonald' }, { lastName: 'Mcdonald' }],
    ['a number with the same last four digits', { ssn: '123-45-6789' }, { ssn: '987-65-6789' }],
    ['a number', { ssn: '123-45-6789', lastName: 'Done' }, { lastName: 'Done' }],
    ['metadata', { metadata: { a: 1 } }, { metadata: { a: 1, b: 2 } }],
  ])('an update of %s is not found done after another one', async (_what, change, other) => {
    const { data: made } = await create({ email: `${randomUUID()}@example.com`, ssn: '111-22-6789' })
    const input = { id: made.createPerson.person.id, ...change, idempotencyKey: randomUUID() }
    refuse(500, {}, 'PATCH /**')
    unknown((await app.run(UPDATE, { input })).errors, true)
    await app.run(UPDATE, { input: { id: input.id, ...other } })
    unknown((await app.run(UPDATE, { input })).errors, false)
  })

  test('a paid check runs once, and the same key finds its results', async () => {
    const input = { personId: ADA.personId, customerConsent: true, idempotencyKey: randomUUID() }
    app.emulators.synctera.quirks(['createThen500'])
    unknown((await app.run(VERIFY, { input })).errors, true)
    resetQuirks(app.emulators, 'synctera')
    const { data, errors } = await app.run(VERIFY, { input })
    expect(errors).toEqual([])
    expect(data.verifyPerson).toEqual({
      replayed: true,
      verification: {
        status: 'ACCEPTED',
        results: [
          { type: 'IDENTITY', result: 'ACCEPTED' },
          { type: 'WATCHLIST', result: 'ACCEPTED' },
        ],
      },
    })
    expect(writes()).toHaveLength(1)
  })

  test('a check that was not carried out stays unknown', async () => {
    const input = { personId: ADA.personId, customerConsent: true, idempotencyKey: randomUUID() }
    later(1)
    refuse(504, { code: 'VENDOR_TIMEOUT' }, 'POST /v0/verifications/verify')
    unknown((await app.run(VERIFY, { input })).errors, true)
    unknown((await app.run(VERIFY, { input })).errors, false)
    expect(writes()).toHaveLength(1)
  })

  test.each([
    [408, { code: 'VENDOR_TIMEOUT' }],
    [422, { code: 'VENDOR_TIMEOUT' }],
    [502, { code: 'VENDOR_TIMEOUT' }],
    [503, { type: `${TYPE}/vendor-timeout` }],
    [504, { type: '/errors/vendor-timeout/v1' }],
  ])('a check whose vendor does not answer (%i %j) is not repeated by itself', async (status, body) => {
    refuse(status, body, 'POST /v0/verifications/verify')
    const { errors } = await app.run(VERIFY, { input: { personId: ADA.personId, customerConsent: true } })
    expect(errors).toMatchObject([{ extensions: { code: 'OUTCOME_UNKNOWN', providerStatus: status } }])
    expect(writes()).toHaveLength(1)
  })

  test.each([
    [499, { code: 'REQUEST_CANCELED' }, 10],
    [502, { code: 'VENDOR_TIMEOUT' }, 20],
    [503, { type: `${TYPE}/vendor-timeout` }, 30],
  ])('a check that is answered %i %j is looked for, and never run again by a repeat', async (status, body, seconds) => {
    const input = { personId: ADA.personId, customerConsent: true, idempotencyKey: randomUUID() }
    later(seconds)
    refuse(status, body, 'POST /v0/verifications/verify')
    unknown((await app.run(VERIFY, { input })).errors, true)
    unknown((await app.run(VERIFY, { input })).errors, false)
    expect(writes()).toHaveLength(1)
    // Another request has run the check meanwhile.
    await app.run(VERIFY, { input: { ...input, idempotencyKey: randomUUID() } })
    expect((await app.run(VERIFY, { input })).data.verifyPerson).toMatchObject({ replayed: true })
    expect(writes()).toHaveLength(2)
  })

  test('an update is found done where the person holds it', async () => {
    const { data: made } = await create({ email: `${randomUUID()}@example.com` })
    const input = { id: made.createPerson.person.id, lastName: 'Updated', idempotencyKey: randomUUID() }
    app.clear()
    refuse(500, {}, 'PATCH /**')
    unknown((await app.run(UPDATE, { input })).errors, true)
    unknown((await app.run(UPDATE, { input })).errors, false)
    await app.run(UPDATE, { input: { ...input, idempotencyKey: randomUUID() } })
    const { data, errors } = await app.run(UPDATE, { input })
    expect(errors).toEqual([])
    expect(data.updatePerson).toEqual({ replayed: true, person: { id: input.id } })
  })
})
