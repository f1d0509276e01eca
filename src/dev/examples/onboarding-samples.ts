import { ADA, NIA } from '../../../datasources/emulator/people.js'
import { member } from './records.js'
import { forTeam, type KeyOf, personWho } from './sample.js'

const customerRecord = { customerId: member(7).customerId, customerNumber: member(7).customerNumber }

/** The steps of `onboarding.graphql` at the bank. */
const bankSteps = (key: KeyOf) => ({
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
})

/** The steps of `onboarding.graphql`. */
export const onboardingSamples = (key: KeyOf) => ({
  ...bankSteps(key),
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
    input: { idempotencyKey: key('verify-person'), personId: personWho('PENDING').personId, customerConsent: true },
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
