import type { ChildProcess } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { print } from 'graphql'
import { Redis } from 'ioredis'
import fetch from 'node-fetch'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ANSWER, CUSTOMERS } from '../../datasources/apiture/emulator/index.js'
import { ADA, CROWD, PEOPLE, NIA } from '../../datasources/emulator/people.js'
import { type ProviderName, providers } from '../../datasources/index.js'
import type { Fault } from '../../datasources/emulator/run.js'
import * as operations from '../../schema/operations/index.js'
import { readAnchors } from '../../src/audit/anchors.js'
import { deriveChainKey } from '../../src/audit/chain.js'
import { TrailVerifier } from '../../src/audit/verifier.js'
import { AUDIENCE } from '../../src/dev/issuer.js'
import { type App, type GraphError, startApp } from '../support/app.js'
import { build, run, urlOf } from '../support/build.js'
import { forms, type Place, search } from '../support/leaks.js'
import { customerRows } from '../datasources/obp/surface/customers.js'
import { engagementRows } from '../datasources/obp/surface/engagement.js'
import { kycRows } from '../datasources/obp/surface/kyc.js'
import { onboardingRows } from '../datasources/obp/surface/onboarding.js'
import { recordsRows } from '../datasources/obp/surface/records.js'
import { updatesRows } from '../datasources/obp/surface/updates.js'
import { type Collector, startCollector } from '../support/otlp.js'
import { addressOf, contentOf, emptyDatabase } from '../support/redis.js'

// Values that occur nowhere else.
const markers: string[] = []
let made = 0
const number = (length: number) => String(73_190_000 + (made += 1)).padEnd(length, '4')
const mark = (value: string) => (markers.push(value), value)
const word = () => mark(`Zyxquu${(made += 1)}Vob`)
const email = () => mark(`zyxquu${(made += 1)}@vob.example`)
const phone = () => mark(`+1${number(10)}`)
const account = () => mark(number(14))
const iban = () => {
  const digits = number(18)
  const check = 98n - (BigInt(`${digits}131400`) % 97n)
  return mark(`DE${String(check).padStart(2, '0')}${digits}`)
}
const ssns: string[] = []
const ssn = () => {
  // Of digits that no other number here begins with.
  const value = `629-81-${String((made += 1)).padStart(4, '0')}`
  ssns.push(value)
  return mark(value)
}

const PERSONAL = [...PEOPLE, NIA].flatMap((member) => [
  `${member.firstName} ${member.lastName}`,
  member.email,
  member.phone,
  member.ssn,
  member.account,
  member.dateOfBirth,
])

const key = randomBytes(32)
const folder = mkdtempSync(join(tmpdir(), 'kyc-graph-audit-'))
const audit = join(folder, 'audit.log')
const security = join(folder, 'security.log')
const checkpoints = join(folder, 'checkpoints.log')
const redisUrl = await emptyDatabase()
let redis: Redis
let app: App
let collector: Collector
let server: ChildProcess
let url: string
let output: () => string
const answers: { readonly data: string; readonly errors: string }[] = []
const asked: Record<string, string> = {}

beforeAll(async () => {
  redis = new Redis(redisUrl)
  app = await startApp()
  collector = await startCollector()
  const timeouts = Object.fromEntries(
    Object.keys(providers).map((name) => [`${name.toUpperCase()}_TIMEOUT_MS`, '1200']),
  )
  build()
  const started = run({
    PORT: '0',
    AUTH_ISSUER: app.ground.issuer.issuer,
    AUTH_AUDIENCE: AUDIENCE,
    AUTH_JWKS_URL: app.ground.jwksUrl,
    LOG_LEVEL: 'trace',
    AUDIT_LOG: audit,
    AUDIT_CHECKPOINTS: checkpoints,
    AUDIT_CHECKPOINT_SECONDS: '1',
    AUDIT_CHECKPOINT_KEY: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    SECURITY_LOG: security,
    PURPOSES: 'onboarding',
    CONSENT_URL: app.ground.consentUrl,
    CONSENT_CACHE_SECONDS: '1',
    REDIS_URL: redisUrl,
    STORE_ENCRYPTION_KEY: key.toString('base64'),
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    LOG_OPERATIONS: 'all',
    ...timeouts,
    ...app.ground.settings,
  })
  server = started.child
  output = started.output
  url = await urlOf(started)
})
afterAll(async () => {
  server.kill('SIGKILL')
  redis.disconnect()
  await app.close()
  await collector.close()
})

