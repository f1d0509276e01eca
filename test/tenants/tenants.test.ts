import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { type DocumentNode, print } from 'graphql'
import fetch from 'node-fetch'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { ADA, BANK, NAMED_PEOPLE, OTHER_BANK } from '../../datasources/emulator/people.js'
import * as operations from '../../schema/operations/index.js'
import { startEmulators } from '../../src/dev/emulators.js'
import { type App, type Result, type RunOptions, startApp, startGround } from '../support/app.js'
import { startTenantEmulators, type TenantEmulators } from '../support/tenant-emulators.js'
import { NO_PROVIDERS, writeTenants } from '../support/tenants-file.js'

// Two tenants with equal ids and different contents: each text of a provider ends with the tenant's mark.
const TENANTS = ['alpha', 'beta'] as const
type TenantId = (typeof TENANTS)[number]
const MARKS: Readonly<Record<TenantId, string>> = { alpha: 'qxalpha', beta: 'qxbeta' }
const other = (tenant: TenantId): TenantId => (tenant === 'alpha' ? 'beta' : 'alpha')

let ground: Awaited<ReturnType<typeof startGround>>
let second: Awaited<ReturnType<typeof startEmulators>>
let providers: Record<TenantId, TenantEmulators>
let app: App

beforeAll(async () => {
  ground = await startGround()
  second = await startEmulators({ jwksUrl: ground.jwksUrl })
  providers = {
    alpha: await startTenantEmulators(ground.emulators, MARKS.alpha, MARKS.beta),
    beta: await startTenantEmulators(second.emulators, MARKS.beta, MARKS.alpha),
  }
  const { SYNCTERA_URL, SYNCTERA_API_KEY } = ground.emulators.synctera.settings
  const tenantsFile = writeTenants({
    alpha: { settings: providers.alpha.settings },
    beta: { settings: providers.beta.settings },
    narrow: {
      banks: [BANK],
      limits: { rateLimit: 5_000 },
      settings: { ...second.emulators.obp.settings, OBP_BANK_IDS: `${BANK},${OTHER_BANK}` },
    },
    small: { settings: { SYNCTERA_URL: SYNCTERA_URL!, SYNCTERA_API_KEY: SYNCTERA_API_KEY! } },
  })
  app = await startApp(
    {
      ...NO_PROVIDERS,
      TENANTS_FILE: tenantsFile,
      REDIS_URL: inject('redisUrl'),
      STORE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      RATE_LIMIT_COST_PER_MINUTE: '0',
    },
    { ground },
  )
})
afterAll(async () => {
  await app.close()
  await Promise.all([providers.alpha.close(), providers.beta.close(), second.close()])
  await ground.close()
})

const of = (tenant: string, options: RunOptions = {}): RunOptions => ({
  ...options,
  claims: { tenant, ...options.claims },
})
const asked = () => providers.alpha.requests() + providers.beta.requests()

const textOf = (document: DocumentNode | string) => (typeof document === 'string' ? document : print(document))
type Run = (tenant: TenantId) => Promise<Result<any>>
const query =
  (document: DocumentNode | string, variables: object = {}): Run =>
  (tenant) =>
    // A client that both providers know as one of their customers.
    app.run(textOf(document), variables as Record<string, unknown>, of(tenant, { client: 'ada' }))
/** Equal keys of both tenants, with inputs that hold the tenant's mark. */
const mutation =
  (document: DocumentNode | string, input: (mark: string) => object): Run =>
  (tenant) =>
    app.run(
      textOf(document),
      { input: { ...input(`of ${MARKS[tenant]}`), idempotencyKey: 'the-key-of-both' } },
      of(tenant),
    )

