import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADA } from '../../datasources/emulator/people.js'
import type { Scope } from '../../schema/scopes.js'
import { scopeRows } from '../../src/tools/scope-table.js'
import { type App, type GraphError, type RunOptions, startApp } from '../support/app.js'
import { type StreamResult, subscribers, TRANSPORTS } from '../support/subscriptions.js'

let app: App
beforeAll(async () => {
  app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0' })
})
afterAll(() => app.close())

const acme = { client: 'acme-app', claims: { tenant: 'acme', sub: 'user-one' } }
const account = (id: string) => ({ idScheme: 'SCAN', id, name: 'Accepted,Ada' })

/** What is asked about, and who may. */
interface Watched {
  readonly id: string
  readonly absent: string
}

/** A field of `Subscription`, the query that answers the same, and how an object of it is begun by a user of acme. */
interface Row {
  readonly field: string
  readonly selection: string
  readonly query: (id: string) => string
  /** The value of the query's answer that is that of the subscription. */
  readonly valueOf: (data: any) => unknown
  readonly begin: () => Promise<Watched>
  readonly argument: string
  /** A caller whose own scopes open it, and one whose do not. */
  readonly mine: RunOptions
  readonly others: RunOptions | undefined
}

const run = async (document: string, input: object, options: RunOptions): Promise<any> => {
  const { data, errors } = await app.run(document, { input }, options)
  expect(errors).toEqual([])
  return data
}

const RESULT = '{ id state account { accountId status respondedName } }'
const JOB = '{ key externalId submittedAt errors { reason } }'
const CHECKS = '{ results { id type result details { description } } }'
const OVERVIEW = '{ status sources { provider status detail available } }'

const ROWS: readonly Row[] = [
  {
    field: 'verificationResult',
    argument: 'id',
    selection: RESULT,
    query: (id) => `{ verificationResult(id: "${id}") ${RESULT} }`,
    valueOf: (data) => data?.verificationResult,
    async begin() {
      const data = await run(
        'mutation($input: VerifyAccountInput!) { verifyAccount(input: $input) { result { id } } }',
        { types: ['NAME'], maxAgeSeconds: 0, account: account('90070020000003') },
        acme,
      )
      return { id: data.verifyAccount.result.id, absent: 'nothing' }
    },
    mine: acme,
    others: { ...acme, claims: { tenant: 'globex', sub: 'user-one' } },
  },
  {
    field: 'accountVerifications',
    argument: 'jobId',
    selection: '{ id state counts { total } results { nodes { state result { id } } } }',
    query: (id) =>
      `{ accountVerifications(jobId: "${id}") { id state counts { total } results { nodes { state result { id } } } } }`,
    valueOf: (data) => data?.accountVerifications,
    async begin() {
      const data = await run(
        'mutation($input: VerifyAccountsInput!) { verifyAccounts(input: $input) { job { id } } }',
        { types: ['STATUS'], accounts: [{ clientReference: 'one', account: { idScheme: 'SCAN', id: ADA.account } }] },
        acme,
      )
      const { id } = data.verifyAccounts.job as { id: string }
      // Its one row has its outcome before the roads are compared.
      const stream = await subscribers.sse(
        app,
        `subscription { accountVerifications(jobId: "${id}") { state } }`,
        {},
        acme,
      )
      expect((await stream.rest()).at(-1)!.data).toEqual({ accountVerifications: { state: 'COMPLETED' } })
      return { id, absent: 'nothing' }
    },
    mine: acme,
    others: { ...acme, claims: { tenant: 'globex', sub: 'user-one' } },
  },
  {
    field: 'accountAttributesJob',
    argument: 'key',
    selection: JOB,
    query: (id) => `{ accountAttributesJob(key: "${id}") ${JOB} }`,
    valueOf: (data) => data?.accountAttributesJob,
    async begin() {
      const data = await run(
        'mutation($input: SetAccountAttributesInput!) { setAccountAttributes(input: $input) { job { key } } }',
        { externalId: ADA.seiExternalId, attributes: [{ name: 'Nickname', value: 'Savings' }] },
        acme,
      )
      return { id: data.setAccountAttributes.job.key, absent: 'nothing' }
    },
    mine: acme,
    others: undefined,
  },
  {
    field: 'personVerification',
    argument: 'personId',
    selection: CHECKS,
    query: (id) => `{ person(id: "${id}") { results: verifications { id type result details { description } } } }`,
    valueOf: (data) => data?.person,
    begin: () => Promise.resolve({ id: ADA.personId!, absent: 'a9999999-0000-4000-8000-999999999999' }),
    mine: { client: 'ada' },
    others: { client: 'rhea' },
  },
  {
    field: 'kycOverview',
    argument: 'customerId',
    selection: OVERVIEW,
    query: (id) => `{ customer(id: "${id}") { kycOverview ${OVERVIEW} } }`,
    valueOf: (data) => data?.customer && data.customer.kycOverview,
    begin: () => Promise.resolve({ id: ADA.customerId, absent: 'c9999999-0000-4000-8000-999999999999' }),
    mine: { client: 'ada' },
    others: { client: 'rhea' },
  },
]

