import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, CROWD, NAMED_PEOPLE } from '../../../datasources/emulator/people.js'
import { DisclosureEventType, DisclosureType } from '../../../schema/disclosure.js'
import { type App, startApp } from '../../support/app.js'
import { later, today } from '../../support/clock.js'
import { search } from '../../support/leaks.js'
import { firstPages, resetQuirks } from '../../support/quirks.js'
import { specification } from '../../support/specification.js'

const SPECIFICATION = specification(new URL('specification/documents.json', import.meta.url))

let app: App
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.clear())
afterEach(() => {
  resetQuirks(app.emulators, 'synctera')
  for (const call of app.recorded('synctera')) SPECIFICATION.checkRequest(call)
  today()
})
afterAll(() => app.close())

const RECORD = `mutation($input: RecordDisclosureInput!) { recordDisclosure(input: $input) {
  replayed disclosure { id type typeRaw version eventType eventTypeRaw disclosedAt acknowledgingPersonId createdAt } } }`
const START =
  'mutation($input: StartDocumentVerificationInput!) { startDocumentVerification(input: $input) { replayed session { token url } } }'
const VERIFY =
  'mutation($input: VerifyPersonInput!) { verifyPerson(input: $input) { replayed verification { status results { type result } } } }'
const READ = 'query($id: ID!) { person(id: $id) { disclosures { type typeRaw version eventType disclosedAt } } }'

const RHEA = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Rhea')!
const [fresh, other] = [CROWD[20]!.personId!, CROWD[21]!.personId!]
const E_SIGN = { type: 'E_SIGN', version: '1.0', eventType: 'ACKNOWLEDGED' }
const record = (input: object, options = {}) =>
  app.run(RECORD, { input: { personId: fresh, ...E_SIGN, ...input } }, options)
const start = (input: object = {}) => app.run(START, { input: { personId: RHEA.personId, ...input } })
const verify = (input: object) => app.run(VERIFY, { input: { customerConsent: true, ...input } })
const read = async (id: string) => (await app.run(READ, { id })).data.person.disclosures as Record<string, unknown>[]
const writes = () => app.calls('synctera').filter((call) => !call.startsWith('GET '))
const sent = () => app.recorded('synctera').map(({ body }) => body)
const refuse = (match: string, status: number, body: object, times = 1) =>
  app.fault('synctera', { match, fault: 'status', status, body, times })
const RULE = 'https://dev.synctera.com/errors/rule-violation'

