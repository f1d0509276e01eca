import { type Client, path, type Path } from '../../http/client.js'
import type { Visit } from '../../contract/provider.js'
import type { Place } from '../bank-access.js'
import { answers } from '../customers/contract.js'
import type { BranchBody, CreditLimitBody, CreditRatingBody, DataBody, EmailBody, IdentityBody, MobileNumberBody, NumberBody } from './contract.js'

/** The endpoints that change a part of a customer, one method each, in the provider's words. They find the customer at any bank. */
export function updateSource(client: Client, visit: Visit) {
  const put = async (to: Path, json: object) => (await client.send(visit, { method: 'PUT', path: to, effect: 'write', json, answer: answers.customer })).body

  return {
    updateCustomerBranch: ({ bankId, id }: Place, body: BranchBody) => put(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/branch`, body),
    updateCustomerCreditLimit: ({ bankId, id }: Place, body: CreditLimitBody) => put(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/credit-limit`, body),
    updateCustomerCreditRatingAndSource: ({ bankId, id }: Place, body: CreditRatingBody) =>
      put(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/credit-rating-and-source`, body),
    updateCustomerData: ({ bankId, id }: Place, body: DataBody) => put(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/data`, body),
    updateCustomerEmail: ({ bankId, id }: Place, body: EmailBody) => put(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/email`, body),
    updateCustomerIdentity: ({ bankId, id }: Place, body: IdentityBody) => put(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/identity`, body),
    updateCustomerMobileNumber: ({ bankId, id }: Place, body: MobileNumberBody) => put(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/mobile-number`, body),
    /** Refuses a number that is taken at the bank, also by this customer. */
    updateCustomerNumber: ({ bankId, id }: Place, body: NumberBody) => put(path`/obp/v4.0.0/banks/${bankId}/customers/${id}/number`, body),
  }
}

export type UpdateSource = ReturnType<typeof updateSource>