const rows = scopeRows().filter(({ kind }) => kind === 'subscription')

test('each field of Subscription has a row here', () => {
  expect(rows.map(({ name }) => name.split('.')[1]).sort()).toEqual(ROWS.map(({ field }) => field).sort())
})

const codes = (errors: readonly GraphError[] = []) =>
  errors.map(({ message, extensions }) => [extensions.code, message])

describe.each(ROWS.map((row) => [row.field, row] as const))('%s', (field, row) => {
  const { full, own } = rows.find(({ name }) => name === `Subscription.${field}`)!
  const document = `subscription($id: ID!) { ${field}(${row.argument}: $id) ${row.selection} }`
  let watched: Watched
  beforeAll(async () => {
    watched = await row.begin()
  })

  test('answers as the query does, on both transports, with each kind of caller', async () => {
    const callers: readonly (readonly [string, RunOptions, readonly Scope[], string])[] = [
      ['who sees personal values', row.mine, [...full, 'pii:read'], watched.id],
      ['who does not', row.mine, full, watched.id],
      ...(own === undefined ? [] : [['who owns it', row.mine, own, watched.id] as const]),
      ...(row.others && own ? [['who does not own it', row.others, own, watched.id] as const] : []),
      ['of nothing', row.mine, full, watched.absent],
    ]
    for (const [name, caller, scopes, id] of callers) {
      const options = { ...caller, scopes }
      const query = await app.run(row.query(id), {}, options)
      for (const transport of TRANSPORTS) {
        const stream = await subscribers[transport](app, document, { id }, options)
        const first = (await stream.next())!
        const told = [first.data?.[field] ?? null, codes(first.errors)]
        expect([transport, name, ...told]).toEqual([
          transport,
          name,
          row.valueOf(query.data) ?? null,
          codes(query.errors),
        ])
        // What is not there, or not the caller's, is the end.
        if (told[0] === null) expect([await stream.next(), await stream.ended]).toEqual([undefined, 'complete'])
        stream.close()
      }
    }
  })

  test('is closed to a caller without its scopes, who costs no call of a provider', async () => {
    app.clear()
    for (const transport of TRANSPORTS) {
      const stream = await subscribers[transport](
        app,
        document,
        { id: watched.id },
        { ...row.mine, scopes: ['pii:read'] },
      )
      const [told, ...more] = await stream.rest()
      expect([told!.data, codes(told!.errors).map(([code]) => code), more]).toEqual([
        { [field]: null },
        ['FORBIDDEN'],
        [],
      ])
      expect(await stream.ended).toBe('complete')
    }
    expect(Object.keys(app.emulators).flatMap((name) => app.calls(name as never))).toEqual([])
  })
})

