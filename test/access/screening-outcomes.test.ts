import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CROWD } from '../../datasources/emulator/people.js'
import type { Scope } from '../../schema/scopes.js'
import { type App, startApp } from '../support/app.js'

const MASKED: readonly Scope[] = ['customers:read', 'kyc:read', 'persons:read']
const UNMASKED: readonly Scope[] = [...MASKED, 'pii:read']

let app: App
beforeAll(async () => {
  app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0' })
})
afterAll(() => app.close())

interface Answer {
  readonly data: any
  readonly errors?: readonly unknown[]
  readonly extensions: { readonly masked?: readonly unknown[]; readonly cost: unknown }
}

async function ask(query: string, scopes: readonly Scope[]): Promise<Answer> {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await app.token({ scopes })}` },
    body: JSON.stringify({ query }),
  })
  return (await response.json()) as Answer
}

async function write(field: string, input: object): Promise<void> {
  const type = field[0]!.toUpperCase() + field.slice(1)
  const { errors } = await app.run(`mutation($input: ${type}Input!) { ${field}(input: $input) { replayed } }`, {
    input,
  })
  expect(errors).toEqual([])
}

/** The finding of a death: each code with a documented meaning speaks against the person. */
const FINDING = { category: 'CIP', result: 'FAIL', vendorCode: 'R909' }
const VERIFIED_AT = new Date(Date.now() - 60_000).toISOString()

const record = (personId: string, type: string, result: string, details: readonly object[] = []) =>
  write('recordPersonVerification', { personId, type, result, verifiedAt: VERIFIED_AT, details })

async function raiseAlert(personId: string): Promise<void> {
  const { status } = await fetch(`${app.emulators.synctera.url}/__emulator/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ personId, rest: {} }),
  })
  expect(status).toBe(201)
}

/** Replaces what differs between any two persons. */
const alike = (answer: Answer, person: (typeof CROWD)[number]): unknown =>
  JSON.parse(
    JSON.stringify(answer)
      .replaceAll(person.personId!, 'PERSON')
      .replaceAll(person.customerId, 'CUSTOMER')
      .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'),
  )

