import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, NAMED_PEOPLE } from '../../../datasources/emulator/people.js'
import type { Scope } from '../../../schema/scopes.js'
import { type App, type RunOptions, startApp } from '../../support/app.js'
import { search } from '../../support/leaks.js'
import { resetQuirks } from '../../support/quirks.js'
import { specification } from '../../support/specification.js'

const SPECIFICATION = specification(new URL('specification/corrections.json', import.meta.url))
const PERCY = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Percy')!.personId!
const personId = ADA.personId!
const PASSPORT = 'X7654321'
const SSN = '987-65-4329'

const PERSON_ROW = {
  id: personId,
  tenant: 't',
  is_customer: true,
  status: 'ACTIVE',
  ban_status: 'ALLOWED',
  verification_status: 'ACCEPTED',
  creation_time: '2024-01-01T00:00:00Z',
  last_updated_time: '2024-01-01T00:00:00Z',
}

let app: App
beforeAll(async () => {
  app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0' })
})
beforeEach(() => app.clear())
afterEach(() => {
  resetQuirks(app.emulators, 'synctera')
  for (const call of app.recorded('synctera')) SPECIFICATION.checkRequest(call)
})
afterAll(() => app.close())

const CHANGED = 'id personId type typeRaw lastFour countryCode issueDate expiryDate'
const mutate = (name: string, input: object, selection: string, options?: RunOptions) =>
  app.run(
    `mutation($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { replayed ${selection} } }`,
    { input },
    options,
  )
const add = (input: object = {}, options?: RunOptions) =>
  mutate(
    'addPersonalId',
    { personId, type: 'DRIVER_LICENSE', identifier: `D-${randomUUID()}`, ...input },
    `personalId { ${CHANGED} }`,
    options,
  )
const correct = (input: object, options?: RunOptions) =>
  mutate('correctPersonalId', { personId, ...input }, `personalId { ${CHANGED} }`, options)
const remove = (input: object, options?: RunOptions) =>
  mutate('deletePersonalId', { personId, ...input }, 'personalIdId', options)
const held = async (of = personId) =>
  (await app.run(`{ person(id: "${of}") { personalIds { id type identifier countryCode expiryDate } } }`)).data.person
    .personalIds as readonly { id: string; type: string; identifier: string }[]
const addedId = async (input: object = {}): Promise<string> => (await add(input)).data.addPersonalId.personalId.id
const writes = () => app.calls('synctera').filter((call) => !call.startsWith('GET'))
const codes = ({ errors }: { errors: readonly { extensions: { code: string } }[] }) =>
  errors.map(({ extensions }) => extensions.code)