describe.each(TRANSPORTS)('by %s', (transport) => {
  const subscribe = subscribers[transport]
  const ofAda = `subscription { kycOverview(customerId: "${ADA.customerId}") { status asOf } }`

  test('each execution is a read in the audit trail, with the correlation id of its own errors', async () => {
    const before = app.audit().length
    const results =
      'subscription($id: ID!) { personVerification(personId: $id) { results { details { description } } } }'
    const stream = await subscribe(app, results, { id: ADA.personId }, { client: `reader-${transport}` })
    await stream.rest()
    const read = () =>
      app
        .audit()
        .slice(before)
        .split('\n')
        .filter((line) => line.includes(`reader-${transport}`))
    await expect.poll(read).toHaveLength(1)
    expect(read()[0]).toContain(ADA.personId)
  })

  test('each stream costs its points when it opens, and a minute that is spent is an error', async () => {
    const poor = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '200' }, app)
    const told: StreamResult[] = []
    do {
      const stream = await subscribe(poor, ofAda, {}, { client: 'ada' })
      told.push((await stream.next())!)
      stream.close()
    } while (told.at(-1)!.errors === undefined)
    const costs = told
      .slice(0, -1)
      .map(({ extensions }) => extensions!['cost'] as { requested: number; remaining: number })
    // The document is new to the first one.
    const spent = costs.slice(2).map(({ remaining }, i) => costs[i + 1]!.remaining - remaining)
    expect(new Set(spent)).toEqual(new Set([costs[0]!.requested]))
    expect(codes(told.at(-1)!.errors).map(([code]) => code)).toEqual(['RATE_LIMITED'])
    await poor.close()
  })

  test('an execution has a deadline of its own, after which the stream goes on', async () => {
    app.fault('synctera', { match: 'GET /v0/**', fault: 'hang', times: 2 })
    const stream = await subscribe(
      app,
      'subscription($id: ID!) { personVerification(personId: $id) { status } }',
      { id: ADA.personId },
      { headers: { 'x-request-timeout-ms': '300' } },
    )
    const late = (await stream.next())!
    expect(codes(late.errors).map(([code]) => code)).toEqual(['DEADLINE_EXCEEDED'])
    stream.close()
    app.clear()
  })

  test.each([
    [
      'two root fields',
      `subscription { a: kycOverview(customerId: "x") { status } b: kycOverview(customerId: "y") { status } }`,
    ],
    ['a field that is not there', 'subscription { nothing }'],
    ['a document that does not parse', 'subscription {'],
  ])('%s are refused as BAD_USER_INPUT', async (_name, document) => {
    const stream = await subscribe(app, document)
    const [told, ...more] = await stream.rest()
    expect([told!.data ?? null, more]).toEqual([null, []])
    expect(new Set(codes(told!.errors).map(([code]) => code))).toEqual(new Set(['BAD_USER_INPUT']))
  })

  test('a query and a mutation have one result', async () => {
    for (const document of ['{ viewer { id } }', 'query One { viewer { id } }']) {
      const stream = await subscribe(app, document, {}, { client: 'ada' })
      expect(await stream.rest()).toMatchObject([{ data: { viewer: { id: 'ada' } } }])
      expect(await stream.ended).toBe('complete')
    }
  })

  test('without a token there is no stream', async () => {
    const stream = await subscribe(app, ofAda, {}, { token: null })
    const told = await stream.rest()
    expect(codes(told[0]?.errors).map(([code]) => code)).toEqual(transport === 'sse' ? ['UNAUTHENTICATED'] : [])
    expect(await stream.ended).toBe(transport === 'sse' ? '401' : 'close 4401')
  })

  test('the end of the token is told, and is the end', async () => {
    const exp = Math.floor(Date.now() / 1000) + 2
    const stream = await subscribe(app, ofAda, {}, { client: 'ada', claims: { exp } })
    expect((await stream.next())!.data?.['kycOverview']).toBeTruthy()
    const [told, ...more] = await stream.rest()
    expect([codes(told!.errors).map(([code]) => code), more]).toEqual([['UNAUTHENTICATED'], []])
    expect(await stream.ended).toBe('complete')
  })
})

test('an operation of subscription is refused where it has no stream', async () => {
  const { errors, status } = await app.run('subscription { kycOverview(customerId: "x") { status } }')
  expect([status, codes(errors).map(([code]) => code)]).toEqual([400, ['BAD_USER_INPUT']])
})

test.each([
  ['subscription', 'text/event-stream', 'text/event-stream'],
  ['subscription', 'text/event-stream, multipart/mixed', 'text/event-stream'],
  ['subscription', 'application/json, text/event-stream', 'text/event-stream'],
  ['query', 'text/event-stream', 'text/event-stream'],
  ['query', 'application/json, text/event-stream', 'application/json'],
  ['query', '*/*', 'application/json'],
  ['subscription', '*/*', 'application/json'],
  ['subscription', 'text/event-stream;q=0, application/json', 'application/json'],
])('a %s with accept: %s is answered by %s', async (operation, accept, type) => {
  const field = operation === 'query' ? 'viewer { id }' : 'verificationResult(id: "nothing") { id }'
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { accept, 'content-type': 'application/json', authorization: `Bearer ${await app.token()}` },
    body: JSON.stringify({ query: `${operation} { ${field} }` }),
  })
  expect(response.headers.get('content-type')).toBe(`${type}; charset=utf-8`)
  await response.text()
})
