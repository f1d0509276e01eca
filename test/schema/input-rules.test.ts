import fc from 'fast-check'
import {
  getNamedType,
  getNullableType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
} from 'graphql'
import { getMetadataStorage } from 'type-graphql'
import { expect, test } from 'vitest'
import { brokenRules, holdsRules } from '../../src/graphql/input-rules.js'
import { schemas } from '../../src/graphql/schema.js'

const RUNS = 300
const { schema } = schemas()
const classes = new Map(
  getMetadataStorage().inputTypes.map(({ name, target }) => [name, target as new () => object] as const),
)
const types = Object.values(schema.getTypeMap()).filter(isInputObjectType)

/** Values that rules ask for, and values of other kinds. */
const VALUES = fc.oneof(
  fc.constantFrom<unknown>('Ada', 'Lovelace, Ada', 'ada@example.com', '+447911123456', 'GB', 'US', 'GBP', 'E1 6AN'),
  fc.constantFrom<unknown>('1990-01-02', '2030-01-01T00:00:00Z', '10.0.0.1', '987-65-4321', 'DE89370400440532013000'),
  fc.constantFrom<unknown>('a0000000-0000-4000-8000-000000000001', 'https://example.com/hook', 'x'.repeat(300), ''),
  fc.constantFrom<unknown>(null, 0, 1, -1, 1.5, 101, 1e9, true, false, {}),
  fc.string(),
)

function valueOf(type: GraphQLInputType, depth: number): fc.Arbitrary<unknown> {
  const bare = getNullableType(type)
  if (isListType(bare)) return fc.oneof(fc.array(valueOf(bare.ofType, depth), { maxLength: 4 }), VALUES)
  const named = getNamedType(bare)
  if (isInputObjectType(named))
    return depth > 2 ? fc.constant(undefined) : fc.oneof(instanceOf(named, depth + 1), VALUES)
  if (isEnumType(named))
    return fc.oneof(fc.constantFrom<unknown>(...named.getValues().map(({ value }) => value as unknown)), VALUES)
  return VALUES
}

/** Instances of an input class with any of its members. */
function instanceOf(type: GraphQLInputObjectType, depth = 0): fc.Arbitrary<object> {
  const members = Object.values(type.getFields()).map(
    (field) => [field.name, fc.option(valueOf(field.type, depth), { nil: undefined, freq: 2 })] as const,
  )
  const Class = classes.get(type.name)!
  return fc
    .record(Object.fromEntries(members), { requiredKeys: [] })
    .map((values) => Object.assign(new Class(), values) as object)
}

const outcomeOf = (ask: () => boolean): boolean | string => {
  try {
    return ask()
  } catch (error) {
    return (error as Error).constructor.name
  }
}

test('compiled rules hold where class-validator finds none broken, for every input type', () => {
  const seen = new Map<boolean | string, number>()
  expect(types.length).toBeGreaterThan(40)
  for (const type of types)
    fc.assert(
      fc.property(instanceOf(type), (value) => {
        const expected = outcomeOf(() => brokenRules(value, '').length === 0)
        // A rule that throws for a value that GraphQL refuses may come after one that is broken.
        const compiled = outcomeOf(() => holdsRules(value))
        expect(compiled === false && typeof expected === 'string' ? false : expected).toBe(compiled)
        seen.set(expected, (seen.get(expected) ?? 0) + 1)
      }),
      { numRuns: RUNS },
    )
  for (const outcome of [true, false]) expect(seen.get(outcome)).toBeGreaterThan(types.length)
})
