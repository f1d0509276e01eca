import {
  type Call,
  type ProviderClient,
  type Contract,
  path,
  type Path,
  type ErrorResponse,
  type ErrorMapping,
} from '../../http/client.js'
import type { OperationScope } from '../../contract/provider.js'
import type { CustomerRef } from '../bank-access.js'
import { mapError } from '../error-mapping.js'
import { type AddressBody, answers, type CreditLimitBody, type HandleBody, type TaxResidenceBody } from './contract.js'

/** Where a row is written, this code alone says that the store would not take it: nothing was done. */
function rowRefused(refused: ErrorResponse): ErrorMapping {
  const reading = mapError(refused)
  return refused.status === 400 && reading.providerCode === 'OBP-50200'
    ? { ...reading, code: 'BAD_USER_INPUT', notExecuted: true }
    : reading
}

/** The endpoints of what hangs off one customer, one method each, in the provider's words and its many spellings. */
export function recordSource(client: ProviderClient, visit: OperationScope) {
  const send = async <T>(call: Call<T>): Promise<T> => (await client.send(visit, call)).body
  const get = <T>(from: Path, answer: Contract<T>) =>
    send({ method: 'GET', path: from, effect: 'read', response: answer })
  const post = <T>(to: Path, json: object, answer: Contract<T>, refused?: typeof rowRefused) =>
    send({ method: 'POST', path: to, effect: 'write', json, response: answer, mapError: refused })
  // What is answered differs between versions; the status says all.
  const remove = (from: Path) => send({ method: 'DELETE', path: from, effect: 'write', response: null })

  return {
    createCustomerAddress: ({ bankId, id }: CustomerRef, body: AddressBody) =>
      post(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/address`, body, answers.address, rowRefused),

    getCustomerAddresses: ({ bankId, id }: CustomerRef) =>
      get(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/addresses`, answers.addresses),

    /** Whosever the address is. */
    updateCustomerAddress: ({ bankId, id }: CustomerRef, addressId: string, body: AddressBody) =>
      send({
        method: 'PUT',
        path: path`/obp/v4.0.0/banks/${bankId}/customers/${id}/addresses/${addressId}`,
        effect: 'write',
        json: body,
        response: answers.address,
        mapError: rowRefused,
      }),

    /** Whosever the address is. */
    deleteCustomerAddress: ({ bankId, id }: CustomerRef, addressId: string) =>
      remove(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/addresses/${addressId}`),

    createTaxResidence: ({ bankId, id }: CustomerRef, body: TaxResidenceBody) =>
      post(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/tax-residence`, body, answers.taxResidence, rowRefused),

    getTaxResidence: ({ bankId, id }: CustomerRef) =>
      get(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/tax-residences`, answers.taxResidences),

    /** Whosever the tax residence is. */
    deleteTaxResidence: ({ bankId, id }: CustomerRef, taxResidenceId: string) =>
      remove(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/tax_residencies/${taxResidenceId}`),

    /** Says that it was added, and nothing of what. */
    addSocialMediaHandle: ({ bankId, id }: CustomerRef, body: HandleBody) =>
      send({
        method: 'POST',
        path: path`/obp/v4.0.0/banks/${bankId}/customers/${id}/social_media_handles`,
        effect: 'write',
        json: body,
        response: null,
      }),

    getSocialMediaHandles: ({ bankId, id }: CustomerRef) =>
      get(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/social_media_handles`, answers.handles),

    createCreditLimitRequest: ({ bankId, id }: CustomerRef, body: CreditLimitBody) =>
      post(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/credit_limit/requests`, body, answers.receipt),

    getCreditLimitRequests: ({ bankId, id }: CustomerRef) =>
      get(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/credit_limit/requests`, answers.creditLimitRequest),

    getCreditLimitRequestByRequestId: ({ bankId, id }: CustomerRef, requestId: string) =>
      get(
        path`/obp/v4.0.0/banks/${bankId}/customers/${id}/credit_limit/requests/${requestId}`,
        answers.creditLimitRequest,
      ),
  }
}

export type RecordSource = ReturnType<typeof recordSource>