const record = { customerId: ADA.customerId, customerNumber: ADA.customerNumber }
const MUTATIONS: readonly Run[] = [
  mutation(operations.CreateCustomerDocument, (mark) => ({
    legalName: `Nora ${mark}`,
    mobilePhoneNumber: '+14155550199',
    email: 'nora@example.com',
    dateOfBirth: '1987-03-04',
    relationshipStatus: 'single',
    highestEducationAttained: 'Master',
    employmentStatus: 'worker',
    kycStatus: false,
    lastOkDate: '2024-05-01T09:00:00Z',
  })),
  mutation(operations.AddKycDocumentDocument, (mark) => ({
    ...record,
    type: 'passport',
    number: `N ${mark}`,
    issueDate: '2020-01-01T00:00:00Z',
    issuePlace: `Town ${mark}`,
    expiryDate: '2090-01-01T00:00:00Z',
  })),
  mutation(operations.AddKycMediaDocument, () => ({
    ...record,
    type: 'image',
    url: 'https://images.example.com/1.png',
    date: '2024-05-01T09:05:00Z',
    relatesToKycDocumentId: 'document-1',
    relatesToKycCheckId: 'check-1',
  })),
  mutation(operations.AddKycCheckDocument, (mark) => ({
    ...record,
    id: 'check-of-both',
    date: '2024-05-01T09:10:00Z',
    how: 'online_meeting',
    staffUserId: 'staff-7',
    staffName: `Sam ${mark}`,
    satisfied: true,
    comments: `Seen ${mark}`,
  })),
  mutation(operations.AddKycStatusDocument, () => ({ ...record, ok: true, date: '2024-05-01T09:15:00Z' })),
  mutation(operations.CreatePersonDocument, (mark) => ({
    isCustomer: true,
    status: 'ACTIVE',
    firstName: `Nora ${mark}`,
    lastName: 'Nobody',
  })),
  mutation(operations.VerifyPersonDocument, () => ({ personId: ADA.personId, customerConsent: true })),
  mutation(operations.LinkCustomerDocument, () => ({
    customerId: ADA.customerId,
    personId: ADA.personId,
    bankingCustomerId: ADA.bankingCustomerId,
    seiExternalId: ADA.seiExternalId,
  })),
  mutation(operations.EntitleDocument, () => ({
    bankingCustomerId: ADA.bankingCustomerId,
    accounts: [{ accountNumber: ADA.account, productType: 'CHECKING', productCode: 'DDA_01' }],
    electronicStatementElection: true,
    electronicDocumentElection: true,
    roles: { view: true },
  })),
  mutation(operations.SetAttributesDocument, (mark) => ({
    externalId: ADA.seiExternalId,
    attributes: [{ name: 'LineOfCreditAccountNumber', value: '123456', explanation: `Because ${mark}` }],
  })),
  mutation(operations.CheckPayeeDocument, () => ({
    types: ['NAME'],
    account: { type: 'PERSONAL', idScheme: 'SCAN', id: ADA.account, name: 'Accepted,Adele' },
  })),
  mutation(operations.RecordDisclosureDocument, () => ({
    personId: ADA.personId,
    type: 'E_SIGN',
    version: '1.0',
    eventType: 'ACKNOWLEDGED',
  })),
  mutation(operations.StartDocumentVerificationDocument, () => ({ personId: ADA.personId })),
  mutation(operations.SubscribeToMonitoringDocument, () => ({ personId: ADA.personId })),
  mutation(operations.AddPersonalIdDocument, () => ({
    personId: ADA.personId,
    type: 'TAX_ID',
    identifier: 'T-12345678',
    countryCode: 'DE',
  })),
  mutation(operations.RecordPersonVerificationDocument, () => ({
    personId: ADA.personId,
    type: 'LICENSE',
    result: 'ACCEPTED',
    verifiedAt: '2024-05-01T09:20:00Z',
  })),
  mutation(operations.CheckPayeesDocument, () => ({
    types: ['NAME'],
    accounts: [
      {
        clientReference: 'row-of-both',
        account: { type: 'PERSONAL', idScheme: 'SCAN', id: ADA.account, name: 'Accepted,Adele' },
      },
    ],
  })),
]

/** The ids that the providers of both tenants have made: the same ones. */
const made = { verificationId: '', jobKey: '', personId: '', checkId: '' }
const entities = (representations: readonly object[]) =>
  query(
    `query($representations: [_Any!]!) { _entities(representations: $representations) { __typename
      ... on Customer { legalName person { firstName customers { legalName email } } }
      ... on Person { firstName lastName email verifications { type result } }
      ... on KycCheck { id staffName comments documents { number issuePlace } }
      ... on VerificationResult { state account { respondedName } } } }`,
    { representations },
  )

