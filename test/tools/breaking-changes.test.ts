import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type AcceptedBreak, breakingChanges, breakProblems } from '../../src/tools/breaking-changes.js'

const RELEASED = `
type Query { customer(id: ID!, bankId: ID): Customer! }
type Customer { id: ID! name: String kind: Kind }
enum Kind { HUMAN COMPANY }
`

describe('a change of the schema', () => {
  test.each<[what: string, current: string, breaks: string[]]>([
    ['a field that is added', RELEASED.replace('name:', 'title: String name:'), []],
    ['an optional argument that is added', RELEASED.replace('bankId: ID', 'bankId: ID, at: Int'), []],
    ['a deprecation', RELEASED.replace('name: String', 'name: String @deprecated(reason: "x")'), []],
    ['a field that is removed', RELEASED.replace('name: String', ''), ['FIELD_REMOVED Customer.name']],
    [
      'an argument that is removed',
      RELEASED.replace(', bankId: ID', ''),
      ['FIELD_ARGUMENT_REMOVED Query.customer.bankId'],
    ],
    ['a field that becomes nullable', RELEASED.replace('Customer!', 'Customer'), ['FIELD_TYPE_CHANGED Query.customer']],
    ['an enum value that is removed', RELEASED.replace('COMPANY', ''), ['ENUM_VALUE_REMOVED Kind.COMPANY']],
  ])('%s', async (_what, current, breaks) => {
    const changes = await breakingChanges(RELEASED, current)
    expect(changes.map(({ type, path }) => `${type} ${path}`)).toEqual(breaks)
  })
})

describe('the reviewed list', () => {
  const found = { type: 'FIELD_REMOVED', path: 'Customer.name' }
  const listed: AcceptedBreak = { ...found, reason: 'Wrong since 0.1.0.' }

  test('accepts a break that it has', () => expect(breakProblems([found], [listed])).toEqual([]))
  test('does not accept another one', () => expect(breakProblems([found], [])).toHaveLength(1))
  test('must not have a break that is gone', () => expect(breakProblems([], [listed])).toHaveLength(1))
  test('must have a reason', () => expect(breakProblems([found], [{ ...listed, reason: ' ' }])).toHaveLength(1))
})

test('the committed list is exactly what breaks against the last release', async () => {
  const read = (path: string) => readFileSync(`schema/${path}`, 'utf8')
  const changes = await breakingChanges(read('released/0.1.0.graphql'), read('schema.graphql'))
  expect(breakProblems(changes, JSON.parse(read('released/accepted-breaks.json')) as AcceptedBreak[])).toEqual([])
})
