import { ADA, BANK, CROWD, NAMED_PEOPLE } from '../../../../datasources/emulator/people.js'
import type { App } from '../../../support/app.js'
import type { SurfaceRow } from './row.js'

/** Percy's and Vic's records are changed here; Ada's stay as they are. */
const [PERCY, VIC] = ['Percy', 'Vic'].map((name) => NAMED_PEOPLE.find(({ firstName }) => firstName === name)!) as [
  typeof ADA,
  typeof ADA,
]
const LONELY = CROWD[30]!
const at = (customerId: string) => `/obp/v4.0.0/banks/${BANK}/customers/${customerId}`

const specialTaxNumber = async (app: App) => {
  const { data } = await app.run(`{ customer(id: "${ADA.customerId}") { attributes { id name } } }`)
  return {
    attributeId: data.customer.attributes.find(({ name }: { name: string }) => name === 'SPECIAL_TAX_NUMBER')
      .id as string,
  }
}

const ADDRESS = {
  line1: 'No 1 the Road',
  line2: 'The Place',
  line3: 'The Hill',
  city: 'Berlin',
  county: '',
  state: 'Brandenburg',
  postcode: '13359',
  countryCode: 'DE',
  tags: ['mailing', 'home'],
}
const ADDRESS_BODY = {
  line_1: 'No 1 the Road',
  line_2: 'The Place',
  line_3: 'The Hill',
  city: 'Berlin',
  county: '',
  state: 'Brandenburg',
  postcode: '13359',
  country_code: 'DE',
  tags: ['mailing', 'home'],
  status: '',
}
const ADDRESS_FIELDS = 'line1 line2 line3 city county state postcode countryCode tags status'
const ADDRESS_ANSWER = { ...ADDRESS, county: null, status: null }
const REQUEST = { rankAmount1: 'String', nominalInterest1: 'String', rankAmount2: 'String', nominalInterest2: 'String' }
const REQUEST_FIELDS = 'rankAmount1 nominalInterest1 rankAmount2 nominalInterest2'