/** Keeps what the providers were asked before it is forgotten. */
function forget(): void {
  for (const name of Object.keys(providers) as ProviderName[])
    asked[name] =
      (asked[name] ?? '') + JSON.stringify(app.emulators[name].calls().map(({ url: path, body }) => [path, body]))
  app.clear()
}

async function send(
  body: unknown,
  {
    headers = {},
    path = '/graphql',
    method = 'POST',
    ...options
  }: { headers?: Record<string, string>; path?: string; method?: string; client?: string; scopes?: any } = {},
) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await app.token(options)}`,
      'x-purpose': 'onboarding',
      'x-consent-id': 'consent-given',
      ...headers,
    },
    ...(method === 'GET' ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const answer = JSON.parse((await response.text()) || '{}') as { data?: any; errors?: GraphError[] }
  // The path holds the caller's own aliases: the form of an answer is GraphQL's.
  const { data = null, errors = [], ...rest } = answer
  answers.push({
    data: JSON.stringify(data),
    errors: JSON.stringify([rest, ...errors.map(({ path: _path, ...error }) => error)]),
  })
  return answer
}

const createPerson = () => ({
  isCustomer: true,
  status: 'ACTIVE',
  firstName: word(),
  lastName: word(),
  dateOfBirth: '1987-03-04',
  email: email(),
  phoneNumber: phone(),
  ssn: ssn(),
  legalAddress: { line1: word(), city: word(), state: 'NY', postalCode: '10001', countryCode: 'US' },
  metadata: { note: word() },
})
const createCustomer = () => ({
  legalName: word(),
  mobilePhoneNumber: phone(),
  email: email(),
  dateOfBirth: '1987-03-04',
  relationshipStatus: 'single',
  highestEducationAttained: 'Master',
  employmentStatus: 'worker',
  kycStatus: false,
  lastOkDate: '2024-05-01T09:00:00Z',
})
const document = (customerId: string, customerNumber: string) => ({
  customerId,
  customerNumber,
  type: 'passport',
  number: word(),
  issueDate: '2020-01-01T00:00:00Z',
  issuePlace: 'Berlin',
  expiryDate: '2090-01-01T00:00:00Z',
})
const entitle = () => ({
  bankingCustomerId: ADA.bankingCustomerId,
  accounts: [{ accountNumber: account(), productType: 'CHECKING', productCode: 'DDA_01' }],
  electronicStatementElection: true,
  electronicDocumentElection: true,
  roles: { view: true },
})
const verify = (id = account()) => ({
  types: ['NAME'],
  account: { type: 'PERSONAL', idScheme: 'SCAN', id, name: `${word()},${word()}` },
})
const attributes = () => ({
  externalId: ADA.seiExternalId,
  attributes: [{ name: 'LineOfCreditAccountNumber', value: account(), explanation: word() }],
})

const QUERY = `query($customerId: ID!, $email: String, $phone: String!, $jobKey: ID!, $verificationId: ID!, $bankingCustomerId: ID!) {
  customer(id: $customerId) { legalName email kycDocuments { number } person { firstName ssnLast4 personalIds { identifier } } }
  customersByMobilePhoneNumber(mobilePhoneNumber: $phone) { legalName }
  persons(filter: { email: $email }) { nodes { firstName dateOfBirth phoneNumber } }
  accountEntitlements(bankingCustomerId: $bankingCustomerId) { items { account { accountNumber } } }
  accountAttributesJob(key: $jobKey) { status errors { reason } }
  verificationResult(id: $verificationId) { account { accountId respondedName } } }`
const MUTATIONS: readonly [string, string, () => object][] = [
  ['createCustomer', 'CreateCustomerInput', createCustomer],
  ['createPerson', 'CreatePersonInput', createPerson],
  ['addKycDocument', 'AddKycDocumentInput', () => document(ADA.customerId, ADA.customerNumber)],
  ['setAccountEntitlements', 'SetAccountEntitlementsInput', entitle],
  ['setAccountAttributes', 'SetAccountAttributesInput', attributes],
  ['verifyAccount', 'VerifyAccountInput', verify],
]
const ids = {
  customerId: ADA.customerId,
  bankingCustomerId: ADA.bankingCustomerId,
  jobKey: 'none',
  verificationId: 'none',
}
const query = () => send({ query: QUERY, variables: { ...ids, email: email(), phone: phone() } })
const mutate = () =>
  Promise.all(
    MUTATIONS.map(([name, type, input]) =>
      send({
        query: `mutation ${word()}($input: ${type}!) { ${name}(input: $input) { replayed } }`,
        variables: { input: { ...input(), idempotencyKey: word() } },
      }),
    ),
  )

test('every operation we promise and what the bank offers is answered', async () => {
  const run = async (node: any, input: object) => {
    const { data, errors } = await send({
      query: print(node),
      variables: { input: { ...input, idempotencyKey: word() } },
    })
    expect(errors ?? []).toEqual([])
    return data
  }
  const { createCustomer: entered } = await run(operations.CreateCustomerDocument, createCustomer())
  const { id: customerId, number: customerNumber } = entered.customer
  const shown = await run(operations.AddKycDocumentDocument, document(customerId, customerNumber))
  const record = { customerId, customerNumber }
  await run(operations.AddKycMediaDocument, {
    ...record,
    type: 'image',
    url: `https://${word()}.example/x.png`,
    date: '2024-05-01T09:05:00Z',
    relatesToKycDocumentId: shown.addKycDocument.kycDocument.id,
    relatesToKycCheckId: 'check-1',
  })
  await run(operations.AddKycCheckDocument, {
    ...record,
    id: 'check-1',
    date: '2024-05-01T09:10:00Z',
    how: 'online_meeting',
    staffUserId: 'staff-7',
    staffName: 'Sam',
    satisfied: true,
    comments: word(),
  })
  await run(operations.AddKycStatusDocument, { ...record, ok: true, date: '2024-05-01T09:15:00Z' })
  const { createPerson: person } = await run(operations.CreatePersonDocument, createPerson())
  const personId = person.person.id
  await run(operations.VerifyPersonDocument, { personId, customerConsent: true })
  await run(operations.LinkCustomerDocument, {
    customerId,
    personId,
    bankingCustomerId: ADA.bankingCustomerId,
    seiExternalId: ADA.seiExternalId,
  })
  await run(operations.EntitleDocument, {
    ...entitle(),
    accounts: [{ accountNumber: ADA.account, productType: 'CHECKING', productCode: 'DDA_01' }],
  })
  const { setAccountAttributes } = await run(operations.SetAttributesDocument, attributes())
  const { verifyAccount } = await run(operations.CheckPayeeDocument, verify(ADA.account))
  const jobKey = setAccountAttributes.job.key
  const verificationId = verifyAccount.result.id
  const reads: readonly [unknown, object][] = [
    [operations.CustomersWithPersonsDocument, { first: 20 }],
    [operations.CustomerPageDocument, { customerId }],
    [operations.CustomerPageDocument, { customerId: ADA.customerId }],
    [operations.EverythingAboutACustomerDocument, { customerId, verificationId, jobKey }],
    [operations.AttributesJobDocument, { key: jobKey }],
    [operations.KycReviewQueueDocument, { first: 10 }],
    [operations.OnboardedDocument, { customerId }],
    [operations.PayeeCheckDocument, { id: verificationId }],
    [operations.PersonByIdDocument, { id: personId }],
  ]
  for (const [node, variables] of reads)
    expect((await send({ query: print(node as any), variables })).errors ?? []).toEqual([])
  for (const row of [
    ...customerRows,
    ...kycRows,
    ...recordsRows,
    ...updatesRows,
    ...onboardingRows,
    ...engagementRows,
  ]) {
    const variables = typeof row.variables === 'function' ? await row.variables(app) : (row.variables ?? {})
    expect((await send({ query: row.query, variables }, row.options)).errors ?? []).toEqual([])
  }
  forget()
})

