import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { ADA, NAMED_PEOPLE, NIA } from '../../../datasources/emulator/people.js'
import type * as operations from '../../../schema/operations/index.js'
import type { PersonaName } from '../personas.js'
import { challengedEntitlements, type ExampleRecords, member, payee } from './records.js'

/** The variables of a promised operation, from the test data, and the personas whose scopes it is within. */
export interface Sample<Variables = object> {
  readonly variables: Variables
  /** The first one is meant where the persona that is chosen may not run it. */
  readonly personas: readonly PersonaName[]
}

type Operations = typeof operations
type VariablesOf<Document> = Document extends TypedDocumentNode<unknown, infer Variables> ? Variables : never

/** A sample of every promised operation: without one the types do not fit. */
type Samples = {
  readonly [Name in keyof Operations as Name extends `${infer Operation}Document` ? Operation : never]: Sample<
    VariablesOf<Operations[Name]>
  >
}

const REVIEWED = NAMED_PEOPLE.find(({ verification }) => verification === 'REVIEW') as (typeof NAMED_PEOPLE)[number] & {
  readonly personId: string
}
const PERCY = NAMED_PEOPLE.find(({ verification }) => verification === 'PENDING') as typeof REVIEWED
const adaPersonId = ADA.personId!

const OPS = ['ops'] as const
const TEAM = ['ops', 'partner'] as const
const EVERYONE = ['ops', 'partner', 'ada'] as const

const forTeam = <Variables>(variables: Variables) => ({ variables, personas: TEAM })
const forOps = <Variables>(variables: Variables) => ({ variables, personas: OPS })

const customerRecord = { customerId: member(7).customerId, customerNumber: member(7).customerNumber }

/** The steps of `onboarding.graphql`. */
const onboarding = (key: (name: string) => string) => ({
  CreateCustomer: forTeam({
    input: {
      idempotencyKey: key('create-customer'),
      legalName: `${NIA.firstName} ${NIA.lastName}`,
      mobilePhoneNumber: NIA.phone,
      email: NIA.email,
      dateOfBirth: NIA.dateOfBirth,
      relationshipStatus: 'single',
      highestEducationAttained: 'Master',
      employmentStatus: 'worker',
      kycStatus: false,
      lastOkDate: '2024-05-01T09:00:00Z',
    },
  }),
  AddKycDocument: forTeam({
    input: {
      idempotencyKey: key('add-document'),
      ...customerRecord,
      type: 'passport',
      number: 'P1234567',
      issueDate: '2020-01-01T00:00:00Z',
      issuePlace: 'Berlin',
      expiryDate: '2090-01-01T00:00:00Z',
    },
  }),
  AddKycMedia: forTeam({
    input: {
      idempotencyKey: key('add-media'),
      ...customerRecord,
      type: 'image',
      url: 'https://media.example.com/passport.png',
      date: '2024-05-01T09:05:00Z',
    },
  }),
  AddKycCheck: forTeam({
    input: {
      idempotencyKey: key('add-check'),
      ...customerRecord,
      date: '2024-05-01T09:10:00Z',
      how: 'online_meeting',
      staffUserId: 'staff-7',
      staffName: 'Sam',
      satisfied: true,
      comments: 'The passport was shown.',
    },
  }),
  AddKycStatus: forTeam({
    input: { idempotencyKey: key('add-status'), ...customerRecord, ok: true, date: '2024-05-01T09:15:00Z' },
  }),
  CreatePerson: forTeam({
    input: {
      idempotencyKey: key('create-person'),
      isCustomer: true,
      status: 'ACTIVE' as const,
      firstName: NIA.firstName,
      lastName: NIA.lastName,
      dateOfBirth: NIA.dateOfBirth,
      email: NIA.email,
      phoneNumber: NIA.phone,
      ssn: NIA.ssn,
      legalAddress: { line1: '100 Main St.', city: 'New York', state: 'NY', postalCode: '10001', countryCode: 'US' },
    },
  }),
  VerifyPerson: forTeam({
    input: { idempotencyKey: key('verify-person'), personId: PERCY.personId, customerConsent: true },
  }),
  LinkCustomer: forTeam({
    input: {
      idempotencyKey: key('link-customer'),
      customerId: member(8).customerId,
      bankingCustomerId: member(8).bankingCustomerId,
      seiExternalId: member(8).seiExternalId,
    },
  }),
  Onboarded: forTeam({ customerId: ADA.customerId }),
})

/** The operations on entitlements and attributes, and the two steps of a challenge. */
const entitlements = (key: (name: string) => string, records: ExampleRecords) => ({
  Entitle: forTeam({ input: { idempotencyKey: key('entitle'), ...challengedEntitlements('example') } }),
  StartChallengeFactor: forOps({ input: { idempotencyKey: key('start-factor'), ...records.openChallenge } }),
  VerifyChallengeFactor: forOps({
    input: { idempotencyKey: key('verify-factor'), ...records.startedChallenge, code: '123456' },
  }),
  SetAttributes: forOps({
    input: {
      idempotencyKey: key('set-attributes'),
      externalId: ADA.seiExternalId,
      attributes: [{ name: 'LineOfCreditAccountNumber', value: 'true' }],
    },
  }),
  AttributesJob: forOps({ key: records.firstQuery['jobKey']! }),
})

