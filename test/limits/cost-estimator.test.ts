import { buildSchema, getOperationAST, parse } from 'graphql'
import { expect, test } from 'vitest'
import { createCostEstimator } from '../../src/limits/cost-estimator.js'

const DIRECTIVES = `
  directive @cost(weight: Int!) on FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR | ENUM
  directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
`
const schema = buildSchema(`${DIRECTIVES}
  type Query {
    one: Item
    dear: Item @cost(weight: 5)
    all: [Item!]
    three: [Item!] @listSize(assumedSize: 3)
    some(first: Int = 20): [Item!] @cost(weight: 5) @listSize(slicingArguments: ["first"])
    either(first: Int, ids: [ID!]): [Item!] @listSize(slicingArguments: ["first", "ids"], assumedSize: 7, requireOneSlicingArgument: false)
    inside(input: Slice!): [Item!] @listSize(slicingArguments: ["input.ids"])
    page(first: Int = 20): Page @listSize(slicingArguments: ["first"], sizedFields: ["nodes"])
    any: Any
    named: Named
    weighty: Weighty
    _entities(representations: [ID!]!): [Any]!
  }
  type Mutation { add: Item @cost(weight: 10), order(input: Order!): Item @cost(weight: 10) }
  input Order { name: String, lines: [Line!], more: [Order!] }
  input Line { part: Part @cost(weight: 50), note: String @cost(weight: 2) }
  input Part { id: ID }
  input Slice { ids: [ID!] }
  interface Named { name: String }
  type Item implements Named { id: ID, name: String, tags: [String!], inner: Item, mood: Mood, heavy: Heavy }
  type Other implements Named { name: String, dear: Item @cost(weight: 5) }
  type Page { total: Int, nodes: [Item!], others: [Item!] }
  type Heavy @cost(weight: 4) { id: ID }
  enum Mood @cost(weight: 2) { GOOD }
  union Any = Item | Other
  union Weighty = Item | Heavy
`)

const costOf = createCostEstimator(schema)
function cost(text: string, variables: Record<string, unknown> = {}): number {
  const document = parse(text)
  return costOf(document, getOperationAST(document)!, variables)
}

