import type { CustomerAttributeDefinition } from '../../../schema/attribute-definition.js'
import { keyLoader } from '../../support/loader.js'
import { query } from '../../contract/operations.js'
import { nullIfNotFound } from '../../contract/errors.js'
import type { Drift } from '../../support/mapping.js'
import type { BankAccess } from '../bank-access.js'
import type { ObpDefinition } from './contract.js'
import type { DefinitionSource } from './datasource.js'
import { toDefinition } from './mapping.js'

/** Questions about attribute definitions. The provider answers every bank's, whichever is asked. */
export function definitionLoaders(source: DefinitionSource, banks: BankAccess, drift: Drift) {
  const ofBank = keyLoader<string, ObpDefinition[] | null>(async (bankId) => {
    const answer = await nullIfNotFound(source.getCustomerAttributeDefinition(bankId))
    return answer && answer.attributes.filter((definition) => definition.bank_id === bankId)
  })

  const readings = {
    attributeDefinitions: query<{ readonly bankId: string | null | undefined }, CustomerAttributeDefinition[] | null>({
      scope: 'customers:read',
      type: 'CustomerAttributeDefinition',
      async load({ bankId: named }) {
        const bankId = banks.named(named)
        const found = bankId && (await ofBank.load(bankId))
        return found ? found.map((definition) => toDefinition(definition, drift)) : null
      },
    }),
  }

  return {
    readings,
    ofBank: ofBank.load,
    /** After a write the operation must not see what it read before. */
    forget: ofBank.clear,
  }
}

export type DefinitionLoaders = ReturnType<typeof definitionLoaders>
