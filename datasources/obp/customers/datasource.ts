import {
  type Call,
  type ProviderClient,
  type Credential,
  path,
  type ErrorResponse,
  type ErrorMapping,
} from '../../http/client.js'
import type { OperationScope } from '../../contract/provider.js'
import { mapError } from '../error-mapping.js'
import { answers, type AttributeBody, type CustomerBody } from './contract.js'

/** Which customers of a bank are listed, and in which order. */
export interface FirehoseWindow {
  readonly sort_direction: 'ASC' | 'DESC'
  /** Both with milliseconds. */
  readonly from_date: string
  readonly to_date: string
}

/** An attribute of a customer who is gone makes the whole list fail, which does not mean that there is nobody. */
function danglingAttribute(refused: ErrorResponse): ErrorMapping {
  const reading = mapError(refused)
  return reading.providerCode === 'OBP-30046' ? { ...reading, code: 'PROVIDER_UNAVAILABLE' } : reading
}

/** The endpoints of customers and their attributes, one method each, in the provider's words. */
export function customerSource(client: ProviderClient, visit: OperationScope) {
  const send = async <T>(call: Call<T>): Promise<T> => (await client.send(visit, call)).body

  return {
    createCustomer: (bankId: string, body: CustomerBody) =>
      send({
        method: 'POST',
        path: path`/obp/v4.0.0/banks/${bankId}/customers`,
        effect: 'write',
        json: body,
        response: answers.customer,
      }),

    getCustomerByCustomerId: (bankId: string, customerId: string) =>
      send({
        method: 'GET',
        path: path`/obp/v4.0.0/banks/${bankId}/customers/${customerId}`,
        effect: 'read',
        response: answers.customer,
      }),

    getCustomerByCustomerNumber: (bankId: string, customerNumber: string) =>
      send({
        method: 'POST',
        path: path`/obp/v4.0.0/banks/${bankId}/customers/customer-number`,
        effect: 'read',
        json: { customer_number: customerNumber },
        response: answers.customer,
      }),

    /** Who has any of these attributes, once for each that fits; without one, everybody who has any at all. */
    getCustomersByAttributes: (bankId: string, attributes: readonly (readonly [name: string, value: string])[]) =>
      send({
        method: 'GET',
        path: path`/obp/v4.0.0/banks/${bankId}/customers`,
        effect: 'read',
        query: attributes,
        response: answers.customers,
        mapError: danglingAttribute,
      }),

    /** By a LIKE pattern; the bank need not exist. */
    getCustomersByCustomerPhoneNumber: (bankId: string, pattern: string) =>
      send({
        method: 'POST',
        path: path`/obp/v4.0.0/banks/${bankId}/search/customers/mobile-phone-number`,
        effect: 'read',
        json: { mobile_phone_number: pattern },
        response: answers.customers,
      }),

    getCustomersForUser: (credential: Credential) =>
      send({
        method: 'GET',
        path: path`/obp/v4.0.0/users/current/customers`,
        effect: 'read',
        credential,
        response: answers.customers,
      }),

    getFirehoseCustomers: (bankId: string, window: FirehoseWindow, limit: number, offset: number) =>
      send({
        method: 'GET',
        path: path`/obp/v4.0.0/banks/${bankId}/firehose/customers`,
        effect: 'read',
        query: [...Object.entries(window), ['limit', String(limit)], ['offset', String(offset)]],
        response: answers.customers,
      }),

    createCustomerAttribute: (bankId: string, customerId: string, body: AttributeBody) =>
      send({
        method: 'POST',
        path: path`/obp/v4.0.0/banks/${bankId}/customers/${customerId}/attribute`,
        effect: 'write',
        json: body,
        response: answers.attribute,
      }),

    getCustomerAttributes: (bankId: string, customerId: string) =>
      send({
        method: 'GET',
        path: path`/obp/v4.0.0/banks/${bankId}/customers/${customerId}/attributes`,
        effect: 'read',
        response: answers.attributes,
      }),

    /** Whosever it is. */
    getCustomerAttributeById: (bankId: string, customerId: string, attributeId: string) =>
      send({
        method: 'GET',
        path: path`/obp/v4.0.0/banks/${bankId}/customers/${customerId}/attributes/${attributeId}`,
        effect: 'read',
        response: answers.attribute,
      }),

    updateCustomerAttribute: (bankId: string, customerId: string, attributeId: string, body: AttributeBody) =>
      send({
        method: 'PUT',
        path: path`/obp/v4.0.0/banks/${bankId}/customers/${customerId}/attributes/${attributeId}`,
        effect: 'write',
        json: body,
        response: answers.attribute,
      }),

    /** Says the same whether there was one or not, and whosever it was. */
    deleteCustomerAttribute: (bankId: string, attributeId: string) =>
      send({
        method: 'DELETE',
        path: path`/obp/v4.0.0/banks/${bankId}/customers/attributes/${attributeId}`,
        effect: 'write',
        response: null,
      }),
  }
}

export type CustomerSource = ReturnType<typeof customerSource>
