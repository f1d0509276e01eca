import { randomUUID } from 'node:crypto'
import { BANK, OTHER_BANK } from '../../emulator/people.js'
import type { Api, EndpointRequest } from './api.js'
import { ResponseError } from './errors.js'
import { lengthOf } from '../../../schema/text.js'

const DEFINITION = {
  name: 'text',
  category: 'text',
  type: 'text',
  description: 'text',
  alias: 'text',
  can_be_seen_on_views: ['text'],
  is_active: 'flag',
} as const
const TYPES = ['STRING', 'INTEGER', 'DOUBLE', 'DATE_WITH_DAY']
const CATEGORIES = ['Customer', 'Product', 'Account', 'Transaction', 'Card']
const MAX_LENGTHS: Readonly<Record<string, number>> = {
  name: 50,
  description: 256,
  alias: 50,
  can_be_seen_on_views: 256,
}

interface StoredDefinition {
  attribute_definition_id: string
  bank_id: string
  name: string | null
  category: string | null
  type: string | null
  description: string | null
  alias: string | null
  /** Joined with semicolons. */
  can_be_seen_on_views: string
  is_active: boolean
}

const toResponse = (definition: StoredDefinition) => ({
  ...definition,
  can_be_seen_on_views: definition.can_be_seen_on_views.split(';'),
})

const seed = (attribute_definition_id: string, bank_id: string): StoredDefinition => ({
  attribute_definition_id,
  bank_id,
  name: 'SPECIAL_TAX_NUMBER',
  category: 'Customer',
  type: 'STRING',
  description: 'The number of a tax that few pay.',
  alias: 'TAX',
  can_be_seen_on_views: 'bank;owner',
  is_active: true,
})

/** Attribute definitions, by bank, category and name. */
export class Definitions {
  readonly #definitions = new Map<string, StoredDefinition>(
    [seed('definition-1', BANK), seed('definition-2', OTHER_BANK)].map((row) => [row.attribute_definition_id, row]),
  )

  #set(request: EndpointRequest, bank_id: string) {
    const { can_be_seen_on_views: views, ...body } = request.body(DEFINITION, 'AttributeDefinitionJsonV400 ')
    const invalid = (member: string, allowed: string) =>
      new ResponseError(
        400,
        `OBP-10001: Incorrect json format. The \`${member}\` filed can only accept the following field: ${allowed}`,
      )
    if (!TYPES.includes(body.type ?? ''))
      throw invalid('Type', 'DOUBLE(12.1234), STRING(TAX_NUMBER), INTEGER (123)and DATE_WITH_DAY(2012-04-23)')
    if (!CATEGORIES.includes(body.category ?? '')) throw invalid('Category', 'Customer')
    const row = { bank_id, ...body, can_be_seen_on_views: views.join(';') }
    const tooLong = Object.entries(row).some(
      ([name, value]) => typeof value === 'string' && lengthOf(value) > (MAX_LENGTHS[name] ?? Infinity),
    )
    if (tooLong) throw new ResponseError(400, 'OBP-50200: Connector cannot return the data we requested.')
    const existing = [...this.#definitions.values()].find(
      (other) => other.bank_id === bank_id && other.category === row.category && other.name === row.name,
    )
    const definition = { attribute_definition_id: existing?.attribute_definition_id ?? randomUUID(), ...row }
    this.#definitions.set(definition.attribute_definition_id, definition)
    return { status: 201, body: toResponse(definition) }
  }

  routes({ endpoint }: Api): void {
    endpoint('PUT', '/banks/:bankId/attribute-definitions/customer', (request) => {
      const bankId = request.bank()
      request.role('CanCreateCustomerAttributeDefinitionAtOneBank')
      return this.#set(request, bankId)
    })

    endpoint('GET', '/banks/:bankId/attribute-definitions/customer', (request) => {
      request.bank()
      request.role('CanGetCustomerAttributeDefinitionAtOneBank')
      return {
        status: 200,
        body: {
          attributes: [...this.#definitions.values()].filter(({ category }) => category === 'Customer').map(toResponse),
        },
      }
    })

    endpoint('DELETE', '/banks/:bankId/attribute-definitions/:definitionId/customer', (request) => {
      request.bank()
      request.role('CanDeleteCustomerAttributeDefinitionAtOneBank')
      const definition = this.#definitions.get(request.params['definitionId']!)
      if (definition?.category !== 'Customer')
        throw new ResponseError(
          400,
          'OBP-50200: Connector cannot return the data we requested. <- OBP-30071: Attribute Definition not found. Please specify a valid value for ATTRIBUTE_DEFINITION_ID.',
        )
      this.#definitions.delete(definition.attribute_definition_id)
      return { status: 200, body: { value: true } }
    })
  }
}
