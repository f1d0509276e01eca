import type { CallScope } from '../../http/call.js'
import type { ProviderClient } from '../../http/client.js'
import { obpPath } from '../api-version.js'
import type { CustomerRef } from '../customer-ref.js'
import { requestsOf } from '../requests.js'
import { ofRecord } from '../../http/written-record.js'
import { answers, type CheckBody, type DocumentBody, type MediaBody, type StatusBody } from './contract.js'

/** The members by which the answer names what was written. */
const named = ({ bankId, id: customerId }: CustomerRef, id: string) => ({
  bank_id: bankId,
  customer_id: customerId,
  id,
})

/** The endpoints of KYC records, one method each, in the provider's words. Adding under an existing id replaces the record. */
export function kycSource(client: ProviderClient) {
  const { get, put } = requestsOf(client)

  return {
    addKycCheck: (scope: CallScope, { bankId, id }: CustomerRef, checkId: string, body: CheckBody) =>
      put(
        scope,
        obpPath`/banks/${bankId}/customers/${id}/kyc_check/${checkId}`,
        body,
        ofRecord(answers.check, named({ bankId, id }, checkId)),
      ),

    addKycDocument: (scope: CallScope, { bankId, id }: CustomerRef, documentId: string, body: DocumentBody) =>
      put(
        scope,
        obpPath`/banks/${bankId}/customers/${id}/kyc_documents/${documentId}`,
        body,
        ofRecord(answers.document, named({ bankId, id }, documentId)),
      ),

    addKycMedia: (scope: CallScope, { bankId, id }: CustomerRef, mediaId: string, body: MediaBody) =>
      put(
        scope,
        obpPath`/banks/${bankId}/customers/${id}/kyc_media/${mediaId}`,
        body,
        ofRecord(answers.media, named({ bankId, id }, mediaId)),
      ),

    addKycStatus: (scope: CallScope, { bankId, id }: CustomerRef, body: StatusBody) =>
      put(
        scope,
        obpPath`/banks/${bankId}/customers/${id}/kyc_statuses`,
        body,
        ofRecord(answers.status, { customer_id: id }),
      ),

    getKycChecks: (scope: CallScope, customerId: string) =>
      get(scope, obpPath`/customers/${customerId}/kyc_checks`, answers.checks),

    getKycDocuments: (scope: CallScope, customerId: string) =>
      get(scope, obpPath`/customers/${customerId}/kyc_documents`, answers.documents),

    getKycMedia: (scope: CallScope, customerId: string) =>
      get(scope, obpPath`/customers/${customerId}/kyc_media`, answers.medias),

    getKycStatuses: (scope: CallScope, customerId: string) =>
      get(scope, obpPath`/customers/${customerId}/kyc_statuses`, answers.statuses),
  }
}

export type KycSource = ReturnType<typeof kycSource>
