import type { CustomerAttributeDefinition } from '../../../schema/attribute-definition.js'
import { nullIfNotFound } from '../../contract/errors.js'
import { keyLoader } from '../../support/loader.js'
import { bankOf } from '../bank-access.js'
import { type ObpInstance, query } from '../instance.js'
import type { ObpDefinition } from './contract.js'
import { toDefinition } from './mapping.js'

/** A bank's definitions; the provider lists every bank's, whichever bank is asked. */
export const definitions = keyLoader<ObpInstance, string, ObpDefinition[] | null>(
  async ({ sources }, operation, bankId) => {
    const response = await nullIfNotFound(sources.definitions.getCustomerAttributeDefinition(operation, bankId))
    return response && response.attributes.filter((definition) => definition.bank_id === bankId)
  },
)

/** Queries of attribute definitions. */
export const definitionQueries = {
  attributeDefinitions: query<{ readonly bankId: string | null | undefined }, CustomerAttributeDefinition[] | null>({
    scope: 'customers:read',
    type: 'CustomerAttributeDefinition',
    async load(instance, operation, { bankId: requestedBank }) {
      const bankId = bankOf(instance, operation, requestedBank)
      const found = bankId && (await operation.loader(instance, definitions).load(bankId))
      return found ? found.map((definition) => toDefinition(definition, instance.drift)) : null
    },
  }),
}
