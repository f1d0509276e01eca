import type {
  CustomerAttributeDefinition,
  DeleteCustomerAttributeDefinitionInput,
  SetCustomerAttributeDefinitionInput,
} from '../../../schema/attribute-definition.js'
import { command } from '../../contract/operations.js'
import { nullIfNotFound } from '../../contract/errors.js'
import type { Drift } from '../../support/mapping.js'
import type { BankAccess } from '../bank-access.js'
import { obpError } from '../error-mapping.js'
import { text } from '../codecs.js'
import type { DefinitionBody, ObpDefinition } from './contract.js'
import type { DefinitionSource } from './datasource.js'
import type { DefinitionLoaders } from './queries.js'
import { definitionBody, toDefinition } from './mapping.js'

/** A definition as far as it is set, in one order; no view and one empty view are the same. */
const seen = ({
  name,
  category,
  type,
  description,
  alias,
  can_be_seen_on_views: views,
  is_active,
}: DefinitionBody | ObpDefinition) => [
  name,
  category,
  type,
  text(description),
  text(alias),
  views.filter((view) => view !== ''),
  is_active,
]

/** Writes of attribute definitions. A name has one definition at a bank. */
export function definitionCommands(
  source: DefinitionSource,
  banks: BankAccess,
  definitions: DefinitionLoaders,
  drift: Drift,
) {
  return {
    setCustomerAttributeDefinition: command<
      SetCustomerAttributeDefinitionInput,
      { definition: CustomerAttributeDefinition }
    >({
      scope: 'customers:write',
      type: 'SetCustomerAttributeDefinitionPayload',
      // A late repeat would take back what was set since.
      repeatable: false,
      async readBack(input) {
        const bankId = banks.required(input.bankId)
        definitions.forget(bankId)
        const wanted = JSON.stringify(seen(definitionBody(input)))
        const found = (await definitions.ofBank(bankId))?.find(
          (definition) => JSON.stringify(seen(definition)) === wanted,
        )
        return found ? { definition: toDefinition(found, drift) } : null
      },
      async run(input) {
        const bankId = banks.required(input.bankId)
        try {
          const answered = await source.createOrUpdateCustomerAttributeAttributeDefinition(
            bankId,
            definitionBody(input),
          )
          // It was carried out somehow, so it must not read as a write that did nothing.
          if (answered.type !== String(input.type))
            throw obpError('OUTCOME_UNKNOWN', 'The provider answered another definition than it was told.')
          return { definition: toDefinition(answered, drift) }
        } finally {
          definitions.forget(bankId)
        }
      },
    }),

    deleteCustomerAttributeDefinition: command<DeleteCustomerAttributeDefinitionInput, { deletedId: string }>({
      scope: 'customers:write',
      type: 'DeleteCustomerAttributeDefinitionPayload',
      repeatable: true,
      async run({ definitionId, bankId: named }, { isRetry }) {
        const bankId = banks.required(named)
        const found = (await definitions.ofBank(bankId))?.some(({ attribute_definition_id: id }) => id === definitionId)
        if (!found) {
          if (isRetry) return { deletedId: definitionId }
          throw obpError('NOT_FOUND', 'The bank has no such definition.')
        }
        try {
          const sent = source.deleteCustomerAttributeDefinition(bankId, definitionId)
          await (isRetry ? nullIfNotFound(sent) : sent)
          return { deletedId: definitionId }
        } finally {
          definitions.forget(bankId)
        }
      },
    }),
  }
}
