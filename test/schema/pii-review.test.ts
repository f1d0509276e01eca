import { buildSchema, isInputObjectType, isObjectType } from 'graphql'
import { describe, expect, test } from 'vitest'
import { inputDecisions, outputDecisions, piiGroups } from '../../schema/field-masks.js'
import type { PiiDecision } from '../../schema/pii.js'
import { reviewPii } from '../../src/graphql/pii-review.js'
import { schemas } from '../../src/graphql/schema.js'

const { schema } = schemas()

const SDL = `
  type Query { person(id: ID!): Person }
  type Person { id: ID! name: String tags: [String!]! note: String! age: Int! }
  input Filter { name: String }`
const LISTS = {
  outputs: {
    Query: { composed: 'person' },
    Person: { identifier: 'id', name: 'name', openData: 'tags note', caseState: 'age' },
  },
  inputs: { Filter: { name: 'name' } },
  arguments: { 'Query.person': { identifier: 'id' } },
}
type Lists = Parameters<typeof reviewPii>[1] & object

test('a schema of which everything is decided has its masks, also in the descriptions', () => {
  const reviewed = buildSchema(SDL)
  reviewPii(reviewed, LISTS)
  const person = reviewed.getType('Person')
  const fields = isObjectType(person) ? Object.values(person.getFields()) : []
  expect(fields.map(({ name, extensions, description }) => [name, extensions['pii'], description])).toEqual([
    ['id', undefined, undefined],
    ['name', 'firstLetter', 'Only the first character is visible without the scope `pii:read`.'],
    ['tags', 'hidden', 'Empty without the scope `pii:read`.'],
    ['note', 'hidden', 'Not visible without the scope `pii:read`.'],
    ['age', undefined, undefined],
  ])
})

test('a masked field that a query of its own loads is one that its query hides', () => {
  const loaded = Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type)
      ? Object.values(type.getFields()).flatMap(({ name, extensions }) =>
          extensions['loaded'] === true && extensions['pii'] !== undefined ? [`${type.name}.${name}`] : [],
        )
      : [],
  )
  // Each is asked for in test/access/screening-outcomes.test.ts.
  expect(loaded).toEqual(['Person.monitoringAlerts'])
})

const person = (groups: object): Partial<Lists> => ({ outputs: { ...LISTS.outputs, Person: groups } })

describe('a schema is not built with', () => {
  test.each<[what: string, lists: Partial<Lists>, problem: string]>([
    [
      'a field without a decision',
      person({ identifier: 'id', name: 'name', openData: 'tags note' }),
      'Person.age has no',
    ],
    ['a member without a decision', { inputs: {} }, 'Filter.name has no decision'],
    ['an argument without a decision', { arguments: {} }, 'Query.person.id has no decision'],
    [
      'a decision of a field that is gone',
      person({ ...LISTS.outputs.Person, email: 'email' }),
      'Person.email has a decision, and is not in the schema',
    ],
    [
      'a decision of a type that is gone',
      { inputs: { ...LISTS.inputs, Order: { technical: 'field' } } },
      'Order has a decision, and is not in the schema',
    ],
    ['two decisions', person({ ...LISTS.outputs.Person, email: 'name' }), 'Person.name has two decisions'],
    [
      'a mask that would make its parent null',
      person({ identifier: 'id', name: 'name', openData: 'tags note', birth: 'age' }),
      'Person.age cannot hold the mask hidden: Int!',
    ],
    [
      'a leaf that leaves its decision to its fields',
      person({ identifier: 'id', composed: 'name', openData: 'tags note', caseState: 'age' }),
      'Person.name groups no fields',
    ],
  ])('%s', (_what, lists, problem) => {
    expect(() => reviewPii(buildSchema(SDL), { ...LISTS, ...lists })).toThrow(problem)
  })
})

test('what is special is masked, and every reason is a sentence', () => {
  for (const [group, decision] of Object.entries(piiGroups) as [string, PiiDecision][]) {
    expect(decision.reason, group).toMatch(/^[A-Z].*\.$/)
    if (decision.category === 'special') expect(decision.mask, group).toBeDefined()
    if (decision.category === 'public') expect(decision.mask, group).toBeUndefined()
  }
})

test('a member that a field repeats has the category of the field', () => {
  const categoryOf = (groups: object, name: string) =>
    Object.entries(groups).find(([, names]) => (names as string).split(/\s+/).includes(name))?.[0]
  const differ = Object.values(schema.getTypeMap())
    .filter(isInputObjectType)
    .flatMap((input) => Object.values(input.getFields()).map((field) => [input.name, field] as const))
    .flatMap(([input, field]) => {
      const output = /^(?:Create|Update)?(.*?)(?:Filter|Input)$/.exec(input)?.[1] ?? ''
      const own = categoryOf(inputDecisions[input] ?? {}, field.name)
      const repeated = categoryOf(outputDecisions[output] ?? {}, field.name)
      return repeated === undefined || repeated === own || own === 'composed'
        ? []
        : [`${input}.${field.name}: ${own}, ${repeated}`]
    })
  expect(differ).toEqual([])
})
