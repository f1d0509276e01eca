import { ADA, BANK, CROWD } from '../../../../datasources/emulator/people.js'
import { newRecordId } from '../../../../datasources/obp/kyc/commands.js'
import type { SurfaceRow } from './row.js'

const { customerId, customerNumber } = CROWD[1]!
const customer = `/obp/v4.0.0/banks/${BANK}/customers/${customerId}`
const record = { customerId, bankId: BANK, customerNumber }
const ofAda = { customerId: ADA.customerId, bankId: BANK, customerNumber: ADA.customerNumber }
const list = (kind: string) => () => ({ method: 'GET', path: `/obp/v4.0.0/customers/${ADA.customerId}/${kind}` })

/** The provider's ids are one set over all customers, so each new record has one of its own. */
const made = (kind: string) => newRecordId({ bankId: BANK, id: customerId }, kind, `surface-${kind}`)

export const kycRows: SurfaceRow[] = [
  {
    n: 48,
    operation: 'addKycCheck',
    query:
      'mutation($input: AddKycCheckInput!) { addKycCheck(input: $input) { kycCheck { id bankId customerId customerNumber date how staffUserId staffName satisfied comments } } }',
    variables: {
      input: {
        customerId,
        id: 'surface-check',
        customerNumber,
        date: '2024-05-06T07:08:09.500Z',
        how: 'online_meeting',
        staffUserId: 'staff-2',
        staffName: 'Sam',
        satisfied: true,
        comments: 'Fine.',
      },
    },
    request: () => ({
      method: 'PUT',
      path: `${customer}/kyc_check/${made('check')}`,
      body: {
        customer_number: customerNumber,
        date: '2024-05-06T07:08:09Z',
        how: 'online_meeting',
        staff_user_id: 'staff-2',
        staff_name: 'Sam',
        satisfied: true,
        comments: 'Fine.',
      },
    }),
    data: {
      addKycCheck: {
        kycCheck: {
          id: made('check'),
          ...record,
          date: '2024-05-06T07:08:09.000Z',
          how: 'online_meeting',
          staffUserId: 'staff-2',
          staffName: 'Sam',
          satisfied: true,
          comments: 'Fine.',
        },
      },
    },
  },
  {
    n: 49,
    operation: 'addKycDocument',
    query:
      'mutation($input: AddKycDocumentInput!) { addKycDocument(input: $input) { kycDocument { id bankId customerId customerNumber type number issueDate issuePlace expiryDate expired } } }',
    variables: {
      input: {
        customerId,
        id: 'surface-document',
        customerNumber,
        type: 'passport',
        number: 'P-1',
        issueDate: '2016-03-31T00:00:00Z',
        issuePlace: 'Berlin',
        expiryDate: '2020-03-31T00:00:00+02:00',
      },
    },
    request: () => ({
      method: 'PUT',
      path: `${customer}/kyc_documents/${made('document')}`,
      body: {
        customer_number: customerNumber,
        type: 'passport',
        number: 'P-1',
        issue_date: '2016-03-31T00:00:00Z',
        issue_place: 'Berlin',
        expiry_date: '2020-03-30T22:00:00Z',
      },
    }),
    data: {
      addKycDocument: {
        kycDocument: {
          id: made('document'),
          ...record,
          type: 'passport',
          number: 'P-1',
          issueDate: '2016-03-31T00:00:00.000Z',
          issuePlace: 'Berlin',
          expiryDate: '2020-03-30T22:00:00.000Z',
          expired: true,
        },
      },
    },
  },
  {
    n: 50,
    operation: 'addKycMedia',
    query:
      'mutation($input: AddKycMediaInput!) { addKycMedia(input: $input) { kycMedia { id bankId customerId customerNumber type url date relatesToKycDocumentId relatesToKycCheckId } } }',
    variables: {
      input: {
        customerId,
        id: 'surface-media',
        customerNumber,
        type: 'image',
        url: 'https://media.example.com/1.png',
        date: '2024-05-06T07:08:09Z',
        relatesToKycDocumentId: 'surface-document',
        relatesToKycCheckId: '',
      },
    },
    request: () => ({
      method: 'PUT',
      path: `${customer}/kyc_media/${made('media')}`,
      body: {
        customer_number: customerNumber,
        type: 'image',
        url: 'https://media.example.com/1.png',
        date: '2024-05-06T07:08:09Z',
        relates_to_kyc_document_id: made('document'),
        relates_to_kyc_check_id: '',
      },
    }),
    data: {
      addKycMedia: {
        kycMedia: {
          id: made('media'),
          ...record,
          type: 'image',
          url: 'https://media.example.com/1.png',
          date: '2024-05-06T07:08:09.000Z',
          relatesToKycDocumentId: made('document'),
          relatesToKycCheckId: null,
        },
      },
    },
  },
  {
    n: 51,
    operation: 'addKycStatus',
    query:
      'mutation($input: AddKycStatusInput!) { addKycStatus(input: $input) { kycStatus { customerId customerNumber ok date } } }',
    variables: { input: { customerId, customerNumber, ok: false, date: '2024-05-06T07:08:09Z' } },
    request: () => ({
      method: 'PUT',
      path: `${customer}/kyc_statuses`,
      body: { customer_number: customerNumber, ok: false, date: '2024-05-06T07:08:09Z' },
    }),
    data: { addKycStatus: { kycStatus: { customerId, customerNumber, ok: false, date: '2024-05-06T07:08:09.000Z' } } },
  },
  {
    n: 52,
    operation: 'getKycChecks',
    query: 'query($id: ID!) { customer(id: $id) { kycChecks { id bankId customerId customerNumber how satisfied } } }',
    variables: { id: ADA.customerId },
    request: list('kyc_checks'),
    data: { customer: { kycChecks: [{ id: 'check-ada', ...ofAda, how: 'online_meeting', satisfied: true }] } },
  },
  {
    n: 53,
    operation: 'getKycDocuments',
    query:
      'query($id: ID!) { customer(id: $id) { kycDocuments { id bankId customerId customerNumber type number expired } } }',
    variables: { id: ADA.customerId },
    request: list('kyc_documents'),
    data: {
      customer: {
        kycDocuments: [{ id: 'document-ada', ...ofAda, type: 'passport', number: 'ADA-5000001', expired: false }],
      },
    },
  },
  {
    n: 54,
    operation: 'getKycStatuses',
    query: 'query($id: ID!) { customer(id: $id) { kycStatuses { customerId customerNumber ok date } } }',
    variables: { id: ADA.customerId },
    request: list('kyc_statuses'),
    data: {
      customer: {
        kycStatuses: [
          {
            customerId: ADA.customerId,
            customerNumber: ADA.customerNumber,
            ok: true,
            date: '2024-04-02T10:00:00.000Z',
          },
        ],
      },
    },
  },
  {
    n: 55,
    operation: 'getKycMedia',
    query:
      'query($id: ID!) { customer(id: $id) { kycMedia { id bankId customerId customerNumber type url relatesToKycDocumentId relatesToKycCheckId } } }',
    variables: { id: ADA.customerId },
    request: list('kyc_media'),
    data: {
      customer: {
        kycMedia: [
          {
            id: 'media-ada',
            ...ofAda,
            type: 'image',
            url: 'https://media.example.com/ada.png',
            relatesToKycDocumentId: 'document-ada',
            relatesToKycCheckId: 'check-ada',
          },
        ],
      },
    },
  },
]
