import type { CallScope } from '../../http/call.js'
import type { ProviderClient } from '../../http/client.js'
import { obpPath } from '../api-version.js'
import { requestsOf } from '../requests.js'
import { ofRecord } from '../../http/written-record.js'
import { answers, type LinkBody } from './contract.js'

/** The endpoints of links between users and customers, one method each, in the provider's words. */
export function linkSource(client: ProviderClient) {
  const { get, post, remove } = requestsOf(client)

  return {
    createUserCustomerLinks: (scope: CallScope, bankId: string, body: LinkBody) =>
      post(scope, obpPath`/banks/${bankId}/user_customer_links`, body, ofRecord(answers.link, body)),

    /** Deletes a link of any bank: the provider ignores the bank in the path. */
    deleteUserCustomerLink: (scope: CallScope, bankId: string, linkId: string) =>
      remove(scope, obpPath`/banks/${bankId}/user_customer_links/${linkId}`),

    /** An empty list for an absent customer. */
    getUserCustomerLinksByCustomerId: (scope: CallScope, bankId: string, customerId: string) =>
      get(scope, obpPath`/banks/${bankId}/user_customer_links/customers/${customerId}`, answers.links),

    /** At every bank; an empty list for an absent user. */
    getUserCustomerLinksByUserId: (scope: CallScope, bankId: string, userId: string) =>
      get(scope, obpPath`/banks/${bankId}/user_customer_links/users/${userId}`, answers.links),
  }
}

export type LinkSource = ReturnType<typeof linkSource>
