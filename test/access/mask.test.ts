import { expect, test } from 'vitest'
import { createMaskers, maskedFieldsOf } from '../../src/access/mask.js'
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

test('each row of a list tells its own masked fields, whatever those of the rows before are', () => {
  const rows = [
    { legalName: 'Ada', email: 'ada@example.com' },
    { legalName: 'Bo', email: 'bo@example.com' },
    { legalName: null, email: 'cy@example.com' },
    { legalName: 'Di', email: null },
    { legalName: null, email: null },
    { legalName: 'Ed', email: 'ed@example.com' },
  ]
  const masked = maskerOf('Customer')!(rows) as object[]
  const [both] = masked.map(maskedFieldsOf)
  expect(masked.map((row) => [...(maskedFieldsOf(row) ?? [])].sort())).toEqual([
    ['email', 'legalName'],
    ['email', 'legalName'],
    ['email'],
    ['legalName'],
    [],
    ['email', 'legalName'],
  ])
  expect(maskedFieldsOf(masked[1]!)).toBe(both)
})
