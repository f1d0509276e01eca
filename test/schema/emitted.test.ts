import { readFileSync } from 'node:fs'
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printSchema as printSpecified,
  validateSchema,
} from 'graphql'
import { expect, test } from 'vitest'
import { buildClassSchema } from '../../src/graphql/schema.js'
import { printApi, printSchema } from '../../src/graphql/print-sdl.js'

const schema = buildClassSchema()
const api = buildSchema(readFileSync('schema/api.graphql', 'utf8'))

test('the committed schemas equal the schema of the classes', () => {
  expect(readFileSync('schema/schema.graphql', 'utf8')).toBe(printSchema(schema))
  expect(readFileSync('schema/api.graphql', 'utf8')).toBe(printApi(schema))
})

test('the schema of the classes is valid', () => {
  expect(validateSchema(schema)).toEqual([])
})

test('the schema for clients is valid by the specification alone, and has no directive of its own', () => {
  expect(validateSchema(api)).toEqual([])
  expect(
    api
      .getDirectives()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['deprecated', 'include', 'oneOf', 'skip', 'specifiedBy'])
  expect(Object.keys(api.getTypeMap()).filter((name) => /^_[^_]|__?Any|federation|link__/.test(name))).toEqual([])
  expect(Object.keys(api.getQueryType()!.getFields()).filter((name) => name.startsWith('_'))).toEqual([])
})

test('every scalar of the schema for clients names its specification', () => {
  const scalars = Object.values(api.getTypeMap()).filter((type) => isScalarType(type) && !isSpecifiedScalarType(type))
  expect(scalars.map(({ name }) => name).sort()).toEqual(['Date', 'DateTime', 'JSONObject'])
  for (const scalar of scalars)
    expect(scalar).toHaveProperty(
      'specifiedByURL',
      expect.stringMatching(/^https:\/\/www\.rfc-editor\.org\/rfc\/rfc\d+#/),
    )
})

test('the schema for clients has every type, field, argument, value, description and deprecation of the classes', () => {
  // The classes know no `@oneOf`: what it says is a rule of the class.
  const stripped = printSpecified(lexicographicSortSchema(api)).replaceAll(' @oneOf', '')
  expect(stripped).toBe(printSpecified(lexicographicSortSchema(schema)))
})

test('an input of exactly one member says so to clients', () => {
  const declared = Object.values(api.getTypeMap()).filter((type) => isInputObjectType(type) && type.isOneOf)
  expect(declared.map(({ name }) => name)).toEqual(['HolderNameInput'])
})

/** Every type, field, argument, enum value and input member of the schema for clients, with its description. */
function* described(): Generator<[path: string, description: string]> {
  for (const type of Object.values(api.getTypeMap())) {
    if (isSpecifiedScalarType(type) || isIntrospectionType(type)) continue
    yield [type.name, type.description ?? '']
    if (isEnumType(type))
      for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value.description ?? '']
    if (!isObjectType(type) && !isInputObjectType(type)) continue
    for (const field of Object.values(type.getFields())) {
      const path = `${type.name}.${field.name}`
      yield [path, field.description ?? '']
      if ('args' in field) for (const arg of field.args) yield [`${path}(${arg.name})`, arg.description ?? '']
    }
  }
}

test('everything in the schema has a description in sentences', () => {
  const wrong = [...described()].filter(([, text]) => !/^[A-Z`].*[.]$/s.test(text) || text.length < 5)
  expect(wrong).toEqual([])
})

test('no description names the reader or a person as somebody or nobody', () => {
  expect(
    [...described()].filter(([, text]) => /\b(?:who(?:m|se)?ever|somebody|nobody|left out)\b/i.test(text)),
  ).toEqual([])
})
