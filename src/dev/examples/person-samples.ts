import { ADA } from '../../../datasources/emulator/people.js'
import { type ExampleRecords, member } from './records.js'
import { forEveryone, forOps, forTeam, type KeyOf, personWho } from './sample.js'

const adaPersonId = ADA.personId!

/** What is asked of persons, and what they are sent. */
const checks = (key: KeyOf, records: ExampleRecords) => ({
  PersonById: forEveryone({ id: adaPersonId }),
  PersonChecks: forTeam({ id: personWho('REVIEW').personId }),
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
      personId: personWho('REVIEW').personId,
      documentType: 'PASSPORT' as const,
    },
  }),
})

/** The operations on persons: checks, documents, disclosures, corrections and monitoring. */
export const personSamples = (key: KeyOf, records: ExampleRecords) => ({
  ...checks(key, records),
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
      ...records.personalIdToCorrect,
      identifier: 'D-7654321',
    },
  }),
  DeletePersonalId: forOps({
    input: {
      idempotencyKey: key('delete-personal-id'),
      ...records.personalIdToDelete,
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