describe('a disclosure', () => {
  test('is recorded with the words of the specification, and read with the person', async () => {
    const disclosedAt = '2024-05-01T09:00:00.000Z'
    const { data, errors } = await record({ disclosedAt, acknowledgingPersonId: ADA.personId })
    expect(errors).toEqual([])
    expect(data.recordDisclosure).toEqual({
      replayed: false,
      disclosure: {
        ...E_SIGN,
        id: expect.any(String),
        typeRaw: 'E_SIGN',
        eventTypeRaw: 'ACKNOWLEDGED',
        disclosedAt,
        acknowledgingPersonId: ADA.personId,
        createdAt: expect.any(String),
      },
    })
    expect(sent()).toEqual([
      {
        person_id: fresh,
        type: 'E_SIGN',
        version: '1.0',
        event_type: 'ACKNOWLEDGED',
        disclosure_date: disclosedAt,
        acknowledging_person_id: ADA.personId,
      },
    ])
    expect(await read(fresh)).toEqual([{ ...E_SIGN, typeRaw: 'E_SIGN', disclosedAt }])
  })

  test('without a time is one of now, and of the same time in a repeat', async () => {
    const idempotencyKey = randomUUID()
    const before = Date.now()
    const first = await record({ idempotencyKey, type: 'REG_DD' })
    later(60)
    const again = await record({ idempotencyKey, type: 'REG_DD' })
    expect(Date.parse(first.data.recordDisclosure.disclosure.disclosedAt)).toBeGreaterThanOrEqual(before)
    expect(again.data.recordDisclosure).toEqual({ ...first.data.recordDisclosure, replayed: true })
    expect(writes()).toHaveLength(1)
  })

  test.each<[string, object, string]>([
    ['a version of another form', { version: 'one' }, 'input.version'],
    ['a version that the provider does not have', { version: '9.9' }, 'input.version'],
    ['a person that is no UUID', { personId: 'ada' }, 'input.personId'],
    ['an owner certification by no person', { type: 'OWNER_CERTIFICATION' }, 'input.acknowledgingPersonId'],
  ])('with %s is refused at its path', async (_what, input, path) => {
    const { errors } = await record(input)
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', fields: { [path]: expect.any(Array) } } }])
  })

  test('to an unknown person is NOT_FOUND', async () => {
    const { errors } = await record({ personId: randomUUID() })
    expect(errors).toMatchObject([
      { extensions: { code: 'NOT_FOUND', providerCode: expect.stringMatching(/^(CUSTOMER_NOT_FOUND|not-found)$/) } },
    ])
  })

  test('of every type and event type of the specification is taken', async () => {
    const aliases = Object.keys(DisclosureType).map(
      (type, i) =>
        `a${i}: recordDisclosure(input: { personId: "${other}", type: ${type}, version: "v1.0", eventType: ${
          Object.keys(DisclosureEventType)[i % 3]
        }, acknowledgingPersonId: "${ADA.personId}" }) { disclosure { type } }`,
    )
    const half = aliases.length / 2
    for (const part of [aliases.slice(0, half), aliases.slice(half)])
      expect((await app.run(`mutation { ${part.join(' ')} }`)).errors).toEqual([])
  })

  test('of several persons is read in one call, with a word that the schema does not know', async () => {
    const row = (personId: string | undefined, rest: object) => ({
      ...(personId === undefined ? {} : { person_id: personId }),
      type: 'E_SIGN',
      version: '2.0',
      event_type: 'VIEWED',
      disclosure_date: '2024-01-01T00:00:00+01:00',
      acknowledging_person_id: null,
      ...rest,
    })
    refuse('GET /v0/disclosures', 200, {
      disclosures: [
        row(fresh, {}),
        row(other, { type: 'REG_Z', event_type: 'SIGNED' }),
        row(other, { disclosure_date: '' }),
        row(undefined, {}),
      ],
      next_page_token: null,
    })
    const { data, errors } = await app.run(
      'query($ids: [ID!]) { persons(filter: { ids: $ids }) { nodes { id disclosures { id type typeRaw eventType eventTypeRaw disclosedAt } } } }',
      { ids: [fresh, other] },
    )
    const read = new Map(data.persons.nodes.map((node: any) => [node.id, node.disclosures]))
    expect(read.get(fresh)).toEqual([
      {
        id: null,
        type: 'E_SIGN',
        typeRaw: 'E_SIGN',
        eventType: 'VIEWED',
        eventTypeRaw: 'VIEWED',
        disclosedAt: '2023-12-31T23:00:00.000Z',
      },
    ])
    expect(read.get(other)).toMatchObject([{ type: null, typeRaw: 'REG_Z', eventType: null, eventTypeRaw: 'SIGNED' }])
    // The row that names no person may be that of either.
    expect(errors).toMatchObject([
      { path: ['persons', 'nodes', 0, 'disclosures'], extensions: { code: 'PROVIDER_MALFORMED', leftOut: 1 } },
      { path: ['persons', 'nodes', 1, 'disclosures'], extensions: { code: 'PROVIDER_MALFORMED', leftOut: 2 } },
    ])
    expect(firstPages(app.calls('synctera')).filter((call) => call.includes('disclosures'))).toEqual([
      'GET /v0/disclosures?person_id=…&limit=100',
    ])
  })

  test.each(['nullMembers', 'emptyEndToken', 'emptyPages'])('is read while the provider answers %s', async (quirk) => {
    await record({ personId: ADA.personId, type: 'REG_CC', eventType: 'DISPLAYED' })
    app.emulators.synctera.quirks([quirk])
    expect(await read(ADA.personId!)).toContainEqual(expect.objectContaining({ type: 'REG_CC' }))
  })

  test('whose answer was 500 is found by the same key, and written once', async () => {
    const input = { idempotencyKey: randomUUID(), personId: CROWD[22]!.personId }
    app.emulators.synctera.quirks(['createThen500'])
    expect((await record(input)).errors).toMatchObject([{ extensions: { code: 'OUTCOME_UNKNOWN', retryable: true } }])
    resetQuirks(app.emulators, 'synctera')
    const found = await record(input)
    expect(found.errors).toEqual([])
    expect(found.data.recordDisclosure.replayed).toBe(true)
    expect(writes()).toHaveLength(1)
    expect(await read(input.personId!)).toHaveLength(1)
  })

  test('whose answer was 500 and which was not made is still unknown, and nothing is written', async () => {
    const input = { idempotencyKey: randomUUID(), personId: CROWD[23]!.personId }
    refuse('POST /v0/disclosures', 500, {})
    expect((await record(input)).errors).toMatchObject([{ extensions: { code: 'OUTCOME_UNKNOWN', retryable: true } }])
    // Another of the same kind, of another time.
    await record({ ...input, idempotencyKey: randomUUID(), disclosedAt: '2024-05-01T09:00:00Z' })
    expect((await record(input)).errors).toMatchObject([{ extensions: { code: 'OUTCOME_UNKNOWN', retryable: false } }])
    expect(writes()).toHaveLength(2)
  })
})

