import { randomUUID } from 'node:crypto'
import type { GraphQLObjectType } from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CODES, CUSTOMERS } from '../../datasources/apiture/emulator/index.js'
import { ADA, BANK, CROWD } from '../../datasources/emulator/people.js'
import type { ProviderName } from '../../datasources/index.js'
import { buildClassSchema } from '../../src/graphql/schema.js'
import { partnerWebhookOperations } from '../../src/partner-webhooks/operations.js'
import { type App, startApp } from '../support/app.js'
import { customerRows } from '../datasources/obp/surface/customers.js'
import { definitionsRows } from '../datasources/obp/surface/definitions.js'
import { engagementRows } from '../datasources/obp/surface/engagement.js'
import { kycRows } from '../datasources/obp/surface/kyc.js'
import { linksRows } from '../datasources/obp/surface/links.js'
import { onboardingRows } from '../datasources/obp/surface/onboarding.js'
import { recordsRows } from '../datasources/obp/surface/records.js'
import { updatesRows } from '../datasources/obp/surface/updates.js'

/**
 * What the second call does with the same key, after the write was carried out and its answer lost:
 * - `by its key`: sends the same again under the same name, and the provider knows it
 * - `in place`: sends the same again to the same place, which is then as it was
 * - `looked for`: finds it done, and sends nothing
 * - `read back`: reads that it is as it was to be, and sends nothing
 * - `not at all`: gets OUTCOME_UNKNOWN again, and sends nothing
 */
type Resolution = 'by its key' | 'in place' | 'looked for' | 'read back' | 'not at all'

const RESOLUTIONS: Readonly<Record<string, Resolution>> = {
  addKycCheck: 'read back',
  'addKycCheck without an id': 'looked for',
  addKycDocument: 'read back',
  'addKycDocument without an id': 'looked for',
  addKycMedia: 'read back',
  'addKycMedia without an id': 'looked for',
  addKycStatus: 'read back',
  addSocialMediaHandle: 'looked for',
  createAccount: 'not at all',
  createCustomer: 'not at all',
  createCustomerAddress: 'read back',
  createCustomerAttribute: 'not at all',
  createCustomerMessage: 'not at all',
  createMeeting: 'not at all',
  createPerson: 'by its key',
  createTaxResidence: 'read back',
  createUser: 'not at all',
  createUserCustomerLink: 'read back',
  deleteCustomerAddress: 'looked for',
  deleteCustomerAttribute: 'looked for',
  deleteCustomerAttributeDefinition: 'looked for',
  deleteTaxResidence: 'looked for',
  deleteUserCustomerLink: 'looked for',
  endMonitoring: 'looked for',
  linkCustomer: 'read back',
  recordDisclosure: 'by its key',
  requestCreditLimit: 'not at all',
  setAccountAttributes: 'not at all',
  setAccountEntitlements: 'in place',
  setCustomerAttributeDefinition: 'read back',
  startChallengeFactor: 'in place',
  setMonitoringAlertStatus: 'read back',
  startDocumentVerification: 'by its key',
  subscribeToMonitoring: 'read back',
  updateCustomerAddress: 'read back',
  updateCustomerAttribute: 'read back',
  updateCustomerBranch: 'read back',
  updateCustomerCreditLimit: 'read back',
  updateCustomerCreditRating: 'read back',
  updateCustomerData: 'read back',
  updateCustomerEmail: 'read back',
  updateCustomerIdentity: 'read back',
  updateCustomerMobileNumber: 'read back',
  updateCustomerNumber: 'read back',
  updatePerson: 'by its key',
  verifyAccount: 'in place',
  verifyChallengeFactor: 'not at all',
  verifyPerson: 'by its key',
  addPersonalId: 'by its key',
  correctPersonalId: 'by its key',
  deletePersonalId: 'looked for',
  recordPersonVerification: 'by its key',
}

interface Row {
  readonly name: string
  readonly mutation: string
  readonly provider: ProviderName
  readonly query: string
  readonly input: (app: App) => Promise<Readonly<Record<string, unknown>>>
  readonly method: string
  /** A `*` stands for an id of the server's making. */
  readonly path: (input: Readonly<Record<string, unknown>>) => string
}

const row = (
  provider: ProviderName,
  mutation: string,
  method: string,
  path: string,
  input: object,
  fields = '',
): Row => ({
  name: mutation,
  mutation,
  provider,
  query: `mutation($input: ${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!) { ${mutation}(input: $input) { replayed ${fields} } }`,
  input: () => Promise.resolve({ ...input }),
  method,
  path: () => path,
})

