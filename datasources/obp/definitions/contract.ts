import { Type, type Static } from '@sinclair/typebox'
import { contract } from '../../http/call.js'
import { listContract } from '../../http/list-contract.js'
import { AnyList, Optional, OptionalText } from '../../support/contract-types.js'

/**
 * Open Bank Project v4.0.0: a bank's definitions of its customers' attributes.
 * Reference: https://apiexplorer.openbankproject.com/?version=OBPv4.0.0&tags=Customer
 */

const Definition = Type.Object({
  attribute_definition_id: Type.String({ minLength: 1 }),
  bank_id: Type.String(),
  name: Type.String(),
  category: Type.String(),
  type: Type.String(),
  description: OptionalText,
  alias: OptionalText,
  // No view is one empty text.
  can_be_seen_on_views: Optional(AnyList),
  is_active: Type.Boolean(),
})

export const answers = {
  definition: contract(Definition),
  definitions: listContract('attributes', Definition),
}

export type ObpDefinition = Static<typeof Definition>

export interface DefinitionBody {
  name: string
  category: 'Customer'
  type: string
  description: string
  alias: string
  can_be_seen_on_views: string[]
  is_active: boolean
}