describe('a caller without pii:read', () => {
  const [hit, clear] = [CROWD[10]!, CROWD[11]!]

  beforeAll(async () => {
    for (const { personId } of [hit, clear]) {
      const isHit = personId === hit.personId
      await record(personId!, 'WATCHLIST', isHit ? 'REVIEW' : 'ACCEPTED', isHit ? [FINDING, FINDING] : [])
      await record(personId!, 'IDENTITY', 'REVIEW', isHit ? [] : [{ ...FINDING, vendorCode: 'X1' }])
    }
    await raiseAlert(hit.personId!)
  })

  const ofQueue = (answer: Answer, personId: string): readonly object[] =>
    answer.data.kycReviewQueue.nodes.filter((node: { person: { id: string } }) => node.person.id === personId)

  test('is not told which check of a person in the review queue failed, and how often', async () => {
    const query = '{ kycReviewQueue(first: 100) { nodes { person { id } reasons { type verifiedAt } } } }'
    const shown = await ask(query, UNMASKED)
    expect(ofQueue(shown, hit.personId!)).toMatchObject([
      { reasons: [{ type: 'WATCHLIST' }, { type: 'WATCHLIST' }, { type: 'IDENTITY' }] },
    ])
    const masked = await ask(query, MASKED)
    for (const { personId } of [hit, clear])
      expect(ofQueue(masked, personId!)).toEqual([{ person: { id: personId }, reasons: [] }])
    // Each list is told as masked, whatever its length was.
    expect(masked.extensions.masked).toHaveLength(masked.data.kycReviewQueue.nodes.length)
  })

  test.each([
    ['findings of the checks', 'verifications { type verifiedAt details { vendorCodeMeaning { source } } }'],
    [
      'findings of the history',
      'verificationHistory { nodes { type verifiedAt details { __typename vendorCodeMeaning { source } } } }',
    ],
    ['alerts', 'monitoringAlerts { id createdAt updatedAt }'],
  ])('gets one answer for a person with a match and for one without: %s', async (_what, selection) => {
    const of = ({ personId }: typeof hit, scopes: readonly Scope[]) =>
      ask(`{ person(id: "${personId!}") { ${selection} } }`, scopes)
    expect(alike(await of(hit, UNMASKED), hit)).not.toEqual(alike(await of(clear, UNMASKED), clear))
    const masked = await of(hit, MASKED)
    expect(masked.errors).toBeUndefined()
    expect(alike(masked, hit)).toEqual(alike(await of(clear, MASKED), clear))
    expect(masked.extensions.masked).not.toEqual([])
  })

  test('is not told that a finding cannot be read: another caller is', async () => {
    const details = [{ score: 'high' }, { score: 'high' }]
    const check = { person_id: hit.personId, verification_type: 'WATCHLIST', result: 'REVIEW', details }
    const body = { verifications: [{ ...check, verification_time: VERIFIED_AT }] }
    app.fault('synctera', { match: 'GET /v0/verifications', fault: 'status', status: 200, body, times: 0 })
    const query = `{
      person(id: "${hit.personId!}") { verifications { type details { label } } }
      kycReviewQueue(first: 100) { nodes { status reasons { type } } } }`
    expect((await ask(query, UNMASKED)).errors).toMatchObject([
      { path: ['person', 'verifications', 0, 'details'], extensions: { leftOut: 2 } },
      { path: ['kycReviewQueue', 'nodes', expect.any(Number), 'reasons'], extensions: { leftOut: 2 } },
    ])
    expect((await ask(query, MASKED)).errors).toBeUndefined()
    app.clear()
  })

  test('gets null for the alerts of persons, by each path, and Synctera is not asked for them', async () => {
    app.clear()
    const ids = `["${hit.personId!}", "${clear.personId!}"]`
    const query = `{
      persons(filter: { ids: ${ids} }) { nodes { alerts: monitoringAlerts { id } } }
      _entities(representations: [{ __typename: "Person", id: "${hit.personId!}" }]) { ... on Person { monitoringAlerts { id } } }
      customer(id: "${hit.customerId}") { person { monitoringAlerts { id } } } }`
    const { data, errors, extensions } = await ask(query, MASKED)
    expect(errors).toBeUndefined()
    expect(data).toEqual({
      persons: { nodes: [{ alerts: null }, { alerts: null }] },
      _entities: [{ monitoringAlerts: null }],
      customer: { person: { monitoringAlerts: null } },
    })
    expect(new Set(extensions.masked!.map(String))).toEqual(
      new Set([
        'persons,nodes,0,alerts',
        'persons,nodes,1,alerts',
        '_entities,0,monitoringAlerts',
        'customer,person,monitoringAlerts',
      ]),
    )
    expect(app.calls('synctera').filter((call) => call.includes('alerts'))).toEqual([])
    expect((await ask(query, UNMASKED)).data.customer.person.monitoringAlerts).toHaveLength(1)
  })
})

describe('the reason of a KYC status', () => {
  const persons = CROWD.slice(12, 16)
  const causes: readonly ((personId: string) => Promise<void>)[] = [
    (id) => write('updatePerson', { id, status: 'SANCTION' }),
    (id) => write('updatePerson', { id, banStatus: 'SUSPENDED', note: 'A test.' }),
    async (id) => {
      await record(id, 'WATCHLIST', 'REVIEW', [FINDING])
      await record(id, 'IDENTITY', 'ACCEPTED')
    },
    raiseAlert,
  ]

  /** What Synctera is said to state about the customer of a person. */
  async function stated({ customerId }: (typeof CROWD)[number]): Promise<object> {
    const query = `{ customer(id: "${customerId}") { kycOverview { sources { provider status detail available } } } }`
    const { data } = await ask(query, MASKED)
    return data.customer.kycOverview.sources[1]
  }

  test('is one sentence, whichever screening of an accepted person found something', async () => {
    for (const [i, cause] of causes.entries()) {
      await record(persons[i]!.personId!, 'IDENTITY', 'ACCEPTED')
      await cause(persons[i]!.personId!)
    }
    const all = await Promise.all(persons.map(stated))
    expect(all[0]).toMatchObject({ provider: 'SYNCTERA', status: 'REVIEW', available: true })
    for (const one of all) expect(one).toEqual(all[0])
  })

  test('does not say that a person is banned or denied', async () => {
    const person = CROWD[16]!
    await record(person.personId!, 'IDENTITY', 'ACCEPTED')
    await write('updatePerson', { id: person.personId, status: 'DENIED' })
    expect(await stated(person)).toMatchObject({ status: 'REJECTED', detail: expect.not.stringMatching(/bann|denied/) })
  })
})
