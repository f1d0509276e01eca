import { expect, test } from 'vitest'
import { createMaskers } from '../../src/access/mask.js'
import { schemas } from '../../src/graphql/schema.js'

const maskerOf = createMaskers(schemas().schema)

test('a type that the schema lacks has no values to return', () => {
  expect(() => maskerOf('Custommer')).toThrow('The schema has no type Custommer')
})

test.each([
  ['of two letters', 'Bo', 'B•••'],
  ['of one letter', 'B', '•••'],
  ['of one letter outside the basic plane', '\u{20bb7}', '•••'],
  ['of two letters outside the basic plane', '\u{20bb7}\u{91ce}', '\u{20bb7}•••'],
])('a name %s is masked', (_what, legalName, masked) => {
  expect(maskerOf('Customer')!({ legalName })).toMatchObject({ legalName: masked })
})