describe('a personal id of a person', () => {
  test('is added, corrected and deleted, and read with the person each time', async () => {
    const passport = { type: 'PASSPORT_NUMBER', identifier: PASSPORT, countryCode: 'US', issueDate: '2020-01-01' }
    const added = (await add(passport)).data.addPersonalId
    const { id } = added.personalId
    expect(added).toEqual({
      replayed: false,
      personalId: {
        id,
        personId,
        type: 'PASSPORT_NUMBER',
        typeRaw: 'PASSPORT_NUMBER',
        lastFour: '4321',
        countryCode: 'US',
        issueDate: '2020-01-01',
        expiryDate: null,
      },
    })
    expect(await held()).toContainEqual(expect.objectContaining({ id, identifier: PASSPORT }))

    const corrected = (await correct({ personalIdId: id, identifier: 'X1111119', expiryDate: '2031-01-01' })).data
    expect(corrected.correctPersonalId.personalId).toMatchObject({ id, lastFour: '1119', expiryDate: '2031-01-01' })
    expect(await held()).toContainEqual(
      expect.objectContaining({ id, identifier: 'X1111119', countryCode: 'US', expiryDate: '2031-01-01' }),
    )

    expect((await remove({ personalIdId: id })).data.deletePersonalId).toEqual({ replayed: false, personalIdId: id })
    expect((await held()).map((one) => one.id)).not.toContain(id)
    expect(codes(await remove({ personalIdId: id }))).toEqual(['NOT_FOUND'])
    const [post, patch, erase] = app.recorded('synctera').filter(({ method }) => method !== 'GET')
    expect(patch).toMatchObject({
      method: 'PATCH',
      body: { id_type: 'PASSPORT_NUMBER', identifier: 'X1111119', expiry_date: '2031-01-01' },
    })
    expect([post!.headers['idempotency-key'], patch!.headers['idempotency-key']]).not.toContain(undefined)
    expect(erase!.method).toBe('DELETE')
  })

  test('is not told by a write or by a refusal, and is in no log, trail or metric', async () => {
    app.emulators.synctera.quirks(['wholeIdentifiers'])
    const input = { type: 'SSN', identifier: SSN, idempotencyKey: randomUUID() }
    const answers = [await add(input), await add(input), await add(input, { scopes: ['personal-ids:write'] })]
    const { id, lastFour } = answers[0]!.data.addPersonalId.personalId
    expect(lastFour).toBe('4329')
    expect(answers[1]!.data.addPersonalId.replayed).toBe(true)
    expect(answers[2]!.data.addPersonalId.personalId).toMatchObject({ id, lastFour: null, type: null })
    answers.push(await add({ type: 'SSN', identifier: SSN }))
    answers.push(await correct({ personalIdId: id, identifier: SSN, idempotencyKey: input.idempotencyKey }))
    app.fault('synctera', {
      match: 'PATCH /v0/persons/personal_ids/*',
      fault: 'status',
      status: 400,
      body: { code: 'BAD_REQUEST_BODY', invalid: { identifier: `${SSN} is taken` }, detail: SSN },
    })
    const refused = await correct({ personalIdId: id, identifier: SSN })
    expect(refused.errors[0]!.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: { 'input.identifier': ['is not valid to the provider'] },
    })
    const metrics = await (await fetch(`${app.url}/metrics`)).text()
    expect(
      search(
        [SSN],
        [
          {
            name: 'answers',
            text: JSON.stringify([...answers, refused].map(({ data, errors }) => ({ data, errors }))),
          },
          { name: 'log', text: app.log() },
          { name: 'trail', text: app.audit() },
          { name: 'metrics', text: metrics },
        ],
      ),
    ).toEqual([])
    expect(app.audit()).toContain(id)
  })

  test('of a type that is not known is answered with its word', async () => {
    app.emulators.synctera.quirks(['unknownIdType'])
    const { data, errors } = await add({ identifier: 'L-99887766' })
    expect(errors).toEqual([])
    expect(data.addPersonalId.personalId).toMatchObject({ type: null, typeRaw: 'LIBRARY_CARD', lastFour: '7766' })
  })

  test.each([
    ['is on the list', { type: 'STATE_ID', identifier: 'S-55554444' }, { type: 'STATE_ID', identifier: 's 5555 4444' }],
    ['has the same last four', { type: 'SIN', identifier: '123-456-789' }, { type: 'SIN', identifier: '999-996-789' }],
  ])('that %s is not added again', async (_what, first, second) => {
    await add(first)
    app.clear()
    const again = await add(second)
    expect(codes(again)).toEqual(['CONFLICT'])
    expect(writes()).toEqual([])
  })

  test.each<[string, object, string]>([
    ['a null', { identifier: null }, 'input.identifier'],
    ['nothing', {}, 'input'],
  ])('%s corrects nothing', async (_what, change, path) => {
    const personalIdId = await addedId()
    app.clear()
    const { errors } = await correct({ personalIdId, ...change })
    expect(Object.keys(errors[0]!.extensions.fields!)).toEqual([path])
    expect(writes()).toEqual([])
  })

  test('a passport needs its country', async () => {
    const { errors } = await add({ type: 'PASSPORT_NUMBER' })
    expect(Object.keys(errors[0]!.extensions.fields!)).toEqual(['input.countryCode'])
  })

  test('of another person is neither corrected nor deleted', async () => {
    const personalIdId = await addedId()
    app.clear()
    expect(codes(await correct({ personId: PERCY, personalIdId, identifier: 'D-1' }))).toEqual(['NOT_FOUND'])
    expect(codes(await remove({ personId: PERCY, personalIdId }))).toEqual(['NOT_FOUND'])
    expect(codes(await add({ personId: randomUUID() }))).toEqual(['NOT_FOUND'])
    expect(writes()).toEqual([])
  })

  test('a person with one that cannot be read is not told to have none', async () => {
    app.fault('synctera', {
      match: `GET /v0/persons/${personId}`,
      fault: 'status',
      status: 200,
      body: { ...PERSON_ROW, personal_ids: [{ id: 'x' }] },
    })
    expect(codes(await remove({ personalIdId: randomUUID() }))).toEqual(['PROVIDER_MALFORMED'])
    expect(writes()).toEqual([])
  })

  test.each<readonly Scope[]>([['persons:write'], ['persons:write:own'], ['person-outcomes:write']])(
    'is not opened by the scope %s',
    async (...scopes) => {
      const results = [
        await add({}, { scopes }),
        await correct({ personalIdId: randomUUID(), identifier: 'D-1' }, { scopes }),
        await remove({ personalIdId: randomUUID() }, { scopes }),
      ]
      for (const result of results) expect(codes(result)).toEqual(['FORBIDDEN'])
      expect(app.calls('synctera')).toEqual([])
    },
  )
})

