import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { NIA } from '../../datasources/emulator/people.js'
import {
  CreateCustomerDocument,
  AddKycStatusDocument,
  CreatePersonDocument,
  EntitleDocument,
  LinkCustomerDocument,
  OnboardedDocument,
  PersonChecksDocument,
  PersonDisclosuresDocument,
  PersonMonitoringDocument,
  RecordDisclosureDocument,
  SetMonitoringAlertStatusDocument,
  StartDocumentVerificationDocument,
  SubscribeToMonitoringDocument,
  VerifyPersonDocument,
} from '../../schema/operations/index.js'
import { PERSONAS } from '../../src/dev/personas.js'
import { subscribeWebhooks } from '../../src/dev/webhook-subscription.js'
import { type App, startApp } from '../support/app.js'
import { search } from '../support/leaks.js'

const { client, scopes } = PERSONAS.find((persona) => persona.client === 'partner')!

let app: App
beforeAll(async () => {
  app = await startApp()
  app.emulators.synctera.quirks(['demandsDisclosures'])
  await subscribeWebhooks(app.emulators.synctera, app.url)
})
afterAll(() => app.close())

/** The number of mutations so far: each has an idempotency key of its own. */
let steps = 0
const ask = <Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables) =>
  app.run(document, variables, { client, scopes })

/** One mutation as the partner. */
const attempt = <Data, Input extends object>(document: TypedDocumentNode<Data, { input: Input }>, input: Input) =>
  ask(document, { input: { ...input, idempotencyKey: `documents-${(steps += 1)}` } })

/** What it answers without an error. */
async function step<Data, Input extends object>(document: TypedDocumentNode<Data, { input: Input }>, input: Input) {
  const { data, errors } = await attempt(document, input)
  expect(errors).toEqual([])
  return data
}

/** Waits until the server has applied so many webhook events of a type. */
const heard = (type: string, count: string) =>
  vi.waitFor(
    async () =>
      expect(await (await fetch(`${app.url}/metrics`)).text()).toMatch(
        new RegExp(`^kyc_webhook_events_total\\{provider="synctera",type="${type}",outcome="done"\\} ${count}$`, 'm'),
      ),
    { timeout: 20_000 },
  )

