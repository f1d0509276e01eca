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
  const { createCustomer } = await keys.send(
    {
      legalName: `${newcomer.firstName} ${newcomer.lastName}`,
      mobilePhoneNumber: newcomer.phoneNumber,
      email: newcomer.email,
      dateOfBirth: newcomer.dateOfBirth,
      relationshipStatus: 'single',
      highestEducationAttained: 'Master',
      employmentStatus: 'worker',
      kycStatus: false,
      lastOkDate: startedAt,
    },
    (input) => graph.mutate(CreateCustomerDocument, { input }),
  )
  const { id: customerId, number: customerNumber } = createCustomer!.customer
  done('Customer entered')
  const record = { customerId, customerNumber }
  await keys.send(
    {
      ...record,
      type: 'passport',
      number: 'P1234567',
      issueDate: '2020-01-01T00:00:00Z',
      issuePlace: 'Berlin',
      expiryDate: '2090-01-01T00:00:00Z',
    },
    (input) => graph.mutate(AddKycDocumentDocument, { input }),
  )
  await keys.send(
    {
      ...record,
      date: startedAt,
      how: 'online_meeting',
      staffUserId: 'staff-7',
      staffName: 'Sam',
      satisfied: true,
      comments: 'The passport is theirs.',
    },
    (input) => graph.mutate(AddKycCheckDocument, { input }),
  )
  await keys.send({ ...record, ok: true, date: startedAt }, (input) => graph.mutate(AddKycStatusDocument, { input }))
  done('Document, check and decision recorded')
  return customerId
}

/** The person at Synctera, checked there. */
async function enterPerson(graph: KycGraph, { keys, newcomer }: Case, done: Done) {
  const { createPerson } = await keys.send(
    {
      ...newcomer,
      isCustomer: true,
      status: 'ACTIVE' as const,
      legalAddress: { line1: '100 Main St.', city: 'New York', state: 'NY', postalCode: '10001', countryCode: 'US' },
    },
    (input) => graph.mutate(CreatePersonDocument, { input }),
  )
  const personId = createPerson!.person.id
  const { verifyPerson } = await keys.send({ personId, customerConsent: true }, (input) =>
    graph.mutate(VerifyPersonDocument, { input }),
  )
  done(`Person checked: ${verifyPerson!.verification.status ?? 'not known'}`)
  return personId
}

/** The steps of docs/onboarding.md. */
export async function onboard(graph: KycGraph, onboarding: Case, done: Done) {
  const { keys } = onboarding
  const customerId = await enterAtBank(graph, onboarding, done)
  const personId = await enterPerson(graph, onboarding, done)
  const { bankingCustomerId, seiExternalId, accountNumber } = CORE
  await keys.send({ customerId, personId, bankingCustomerId, seiExternalId }, (input) =>
    graph.mutate(LinkCustomerDocument, { input }),
  )
  done('Records linked')
  await keys.send(
    {
      bankingCustomerId,
      accounts: [{ accountNumber, productType: 'CHECKING' as const, productCode: 'DDA_01' }],
      electronicStatementElection: true,
      electronicDocumentElection: true,
      roles: { view: true, billPay: true },
    },
    (input) => graph.mutate(EntitleDocument, { input }),
  )
  done('Customer entitled')
  const { customer } = await graph.query(OnboardedDocument, { customerId })
  done(
    `KYC ${customer?.kycOverview?.status ?? 'not known'}, entitlements ${customer?.accountEntitlements?.confirmed ? 'confirmed' : 'not confirmed'}`,
  )
}
