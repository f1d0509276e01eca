import type { KycGraph } from '@kyc-graph/client'
import {
  AddKycCheckDocument,
  AddKycDocumentDocument,
  AddKycStatusDocument,
  CreateCustomerDocument,
  CreatePersonDocument,
  EntitleDocument,
  LinkCustomerDocument,
  OnboardedDocument,
  VerifyPersonDocument,
} from '@kyc-graph/client/operations'
import type { WriteKeys } from './write-keys'

/** What the form of the page asks for. */
export interface Newcomer {
  readonly firstName: string
  readonly lastName: string
  readonly email: string
  readonly phoneNumber: string
  readonly dateOfBirth: string
  readonly ssn: string
}

/** One onboarding: with the same case each step is done once, however often it is run; a step whose input was corrected is new. */
export interface Case {
  readonly keys: WriteKeys
  readonly startedAt: string
  readonly newcomer: Newcomer
}

type Done = (step: string) => void

/** The ids of the newcomer at the bank's core, which knows the account already. */
const CORE = { bankingCustomerId: 'banking-nia', seiExternalId: 'sei-nia', accountNumber: '90070010000200' }

/** The bank's records: the customer, the document that was shown, the check and the decision. */
async function enterAtBank(graph: KycGraph, { keys, startedAt, newcomer }: Case, done: Done) {
  const { createCustomer } = await graph.mutate(CreateCustomerDocument, {
    input: keys.keyed({
      legalName: `${newcomer.firstName} ${newcomer.lastName}`,
      mobilePhoneNumber: newcomer.phoneNumber,
      email: newcomer.email,
      dateOfBirth: newcomer.dateOfBirth,
      relationshipStatus: 'single',
      highestEducationAttained: 'Master',
      employmentStatus: 'worker',
      kycStatus: false,
      lastOkDate: startedAt,
    }),
  })
  const { id: customerId, number: customerNumber } = createCustomer!.customer
  done('Customer entered')
  const record = { customerId, customerNumber }
  await graph.mutate(AddKycDocumentDocument, {
    input: keys.keyed({
      ...record,
      type: 'passport',
      number: 'P1234567',
      issueDate: '2020-01-01T00:00:00Z',
      issuePlace: 'Berlin',
      expiryDate: '2090-01-01T00:00:00Z',
    }),
  })
  await graph.mutate(AddKycCheckDocument, {
    input: keys.keyed({
      ...record,
      date: startedAt,
      how: 'online_meeting',
      staffUserId: 'staff-7',
      staffName: 'Sam',
      satisfied: true,
      comments: 'The passport is theirs.',
    }),
  })
  await graph.mutate(AddKycStatusDocument, {
    input: keys.keyed({ ...record, ok: true, date: startedAt }),
  })
  done('Document, check and decision recorded')
  return customerId
}

/** The person at Synctera, checked there. */
async function enterPerson(graph: KycGraph, { keys, newcomer }: Case, done: Done) {
  const { createPerson } = await graph.mutate(CreatePersonDocument, {
    input: keys.keyed({
      ...newcomer,
      isCustomer: true,
      status: 'ACTIVE' as const,
      legalAddress: { line1: '100 Main St.', city: 'New York', state: 'NY', postalCode: '10001', countryCode: 'US' },
    }),
  })
  const personId = createPerson!.person.id
  const { verifyPerson } = await graph.mutate(VerifyPersonDocument, {
    input: keys.keyed({ personId, customerConsent: true }),
  })
  done(`Person checked: ${verifyPerson!.verification.status ?? 'not known'}`)
  return personId
}

/** The steps of docs/onboarding.md. */
export async function onboard(graph: KycGraph, onboarding: Case, done: Done) {
  const { keys } = onboarding
  const customerId = await enterAtBank(graph, onboarding, done)
  const personId = await enterPerson(graph, onboarding, done)
  const { bankingCustomerId, seiExternalId, accountNumber } = CORE
  await graph.mutate(LinkCustomerDocument, {
    input: keys.keyed({ customerId, personId, bankingCustomerId, seiExternalId }),
  })
  done('Records linked')
  await graph.mutate(EntitleDocument, {
    input: keys.keyed({
      bankingCustomerId,
      accounts: [{ accountNumber, productType: 'CHECKING' as const, productCode: 'DDA_01' }],
      electronicStatementElection: true,
      electronicDocumentElection: true,
      roles: { view: true, billPay: true },
    }),
  })
  done('Customer entitled')
  const { customer } = await graph.query(OnboardedDocument, { customerId })
  done(
    `KYC ${customer?.kycOverview?.status ?? 'not known'}, entitlements ${customer?.accountEntitlements?.confirmed ? 'confirmed' : 'not confirmed'}`,
  )
}