test('the writes of a desk, a job and a challenge are answered', async () => {
  const run = async (node: unknown, variables: object) => {
    const { data, errors } = await send({ query: print(node as any), variables })
    expect(errors ?? []).toEqual([])
    return data
  }
  const write = (node: unknown, input: object) => run(node, { input: { ...input, idempotencyKey: word() } })
  const personId = CROWD[30]!.personId!

  // What a provider says that is as secret as what a caller says.
  const { startDocumentVerification } = await write(operations.StartDocumentVerificationDocument, { personId })
  for (const secret of Object.values(startDocumentVerification.session as Record<string, string>)) mark(secret)
  await write(operations.RecordDisclosureDocument, {
    personId,
    type: 'KYC_DATA_COLLECTION',
    eventType: 'ACKNOWLEDGED',
    version: '1.0',
    acknowledgingPersonId: personId,
  })
  await run(operations.PersonDisclosuresDocument, { id: personId })

  const { subscribeToMonitoring } = await write(operations.SubscribeToMonitoringDocument, { personId })
  const raised = await fetch(`${app.emulators.synctera.url}/__emulator/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ personId, rest: { title: word(), urls: [`https://${word()}.example`] } }),
  })
  const { id: alertId } = (await raised.json()) as { id: string }
  await run(operations.PersonMonitoringDocument, { id: personId })
  await write(operations.SetMonitoringAlertStatusDocument, { alertId, status: 'SUPPRESSED' })
  await write(operations.EndMonitoringDocument, { subscriptionId: subscribeToMonitoring.subscription.id })

  const { addPersonalId } = await write(operations.AddPersonalIdDocument, {
    personId,
    type: 'DRIVER_LICENSE',
    identifier: word(),
  })
  const personalIdId = addPersonalId.personalId.id
  await write(operations.CorrectPersonalIdDocument, { personId, personalIdId, identifier: word() })
  await write(operations.DeletePersonalIdDocument, { personId, personalIdId })
  const { recordPersonVerification } = await write(operations.RecordPersonVerificationDocument, {
    personId,
    type: 'MANUAL_REVIEW',
    result: 'REJECTED',
    verifiedAt: '2024-05-01T09:00:00Z',
    vendor: word(),
    details: [{ category: 'CIP', result: 'FAIL', description: word(), vendorCode: word() }],
  })
  await run(operations.VerificationHistoryDocument, { personId, first: 5 })
  await run(operations.PersonVerificationByIdDocument, { id: recordPersonVerification.verification.id })
  await run(operations.ReviewQueueDocument, { first: 5 })
  await run(operations.FindPersonsDocument, { filter: { lastName: CROWD[30]!.lastName, ssnLast4: '4444' } })

  const accounts = [verify(), verify(ADA.account)].map((row) => ({ clientReference: word(), account: row.account }))
  const { verifyAccounts } = await write(operations.CheckPayeesDocument, { types: ['NAME'], accounts })
  const job = () => run(operations.PayeeChecksDocument, { jobId: verifyAccounts.job.id })
  await expect.poll(async () => (await job()).accountVerifications.counts.queued).toBe(0)

  // A challenge is answered wrongly, then rightly; the write that it guards goes on.
  const bankingCustomerId = `${CUSTOMERS.challengedAnew}-desk`
  const guarded = { ...entitle(), bankingCustomerId, idempotencyKey: word() }
  const { setAccountEntitlements } = await run(operations.EntitleDocument, { input: guarded })
  const { challengeId, factors } = setAccountEntitlements.challenge
  for (const { labels } of factors) for (const label of labels ?? []) if (label.length > 4) mark(label)
  const { factorId } = factors.find(({ type }: { type: string }) => type === 'SECURITY_QUESTIONS')
  await write(operations.StartChallengeFactorDocument, { challengeId, factorId })
  const answered = (answer: string) => ['q1', 'q4', 'q9'].map((questionId) => ({ questionId, answer }))
  await write(operations.VerifyChallengeFactorDocument, { challengeId, factorId, answers: answered(word()) })
  await write(operations.VerifyChallengeFactorDocument, { challengeId, factorId, answers: answered(mark(ANSWER)) })
  await run(operations.EntitleDocument, { input: guarded })
  const proof = app.recorded('apiture').at(-1)!.headers['challenge']
  expect(proof).toMatch(/^[0-9a-f]{32}$/)
  mark(proof as string)
  forget()
})

