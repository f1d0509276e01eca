import { type Call, type ProviderClient, type Contract, path, type Path } from '../../http/client.js'
import type { OperationScope } from '../../contract/provider.js'
import type { CustomerRef } from '../bank-access.js'
import { answers, type CheckBody, type DocumentBody, type MediaBody, type StatusBody } from './contract.js'

/** The endpoints of KYC records, one method each, in the provider's words. What is added under an id replaces what has it. */
export function kycSource(client: ProviderClient, visit: OperationScope) {
  const send = async <T>(call: Call<T>): Promise<T> => (await client.send(visit, call)).body
  const put = <T>(to: Path, json: object, answer: Contract<T>) =>
    send({ method: 'PUT', path: to, effect: 'write', json, response: answer })
  const get = <T>(from: Path, answer: Contract<T>) =>
    send({ method: 'GET', path: from, effect: 'read', response: answer })

  return {
    addKycCheck: ({ bankId, id }: CustomerRef, checkId: string, body: CheckBody) =>
      put(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/kyc_check/${checkId}`, body, answers.check),

    addKycDocument: ({ bankId, id }: CustomerRef, documentId: string, body: DocumentBody) =>
      put(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/kyc_documents/${documentId}`, body, answers.document),

    addKycMedia: ({ bankId, id }: CustomerRef, mediaId: string, body: MediaBody) =>
      put(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/kyc_media/${mediaId}`, body, answers.media),

    addKycStatus: ({ bankId, id }: CustomerRef, body: StatusBody) =>
      put(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/kyc_statuses`, body, answers.status),

    getKycChecks: (customerId: string) => get(path`/obp/v4.0.0/customers/${customerId}/kyc_checks`, answers.checks),
    getKycDocuments: (customerId: string) =>
      get(path`/obp/v4.0.0/customers/${customerId}/kyc_documents`, answers.documents),
    getKycMedia: (customerId: string) => get(path`/obp/v4.0.0/customers/${customerId}/kyc_media`, answers.medias),
    getKycStatuses: (customerId: string) =>
      get(path`/obp/v4.0.0/customers/${customerId}/kyc_statuses`, answers.statuses),
  }
}

export type KycSource = ReturnType<typeof kycSource>