test.each<[string, string, number, Record<string, unknown>?]>([
  ['an object costs 1 and its scalars nothing', '{ one { id name tags } }', 1],
  ['nothing is free', '{ __typename }', 1],
  ['a field that calls a provider costs its weight beside', '{ dear { id } }', 6],
  ['a write costs its weight', 'mutation { add { id } }', 11],
  ['a member of the input costs its weight', 'mutation { order(input: { lines: [{ note: "" }] }) { id } }', 13],
  [
    'each item of a list in the input counts',
    'mutation { order(input: { lines: [{ part: {} }, { part: {}, note: "" }, {}] }) { id } }',
    113,
  ],
  ['a single value in place of a list counts as one', 'mutation { order(input: { lines: { part: {} } }) { id } }', 61],
  [
    'null and what is left out cost nothing',
    'mutation { order(input: { name: "", lines: [{ part: null }] }) { id } }',
    11,
  ],
  [
    'a variable is counted by its value',
    'mutation($o: Order!) { order(input: $o) { id } }',
    161,
    { o: { lines: [{ part: {} }, { part: {} }, { part: {} }] } },
  ],
  [
    'a variable within a literal too',
    'mutation($l: [Line!]) { order(input: { lines: $l }) { id } }',
    111,
    { l: [{ part: {} }, { part: {} }] },
  ],
  ['a type may weigh more', '{ one { heavy { id } mood } }', 1 + 4 + 2],
  ['a list of which nothing is known is taken to have five', '{ all { id } }', 5],
  ['a list has the size that the schema assumes', '{ three { inner { id } } }', 6],
  ['the call counts once, its items each', '{ some(first: 2) { id } }', 7],
  ['a default is the size', '{ some { id } }', 25],
  ['a variable is the size', 'query($n: Int) { some(first: $n) { id } }', 8, { n: 3 }],
  ["a variable's default is the size", 'query($n: Int = 4) { some(first: $n) { id } }', 9],
  ['null is as if nothing was given', 'query($n: Int) { some(first: $n) { id } }', 25, { n: null }],
  ['a negative size takes nothing off', '{ some(first: -100) { id } one { id } }', 6],
  ['of two slicing arguments the larger counts', '{ either(first: 2, ids: ["a", "b", "c"]) { id } }', 3],
  [
    'a list as a slicing argument counts its items',
    'query($ids: [ID!]) { either(ids: $ids) { id } }',
    2,
    { ids: ['a', 'b'] },
  ],
  ['one that is no list counts as one', '{ either(ids: "a") { id } }', 1],
  ['without any the assumed size counts', '{ either { id } }', 7],
  [
    'a path leads into an input',
    'query($ids: [ID!]) { inside(input: { ids: $ids }) { id } }',
    3,
    { ids: ['a', 'b', 'c'] },
  ],
  [
    'the size belongs to the sized field',
    'query($n: Int) { page(first: $n) { total nodes { id } } }',
    1 + 30,
    { n: 30 },
  ],
  ['and to no other', '{ page(first: 2) { others { id } } }', 1 + 5],
  ['sizes multiply', '{ page(first: 50) { nodes { inner { id } heavy { id } } } }', 1 + 50 * (1 + 1 + 4)],
  [
    'of a union the dearest member counts',
    '{ any { ... on Item { inner { id } } ... on Other { dear { id } } } }',
    1 + 6,
  ],
  ['and weighs itself, whatever is selected of it', '{ weighty { ... on Item { id } } }', 4],
  [
    'of an interface too, with what all have',
    '{ named { name ... on Item { inner { id } inner2: inner { id } } ...F } } fragment F on Other { dear { id } }',
    1 + 6,
  ],
  [
    'as many entities as are asked for',
    'query($r: [ID!]!) { _entities(representations: $r) { ... on Item { inner { id } } ... on Other { name } } }',
    200,
    { r: Array(100).fill('x') },
  ],
  ['a fragment costs what stands in it', '{ ...F ...F } fragment F on Query { dear { id } }', 6],
  ['fields that are merged cost once', '{ one { inner { id } } one { inner { name } heavy { id } } }', 1 + 1 + 4],
  ['an alias costs as much again', '{ a: dear { id } b: dear { id } }', 12],
  [
    'what is left out costs nothing',
    '{ dear @skip(if: true) { id } one { id } ... @include(if: false) { dear { id } } }',
    1,
  ],
  [
    'what a variable leaves out costs nothing',
    'query($with: Boolean!) { dear @include(if: $with) { id } one { id } }',
    1,
    { with: false },
  ],
  ['what it leaves in does', 'query($with: Boolean! = true) { dear @include(if: $with) { id } one { id } }', 7],
  ['a name is no way around it', 'query __schema { ...__type } fragment __type on Query { dear { id } }', 6],
  ['introspection is an operation like others', '{ __schema { types { name fields { name } } } }', 1 + 5 * 6],
])('%s', (_fact, text, expected, variables) => {
  expect(cost(text, variables)).toBe(expected)
})

test('the same document costs anew with other variables, and a bad one spoils nothing', () => {
  const document = parse('query($n: Int, $with: Boolean!) { some(first: $n) { id } dear @include(if: $with) { id } }')
  const ask = (variables: Record<string, unknown>) => costOf(document, getOperationAST(document)!, variables)
  expect(ask({ n: 1, with: 'odd' })).toBe(6)
  expect([ask({ n: 1, with: false }), ask({ n: 2, with: true }), ask({ n: 9, with: false })]).toEqual([6, 13, 14])
  expect([ask({ n: 'many' }), ask({ n: 1e308 })].every(Number.isFinite)).toBe(true)
})
