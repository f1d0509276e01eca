import {
  type ConstDirectiveNode,
  getNamedType,
  type GraphQLField,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  valueFromASTUntyped,
} from 'graphql'
import { describe, expect, test } from 'vitest'
import { WEIGHTS } from '../../schema/cost-classes.js'
import { demandsOf, mutations, needsOnlyToken, nestedFields, queries, schema } from '../support/access-paths.js'

interface Declared {
  readonly astNode?: { readonly directives?: readonly ConstDirectiveNode[] | undefined } | null | undefined
}
/** The arguments of a directive, or undefined where there is none. */
const declared = ({ astNode }: Declared, name: string): Readonly<Record<string, unknown>> | undefined => {
  const directive = astNode?.directives?.find((one) => one.name.value === name)
  return (
    directive &&
    Object.fromEntries(
      (directive.arguments ?? []).map((argument) => [argument.name.value, valueFromASTUntyped(argument.value)]),
    )
  )
}
const weightOf = (field: Declared): number => Number(declared(field, 'cost')?.['weight'] ?? 0)

const everyField = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .filter(({ name }) => !name.startsWith('_'))
  .flatMap((type) =>
    Object.values(type.getFields()).map((field) => ({ name: `${type.name}.${field.name}`, type, field })),
  )

describe('the emitted schema says what it costs', () => {
  // `viewer` is what the token says.
  const asking = [...queries, ...nestedFields.map(([, field]) => field)].filter(
    (field) => (demandsOf(field) ?? needsOnlyToken(field)) && field.name !== 'viewer',
  )

  test.each(asking.map((field) => [field.name, field] as const))('to ask for %s', (_name, field) => {
    // Where each of a list is a call, the type carries the weight.
    expect(Math.max(weightOf(field), weightOf(getNamedType(field.type)))).toBeGreaterThanOrEqual(WEIGHTS.shared)
  })

  test.each(mutations.map((field) => [field.name, field] as const))('to write %s', (_name, field) => {
    expect(weightOf(field)).toBeGreaterThanOrEqual(WEIGHTS.write)
  })
})

describe('the emitted schema says how long it is', () => {
  const isList = ({ type }: GraphQLField<unknown, unknown>) => isListType(isNonNullType(type) ? type.ofType : type)
  const lists = everyField.filter(
    ({ name, field }) => isList(field) && isCompositeType(getNamedType(field.type)) && name !== 'Query._entities',
  )

  test.each(lists.map((list) => [list.name, list] as const))('%s', (_name, { type, field }) => {
    // A list of a connection is as long as each field says that answers the connection.
    const answering = everyField.filter(({ field: other }) => getNamedType(other.type) === type)
    const sized =
      answering.length > 0 &&
      answering.every(({ field: other }) =>
        (declared(other, 'listSize')?.['sizedFields'] as string[] | undefined)?.includes(field.name),
      )
    const own = declared(field, 'listSize')
    expect(sized || own?.['requireOneSlicingArgument'] === false).toBe(true)
    // Composition refuses an assumed size beside a slicing argument that has a default.
    if (own) expect(Number(own['assumedSize'] ?? 0) > 0).toBe(own['slicingArguments'] === undefined)
  })

  test.each(
    everyField
      .filter(({ field }) => field.args.some(({ name }) => name === 'first'))
      .map(({ name, field }) => [name, field] as const),
  )('%s, by its argument first', (_name, field) => {
    expect(declared(field, 'listSize')).toMatchObject({ slicingArguments: ['first'] })
    expect(field.args.find(({ name }) => name === 'first')!.defaultValue).toBeGreaterThan(0)
  })
})