describe('the owner', () => {
  const own = { client: 'ada', scopes: ['persons:write:own'] as const }

  test('records what is disclosed now to their own person', async () => {
    const { data, errors } = await record({ personId: ADA.personId, type: 'PRIVACY_NOTICE' }, own)
    expect(errors).toEqual([])
    expect(data.recordDisclosure.disclosure.type).toBe('PRIVACY_NOTICE')
  })

  test.each([
    ['another time', { disclosedAt: '2024-05-01T09:00:00Z' }, 'FORBIDDEN'],
    ['another acknowledging person', { acknowledgingPersonId: fresh }, 'FORBIDDEN'],
    ["another's person", { personId: fresh }, 'NOT_FOUND'],
  ])('may not record one of %s', async (_what, input, code) => {
    const { errors } = await record({ personId: ADA.personId, ...input }, own)
    expect(errors).toMatchObject([{ extensions: { code } }])
    expect(writes()).toEqual([])
  })
})

describe('a check before a disclosure that the provider demands', () => {
  test.each<[string, object]>([
    ['demandsDisclosures', {}],
    ['demandsUnnamedDisclosures', {}],
  ])('is refused with the missing type (%s), and runs after it was recorded', async (quirk) => {
    app.emulators.synctera.quirks([quirk])
    const personId = quirk === 'demandsDisclosures' ? CROWD[24]!.personId! : CROWD[25]!.personId!
    const idempotencyKey = randomUUID()
    const refused = await verify({ personId, idempotencyKey })
    expect(refused.errors).toMatchObject([
      {
        message: expect.stringContaining('KYC_DATA_COLLECTION'),
        extensions: {
          code: 'CONFLICT',
          retryable: false,
          provider: 'SYNCTERA',
          providerStatus: 422,
          providerCode: 'DISCLOSURE_REQUIRED',
          missingDisclosures: ['KYC_DATA_COLLECTION'],
        },
      },
    ])
    expect((await verify({ personId, idempotencyKey })).errors).toMatchObject([
      { extensions: { code: 'CONFLICT', replayed: true, missingDisclosures: ['KYC_DATA_COLLECTION'] } },
    ])
    await record({ personId, type: 'KYC_DATA_COLLECTION' })
    expect((await verify({ personId, idempotencyKey: randomUUID() })).errors).toEqual([])
  })

  test.each<[string, number, object, readonly string[]]>([
    ['a type without a code', 422, { type: RULE, detail: 'Disclosure REG_E was not made.' }, ['REG_E']],
    [
      'a list of texts',
      400,
      { code: 'BAD_REQUEST_BODY', missing: ['KYC_DATA_COLLECTION', 'E_SIGN'] },
      ['KYC_DATA_COLLECTION', 'E_SIGN'],
    ],
    [
      'a list of objects',
      409,
      { missing_disclosures: [{ type: 'PRIVACY_NOTICE', version: '1.0' }] },
      ['PRIVACY_NOTICE'],
    ],
    ['an object by type', 403, { invalid: { 'disclosures.kyc_data_collection': 'x' } }, ['KYC_DATA_COLLECTION']],
    ['a code alone', 422, { code: 'MISSING_DISCLOSURES' }, ['KYC_DATA_COLLECTION']],
    [
      'a type that the schema does not know',
      422,
      { code: 'MISSING_DISCLOSURES', missing: ['disclosures.REG_Z'] },
      ['KYC_DATA_COLLECTION'],
    ],
  ])('is read from %s', async (_form, status, body, missingDisclosures) => {
    refuse('POST /v0/verifications/verify', status, body)
    const { errors } = await verify({ personId: CROWD[26]!.personId })
    expect(errors).toMatchObject([{ extensions: { code: 'CONFLICT', providerStatus: status, missingDisclosures } }])
    expect(JSON.stringify(errors)).not.toContain('was not made')
  })

  test('names none where the person has acknowledged it, or where that cannot be read', async () => {
    const personId = CROWD[27]!.personId!
    await record({ personId, type: 'KYC_DATA_COLLECTION' })
    for (const fails of [false, true]) {
      refuse('POST /v0/verifications/verify', 422, { code: 'MISSING_DISCLOSURES' })
      if (fails) refuse('GET /v0/disclosures', 403, {})
      expect((await verify({ personId })).errors).toMatchObject([
        { extensions: { code: 'CONFLICT', missingDisclosures: [] } },
      ])
    }
  })

  test.each([
    [422, { code: 'INVALID_STATUS', valid_status: ['ACTIVE'] }, 'CONFLICT'],
    [400, { code: 'BAD_REQUEST_BODY', missing: ['ssn'] }, 'BAD_USER_INPUT'],
    [500, { detail: 'a disclosure is missing' }, 'OUTCOME_UNKNOWN'],
  ])('is not what %i %o says', async (status, body, code) => {
    refuse('POST /v0/verifications/verify', status, body)
    const { errors } = await verify({ personId: CROWD[26]!.personId })
    expect(errors[0]!.extensions.code).toBe(code)
    expect(errors[0]!.extensions).not.toHaveProperty('missingDisclosures')
  })
})

