import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADA, NAMED_PEOPLE } from '../../../datasources/emulator/people.js'
import { VENDOR_CODES_SOURCE } from '../../../datasources/synctera/vendor-codes.js'
import { type App, type RunOptions, startApp } from '../../support/app.js'
import { resetQuirks } from '../../support/quirks.js'
import { specification } from '../../support/specification.js'

const SPECIFICATION = specification(new URL('specification/corrections.json', import.meta.url))
const idOf = (name: string) => NAMED_PEOPLE.find(({ firstName }) => firstName === name)!.personId!
const [percy, rhea, rex] = [idOf('Percy'), idOf('Rhea'), idOf('Rex')]

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

const RESULT =
  'id personId type result verifiedAt vendor details { category result vendorCode vendorCodeMeaning { outcome meaning source } }'
const record = (input: object, options?: RunOptions) =>
  app.run(
    `mutation($input: RecordPersonVerificationInput!) { recordPersonVerification(input: $input) { replayed verification { ${RESULT} } } }`,
    { input: { type: 'IDENTITY', result: 'ACCEPTED', verifiedAt: '2024-03-04T05:06:07Z', ...input } },
    options,
  )
const history = (personId: string, args: object = {}, options?: RunOptions) =>
  app.run(
    `query($id: ID!, $first: Int, $after: String, $filter: PersonVerificationFilter) {
      person(id: $id) {
        verificationHistory(first: $first, after: $after, filter: $filter) {
          nodes { ${RESULT} } edges { cursor } pageInfo { hasNextPage endCursor }
        }
      }
    }`,
    { id: personId, ...args },
    options,
  )
const byId = (id: string, options?: RunOptions) =>
  app.run(`query($id: ID!) { personVerification(id: $id) { ${RESULT} } }`, { id }, options)
const writes = () => app.calls('synctera').filter((call) => !call.startsWith('GET'))
const codes = ({ errors }: { errors: readonly { extensions: { code: string } }[] }) =>
  errors.map(({ extensions }) => extensions.code)

describe('the outcome of an outside vendor', () => {
  test('is recorded with its findings, replaces the current one, and is read by id', async () => {
    const idempotencyKey = randomUUID()
    const input = {
      personId: rhea,
      idempotencyKey,
      result: 'REVIEW',
      vendor: 'IDOLOGY',
      details: [{ category: 'ADDRESS', result: 'WARN', score: 0.5, vendorCode: 'R705', description: 'no match' }],
    }
    const { data, errors } = await record(input)
    expect(errors).toEqual([])
    const { verification } = data.recordPersonVerification
    expect(verification).toEqual({
      id: expect.any(String),
      personId: rhea,
      type: 'IDENTITY',
      result: 'REVIEW',
      verifiedAt: '2024-03-04T05:06:07.000Z',
      vendor: 'IDOLOGY',
      details: [
        {
          category: 'ADDRESS',
          result: 'WARN',
          vendorCode: 'R705',
          vendorCodeMeaning: {
            outcome: 'REVIEW',
            meaning: 'The address is not known to be that of the person.',
            source: VENDOR_CODES_SOURCE,
          },
        },
      ],
    })
    expect((await record(input)).data.recordPersonVerification).toEqual({ replayed: true, verification })
    expect(writes()).toHaveLength(1)
    expect((await byId(verification.id)).data.personVerification).toEqual(verification)
    const all = (await history(rhea, { filter: { types: ['IDENTITY'] } })).data.person.verificationHistory.nodes
    expect(all).toHaveLength(2)
    expect(all.map((one: { id: string }) => one.id)).toContain(verification.id)
    const now = await app.run(`{ person(id: "${rhea}") { verifications { id type } } }`)
    expect(now.data.person.verifications.filter(({ type }: { type: string }) => type === 'IDENTITY')).toEqual([
      { id: verification.id, type: 'IDENTITY' },
    ])
  })

  test.each([
    [['persons:write'], 'FORBIDDEN'],
    [['personal-ids:write'], 'FORBIDDEN'],
  ] as const)('is not recorded with %s', async (scopes, code) => {
    expect(codes(await record({ personId: rhea }, { scopes: [...scopes] }))).toEqual([code])
    expect(app.calls('synctera')).toEqual([])
  })

  test('of a person that does not exist is NOT_FOUND, of the future is refused by the provider', async () => {
    expect(codes(await record({ personId: randomUUID() }))).toEqual(['NOT_FOUND'])
    const { errors } = await record({ personId: rhea, verifiedAt: '2099-01-01T00:00:00Z' })
    expect(Object.keys(errors[0]!.extensions.fields!)).toEqual(['input.verifiedAt'])
  })

  test('that is carried out and answered 500 is sent once and found by the same key', async () => {
    const input = { personId: rex, type: 'LICENSE', idempotencyKey: randomUUID() }
    app.emulators.synctera.quirks(['createThen500'])
    expect((await record(input)).errors).toMatchObject([{ extensions: { code: 'OUTCOME_UNKNOWN', retryable: true } }])
    resetQuirks(app.emulators, 'synctera')
    expect((await record(input)).data.recordPersonVerification).toMatchObject({
      replayed: true,
      verification: { personId: rex, type: 'LICENSE' },
    })
    expect(writes()).toHaveLength(1)
  })
})