describe('a partner who onboards a person with disclosures and a document', () => {
  const disclosure = { version: '1.0', eventType: 'ACKNOWLEDGED' } as const
  let personId: string
  let customerId: string
  let session: { readonly token: string; readonly url: string }

  test('enters a person, whom the provider does not check before a disclosure', async () => {
    const entered = await step(CreatePersonDocument, {
      isCustomer: true,
      status: 'ACTIVE',
      firstName: NIA.firstName,
      lastName: NIA.lastName,
      dateOfBirth: NIA.dateOfBirth,
      email: NIA.email,
      phoneNumber: NIA.phone,
      // The check of this number ends in REVIEW.
      ssn: '731-95-0004',
      legalAddress: { line1: '100 Main St.', city: 'New York', state: 'NY', postalCode: '10001', countryCode: 'US' },
    })
    personId = entered.createPerson!.person.id
    const { errors } = await attempt(VerifyPersonDocument, { personId, customerConsent: true })
    expect(errors).toMatchObject([{ extensions: { code: 'CONFLICT', missingDisclosures: ['KYC_DATA_COLLECTION'] } }])
  })

  test('records what was disclosed, and the check finds something to review', async () => {
    await step(RecordDisclosureDocument, { personId, type: 'E_SIGN', ...disclosure })
    await step(RecordDisclosureDocument, { personId, type: 'KYC_DATA_COLLECTION', ...disclosure })
    const read = await ask(PersonDisclosuresDocument, { id: personId })
    expect(read.data.person!.disclosures).toMatchObject([{ type: 'E_SIGN' }, { type: 'KYC_DATA_COLLECTION' }])
    const verified = await step(VerifyPersonDocument, { personId, customerConsent: true })
    expect(verified.verifyPerson!.verification.status).toBe('REVIEW')
  })

  test('has the person show a document, on which the next check waits', async () => {
    const started = await step(StartDocumentVerificationDocument, { personId, documentType: 'PASSPORT' })
    session = started.startDocumentVerification!.session
    expect(session.url).toContain(session.token)
    const verified = await step(VerifyPersonDocument, { personId, customerConsent: true, documentId: session.token })
    expect(verified.verifyPerson!.verification.status).toBe('PENDING')
  })

  test('hears of the outcome by a webhook, and reads it', async () => {
    await fetch(`${app.emulators.synctera.url}/__emulator/captures`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sessionToken: session.token, digits: '0001' }),
    })
    await heard('person_verified', '[3-9]')
    const { data } = await ask(PersonChecksDocument, { id: personId })
    expect(data.person!.verificationStatus).toBe('ACCEPTED')
    // Results are of a special category, which a partner does not see.
    expect(data.person!.verifications!.map(({ type, result }) => ({ type, result }))).toEqual(
      ['IDENTITY', 'WATCHLIST', 'DOCUMENT_VERIFICATION'].map((type) => ({ type, result: null })),
    )
  })

  test('ends with a customer who is verified and entitled', async () => {
    const created = await step(CreateCustomerDocument, {
      legalName: `${NIA.firstName} ${NIA.lastName}`,
      mobilePhoneNumber: NIA.phone,
      email: NIA.email,
      dateOfBirth: NIA.dateOfBirth,
      relationshipStatus: 'single',
      highestEducationAttained: 'Master',
      employmentStatus: 'worker',
      kycStatus: false,
      lastOkDate: '2024-05-01T09:00:00Z',
    })
    const { id, number: customerNumber } = created.createCustomer!.customer
    customerId = id
    await step(AddKycStatusDocument, { customerId, customerNumber, ok: true, date: '2024-05-01T09:15:00Z' })
    const { bankingCustomerId, seiExternalId } = NIA
    await step(LinkCustomerDocument, { customerId, personId, bankingCustomerId, seiExternalId })
    await step(EntitleDocument, {
      bankingCustomerId,
      accounts: [{ accountNumber: NIA.account, productType: 'CHECKING', productCode: 'DDA_01' }],
      electronicStatementElection: true,
      electronicDocumentElection: true,
      roles: { view: true, billPay: true },
    })
    const { data, errors } = await ask(OnboardedDocument, { customerId })
    expect(errors).toEqual([])
    expect(data.customer).toMatchObject({
      kycOverview: { status: 'ACCEPTED' },
      accountEntitlements: { confirmed: true },
    })
  })

  test('monitors the person: an alert makes the customer REVIEW until it is closed', async () => {
    await step(SubscribeToMonitoringDocument, { personId })
    const raised = await fetch(`${app.emulators.synctera.url}/__emulator/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ personId }),
    })
    expect(raised.ok).toBe(true)
    await heard('case_created', '[1-9]')
    const status = async () => (await ask(OnboardedDocument, { customerId })).data.customer!.kycOverview!.status
    await vi.waitFor(async () => expect(await status()).toBe('REVIEW'), { timeout: 20_000 })

    const { data } = await ask(PersonMonitoringDocument, { id: personId })
    expect(data.person!.monitoringSubscriptions).toHaveLength(1)
    // That there is an alert is of a special category, which a partner does not see.
    expect(data.person!.monitoringAlerts).toBeNull()
    const desk = { client: 'desk', scopes: ['persons:read', 'persons:write', 'pii:read'] } as const
    const seen = await app.run(PersonMonitoringDocument, { id: personId }, desk)
    expect(seen.data.person!.monitoringAlerts).toMatchObject([{ status: 'ACTIVE' }])
    const [{ id: alertId } = { id: '' }] = seen.data.person!.monitoringAlerts!
    const closed = await app.run(
      SetMonitoringAlertStatusDocument,
      { input: { alertId, status: 'SUPPRESSED', idempotencyKey: 'documents-desk' } },
      desk,
    )
    expect(closed.errors).toEqual([])
    expect(await status()).toBe('ACCEPTED')
    await heard('case_updated', '[1-9]')
  })

  test('has asked the provider for each thing once', () => {
    expect(
      app.calls('synctera').filter((call) => /^POST \/v0\/(persons|verifications|disclosures)/.test(call)),
    ).toEqual([
      'POST /v0/persons',
      'POST /v0/verifications/verify',
      'POST /v0/disclosures',
      'POST /v0/disclosures',
      'POST /v0/verifications/verify',
      'POST /v0/verifications/docv_session',
      'POST /v0/verifications/verify',
    ])
  })

  test('leaves the session and the person out of log, trail and metrics', async () => {
    const places = [
      { name: 'the log', text: app.log() },
      { name: 'the trail', text: app.audit() },
      { name: 'the metrics', text: await (await fetch(`${app.url}/metrics`)).text() },
    ]
    expect(search([session.token, session.url, NIA.email, NIA.phone, '731-95-0004'], places)).toEqual([])
  })
})
