import type {
  CustomerAttributeDefinition,
  DeleteCustomerAttributeDefinitionInput,
  SetCustomerAttributeDefinitionInput,
} from '../../../schema/attribute-definition.js'
import { nullIfNotFound } from '../../contract/errors.js'
import { findRow } from '../../contract/rows.js'
import { requiredBankOf } from '../bank-access.js'
import { obpError } from '../error-mapping.js'
import { command } from '../instance.js'
import { text } from '../texts.js'
import type { DefinitionBody, ObpDefinition } from './contract.js'
import { definitionBody, toDefinition } from './mapping.js'
import { definitions } from './queries.js'

/** The comparable form of a definition: its settable members in a fixed order; no view equals one empty view. */
const comparable = ({
  name,
  category,
  type,
  description,
  alias,
  can_be_seen_on_views: views,
  is_active,
}: DefinitionBody | ObpDefinition): string =>
  JSON.stringify([
    name,
    category,
    type,
    text(description),
    text(alias),
    (views ?? []).filter((view) => view !== ''),
    is_active,
  ])

/** Commands on attribute definitions. A name has one definition per bank. */
export const definitionCommands = {
  setCustomerAttributeDefinition: command<
    SetCustomerAttributeDefinitionInput,
    { definition: CustomerAttributeDefinition }
  >({
    scope: 'customers:write',
    type: 'SetCustomerAttributeDefinitionPayload',
    // A late repeat would revert a later change.
    repeatable: false,
    async readBack(instance, operation, input) {
      const bankId = requiredBankOf(instance, operation, input.bankId)
      const loader = operation.loader(instance, definitions)
      loader.clear(bankId)
      const wanted = comparable(definitionBody(input))
      const stored = await loader.load(bankId)
      const found = stored && findRow(stored, (definition) => comparable(definition) === wanted)
      return found ? { definition: toDefinition(found, instance.drift) } : null
    },
    async run(instance, operation, input) {
      const bankId = requiredBankOf(instance, operation, input.bankId)
      const stored = await instance.sources.definitions
        .createOrUpdateCustomerAttributeAttributeDefinition(operation, bankId, definitionBody(input))
        .finally(() => operation.loader(instance, definitions).clear(bankId))
      // The write was executed, so this is no error that says that nothing was.
      if (stored.type !== String(input.type))
        throw obpError('OUTCOME_UNKNOWN', 'The provider answered another definition than it was told.')
      return { definition: toDefinition(stored, instance.drift) }
    },
  }),

  deleteCustomerAttributeDefinition: command<DeleteCustomerAttributeDefinitionInput, { deletedId: string }>({
    scope: 'customers:write',
    type: 'DeleteCustomerAttributeDefinitionPayload',
    repeatable: true,
    async run(instance, operation, { definitionId, bankId: requestedBank }, { isRetry }) {
      const bankId = requiredBankOf(instance, operation, requestedBank)
      const loader = operation.loader(instance, definitions)
      const stored = await loader.load(bankId)
      if (stored && findRow(stored, ({ attribute_definition_id: id }) => id === definitionId)) {
        const deletion = instance.sources.definitions
          .deleteCustomerAttributeDefinition(operation, bankId, definitionId)
          .finally(() => loader.clear(bankId))
        await (isRetry ? nullIfNotFound(deletion) : deletion)
      } else if (!isRetry) throw obpError('NOT_FOUND', 'The bank has no such definition.')
      return { deletedId: definitionId }
    },
  }),
}