/** The operations on persons: checks, documents, disclosures, corrections and monitoring. */
const persons = (key: (name: string) => string, records: ExampleRecords) => ({
  PersonById: { variables: { id: adaPersonId }, personas: EVERYONE },
  PersonChecks: { variables: { id: REVIEWED.personId }, personas: TEAM },
  PersonDisclosures: forTeam({ id: adaPersonId }),
  PersonMonitoring: forTeam({ id: member(5).personId }),
  PersonVerificationById: forTeam({ id: records.personVerificationId }),
  VerificationHistory: forTeam({ personId: member(4).personId, first: 5 }),
  FindPersons: forTeam({ filter: { verificationStatuses: ['REVIEW' as const, 'PENDING' as const] }, first: 5 }),
  ReviewQueue: forTeam({ first: 5 }),
  RecordDisclosure: forTeam({
    input: {
      idempotencyKey: key('record-disclosure'),
      personId: adaPersonId,
      type: 'E_SIGN' as const,
      version: '1.0',
      eventType: 'ACKNOWLEDGED' as const,
    },
  }),
  StartDocumentVerification: forTeam({
    input: {
      idempotencyKey: key('start-document'),
      personId: REVIEWED.personId,
      documentType: 'PASSPORT' as const,
    },
  }),
  AddPersonalId: forOps({
    input: {
      idempotencyKey: key('add-personal-id'),
      personId: member(9).personId,
      type: 'PASSPORT_NUMBER' as const,
      identifier: 'X1234567',
      countryCode: 'US',
      expiryDate: '2090-01-01',
    },
  }),
  CorrectPersonalId: forOps({
    input: {
      idempotencyKey: key('correct-personal-id'),
      personId: member(2).personId,
      personalIdId: records.personalIdToCorrect,
      identifier: 'D-7654321',
    },
  }),
  DeletePersonalId: forOps({
    input: {
      idempotencyKey: key('delete-personal-id'),
      personId: member(3).personId,
      personalIdId: records.personalIdToDelete,
    },
  }),
  RecordPersonVerification: forOps({
    input: {
      idempotencyKey: key('record-verification'),
      personId: member(10).personId,
      type: 'IDENTITY' as const,
      result: 'ACCEPTED' as const,
      verifiedAt: '2024-05-01T09:00:00Z',
      vendor: 'SOCURE',
    },
  }),
  SubscribeToMonitoring: forTeam({
    input: { idempotencyKey: key('subscribe'), personId: member(11).personId },
  }),
  EndMonitoring: forOps({
    input: { idempotencyKey: key('end-monitoring'), subscriptionId: records.monitoringSubscriptionId },
  }),
  SetMonitoringAlertStatus: forOps({
    input: {
      idempotencyKey: key('close-alert'),
      alertId: records.monitoringAlertId,
      status: 'SUPPRESSED' as const,
    },
  }),
})

/** The payee checks. They have no idempotency key: a check that is sent again within a minute is answered from the store. */
const payees = ({ firstQuery, payeeJobId }: ExampleRecords) => ({
  CheckPayee: { variables: { input: { types: ['NAME' as const], account: payee(ADA.account) } }, personas: EVERYONE },
  PayeeCheck: forOps({ id: firstQuery['verificationId']! }),
  CheckPayees: {
    variables: {
      input: {
        types: ['NAME' as const],
        accounts: [
          { clientReference: 'row-1', account: payee(ADA.account) },
          { clientReference: 'row-2', account: payee('90070020000002') },
          { clientReference: 'row-3', account: payee('90070020000007') },
        ],
      },
    },
    personas: EVERYONE,
  },
  PayeeChecks: forOps({ jobId: payeeJobId, first: 10 }),
  PayeeJob: forOps({ jobId: payeeJobId }),
  PayeeCheckAccess: { variables: {}, personas: EVERYONE },
})

/** The sample of every promised operation, by its name. */
export function samplesOf(records: ExampleRecords): Samples {
  const key = (name: string): string => `${records.keyPrefix}-${name}`
  return {
    EverythingAboutACustomer: forOps(
      records.firstQuery as { customerId: string; verificationId: string; jobKey: string },
    ),
    CustomersWithPersons: forTeam({ first: 5 }),
    CustomerPage: forTeam({ customerId: ADA.customerId }),
    KycReviewQueue: forTeam({ first: 5 }),
    ...onboarding(key),
    ...entitlements(key, records),
    ...persons(key, records),
    ...payees(records),
  }
}