/** The reads, with whether their answer holds a text of a person. */
const reads = (): readonly (readonly [Run, boolean])[] => [
  [query(operations.CustomersWithPersonsDocument, { first: 3 }), true],
  [query(operations.CustomerPageDocument, { customerId: ADA.customerId }), true],
  [query(operations.EverythingAboutACustomerDocument, { customerId: ADA.customerId, ...made }), true],
  [query(operations.KycReviewQueueDocument, { first: 3 }), false],
  [query(operations.OnboardedDocument, { customerId: ADA.customerId }), false],
  [query(operations.PayeeCheckDocument, { id: made.verificationId }), true],
  [query(operations.PersonByIdDocument, { id: ADA.personId }), true],
  [query(operations.PersonByIdDocument, { id: made.personId }), true],
  [query(operations.AttributesJobDocument, { key: made.jobKey }), false],
  [query(operations.PersonDisclosuresDocument, { id: ADA.personId }), false],
  [query(operations.PersonMonitoringDocument, { id: ADA.personId }), false],
  [query(operations.PersonChecksDocument, { id: ADA.personId }), false],
  [query(operations.VerificationHistoryDocument, { personId: ADA.personId, first: 5 }), false],
  [query(operations.PersonVerificationByIdDocument, { id: made.checkId }), false],
  [query(operations.ReviewQueueDocument, { first: 5 }), true],
  [
    query(
      '{ viewer { customers { legalName person { firstName } } messages { message } } persons(first: 3) { nodes { firstName email } } }',
    ),
    true,
  ],
  [
    entities([
      { __typename: 'Customer', bankId: BANK, id: ADA.customerId },
      { __typename: 'Person', id: ADA.personId },
      { __typename: 'KycCheck', customerId: ADA.customerId, id: 'check-of-both' },
      { __typename: 'VerificationResult', id: made.verificationId },
    ]),
    true,
  ],
]

async function checked(tenant: TenantId, run: Run, isMarked: boolean): Promise<Result<any>> {
  const result = await run(tenant)
  expect(result.errors).toEqual([])
  const text = JSON.stringify(result.data)
  expect(text).not.toContain(MARKS[other(tenant)])
  if (isMarked) expect(text).toContain(MARKS[tenant])
  return result
}

describe('two tenants with equal ids', () => {
  test('have equal ids of what their providers make, under equal idempotency keys', async () => {
    const [alpha, beta] = await Promise.all(
      TENANTS.map(async (tenant) => {
        const results = []
        for (const run of MUTATIONS) results.push(await checked(tenant, run, false))
        const data = Object.fromEntries(results.flatMap((result) => Object.entries<any>(result.data)))
        return {
          verificationId: data.verifyAccount.result.id as string,
          jobKey: data.setAccountAttributes.job.key as string,
          personId: data.createPerson.person.id as string,
          checkId: data.recordPersonVerification.verification.id as string,
          replayed: Object.values(data).map((payload: any) => payload.replayed as boolean),
        }
      }),
    )
    expect(alpha).toEqual(beta)
    expect(alpha!.replayed).not.toContain(true)
    const { verificationId, jobKey, personId, checkId } = alpha!
    Object.assign(made, { verificationId, jobKey, personId, checkId })
  })

  test('never get a value of the other, whatever runs at one time and in whichever order', async () => {
    const all = [...reads(), ...MUTATIONS.map((run) => [run, false] as const)]
    // Names, so that a counterexample can be read.
    const names = TENANTS.flatMap((tenant) => all.map((_run, index) => `${tenant} ${index}`))
    const everything = { minLength: names.length, maxLength: names.length }
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(names, everything),
        fc.integer({ min: 1, max: 12 }),
        async (order, atOnce) => {
          const waiting = [...order]
          const work = async () => {
            for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
              const [tenant, index] = next.split(' ') as [TenantId, string]
              await checked(tenant, ...all[Number(index)]!)
            }
          }
          await Promise.all(Array.from({ length: atOnce }, work))
        },
      ),
      { numRuns: 4, seed: 15, endOnFailure: true },
    )
    expect(providers.alpha.strays).toEqual([])
    expect(providers.beta.strays).toEqual([])
  })

  test('share no call of single-flight, and each answer is the tenant’s own', async () => {
    const ask = query('query($id: ID!) { person(id: $id) { firstName } }', { id: ADA.personId })
    const answers = await Promise.all([ask('alpha'), ask('beta'), ask('alpha'), ask('beta')])
    expect(answers.map(({ data }) => data.person.firstName as string)).toEqual([
      'Ada qxalpha',
      'Ada qxbeta',
      'Ada qxalpha',
      'Ada qxbeta',
    ])
  })

  test('refuse each other’s cursors', async () => {
    const page = (after?: string) =>
      query('query($after: String) { customers(first: 2, after: $after) { nodes { id } pageInfo { endCursor } } }', {
        after,
      })
    const { data } = await page()('alpha')
    const cursor = data.customers.pageInfo.endCursor as string
    expect((await page(cursor)('alpha')).errors).toEqual([])
    const { errors } = await page(cursor)('beta')
    expect(errors.map(({ extensions: { code } }) => code)).toEqual(['BAD_USER_INPUT'])
  })

  test('are two owners in the audit trail', async () => {
    const correlationIds = await Promise.all(
      TENANTS.map(async (tenant) => (await query(operations.PersonByIdDocument, { id: ADA.personId })(tenant)).headers),
    )
    for (const [index, tenant] of TENANTS.entries()) {
      const id = correlationIds[index]!.get('x-correlation-id')!
      await expect.poll(() => app.audit()).toContain(id)
      const line = app
        .audit()
        .split('\n')
        .find((text) => text.includes(id))!
      expect(JSON.parse(line)).toMatchObject({ who: { tenant: `tenant:${tenant}` } })
    }
  })
})

