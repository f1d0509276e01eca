import { buildSchema, getOperationAST, parse } from 'graphql'
import { expect, test } from 'vitest'
import { createActualCost } from '../../src/limits/actual-cost.js'

const schema = buildSchema(`
  directive @cost(weight: Int!) on FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR | ENUM
  type Query {
    one: Item
    dear: Item @cost(weight: 5)
    all(first: Int = 20): [Item] @cost(weight: 5)
    any: Any
    _entities(representations: [ID!]!): [Any]!
  }
  type Mutation { order(lines: [Line!]): Item @cost(weight: 10) }
  input Line { part: ID @cost(weight: 50) }
  type Item { id: ID, inner: Item, dear: Item @cost(weight: 2), mood: Mood, moods: [Mood], heavy: Heavy }
  type Other { dear: Item @cost(weight: 7) }
  type Heavy @cost(weight: 4) { id: ID }
  enum Mood @cost(weight: 3) { GOOD }
  union Any = Item | Other
`)
const actualCostOf = createActualCost(schema)

function cost(text: string, data: unknown, variables: Record<string, unknown> = {}): number {
  const document = parse(text)
  return actualCostOf(document, getOperationAST(document)!, variables, data)
}

test.each<[what: string, text: string, data: unknown, points: number, variables?: Record<string, unknown>]>([
  ['an object that was answered costs 1', '{ one { id } }', { one: { id: '1' } }, 1],
  ['nothing is free', '{ one { id } }', { one: null }, 1],
  ['a result without data too', '{ dear { id } }', null, 1],
  ['a field that was called costs its weight, also where it answers null', '{ dear { id } }', { dear: null }, 5],
  ['a list costs what it holds', '{ all { id } }', { all: [{ id: '1' }, null, { id: '2' }] }, 5 + 2],
  ['an empty list costs its call', '{ all(first: 100) { id dear { id } } }', { all: [] }, 5],
  [
    'a field of each row is called for each',
    '{ all { dear { id } } }',
    { all: [{ dear: null }, { dear: { id: '1' } }] },
    5 + 2 * (1 + 2) + 1,
  ],
  ['an alias is a call of its own', '{ a: dear { id } b: dear { id } }', { a: null, b: { id: '1' } }, 5 + 5 + 1],
  [
    'what is skipped was not called',
    'query($s: Boolean!) { dear @skip(if: $s) { id } one { id } }',
    { one: null },
    1,
    { s: true },
  ],
  ['a default decides too', 'query($s: Boolean = false) { dear @skip(if: $s) { id } }', { dear: { id: '1' } }, 6],
  ['a type may weigh more', '{ one { heavy { id } } }', { one: { heavy: { id: '1' } } }, 1 + 4],
  ['an enum may weigh', '{ one { mood moods } }', { one: { mood: null, moods: ['GOOD', 'GOOD'] } }, 1 + 6],
  [
    'the input counts',
    'mutation($l: [Line!]) { order(lines: $l) { id } }',
    { order: null },
    10 + 100,
    { l: [{ part: '1' }, { part: '2' }] },
  ],
  [
    'of a union the member that came counts',
    '{ any { __typename ... on Item { id } ... on Other { dear { id } } } }',
    { any: { __typename: 'Item', id: '1' } },
    1,
  ],
  [
    'or the most expensive one, where its type was not asked for',
    '{ any { ... on Item { id } ... on Other { dear { id } } } }',
    { any: { id: '1' } },
    1 + 7,
  ],
  [
    'entities are a list',
    '{ _entities(representations: ["1", "2"]) { __typename ... on Other { dear { id } } } }',
    { _entities: [{ __typename: 'Other', dear: null }, null] },
    1 + 7,
  ],
])('%s', (_what, text, data, points, variables) => {
  expect(cost(text, data, variables)).toBe(points)
})
