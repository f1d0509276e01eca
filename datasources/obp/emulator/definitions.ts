import { randomUUID } from 'node:crypto'
import { BANK, OTHER_BANK } from '../../emulator/people.js'
import { type Api, type Asked, Refused } from './api.js'

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
const LONGEST: Readonly<Record<string, number>> = { name: 50, description: 256, alias: 50, can_be_seen_on_views: 256 }

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

const printed = (definition: StoredDefinition) => ({
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

/** What banks say of attributes, by bank, category and name. */
export class Definitions {
  readonly #definitions = new Map<string, StoredDefinition>(
    [seed('definition-1', BANK), seed('definition-2', OTHER_BANK)].map((row) => [row.attribute_definition_id, row]),
  )

  #set(asked: Asked, bank_id: string) {
    const { can_be_seen_on_views: views, ...body } = asked.body(DEFINITION, 'AttributeDefinitionJsonV400 ')
    const refuse = (member: string, allowed: string) =>
      new Refused(
        400,
        `OBP-10001: Incorrect json format. The \`${member}\` filed can only accept the following field: ${allowed}`,
      )
    if (!TYPES.includes(body.type ?? ''))
      throw refuse('Type', 'DOUBLE(12.1234), STRING(TAX_NUMBER), INTEGER (123)and DATE_WITH_DAY(2012-04-23)')
    if (!CATEGORIES.includes(body.category ?? '')) throw refuse('Category', 'Customer')
    const row = { bank_id, ...body, can_be_seen_on_views: views.join(';') }
    const tooLong = Object.entries(row).some(
      ([name, value]) => typeof value === 'string' && value.length > (LONGEST[name] ?? Infinity),
    )
    if (tooLong) throw new Refused(400, 'OBP-50200: Connector cannot return the data we requested.')
    const before = [...this.#definitions.values()].find(
      (other) => other.bank_id === bank_id && other.category === row.category && other.name === row.name,
    )
    const definition = { attribute_definition_id: before?.attribute_definition_id ?? randomUUID(), ...row }
    this.#definitions.set(definition.attribute_definition_id, definition)
    return { status: 201, body: printed(definition) }
  }

  routes({ endpoint }: Api): void {
    endpoint('PUT', '/banks/:bankId/attribute-definitions/customer', (asked) => {
      const bankId = asked.bank()
      asked.role('CanCreateCustomerAttributeDefinitionAtOneBank')
      return this.#set(asked, bankId)
    })

    endpoint('GET', '/banks/:bankId/attribute-definitions/customer', (asked) => {
      asked.bank()
      asked.role('CanGetCustomerAttributeDefinitionAtOneBank')
      return {
        status: 200,
        body: {
          attributes: [...this.#definitions.values()].filter(({ category }) => category === 'Customer').map(printed),
        },
      }
    })

    endpoint('DELETE', '/banks/:bankId/attribute-definitions/:definitionId/customer', (asked) => {
      asked.bank()
      asked.role('CanDeleteCustomerAttributeDefinitionAtOneBank')
      const definition = this.#definitions.get(asked.params['definitionId']!)
      if (definition?.category !== 'Customer')
        throw new Refused(
          400,
          'OBP-50200: Connector cannot return the data we requested. <- OBP-30071: Attribute Definition not found. Please specify a valid value for ATTRIBUTE_DEFINITION_ID.',
        )
      this.#definitions.delete(definition.attribute_definition_id)
      return { status: 200, body: { value: true } }
    })
  }
}
