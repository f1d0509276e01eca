import type { CallScope, Credential, ErrorMapping, ErrorResponse } from '../../http/call.js'
import type { ProviderClient } from '../../http/client.js'
import { obpPath } from '../api-version.js'
import { mapCallerError, mapError, mapRejectedRow } from '../error-mapping.js'
import { requestsOf } from '../requests.js'
import { ofRecord } from '../../http/written-record.js'
import { answers, type AttributeBody, type AttributePair, type CustomerBody, EARLIEST, LATEST } from './contract.js'

/** An attribute of a deleted customer makes the whole list fail; that does not mean that no customer matches. */
function mapDanglingAttribute(response: ErrorResponse): ErrorMapping {
  const mapping = mapError(response)
  return mapping.providerCode === 'OBP-30046' ? { ...mapping, code: 'PROVIDER_UNAVAILABLE' } : mapping
}

/** Releases before September 2022 have room for this many characters of an attribute's value; the database rejects a longer one. */
const SHORT_VALUE = 255

const mappedFor = ({ value }: AttributeBody) => (value.length > SHORT_VALUE ? { mapError: mapRejectedRow } : {})

/**
 * The query of a page of the firehose. New releases filter by the time of a row's update, not by the last OK date, so
 * the filter is wide open; without it the provider leaves out what is older than a year or in the future.
 */
const firehoseQuery = (direction: 'ASC' | 'DESC', limit: number, offset: number) =>
  [
    ['sort_direction', direction],
    ['from_date', EARLIEST],
    ['to_date', LATEST],
    ['limit', String(limit)],
    ['offset', String(offset)],
  ] as const

/** The endpoints of customers, one method each, in the provider's words. */
export function customerSource(client: ProviderClient) {
  const { get, post, search } = requestsOf(client)

  return {
    createCustomer: (scope: CallScope, bankId: string, body: CustomerBody) =>
      post(scope, obpPath`/banks/${bankId}/customers`, body, ofRecord(answers.customer, { bank_id: bankId })),

    getCustomerByCustomerId: (scope: CallScope, bankId: string, customerId: string) =>
      get(scope, obpPath`/banks/${bankId}/customers/${customerId}`, answers.customer),

    getCustomerByCustomerNumber: (scope: CallScope, bankId: string, customerNumber: string) =>
      search(
        scope,
        obpPath`/banks/${bankId}/customers/customer-number`,
        { customer_number: customerNumber },
        answers.customer,
      ),

    /**
     * The customers with any of these attributes, once per match; without attributes, all customers that have any.
     * A name may occur once: the provider refuses a query that repeats one.
     */
    getCustomersByAttributes: (scope: CallScope, bankId: string, attributes: readonly AttributePair[]) =>
      get(scope, obpPath`/banks/${bankId}/customers`, answers.customers, {
        query: attributes,
        mapError: mapDanglingAttribute,
      }),

    /** By a LIKE pattern; the bank need not exist. */
    getCustomersByCustomerPhoneNumber: (scope: CallScope, bankId: string, pattern: string) =>
      search(
        scope,
        obpPath`/banks/${bankId}/search/customers/mobile-phone-number`,
        { mobile_phone_number: pattern },
        answers.customers,
      ),

    getCustomersForUser: (scope: CallScope, credential: Credential) =>
      get(scope, obpPath`/users/current/customers`, answers.customers, {
        credential,
        mapError: mapCallerError,
      }),

    /** Customers by their last OK date. */
    getFirehoseCustomers: (
      scope: CallScope,
      bankId: string,
      direction: 'ASC' | 'DESC',
      limit: number,
      offset: number,
    ) =>
      get(scope, obpPath`/banks/${bankId}/firehose/customers`, answers.customers, {
        query: firehoseQuery(direction, limit, offset),
      }),
  }
}

export type CustomerSource = ReturnType<typeof customerSource>

/** The endpoints of customers' attributes, one method each, in the provider's words. */
export function attributeSource(client: ProviderClient) {
  const { get, post, put, remove } = requestsOf(client)

  return {
    createCustomerAttribute: (scope: CallScope, bankId: string, customerId: string, body: AttributeBody) =>
      post(
        scope,
        obpPath`/banks/${bankId}/customers/${customerId}/attribute`,
        body,
        answers.attribute,
        mappedFor(body),
      ),

    getCustomerAttributes: (scope: CallScope, bankId: string, customerId: string) =>
      get(scope, obpPath`/banks/${bankId}/customers/${customerId}/attributes`, answers.attributes),

    /** The provider does not check that the attribute is the customer's. */
    getCustomerAttributeById: (scope: CallScope, bankId: string, customerId: string, attributeId: string) =>
      get(scope, obpPath`/banks/${bankId}/customers/${customerId}/attributes/${attributeId}`, answers.attribute),

    updateCustomerAttribute: (
      scope: CallScope,
      bankId: string,
      customerId: string,
      attributeId: string,
      body: AttributeBody,
    ) =>
      put(
        scope,
        obpPath`/banks/${bankId}/customers/${customerId}/attributes/${attributeId}`,
        body,
        ofRecord(answers.attribute, { customer_attribute_id: attributeId }),
        mappedFor(body),
      ),

    /** The response is the same whether the attribute existed or not, and for an attribute of any customer. */
    deleteCustomerAttribute: (scope: CallScope, bankId: string, attributeId: string) =>
      remove(scope, obpPath`/banks/${bankId}/customers/attributes/${attributeId}`),
  }
}

export type AttributeSource = ReturnType<typeof attributeSource>
