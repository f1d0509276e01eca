import { buildSchema, getOperationAST, getVariableValues, parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { readVariables } from '../../src/graphql/variables.js'

const schema = buildSchema(`
  enum Colour { RED GREEN }
  input Item { name: String!, colour: Colour = RED, size: Int, inner: Item }
  type Query { ask(a: Item, b: [Int!], c: ID!, d: [Item!], e: Boolean): Int }
`)
const { variableDefinitions } = getOperationAST(
  parse(`query($a: Item, $b: [Int!] = [1, 2], $c: ID! = "c", $d: [Item!], $e: Boolean!, $f: Boolean) {
    ask(a: $a, b: $b, c: $c, d: $d, e: $e) __typename @skip(if: $f)
  }`),
)!
const definitions = variableDefinitions!
const SECRET = '900-55-0001'

describe('variables are coerced as graphql-js does', () => {
  test.each<[what: string, variables: Record<string, unknown>]>([
    ['good ones', { a: { name: 'x', inner: { name: 'y', colour: 'GREEN' } }, b: 3, d: { name: 'z' }, e: true }],
    ['defaults, and null', { a: null, b: null, e: false, f: true }],
    ['missing ones', {}],
    ['null for one that is required', { c: null, e: null }],
    ['one that every object inherits', { e: true, toString: 1, constructor: 2 }],
    ['members that are not known, missing and of another type', { a: { size: SECRET, [SECRET]: 1 }, e: SECRET }],
    ['members of members', { a: { name: 'x', inner: { name: 1, colour: SECRET } }, d: [{ name: SECRET }, 5], e: true }],
    ['lists', { b: [1, SECRET, 2.5], e: [true] }],
    ['more errors than are told', { b: Array.from({ length: 70 }, () => SECRET), e: true }],
    ['exactly as many errors as are told', { b: Array.from({ length: 50 }, () => SECRET), e: true }],
  ])('%s', (_what, variables) => {
    const own = readVariables(schema, definitions, variables)
    const others = getVariableValues(schema, definitions, variables, { maxErrors: 50 })
    const told = ({ errors }: typeof own) =>
      errors?.map(({ message, originalError, nodes }) => [
        originalError?.message ?? message,
        / at "([^"]*)"; /.exec(message)?.[1],
        nodes,
      ])
    expect(told(own)).toEqual(told(others as typeof own))
    if (!own.errors) expect(own.coerced).toEqual(others.coerced)
  })

  test('and the messages do not grow with what is beside the member that is not known', () => {
    const known = {
      name: SECRET.repeat(1_000),
      ...Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`x${i}`, 1])),
    }
    const { errors = [] } = readVariables(schema, definitions, { a: known, e: true })
    expect(errors).toHaveLength(40)
    expect(errors.map(({ message }) => message).join('').length).toBeLessThan(10_000)
  })
})
