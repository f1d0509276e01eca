import type { CallScope, Path } from '../../http/call.js'
import type { ProviderClient } from '../../http/client.js'
import { obpPath } from '../api-version.js'
import type { CustomerRef } from '../customer-ref.js'
import { answers } from '../customers/contract.js'
import { requestsOf } from '../requests.js'
import { ofRecord } from '../../http/written-record.js'
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
  const put = (scope: CallScope, { bankId, id }: CustomerRef, to: Path, body: object) =>
    requests.put(scope, to, body, ofRecord(answers.customer, { bank_id: bankId, customer_id: id }))

  return {
    updateCustomerBranch: (scope: CallScope, ref: CustomerRef, body: BranchBody) =>
      put(scope, ref, obpPath`/banks/${ref.bankId}/customers/${ref.id}/branch`, body),

    updateCustomerCreditLimit: (scope: CallScope, ref: CustomerRef, body: CreditLimitBody) =>
      put(scope, ref, obpPath`/banks/${ref.bankId}/customers/${ref.id}/credit-limit`, body),

    updateCustomerCreditRatingAndSource: (scope: CallScope, ref: CustomerRef, body: CreditRatingBody) =>
      put(scope, ref, obpPath`/banks/${ref.bankId}/customers/${ref.id}/credit-rating-and-source`, body),

    updateCustomerData: (scope: CallScope, ref: CustomerRef, body: DataBody) =>
      put(scope, ref, obpPath`/banks/${ref.bankId}/customers/${ref.id}/data`, body),

    updateCustomerEmail: (scope: CallScope, ref: CustomerRef, body: EmailBody) =>
      put(scope, ref, obpPath`/banks/${ref.bankId}/customers/${ref.id}/email`, body),

    updateCustomerIdentity: (scope: CallScope, ref: CustomerRef, body: IdentityBody) =>
      put(scope, ref, obpPath`/banks/${ref.bankId}/customers/${ref.id}/identity`, body),

    updateCustomerMobileNumber: (scope: CallScope, ref: CustomerRef, body: MobileNumberBody) =>
      put(scope, ref, obpPath`/banks/${ref.bankId}/customers/${ref.id}/mobile-number`, body),

    /** Fails for a number that is taken at the bank, also by this customer. */
    updateCustomerNumber: (scope: CallScope, ref: CustomerRef, body: NumberBody) =>
      put(scope, ref, obpPath`/banks/${ref.bankId}/customers/${ref.id}/number`, body),
  }
}

export type UpdateSource = ReturnType<typeof updateSource>