describe('the history of a person', () => {
  beforeAll(async () => {
    for (let i = 0; i < 4; i += 1)
      await record({ personId: percy, type: 'WATCHLIST', result: i % 2 ? 'REVIEW' : 'ACCEPTED' })
  })

  test('is paged to its end, each verification once', async () => {
    const seen: string[] = []
    let after: string | null = null
    do {
      const page: any = (await history(percy, { first: 2, after })).data.person.verificationHistory
      seen.push(...page.nodes.map((node: { id: string }) => node.id))
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
    } while (after !== null)
    const whole = (await history(percy)).data.person.verificationHistory.nodes
    expect(seen).toEqual(whole.map(({ id }: { id: string }) => id))
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.length).toBeGreaterThanOrEqual(5)
  })

  test.each([
    [{ types: ['WATCHLIST'] }, 4],
    [{ outcomes: ['REVIEW'] }, 2],
    [{ types: ['WATCHLIST'], outcomes: ['ACCEPTED'] }, 2],
    [{ types: ['DOCUMENT_VERIFICATION'] }, 0],
    [{ types: [] }, 0],
  ])('limited to %o has %i', async (filter, count) => {
    expect((await history(percy, { filter })).data.person.verificationHistory.nodes).toHaveLength(count)
  })

  test('a cursor of another filter or person is refused', async () => {
    const { endCursor } = (await history(percy, { first: 1 })).data.person.verificationHistory.pageInfo
    expect(codes(await history(percy, { after: endCursor, filter: { types: ['WATCHLIST'] } }))).toEqual([
      'BAD_USER_INPUT',
    ])
    expect(codes(await history(rhea, { after: endCursor }))).toEqual(['BAD_USER_INPUT'])
  })

  test('a filter by outcome needs pii:read, which also shows the outcome', async () => {
    const scopes = ['persons:read'] as const
    const masked = await history(percy, { filter: { types: ['WATCHLIST'] } }, { scopes: [...scopes] })
    expect(masked.data.person.verificationHistory.nodes[0]).toMatchObject({ type: 'WATCHLIST', result: null })
    expect(codes(await history(percy, { filter: { outcomes: ['REVIEW'] } }, { scopes: [...scopes] }))).toEqual([
      'FORBIDDEN',
    ])
  })

  test('a row that cannot be read is left out and told', async () => {
    app.emulators.synctera.quirks(['oddRow'])
    const { data, errors } = await history(percy, { filter: { types: ['WATCHLIST'] } })
    expect(data.person.verificationHistory.nodes).toHaveLength(4)
    expect(codes({ errors })).toEqual(['PROVIDER_MALFORMED'])
  })

  test.each(['emptyPages', 'emptyEndToken', 'nullMembers', 'numbersAsText'] as const)('ends with %s', async (quirk) => {
    app.emulators.synctera.quirks([quirk])
    const page = (await history(percy, { filter: { types: ['WATCHLIST'] } })).data.person.verificationHistory
    expect(page).toMatchObject({ pageInfo: { hasNextPage: false } })
  })

  test("opens to its person with persons:read:own, another's does not", async () => {
    const options = { client: 'app', scopes: ['persons:read:own'] as const, claims: { sub: 'ada' } }
    const own = await history(ADA.personId!, {}, { ...options, scopes: [...options.scopes] })
    expect(own.errors).toEqual([])
    expect(own.data.person.verificationHistory.nodes.length).toBeGreaterThan(0)
    const another = await history(percy, {}, { ...options, scopes: [...options.scopes] })
    expect(another.data.person).toBeNull()
  })
})

describe('a verification by id', () => {
  test.each([
    ['an unknown one', randomUUID()],
    ['one that is no UUID', 'verification-1'],
  ])('%s is null', async (_what, id) => {
    expect(await byId(id)).toMatchObject({ data: { personVerification: null }, errors: [] })
  })

  test('one of a business is none of a person', async () => {
    const id = randomUUID()
    app.fault('synctera', {
      match: `GET /v0/verifications/${id}`,
      fault: 'status',
      status: 200,
      body: {
        id,
        business_id: randomUUID(),
        verification_type: 'IDENTITY',
        result: 'ACCEPTED',
        verification_time: '2024-01-01T00:00:00Z',
      },
    })
    expect((await byId(id)).data.personVerification).toBeNull()
  })

  test('needs persons:read', async () => {
    expect(codes(await byId(randomUUID(), { scopes: ['persons:read:own'] }))).toEqual(['FORBIDDEN'])
  })
})

describe('what a vendor code means', () => {
  const person = randomUUID()
  const meanings = async (details: object[], options?: RunOptions) => {
    const id = randomUUID()
    app.fault('synctera', {
      match: `GET /v0/verifications/${id}`,
      fault: 'status',
      status: 200,
      body: {
        id,
        person_id: person,
        verification_type: 'IDENTITY',
        result: 'REVIEW',
        verification_time: '2024-01-01T00:00:00Z',
        vendor_info: { vendor: 'SOCURE', content_type: 'application/json', json: {} },
        details,
      },
    })
    return (await byId(id, options)).data.personVerification.details as readonly {
      vendorCode: string | null
      vendorCodeMeaning: { outcome: string | null; meaning: string | null } | null
    }[]
  }

  test.each([
    ['R901', 'REJECT'],
    ['R940', 'REJECT'],
    ['I917', 'REJECT'],
    ['R963', 'REJECT'],
    ['R298', 'REVIEW'],
    ['R972', 'REVIEW'],
  ])('%s suggests %s', async (vendor_code, outcome) => {
    expect(await meanings([{ vendor_code }])).toMatchObject([
      { vendorCode: vendor_code, vendorCodeMeaning: { outcome, meaning: expect.stringMatching(/^[A-Z].*\.$/) } },
    ])
  })

  test.each(['R000', 'r901', 'R901 ', 'constructor', ''])('%j has no meaning, and is kept', async (vendor_code) => {
    expect(await meanings([{ vendor_code }])).toMatchObject([{ vendorCode: vendor_code, vendorCodeMeaning: null }])
  })

  test('is hidden with its finding', async () => {
    expect(await meanings([{ vendor_code: 'R907' }], { scopes: ['persons:read'] })).toEqual([])
  })
})
