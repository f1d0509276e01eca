import { expect } from 'vitest'
import { ADA, BANK, CROWD } from '../../../../datasources/emulator/people.js'
import type { App } from '../../../support/app.js'
import { besideTheGraph } from '../../../support/obp.js'
import type { SurfaceRow } from './row.js'

const customers = `/obp/v4.0.0/banks/${BANK}/customers`
const { customerId } = CROWD[0]!

/** The id of an attribute that was not there before. */
async function newAttribute(app: App, value: string): Promise<string> {
  const beside = await besideTheGraph(app)
  const { body } = await beside('POST', `/banks/${BANK}/customers/${customerId}/attribute`, {
    name: 'COLOUR',
    type: 'STRING',
    value,
  })
  return (body as { customer_attribute_id: string }).customer_attribute_id
}

export const customerRows: SurfaceRow[] = [
  {
    n: 6,
    operation: 'createCustomer',
    query:
      'mutation($input: CreateCustomerInput!) { createCustomer(input: $input) { customer { id number legalName email dateOfBirth dependants datesOfBirthOfDependants faceImage { url date } creditRating { rating source } creditLimit { currency amount } lastOkDate } } }',
    variables: {
      input: {
        legalName: 'Eve Example',
        mobilePhoneNumber: '+44 07972 444 876',
        email: 'Eve@Example.com',
        faceImage: { url: 'https://images.example.com/eve.png', date: '2020-02-20T10:00:00.750Z' },
        dateOfBirth: '1990-05-17',
        relationshipStatus: 'single',
        datesOfBirthOfDependants: ['2015-01-31', '2017-02-28'],
        creditRating: { rating: 'A', source: 'bureau' },
        creditLimit: { currency: 'EUR', amount: '1000.00' },
        highestEducationAttained: 'Master',
        employmentStatus: 'worker',
        kycStatus: true,
        lastOkDate: '2024-05-06T09:08:09+02:00',
        title: 'Dr.',
        branchId: 'branch-7',
        nameSuffix: 'Sr',
      },
    },
    request: () => ({
      method: 'POST',
      path: customers,
      body: {
        legal_name: 'Eve Example',
        mobile_phone_number: '+44 07972 444 876',
        email: 'Eve@Example.com',
        face_image: { url: 'https://images.example.com/eve.png', date: '2020-02-20T10:00:00Z' },
        date_of_birth: '1990-05-17T00:00:00Z',
        relationship_status: 'single',
        dependants: 2,
        dob_of_dependants: ['2015-01-31T00:00:00Z', '2017-02-28T00:00:00Z'],
        credit_rating: { rating: 'A', source: 'bureau' },
        credit_limit: { currency: 'EUR', amount: '1000.00' },
        highest_education_attained: 'Master',
        employment_status: 'worker',
        kyc_status: true,
        last_ok_date: '2024-05-06T07:08:09Z',
        title: 'Dr.',
        branch_id: 'branch-7',
        name_suffix: 'Sr',
      },
    }),
    data: {
      createCustomer: {
        customer: {
          legalName: 'Eve Example',
          email: 'eve@example.com',
          dateOfBirth: '1990-05-17',
          dependants: 2,
          datesOfBirthOfDependants: ['2015-01-31', '2017-02-28'],
          faceImage: { url: 'https://images.example.com/eve.png', date: '2020-02-20T10:00:00.000Z' },
          creditRating: { rating: 'A', source: 'bureau' },
          creditLimit: { currency: 'EUR', amount: '1000.00' },
          lastOkDate: '2024-05-06T07:08:09.000Z',
        },
      },
    },
  },
  {
    n: 7,
    operation: 'createCustomerAttribute',
    query:
      'mutation($input: CreateCustomerAttributeInput!) { createCustomerAttribute(input: $input) { attribute { name type value } } }',
    variables: { input: { customerId, name: 'MEMBER_SINCE', type: 'DATE_WITH_DAY', value: '2012-04-23' } },
    request: () => ({
      method: 'POST',
      path: `${customers}/${customerId}/attribute`,
      body: { name: 'MEMBER_SINCE', type: 'DATE_WITH_DAY', value: '2012-04-23' },
    }),
    data: {
      createCustomerAttribute: { attribute: { name: 'MEMBER_SINCE', type: 'DATE_WITH_DAY', value: '2012-04-23' } },
    },
  },
  {
    n: 12,
    operation: 'deleteCustomerAttribute',
    query: 'mutation($input: DeleteCustomerAttributeInput!) { deleteCustomerAttribute(input: $input) { deletedId } }',
    variables: async (app) => ({ input: { customerId, attributeId: await newAttribute(app, 'green') } }),
    request: ({ input }) => ({ method: 'DELETE', path: `${customers}/attributes/${input.attributeId}` }),
    data: { deleteCustomerAttribute: { deletedId: expect.any(String) } },
  },
  {
    n: 22,
    operation: 'getCustomerAttributes',
    // Out of a list, where customers come without their attributes.
    query:
      '{ customers(first: 1, filter: { lastOkFrom: "2018-01-01T12:00:00Z", lastOkTo: "2018-01-01T12:00:00Z" }) { nodes { attributes { name type value } } } }',
    request: () => ({ method: 'GET', path: `${customers}/${ADA.customerId}/attributes` }),
    data: {
      customers: {
        nodes: [
          {
            attributes: [
              { name: 'SYNCTERA_PERSON_ID', type: 'STRING', value: ADA.personId },
              { name: 'APITURE_BANKING_CUSTOMER_ID', type: 'STRING', value: ADA.bankingCustomerId },
              { name: 'SEI_EXTERNAL_ID', type: 'STRING', value: ADA.seiExternalId },
              { name: 'SPECIAL_TAX_NUMBER', type: 'STRING', value: 'tax-5000001' },
            ],
          },
        ],
      },
    },
  },
  {
    n: 24,
    operation: 'getCustomerByCustomerId',
    query: 'query($id: ID!) { customer(id: $id) { bankId number legalName } }',
    variables: { id: ADA.customerId },
    request: () => ({ method: 'GET', path: `${customers}/${ADA.customerId}` }),
    data: { customer: { bankId: BANK, number: ADA.customerNumber, legalName: 'Ada Accepted' } },
  },
  {
    n: 25,
    operation: 'getCustomerByCustomerNumber',
    query: 'query($number: String!) { customerByNumber(customerNumber: $number) { id } }',
    variables: { number: ADA.customerNumber },
    request: () => ({
      method: 'POST',
      path: `${customers}/customer-number`,
      body: { customer_number: ADA.customerNumber },
    }),
    data: { customerByNumber: { id: ADA.customerId } },
  },
  {
    n: 26,
    operation: 'getCustomersByAttributes',
    query: 'query($attributes: [CustomerAttributeMatch!]!) { customersByAttributes(attributes: $attributes) { id } }',
    variables: {
      attributes: [
        { name: 'SPECIAL_TAX_NUMBER', value: 'tax-5000001' },
        { name: 'SEI_EXTERNAL_ID', value: ADA.seiExternalId },
      ],
    },
    request: () => ({
      method: 'GET',
      path: customers,
      query: { SPECIAL_TAX_NUMBER: 'tax-5000001', SEI_EXTERNAL_ID: ADA.seiExternalId },
    }),
    // The provider lists her once for each attribute that fits.
    data: { customersByAttributes: [{ id: ADA.customerId }] },
  },
  {
    n: 28,
    operation: 'getCustomersForUser',
    query: '{ viewer { customers { id dateOfBirth } } }',
    options: { client: 'ada', scopes: ['customers:read:own'] },
    request: () => ({ method: 'GET', path: '/obp/v4.0.0/users/current/customers' }),
    data: { viewer: { customers: [{ id: ADA.customerId, dateOfBirth: ADA.dateOfBirth }] } },
  },
  {
    n: 29,
    operation: 'getFirehoseCustomers',
    query:
      'query($filter: CustomerFilter) { customers(first: 2, filter: $filter) { nodes { id } pageInfo { hasNextPage } } }',
    variables: {
      filter: { lastOkFrom: '2015-01-01T00:00:00Z', lastOkTo: '2018-01-01T13:00:00+01:00', sortDirection: 'ASC' },
    },
    request: () => ({
      method: 'GET',
      path: `/obp/v4.0.0/banks/${BANK}/firehose/customers`,
      query: {
        sort_direction: 'ASC',
        from_date: '0001-01-01T00:00:00.000Z',
        to_date: '9999-12-31T23:59:59.999Z',
        limit: '3',
        offset: '0',
      },
    }),
    data: {
      customers: { nodes: [{ id: expect.any(String) }, { id: ADA.customerId }], pageInfo: { hasNextPage: false } },
    },
  },
  {
    n: 33,
    operation: 'updateCustomerAttribute',
    query:
      'mutation($input: UpdateCustomerAttributeInput!) { updateCustomerAttribute(input: $input) { attribute { id name type value } } }',
    variables: async (app) => ({
      input: { customerId, attributeId: await newAttribute(app, 'red'), name: 'COLOUR', type: 'STRING', value: 'blue' },
    }),
    request: ({ input }) => ({
      method: 'PUT',
      path: `${customers}/${customerId}/attributes/${input.attributeId}`,
      body: { name: 'COLOUR', type: 'STRING', value: 'blue' },
    }),
    data: { updateCustomerAttribute: { attribute: { name: 'COLOUR', type: 'STRING', value: 'blue' } } },
  },
]
