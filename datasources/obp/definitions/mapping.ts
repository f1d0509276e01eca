import { AttributeType } from '../../../schema/customer-attribute.js'
import type {
  CustomerAttributeDefinition,
  SetCustomerAttributeDefinitionInput,
} from '../../../schema/attribute-definition.js'
import { type Drift, textsOf, toEnum } from '../../support/mapping.js'
import { obpError } from '../error-mapping.js'
import { text } from '../texts.js'
import type { DefinitionBody, ObpDefinition } from './contract.js'

export function toDefinition(definition: ObpDefinition, drift: Drift): CustomerAttributeDefinition {
  const type = toEnum(AttributeType, definition.type, 'attribute_definition.type', drift)
  // The type is non-null in the graph, and leaving the definition out would say that it does not exist.
  if (type === null) throw obpError('PROVIDER_MALFORMED', 'A definition is of a type that this graph does not know.')
  return {
    id: definition.attribute_definition_id,
    bankId: definition.bank_id,
    name: definition.name,
    category: definition.category,
    type,
    description: text(definition.description),
    alias: text(definition.alias),
    canBeSeenOnViews: textsOf(definition.can_be_seen_on_views, 'attribute_definition.views', drift).filter(
      (view) => view !== '',
    ),
    isActive: definition.is_active,
  }
}

export const definitionBody = (input: SetCustomerAttributeDefinitionInput): DefinitionBody => ({
  name: input.name,
  category: 'Customer',
  type: input.type,
  description: input.description,
  alias: input.alias,
  can_be_seen_on_views: input.canBeSeenOnViews,
  is_active: input.isActive,
})
