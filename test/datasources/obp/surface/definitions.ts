import { BANK } from '../../../../datasources/emulator/people.js'
import type { SurfaceRow } from './row.js'

const DEFINITIONS = `/obp/v4.0.0/banks/${BANK}/attribute-definitions`
const DEFINITION = {
  name: 'SHOE_SIZE',
  type: 'INTEGER',
  description: 'Of the left foot.',
  alias: 'SHOE',
  canBeSeenOnViews: ['bank', 'owner'],
  isActive: true,
}
const SET =
  'mutation($input: SetCustomerAttributeDefinitionInput!) { setCustomerAttributeDefinition(input: $input) { definition { id bankId name category type description alias canBeSeenOnViews isActive } } }'

export const definitionsRows: SurfaceRow[] = [
  {
    n: 10,
    operation: 'createOrUpdateCustomerAttributeAttributeDefinition',
    query: SET,
    variables: { input: DEFINITION },
    request: () => ({
      method: 'PUT',
      path: `${DEFINITIONS}/customer`,
      body: {
        name: 'SHOE_SIZE',
        category: 'Customer',
        type: 'INTEGER',
        description: 'Of the left foot.',
        alias: 'SHOE',
        can_be_seen_on_views: ['bank', 'owner'],
        is_active: true,
      },
    }),
    data: { setCustomerAttributeDefinition: { definition: { ...DEFINITION, bankId: BANK, category: 'Customer' } } },
  },
  {
    n: 13,
    operation: 'deleteCustomerAttributeDefinition',
    query:
      'mutation($input: DeleteCustomerAttributeDefinitionInput!) { deleteCustomerAttributeDefinition(input: $input) { replayed } }',
    async variables(app) {
      const { data } = await app.run(SET, { input: { ...DEFINITION, name: 'GOING' } })
      return { input: { definitionId: data.setCustomerAttributeDefinition.definition.id } }
    },
    request: ({ input }) => ({ method: 'DELETE', path: `${DEFINITIONS}/${input.definitionId}/customer` }),
    data: { deleteCustomerAttributeDefinition: { replayed: false } },
  },
  {
    n: 21,
    operation: 'getCustomerAttributeDefinition',
    query: '{ customerAttributeDefinitions { id bankId name type } }',
    request: () => ({ method: 'GET', path: `${DEFINITIONS}/customer` }),
    data: {
      customerAttributeDefinitions: [
        { id: 'definition-1', bankId: BANK, name: 'SPECIAL_TAX_NUMBER', type: 'STRING' },
        { name: 'SHOE_SIZE' },
      ],
    },
  },
]
