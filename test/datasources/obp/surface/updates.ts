import { BANK, CROWD } from '../../../../datasources/emulator/people.js'
import type { SurfaceRow } from './row.js'

const { customerId } = CROWD[0]!
const FACE = { url: 'https://images.example.com/new.png', date: '2024-05-06T07:08:09.500Z' }

/** A change of a customer: what it is given, where it goes, what is sent there, and what is seen of it. */
const row = (n: number, operation: string, mutation: string, input: object, part: string, body: object, fields: string, customer: object): SurfaceRow => ({
  n,
  operation,
  query: `mutation($input: ${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!) { ${mutation}(input: $input) { customer { id ${fields} } } }`,
  variables: { input: { customerId, ...input } },
  request: () => ({ method: 'PUT', path: `/obp/v4.0.0/banks/${BANK}/customers/${customerId}/${part}`, body }),
  data: { [mutation]: { customer: { id: customerId, ...customer } } },
})

export const updatesRows: SurfaceRow[] = [
  row(35, 'updateCustomerBranch', 'updateCustomerBranch', { branchId: 'branch-9' }, 'branch', { branch_id: 'branch-9' }, 'branchId', { branchId: 'branch-9' }),
  row(
    36,
    'updateCustomerCreditLimit',
    'updateCustomerCreditLimit',
    { creditLimit: { currency: 'EUR', amount: '1000.50' } },
    'credit-limit',
    { credit_limit: { currency: 'EUR', amount: '1000.50' } },
    'creditLimit { currency amount }',
    { creditLimit: { currency: 'EUR', amount: '1000.50' } },
  ),
  row(
    37,
    'updateCustomerCreditRatingAndSource',
    'updateCustomerCreditRating',
    { rating: 'Good', source: 'Bank' },
    'credit-rating-and-source',
    { credit_rating: 'Good', credit_source: 'Bank' },
    'creditRating { rating source }',
    { creditRating: { rating: 'Good', source: 'Bank' } },
  ),
  row(38, 'updateCustomerEmail', 'updateCustomerEmail', { email: 'Marko@Example.com' }, 'email', { email: 'Marko@Example.com' }, 'email', { email: 'marko@example.com' }),
  row(
    39,
    'updateCustomerIdentity',
    'updateCustomerIdentity',
    { legalName: 'Eveline Tripman', dateOfBirth: '1987-09-19', title: 'Dr.', nameSuffix: 'Sr' },
    'identity',
    { legal_name: 'Eveline Tripman', date_of_birth: '1987-09-19T00:00:00Z', title: 'Dr.', name_suffix: 'Sr' },
    'legalName dateOfBirth title nameSuffix',
    { legalName: 'Eveline Tripman', dateOfBirth: '1987-09-19', title: 'Dr.', nameSuffix: 'Sr' },
  ),
  row(
    40,
    'updateCustomerMobileNumber',
    'updateCustomerMobileNumber',
    { mobilePhoneNumber: '+381631954907' },
    'mobile-number',
    { mobile_phone_number: '+381631954907' },
    'mobilePhoneNumber',
    { mobilePhoneNumber: '+381631954907' },
  ),
  row(41, 'updateCustomerNumber', 'updateCustomerNumber', { customerNumber: '5987953' }, 'number', { customer_number: '5987953' }, 'number', { number: '5987953' }),
  row(
    42,
    'updateCustomerData',
    'updateCustomerData',
    { faceImage: FACE, relationshipStatus: 'single', dependants: 1, highestEducationAttained: 'Master', employmentStatus: 'worker' },
    'data',
    { face_image: { url: FACE.url, date: '2024-05-06T07:08:09Z' }, relationship_status: 'single', dependants: 1, highest_education_attained: 'Master', employment_status: 'worker' },
    'faceImage { url date } relationshipStatus dependants highestEducationAttained employmentStatus',
    { faceImage: { url: FACE.url, date: '2024-05-06T07:08:09.000Z' }, relationshipStatus: 'single', dependants: 1, highestEducationAttained: 'Master', employmentStatus: 'worker' },
  ),
]
