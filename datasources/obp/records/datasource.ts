import type { CallScope } from '../../http/call.js'
import type { ProviderClient } from '../../http/client.js'
import { obpPath } from '../api-version.js'
import type { CustomerRef } from '../customer-ref.js'
import { mapRejectedRow } from '../error-mapping.js'
import { requestsOf } from '../requests.js'
import { ofRecord } from '../../http/written-record.js'
import { type AddressBody, answers, type CreditLimitBody, type HandleBody, type TaxResidenceBody } from './contract.js'

/** The endpoints of a customer's records, one method each, in the provider's words and spellings. */
export function recordSource(client: ProviderClient) {
  const { get, post, put, remove } = requestsOf(client)
  /** The address that a write answers, of this customer. */
  const addressOf = (customerId: string, addressId?: string) =>
    ofRecord(answers.address, { customer_id: customerId, customer_address_id: addressId })
  const mapped = { mapError: mapRejectedRow }

  return {
    createCustomerAddress: (scope: CallScope, { bankId, id }: CustomerRef, body: AddressBody) =>
      post(scope, obpPath`/banks/${bankId}/customers/${id}/address`, body, addressOf(id), mapped),

    getCustomerAddresses: (scope: CallScope, { bankId, id }: CustomerRef) =>
      get(scope, obpPath`/banks/${bankId}/customers/${id}/addresses`, answers.addresses),

    /** The provider does not check that the address is the customer's. */
    updateCustomerAddress: (scope: CallScope, { bankId, id }: CustomerRef, addressId: string, body: AddressBody) =>
      put(
        scope,
        obpPath`/banks/${bankId}/customers/${id}/addresses/${addressId}`,
        body,
        addressOf(id, addressId),
        mapped,
      ),

    /** The provider does not check that the address is the customer's. */
    deleteCustomerAddress: (scope: CallScope, { bankId, id }: CustomerRef, addressId: string) =>
      remove(scope, obpPath`/banks/${bankId}/customers/${id}/addresses/${addressId}`),

    createTaxResidence: (scope: CallScope, { bankId, id }: CustomerRef, body: TaxResidenceBody) =>
      post(scope, obpPath`/banks/${bankId}/customers/${id}/tax-residence`, body, answers.taxResidence, mapped),

    getTaxResidence: (scope: CallScope, { bankId, id }: CustomerRef) =>
      get(scope, obpPath`/banks/${bankId}/customers/${id}/tax-residences`, answers.taxResidences),

    /** The provider does not check that the tax residence is the customer's. */
    deleteTaxResidence: (scope: CallScope, { bankId, id }: CustomerRef, taxResidenceId: string) =>
      remove(scope, obpPath`/banks/${bankId}/customers/${id}/tax_residencies/${taxResidenceId}`),

    /** The response confirms the addition without the row. */
    addSocialMediaHandle: (scope: CallScope, { bankId, id }: CustomerRef, body: HandleBody) =>
      post(scope, obpPath`/banks/${bankId}/customers/${id}/social_media_handles`, body, null),

    getSocialMediaHandles: (scope: CallScope, { bankId, id }: CustomerRef) =>
      get(scope, obpPath`/banks/${bankId}/customers/${id}/social_media_handles`, answers.handles),

    createCreditLimitRequest: (scope: CallScope, { bankId, id }: CustomerRef, body: CreditLimitBody) =>
      post(scope, obpPath`/banks/${bankId}/customers/${id}/credit_limit/requests`, body, answers.receipt),

    getCreditLimitRequests: (scope: CallScope, { bankId, id }: CustomerRef) =>
      get(scope, obpPath`/banks/${bankId}/customers/${id}/credit_limit/requests`, answers.creditLimitRequest),

    getCreditLimitRequestByRequestId: (scope: CallScope, { bankId, id }: CustomerRef, requestId: string) =>
      get(
        scope,
        obpPath`/banks/${bankId}/customers/${id}/credit_limit/requests/${requestId}`,
        answers.creditLimitRequest,
      ),
  }
}

export type RecordSource = ReturnType<typeof recordSource>
