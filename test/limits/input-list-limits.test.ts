import { Validator } from 'class-validator'
import {
  getNamedType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  isCompositeType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { declaredListLimits, DEFAULT_MAX_ITEMS, MAX_REPRESENTATIONS } from '../../src/graphql/declared-limits.js'
import { schema } from '../support/access-paths.js'
import { type App, startApp } from '../support/app.js'

let app: App
beforeAll(async () => {
  app = await startApp({ RATE_LIMIT_COST_PER_MINUTE: '0' })
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => app.close())

/** A list of the input: its root field and argument, the members that lead to it, and where its limit is declared. */
interface Place {
  readonly kind: 'query' | 'mutation'
  readonly field: GraphQLField<unknown, unknown>
  readonly argument: GraphQLArgument
  readonly members: readonly string[]
  readonly coordinate: string
}

/** The members below a type that lead to lists; an index stands for the items of a list. */
function listsBelow(type: GraphQLInputType, coordinate: string): { members: string[]; coordinate: string }[] {
  if (isNonNullType(type)) return listsBelow(type.ofType, coordinate)
  if (isListType(type))
    return [
      { members: [], coordinate },
      ...listsBelow(type.ofType, coordinate).map((below) => ({ ...below, members: ['[0]', ...below.members] })),
    ]
  if (!isInputObjectType(type)) return []
  return Object.values(type.getFields()).flatMap((member) =>
    listsBelow(member.type, `${type.name}.${member.name}`).map((below) => ({
      ...below,
      members: [member.name, ...below.members],
    })),
  )
}

const places: readonly Place[] = (['query', 'mutation'] as const).flatMap((kind) => {
  const root = kind === 'query' ? schema.getQueryType()! : schema.getMutationType()!
  return Object.values(root.getFields()).flatMap((field) =>
    field.args.flatMap((argument) =>
      listsBelow(argument.type, `${root.name}.${field.name}.${argument.name}`).map((below): Place => ({
        kind,
        field,
        argument,
        ...below,
      })),
    ),
  )
})
const table = places.map(
  (place) => [[place.field.name, place.argument.name, ...place.members].join(' '), place] as const,
)

const limits = declaredListLimits()
const maxOf = ({ coordinate }: Place) => limits.get(coordinate) ?? DEFAULT_MAX_ITEMS
const pathOf = ({ argument, members }: Place) =>
  members.reduce((path, member) => (member === '[0]' ? `${path}[0]` : `${path}.${member}`), argument.name)
/** The value of the argument that holds only this list, of items that are no items. */
const valueOf = ({ members }: Place, length: number) =>
  members.reduceRight<unknown>(
    (inner, member) => (member === '[0]' ? [inner] : { [member]: inner }),
    Array.from({ length }, () => 0),
  )
/** A value as a literal of GraphQL. */
const literal = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(literal).join(' ')}]`
    : typeof value === 'object' && value !== null
      ? `{ ${Object.entries(value)
          .map(([name, inner]) => `${name}: ${literal(inner)}`)
          .join(' ')} }`
      : String(value)
const selectionOf = ({ type }: Place['field']) => (isCompositeType(getNamedType(type)) ? '{ __typename }' : '')

test('every list of the input that says how long it may be is known', () => {
  const known = new Set(
    Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .flatMap((type) => Object.values(type.getFields()).map((field) => [type, field] as const))
      .flatMap(([type, { name, args }]) => args.map((arg) => [`${type.name}.${name}.${arg.name}`, arg.type] as const))
      .flatMap(([coordinate, type]) => listsBelow(type, coordinate).map((below) => below.coordinate)),
  )
  expect([...limits.keys()].filter((name) => !known.has(name))).toEqual([])
  expect(limits.get('Query._entities.representations')).toBe(MAX_REPRESENTATIONS)
  expect(limits.size).toBeGreaterThan(10)
})

test.each(table)('%s: a list that is too long is one error, and its items are not looked at', async (_name, place) => {
  const { kind, field, argument } = place
  const max = maxOf(place)
  const path = pathOf(place)
  const validated = vi.spyOn(Validator.prototype, 'validateSync')
  const rule = [`must contain no more than ${max} elements`]
  const value = valueOf(place, max + 1)
  const asVariable = `${kind}($v: ${String(argument.type)}) { ${field.name}(${argument.name}: $v) ${selectionOf(field)} }`
  const asLiteral = `${kind} { ${field.name}(${argument.name}: ${literal(value)}) ${selectionOf(field)} }`
  const asDefault = `${kind}($v: ${String(argument.type).replace(/!$/, '')} = ${literal(value)}) { ${field.name}(${argument.name}: $v) ${selectionOf(field)} }`
  for (const [document, variables] of [
    [asVariable, { v: value }],
    [asLiteral, {}],
    [asDefault, {}],
  ] as const) {
    const { status, data, errors } = await app.run<unknown>(document, variables)
    expect([status, data]).toEqual([400, undefined])
    expect(errors).toMatchObject([
      { message: `The input is not valid: ${path}.`, extensions: { code: 'BAD_USER_INPUT' } },
    ])
    expect(errors[0]!.extensions.fields).toEqual({ [path]: rule })
  }
  expect(validated).not.toHaveBeenCalled()
  // A list of the greatest length is refused for its items, where it is.
  const { errors } = await app.run(asVariable, { v: valueOf(place, max) })
  expect(JSON.stringify(errors)).not.toContain('no more than')
})

test('a list in a variable within a literal counts where it is used', async () => {
  const document =
    'mutation($a: [AccountAttributeInput!]!, $n: [String!]) { setAccountAttributes(input: { externalId: "x", attributes: $a }) { replayed } other: setAccountAttributes(input: { externalId: "x", attributes: [{ name: "a", value: "b", fieldsToNull: $n }] }) { replayed } }'
  const { errors } = await app.run(document, { a: Array(101).fill({}), n: Array(101).fill('') })
  expect(errors.map(({ extensions }) => Object.keys(extensions.fields!))).toEqual([
    ['input.attributes', 'input.attributes[0].fieldsToNull'],
  ])
})

test('an operation of the same document does not set the limit of another', async () => {
  const document =
    'query A($ids: [ID!]!) { verificationResults(ids: $ids) { id } } query B($ids: [ID!]) { persons(filter: { ids: $ids }) { nodes { id } } }'
  const { errors } = await app.run(document, { ids: Array(101).fill('x') })
  expect(errors).toMatchObject([{ message: 'Must provide operation name if query contains multiple operations.' }])
})

test.each([
  ['rules of classes', { name: '', value: '' }],
  ['types', { name: 1, value: 2 }],
])('an answer names at most 20 of many invalid members, by %s', async (_what, attribute) => {
  const document = 'mutation($input: SetAccountAttributesInput!) { setAccountAttributes(input: $input) { replayed } }'
  const { errors } = await app.run(document, { input: { externalId: '', attributes: Array(100).fill(attribute) } })
  expect(errors).toHaveLength(1)
  expect(Object.keys(errors[0]!.extensions.fields!)).toHaveLength(20)
  expect(errors[0]!.extensions['moreFields']).toBeGreaterThanOrEqual(30)
  expect(errors[0]!.message).toMatch(/ and \d+ more\.$/)
  expect(JSON.stringify(errors).length).toBeLessThan(4_000)
})
