import { buildSchema, type OperationDefinitionNode, parse, print } from 'graphql'
import { expect, test } from 'vitest'
import type { ResolvedOperation } from '../../src/graphql/plugin.js'
import { narrowPolls } from '../../src/graphql/poll-operation.js'

const schema = buildSchema('type Query { a: A } type A { id: ID state: String } type Subscription { a(id: ID): A }')

/** The text that is executed for an operation. */
function executed(text: string, isPoll: boolean): string {
  let ran = ''
  const execute = narrowPolls((resolved) => {
    ran = print(resolved.operation).replace(/\s+/g, ' ')
    return { data: {} }
  }, schema)
  const document = parse(text)
  const [operation] = document.definitions as OperationDefinitionNode[]
  void execute({ document, operation, context: { observer: { isPoll } } } as unknown as ResolvedOperation)
  return ran
}

test.each([
  ['subscription { a(id: 1) { state } }'],
  ['subscription { b: a(id: 2) @skip(if: true) { id } a(id: 1) { state } }'],
  ['subscription { ... @include(if: false) { b: a(id: 2) { id } } a(id: 1) { state } }'],
  ['subscription { ...F } fragment F on Subscription { a(id: 1) { state } }'],
])('of a poll the root field alone is executed: %s', (text) => {
  expect(executed(text, true)).toBe('subscription { a(id: 1) { __typename } }')
})

test('an event is executed as it was sent', () => {
  expect(executed('subscription { a(id: 1) { state } }', false)).toBe('subscription { a(id: 1) { state } }')
})