describe('a tenant without a provider', () => {
  test('is answered PROVIDER_NOT_CONFIGURED, by no credential of another tenant', async () => {
    const before = asked()
    const { data, errors } = await app.run(
      'query($c: ID!, $v: ID!, $j: ID!, $b: ID!, $p: ID!) { customer(id: $c) { id } verificationResult(id: $v) { id } accountAttributesJob(key: $j) { status } accountEntitlements(bankingCustomerId: $b) { asOf } person(id: $p) { firstName } }',
      { c: ADA.customerId, v: made.verificationId, j: made.jobKey, b: ADA.bankingCustomerId, p: ADA.personId },
      of('small'),
    )
    expect(data).toMatchObject({ customer: null, verificationResult: null, person: { firstName: 'Ada' } })
    expect(errors.map(({ extensions: { code } }) => code)).toEqual(Array(4).fill('PROVIDER_NOT_CONFIGURED'))
    expect(asked()).toBe(before)
  })
})

describe('the records of another tenant are absent', () => {
  test('also for a token that may read the verifications of any tenant', async () => {
    const id = await query(operations.CheckPayeeDocument, {
      input: {
        types: ['NAME'],
        maxAgeSeconds: 0,
        account: { type: 'PERSONAL', idScheme: 'SCAN', id: ADA.account, name: 'Accepted,Adele' },
      },
    })('alpha')
    const { data } = await query('query($id: ID!) { verificationResult(id: $id) { state } }', {
      id: id.data.verifyAccount.result.id,
    })('beta')
    expect(data).toEqual({ verificationResult: null })
  })
})