test('every kind of failure is met', async () => {
  const repeated = () => ({
    code: 400,
    message: `${word()} ${ssn()}`,
    detail: email(),
    title: word(),
    reason: word(),
    errors: [{ message: word(), detail: word(), field: word(), value: word() }],
  })
  const statuses = [400, 401, 403, 404, 409, 422, 429, 500, 503]
  const faults: (() => Omit<Fault, 'match'>)[] = [
    ...statuses.map((status) => () => ({ fault: 'status' as const, status })),
    ...statuses.map((status) => () => ({ fault: 'status' as const, status, body: repeated() })),
    ...(['malformed', 'html', 'hang', 'reset', 'drop-after-apply'] as const).map((fault) => () => ({ fault })),
  ]
  let failed = 0
  for (const fault of faults) {
    for (const name of Object.keys(providers) as ProviderName[])
      app.fault(name, { match: '* /**', times: 0, ...fault() })
    for (const { errors } of [await query(), ...(await mutate())]) failed += errors?.length ?? 0
    forget()
  }
  expect(failed).toBeGreaterThan(faults.length * 5)
}, 120_000)

test('every kind of bad request is refused', async () => {
  const input = (text: string) => `mutation { createPerson(input: ${text}) { replayed } }`
  const bad: [unknown, object?][] = [
    [{ query: input(`{ isCustomer: true, status: ${word()} }`) }],
    [{ query: input(`{ isCustomer: "${word()}", status: ACTIVE }`) }],
    [{ query: input(`{ isCustomer: true, status: ACTIVE, dateOfBirth: "${word()}" }`) }],
    [
      {
        query: input(
          `{ isCustomer: true, status: ACTIVE, email: "${word()}", ssn: "${word()}", phoneNumber: "${word()}" }`,
        ),
      },
    ],
    [
      {
        query: 'mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed } }',
        variables: { input: { ...createPerson(), email: word(), dateOfBirth: word(), status: word() } },
      },
    ],
    [
      {
        query: 'mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed } }',
        variables: { input: { ...createPerson(), ssn: `${ssn()}0` } },
      },
    ],
    [
      {
        query: 'mutation($input: CreatePersonInput!) { createPerson(input: $input) { replayed } }',
        variables: { input: word() },
      },
    ],
    [{ query: 'query($id: ID!) { person(id: $id) { firstName } }', variables: { id: { name: word() } } }],
    [{ query: 'query($after: String) { persons(after: $after) { nodes { id } } }', variables: { after: word() } }],
    [{ query: `{ persons(filter: { lastName: "${word()}*" }) { nodes { id } } }` }],
    [{ query: `{ viewer { id } } "${word()}` }],
    [{ query: '{ viewer { id } }', operationName: word() }],
    [{ query: '{ viewer { id } }', extensions: { persistedQuery: { version: 1, sha256Hash: word() } } }],
    [`{"query": "${word()}`],
    [[{ query: word() }]],
    [{ query: `{ customer(id: "${word()}") { legalName } }` }, { scopes: [] }],
    [{ query: '{ viewer { id } }' }, { headers: { authorization: `Bearer ${word()}.${word()}.x` } }],
    [
      { query: '{ viewer { id } }' },
      { headers: { 'x-correlation-id': email(), 'x-request-id': word(), cookie: word(), 'user-agent': word() } },
    ],
    [
      { query: '{ viewer { id } }' },
      { headers: { 'x-correlation-id': ssn(), tracestate: `vendor=${email()}`, baggage: `user=${word()}` } },
    ],
    [{ query: '{ viewer { id } }' }, { headers: { 'x-correlation-id': iban(), tracestate: `vendor=${iban()}` } }],
    [{ query: '{ viewer { id } }' }, { headers: { 'x-correlation-id': word(), tracestate: `vendor=${word()}` } }],
    [{ query: '{ viewer { id } }' }, { headers: { 'x-purpose': word(), 'x-fapi-interaction-id': word() } }],
    [{ query: '{ viewer { id } }' }, { headers: { 'x-consent-id': `${word()}@x`, 'x-forwarded-for': word() } }],
    [{ query: '{ viewer { id } }' }, { headers: { 'x-purpose': 'onboarding', 'x-large': word().repeat(5_000) } }],
    [{ query: `{ persons(filter: { email: "${email()}" }) { nodes { id } } }` }, { scopes: ['persons:read'] }],
    [undefined, { path: '/webhooks/synctera', headers: { 'synctera-signature': word() } }],
    [
      undefined,
      { method: 'GET', path: `/graphql?query=${encodeURIComponent(`{ customer(id: "${word()}") { id } }`)}` },
    ],
    [undefined, { method: 'GET', path: `/${word()}?${word()}=${word()}` }],
  ]
  for (const [body, options] of bad) await send(body, options)
  // A caller's own names come back in the form of the answer, and stay nowhere.
  await send({ query: `query ${word()} { ${word()}: customer(id: "${ADA.customerId}") { ${word()}: legalName } }` })
  forget()
})

