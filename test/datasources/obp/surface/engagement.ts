import { ADA, BANK } from '../../../../datasources/emulator/people.js'
import type { SurfaceRow } from './row.js'

const at = `/obp/v4.0.0/banks/${BANK}`
const CONTACT = 'name mobilePhone emailAddress'
const MEETING = `id bankId providerId purposeId when staffUserId customerUserId creator { ${CONTACT} } invitees { contactDetails { ${CONTACT} } status }`

const ofAda = {
  id: 'meeting-ada',
  bankId: BANK,
  providerId: 'video',
  purposeId: 'onboarding',
  when: '2024-04-02T10:00:00.000Z',
  staffUserId: null,
  customerUserId: null,
  creator: { name: 'Simon Staff', mobilePhone: '+44 07972 444 876', emailAddress: 'simon.staff@example.com' },
  invitees: [
    { contactDetails: { name: 'Ada Accepted', mobilePhone: ADA.phone, emailAddress: ADA.email }, status: 'accepted' },
  ],
}

export const engagementRows: SurfaceRow[] = [
  {
    n: 16,
    operation: 'getCrmEvents',
    query:
      '{ crmEvents(first: 1) { id bankId customerName customerNumber category detail channel scheduledAt actualAt result } }',
    request: () => ({ method: 'GET', path: `${at}/crm-events` }),
    data: {
      crmEvents: [
        {
          id: 'crm-ada',
          bankId: BANK,
          customerName: 'Ada Accepted',
          customerNumber: ADA.customerNumber,
          category: 'onboarding',
          detail: 'Called about the account: verified at every provider.',
          channel: 'phone',
          scheduledAt: '2024-03-01T09:00:00.000Z',
          actualAt: '2024-03-01T09:05:00.000Z',
          result: 'reached',
        },
      ],
    },
  },
  {
    n: 44,
    operation: 'getMeeting',
    query: `{ meeting(id: "meeting-ada") { ${MEETING} } }`,
    request: () => ({ method: 'GET', path: `${at}/meetings/meeting-ada` }),
    data: { meeting: ofAda },
  },
  {
    n: 45,
    operation: 'getMeetings',
    query: `{ meetings { ${MEETING} } }`,
    request: () => ({ method: 'GET', path: `${at}/meetings` }),
    data: { meetings: [{ id: 'meeting-percy', when: '2024-05-06T14:30:00.000Z' }, ofAda] },
  },
  {
    n: 43,
    operation: 'createMeeting',
    query: `mutation($input: CreateMeetingInput!) { createMeeting(input: $input) { replayed meeting { ${MEETING} } } }`,
    variables: {
      input: {
        providerId: 'video',
        purposeId: 'onboarding',
        date: '2024-07-01T12:00:00.750+02:00',
        creator: { name: 'Sue', mobilePhone: '', emailAddress: 'Sue@Example.com' },
        invitees: [
          { contactDetails: { name: 'Ada', mobilePhone: '+1 415 555 0101', emailAddress: '' }, status: 'asked' },
        ],
      },
    },
    request: () => ({
      method: 'POST',
      path: `${at}/meetings`,
      body: {
        provider_id: 'video',
        purpose_id: 'onboarding',
        date: '2024-07-01T10:00:00Z',
        creator: { name: 'Sue', mobile_phone: '', email_address: 'Sue@Example.com' },
        invitees: [
          { contact_details: { name: 'Ada', mobile_phone: '+1 415 555 0101', email_address: '' }, status: 'asked' },
        ],
      },
    }),
    data: {
      createMeeting: {
        replayed: false,
        meeting: {
          bankId: BANK,
          when: '2024-07-01T10:00:00.000Z',
          creator: { name: 'Sue', mobilePhone: null, emailAddress: 'sue@example.com' },
          invitees: [
            { contactDetails: { name: 'Ada', mobilePhone: '+1 415 555 0101', emailAddress: null }, status: 'asked' },
          ],
        },
      },
    },
  },
  {
    n: 46,
    operation: 'createCustomerMessage',
    query: 'mutation($input: CreateCustomerMessageInput!) { createCustomerMessage(input: $input) { replayed sent } }',
    variables: {
      input: { customerId: ADA.customerId, message: 'All is well.', fromDepartment: 'Onboarding', fromPerson: 'Sue' },
    },
    request: () => ({
      method: 'POST',
      path: `${at}/customer/${ADA.customerId}/messages`,
      body: { message: 'All is well.', from_department: 'Onboarding', from_person: 'Sue' },
    }),
    data: { createCustomerMessage: { replayed: false, sent: true } },
  },
  {
    n: 47,
    operation: 'getCustomerMessages',
    query: '{ viewer { messages { id date message fromDepartment fromPerson } } }',
    options: { client: 'percy', scopes: ['customers:read:own'] },
    request: () => ({ method: 'GET', path: `${at}/customer/messages` }),
    data: {
      viewer: {
        messages: [
          {
            id: 'message-percy',
            date: '2024-04-01T09:00:00.000Z',
            message: 'Dear Percy, please have your passport ready.',
            fromDepartment: 'Onboarding',
            fromPerson: 'Simon',
          },
        ],
      },
    },
  },
]
