import { type ProviderClient, path, type Path } from '../../http/client.js'
import type { OperationScope } from '../../contract/provider.js'
import type { CustomerRef } from '../bank-access.js'
import { answers } from '../customers/contract.js'
import type {
  BranchBody,
  CreditLimitBody,
  CreditRatingBody,
  DataBody,
  EmailBody,
  IdentityBody,
  MobileNumberBody,
  NumberBody,
} from './contract.js'

/** The endpoints that change a part of a customer, one method each, in the provider's words. They find the customer at any bank. */
export function updateSource(client: ProviderClient, visit: OperationScope) {
  const put = async (to: Path, json: object) =>
    (await client.send(visit, { method: 'PUT', path: to, effect: 'write', json, response: answers.customer })).body

  return {
    updateCustomerBranch: ({ bankId, id }: CustomerRef, body: BranchBody) =>
      put(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/branch`, body),
    updateCustomerCreditLimit: ({ bankId, id }: CustomerRef, body: CreditLimitBody) =>
      put(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/credit-limit`, body),
    updateCustomerCreditRatingAndSource: ({ bankId, id }: CustomerRef, body: CreditRatingBody) =>
      put(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/credit-rating-and-source`, body),
    updateCustomerData: ({ bankId, id }: CustomerRef, body: DataBody) =>
      put(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/data`, body),
    updateCustomerEmail: ({ bankId, id }: CustomerRef, body: EmailBody) =>
      put(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/email`, body),
    updateCustomerIdentity: ({ bankId, id }: CustomerRef, body: IdentityBody) =>
      put(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/identity`, body),
    updateCustomerMobileNumber: ({ bankId, id }: CustomerRef, body: MobileNumberBody) =>
      put(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/mobile-number`, body),
    /** Refuses a number that is taken at the bank, also by this customer. */
    updateCustomerNumber: ({ bankId, id }: CustomerRef, body: NumberBody) =>
      put(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/number`, body),
  }
}

export type UpdateSource = ReturnType<typeof updateSource>
