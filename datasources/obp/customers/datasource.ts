import { type CallScope, type Credential, type ErrorMapping, type ErrorResponse, path } from '../../http/call.js'
import type { ProviderClient } from '../../http/client.js'
import { mapError } from '../error-mapping.js'
import { requestsOf } from '../requests.js'
import { answers, type AttributeBody, type CustomerBody, type FirehoseWindow } from './contract.js'

/** An attribute of a deleted customer makes the whole list fail; that does not mean that no customer matches. */
function mapDanglingAttribute(response: ErrorResponse): ErrorMapping {
  const mapping = mapError(response)
  return mapping.providerCode === 'OBP-30046' ? { ...mapping, code: 'PROVIDER_UNAVAILABLE' } : mapping
}

/** The endpoints of customers, one method each, in the provider's words. */
export function customerSource(client: ProviderClient) {
  const { get, post, search } = requestsOf(client)

  return {
    createCustomer: (scope: CallScope, bankId: string, body: CustomerBody) =>
      post(scope, path`/obp/v4.0.0/banks/${bankId}/customers`, body, answers.customer),

    getCustomerByCustomerId: (scope: CallScope, bankId: string, customerId: string) =>
      get(scope, path`/obp/v4.0.0/banks/${bankId}/customers/${customerId}`, answers.customer),

    getCustomerByCustomerNumber: (scope: CallScope, bankId: string, customerNumber: string) =>
      search(
        scope,
        path`/obp/v4.0.0/banks/${bankId}/customers/customer-number`,
        { customer_number: customerNumber },
        answers.customer,
      ),

    /** The customers with any of these attributes, once per match; without attributes, all customers that have any. */
    getCustomersByAttributes: (
      scope: CallScope,
      bankId: string,
      attributes: readonly (readonly [name: string, value: string])[],
    ) =>
      get(scope, path`/obp/v4.0.0/banks/${bankId}/customers`, answers.customers, {
        query: attributes,
        mapError: mapDanglingAttribute,
      }),

    /** By a LIKE pattern; the bank need not exist. */
    getCustomersByCustomerPhoneNumber: (scope: CallScope, bankId: string, pattern: string) =>
      search(
        scope,
        path`/obp/v4.0.0/banks/${bankId}/search/customers/mobile-phone-number`,
        { mobile_phone_number: pattern },
        answers.customers,
      ),

    getCustomersForUser: (scope: CallScope, credential: Credential) =>
      get(scope, path`/obp/v4.0.0/users/current/customers`, answers.customers, { credential }),

    getFirehoseCustomers: (scope: CallScope, bankId: string, window: FirehoseWindow, limit: number, offset: number) =>
      get(scope, path`/obp/v4.0.0/banks/${bankId}/firehose/customers`, answers.customers, {
        query: [...Object.entries(window), ['limit', String(limit)], ['offset', String(offset)]],
      }),
  }
}

export type CustomerSource = ReturnType<typeof customerSource>

/** The endpoints of customers' attributes, one method each, in the provider's words. */
export function attributeSource(client: ProviderClient) {
  const { get, post, put, remove } = requestsOf(client)

  return {
    createCustomerAttribute: (scope: CallScope, bankId: string, customerId: string, body: AttributeBody) =>
      post(scope, path`/obp/v4.0.0/banks/${bankId}/customers/${customerId}/attribute`, body, answers.attribute),

    getCustomerAttributes: (scope: CallScope, bankId: string, customerId: string) =>
      get(scope, path`/obp/v4.0.0/banks/${bankId}/customers/${customerId}/attributes`, answers.attributes),

    /** The provider does not check that the attribute is the customer's. */
    getCustomerAttributeById: (scope: CallScope, bankId: string, customerId: string, attributeId: string) =>
      get(
        scope,
        path`/obp/v4.0.0/banks/${bankId}/customers/${customerId}/attributes/${attributeId}`,
        answers.attribute,
      ),

    updateCustomerAttribute: (
      scope: CallScope,
      bankId: string,
      customerId: string,
      attributeId: string,
      body: AttributeBody,
    ) =>
      put(
        scope,
        path`/obp/v4.0.0/banks/${bankId}/customers/${customerId}/attributes/${attributeId}`,
        body,
        answers.attribute,
      ),

    /** The response is the same whether the attribute existed or not, and for an attribute of any customer. */
    deleteCustomerAttribute: (scope: CallScope, bankId: string, attributeId: string) =>
      remove(scope, path`/obp/v4.0.0/banks/${bankId}/customers/attributes/${attributeId}`),
  }
}

export type AttributeSource = ReturnType<typeof attributeSource>