describe('a write of a personal id that is carried out and answered 500', () => {
  const unknown = (result: { errors: readonly object[] }) =>
    expect(result.errors).toMatchObject([{ extensions: { code: 'OUTCOME_UNKNOWN', retryable: true } }])

  test('addPersonalId is sent once, and the same key finds what it added', async () => {
    const input = { identifier: `D-${randomUUID()}`, idempotencyKey: randomUUID() }
    app.emulators.synctera.quirks(['createThen500'])
    unknown(await add(input))
    resetQuirks(app.emulators, 'synctera')
    const found = await add(input)
    expect(found.errors).toEqual([])
    expect(found.data.addPersonalId).toMatchObject({ replayed: true, personalId: { personId } })
    expect(writes()).toHaveLength(1)
    expect((await held()).filter(({ identifier }) => identifier === input.identifier)).toHaveLength(1)
  })

  test('correctPersonalId is sent once, and the same key finds what it corrected', async () => {
    const personalIdId = await addedId()
    app.clear()
    const input = { personalIdId, identifier: `D-${randomUUID()}`, idempotencyKey: randomUUID() }
    app.emulators.synctera.quirks(['changeThen500'])
    unknown(await correct(input))
    resetQuirks(app.emulators, 'synctera')
    expect((await correct(input)).data.correctPersonalId).toMatchObject({
      replayed: true,
      personalId: { id: personalIdId, lastFour: input.identifier.slice(-4) },
    })
    expect(writes()).toHaveLength(1)
  })

  test('correctPersonalId that did not reach the person is still unknown', async () => {
    const personalIdId = await addedId()
    app.clear()
    const input = { personalIdId, identifier: `D-${randomUUID()}`, idempotencyKey: randomUUID() }
    app.fault('synctera', { match: 'PATCH /v0/persons/personal_ids/*', fault: 'status', status: 500, body: {} })
    unknown(await correct(input))
    expect((await correct(input)).errors).toMatchObject([{ extensions: { code: 'OUTCOME_UNKNOWN', retryable: false } }])
    expect(writes()).toHaveLength(1)
  })

  test('an identifier of which the last four characters are shown is not found added or corrected', async () => {
    const input = { type: 'SSN', identifier: '123-45-7770', idempotencyKey: randomUUID() }
    app.fault('synctera', { match: 'POST /v0/persons/personal_ids', fault: 'status', status: 500, body: {} })
    unknown(await add(input))
    const personalIdId = await addedId({ type: 'SSN', identifier: '987-65-7770' })
    const change = { personalIdId, identifier: '123-45-7770', idempotencyKey: randomUUID() }
    app.fault('synctera', { match: 'PATCH /v0/persons/personal_ids/*', fault: 'status', status: 500, body: {} })
    unknown(await correct(change))
    expect((await correct({ personalIdId, issueDate: '2021-01-01' })).errors).toEqual([])
    app.clear()
    for (const result of [await add(input), await correct(change)])
      expect(result.errors).toMatchObject([{ extensions: { code: 'OUTCOME_UNKNOWN', retryable: false } }])
    expect(writes()).toEqual([])
  })

  test('deletePersonalId is sent once, and the same key finds it deleted', async () => {
    const personalIdId = await addedId()
    app.clear()
    const input = { personalIdId, idempotencyKey: randomUUID() }
    app.emulators.synctera.quirks(['changeThen500'])
    unknown(await remove(input))
    resetQuirks(app.emulators, 'synctera')
    expect((await remove(input)).data.deletePersonalId).toMatchObject({ personalIdId })
    expect(writes()).toHaveLength(1)
  })
})