export const recordsRows: SurfaceRow[] = [
  {
    n: 3,
    operation: 'addSocialMediaHandle',
    query:
      'mutation($input: AddSocialMediaHandleInput!) { addSocialMediaHandle(input: $input) { replayed handle { customerNumber type handle addedAt activatedAt } } }',
    variables: {
      input: {
        customerId: LONELY.customerId,
        customerNumber: LONELY.customerNumber,
        type: 'twitter',
        handle: '@evelinetripman',
        addedAt: '2017-09-19T02:00:00.500+02:00',
        activatedAt: '2017-09-19T00:00:00Z',
      },
    },
    request: () => ({
      method: 'POST',
      path: `${at(LONELY.customerId)}/social_media_handles`,
      body: {
        customer_number: LONELY.customerNumber,
        type: 'twitter',
        handle: '@evelinetripman',
        date_added: '2017-09-19T00:00:00Z',
        date_activated: '2017-09-19T00:00:00Z',
      },
    }),
    data: {
      addSocialMediaHandle: {
        replayed: false,
        handle: {
          customerNumber: LONELY.customerNumber,
          type: 'twitter',
          handle: '@evelinetripman',
          addedAt: '2017-09-19T00:00:00.000Z',
          activatedAt: '2017-09-19T00:00:00.000Z',
        },
      },
    },
  },
  {
    n: 4,
    operation: 'createCustomerAddress',
    query: `mutation($input: CreateCustomerAddressInput!) { createCustomerAddress(input: $input) { replayed address { ${ADDRESS_FIELDS} } } }`,
    variables: { input: { customerId: PERCY.customerId, ...ADDRESS } },
    request: () => ({ method: 'POST', path: `${at(PERCY.customerId)}/address`, body: ADDRESS_BODY }),
    data: { createCustomerAddress: { replayed: false, address: ADDRESS_ANSWER } },
  },
  {
    n: 5,
    operation: 'createCreditLimitRequest',
    query:
      'mutation($input: RequestCreditLimitInput!) { requestCreditLimit(input: $input) { replayed receipt { executionTime executionDate token shortReference } } }',
    variables: {
      input: {
        customerId: ADA.customerId,
        requestedCurrentRateAmount1: '1',
        requestedCurrentRateAmount2: '2',
        requestedCurrentValidEndDate: '3',
        currentCreditDocumentation: '4',
        temporaryRequestedCurrentAmount: '5',
        requestedTemporaryValidEndDate: '6',
        temporaryCreditDocumentation: '7',
      },
    },
    request: () => ({
      method: 'POST',
      path: `${at(ADA.customerId)}/credit_limit/requests`,
      body: {
        requested_current_rate_amount1: '1',
        requested_current_rate_amount2: '2',
        requested_current_valid_end_date: '3',
        current_credit_documentation: '4',
        temporary_requested_current_amount: '5',
        requested_temporary_valid_end_date: '6',
        temporary_credit_documentation: '7',
      },
    }),
    data: {
      requestCreditLimit: {
        replayed: false,
        receipt: { executionTime: 'String', executionDate: 'String', token: 'String', shortReference: 'String' },
      },
    },
  },
  {
    n: 8,
    operation: 'createTaxResidence',
    query:
      'mutation($input: CreateTaxResidenceInput!) { createTaxResidence(input: $input) { replayed taxResidence { domain taxNumber } } }',
    variables: { input: { customerId: PERCY.customerId, domain: 'Enter some domain', taxNumber: 'Enter some number' } },
    request: () => ({
      method: 'POST',
      path: `${at(PERCY.customerId)}/tax-residence`,
      body: { domain: 'Enter some domain', tax_number: 'Enter some number' },
    }),
    data: {
      createTaxResidence: {
        replayed: false,
        taxResidence: { domain: 'Enter some domain', taxNumber: 'Enter some number' },
      },
    },
  },
  {
    n: 11,
    operation: 'deleteCustomerAddress',
    query:
      'mutation($input: DeleteCustomerAddressInput!) { deleteCustomerAddress(input: $input) { replayed deletedId } }',
    variables: { input: { customerId: VIC.customerId, addressId: 'address-vic' } },
    request: () => ({ method: 'DELETE', path: `${at(VIC.customerId)}/addresses/address-vic` }),
    data: { deleteCustomerAddress: { replayed: false, deletedId: 'address-vic' } },
  },
  {
    n: 14,
    operation: 'deleteTaxResidence',
    query: 'mutation($input: DeleteTaxResidenceInput!) { deleteTaxResidence(input: $input) { replayed deletedId } }',
    variables: { input: { customerId: VIC.customerId, taxResidenceId: 'tax-residence-vic' } },
    request: () => ({ method: 'DELETE', path: `${at(VIC.customerId)}/tax_residencies/tax-residence-vic` }),
    data: { deleteTaxResidence: { replayed: false, deletedId: 'tax-residence-vic' } },
  },
  {
    n: 17,
    operation: 'getCreditLimitRequestByRequestId',
    query: `{ customer(id: "${ADA.customerId}") { creditLimitRequest(id: "request-1") { ${REQUEST_FIELDS} } } }`,
    request: () => ({ method: 'GET', path: `${at(ADA.customerId)}/credit_limit/requests/request-1` }),
    data: { customer: { creditLimitRequest: REQUEST } },
  },
  {
    n: 18,
    operation: 'getCreditLimitRequests',
    query: `{ customer(id: "${ADA.customerId}") { creditLimitRequests { ${REQUEST_FIELDS} } } }`,
    request: () => ({ method: 'GET', path: `${at(ADA.customerId)}/credit_limit/requests` }),
    data: { customer: { creditLimitRequests: [REQUEST] } },
  },
  {
    n: 19,
    operation: 'getCustomerAddresses',
    query: `{ customer(id: "${ADA.customerId}") { addresses { id ${ADDRESS_FIELDS} insertedAt } } }`,
    request: () => ({ method: 'GET', path: `${at(ADA.customerId)}/addresses` }),
    data: {
      customer: {
        addresses: [
          {
            ...ADDRESS_ANSWER,
            id: 'address-ada',
            line3: null,
            postcode: '13350',
            insertedAt: '2017-09-19T00:00:00.000Z',
          },
        ],
      },
    },
  },
  {
    n: 20,
    operation: 'getCustomerAttributeById',
    query: `query($attributeId: ID!) { customer(id: "${ADA.customerId}") { attribute(id: $attributeId) { name type value } } }`,
    variables: specialTaxNumber,
    request: ({ attributeId }) => ({ method: 'GET', path: `${at(ADA.customerId)}/attributes/${attributeId}` }),
    data: {
      customer: { attribute: { name: 'SPECIAL_TAX_NUMBER', type: 'STRING', value: `tax-${ADA.customerNumber}` } },
    },
  },
  {
    n: 23,
    operation: 'getSocialMediaHandles',
    query: `{ customer(id: "${ADA.customerId}") { socialMediaHandles { customerNumber type handle addedAt activatedAt } } }`,
    request: () => ({ method: 'GET', path: `${at(ADA.customerId)}/social_media_handles` }),
    data: {
      customer: {
        socialMediaHandles: [
          {
            customerNumber: ADA.customerNumber,
            type: 'twitter',
            handle: '@ada',
            addedAt: '2017-09-19T00:00:00.000Z',
            activatedAt: '2017-09-19T00:00:00.000Z',
          },
        ],
      },
    },
  },
  {
    n: 30,
    operation: 'getTaxResidence',
    query: `{ customer(id: "${ADA.customerId}") { taxResidences { id domain taxNumber } } }`,
    request: () => ({ method: 'GET', path: `${at(ADA.customerId)}/tax-residences` }),
    data: {
      customer: { taxResidences: [{ id: 'tax-residence-ada', domain: 'DE', taxNumber: `DE-${ADA.customerNumber}` }] },
    },
  },
  {
    n: 34,
    operation: 'updateCustomerAddress',
    query: `mutation($input: UpdateCustomerAddressInput!) { updateCustomerAddress(input: $input) { replayed address { id ${ADDRESS_FIELDS} insertedAt } } }`,
    variables: {
      input: { customerId: PERCY.customerId, addressId: 'address-percy', ...ADDRESS, state: 'Berlin', tags: [] },
    },
    request: () => ({
      method: 'PUT',
      path: `${at(PERCY.customerId)}/addresses/address-percy`,
      body: { ...ADDRESS_BODY, state: 'Berlin', tags: [] },
    }),
    data: {
      updateCustomerAddress: {
        replayed: false,
        address: {
          ...ADDRESS_ANSWER,
          id: 'address-percy',
          state: 'Berlin',
          tags: [],
          insertedAt: '2017-09-19T00:00:00.000Z',
        },
      },
    },
  },
]