test('and nothing personal is left anywhere', async () => {
  const dump: string[] = []
  for await (const names of redis.scanBufferStream({ count: 1000 }) as AsyncIterable<Buffer[]>) {
    for (const name of names) {
      dump.push(name.toString('latin1'))
      dump.push(await contentOf(redis, name))
    }
  }
  const metrics = await (await fetch(`${url}/metrics`)).text()
  const ready = await (await fetch(`${url}/ready`)).text()
  server.kill('SIGTERM')
  if (server.exitCode === null) await once(server, 'exit')

  const places: Place[] = [
    { name: 'stdout and stderr', text: output() },
    { name: 'the audit trail', text: readFileSync(audit, 'utf8') },
    { name: 'the security events', text: readFileSync(security, 'utf8') },
    { name: 'the checkpoints', text: readFileSync(checkpoints, 'utf8') },
    { name: 'a question to the register of consents', text: JSON.stringify(app.ground.consents.asked()) },
    { name: 'Redis', text: dump.join('\n') },
    { name: 'the metrics', text: metrics },
    { name: '/ready', text: ready },
    { name: 'the traces', text: collector.text() },
    { name: 'an error', text: answers.map(({ errors }) => errors).join('\n') },
  ]
  const values = [...new Set([...PERSONAL, ...markers])]
  const bytes = places.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
  console.log(
    `${values.length} personal values searched for in ${bytes} bytes: ${places.map(({ name, text }) => `${name} ${text.length}`).join(', ')}`,
  )
  // Each place holds something, and what is planted is found.
  for (const { text } of places) expect(text.length).toBeGreaterThan(10)
  for (const value of [ADA.ssn, ADA.email, ADA.phone, markers[0]!]) {
    for (const form of forms(value))
      expect(search(values, [{ name: 'a planted line', text: `{"a":"x${form.toUpperCase()}y"}` }])).toContain(
        `${value} is in a planted line`,
      )
  }
  expect(search(values, places)).toEqual([])

  // A full SSN is in no answer, and on its way to Synctera only.
  const numbers = [...new Set([...PEOPLE, NIA].map((member) => member.ssn).concat(ssns))]
  expect(search(numbers, [{ name: 'an answer', text: answers.map(({ data }) => data).join('\n') }])).toEqual([])
  const elsewhere = Object.entries(asked).filter(([name]) => name !== 'synctera')
  expect(
    search(
      numbers,
      elsewhere.map(([name, text]) => ({ name: `a request to ${name}`, text })),
    ),
  ).toEqual([])
  expect(search(ssns, [{ name: 'a request to Synctera', text: asked['synctera']! }]).length).toBeGreaterThan(5)

  const verifier = new TrailVerifier([deriveChainKey(key)])
  readFileSync(audit, 'utf8')
    .split('\n')
    .forEach((line, i) => verifier.add(line, `audit.log:${i + 1}`))
  expect(verifier.report((await readAnchors(addressOf(redisUrl), [deriveChainKey(key)])).anchors)).toMatchObject({
    problems: [],
    chains: [{ state: 'ended' }],
  })
}, 60_000)
