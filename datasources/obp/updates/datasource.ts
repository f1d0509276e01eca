import type { CallScope, Path } from '../../http/call.js'
import type { ProviderClient } from '../../http/client.js'
import { obpPath } from '../api-version.js'
import type { CustomerRef } from '../customer-ref.js'
import { answers } from '../customers/contract.js'
import { requestsOf } from '../requests.js'
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
export function updateSource(client: ProviderClient) {
  const requests = requestsOf(client)
  const put = (scope: CallScope, to: Path, body: object) => requests.put(scope, to, body, answers.customer)

  return {
    updateCustomerBranch: (scope: CallScope, { bankId, id }: CustomerRef, body: BranchBody) =>
      put(scope, obpPath`/banks/${bankId}/customers/${id}/branch`, body),

    updateCustomerCreditLimit: (scope: CallScope, { bankId, id }: CustomerRef, body: CreditLimitBody) =>
      put(scope, obpPath`/banks/${bankId}/customers/${id}/credit-limit`, body),

    updateCustomerCreditRatingAndSource: (scope: CallScope, { bankId, id }: CustomerRef, body: CreditRatingBody) =>
      put(scope, obpPath`/banks/${bankId}/customers/${id}/credit-rating-and-source`, body),

    updateCustomerData: (scope: CallScope, { bankId, id }: CustomerRef, body: DataBody) =>
      put(scope, obpPath`/banks/${bankId}/customers/${id}/data`, body),

    updateCustomerEmail: (scope: CallScope, { bankId, id }: CustomerRef, body: EmailBody) =>
      put(scope, obpPath`/banks/${bankId}/customers/${id}/email`, body),

    updateCustomerIdentity: (scope: CallScope, { bankId, id }: CustomerRef, body: IdentityBody) =>
      put(scope, obpPath`/banks/${bankId}/customers/${id}/identity`, body),

    updateCustomerMobileNumber: (scope: CallScope, { bankId, id }: CustomerRef, body: MobileNumberBody) =>
      put(scope, obpPath`/banks/${bankId}/customers/${id}/mobile-number`, body),

    /** Fails for a number that is taken at the bank, also by this customer. */
    updateCustomerNumber: (scope: CallScope, { bankId, id }: CustomerRef, body: NumberBody) =>
      put(scope, obpPath`/banks/${bankId}/customers/${id}/number`, body),
  }
}

export type UpdateSource = ReturnType<typeof updateSource>