describe('a document verification session', () => {
  test('is started with the words of the specification', async () => {
    const { data, errors } = await start({ documentType: 'PASSPORT', language: 'ES-US', sendMessage: true })
    expect(errors).toEqual([])
    const { token, url } = data.startDocumentVerification.session
    expect(url).toBe(`https://verify.example/session/${token}`)
    expect(sent()).toEqual([
      { person_id: RHEA.personId, document_type: 'PASSPORT', language: 'ES-US', send_message: true },
    ])
  })

  test('is shown to the caller who started it, without pii:read', async () => {
    const { data, errors } = await app.run(START, { input: { personId: ADA.personId } }, { scopes: ['persons:write'] })
    expect(errors).toEqual([])
    expect(data.startDocumentVerification.session.url).toMatch(/^https:/)
  })

  test('is returned again by the same key for half an hour, and then erased', async () => {
    const idempotencyKey = randomUUID()
    const first = await start({ idempotencyKey })
    later(29 * 60)
    const again = await start({ idempotencyKey })
    expect(again.data.startDocumentVerification).toEqual({ ...first.data.startDocumentVerification, replayed: true })
    expect((await start({ idempotencyKey, language: 'FR' })).errors[0]!.extensions.code).toBe('IDEMPOTENCY_KEY_REUSED')
    later(2 * 60)
    expect((await start({ idempotencyKey })).errors).toMatchObject([{ extensions: { code: 'OUTCOME_ERASED' } }])
    expect(writes()).toHaveLength(1)
  })

  test('whose answer was 500 is started anew by the same key', async () => {
    const idempotencyKey = randomUUID()
    app.emulators.synctera.quirks(['createThen500'])
    expect((await start({ idempotencyKey })).errors).toMatchObject([
      { extensions: { code: 'OUTCOME_UNKNOWN', retryable: true } },
    ])
    resetQuirks(app.emulators, 'synctera')
    expect((await start({ idempotencyKey })).errors).toEqual([])
  })

  test.each<[string, object, string]>([
    ['a language that it does not have', { language: 'en' }, 'input.language'],
    ['a person that is no UUID', { personId: '1' }, 'input.personId'],
  ])('with %s is refused before the provider is asked', async (_what, input, path) => {
    const { errors } = await start(input)
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', fields: { [path]: expect.any(Array) } } }])
    expect(writes()).toEqual([])
  })

  test('of an unknown person is NOT_FOUND', async () => {
    expect((await start({ personId: randomUUID() })).errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }])
  })

  test('has a token as long as a signed one, which a check takes', async () => {
    const token = 't'.repeat(4096)
    refuse('POST /v0/verifications/docv_session', 201, { session_token: token, url: 'https://verify.example/s' })
    const { data, errors } = await start()
    expect(errors).toEqual([])
    expect(data.startDocumentVerification.session).toEqual({ token, url: 'https://verify.example/s' })
    refuse('POST /v0/verifications/verify', 201, { verification_status: 'PENDING', verifications: [] })
    expect((await verify({ personId: RHEA.personId, documentId: token })).errors).toEqual([])
  })

  test.each([
    ['a URL of another scheme', { session_token: 'odd-token-1', url: 'http://verify.example/odd-token-1' }],
    ['no token', { url: 'https://verify.example/odd-token-1' }],
    ['null', { session_token: null, url: 'https://verify.example/odd-token-1' }],
  ])('with %s is no session', async (_what, body) => {
    refuse('POST /v0/verifications/docv_session', 201, body)
    const { errors } = await start()
    expect(errors).toMatchObject([{ extensions: { code: 'OUTCOME_UNKNOWN' } }])
    expect(JSON.stringify(errors) + app.log()).not.toContain('odd-token-1')
  })

  test('ends as a verification of its own kind, whichever way the check hears of it', async () => {
    const checks = async (personId: string) =>
      (
        await app.run('query($id: ID!) { person(id: $id) { verificationStatus verifications { type result } } }', {
          id: personId,
        })
      ).data.person
    const capture = (sessionToken: string, digits: string) =>
      fetch(`${app.emulators.synctera.url}/__emulator/captures`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ sessionToken, digits }),
      })
    const personId = CROWD[28]!.personId!
    const tokens: string[] = []
    for (const [digits, status] of [
      ['0001', 'ACCEPTED'],
      ['0005', 'REJECTED'],
      ['0004', 'REVIEW'],
    ] as const) {
      const { token } = (await start({ personId })).data.startDocumentVerification.session
      tokens.push(token)
      const pending = await verify({ personId, documentId: token })
      expect(pending.data.verifyPerson.verification).toEqual({
        status: 'PENDING',
        results: [{ type: 'DOCUMENT_VERIFICATION', result: 'PENDING' }],
      })
      expect((await capture(token, digits)).status).toBe(204)
      const after = await checks(personId)
      expect(after.verificationStatus).toBe(status)
      expect(after.verifications).toContainEqual({ type: 'DOCUMENT_VERIFICATION', result: status })
      // Shown before the check is run: the answer has the outcome.
      const { data } = await verify({ personId, documentId: token })
      expect(data.verifyPerson.verification.results).toContainEqual({ type: 'DOCUMENT_VERIFICATION', result: status })
    }
    const places = [
      { name: 'the log', text: app.log() },
      { name: 'the trail', text: app.audit() },
      { name: 'the metrics', text: await (await fetch(`${app.url}/metrics`)).text() },
    ]
    expect(search(tokens, places)).toEqual([])
  })
})