describe('a token without a tenant of the file', () => {
  const REFUSED = [
    ['no tenant', {}],
    ['a tenant that is not in the file', { tenant: 'gamma' }],
    ['a tenant with other capitals', { tenant: 'Alpha' }],
    ['a member of every object', { tenant: '__proto__' }],
    ['an empty tenant', { tenant: '' }],
    ['a client of that name', { client_id: 'tenant:alpha' }],
    ['the name of the default tenant', { tenant: 'default' }],
  ] as const
  const body = JSON.stringify({ query: print(operations.PersonByIdDocument), variables: { id: ADA.personId } })
  const json = { 'content-type': 'application/json' }
  const ROADS: readonly (readonly [string, string, object])[] = [
    ['POST', '', { method: 'POST', headers: json, body }],
    [
      'POST of another form',
      '',
      { method: 'POST', headers: { 'content-type': 'application/json; charset=UTF-8 ' }, body },
    ],
    ['GET', `?query=${encodeURIComponent('{ viewer { subject } }')}`, { headers: { 'apollo-require-preflight': '1' } }],
    [
      'a persisted query',
      '',
      {
        method: 'POST',
        headers: json,
        body: JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } } }),
      },
    ],
  ]

  test('a list of tenants is no tenant at all', async () => {
    const { status, errors } = await app.run('{ viewer { subject } }', undefined, { claims: { tenant: ['alpha'] } })
    expect([status, errors[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED'])
  })

  test.each(REFUSED)('%s: is refused on every road, and no provider is called', async (_what, claims) => {
    const before = asked()
    const token = await app.token({ client: 'alpha', claims })
    for (const [road, search, init] of ROADS) {
      const { headers = {}, ...rest } = init as { headers?: Record<string, string> }
      const response = await fetch(`${app.url}/graphql${search}`, {
        ...rest,
        headers: { ...headers, authorization: `Bearer ${token}` },
      })
      const answer = (await response.json()) as { errors: { message: string; extensions: { code: string } }[] }
      expect([road, response.status, answer.errors[0]?.extensions.code, answer.errors[0]?.message]).toEqual([
        road,
        403,
        'FORBIDDEN',
        'The token names no tenant of this deployment.',
      ])
    }
    expect(asked()).toBe(before)
  })
})

test('the banks of the tenant and of the token narrow each other', async () => {
  const OTTO = NAMED_PEOPLE.find(({ firstName }) => firstName === 'Otto')!
  const banks = (claims: object) =>
    app.run(
      `{ ada: customer(id: "${ADA.customerId}", bankId: "${BANK}") { id } otto: customer(id: "${OTTO.customerId}", bankId: "${OTHER_BANK}") { id } }`,
      undefined,
      of('narrow', { claims: { ...claims } }),
    )
  const ada = { id: ADA.customerId }
  expect((await banks({})).data).toEqual({ ada, otto: null })
  expect((await banks({ banks: [BANK, OTHER_BANK] })).data).toEqual({ ada, otto: null })
  expect((await banks({ banks: [OTHER_BANK] })).data).toEqual({ ada: null, otto: null })
})

describe('a webhook', () => {
  const deliver = async (path: string, secret: string) => {
    const time = String(Math.floor(Date.now() / 1000))
    const event = {
      id: 'the-event-of-both',
      webhook_id: randomUUID(),
      type: 'PERSON.UPDATED',
      event_time: new Date().toISOString(),
      resource_id: ADA.personId,
      event_resource: JSON.stringify({ id: ADA.personId }),
      event_resource_changed_fields: '{}',
      metadata: '',
      url: 'https://example.com/hooks',
    }
    const text = JSON.stringify(event)
    const signature = createHmac('sha256', secret).update(`${time}.${text}`).digest('hex')
    const { status } = await fetch(`${app.url}/webhooks/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'request-timestamp': time, 'synctera-signature': signature },
      body: text,
    })
    return status
  }

  test('has an address and a secret by tenant, and equal ids of events are two events', async () => {
    const secrets = TENANTS.map((tenant) => providers[tenant].settings['SYNCTERA_WEBHOOK_SECRET']!)
    const [alpha, beta] = secrets as [string, string]
    expect(await deliver('synctera/alpha', beta)).toBe(401)
    expect(await deliver('synctera/beta', alpha)).toBe(401)
    for (const path of [
      'synctera',
      'synctera/gamma',
      'synctera/small',
      'synctera/narrow',
      'synctera/alpha/x',
      'obp/alpha',
    ])
      expect([path, await deliver(path, alpha)]).toEqual([path, 404])
    expect(await deliver('synctera/alpha', alpha)).toBe(200)
    expect(await deliver('synctera/beta', beta)).toBe(200)
    const text = await (await fetch(`${app.url}/metrics`)).text()
    for (const tenant of TENANTS)
      expect(text).toMatch(
        new RegExp(
          `kyc_webhook_events_total\\{tenant="${tenant}",provider="synctera",type="person_updated",outcome="done"\\} 1`,
        ),
      )
  })
})

test('circuits, provider metrics and log lines name the tenant', async () => {
  const { circuits } = (await (await fetch(`${app.url}/ready`)).json()) as { circuits: Record<string, object> }
  expect(Object.keys(circuits)).toEqual(['alpha', 'beta', 'narrow', 'small'])
  expect(circuits['small']).toEqual({ synctera: 'closed' })
  const text = await (await fetch(`${app.url}/metrics`)).text()
  expect(text).toContain('kyc_provider_circuit_state{tenant="small",provider="synctera",part="api"} 0')
  expect(text).toMatch(/kyc_provider_call_seconds_count\{.*tenant="beta".*provider="synctera"/)
  const ids = [...text.matchAll(/tenant="([^"]*)"/g)].map(([, id]) => id)
  expect([...new Set(ids)].sort()).toEqual(['alpha', 'beta', 'narrow', 'small'])
  expect(app.log()).toContain('"organization.id":"alpha","kyc.provider"')
})
