import type { CustomerAttributeDefinition } from '../../../schema/attribute-definition.js'
import { nullIfNotFound } from '../../contract/errors.js'
import type { Rows } from '../../contract/rows.js'
import { keyLoader } from '../../support/loader.js'
import { hasMember, toNodes } from '../../support/rows.js'
import { bankOf } from '../bank-access.js'
import { unreadableObpRow } from '../error-mapping.js'
import { type ObpInstance, query } from '../instance.js'
import type { ObpDefinition } from './contract.js'
import { toDefinition } from './mapping.js'

const LIST = 'attribute_definitions'

/** A bank's definitions; the provider lists every bank's, whichever bank is asked. */
export const definitions = keyLoader<ObpInstance, string, Rows<ObpDefinition> | null>(
  async ({ sources, drift }, operation, bankId) => {
    const response = await nullIfNotFound(sources.definitions.getCustomerAttributeDefinition(operation, bankId))
    const own = response && response.attributes.filter((definition) => hasMember(definition, 'bank_id', bankId))
    return own && toNodes(own, LIST, (definition) => definition, unreadableObpRow, drift)
  },
)

/** Queries of attribute definitions. */
export const definitionQueries = {
  attributeDefinitions: query<{ readonly bankId: string | null | undefined }, Rows<CustomerAttributeDefinition> | null>(
    {
      scope: 'customers:read',
      type: 'CustomerAttributeDefinition',
      async load(instance, operation, { bankId: requestedBank }) {
        const bankId = bankOf(instance, operation, requestedBank)
        const found = bankId && (await operation.loader(instance, definitions).load(bankId))
        return found ? toNodes(found, LIST, toDefinition, unreadableObpRow, instance.drift) : null
      },
    },
  ),
}
