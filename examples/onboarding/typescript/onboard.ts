// The steps of docs/onboarding.md with @kyc-graph/client, against `npm run dev`: it repeats what may be repeated, so there
// is no loop here, and a second run with the same key does nothing twice.
import { isKycGraphError, KycGraph } from '@kyc-graph/client'
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
} from '@kyc-graph/client/operations'

const { KYC_GRAPH_URL = 'http://127.0.0.1:4000', KEY = 'nia-typescript' } = process.env
const SCOPES =
  'customers:read customers:write links:write kyc:read kyc:write persons:read persons:write entitlements:read entitlements:write'

const graph = new KycGraph({
  url: `${KYC_GRAPH_URL}/graphql`,
  // Development's issuer; in production that of the bank.
  async token(signal) {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'partner', scope: SCOPES })
    const response = await fetch(`${KYC_GRAPH_URL}/oauth/token`, { method: 'POST', body, signal })
    return ((await response.json()) as { access_token: string }).access_token
  },
})

/** Records at the bank: the customer, the document, the check, its picture, the decision. */
async function enterAtBank(): Promise<string> {
  const { createCustomer } = await graph.mutate(CreateCustomerDocument, {
    input: {
      idempotencyKey: `${KEY}-1`,
      legalName: 'Nia Newcomer',
      mobilePhoneNumber: '+14155550300',
      email: 'nia.newcomer@example.com',
      dateOfBirth: '1960-03-10',
      relationshipStatus: 'single',
      highestEducationAttained: 'Master',
      employmentStatus: 'worker',
      kycStatus: false,
      lastOkDate: '2024-05-01T09:00:00Z',
    },
  })
  const { id: customerId, number: customerNumber } = createCustomer!.customer
  const record = { customerId, customerNumber }
  const { addKycDocument } = await graph.mutate(AddKycDocumentDocument, {
    input: {
      ...record,
      idempotencyKey: `${KEY}-2`,
      type: 'passport',
      number: 'P1234567',
      issueDate: '2020-01-01T00:00:00Z',
      issuePlace: 'Berlin',
      expiryDate: '2090-01-01T00:00:00Z',
    },
  })
  const { addKycCheck } = await graph.mutate(AddKycCheckDocument, {
    input: {
      ...record,
      idempotencyKey: `${KEY}-3`,
      date: '2024-05-01T09:10:00Z',
      how: 'online_meeting',
      staffUserId: 'staff-7',
      staffName: 'Sam',
      satisfied: true,
      comments: 'The passport is hers.',
    },
  })
  await graph.mutate(AddKycMediaDocument, {
    input: {
      ...record,
      idempotencyKey: `${KEY}-4`,
      type: 'image',
      url: 'https://media.example.com/nia.png',
      relatesToKycDocumentId: addKycDocument!.kycDocument.id,
      relatesToKycCheckId: addKycCheck!.kycCheck.id,
    },
  })
  await graph.mutate(AddKycStatusDocument, {
    input: { ...record, idempotencyKey: `${KEY}-5`, ok: true, date: '2024-05-01T09:15:00Z' },
  })
  return customerId
}

/** The person at Synctera, checked there. */
async function enterPerson(): Promise<string> {
  const { createPerson } = await graph.mutate(CreatePersonDocument, {
    input: {
      idempotencyKey: `${KEY}-6`,
      isCustomer: true,
      status: 'ACTIVE',
      firstName: 'Nia',
      lastName: 'Newcomer',
      dateOfBirth: '1960-03-10',
      email: 'nia.newcomer@example.com',
      phoneNumber: '+14155550300',
      ssn: '900-55-0200',
      legalAddress: { line1: '100 Main St.', city: 'New York', state: 'NY', postalCode: '10001', countryCode: 'US' },
    },
  })
  const personId = createPerson!.person.id
  await graph.mutate(VerifyPersonDocument, {
    input: { idempotencyKey: `${KEY}-7`, personId, customerConsent: true },
  })
  return personId
}

async function onboard() {
  const customerId = await enterAtBank()
  const personId = await enterPerson()
  await graph.mutate(LinkCustomerDocument, {
    input: {
      idempotencyKey: `${KEY}-8`,
      customerId,
      personId,
      bankingCustomerId: 'banking-nia',
      seiExternalId: 'sei-nia',
    },
  })
  await graph.mutate(EntitleDocument, {
    input: {
      idempotencyKey: `${KEY}-9`,
      bankingCustomerId: 'banking-nia',
      accounts: [{ accountNumber: '90070010000200', productType: 'CHECKING', productCode: 'DDA_01' }],
      electronicStatementElection: true,
      electronicDocumentElection: true,
      roles: { view: true, billPay: true },
    },
  })
  const { customer } = await graph.query(OnboardedDocument, { customerId })
  return { kyc: customer?.kycOverview?.status, isEntitled: customer?.accountEntitlements?.confirmed }
}

try {
  console.log(await onboard())
} catch (error) {
  if (!isKycGraphError(error)) throw error
  console.error(`${error.code}: ${error.message} (${error.correlationId ?? 'no answer'})`)
  process.exitCode = 1
}
