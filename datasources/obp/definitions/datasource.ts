import { type Call, type ProviderClient, path } from '../../http/client.js'
import type { OperationScope } from '../../contract/provider.js'
import { answers, type DefinitionBody } from './contract.js'

/** The endpoints of attribute definitions, one method each, in the provider's words. */
export function definitionSource(client: ProviderClient, visit: OperationScope) {
  const send = async <T>(call: Call<T>): Promise<T> => (await client.send(visit, call)).body

  return {
    /** By name: what the bank has under it is replaced. */
    createOrUpdateCustomerAttributeAttributeDefinition: (bankId: string, body: DefinitionBody) =>
      send({
        method: 'PUT',
        path: path`/obp/v4.0.0/banks/${bankId}/attribute-definitions/customer`,
        effect: 'write',
        json: body,
        response: answers.definition,
      }),

    /** Of any bank: the one in the address is not looked at. */
    deleteCustomerAttributeDefinition: (bankId: string, definitionId: string) =>
      send({
        method: 'DELETE',
        path: path`/obp/v4.0.0/banks/${bankId}/attribute-definitions/${definitionId}/customer`,
        effect: 'write',
        response: null,
      }),

    /** Those of all banks. */
    getCustomerAttributeDefinition: (bankId: string) =>
      send({
        method: 'GET',
        path: path`/obp/v4.0.0/banks/${bankId}/attribute-definitions/customer`,
        effect: 'read',
        response: answers.definitions,
      }),
  }
}

export type DefinitionSource = ReturnType<typeof definitionSource>