test('requests and answers fit the specification of the provider', async () => {
  app.emulators.synctera.quirks([])
  const { operations, checkRequest, checkAnswer } = SPECIFICATION
  const personId = CROWD[29]!.personId!
  await record({ personId })
  await record({ personId, type: 'REG_E', disclosedAt: '2024-05-01T09:00:00+02:00', acknowledgingPersonId: fresh })
  await read(personId)
  await app.run(`{ persons(first: 3) { nodes { disclosures { id } } } }`)
  await start({ documentType: 'LICENSE', language: 'ZH-HK', sendMessage: false })
  const { token: documentId } = (await start()).data.startDocumentVerification.session
  await verify({ personId: RHEA.personId, documentId })
  const specified = app.recorded('synctera').filter(checkRequest)
  expect(new Set(specified.map(({ method, url }) => `${method} ${url.split('?')[0]!}`))).toEqual(
    new Set(operations.map(({ method, path }) => `${method} ${path}`)),
  )
  const { url: base, settings } = app.emulators.synctera
  for (const { method, url, body } of specified) {
    const answer = await fetch(`${base}${url}`, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${settings['SYNCTERA_API_KEY']!}` },
      ...(method === 'GET' ? {} : { body: JSON.stringify(body) }),
    })
    checkAnswer(method, url.split('?')[0]!, answer.status, await answer.json())
  }
  // The last requests are the test's own.
  app.clear()
})
