import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BANK, NIA } from '../../datasources/emulator/people.js'
import {
  AddKycCheckDocument,
  AddKycDocumentDocument,
  AddKycMediaDocument,
  AddKycStatusDocument,
  CreateCustomerDocument,
  CreatePersonDocument,
  EntitleDocument,
  LinkCustomerDocument,
  OnboardedDocument,
  VerifyPersonDocument,
} from '../../schema/operations/index.js'
import { PERSONAS } from '../../src/dev/personas.js'
import { type App, startApp } from '../support/app.js'

const { client, scopes } = PERSONAS.find((persona) => persona.client === 'partner')!

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const legalName = `${NIA.firstName} ${NIA.lastName}`

/** The steps of docs/onboarding.md, under idempotency keys with a common prefix. */
async function onboard(journey: string, customerNumber?: string) {
  const replays: boolean[] = []

  /** One request as the partner; what it answers without an error. */
  async function step<Data extends object, Input extends object>(
    document: TypedDocumentNode<Data, { input: Input }>,
    input: Input,
  ) {
    const { data, errors } = await app.run(
      document,
      { input: { ...input, idempotencyKey: `${journey}-${replays.length}` } },
      { client, scopes },
    )
    expect(errors).toEqual([])
    const [payload] = Object.values(data) as [NonNullable<Data[keyof Data]> & { replayed: boolean }]
    replays.push(payload.replayed)
    return data
  }

  const created = await step(CreateCustomerDocument, {
    legalName,
    mobilePhoneNumber: NIA.phone,
    email: NIA.email,
    dateOfBirth: NIA.dateOfBirth,
    relationshipStatus: 'single',
    highestEducationAttained: 'Master',
    employmentStatus: 'worker',
    kycStatus: false,
    lastOkDate: '2024-05-01T09:00:00Z',
  })
  const { id: customerId, number } = created.createCustomer!.customer
  expect(number).toBe(customerNumber ?? number)
  const record = { customerId, customerNumber: number }

  const shown = await step(AddKycDocumentDocument, {
    ...record,
    type: 'passport',
    number: 'P1234567',
    issueDate: '2020-01-01T00:00:00Z',
    issuePlace: 'Berlin',
    expiryDate: '2090-01-01T00:00:00Z',
  })
  const { id: documentId } = shown.addKycDocument!.kycDocument
  const checked = await step(AddKycCheckDocument, {
    ...record,
    date: '2024-05-01T09:10:00Z',
    how: 'online_meeting',
    staffUserId: 'staff-7',
    staffName: 'Sam',
    satisfied: true,
    comments: 'The passport is hers.',
  })
  const { id: checkId } = checked.addKycCheck!.kycCheck
  await step(AddKycMediaDocument, {
    ...record,
    type: 'image',
    url: 'https://media.example.com/nia.png',
    date: '2024-05-01T09:05:00Z',
    relatesToKycDocumentId: documentId,
    relatesToKycCheckId: checkId,
  })
  await step(AddKycStatusDocument, { ...record, ok: true, date: '2024-05-01T09:15:00Z' })

  const entered = await step(CreatePersonDocument, {
    isCustomer: true,
    status: 'ACTIVE',
    firstName: NIA.firstName,
    lastName: NIA.lastName,
    dateOfBirth: NIA.dateOfBirth,
    email: NIA.email,
    phoneNumber: NIA.phone,
    ssn: NIA.ssn,
    legalAddress: { line1: '100 Main St.', city: 'New York', state: 'NY', postalCode: '10001', countryCode: 'US' },
  })
  const { id: personId } = entered.createPerson!.person
  const verified = await step(VerifyPersonDocument, { personId, customerConsent: true })
  expect(verified.verifyPerson!.verification.status).toBe('ACCEPTED')

  const { bankingCustomerId, seiExternalId } = NIA
  const linked = await step(LinkCustomerDocument, { customerId, personId, bankingCustomerId, seiExternalId })
  expect(linked.linkCustomer!.customer.links).toEqual({ personId, bankingCustomerId, seiExternalId })

  const entitled = await step(EntitleDocument, {
    bankingCustomerId,
    accounts: [{ accountNumber: NIA.account, productType: 'CHECKING', productCode: 'DDA_01' }],
    electronicStatementElection: true,
    electronicDocumentElection: true,
    roles: { view: true, billPay: true },
  })
  expect(entitled.setAccountEntitlements!.challenge).toBeNull()

  const onboarded = await app.run(OnboardedDocument, { customerId }, { client, scopes })
  expect(onboarded.errors).toEqual([])
  return { customer: onboarded.data.customer!, customerId, customerNumber: number, replays }
}

/** What the providers were asked to change. */
const writes = () =>
  (['obp', 'synctera', 'apiture'] as const).flatMap((provider) =>
    app.calls(provider).filter((call) => !call.startsWith('GET ')),
  )

describe('a partner who onboards a customer', () => {
  let first: Awaited<ReturnType<typeof onboard>>

  test('ends with one who is verified and entitled', async () => {
    first = await onboard('nia')
    expect(first.customer).toMatchObject({
      kycOverview: {
        status: 'ACCEPTED',
        sources: [
          { provider: 'OPEN_BANK_PROJECT', status: 'ACCEPTED', available: true },
          { provider: 'SYNCTERA', status: 'ACCEPTED', available: true },
        ],
      },
      accountEntitlements: {
        confirmed: true,
        items: [{ roles: { default: null, view: true, basic: null, billPay: true, loanAdvance: null } }],
      },
    })
  })

  test('has asked each provider for each change once', () => {
    const customer = `/obp/v4.0.0/banks/${BANK}/customers/${first.customerId}`
    expect(writes()).toEqual([
      `POST /obp/v4.0.0/banks/${BANK}/customers`,
      expect.stringContaining(`PUT ${customer}/kyc_documents/`),
      expect.stringContaining(`PUT ${customer}/kyc_check/`),
      expect.stringContaining(`PUT ${customer}/kyc_media/`),
      `PUT ${customer}/kyc_statuses`,
      ...Array.from({ length: 3 }, () => `POST ${customer}/attribute`),
      'POST /v0/persons',
      'POST /v0/verifications/verify',
      `PUT /bankingAdmin/bankingCustomers/${NIA.bankingCustomerId}/accountEntitlements`,
    ])
  })

  test('sees nothing personal on the way', () => {
    expect(JSON.stringify(first.customer)).not.toContain(NIA.account)
  })

  test('may walk the same way again with the same keys: nothing is done twice', async () => {
    app.clear()
    const again = await onboard('nia', first.customerNumber)
    expect(again.replays).toEqual(first.replays.map(() => true))
    expect(again.customerId).toBe(first.customerId)
    expect(again.customer.kycOverview).toMatchObject({ status: 'ACCEPTED' })
    expect(writes()).toEqual([])
  })

  test('leaves nothing personal in the log', () => {
    for (const value of [
      NIA.firstName,
      NIA.email,
      NIA.phone,
      NIA.ssn,
      NIA.account,
      'P1234567',
      'The passport is hers.',
    ])
      expect(app.log()).not.toContain(value)
  })
})