/** A step of a challenge, on a factor that is started. */
const challengeRow = (step: 'start' | 'verify', answer: object): Row => ({
  ...row('apiture', `${step}ChallengeFactor`, 'POST', `/banking/challenges/*/factors/*/${step}`, {}),
  async input(of) {
    const { data } = await of.run(
      `mutation { setAccountEntitlements(input: { bankingCustomerId: "${CUSTOMERS.challengedAnew}-${step}",
        accounts: [{ accountNumber: "1001", productCode: "DDA_01" }], electronicStatementElection: true,
        electronicDocumentElection: true, roles: { view: true } }) { challenge { challengeId factors { factorId } } } }`,
    )
    const { challengeId, factors } = data.setAccountEntitlements.challenge
    const factor = { challengeId, factorId: factors[0].factorId }
    await of.run('mutation($input: StartChallengeFactorInput!) { startChallengeFactor(input: $input) { replayed } }', {
      input: factor,
    })
    return { ...factor, ...answer }
  },
})

const SURFACE: readonly Row[] = [
  ...customerRows,
  ...definitionsRows,
  ...engagementRows,
  ...kycRows,
  ...linksRows,
  ...onboardingRows,
  ...recordsRows,
  ...updatesRows,
]
  .filter(({ query }) => query.startsWith('mutation'))
  .map((surface): Row => {
    const mutation = /\{\s*(\w+)\(input/.exec(surface.query)![1]!
    return {
      name: mutation,
      mutation,
      provider: 'obp',
      query: surface.query,
      input: async (app) =>
        (typeof surface.variables === 'function' ? await surface.variables(app) : surface.variables!)[
          'input'
        ] as Record<string, unknown>,
      method: surface.request({ input: {} }).method,
      path: (input) => surface.request({ input }).path,
    }
  })

const ROWS: readonly Row[] = [
  ...SURFACE,
  ...SURFACE.filter(({ mutation }) => /^addKyc(?!Status)/.test(mutation)).map((known) => ({
    ...known,
    name: `${known.mutation} without an id`,
    input: async (of: App) => ({ ...(await known.input(of)), id: undefined }),
    path: (input: Readonly<Record<string, unknown>>) => known.path(input).replace(/[^/]+$/, '*'),
  })),
  row('obp', 'linkCustomer', 'PUT', `/obp/v4.0.0/banks/${BANK}/customers/${CROWD[9]!.customerId}/attributes/*`, {
    customerId: CROWD[9]!.customerId,
    seiExternalId: 'sei-repeated',
  }),
  row('synctera', 'createPerson', 'POST', '/v0/persons', {
    isCustomer: true,
    status: 'ACTIVE',
    firstName: 'Nora',
    metadata: { b: 1, a: 2 },
  }),
  row('synctera', 'updatePerson', 'PATCH', `/v0/persons/${CROWD[10]!.personId}`, {
    id: CROWD[10]!.personId,
    note: 'Repeated',
  }),
  row('synctera', 'verifyPerson', 'POST', '/v0/verifications/verify', {
    personId: ADA.personId,
    customerConsent: true,
  }),
  row('synctera', 'recordDisclosure', 'POST', '/v0/disclosures', {
    personId: ADA.personId,
    type: 'REG_E',
    version: '1.0',
    eventType: 'VIEWED',
  }),
  row('synctera', 'startDocumentVerification', 'POST', '/v0/verifications/docv_session', { personId: ADA.personId }),
  row('synctera', 'addPersonalId', 'POST', '/v0/persons/personal_ids', {
    personId: CROWD[11]!.personId,
    type: 'STATE_ID',
    identifier: 'S-12345678',
  }),
  ...(
    [
      ['correctPersonalId', 'PATCH', { identifier: 'D-11111111' }],
      ['deletePersonalId', 'DELETE', {}],
    ] as const
  ).map(([mutation, method, change], i) => ({
    ...row('synctera', mutation, method, '/v0/persons/personal_ids/*', {}),
    input: async (of: App) => {
      const personId = CROWD[12 + i]!.personId!
      const added = await of.run(
        'mutation($input: AddPersonalIdInput!) { addPersonalId(input: $input) { personalId { id } } }',
        { input: { personId, type: 'DRIVER_LICENSE', identifier: 'D-00000000' } },
      )
      return { personId, personalIdId: added.data.addPersonalId.personalId.id as string, ...change }
    },
  })),
  row('synctera', 'recordPersonVerification', 'POST', '/v0/verifications', {
    personId: CROWD[14]!.personId,
    type: 'IDENTITY',
    result: 'ACCEPTED',
    verifiedAt: '2024-01-02T03:04:05Z',
  }),
  row('synctera', 'subscribeToMonitoring', 'POST', '/v0/monitoring/subscriptions', {
    personId: CROWD[11]!.personId,
  }),
  {
    ...row('synctera', 'endMonitoring', 'DELETE', '', {}),
    input: async (of) => {
      const { data } = await of.run(
        'mutation($input: SubscribeToMonitoringInput!) { subscribeToMonitoring(input: $input) { subscription { id } } }',
        { input: { personId: CROWD[12]!.personId } },
      )
      return { subscriptionId: data.subscribeToMonitoring.subscription.id as string }
    },
    path: ({ subscriptionId }) => `/v0/monitoring/subscriptions/${String(subscriptionId)}`,
  },
  {
    ...row('synctera', 'setMonitoringAlertStatus', 'PATCH', '', {}),
    input: async (of) => {
      const answer = await fetch(`${of.emulators.synctera.url}/__emulator/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ personId: CROWD[12]!.personId }),
      })
      return { alertId: ((await answer.json()) as { id: string }).id, status: 'SUPPRESSED' }
    },
    path: ({ alertId }) => `/v0/monitoring/alerts/${String(alertId)}`,
  },
  row(
    'apiture',
    'setAccountEntitlements',
    'PUT',
    `/bankingAdmin/bankingCustomers/${ADA.bankingCustomerId}/accountEntitlements`,
    {
      bankingCustomerId: ADA.bankingCustomerId,
      accounts: [{ accountNumber: '123456789', productCode: 'DDA_01' }],
      electronicStatementElection: true,
      electronicDocumentElection: true,
      roles: { default: true },
    },
  ),
  challengeRow('start', {}),
  challengeRow('verify', { code: CODES.right }),
  row('sei', 'setAccountAttributes', 'POST', '/v1/accounts/attributes', {
    externalId: 'test',
    attributes: [{ name: 'LineOfCreditAccountNumber', value: 'true' }],
  }),
  row('banfico', 'verifyAccount', 'POST', '/v1.0/account-verifications', {
    types: ['NAME'],
    maxAgeSeconds: 0,
    account: { idScheme: 'SCAN', id: ADA.account, name: 'Accepted,Ada' },
  }),
]

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

test('every mutation has a row, and says what repeating it does', () => {
  // The job of `verifyAccounts` is the answer, whatever becomes of its rows: test/datasources/banfico/jobs.test.ts.
  const mutations = Object.keys((buildClassSchema().getType('Mutation') as GraphQLObjectType).getFields())
    // Webhook endpoints are of this server, whose store may lose a reply: own-store.test.ts.
    .filter((name) => name !== 'verifyAccounts' && !Object.hasOwn(partnerWebhookOperations.commands, name))
    .sort()
  expect([...new Set(ROWS.map(({ mutation }) => mutation))].sort()).toEqual(mutations)
  expect(Object.keys(RESOLUTIONS).sort()).toEqual([...new Set(ROWS.map(({ name }) => name))].sort())
})

test.each(ROWS.map((one) => [one.name, RESOLUTIONS[one.name]!, one] as const))(
  '%s that was carried out and not heard of is finished %s',
  async (_name, resolution, { mutation, provider, query, input, method, path }) => {
    const keyed: Record<string, unknown> = { ...(await input(app)), idempotencyKey: randomUUID() }
    const place = path(keyed)
    // Synctera's lost answers alone would open its circuit breaker.
    if (provider === 'synctera') for (let i = 0; i < 4; i += 1) await app.run('{ persons(first: 1) { nodes { id } } }')
    app.clear()
    // Where the provider knows keys, one call tries again by itself before it gives up.
    const tries = resolution === 'by its key' ? 3 : 1
    app.fault(provider, { match: `${method} ${place}`, fault: 'drop-after-apply', times: tries })
    const address = new RegExp(`^${place.replaceAll('*', '[^/]+')}$`)
    const writes = () =>
      app.recorded(provider).filter((call) => call.method === method && address.test(decodeURIComponent(call.url)))
    const ask = () => app.run(query, { input: keyed })

    const lost = await ask()
    // Banfico's changes nothing at any bank, but may be billed: only the user repeats it.
    const retryable = resolution !== 'not at all' && mutation !== 'verifyAccount'
    expect(lost.errors[0]!.extensions).toMatchObject({
      code: mutation === 'verifyAccount' ? 'PROVIDER_TIMEOUT' : 'OUTCOME_UNKNOWN',
      retryable,
    })
    expect(writes()).toHaveLength(tries)

    if (resolution === 'read back') {
      // Any other code would say that nothing was done.
      app.fault(provider, { match: 'GET /**', fault: 'status', status: 403, body: {}, times: 1 })
      const doubted = (await ask()).errors[0]?.extensions
      expect(doubted).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true, providerStatus: 403 })
    }

    const again = await ask()
    const sent = writes()
    if (resolution === 'not at all') {
      expect(again.errors[0]!.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: false, replayed: true })
      expect(sent).toHaveLength(1)
      return
    }
    expect(again.errors).toEqual([])
    expect(sent).toHaveLength(resolution === 'by its key' || resolution === 'in place' ? tries + 1 : 1)
    expect(new Set(sent.map(({ url, body }) => `${url} ${JSON.stringify(body)}`)).size).toBe(1)
    if (resolution === 'by its key')
      expect(new Set(sent.map(({ headers }) => headers['idempotency-key']))).toEqual(
        new Set([expect.stringMatching(/^[0-9a-f-]{36}$/)]),
      )

    // From now on its outcome is known, and the provider is not asked at all.
    app.clear()
    const third = await ask()
    expect(third.errors).toEqual([])
    expect(third.data[mutation]).toMatchObject({
      ...again.data[mutation],
      ...('replayed' in again.data[mutation] ? { replayed: true } : {}),
    })
    expect(writes()).toEqual([])
  },
)
