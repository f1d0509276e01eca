import type { CallScope } from '../../http/call.js'
import type { ProviderClient } from '../../http/client.js'
import { obpPath } from '../api-version.js'
import { requestsOf } from '../requests.js'
import { answers, type DefinitionBody } from './contract.js'

/** The endpoints of attribute definitions, one method each, in the provider's words. */
export function definitionSource(client: ProviderClient) {
  const { get, put, remove } = requestsOf(client)

  return {
    /** By name: replaces the bank's definition of this name. */
    createOrUpdateCustomerAttributeAttributeDefinition: (scope: CallScope, bankId: string, body: DefinitionBody) =>
      put(scope, obpPath`/banks/${bankId}/attribute-definitions/customer`, body, answers.definition),

    /** Deletes a definition of any bank: the provider ignores the bank in the path. */
    deleteCustomerAttributeDefinition: (scope: CallScope, bankId: string, definitionId: string) =>
      remove(scope, obpPath`/banks/${bankId}/attribute-definitions/${definitionId}/customer`),

    /** The definitions of all banks. */
    getCustomerAttributeDefinition: (scope: CallScope, bankId: string) =>
      get(scope, obpPath`/banks/${bankId}/attribute-definitions/customer`, answers.definitions),
  }
}

export type DefinitionSource = ReturnType<typeof definitionSource>
