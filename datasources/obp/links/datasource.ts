import { type Call, type ProviderClient, path } from '../../http/client.js'
import type { OperationScope } from '../../contract/provider.js'
import { answers, type LinkBody } from './contract.js'

/** The endpoints of links between users and customers, one method each, in the provider's words. */
export function linkSource(client: ProviderClient, visit: OperationScope) {
  const send = async <T>(call: Call<T>): Promise<T> => (await client.send(visit, call)).body

  return {
    createUserCustomerLinks: (bankId: string, body: LinkBody) =>
      send({
        method: 'POST',
        path: path`/obp/v4.0.0/banks/${bankId}/user_customer_links`,
        effect: 'write',
        json: body,
        response: answers.link,
      }),

    /** Of any bank: the one in the address is not looked at. */
    deleteUserCustomerLink: (bankId: string, linkId: string) =>
      send({
        method: 'DELETE',
        path: path`/obp/v4.0.0/banks/${bankId}/user_customer_links/${linkId}`,
        effect: 'write',
        response: null,
      }),

    /** Nothing for a customer who is not there. */
    getUserCustomerLinksByCustomerId: (bankId: string, customerId: string) =>
      send({
        method: 'GET',
        path: path`/obp/v4.0.0/banks/${bankId}/user_customer_links/customers/${customerId}`,
        effect: 'read',
        response: answers.links,
      }),

    /** At every bank; nothing for a user who is not there. */
    getUserCustomerLinksByUserId: (bankId: string, userId: string) =>
      send({
        method: 'GET',
        path: path`/obp/v4.0.0/banks/${bankId}/user_customer_links/users/${userId}`,
        effect: 'read',
        response: answers.links,
      }),
  }
}

export type LinkSource = ReturnType<typeof linkSource>