test('addPersonalId whose answer names another person is unknown', async () => {
  app.fault('synctera', {
    match: 'POST /v0/persons/personal_ids',
    fault: 'status',
    status: 201,
    body: { id: randomUUID(), customer_id: PERCY, id_type: 'TAX_ID', identifier: 'T-99887766', country_code: 'DE' },
  })
  const { data, errors } = await add()
  expect(codes({ errors })).toEqual(['OUTCOME_UNKNOWN'])
  expect(data).toEqual({ addPersonalId: null })
})

describe('the answers of the emulator', () => {
  const ask = async (method: string, path: string, body?: object) => {
    const { SYNCTERA_URL: url, SYNCTERA_API_KEY: key } = app.ground.settings
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: response.status, answer: (await response.json()) as { id: string; code?: string } }
  }

  test('fit the specification, also in their refusals', async () => {
    app.emulators.synctera.quirks([])
    const body = { customer_id: personId, id_type: 'TAX_ID', identifier: 'T-12345678', country_code: 'DE' }
    const added = await ask('POST', '/v0/persons/personal_ids', body)
    const place = `/v0/persons/personal_ids/${added.answer.id}`
    const changed = await ask('PATCH', place, { id_type: 'TAX_ID', issue_date: '2021-01-01' })
    const recorded = await ask('POST', '/v0/verifications', {
      person_id: PERCY,
      verification_type: 'LICENSE',
      result: 'ACCEPTED',
      verification_time: '2024-05-06T07:08:09Z',
    })
    // The specification names no refusal of one that the person has.
    for (const { status, answer } of [added, await ask('POST', '/v0/persons/personal_ids', body)])
      SPECIFICATION.checkAnswer('POST', '/v0/persons/personal_ids', status, answer)
    SPECIFICATION.checkAnswer('PATCH', place, changed.status, changed.answer)
    SPECIFICATION.checkAnswer('POST', '/v0/verifications', recorded.status, recorded.answer)
    for (const path of [`/v0/verifications/${recorded.answer.id}`, '/v0/verifications', `/v0/persons/${personId}`]) {
      const { status, answer } = await ask('GET', path)
      SPECIFICATION.checkAnswer('GET', path, status, answer)
    }
    const refusals: [method: string, path: string, status: number, code: string, body?: object][] = [
      ['POST', '/v0/persons/personal_ids', 400, 'BAD_REQUEST_BODY', { ...body, id_type: 'LIBRARY_CARD' }],
      ['POST', '/v0/persons/personal_ids', 400, 'CUSTOMER_NOT_FOUND', { ...body, customer_id: randomUUID() }],
      ['PATCH', place, 400, 'BAD_REQUEST_BODY', { id_type: 'SSN' }],
      ['PATCH', place, 400, 'BAD_REQUEST_BODY', { issue_date: '2021-01-01' }],
    ]
    for (const [method, path, status, code, sent] of refusals)
      expect(await ask(method, path, sent)).toMatchObject({ status, answer: { code } })
    const deleted = await ask('DELETE', place)
    SPECIFICATION.checkAnswer('DELETE', place, deleted.status, deleted.answer)
    expect((await ask('DELETE', place)).status).toBe(404)
    app.emulators.synctera.quirks(['refusesDuplicates'])
    expect(await ask('POST', '/v0/persons/personal_ids', body)).toMatchObject({
      status: 409,
      answer: { code: 'DUPLICATE_RESOURCE' },
    })
    // Some of these requests are wrong on purpose.
    app.clear()
  })
})
